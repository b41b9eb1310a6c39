"""What must hold after any run, however often it was interrupted: the audit order, fed to a fresh core, is the oracle."""

import collections
import hashlib
import json
import re

from weir_process import value_bytes, weir


class Counted:
    """The audit records that count, in their order, found without the engine's own code (engine/shard/author.h)."""

    def __init__(self, bank):
        self.records = []
        self.not_counted = 0
        author = None
        for line in bank.read("audit"):
            parsed = json.loads(line["value"])
            record, engine = parsed["record"], parsed["engine"]
            writer = engine["id"], engine["generation"]
            if record["kind"] == "start":
                counts = record["sequence"] >= len(self.records)
                author = writer if counts else author
            else:
                counts = writer == author
            if not counts:
                self.not_counted += 1
                continue
            assert record["sequence"] == len(self.records), \
                f"record {record['sequence']} stands where {len(self.records)} should, at offset {line['offset']}"
            self.records.append(record)
        self.kinds = collections.Counter(record["kind"] for record in self.records)

    def policies(self):
        """The last records of policies: a large one stands in several parts."""
        return [record for record in self.of("policy") if record.get("part") == record.get("parts")]

    def of(self, kind):
        return [record for record in self.records if record["kind"] == kind]


def replay(bank):
    """`weir replay` of audit stream and decisions: everything identical. Gives the numbers that it printed."""
    done = weir("replay", "--audit", bank.url("audit"), "--decisions", bank.url("decisions"), "--quiet", check=False)
    if done.returncode != 0:
        raise AssertionError(f"weir replay: exit status {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-1000:]}")
    audit, decisions = done.stdout.splitlines()[-2:]
    numbers = [int(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?= )", audit)]
    total, identical, different, altered, gaps, not_counted = numbers[:6]
    assert identical + not_counted == total and different + altered + gaps == 0, audit
    found = re.fullmatch(r"([\d,]+) decisions: ([\d,]+) identical \(([\d,]+) of them repeats\), 0 different, 0 missing",
                         decisions)
    assert found and found[1] == found[2], decisions
    as_number = [int(text.replace(",", "")) for text in found.groups()]
    return {"audit": total, "not_counted": not_counted, "decisions": as_number[0], "repeats": as_number[2]}


def check_inputs(bank, counted):
    """Every offset of every input partition stands exactly once among the counted records, each with the offset that
    was consumed before it and the digest of the bytes that are there. Gives {(topic, partition): {offset: bytes}}."""
    inputs = {}
    for topic in ("transactions", "labels"):
        for record in bank.read(topic):
            place = bank.prefix + topic, record["partition"]
            inputs.setdefault(place, {})[record["offset"]] = value_bytes(record)
    last = {place: -1 for place in inputs}
    for record in counted.records:
        if "input" not in record:
            continue
        place = record["input"]
        partition = place["topic"], place["partition"]
        assert partition in inputs, f"record {record['sequence']} names {partition}, which has no records"
        assert place["previous"] == last[partition], \
            f"record {record['sequence']}: previous is {place['previous']}, consumed before was {last[partition]}"
        assert place["offset"] == last[partition] + 1, \
            f"record {record['sequence']}: offset {place['offset']} of {partition} after {last[partition]}"
        value = inputs[partition][place["offset"]] or b""
        assert hashlib.sha256(value).hexdigest() == place["sha256"], f"record {record['sequence']}: another digest"
        last[partition] = place["offset"]
    for partition, offsets in inputs.items():
        assert last[partition] == max(offsets), f"{partition} is audited up to {last[partition]} of {max(offsets)}"
    return inputs


def check_dead_letters(bank, counted, inputs):
    """Each record that could not be read is on the dead-letter topic with its original bytes; nothing else is."""
    owed = {(r["input"]["topic"], r["input"]["partition"], r["input"]["offset"]): r for r in counted.of("dead_letter")}
    found = collections.Counter()
    for letter in bank.read("dead-letters"):
        headers = {header["name"]: header.get("value") for header in letter["headers"]}
        place = headers["weir.topic"], int(headers["weir.partition"]), int(headers["weir.offset"])
        assert place in owed, f"dead letter {letter['offset']} is of {place}, which no dead-letter record names"
        assert value_bytes(letter) == inputs[place[:2]][place[2]], f"dead letter {letter['offset']} has other bytes"
        assert headers["weir.reason"] == owed[place]["reason"], place
        assert int(headers["weir.audit_sequence"]) == owed[place]["sequence"], place
        found[place] += 1
    missing = owed.keys() - found.keys()
    assert not missing, f"no dead letter of {sorted(missing)[:5]}"
    return sum(found.values())


def check_decisions(bank, counted):
    """Every transaction and duplicate has a decision, and every decision an audit record; without weir's own code."""
    owed = {r["sequence"]: (r["outcome"], r["score"], r["reasons"], r["flags"]) for r in counted.of("transaction")}
    found = collections.Counter()
    bytes_of = {}
    for line in bank.read("decisions"):
        decision = json.loads(line["value"])
        sequence = decision["audit"]["sequence"]
        facts = (decision["outcome"], decision["score"], [reason["rule"] for reason in decision["reasons"]],
                 decision["flags"])
        assert owed.get(sequence) == facts, f"decision {line['partition']}:{line['offset']}: {facts}"
        assert bytes_of.setdefault(sequence, line["value"]) == line["value"], f"two decisions of record {sequence}"
        found[sequence] += 1
    missing = owed.keys() - found.keys()
    assert not missing, f"no decision of the records {sorted(missing)[:5]}"


def check_run(bank):
    """All of it. Gives numbers worth printing."""
    counted = Counted(bank)
    inputs = check_inputs(bank, counted)
    letters = check_dead_letters(bank, counted, inputs)
    check_decisions(bank, counted)
    numbers = replay(bank)
    assert numbers["not_counted"] == counted.not_counted, f"{numbers} {counted.not_counted}"
    return {**numbers, **counted.kinds, "dead letters on the topic": letters}
