#!/usr/bin/env python3
"""Expressions of CEL evaluated by Weir and by cel-go, which must agree.

Builds bench/cel_go, runs build/release/bench/cel_cases (the expressions written in bench/cel_edges.txt, and random ones
from a seed) and has cel-go evaluate the same. Prints `N expressions, N alike, N differ` and the first that differ.
Those of bench/cel_deviations.json are expected to differ, each for its reason; all others are a failure.

usage: cel_cases.py [--build DIR] [--seed N] [--count N] [--show N] [--known]
"""

import argparse
import collections
import json
import pathlib
import re
import sys
import tempfile

sys.dont_write_bytecode = True
import rules  # noqa: E402  (how cel-go is built)

BENCH = pathlib.Path(__file__).resolve().parent


def say(text):
    print(f"cel_cases: {text}", file=sys.stderr, flush=True)


class Deviation:
    """All of what it names must be there; `message` is what both sides say of a fault."""

    def __init__(self, entry):
        self.reason = entry["reason"]
        self.checked = entry.get("checked")
        self.patterns = {key: re.compile(entry[key]) for key in ("expression", "ours", "theirs", "message")
                         if key in entry}
        unknown = entry.keys() - self.patterns.keys() - {"reason", "checked"}
        if unknown:
            raise rules.Refused(f"cel_deviations.json: no deviation has {', '.join(sorted(unknown))}")

    def covers(self, difference):
        if self.checked is not None and self.checked != difference["checked"]:
            return False
        return all(pattern.search(difference.get(key, "")) for key, pattern in self.patterns.items())


def compared(options, cel_go, home, *arguments):
    """The differences of one run of cel_cases, and how many cases it had."""
    cases = home / "cases.jsonl"
    cases.write_text(rules.output_of(options.build / "bench/cel_cases", *arguments))
    lines = [json.loads(line) for line in rules.output_of(cel_go, "-cases", cases).splitlines()]
    return lines[:-1], lines[-1]["cases"]


def described(difference):
    mode = "checked" if difference["checked"] else "unchecked"
    container = f", in {difference['container']}" if difference.get("container") else ""
    lines = [f"  {difference['expression']}    ({mode}{container})"]
    lines += [f"    {name} = {value}" for name, value in sorted(difference.get("variables", {}).items())]
    lines += [f"    Weir    {difference['ours']}", f"    cel-go  {difference['theirs']}"]
    lines += [f"      {line}" for line in difference.get("message", "").splitlines()]
    return "\n".join(lines)


def judged(options, differences, count):
    deviations = [Deviation(entry) for entry in json.loads((BENCH / "cel_deviations.json").read_text())]
    known = collections.Counter()
    others = []
    for difference in differences:
        deviation = next((each for each in deviations if each.covers(difference)), None)
        if deviation is None:
            others.append(difference)
        else:
            known[deviation.reason] += 1
    print(f"{count} expressions, {count - len(differences)} alike, {len(differences)} differ")
    print(f"{len(differences) - len(others)} of them for {len(known)} known reasons, {len(others)} for none")
    if options.known:
        for reason, times in known.most_common():
            print(f"{times:6}  {reason}")
    for difference in others[:options.show]:
        print(described(difference))
    unused = [each.reason for each in deviations if not known[each.reason]]
    for reason in unused:
        print(f"no case deviates any more for this reason: {reason}")
    return 1 if others or unused else 0


def run(options):
    with tempfile.TemporaryDirectory() as folder:
        home = pathlib.Path(folder)
        cel_go, why = rules.build_cel_go(home, options.tiny)
        if cel_go is None:
            say(why)
            return rules.SKIPPED
        written, written_count = compared(options, cel_go, home, "written", BENCH / "cel_edges.txt")
        made, made_count = compared(options, cel_go, home, "made", "--seed", options.seed, "--count", options.count)
        return judged(options, written + made, written_count + made_count)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=BENCH.parent / "build/release", help="what to run")
    parser.add_argument("--seed", type=int, default=1, help="of the random expressions (1)")
    parser.add_argument("--count", type=int, default=100_000, help="of random expressions (100000)")
    parser.add_argument("--show", type=int, default=20, help="how many of those that differ to print (20)")
    parser.add_argument("--known", action="store_true", help="say how many differ for each known reason")
    parser.add_argument("--tiny", action="store_true", help="few random ones, and nothing fetched: for ctest")
    options = parser.parse_args()
    if options.tiny:
        options.count = 2_000
    try:
        return run(options)
    except rules.Refused as refused:
        say(refused)
        return 1


if __name__ == "__main__":
    sys.exit(main())
