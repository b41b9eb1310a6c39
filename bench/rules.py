#!/usr/bin/env python3
"""What rules cost for one event: Weir beside cel-go, on the same rules and events, in alternating turns.

Draws the workloads (bench/rule_mix.py: 10, 1,000 and 10,000 rules), runs build/release/bench/rules and bench/cel_go on
each in turns, and prints a table. Nothing is printed unless both give the same verdict for every rule and event.

usage: rules.py [--build DIR] [--turns N] [--tiny]
"""

import argparse
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = 77
VERDICTS = re.compile(r"^(.+): verdicts ([0-9a-f]{16}): (.*)$", re.M)
TIMES = re.compile(r"^(.+): ([0-9.]+) ns per event", re.M)
# Rules, events, cel-go's timed runs in a turn, ours. A run takes at least one pass over all events, and with 10,000
# rules a pass of cel-go over 1,000 of them would take a quarter of a minute, eight times in each turn.
WORKLOADS = ((10, 1000, 3, 5), (1000, 1000, 2, 5), (10000, 250, 1, 5))
TINY = ((10, 20, 1, 1), (40, 20, 1, 1))


class Refused(Exception):
    pass


def say(text):
    print(f"rules: {text}", file=sys.stderr, flush=True)


def output_of(*command, **more):
    result = subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **more)
    if result.returncode != 0:
        raise Refused(f"{command[0]} ended with {result.returncode}:\n{result.stderr.strip()}")
    return result.stdout


def build_cel_go(home, offline):
    """The program, or None with a word why there is none here."""
    if shutil.which("go") is None:
        return None, "there is no `go` here"
    environment = dict(os.environ, **({"GOPROXY": "off", "GOTOOLCHAIN": "local"} if offline else {}))
    source = ROOT / "bench/cel_go"
    listed = subprocess.run(["go", "list", "-deps", "."], cwd=source, env=environment, text=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if listed.returncode != 0:
        return None, "cel-go's modules are not here: " + (listed.stderr.strip().splitlines() or ["?"])[-1]
    program = home / "cel_go"
    output_of("go", "build", "-o", program, ".", cwd=source, env=environment)
    return program, ""


def parse(text):
    """Verdicts and nanoseconds by the name of the way."""
    return dict((way, (hash_, counts)) for way, hash_, counts in VERDICTS.findall(text)), \
        {way: float(ns) for way, ns in TIMES.findall(text)}


def one_turn(options, cel_go, workload, cel_go_runs, runs, seconds):
    """Times of Weir and of each of cel-go's ways, and Weir's time to check and compile in ms."""
    ours = output_of(options.build / "bench/rules", workload, "--runs", runs, "--seconds", seconds)
    theirs = output_of(cel_go, "-runs", cel_go_runs, "-seconds", seconds, workload)
    verdicts, times = parse(ours)
    others, other_times = parse(theirs)
    if set(verdicts) != {"weir"} or len(others) != 4 or set(others) != set(other_times):
        raise Refused(f"not understood:\n{ours}\n{theirs}")
    wrong = [way for way, found in others.items() if found != verdicts["weir"]]
    if wrong:
        raise Refused(f"other verdicts than Weir's {verdicts['weir']}: " +
                      "; ".join(f"{way} {others[way]}" for way in wrong))
    compiled = float(re.search(r"checked and compiled in ([0-9.]+) ms", ours).group(1))
    return {**times, **other_times}, compiled, ours.splitlines()[0], theirs.splitlines()[0], verdicts["weir"][0]


def fastest(turns, ways):
    """The times of the way with the smallest median."""
    return min(([turn[way] for turn in turns] for way in ways), key=statistics.median)


def figure(values, scale=1e-3):
    """Median and spread; microseconds unless told otherwise."""
    shown = [f"{value * scale:.3g}" if value * scale < 100 else f"{value * scale:.0f}"
             for value in (statistics.median(values), min(values), max(values))]
    return f"{shown[0]} ({shown[1]}-{shown[2]})"


def compare(options, cel_go, home, size):
    rules, events, cel_go_runs, runs = size
    workload = home / f"{rules}.json"
    output_of(sys.executable, ROOT / "bench/rule_mix.py", workload, "--rules", rules, "--events", events)
    turns, compiled = [], []
    for turn in range(options.turns):
        say(f"{rules} rules, turn {turn + 1} of {options.turns}")
        times, milliseconds, ours, theirs, hash_ = one_turn(options, cel_go, workload, cel_go_runs, runs,
                                                            0.001 if options.tiny else 0.5)
        turns.append(times)
        compiled.append(milliseconds)
    ways = [way for way in turns[0] if way != "weir"]
    weir = [turn["weir"] for turn in turns]
    plain = fastest(turns, [way for way in ways if "cost limit" not in way])
    limited = fastest(turns, [way for way in ways if "cost limit" in way])
    ratio = lambda other: f"{statistics.median(other) / statistics.median(weir):.1f}"
    print(f"{ours}; verdicts {hash_} from both", flush=True)
    return theirs, [f"{rules}", figure(weir), figure(plain), ratio(plain), figure(limited), ratio(limited),
                    figure(compiled, 1)]


def print_table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release", help="where bench/rules was built")
    parser.add_argument("--turns", type=int, default=5, help="of each side on each workload (default 5)")
    parser.add_argument("--tiny", action="store_true", help="small workloads, one turn, for the verdicts; no network")
    options = parser.parse_args()
    if options.tiny:
        options.turns = 1
    with tempfile.TemporaryDirectory(prefix="weir-rules-") as folder:
        home = pathlib.Path(folder)
        cel_go, why = build_cel_go(home, options.tiny)
        if cel_go is None:
            say(f"skipped: {why}")
            return SKIPPED
        try:
            found = [compare(options, cel_go, home, size) for size in (TINY if options.tiny else WORKLOADS)]
        except Refused as refused:
            say(f"no figures: {refused}")
            return 1
    theirs = found[0][0].split(",")
    print(f"beside {theirs[0]},{theirs[1]}; us per event, all rules: median of {options.turns} turns (fastest-slowest)\n")
    print_table([["rules", "Weir", "cel-go", "ratio", "cel-go, cost limit", "ratio", "Weir: check, compile [ms]"]]
                + [row for _, row in found])
    return 0


if __name__ == "__main__":
    sys.exit(main())
