#!/usr/bin/env python3
"""Writes tests/rules/cel/golden/time_zones.golden: what Python's zoneinfo says of every zone.

usage: time_zones_golden.py FOLDER

FOLDER is the one that ops/setup/time_zones.py was given. Each line is a name and a hash over all changes of its offset
that a walk of a week a step from 1840 to 2110 meets (the second and the new offset), and over its offset at moments
from year 1 to 9999; time_zones_test.cc walks alike. zoneinfo reads the compiled zones itself, in its own way.
"""

import datetime
import pathlib
import sys
import zoneinfo

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WEEK = 7 * 86400
WALK = (-4_102_444_800, 4_417_977_600)  # 1840-01-01 to 2110-01-01
GRID = (-62_135_000_000, 253_402_000_000, 315_569_527)  # ten years and a second a step
MASK = 2**64 - 1


def hash_of(zone):
    def offset(moment):
        local = (EPOCH + datetime.timedelta(seconds=moment)).astimezone(zone)
        return local.utcoffset() // datetime.timedelta(seconds=1)

    digest = 14695981039346656037
    def add(number):
        nonlocal digest
        digest = ((digest ^ (number & MASK)) * 1099511628211) & MASK

    before = offset(WALK[0])
    add(before)
    for moment in range(WALK[0] + WEEK, WALK[1], WEEK):
        after = offset(moment)
        if after != before:
            low, high = moment - WEEK, moment
            while high - low > 1:
                middle = (low + high) // 2
                if offset(middle) == before:
                    low = middle
                else:
                    high = middle
            add(high)
            add(after)
        before = after
    for moment in range(*GRID):
        add(offset(moment))
    return digest


def main(arguments):
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    folder = pathlib.Path(arguments[0]).resolve()
    zoneinfo.reset_tzpath([folder])
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                   if path.is_file() and path.read_bytes()[:4] == b"TZif")
    names = [name for name in names if not name.startswith(("posix/", "right/", "localtime", "posixrules"))]
    output = pathlib.Path(__file__).resolve().parent / "golden/time_zones.golden"
    output.parent.mkdir(exist_ok=True)
    output.write_text("".join(f"{name} {hash_of(zoneinfo.ZoneInfo(name)):016x}\n" for name in names))
    print(f"{output}: {len(names)} zones")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
