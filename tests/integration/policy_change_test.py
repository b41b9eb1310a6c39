#!/usr/bin/env python3
"""A running engine takes other rules, other windows and other list entries between two payments, and refuses faults."""

import re
import shutil
import unittest

import weir_process
from audit_oracle import Counted, check_run
from weir_process import Bank, Broker, Workplace, free_port, http_get, until, weir

WATCHED_LIST = "kind: watch\nfield: channel\n"
WATCHED_RULE = """id: watched-channel
description: A channel that somebody watches
reason: W01
mode: shadow
when: channel.orValue('chip') in lists.watched
then: {outcome: decline}
"""


class PolicyChange(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("policy")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)

    def taken(self, engine):
        return re.findall(r"policy retail-bank (sha256:[0-9a-f]{64}) from record", engine.text())

    def test_under_load(self):
        bank = Bank(self.place, "change", self.broker.url)
        policy = bank.path / "policy"
        (policy / "lists").mkdir()
        (policy / "lists" / "watched.yaml").write_text(WATCHED_LIST)
        (policy / "rules" / "watched.yaml").write_text(WATCHED_RULE)
        other = bank.path / "other"
        shutil.copytree(policy, other)
        features = other / "features" / "card-fraud.yaml"
        features.write_text(features.read_text().replace(
            "card:\n", "card:\n  count_3h: {count: events, window: 3h, current: include}\n", 1))

        port = free_port()
        engine = bank.run(metrics__listen=f"127.0.0.1:{port}").wait_live()
        # A minute: a build with sanitizers takes its time to try a policy's model, and the stream must last.
        feed = bank.generate(seed=21, events=48000, rate=800)

        def metric(name):
            text = http_get(f"http://127.0.0.1:{port}/metrics")[1]
            found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
            return float(found.group(1)) if found else 0

        def audited():
            # A broker under load may not know its partitions for a moment.
            try:
                return sum(bank.ends("audit").values())
            except AssertionError:
                return 0

        def count_more(records):
            until(lambda: audited() > 0, "the audit stream begins")
            wanted = audited() + records
            until(lambda: audited() > wanted, "the engine works")

        count_more(500)
        weir("lists", "add", policy, "watched", "online", "--reason", "a test", "--author", "ann")
        until(lambda: metric('weir_rule_hits_total{mode="shadow",rule="watched-channel"}') > 0, "the entry counts")

        rules = policy / "rules" / "card-fraud" / "reported.yaml"
        text = rules.read_text()
        rules.write_text(text.replace("declined_24h >= 3", "declined_24h >= 2"))
        until(lambda: len(self.taken(engine)) == 2, "the changed rule is taken")
        rules.write_text(text.replace("declined_24h >= 3", "declined_24h >= 'x'"))
        until(lambda: metric('weir_policy_changes_total{result="refused"}') == 1, "the faulty rule is refused")
        self.assertIn("reported.yaml", engine.text())
        count_more(200)
        rules.write_text(text.replace("declined_24h >= 3", "declined_24h >= 2"))
        count_more(200)
        self.assertEqual(len(self.taken(engine)), 2, "the same policy is no change")

        settings = bank.flags(metrics__listen="off")
        weir("policy", "use", other, *settings)
        count_more(200)
        first = self.taken(engine)[0]
        weir("policy", "use", first[:20], *settings)
        listed = weir("policy", "list", *settings).stdout
        self.assertIn(f"* {first}", listed)
        self.assertEqual(len(listed.splitlines()), 3)

        feed.wait()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        self.assertEqual(len(self.taken(engine)), 4, engine.text())

        again = bank.run().wait_live()
        until(lambda: self.taken(again) == [first], "what was asked for holds over a restart")
        self.assertEqual(again.terminate(), 0, again.text())
        numbers = check_run(bank)
        self.assertEqual((len(Counted(bank).policies()), numbers["list"]), (4, 1), numbers)
        print(numbers)


if __name__ == "__main__":
    weir_process.main()
