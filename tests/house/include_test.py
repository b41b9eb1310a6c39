#!/usr/bin/env python3
"""Compares the #include lines with what each folder declared, and both with the floors of the house.

usage: include_test.py ROOT DEPENDENCIES

DEPENDENCIES is the build's dependencies.txt, one 'folder|dependency,...|package,...' a line. The linker cannot do this:
a forbidden header that is used for a type only never reaches it. Each violation is printed as 'file:line: what'.
Exit status: 0 when there is none, else 1.
"""

import pathlib
import re
import sys

import cpp_text

# A folder's floor is that of its longest prefix here. Code includes its own floor and those below.
FLOORS = {
    "engine/base": 0,
    "engine/yaml": 0,
    "rules": 1,
    "models": 1,
    "engine": 2,
    "connectors": 3,
    "ops": 4,
}
# Beside each other on one floor, and strangers all the same.
STRANGERS = {("rules", "models"), ("models", "rules")}
# Built on top of the house: they may include everything, and nothing in the house may include them.
OUTSIDE = ("tests", "bench")

# Include prefix -> package. The longest prefix counts.
PACKAGES = {
    "rocksdb/": "rocksdb",
    "simdjson.h": "simdjson",
    "librdkafka/": "rdkafka",
    "boost/": "boost",
    "boost/iostreams/": "iostreams",
    "prometheus/": "prometheus",
    "CLI/": "cli11",
    "yaml-cpp/": "yaml",
    "fmt/": "fmt",
    "openssl/": "openssl",
    "re2/": "re2",
}
# Too dear to be compiled into every file that includes ours, or nobody else's business.
NOT_IN_HEADERS = ("simdjson.h", "rocksdb/", "boost/beast", "CLI/")
# Packages that only some folders may see (and the tests and benches, which check or measure them).
KEPT_IN = {
    "rdkafka": ("connectors/kafka",),
    "rocksdb": ("engine/state",),
    "simdjson": ("engine/event", "engine/audit", "models/arrays", "models/bundle"),
}

SYSTEM_DIRECTORIES = ("sys/", "netinet/", "arpa/", "net/", "linux/", "bits/")
SYSTEM_HEADERS = {
    "aio.h", "cxxabi.h", "dirent.h", "dlfcn.h", "errno.h", "execinfo.h", "fcntl.h", "glob.h", "grp.h", "immintrin.h",
    "limits.h", "malloc.h", "netdb.h", "poll.h", "pthread.h", "pwd.h", "sched.h", "signal.h", "spawn.h", "stddef.h",
    "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "syslog.h", "termios.h", "time.h", "unistd.h",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


def longest(path, prefixes):
    return max((prefix for prefix in prefixes if within(path, prefix)), key=len, default=None)


def package_of(include):
    prefix = max((prefix for prefix in PACKAGES if include.startswith(prefix)), key=len, default=None)
    return PACKAGES.get(prefix)


def is_system(include):
    if include in SYSTEM_HEADERS or include.startswith(SYSTEM_DIRECTORIES):
        return True
    return re.fullmatch(r"[a-z0-9_]+", include) is not None  # The C++ standard library: <vector>, <cstdint>.


def edge_problem(folder, target):
    """Why code in folder may not see target, whatever is declared; None if it may."""
    if longest(target, OUTSIDE):
        return f"{target} is built on top of the house"
    here, there = longest(folder, FLOORS), longest(target, FLOORS)
    if here is None or there is None:
        return None
    if FLOORS[there] > FLOORS[here]:
        return f"{here} is on floor {FLOORS[here]} and {there} above it on floor {FLOORS[there]}"
    if (here, there) in STRANGERS:
        return f"{here} and {there} know nothing of each other"
    return None


class Declared:
    def __init__(self, text):
        self.folders = {}
        for line in text.splitlines():
            folder, depends, packages = line.split("|")
            self.folders[folder] = ([name for name in depends.split(",") if name],
                                    [name for name in packages.split(",") if name])

    def problems(self):
        for folder, (depends, packages) in self.folders.items():
            place = f"{folder}/CMakeLists.txt:1"
            for target in depends:
                problem = edge_problem(folder, target)
                if problem:
                    yield f"{place}: depends on {target}, but {problem}"
                if target not in self.folders:
                    yield f"{place}: depends on {target}, which no weir_library declares"
            for package in packages:
                if package in KEPT_IN and not longest(folder, KEPT_IN[package]):
                    yield f"{place}: declares the package {package}, which belongs to {' and '.join(KEPT_IN[package])}"
        yield from self.cycles()

    def cycles(self):
        done, trail = set(), []

        def visit(folder):
            if folder in trail:
                yield f"{folder}/CMakeLists.txt:1: a circle: {' -> '.join(trail[trail.index(folder):] + [folder])}"
                return
            if folder in done or folder not in self.folders:
                return
            trail.append(folder)
            for target in self.folders[folder][0]:
                yield from visit(target)
            trail.pop()
            done.add(folder)

        for folder in self.folders:
            yield from visit(folder)


def include_problems(root, path, declared):
    relative = path.relative_to(root).as_posix()
    folder = longest(relative, declared.folders)
    if folder is None:
        yield f"{relative}:1: belongs to no weir_library: declare {path.parent.relative_to(root)} in its CMakeLists.txt"
        return
    depends, packages = declared.folders[folder]
    text = cpp_text.code(path.read_text(), literals=True)
    own_header = relative[:-len(".cc")] + ".h" if relative.endswith(".cc") else None
    for index, match in enumerate(INCLUDE.finditer(text)):
        quoted, include = match[1], match[1] or match[2]
        place = f"{relative}:{cpp_text.line_of(text, match.start())}"
        if index == 0 and own_header and (root / own_header).is_file() and include != own_header:
            yield f"{place}: the own header, {own_header}, comes first"
        target = longest(include, declared.folders)
        if target or longest(include, [*FLOORS, *OUTSIDE]):
            if not quoted:
                yield f"{place}: <{include}> is ours: include it in quotes"
            if target == folder:
                continue
            problem = edge_problem(folder, include)
            if problem:
                yield f"{place}: {folder} may not include {include}: {problem}"
            elif target is None:
                yield f"{place}: {include} belongs to no weir_library"
            elif target not in depends:
                yield f"{place}: {folder} does not declare {target}: add it to DEPENDS in {folder}/CMakeLists.txt"
            continue
        package = package_of(include)
        if package is None:
            if quoted:
                yield f'{place}: "{include}" is not a path from the root of the repository'
            elif not is_system(include):
                yield f"{place}: <{include}> is of no known package: name it in tests/house/include_test.py"
            continue
        if package in KEPT_IN and not longest(folder, KEPT_IN[package]):
            yield f"{place}: <{include}> belongs to {' and '.join(KEPT_IN[package])} alone"
        elif package not in packages:
            yield f"{place}: {folder} does not declare {package}: add it to PACKAGES in {folder}/CMakeLists.txt"
        if relative.endswith(".h") and include.startswith(NOT_IN_HEADERS):
            yield f"{place}: <{include}> stands in a header: keep it to .cc files"


def problems(root, declared):
    yield from declared.problems()
    for top in sorted({folder.split("/")[0] for folder in FLOORS}):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".cc") and path.is_file():
                yield from include_problems(root, path, declared)


def main(arguments):
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0])
    found = list(problems(root, Declared(pathlib.Path(arguments[1]).read_text())))
    print("\n".join(found) if found else "every include is declared and allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
