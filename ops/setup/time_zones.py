#!/usr/bin/env python3
"""Writes rules/cel/time_zones.txt, the time zones of the rule language.

usage: time_zones.py FOLDER [OUTPUT]

FOLDER holds compiled zones (TZif) and tzdata.zi of one version of the IANA database, which is in the public domain:
/usr/share/zoneinfo where Debian's package tzdata is installed, or what the Python package tzdata brings:

  pip download --no-deps tzdata && unzip tzdata-*.whl
  ops/setup/time_zones.py tzdata/zoneinfo && tests/rules/cel/time_zones_golden.py tzdata/zoneinfo

Policies that name a zone decide by this file: change it on purpose. Transitions that don't change the offset, and those
that the rule for the years after the last one makes as well, are left out.
"""

import datetime
import pathlib
import re
import struct
import sys

HEAD = """\
version {version}
# Time zones of the IANA database (public domain), made by ops/setup/time_zones.py.
# zone NAME OFFSET RULE, then a line for each moment, in UTC, from which on another offset (hours, minutes, seconds
# east of UTC) holds; OFFSET holds before the first of them, RULE (as in POSIX TZ) after the last.
# link NAME ZONE: another name of that zone. Sorted by name.
"""
NOT_ZONES = ("posix/", "right/", "localtime", "posixrules")
RULE_NAME = r"(?:<[-+\w]+>|[A-Za-z]+)"
RULE_TIME = r"(-?\d+)(?::(\d+))?(?::(\d+))?"
RULE = re.compile(rf"{RULE_NAME}{RULE_TIME}(?:{RULE_NAME}(?:{RULE_TIME})?,"
                  rf"M(\d+)\.(\d)\.(\d)(?:/{RULE_TIME})?,M(\d+)\.(\d)\.(\d)(?:/{RULE_TIME})?)?")
EPOCH = datetime.datetime(1970, 1, 1)


def seconds(groups, default):
    if groups[0] is None:
        return default
    size = abs(int(groups[0])) * 3600 + int(groups[1] or 0) * 60 + int(groups[2] or 0)
    return -size if groups[0].startswith("-") else size


class Rule:
    """A POSIX TZ string: standard and daylight offset and when they change, every year alike."""

    def __init__(self, text):
        match = RULE.fullmatch(text)
        if not match:
            raise ValueError(f"{text}: not a rule of the kind that zones have")
        groups = match.groups()
        self.standard = -seconds(groups[0:3], 0)
        self.daylight = None
        if groups[6] is not None:
            self.daylight = -seconds(groups[3:6], -(self.standard + 3600))
            self.begins = tuple(map(int, groups[6:9])) + (seconds(groups[9:12], 7200),)
            self.ends = tuple(map(int, groups[12:15])) + (seconds(groups[15:18], 7200),)

    def changes(self, year):
        """(moment, offset) of that year, in order."""
        if self.daylight is None:
            return []
        return sorted([(self.moment(year, self.begins) - self.standard, self.daylight),
                       (self.moment(year, self.ends) - self.daylight, self.standard)])

    @staticmethod
    def moment(year, change):
        month, week, weekday, time = change
        first = datetime.datetime(year, month, 1)
        days = (weekday - first.isoweekday()) % 7 + (week - 1) * 7
        while (first + datetime.timedelta(days)).month != month:
            days -= 7
        return int((first - EPOCH).total_seconds()) + days * 86400 + time


def read_zone(data):
    """(offset before the first transition, [(moment, offset)], rule) of a TZif file of version 2 or later."""
    def header(at):
        if data[at:at + 4] != b"TZif" or data[at + 4:at + 5] < b"2":
            raise ValueError("not a TZif file of version 2 or later")
        return struct.unpack(">6l", data[at + 20:at + 44])
    ut, std, leaps, times, types, letters = header(0)
    at = 44 + times * 5 + types * 6 + letters + leaps * 8 + std + ut
    ut, std, leaps, times, types, letters = header(at)
    if leaps:
        raise ValueError("it counts leap seconds")
    at += 44
    moments = struct.unpack(f">{times}q", data[at:at + 8 * times])
    indices = data[at + 8 * times:at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">l", data[at + 6 * i:at + 6 * i + 4])[0] for i in range(types)]
    rule = data[at + 6 * types + letters + std + ut:].decode().strip()
    return offsets[0], [(moment, offsets[index]) for moment, index in zip(moments, indices)], rule


def shortened(first, transitions, rule):
    """Without the transitions that change nothing, and without the last ones as far as the rule makes them."""
    kept = []
    for moment, offset in transitions:
        # The last one may change nothing but say from when on the rule holds.
        if offset != (kept[-1][1] if kept else first) or moment == transitions[-1][0]:
            kept.append((moment, offset))
    rules = Rule(rule)
    while len(kept) > 1 and made_by(rules, *kept[-2:]):
        kept.pop()
    last = kept[-1][1] if kept else first
    if last not in (rules.standard, rules.daylight):
        raise ValueError("the rule does not go on where the transitions end")
    return kept


def made_by(rules, earlier, later):
    """Whether the rule, begun at the earlier transition, has the same offsets to the later one and at it."""
    years = range(year_of(earlier[0]) - 1, year_of(later[0]) + 2)
    made = [change for year in years for change in rules.changes(year)]
    begins = [change for change in made if change[0] <= earlier[0]]
    wanted = [later] if later[1] != earlier[1] else []
    return ((begins[-1][1] if begins else rules.standard) == earlier[1] and
            [change for change in made if earlier[0] < change[0] <= later[0]] == wanted)


def year_of(moment):
    return (EPOCH + datetime.timedelta(seconds=moment)).year


def time_text(moment):
    return (EPOCH + datetime.timedelta(seconds=moment)).isoformat().removesuffix(":00")


def offset_text(offset):
    size = abs(offset)
    parts = [f"{'-' if offset < 0 else '+'}{size // 3600}", f"{size // 60 % 60:02}", f"{size % 60:02}"]
    while parts[1:] and parts[-1] == "00":
        parts.pop()
    return ":".join(parts)


def read_zones(folder):
    zones = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or name.startswith(NOT_ZONES):
            continue
        data = path.read_bytes()
        if data.startswith(b"TZif"):
            zones[name] = data
    return zones


def links_of(lines):
    """Name -> zone of tzdata.zi's links, each followed to its end."""
    links = {name: target for _, target, name in (line.split() for line in lines if line.startswith("L "))}
    return {name: follow(links, target) for name, target in links.items()}


def follow(links, name):
    while name in links:
        name = links[name]
    return name


def lines_of(zones, links):
    for name in sorted(zones):
        target = links.get(name)
        if target in zones and zones[target] == zones[name]:
            yield f"link {name} {target}"
            continue
        first, transitions, rule = read_zone(zones[name])
        try:
            kept = shortened(first, transitions, rule)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        yield f"zone {name} {offset_text(first)} {rule}"
        yield from (f"{time_text(moment)} {offset_text(offset)}" for moment, offset in kept)


def main(arguments):
    if len(arguments) not in (1, 2) or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    folder = pathlib.Path(arguments[0])
    output = pathlib.Path(__file__).resolve().parents[2] / "rules/cel/time_zones.txt"
    if len(arguments) == 2:
        output = pathlib.Path(arguments[1])
    source = (folder / "tzdata.zi").read_text().splitlines()
    version = source[0].removeprefix("# version ")
    zones = read_zones(folder)
    text = HEAD.format(version=version) + "".join(line + "\n" for line in lines_of(zones, links_of(source)))
    output.write_text(text)
    print(f"{output}: version {version}, {len(zones)} names, {len(text)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
