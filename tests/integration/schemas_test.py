#!/usr/bin/env python3
"""Every decision and audit record of a real run against the JSON Schemas that are shipped."""

import collections
import json
import unittest

import weir_process
from audit_oracle import check_run
from weir_process import SOURCE, Bank, Workplace, weir

try:
    import jsonschema
except ImportError:
    jsonschema = None


def validator(path):
    schema = json.loads((SOURCE / path).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@unittest.skipIf(jsonschema is None, "there is no python3-jsonschema")
class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("schemas")
        cls.addClassCleanup(cls.place.close)
        cls.bank = Bank(cls.place, "schemas")
        cls.bank.generate("--malformed-share", "0.03", "--duplicate-share", "0.02", "--late-share", "0.02", "--fraud-share",
                          "0.05", "--label-delay", "2h", seed=21, events=4000).wait()
        cls.add_conflicts()
        for _ in range(2):  # Two lives: a start record that is not the first.
            engine = cls.bank.run().wait_live()
            cls.bank.wait_consumed(engine)
            assert engine.terminate() == 0, engine.text()
        cls.numbers = check_run(cls.bank)

    @classmethod
    def add_conflicts(cls):
        """Ids that were used before, with other content; a label that can't be read and one that nobody waits for."""
        lines = cls.place.path / "conflicts.jsonl"
        changed = []
        for record in cls.bank.read("transactions", partition=0):
            value = record.get("value") or ""
            if '"billing_amount":' not in value:
                continue
            try:
                payment = json.loads(value)
            except ValueError:
                continue
            payment["channel"] = "mobile" if payment["channel"] != "mobile" else "web"
            changed.append(json.dumps(payment))
        # The newest: after the policy's 24 hours an id may be used again.
        lines.write_text("\n".join(changed[-20:]) + "\n")
        weir("topics", "write", cls.bank.url("transactions"), "--from", lines, "--key-path", "customer.id")
        labels = cls.place.path / "labels.jsonl"
        labels.write_text('{"no":"label"}\nnot even JSON\n')
        weir("topics", "write", cls.bank.url("labels"), "--from", labels)

    def check(self, topic, schema):
        validate = validator(schema)
        kinds = collections.Counter()
        for line in self.bank.read(topic):
            value = json.loads(line["value"])
            wrong = next(validate.iter_errors(value), None)
            if wrong is not None:
                # With oneOf the error of the kind that was meant tells more.
                wrong = jsonschema.exceptions.best_match([wrong])
                self.fail(f"{topic} {line['partition']}:{line['offset']}: {wrong.json_path}: {wrong.message[:300]}")
            kinds[value["record"]["kind"] if topic == "audit" else value["outcome"]] += 1
            for flag in value.get("flags", []):
                kinds[flag] += 1
        return kinds

    def test_decisions(self):
        kinds = self.check("decisions", "engine/decide/decision.schema.json")
        print(f"decisions: {dict(kinds)}")
        for kind in ("approve", "review", "decline", "late", "id_conflict"):
            self.assertGreater(kinds[kind], 0, kinds)

    def test_audit_records(self):
        kinds = self.check("audit", "engine/audit/audit.schema.json")
        print(f"audit records: {dict(kinds)}")
        for kind in ("start", "policy", "transaction", "duplicate", "dead_letter", "label"):
            self.assertGreater(kinds[kind], 0, kinds)
        self.assertEqual(kinds["start"], 2)

    def test_the_schemas_refuse(self):
        """A validator that takes everything would prove nothing."""
        audit = validator("engine/audit/audit.schema.json")
        decision = validator("engine/decide/decision.schema.json")
        record = json.loads(next(self.bank.read("audit"))["value"])
        self.assertTrue(audit.is_valid(record))
        record["record"]["surplus"] = 1
        self.assertFalse(audit.is_valid(record))
        published = json.loads(next(self.bank.read("decisions"))["value"])
        self.assertTrue(decision.is_valid(published))
        published["score"] = 1001
        self.assertFalse(decision.is_valid(published))


if __name__ == "__main__":
    weir_process.main()
