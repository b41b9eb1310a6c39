#!/usr/bin/env python3
"""The house style that a machine can check.

usage: tidy_test.py ROOT

Every text file: no tab, no blank at a line's end, a newline at its end, no leftover marker, no path of one machine.
Code: lines of at most 120 characters, files of at most 500 lines, no folder or file named as a heap of odds and ends.
The deterministic folders: no call whose result depends on the clock, chance, the locale, or the machine's libraries.
Each violation is printed as 'file:line: what'. Exit status: 0 when there is none, else 1.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys

import cpp_text

MAX_COLUMNS = 120
STRING_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"')
MAX_LINES = 500

# (file pattern, rule, reason). An entry that excuses nothing any more is itself a violation.
ALLOWED = [
    ("rules/cel/reference*", "text to double", "The slow reference, used by tests alone, takes another road."),
    ("rules/cel/reference*", "double text", "As above: a text for test failures."),
]

# Data rather than text of ours: bytes that a test or a reader needs exactly as they are.
DATA = ("*.golden", "*/golden/*", "*/testdata/*", "*.csv", "*.jsonl", "*.patch")
# One line of a table or of JSON can't be broken.
LONG_LINES = ("*.md", "*.json", "ops/generator/categories.cc")  # the last: a table with 27 columns
CODE_SUFFIXES = (".h", ".cc", ".py", ".cmake", ".sh")
# Tabs are part of the language.
TABS = ("Makefile", "*.mk", ".gitmodules", "*.go", "go.mod")
HEAPS = {"utils", "util", "common", "helpers", "helper", "misc"}

# What these folders compute is recomputed on other machines and compared bit for bit.
DETERMINISTIC = ("engine", "rules", "models", "ops/generator")
# The one place where a ban is lifted, with the reason there: file, rule.
LIFTED = {("models/kernels/float32.h", "float")}
LIBM = ("pow|log|log2|log10|log1p|exp|exp2|expm1|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|"
        "cbrt|hypot|erf|erfc|tgamma|lgamma|fma")
FREE = r"(?<![\w.>:])(?:std::|::)?"  # Not a member, not of another namespace.


class Ban:
    def __init__(self, rule, pattern, instead, literals=False, only_with=None):
        self.rule = rule
        self.pattern = re.compile(pattern)
        self.instead = instead
        self.literals = literals  # The pattern looks into string literals.
        self.only_with = only_with and re.compile(only_with)  # The file must contain this too.


CONVERSION = r"[-+ #0]*[\d.*]*[lL]?[aAeEfFgG]"  # Of a double, after the %.
HARMLESS = r"(?:[^\"\\%]|\\.|%%|%(?!%|" + CONVERSION + "))"  # A piece of a format that prints no double.
BANS = [
    Ban("clock", r"\b(?:system|steady|high_resolution|utc|file)_clock\b|"
        r"\b(?:clock_gettime|gettimeofday|timespec_get)\b|std::clock\b|"
        + FREE + r"time\s*\(\s*(?:nullptr|NULL|0|&\s*\w+)\s*\)",
        "time is data: take it from the event, or as an argument from whoever drives the step"),
    Ban("calendar", FREE + r"(?:localtime|gmtime|mktime|timegm|strftime|strptime|asctime|ctime)(?:_r|_s)?\s*\(",
        "engine/base/civil_time.h, which asks the machine for nothing"),
    Ban("chance", FREE + r"(?:s?rand|getrandom|getentropy)\s*\(|\brandom_device\b|\b[dl]rand48\b|\barc4random\w*|"
        r"\bRAND_bytes\b",
        "a seed that is an argument, and integer arithmetic on it"),
    Ban("distribution", r"\bstd::\w+_distribution\b|\bstd::(?:ranges::)?(?:shuffle|sample|random_shuffle)\b",
        "integer arithmetic on the generator's bits: standard libraries draw differently from one seed"),
    Ban("locale", r"\bsetlocale\b|\bstd::locale\b(?!::classic)|\bnewlocale\b|\buselocale\b",
        "std::to_chars and std::from_chars, which know no locale"),
    Ban("character class", FREE + r"(?:is(?:alpha|alnum|upper|lower|space|punct|print|graph|cntrl|blank)|"
        r"to(?:upper|lower))\s*\(", "a comparison with the ASCII range: these ask the locale",
        only_with=r"<(?:cctype|ctype\.h|locale)>"),
    Ban("double text", r"\b\w*printf\s*\((?:[^;\"]|\"" + HARMLESS + r"*\")*\"" + HARMLESS + "*%" + CONVERSION,
        "std::to_chars (the shortest text that reads back the same), as in engine/base/json_writer.h", literals=True),
    Ban("text to double", FREE + r"(?:sto[df]|stold|strto[df]|strtold|atof|sscanf|fscanf|scanf)\s*\(",
        "std::from_chars; for money engine/base/decimal.h"),
    Ban("float", r"\bfloat\b|\blong\s+double\b", "double, or integers (__int128 for wide sums)"),
    Ban("libm", r"\bstd::(?:" + LIBM + r")[fl]?\s*\(", "integers or a table: libm differs between machines"),
    Ban("libm", FREE + r"(?:" + LIBM + r")[fl]?\s*\(", "integers or a table: libm differs between machines",
        only_with=r"<(?:cmath|math\.h)>"),
]
FAST_MATH = re.compile(r"-ffast-math|-Ofast|-funsafe-math|-fassociative-math|-march=native|fp_contract\s*\(\s*fast")
MARKERS = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")
MACHINE_PATHS = re.compile(r"(?<![\w/.}\-])/(?:work|root|home|Users)/\w")


def matches(path, patterns):
    name = path.rsplit("/", 1)[-1]
    return any(fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(name, pattern) for pattern in patterns)


def files(root):
    """What belongs to the repository, added to git or not yet; the whole tree where there is no git."""
    listing = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, check=False) if (root / ".git").exists() else None
    if listing and listing.returncode == 0:
        names = [name.decode() for name in listing.stdout.split(b"\0") if name]
    else:
        names = [path.relative_to(root).as_posix() for path in root.rglob("*")
                 if not {".git", "build", "out", "__pycache__"} & set(path.relative_to(root).parts)]
    return sorted({name for name in names if (root / name).is_file() and not (root / name).is_symlink()})


def is_code(path, text):
    return path.endswith(CODE_SUFFIXES) or path.endswith("CMakeLists.txt") or text.startswith("#!")


def text_problems(path, text):
    lines = text.split("\n")
    if text and lines[-1]:
        yield len(lines), "end", "the last line has no newline"
    for number, line in enumerate(lines, 1):
        if "\t" in line and not matches(path, TABS):
            yield number, "tab", "a tab: indent with blanks"
        if line != line.rstrip():
            yield number, "blank", "blanks at the end of the line"
        if MARKERS.search(line):
            yield number, "marker", "a leftover marker: do it, or file an issue"
        if MACHINE_PATHS.search(line):
            yield number, "machine path", "a path of one machine: make it relative to the repository or an option"


def code_problems(path, text):
    lines = text.split("\n")
    if len(lines) - 1 > MAX_LINES:
        yield MAX_LINES + 1, "long file", f"{len(lines) - 1} lines, more than {MAX_LINES}: two ideas in one file"
    if not matches(path, LONG_LINES):
        for number, line in enumerate(lines, 1):
            # A text is not broken in two for the sake of a margin: string literals don't count.
            if len(STRING_LITERAL.sub('""', line)) > MAX_COLUMNS:
                yield number, "long line", f"{len(line)} characters, more than {MAX_COLUMNS}"
    names = path.split("/")
    if HEAPS & {*names[:-1], names[-1].split(".")[0]}:
        yield 1, "heap", "named as a heap of odds and ends: name the thing inside"
    if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "guard", "no #pragma once"
    if path.endswith((".h", ".cc", ".cmake", "CMakeLists.txt")):
        for match in FAST_MATH.finditer(re.sub(r"#.*", "", text) if "ake" in path.rsplit("/", 1)[-1] else text):
            yield cpp_text.line_of(text, match.start()), "fast math", f"{match[0]}: other bits on other machines"


def determinism_problems(path, text):
    if not path.endswith((".h", ".cc")) or not any(path.startswith(folder + "/") for folder in DETERMINISTIC):
        return
    bare, with_literals = cpp_text.code(text), cpp_text.code(text, literals=True)
    seen = set()
    for ban in BANS:
        if (path, ban.rule) in LIFTED:
            continue
        if ban.only_with and not ban.only_with.search(bare):
            continue
        for match in ban.pattern.finditer(with_literals if ban.literals else bare):
            line = cpp_text.line_of(text, match.start())
            if (line, ban.rule) not in seen:
                seen.add((line, ban.rule))
                what = " ".join(match[0].split()).rstrip("( ")
                yield line, ban.rule, f"{what} in a deterministic folder; instead: {ban.instead}"


def problems(root, allowed):
    used = set()
    for path in files(root):
        data = (root / path).read_bytes()
        if b"\0" in data[:8192] or matches(path, DATA):
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError:
            yield f"{path}:1: not UTF-8"
            continue
        found = list(text_problems(path, text))
        if is_code(path, text):
            found += code_problems(path, text)
            found += determinism_problems(path, text)
        for line, rule, what in sorted(found):
            excuses = [index for index, (pattern, excused, _) in enumerate(allowed)
                       if excused == rule and fnmatch.fnmatch(path, pattern)]
            used.update(excuses)
            if not excuses:
                yield f"{path}:{line}: {what} [{rule}]"
    for index, (pattern, rule, _) in enumerate(allowed):
        if index not in used:
            yield f"tests/house/tidy_test.py:1: the allowance of [{rule}] in {pattern} excuses nothing: remove it"


def main(arguments, allowed=None):
    if len(arguments) != 1:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    found = list(problems(pathlib.Path(arguments[0]).resolve(), ALLOWED if allowed is None else allowed))
    print("\n".join(found) if found else "tidy")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
