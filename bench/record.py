#!/usr/bin/env python3
"""Runs a bench several times and writes what it printed to a page, with where and how it ran.

usage: record.py [--runs N] OUT.md TITLE COMMAND...
"""

import datetime
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def git(*command):
    return subprocess.run(["git", "-C", str(ROOT), *command], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def where_and_how():
    """Commit, date and machine, as lines of a markdown list."""
    changed = git("status", "--porcelain", "--untracked-files=no", "--", "engine", "rules", "connectors", "ops/command",
                  "bench").splitlines()
    memory = int(re.search(r"MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text()).group(1)) / 2**20
    cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)
    return [f"- commit {git('rev-parse', '--short=12', 'HEAD')}"
            + (f", with changes to {len(changed)} source files" if changed else ""),
            f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
            f"- {os.cpu_count()} processors ({cpu}), {memory:.0f} GiB, Linux {os.uname().release}"]


def load_average():
    return " ".join(pathlib.Path("/proc/loadavg").read_text().split()[:3])


def main(arguments):
    runs = 1
    if arguments[:1] == ["--runs"] and len(arguments) > 1:
        runs, arguments = int(arguments[1]), arguments[2:]
    if len(arguments) < 3 or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 2
    out, title, command = pathlib.Path(arguments[0]), arguments[1], arguments[2:]
    page = [f"# {title}", "", "Written by bench/record.py; README.md beside this folder says how to read it.", "",
            *where_and_how(), "- `" + " ".join(command) + "`", ""]
    for run in range(1, runs + 1):
        load = load_average()
        result = subprocess.run(command, text=True, stdout=subprocess.PIPE)
        print(result.stdout, end="", flush=True)
        if result.returncode != 0:
            print(f"record: the command ended with {result.returncode}: nothing is written", file=sys.stderr)
            return 1
        page += [f"Run {run} of {runs}, load before {load}:", "", "```", result.stdout.rstrip("\n"), "```", ""]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(page).rstrip("\n") + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
