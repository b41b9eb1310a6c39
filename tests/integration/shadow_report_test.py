#!/usr/bin/env python3
"""weir shadow report where several policies decided, with ids that two payments share: on directories, without a broker."""

import collections
import json
import pathlib
import re
import shutil
import unittest

import weir_process
from weir_process import Workplace, value_bytes, weir

CANDIDATE_RULE = """id: candidate
description: Large online payments
reason: C1
when: event_type == 'card_payment' && channel == 'online' && billing_amount > eur('150.00')
then: {points: 600}
"""


class ShadowReport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("shadow-report")
        cls.addClassCleanup(cls.place.close)
        home = cls.home = pathlib.Path(cls.place.path)
        weir("init", "policy", "--from", "retail-bank", cwd=home)
        weir("config", "--new", "weir.yaml", cwd=home)
        for topic in ("transactions", "labels", "decisions", "dead-letters", "audit"):
            weir("topics", "create", f"dir:topics/{topic}", "--partitions", "1", cwd=home)
        shutil.copytree(home / "policy", home / "candidate")
        (home / "candidate/rules/candidate.yaml").write_text(CANDIDATE_RULE)
        # The first policy decides without a shadow, two decide beside one, and the last without again.
        cls.screen("2026-01-01", 21, 1, 3000)
        weir("policy", "shadow", "candidate", cwd=home, check=False)  # that no engine takes it at once is told as a failure
        cls.screen("2026-01-02", 22, 10_001, 4000)
        cls.name_policy("second")
        cls.screen("2026-01-04", 23, 10_001, 7000)  # the ids of those before
        weir("policy", "shadow", "off", cwd=home, check=False)
        cls.name_policy("third")
        cls.screen("2026-01-07", 24, 30_001, 2000)
        cls.text = weir("shadow", "report", "--audit", "dir:topics/audit", "--honest-after", "1h", "--json",
                        "report.json", "--html", "report.html", cwd=home).stdout
        cls.report = json.loads((home / "report.json").read_text())
        lines = weir("topics", "read", "dir:topics/audit", "--json", cwd=home).stdout.splitlines()
        cls.records = [json.loads(value_bytes(json.loads(line)))["record"] for line in lines]
        cls.compared = [record for record in cls.records if "shadow" in record
                        and "billing_amount" in record["event"]["fields"]]

    @classmethod
    def screen(cls, start, seed, first_id, events):
        weir("generate", "--seed", str(seed), "--start", start + "T00:00:00Z", "--first-id", str(first_id), "--events",
             str(events), "--fraud-share", "0.03", "--label-delay", "1h", "--to", "dir:topics/transactions",
             "--labels-to", "dir:topics/labels", cwd=cls.home)
        weir("run", "--set", "clock=event", "--stop-when-idle", "1", cwd=cls.home)

    @classmethod
    def name_policy(cls, name):
        path = cls.home / "policy/policy.yaml"
        path.write_text(re.sub(r"(?m)^name:.*$", f"name: {name}", path.read_text()))

    def test_who_decided_is_taken_from_what_is_compared(self):
        decided = collections.Counter(record["policy"] for record in self.compared)
        deciders = self.report["deciders"]
        self.assertEqual({each["hash"]: each["payments"] for each in deciders}, dict(decided))
        self.assertEqual([each["name"] for each in deciders], ["retail-bank", "second"])
        self.assertEqual(self.report["against"]["hash"], decided.most_common(1)[0][0])
        self.assertEqual(self.report["kind"], "shadow")
        self.assertIn("Shadow report of retail-bank sha256:", self.text)
        self.assertIn("beside what 2 policies decided, one after the other:\n  retail-bank sha256:", self.text)
        self.assertRegex(self.text, r"(?m)^ +shadow +decided$")
        self.assertNotIn("Backtest", self.text)
        rules = {rule["rule"] for rule in self.report["policy"]["rules"]}
        self.assertIn("candidate", rules)
        self.assertRegex(self.text, r"(?m)^  candidate +[0-9,]+ +- ")

    def test_what_was_declined_then_is_told_where_it_is_left_out(self):
        declined = [record for record in self.compared if record["outcome"] == "decline"]
        alerts = sum(record["shadow"]["outcome"] != "approve" for record in declined)
        told = self.report["policy"]["all"]
        self.assertGreater(alerts, 3)
        self.assertEqual((told["declined_then"], told["declined_then_alerts"]), (len(declined), alerts))
        self.assertIn(f"Left out, because they were declined then: {alerts} alerts of shadow (decided: {len(declined)})",
                      self.text)
        self.assertIsNone(self.report["conditions"]["bounds"])
        self.assertNotIn("lower bound", self.text)
        hits = collections.Counter(rule["rule"] for record in declined for rule in record["shadow"]["rules"]
                                   if rule["verdict"] == "hit")
        for rule in self.report["policy"]["rules"]:
            self.assertEqual(rule["declined_then"], hits[rule["rule"]], rule["rule"])
            if rule["hits"] and rule["fraud"] + rule["honest"] == 0:
                self.assertIsNone(rule["recall"], rule["rule"])

    def test_ids_that_are_used_twice(self):
        ids = collections.Counter(record["event"]["id"] for record in self.compared)
        times = collections.defaultdict(list)
        for record in self.compared:
            times[record["event"]["id"]].append(record["event"]["time_ms"])
        early = sum(record["known_at_ms"] < time for record in self.records if record["kind"] == "label"
                    for time in times[record["event_id"]])
        told = self.report["records"]
        self.assertGreater(early, 5)
        self.assertEqual(told["repeated_ids"], sum(count - 1 for count in ids.values()))
        self.assertEqual(told["early_labels"], early)
        self.assertIn(f"Warning: {early} labels were known before", self.text)
        self.assertIn("records have an id that an earlier one had", self.text)
        twice = next(event for event, count in ids.items() if count == 2)
        said = weir("explain", twice, "--audit", "dir:topics/audit", cwd=self.home).stdout
        self.assertTrue(said.startswith(f"Note: 2 payments with other content have the id {twice}"), said)
        once = next(event for event, count in ids.items() if count == 1)
        self.assertTrue(weir("explain", once, "--audit", "dir:topics/audit", cwd=self.home).stdout.startswith("Payment "))


if __name__ == "__main__":
    weir_process.main()
