#!/usr/bin/env python3
"""Real output against the JSON Schemas that ship, through a validator that is not ours.

usage: schema_test.py WRITE_SAMPLES ROOT

WRITE_SAMPLES DIR writes the samples. Each must be valid; each breakage below must be refused; and every leaf must be
the
SHA-256 that hashlib computes of the bytes as they stand there.
"""

import copy
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    sys.exit("schema_test: this test needs the Python package jsonschema (Debian: python3-jsonschema)")

KINDS = {"start", "policy", "transaction", "duplicate", "dead_letter", "label", "list"}
failures = []


def check(condition, message):
    if not condition:
        failures.append(message)
        print("FAILED:", message)


def no_duplicates(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def not_json(text):
    raise ValueError(text + " is not JSON")


def strict_json(text):
    return json.loads(text, object_pairs_hook=no_duplicates, parse_constant=not_json)


def validator(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    made = jsonschema.validators.validator_for(schema)
    assert made is jsonschema.Draft202012Validator, made
    made.check_schema(schema)
    return made(schema)


def check_leaf(name, raw):
    start, middle = b'{"record":', b',"leaf":"'
    end = raw.rindex(middle)
    check(raw.startswith(start), f"{name}: begins with its record")
    leaf = hashlib.sha256(b"\x00" + raw[len(start):end]).hexdigest()
    written = raw[end + len(middle):end + len(middle) + 64].decode()
    check(leaf == written, f"{name}: its leaf is {written}, hashlib says {leaf}")


def paths_of_objects(value, path=()):
    """Every object within, by the keys that lead to it."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from paths_of_objects(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of_objects(inner, path + (index,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changed(value, path, new):
    value = copy.deepcopy(value)
    at(value, path[:-1])[path[-1]] = new
    return value


# Objects with any names in them: there a member may go or come.
OPEN = {"fields", "features", "values", "files", "stages_ns"}
# Members that are there only where they say something, by what their object has besides.
OPTIONAL = {("detail", "error"), ("errors", "hits"), ("expires_ms", "author"), ("rules", "author")}


def structural_breakages(sample):
    """Each object with a member less and with a member more."""
    for path in paths_of_objects(sample):
        if path and path[-1] in OPEN:
            continue
        for key in at(sample, path):
            if any(key == name and beside in at(sample, path) for name, beside in OPTIONAL):
                continue
            broken = copy.deepcopy(sample)
            del at(broken, path)[key]
            yield f"without {'.'.join(map(str, path + (key,)))}", broken
        yield f"with one more in {'.'.join(map(str, path)) or 'the record'}", changed(sample, path + ("extra",), 1)


BROKEN_DECISION = [
    (("v",), 2), (("v",), "1"), (("id",), ""), (("id",), 7), (("type",), ""), (("time",), 1772184600125),
    (("time",), "2026-02-27T09:30:00.12Z"), (("time",), "2026-02-27T09:30:00"), (("time",), "2026-02-27 09:30:00Z"),
    (("outcome",), "Approve"), (("outcome",), "escalate"), (("score",), -1), (("score",), 1001), (("score",), 1.5),
    (("score",), "5"), (("reasons",), {}), (("reasons", 0, "code"), ""), (("reasons", 0, "rule"), "Not An Id"),
    (("reasons", 0, "points"), 1001), (("reasons", 0, "points"), None), (("flags",), ["early"]),
    (("flags",), ["late", "late"]), (("flags",), "late"), (("policy",), "0" * 64), (("policy",), "sha256:" + "0" * 63),
    (("policy",), "sha256:" + "A" * 64), (("audit", "shard"), -1), (("audit", "shard"), 2**32),
    (("audit", "sequence"), -1), (("audit", "sequence"), 2**64),
]
BROKEN_ENVELOPE = [
    (("leaf",), "0" * 63), (("leaf",), "G" * 64), (("leaf",), None), (("engine", "id"), ""), (("engine", "generation"), -1),
    (("stages_ns", "parse"), -1), (("stages_ns", "thinking"), 1), (("stages_ns", "rules"), 1.5), (("record",), None),
    (("record", "v"), 2), (("record", "semantics"), 0), (("record", "kind"), "decision"), (("record", "shard"), -1),
    (("record", "sequence"), -1), (("record", "sequence"), 2**64), (("record", "clock_ms"), 1.5),
    (("record", "clock_ms"), 253402300800000),
]
BROKEN_INPUT = [
    (("record", "input", "topic"), ""), (("record", "input", "partition"), -1), (("record", "input", "partition"), 2**31),
    (("record", "input", "offset"), -1), (("record", "input", "previous"), -2), (("record", "input", "sha256"), "00"),
]
BROKEN_KIND = {
    "transaction": [
        (("record", "policy"), "sha256:"), (("record", "flags"), ["conflict"]), (("record", "event", "id"), ""),
        (("record", "event", "time_ms"), "2026-02-27T09:30:00Z"), (("record", "event", "fields", "amount"), None),
        (("record", "event", "fields", "amount"), {"value": "12.50", "currency": "EUR"}),
        (("record", "event", "fields", "amount"), ["12.50", "EUR"]), (("record", "event", "fields", "a.b"), 1),
        (("record", "event", "fields", "1st"), 1), (("record", "features", "count"), 1),
        (("record", "features", "card.a.b"), 1), (("record", "features", "card.count_1h"), []),
        (("record", "features", "card.count_1h"), {"error": "none"}),
        (("record", "features", "card.count_1h"), {"error": "overflow", "detail": ""}),
        (("record", "features", "card.count_1h"), {"fault": "overflow"}), (("record", "approximate"), ["count"]),
        (("record", "approximate"), ["card.places", "card.places"]), (("record", "verdicts", "hits"), "3"),
        (("record", "verdicts", "hits"), "zz"), (("record", "rules", 0, "mode"), "live"), (("record", "rules", 0, "verdict"), "miss"),
        (("record", "rules", 0, "verdict"), "error"), (("record", "rules", 0, "verdict"), {"error": "Overflow"}),
        (("record", "rules", 0, "rule"), ""), (("record", "rules", 0, "values"), []),
        (("record", "rules", 0, "values", "card.count_1h"), {}), (("record", "outcome"), "declined"),
        (("record", "score"), 1001), (("record", "score"), -1), (("record", "reasons"), [7]),
        (("record", "reasons"), ["a-busy", "a-busy"]),
    ],
    "duplicate": [(("record", "event_id"), ""), (("record", "first_sequence"), -1)],
    "dead_letter": [
        (("record", "reason"), "none"), (("record", "reason"), "unreadable"), (("record", "field"), None),
        (("record", "byte_offset"), -1), (("record", "detail"), 7),
    ],
    "label": [
        (("record", "event_id"), ""), (("record", "label"), "unknown"), (("record", "known_at_ms"), 253402300800000),
        (("record", "waits"), 0),
    ],
    "list": [
        (("record", "list"), ""), (("record", "put", 0, "reason"), ""), (("record", "put", 0, "expires_ms"), "2027"),
        (("record", "put", 0, "rules"), ["Not An Id"]), (("record", "removed"), [7]), (("record", "entries"), -1),
    ],
    "start": [
        (("record", "engine"), ""), (("record", "generation"), -1), (("record", "build"), ""), (("record", "policy"), "p"),
        (("record", "token_key"), "secret"), (("record", "token_key"), "0123456789ABCDEF"), (("record", "clock"), "sun"),
        (("record", "empty_memory"), "true"),
    ],
    "policy": [
        (("record", "policy"), "p"), (("record", "time_zones"), ""), (("record", "files"), {}), (("record", "files"), []),
        (("record", "files", "/etc/passwd"), ""), (("record", "files", "a//b"), ""), (("record", "files", "a.yaml"), 7),
    ],
}


def check_breakages(name, schema, sample, values):
    count = 0
    for what, broken in structural_breakages(sample):
        count += 1
        check(not schema.is_valid(broken), f"{name} {what} is accepted")
    for path, new in values:
        count += 1
        check(not schema.is_valid(changed(sample, path, new)), f"{name} with {path} = {new!r} is accepted")
    return count


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    audit = validator(root / "engine/audit/audit.schema.json")
    decision = validator(root / "engine/decide/decision.schema.json")
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([program, directory], check=True)
        raw = {path.name[:-5]: path.read_bytes() for path in sorted(pathlib.Path(directory).iterdir())}
    samples = {name: strict_json(text) for name, text in raw.items()}

    for name, sample in samples.items():
        schema = audit if name.startswith("audit.") else decision
        for error in schema.iter_errors(sample):
            check(False, f"{name}: {error.json_path}: {error.message[:200]}")
        if schema is audit:
            check_leaf(name, raw[name])
    audits = {name: sample for name, sample in samples.items() if name.startswith("audit.")}
    decisions = {name: sample for name, sample in samples.items() if name.startswith("decision.")}
    check({sample["record"]["kind"] for sample in audits.values()} == KINDS, "there is a sample of each kind")
    reasons = {s["record"]["reason"] for s in audits.values() if s["record"]["kind"] == "dead_letter"}
    schema_reasons = set(audit.schema["$defs"]["dead_letter"]["properties"]["reason"]["enum"])
    check(reasons == schema_reasons, f"dead-letter reasons differ: {reasons ^ schema_reasons}")
    check(len(decisions) > 10, "there are decisions")

    broken = 0
    for name in ("transaction_full", "duplicate", "dead_letter_wrong_type", "label_fraud", "start_fresh", "policy",
                 "list"):
        sample = audits["audit." + name]
        kind = sample["record"]["kind"]
        values = BROKEN_ENVELOPE + BROKEN_KIND[kind] + (BROKEN_INPUT if "input" in sample["record"] else [])
        broken += check_breakages(name, audit, sample, values)
        for other in KINDS - {kind}:
            broken += 1
            check(not audit.is_valid(changed(sample, ("record", "kind"), other)), f"{name} as {other} is accepted")
    broken += check_breakages("decision", decision, decisions["decision.with_flags_7"], BROKEN_DECISION)

    print(f"{len(audits)} audit records and {len(decisions)} decisions valid, {broken} broken ones refused"
          if not failures else f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
