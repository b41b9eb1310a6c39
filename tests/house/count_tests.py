#!/usr/bin/env python3
"""Counts the test cases of finished ctest runs.

usage: count_tests.py DIR...

Each DIR holds one run: tests.json (ctest --show-only=json-v1), ctest.xml (ctest --output-junit) and gtest/*.xml,
written under GTEST_OUTPUT=xml:DIR/gtest/. One entry of ctest is a whole GoogleTest executable; its cases are counted
from its own report. An entry without a report counts as one case: a script, or an executable that died before it could
write one.

Prints each run's counts, what failed, why cases were skipped, and last 'N passed, N failed, N skipped' over all runs.
Exit status: 0 when something passed and nothing failed, else 1.
"""

import collections
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]);")


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = collections.Counter()

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def line(self):
        return f"{self.passed} passed, {len(self.failed)} failed, {sum(self.skipped.values())} skipped"


def skip_reason(message):
    """GoogleTest puts file:line before what the test said, in a line of its own."""
    lines = [line for line in message.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"


def gtest_counts(report, entry):
    counts = Counts()
    for case in report.iter("testcase"):
        if case.find("failure") is not None:
            counts.failed.append(f"{entry}: {case.get('classname')}.{case.get('name')}")
        elif case.get("status") == "notrun":
            counts.skipped["disabled"] += 1
        elif case.get("result") == "skipped":
            skipped = case.find("skipped")
            counts.skipped[skip_reason("" if skipped is None else skipped.get("message", ""))] += 1
        else:
            counts.passed += 1
    return counts


def gtest_reports(directory):
    """Executable name -> its reports. A second run of one executable in the same ctest run is named NAME_1.xml."""
    reports = collections.defaultdict(list)
    for path in sorted(directory.glob("*.xml")):
        # A test may print any bytes into its failure message; XML holds fewer.
        text = NOT_XML.sub("?", path.read_bytes().decode("utf-8", errors="replace"))
        try:
            reports[path.stem].append(ElementTree.fromstring(text.split("?>", 1)[-1]))
        except ElementTree.ParseError:
            continue  # Cut short by a crash: the entry then counts as one case, by its exit status.
    return reports


def take_reports(reports, executable):
    taken = reports.pop(executable, [])
    number = 1
    while f"{executable}_{number}" in reports:
        taken += reports.pop(f"{executable}_{number}")
        number += 1
    return taken


def count_run(directory):
    listing = json.loads((directory / "tests.json").read_text())
    executables = {test["name"]: pathlib.Path(test["command"][0]).name
                   for test in listing["tests"] if test.get("command")}
    reports = gtest_reports(directory / "gtest")
    by_executable = collections.defaultdict(list)
    for entry in ElementTree.parse(directory / "ctest.xml").getroot().iter("testcase"):
        by_executable[executables.get(entry.get("name"), entry.get("name"))].append(entry)

    counts = Counts()
    for executable, entries in by_executable.items():
        names = ", ".join(entry.get("name") for entry in entries)
        found = take_reports(reports, executable)
        explained = 0
        for report in found:
            cases = gtest_counts(report, names)
            counts.add(cases)
            explained += bool(cases.failed)
        unreported = len(entries) - len(found)
        for entry in sorted(entries, key=lambda entry: entry.get("status") != "fail"):
            status = entry.get("status")
            if status == "fail":
                if explained:
                    explained -= 1  # Its failed cases are counted already.
                    continue
                failure = entry.find("failure")
                why = "" if failure is None else failure.get("message", "")
                counts.failed.append(f"{entry.get('name')}: {why or 'failed'}")
                unreported -= 1
            elif unreported > 0:
                unreported -= 1
                skipped = entry.find("skipped")
                why = "" if skipped is None else skipped.get("message", "")
                if status == "run":
                    counts.passed += 1
                elif status == "disabled":
                    counts.skipped["disabled"] += 1
                elif why.startswith("SKIP_"):
                    counts.skipped[f"{entry.get('name')} said so"] += 1
                else:
                    counts.failed.append(f"{entry.get('name')}: not run: {why}")
    return counts


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    total = Counts()
    for argument in arguments:
        directory = pathlib.Path(argument)
        counts = count_run(directory)
        print(f"{directory.name}: {counts.line()}")
        for failure in counts.failed:
            print(f"  failed   {failure} (see {directory / 'ctest.log'})")
        for reason, number in sorted(counts.skipped.items()):
            print(f"  {number} skipped: {reason}")
        total.add(counts)
    if not total.passed and not total.failed:
        print("no test ran")
    print(total.line())
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
