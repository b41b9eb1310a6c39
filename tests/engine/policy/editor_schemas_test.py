#!/usr/bin/env python3
"""The shipped policies and the examples of ops/docs/policy.md against the schemas for editors, through a validator that
is not ours; and mistakes that an editor must underline.

usage: editor_schemas_test.py YAML_TO_JSON ROOT

YAML_TO_JSON FILE... writes each file as a line of JSON.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    sys.exit("editor_schemas_test: this test needs the Python package jsonschema (Debian: python3-jsonschema)")

TOOL, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
NAMES = ("policy", "schema", "features", "inputs", "rules", "lists")
failures = []


def validator(name):
    schema = json.loads((ROOT / f"engine/policy/{name}.schema.json").read_text(encoding="utf-8"))
    assert jsonschema.validators.validator_for(schema) is jsonschema.Draft202012Validator
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


VALIDATORS = {name: validator(name) for name in NAMES}


def values(texts):
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, text in enumerate(texts):
            paths.append(pathlib.Path(folder) / f"{number}.yaml")
            paths[-1].write_text(text, encoding="utf-8")
        done = subprocess.run([TOOL, *paths], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def samples():
    """(where, schema, text) of everything that is a sound file of a policy."""
    for path in sorted((ROOT / "rules/packs").glob("*/**/*.yaml")):
        within = path.relative_to(ROOT / "rules/packs").parts[1:]
        name = within[0] if len(within) > 1 else path.stem
        yield str(path.relative_to(ROOT)), name, path.read_text(encoding="utf-8")
    page = (ROOT / "ops/docs/policy.md").read_text(encoding="utf-8")
    for kind, text in re.findall(r"^```yaml ([^\n]+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        name = kind.split("/")[0] if "/" in kind else "rules" if kind.startswith("rule") else kind.removesuffix(".yaml")
        if kind == "fields":
            name, text = "schema", "event_id: id\nevent_time: time\nfields:\n" + text
        yield f"policy.md, {kind}", name, text


MISTAKES = {
    "policy": [
        "name: x\nhistory: 1d\n",
        "name: X\nhistory: 1d\nthresholds: {review: 1, decline: 2}\n",
        "name: x\nhistory: 1 day\nthresholds: {review: 1, decline: 2}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 1001}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\nlimits: {nesting: 1}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\nlimit: {}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\nexchange: {max_age: 7d}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\nalerts: {per: card}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\nalerts: {per: card, once_in: 1 day}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\n"
        "control: {one_in: 0, amount: a, below: 1 EUR, salt: a grain of salt}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\n"
        "control: {one_in: 9, amount: a, below: 1, salt: a grain of salt}\n",
        "name: x\nhistory: 1d\nthresholds: {review: 1, decline: 2}\n"
        "control: {one_in: 9, amount: a, below: 1 EUR, salt: short}\n",
    ],
    "schema": [
        "event_id: a\nevent_time: b\nfields: {}\n",
        "event_id: a\nevent_time: b\nfields: {a: text}\n",
        "event_id: a\nevent_time: b\nfields: {a: money}\n",
        "event_id: a\nevent_time: b\nfields: {a: {type: money}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {type: money, currency: EUR, currency_from: b}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {type: string, currency: EUR}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {type: enum}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {path: x}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {type: string, requird: true}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {derive: bin}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {derive: bin, from: b, type: string}}\n",
        "event_id: a\nevent_time: b\nfields: {a: {type: string, from: b}}\n",
        "event_id: a\nevent_time: b\nfields: {a.b: string}\n",
        "event_id: a\nevent_time: b\nfields: {a: string}\nentities: {card: {zone: UTC}}\n",
        "event_id: a\nevent_time: b\nfields: {a: string}\nentities: {card: {key: a, zone: {field: b}}}\n",
        "event_id: a\nevent_time: b\nfields: {a: string}\nentities: {card: [a, b, c, d, e]}\n",
    ],
    "features": [
        "card: {x: {window: 1h}}\n",
        "card: {x: {count: events}}\n",
        "card: {x: {count: event, window: 1h}}\n",
        "card: {x: {count: events, sum: amount, window: 1h}}\n",
        "card: {x: {first_seen: event, window: 1h}}\n",
        "card: {zone: {count: events, window: 1h}}\n",
        "card: {x: {count: events, window: 1h, current: yes}}\n",
    ],
    "inputs": [
        "{}\n",
        "feature: {a: b}\n",
        "event_types: payment\nfeatures: {a: b}\n",
        "event_types: []\nfeatures: {a: b}\n",
        "features: {a: [b]}\n",
        "features: {1a: b}\n",
        "sequence: {of: card, events: 0, fields: {a: {log: b}}}\n",
        "sequence: {of: card, events: 257, fields: {a: {log: b}}}\n",
        "sequence: {of: card, events: 8, fields: {}}\n",
        "sequence: {of: card, fields: {a: {log: b}}}\n",
        "sequence: {of: card, events: 8, fields: {a: {log: b, gap: c}}}\n",
        "sequence: {of: card, events: 8, fields: {a: {}}}\n",
        "sequence: {of: card, events: 8, fields: {a: {hash: b}}}\n",
        "sequence: {of: card, events: 8, fields: {a: {log: b, codes: 4}}}\n",
        "sequence: {of: card, events: 8, fields: {a: {hash: b, codes: 1}}}\n",
        "texts: {a: {of: b, grams: [word], buckets: 64, at_most: 8}}\n",
        "texts: {a: {of: b, grams: [], buckets: 64, at_most: 8}}\n",
        "texts: {a: {of: b, grams: [words, words], buckets: 64, at_most: 8}}\n",
        "texts: {a: {of: b, grams: [characters], buckets: 64, at_most: 8}}\n",
        "texts: {a: {of: b, grams: [words], characters: [2, 5], buckets: 64, at_most: 8}}\n",
        "texts: {a: {of: b, grams: [characters], characters: [2], buckets: 64, at_most: 8}}\n",
        "texts: {a: {of: b, grams: [words], at_most: 8}}\n",
        "texts: {a: {of: b, grams: [words], buckets: 64, at_most: 2000}}\n",
    ],
    "rules": [
        "id: a\ndescription: d\nreason: R\nwhen: x\n",
        "id: A\ndescription: d\nreason: R\nwhen: x\nthen: {points: 1}\n",
        "id: a\ndescription: d\nreason: R 1\nwhen: x\nthen: {points: 1}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {points: 0}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {points: 1, on_error: review}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {outcome: approve}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nmode: dry\nthen: {points: 1}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {points: 1}\ntests: [{given: {}, expect: yes}]\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {points: 1}\ntests: [{given: {a: {}}, expect: hit}]\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {points: 1}\nalert: {per: card}\n",
        "id: a\ndescription: d\nreason: R\nwhen: x\nthen: {points: 1}\nalert: {once_in: 1h, for: card}\n",
        "rules: []\n",
        "rules: [{id: a}]\n",
    ],
    "lists": [
        "kind: allow\n",
        "field: a\n",
        "kind: grey\nfield: a\n",
        "kind: block\nfield: a\nsuppresses: [a]\n",
        "kind: allow\nfield: a\nsuppresses: a\n",
        "kind: allow\nfield: a\nentries: [a]\n",
    ],
}

sound = list(samples())
for (where, name, _), value in zip(sound, values([text for _, _, text in sound])):
    for error in VALIDATORS[name].iter_errors(value):
        failures.append(f"{where}: {error.json_path}: {error.message}")
for name, texts in MISTAKES.items():
    for text, value in zip(texts, values(texts)):
        if VALIDATORS[name].is_valid(value):
            failures.append(f"{name}: an editor takes this:\n{text}")
assert len(sound) > 30, len(sound)
print(f"{len(sound)} sound files, {sum(map(len, MISTAKES.values()))} mistakes, {len(failures)} failures")
sys.exit("\n".join(failures) if failures else 0)
