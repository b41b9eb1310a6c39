#!/usr/bin/env python3
"""The same model gives the same bits with every kernel, compiler, optimisation and CPU: scores, and their reasons.

usage: same_bits_test.py ROOT [--evaluations N] [--all]

Builds chain.cc with g++ and clang++, -O0 and -O3, and for arm64 (run by qemu-user), runs N chained evaluations
(default ten million; of reasons a twentieth) on every kernel of this CPU and compares the SHA-256 of all results.
Unoptimised and emulated programs run the first part of the chain only, unless --all is given: they would take minutes
each. A compiler or emulator that this machine lacks is told as skipped; g++ must be there. Exit status: 0 all the
same, 1 a difference, 2 usage.
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

SOURCES = ("models/fusion/head.cc", "models/kernels/kernel.cc", "models/kernels/matrix.cc",
           "models/sequence/recurrent.cc", "models/text/text_encoder.cc", "models/trees/forest.cc",
           "models/reasons/head_reasons.cc", "models/reasons/quadrature.cc", "models/reasons/tree_reasons.cc",
           "engine/base/check.cc", "tests/models/parts.cc", "tests/models/chain.cc")
RESULT_BYTES = {"scores": 12, "reasons": 8 * (6 + 16 + 4)}
REASONS_SHARE = 0.05
# Of the whole chains. They change when what a model computes changes, and then old scores and reasons can't be computed
# again: the bundle's format must change with them.
GOLDEN = {("scores", 10_000_000): "5961544be9fe77d45358145dbc19b3703adca3b5d80204fb3ab9c9feac1b4bd0"}
KERNELS = ("portable", "avx2", "vnni")
NO_SUCH_KERNEL = 77


class Build:
    def __init__(self, name, compiler, options, share, runner=()):
        self.name, self.compiler, self.options, self.share, self.runner = name, compiler, options, share, runner

    def missing(self):
        return [tool for tool in (self.compiler, *self.runner) if not shutil.which(tool)]

    def compile(self, root, folder):
        program = folder / self.name.replace(" ", "_")
        subprocess.run([self.compiler, "-std=c++20", "-ffp-contract=off", "-I", root, *self.options, *SOURCES,
                        "-o", program], cwd=root, check=True)
        return program


def clang():
    return next((name for name in ("clang++", "clang++-14") if shutil.which(name)), "clang++")


BUILDS = (
    Build("g++ -O3", "g++", ["-O3"], 1),
    Build("g++ -O0", "g++", ["-O0"], 0.1),
    Build("clang++ -O3", clang(), ["-O3"], 1),
    Build("clang++ -O0", clang(), ["-O0"], 0.1),
    Build("arm64 -O3", "aarch64-linux-gnu-g++", ["-O3", "-static"], 0.1, ["qemu-aarch64"]),
    Build("arm64 -O0", "aarch64-linux-gnu-g++", ["-O0", "-static"], 0.01, ["qemu-aarch64"]),
)


def digests(command, what, kernel, count, marks):
    """SHA-256 of the first so many evaluations, for each of the marks that the program reaches; None without kernel."""
    command = [*command, what, kernel, str(count)]
    size = RESULT_BYTES[what]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    sha, seen, found = hashlib.sha256(), 0, {}
    for mark in sorted(marks):
        while seen < mark * size:
            chunk = process.stdout.read(min(1 << 20, mark * size - seen))
            if not chunk:
                break
            sha.update(chunk)
            seen += len(chunk)
        if seen == mark * size:
            found[mark] = sha.hexdigest()
    rest = process.stdout.read()
    code = process.wait()
    if code == NO_SUCH_KERNEL:
        return None
    if code != 0 or rest or max(marks) not in found:
        raise SystemExit(f"{command} wrote {seen} bytes and ended with {code}")
    return found


def compare(what, evaluations, programs, everything):
    """Whether all programs give the same, and what they always gave."""
    counts = {build: evaluations if everything else int(evaluations * build.share) for build in programs}
    expected, same = None, 0
    for build, program in programs.items():
        for kernel in KERNELS:
            count = counts[build]
            marks = set(counts.values()) if expected is None else {count}
            found = digests([*build.runner, program], what, kernel, count, marks)
            if found is None:
                continue
            if expected is None:
                expected = found
            verdict = "same" if found[count] == expected[count] else "DIFFERENT"
            print(f"{verdict}: {what}, {build.name}, {kernel}: {count} evaluations, sha256 {found[count]}", flush=True)
            if verdict != "same":
                return False
            same += 1
    if same < 2:
        print("only one way to evaluate a model is here: nothing was compared")
        return False
    if GOLDEN.get((what, evaluations), expected[evaluations]) != expected[evaluations]:
        print(f"{what}: all the same, and other than they always were: see GOLDEN")
        return False
    print(f"{what}, {same} ways: {evaluations} chained evaluations, sha256 {expected[evaluations]}")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--evaluations", type=int, default=10_000_000)
    parser.add_argument("--all", action="store_true", help="the whole chain with every build")
    options = parser.parse_args()
    if options.evaluations < 2000:
        parser.error("--evaluations must be at least 2000")

    with tempfile.TemporaryDirectory(prefix="weir-chain-") as folder:
        programs = {}
        for build in BUILDS:
            if build.missing():
                print(f"skipped: {build.name} (no {', '.join(build.missing())} here)")
            else:
                programs[build] = build.compile(options.root, pathlib.Path(folder))
        reasons = int(options.evaluations * REASONS_SHARE)
        return 0 if (compare("scores", options.evaluations, programs, options.all) and
                     compare("reasons", reasons, programs, options.all)) else 1


if __name__ == "__main__":
    sys.exit(main())
