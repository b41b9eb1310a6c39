#!/usr/bin/env python3
"""The oracle of the integration tests, shown the faults that it must find: the topics of a good run, altered as read."""

import copy
import json
import unittest

import weir_process
from audit_oracle import Counted, check_dead_letters, check_decisions, check_inputs, check_run
from weir_process import Bank, Workplace


class Altered:
    """A bank whose topics are read from memory, after `change` was made to the records of one of them."""

    def __init__(self, bank, topics, topic, change):
        self.prefix = bank.prefix
        self.topics = {**topics, topic: change(copy.deepcopy(topics[topic]))}

    def read(self, topic):
        return iter(self.topics[topic])


class Oracle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("oracle")
        cls.addClassCleanup(cls.place.close)
        cls.bank = Bank(cls.place, "oracle")
        cls.bank.generate("--malformed-share", "0.05", "--duplicate-share", "0.02", seed=51, events=1500).wait()
        for _ in range(2):
            engine = cls.bank.run().wait_live()
            cls.bank.wait_consumed(engine)
            assert engine.terminate() == 0, engine.text()
        cls.topics = {topic: list(cls.bank.read(topic)) for topic in Bank.TOPICS}

    def judge(self, topic, change):
        bank = Altered(self.bank, self.topics, topic, change)
        counted = Counted(bank)
        inputs = check_inputs(bank, counted)
        check_dead_letters(bank, counted, inputs)
        check_decisions(bank, counted)

    def refuses(self, pattern, topic, change):
        with self.assertRaisesRegex(AssertionError, pattern):
            self.judge(topic, change)

    @staticmethod
    def edit(place, old, new):
        def change(records):
            assert old in records[place]["value"], records[place]["value"]
            records[place]["value"] = records[place]["value"].replace(old, new, 1)
            return records
        return change

    def find(self, kind):
        return next(i for i, line in enumerate(self.topics["audit"])
                    if i > 100 and json.loads(line["value"])["record"]["kind"] == kind)

    def test_takes_the_good_run(self):
        self.judge("audit", lambda records: records)
        self.assertEqual(check_run(self.bank)["start"], 2)

    def test_a_lost_audit_record(self):
        self.refuses("should", "audit", lambda records: records[:200] + records[201:])

    def test_an_audit_record_twice(self):
        self.refuses("should", "audit", lambda records: records[:201] + records[200:])

    def test_the_last_audit_record_lost(self):
        last = max(i for i, line in enumerate(self.topics["audit"]) if '"input":' in line["value"])
        self.refuses("is audited up to", "audit", lambda records: records[:last])

    def test_an_offset_skipped(self):
        record = json.loads(self.topics["audit"][300]["value"])["record"]["input"]
        self.refuses("after", "audit", self.edit(300, f'"offset":{record["offset"]},', f'"offset":{record["offset"] + 1},'))

    def test_a_broken_chain(self):
        record = json.loads(self.topics["audit"][300]["value"])["record"]["input"]
        self.refuses("consumed before", "audit", self.edit(300, f'"previous":{record["previous"]}', '"previous":5000'))

    def test_other_input_bytes(self):
        place = next(i for i, line in enumerate(self.topics["transactions"]) if '"EUR"' in (line.get("value") or ""))
        self.refuses("another digest", "transactions", self.edit(place, '"EUR"', '"USD"'))

    def test_a_record_of_an_overtaken_engine_does_not_count(self):
        def change(records):
            stale = copy.deepcopy(records[200])
            stale["value"] = stale["value"].replace('"generation":1', '"generation":0', 1)
            return records[:201] + [stale] + records[201:]
        self.judge("audit", change)

    def test_a_lost_dead_letter(self):
        self.refuses("no dead letter of", "dead-letters", lambda records: records[1:])

    def test_a_dead_letter_with_other_bytes(self):
        def change(records):
            records[0]["value"] = "other"
            records[0].pop("value_hex", None)
            return records
        self.refuses("has other bytes", "dead-letters", change)

    def test_a_lost_decision(self):
        self.refuses("no decision of", "decisions", lambda records: [
            record for record in records if record["value"] != records[0]["value"]])

    def test_a_decision_of_no_record(self):
        self.refuses("^decision ", "decisions", lambda records: records + [
            {**records[0], "value": records[0]["value"].replace('"sequence":', '"sequence":990000', 1)}])

    def test_two_decisions_of_one_record(self):
        self.refuses("two decisions", "decisions", lambda records: records + [
            {**records[0], "value": records[0]["value"].replace('"id":"', '"id":"x', 1)}])

    def test_another_score(self):
        self.refuses("^decision |two decisions", "decisions", self.edit(3, '"score":', '"score":1'))


if __name__ == "__main__":
    weir_process.main()
