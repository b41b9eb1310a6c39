#!/usr/bin/env python3
"""A whole policy in the shadow of a running engine, and its report counted again from the audit stream."""

import collections
import json
import re
import shutil
import unittest

import weir_process
from audit_oracle import Counted, check_run
from weir_process import Bank, Broker, Workplace, free_port, http_get, until, weir

CANDIDATE_RULE = """id: candidate
description: Large payments of a busy card
reason: C1
when: event_type == 'card_payment' && card.candidate_48h >= 4 && billing_amount > eur('80.00')
then: {points: 600}
"""
CANDIDATE_FEATURES = "card:\n  candidate_48h: {count: events, window: 48h, current: include}\n"
SHADOW_RULE = """id: tried
description: A rule that is tried
reason: T1
mode: shadow
when: event_type == 'card_payment' && billing_amount > eur('400.00')
then: {outcome: review}
"""


def is_alert(outcome):
    return outcome != "approve"


def truths(records):
    """What the labels of the stream say last of each event."""
    known = {}
    for record in records:
        if record["kind"] != "label":
            continue
        before = known.get(record["event_id"])
        if before is None or record["known_at_ms"] >= before[0]:
            known[record["event_id"]] = (record["known_at_ms"], record["label"])
    return {event: label for event, (_, label) in known.items()}


def recount(rows, labels):
    """Of (event id, outcome then, outcome now): the report's figures."""
    found = collections.Counter(payments=len(rows))
    for event, then, now in rows:
        found["alerts"] += is_alert(now)
        found["declines"] += now == "decline"
        if then == "decline":
            found["declined_then"] += 1
        else:
            found[labels.get(event, "unknown") + ("_alerts" if is_alert(now) else "_passed")] += 1
    return found


class Shadow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("shadow")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)

    def report(self, bank, *arguments):
        path = bank.path / "report.json"
        weir("shadow", "report", "--audit", bank.url("audit"), "--json", path, "--quiet", *arguments)
        return json.loads(path.read_text())

    def compare(self, report, rows, labels):
        for side, outcome in (("policy", 2), ("against", 1)):
            found = recount([(row[0], row[1], row[outcome]) for row in rows], labels)
            told = report[side]["all"]
            for name in ("payments", "alerts", "declines", "declined_then", "fraud_alerts", "fraud_passed",
                         "honest_alerts", "honest_passed", "unknown_alerts", "unknown_passed"):
                self.assertEqual(told[name], found[name], f"{side}: {name}")
        self.assertGreater(report["policy"]["all"]["fraud_alerts"], 5)

    def test_beside_a_running_engine(self):
        bank = Bank(self.place, "beside", self.broker.url)
        policy = bank.path / "policy"
        shutil.rmtree(policy / "rules" / "model")  # in shadow as well: the rule that is tried is to be the only one
        (policy / "rules" / "tried.yaml").write_text(SHADOW_RULE)
        candidate = bank.path / "candidate"
        shutil.copytree(policy, candidate)
        (candidate / "rules" / "candidate.yaml").write_text(CANDIDATE_RULE)
        (candidate / "features" / "candidate.yaml").write_text(CANDIDATE_FEATURES)
        other = bank.path / "other"
        shutil.copytree(policy, other)
        schema = (other / "schema.yaml").read_text()
        (other / "schema.yaml").write_text(schema + "# not byte for byte the same\n")

        port = free_port()
        engine = bank.run(metrics__listen=f"127.0.0.1:{port}").wait_live()
        feed = bank.generate("--fraud-share", "0.03", "--label-delay", "6h", seed=31, events=400_000, rate=800)
        until(lambda: sum(bank.ends("audit").values()) > 3000, "the engine works")
        settings = bank.flags(metrics__listen="off")
        refused = weir("policy", "shadow", other, *settings, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("schema.yaml", refused.stderr)
        # A busy machine may need longer than the command waits.
        until(lambda: weir("policy", "shadow", candidate, *settings, check=False).returncode == 0, "it is taken")
        self.assertRegex(weir("policy", "list", *settings).stdout, r"(?m)^~ sha256:")

        def metric(pattern):
            text = http_get(f"http://127.0.0.1:{port}/metrics")[1]
            return sum(float(value) for value in re.findall(rf"(?m)^{pattern} (\S+)$", text))

        # The engine takes it on while it decides; on a slow machine only after seconds of payments.
        until(lambda: metric(r"weir_shadow_decisions_total\{.*\}") > 9000, "the shadow judges", deadline_s=240)
        feed.stop()
        bank.wait_consumed(engine)
        counted = metric(r"weir_shadow_decisions_total\{.*\}")
        declined = metric(r'weir_shadow_decisions_total\{.*outcome="decline".*\}')
        # A restart goes on with it, `off` ends it.
        self.assertEqual(engine.terminate(), 0, engine.text())
        again = bank.run().wait_live()
        self.assertIn("is in the shadow from record", again.text())
        weir("policy", "shadow", "off", *settings)
        self.assertEqual(again.terminate(), 0, again.text())
        # One that can't be read is refused, and keeps no engine from starting.
        state = bank.state()
        (state / "shadow.wanted").write_text("sha256:" + "0" * 64 + "\n")
        third = bank.run().wait_live()
        self.assertIn("what was in force goes on", third.text())
        self.assertEqual(third.terminate(), 0, third.text())

        records = Counted(bank).records
        seen = [record for record in records if "shadow" in record]
        self.assertEqual(len(seen), counted)
        self.assertEqual(sum(record["shadow"]["outcome"] == "decline" for record in seen), declined)
        first = records.index(seen[0])
        self.assertTrue(all("shadow" in r for r in records[first:] if r["kind"] == "transaction"))
        roles = [record.get("role") for record in Counted(bank).policies()]
        self.assertEqual(roles, [None, "shadow", "shadow"])
        # Its window reaches back before it came: the first payments of a card that the shadow sees are not its first.
        values = [rule["values"]["card.candidate_48h"] for record in seen[:1500] for rule in record["shadow"]["rules"]
                  if rule["rule"] == "candidate"]
        self.assertTrue(values and max(values) > 4, values)

        labels = truths(records)
        payments = [r for r in seen if "billing_amount" in r["event"]["fields"]]
        rows = [(r["event"]["id"], r["outcome"], r["shadow"]["outcome"]) for r in payments]
        self.assertGreater(sum(is_alert(now) != is_alert(then) for _, then, now in rows), 10)
        self.compare(self.report(bank), rows, labels)

        # The shadow rule, as if it were live: a hard review outranks what the score says.
        payments = [r for r in records if r["kind"] == "transaction" and "billing_amount" in r["event"]["fields"]]
        rows = []
        for record in payments:
            tried = any(rule["rule"] == "tried" for rule in record["rules"])
            hard = any(self.decides(rule["rule"], policy) for rule in record["rules"])
            now = "review" if tried and not hard else record["outcome"]
            rows.append((record["event"]["id"], record["outcome"], now))
        self.compare(self.report(bank, "--rules"), rows, labels)
        print(check_run(bank))

    @staticmethod
    def decides(rule, policy):
        """Whether it is a hard decline, by the text of its file."""
        for path in (policy / "rules").rglob("*.yaml"):
            for text in re.split(r"(?m)^\s*- id: ", path.read_text()):
                if text.startswith(rule + "\n"):
                    return re.search(r"then:.*outcome: decline", text) is not None
        return False


if __name__ == "__main__":
    weir_process.main()
