#!/usr/bin/env python3
"""What a model's score costs: Weir beside ONNX Runtime and XGBoost on the same weights, in turns, on one core.

Makes models of one size (bench/model_maker.py, in the environment of ops/setup/training), compiles the opponents
(bench/model_opponents) against the libraries of that environment, and compares all answers. Without that there are no
figures. Prints a markdown page; --out writes it to a file.

usage: model.py [--build DIR] [--python FILE] [--turns N] [--core N] [--keep DIR] [--out FILE] [--tiny]
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import record

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = 77
WIDTHS, STEPS, INPUTS, FEATURES = (64, 128), 32, 64, 80  # As bench/model_maker.py has them.
LATENCIES = re.compile(r"^(.+): p50 (\d+) p99 (\d+) p999 (\d+) ns$", re.M)
RATES = re.compile(r"^(.+): (\d+) rows/s$", re.M)
PERCENTILES = ("p50", "p99", "p99.9")
KERNELS = ("vnni", "avx2", "portable")


class Refused(Exception):
    pass


def say(text):
    print(f"model: {text}", file=sys.stderr, flush=True)


def output_of(*command, core=None, **more):
    pin = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
    result = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            preexec_fn=pin, **more)
    if result.returncode != 0:
        raise Refused(f"{' '.join(str(part) for part in command[:2])} ended with {result.returncode}:\n"
                      f"{result.stdout.strip()}\n{result.stderr.strip()}")
    return result.stdout


def training_python(options):
    """The interpreter, or None with a word why there is none here."""
    if options.python:
        return options.python, ""
    result = subprocess.run([ROOT / "ops/setup/training", "--print"], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)
    if result.returncode != 0:
        return None, result.stderr.strip()
    python = result.stdout.strip()
    if subprocess.run([python, "-c", "import torch, xgboost, onnxruntime"], stderr=subprocess.DEVNULL).returncode != 0:
        return None, f"{python} has no PyTorch, XGBoost or ONNX Runtime"
    return python, ""


def build_opponents(programs, python, offline):
    """Both programs in `programs`, or a word why they can't be built here."""
    if shutil.which("go") is None or shutil.which("g++") is None:
        return "there is no `go` or no `g++` here"
    source = ROOT / "bench/model_opponents"
    environment = dict(os.environ, **({"GOPROXY": "off", "GOTOOLCHAIN": "local"} if offline else {}))
    module = subprocess.run(["go", "mod", "download", "-json", "github.com/yalue/onnxruntime_go"], cwd=source,
                            env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if module.returncode != 0:
        return "ONNX Runtime's header is not here: " + (module.stderr.strip().splitlines() or ["?"])[-1]
    headers = json.loads(module.stdout)["Dir"]
    where = output_of(python, "-c", "import onnxruntime, xgboost; print(onnxruntime.__path__[0]); "
                      "print(xgboost.__path__[0])").splitlines()
    onnx_runtime = next(pathlib.Path(where[0]).glob("capi/libonnxruntime.so.1.*"))
    (programs / "libonnxruntime.so.1").symlink_to(onnx_runtime)  # The package lacks the name that programs ask for.
    for name, library, more in (("onnx_runtime", programs / "libonnxruntime.so.1", ["-isystem", headers]),
                                ("xgboost", pathlib.Path(where[1]) / "lib/libxgboost.so", [])):
        output_of("g++", "-std=c++20", "-O2", "-Wall", "-I", ROOT, *more, source / f"{name}.cc", library,
                  f"-Wl,-rpath,{library.parent}", "-o", programs / name)
    return ""


class Side:
    """One program on one model: what gives its answers, and what times it."""

    def __init__(self, name, answers, time):
        self.name, self.answers, self.time = name, answers, time
        self.latencies, self.rates = [], []  # of each turn, by the name that the program gives

    def turn(self, core):
        found = output_of(*self.time, core=core)
        self.latencies.append({name: tuple(int(value) for value in values)
                               for name, *values in LATENCIES.findall(found)})
        self.rates.append({name: int(value) for name, value in RATES.findall(found)})
        if not self.latencies[-1]:
            raise Refused(f"not understood:\n{found}")

    def names(self):
        return list(self.latencies[0])

    def over_turns(self, name, percentile):
        """Microseconds, of each turn."""
        return [turn[name][percentile] / 1000 for turn in self.latencies]

    def rate(self, name):
        return [turn[name] for turn in self.rates]


def sides(options, home, programs):
    """All sides, by name."""
    calls, seconds = (20, 0.001) if options.tiny else (20_000, 0.5)
    ours, made = options.build / "bench/model_bench", []
    for name in ("trees", *(f"sequence-{width}" for width in WIDTHS), *(f"whole-{width}" for width in WIDTHS)):
        made.append(Side(name, (ours, "answers", home / name), (ours, "time", home / name, calls, seconds)))
    given = (home / "trees/xgboost.json", home / "trees/features.f32", FEATURES)
    made.append(Side("xgboost", (programs / "xgboost", "answers", *given, home / "trees/xgboost.f32"),
                     (programs / "xgboost", "time", *given, calls, seconds)))
    for width in WIDTHS:
        folder = home / f"sequence-{width}"
        for name, batches in (("gru", seconds), ("gru-int8", 0)):
            given = (folder / f"{name}.onnx", folder / "inputs.f32", STEPS, INPUTS, width)
            made.append(Side(f"{name}-{width}", (programs / "onnx_runtime", "answers", *given, folder / f"{name}.f32"),
                             (programs / "onnx_runtime", "time", *given, max(20, calls // 4), batches)))
    return {side.name: side for side in made}


def figure(values, digits=1):
    """Median and spread."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def thousands(values):
    return figure([value / 1000 for value in values], 0 if statistics.median(values) >= 100_000 else 1)


def ratio(theirs, ours):
    """Of the medians, and of the turns side by side."""
    turns = [their / our for their, our in zip(theirs, ours)]
    return f"{statistics.median(theirs) / statistics.median(ours):.1f} ({min(turns):.1f}-{max(turns):.1f})"


def table(head, rows):
    return ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] + ["---:"] * (len(head) - 1)) + " |",
            *("| " + " | ".join(row) + " |" for row in rows)]


def latencies(label, side, name):
    return [label, *(figure(side.over_turns(name, at)) for at in range(len(PERCENTILES)))]


def against(label, ours, kernels, theirs, opponent):
    """Rows for Weir's kernels and, behind each, how many times longer the opponent takes."""
    return [[*latencies(f"Weir, {label}, {kernel}", ours, kernel),
             *(ratio(theirs.over_turns(opponent, at), ours.over_turns(kernel, at)) for at in (0, 1))]
            for kernel in kernels]


def fastest(side, names):
    return min(names, key=lambda name: statistics.median(side.over_turns(name, 0)))


def speed(all_sides):
    kernels = [kernel for kernel in KERNELS if kernel in all_sides["trees"].names()]
    head = ["microseconds", *PERCENTILES, "p50: opponent / Weir", "p99: opponent / Weir"]
    xgboost, trees = all_sides["xgboost"], all_sides["trees"]
    best = fastest(xgboost, ("in place", "matrix"))
    rows = [[*latencies(f"XGBoost, {name}", xgboost, name), "", ""] for name in ("in place", "matrix")]
    # No kernel has a say in trees.
    rows += against("trees from numbers", trees, kernels[:1], xgboost, best)
    lines = ["## One decision", "", f"Trees, the opponent's faster way ({best}):", "", *table(head, rows)]
    for width in WIDTHS:
        float32, int8 = all_sides[f"gru-{width}"], all_sides[f"gru-int8-{width}"]
        opponent = min((float32, int8), key=lambda side: statistics.median(side.over_turns("run", 0)))
        rows = [[*latencies("ONNX Runtime, GRU in float32", float32, "run"), "", ""],
                [*latencies("ONNX Runtime, int8 by MatMulInteger", int8, "run"), "", ""]]
        rows += against("unit, head, calibration", all_sides[f"sequence-{width}"], kernels, opponent, "run")
        lines += ["", f"Sequence of K = {STEPS} events, width H = {width}, {INPUTS} inputs an event for the opponent, "
                  "its faster precision:", "", *table(head, rows)]
    rows = []
    for width in WIDTHS:
        side = all_sides[f"whole-{width}"]
        rows.append(latencies(f"H = {width}: quantizing alone", side, "quantize"))
        rows += [latencies(f"H = {width}: all, {kernel}", side, kernel) for kernel in kernels]
        rows += [latencies(f"H = {width}: all, with reasons, {kernel}", side, f"{kernel} reasons")
                 for kernel in kernels]
    lines += ["", f"The whole model, from numbers, codes of {STEPS} events and a text to the probability; with reasons: "
              "the contribution of each of its groups besides, as of a flagged payment:", "",
              *table(["microseconds", *PERCENTILES], rows)]
    rows = [["XGBoost, 10,000 rows a call", thousands(xgboost.rate("batch")), ""]]
    rows += [[f"Weir, trees, {kernels[0]}", thousands(trees.rate(f"{kernels[0]} batch")),
              ratio(trees.rate(f"{kernels[0]} batch"), xgboost.rate("batch"))]]
    for width in WIDTHS:
        float32 = all_sides[f"gru-{width}"]
        batch = max(float32.rates[0], key=lambda name: statistics.median(float32.rate(name)))
        rows.append([f"ONNX Runtime, GRU {width} in float32, {batch}", thousands(float32.rate(batch)), ""])
        ours = {kernel: all_sides[f"sequence-{width}"].rate(f"{kernel} batch") for kernel in kernels}
        rows += [[f"Weir, sequence {width}, {kernel}", thousands(ours[kernel]),
                  ratio(ours[kernel], float32.rate(batch))]
                 for kernel in kernels]
    rows += [[f"Weir, whole {width}, {kernel}", thousands(all_sides[f"whole-{width}"].rate(f"{kernel} batch")), ""]
             for width in WIDTHS for kernel in kernels]
    return lines + ["", "## Many rows", "", "A thousand rows a second, by processor time of one thread:", "",
                    *table(["", "thousand rows/s", "Weir / opponent"], rows)]


def page(options, versions, compared, all_sides, loads):
    clock = [value for side in all_sides.values() if "clock" in side.names() for value in side.over_turns("clock", 0)]
    return "\n".join([
        "# A model's score", "",
        "Written by the command below; [README.md](../README.md) tells what it measures and how to read it.", "",
        *record.where_and_how(), f"- {', '.join(versions)}", "- `" + " ".join(["bench/model.py", *sys.argv[1:]]) + "`",
        f"- {options.turns} turns of each side, all on processor {options.core}; load before each turn: "
        + ", ".join(loads),
        f"- two looks at the clock around each call take {statistics.median(clock) * 1000:.0f} ns, and are in its time",
        "", "Median over the turns, smallest and greatest in brackets.", "", "## Answers", "",
        *(f"- {line}" for line in compared), "- Weir: the same bits with each kernel, all rows of each model", "",
        *speed(all_sides)]) + "\n"


def measure(options, home, programs, python):
    say("making the models")
    output_of(python, ROOT / "bench/model_maker.py", "make", home, *(["--tiny"] if options.tiny else []))
    all_sides = sides(options, home, programs)
    say("comparing the answers")
    told = {output_of(*side.answers).strip() for side in all_sides.values()}
    compared = output_of(python, ROOT / "bench/model_maker.py", "compare", home).strip().splitlines()
    loads = []
    for turn in range(options.turns):
        say(f"turn {turn + 1} of {options.turns}")
        loads.append(record.load_average().split()[0])
        # None is always the one that comes after the same other.
        for side in all_sides.values() if turn % 2 == 0 else reversed(all_sides.values()):
            side.turn(options.core)
    return page(options, sorted(told - {""}), compared, all_sides, loads)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="where it was built")
    parser.add_argument("--python", help="the training environment's (default: what ops/setup/training prints)")
    parser.add_argument("--turns", type=int, default=7, help="of each side (default 7)")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="processor (default: the last)")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder to make the models in, and to leave")
    parser.add_argument("--out", type=pathlib.Path, help="file for the markdown page")
    parser.add_argument("--tiny", action="store_true", help="small models, one turn, for the answers; no network")
    options = parser.parse_args()
    if options.tiny:
        options.turns = 1
    python, why = training_python(options)
    if python is None:
        say(f"skipped: {why}")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="weir-model-") as folder:
        programs = pathlib.Path(folder)
        home = options.keep or programs / "models"
        home.mkdir(parents=True, exist_ok=True)
        try:
            if why := build_opponents(programs, python, options.tiny):
                say(f"skipped: {why}")
                return SKIPPED
            found = measure(options, home, programs, python)
        except Refused as refused:
            say(f"no figures: {refused}")
            return 1
    print(found, end="")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
