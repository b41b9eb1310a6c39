#!/usr/bin/env python3
"""What people ask afterwards: why, what is known, what could not be read, and does it come out the same again."""

import hashlib
import json
import re
import shutil
import unittest

import weir_process
from audit_oracle import Counted, check_run
from weir_process import Bank, Workplace, value_bytes, weir


class CommandLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("commands")
        cls.addClassCleanup(cls.place.close)
        cls.bank = Bank(cls.place, "commands")
        shutil.rmtree(cls.bank.path / "policy/rules/model")  # its rules are in shadow; a policy without any is needed
        cls.bank.generate("--fraud-share", "0.05", "--duplicate-share", "0.01", "--malformed-share", "0.01", seed=41,
                          events=3000).wait()
        cls.screen(cls.bank)
        cls.counted = Counted(cls.bank)

    @staticmethod
    def screen(bank):
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        assert engine.terminate() == 0, engine.text()

    def test_explain(self):
        for outcome in ("approve", "review", "decline"):
            record = [r for r in self.counted.of("transaction") if r["outcome"] == outcome][-1]
            said = weir("explain", "--last", outcome, "--audit", self.bank.url("audit")).stdout
            self.assertIn(record["event"]["id"], said)
            by_id = weir("explain", record["event"]["id"], "--audit", self.bank.url("audit")).stdout
            self.assertIn({"approve": "APPROVED", "review": "REVIEW", "decline": "DECLINED"}[outcome], by_id)
            for rule in record["reasons"]:
                self.assertIn(rule, by_id)
            line = weir("explain", record["event"]["id"], "--audit", self.bank.url("audit"), "--json").stdout
            self.assertIn(record, [json.loads(text)["record"] for text in line.splitlines()])
        done = weir("explain", "p-no-such-payment", "--audit", self.bank.url("audit"), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("p-no-such-payment", done.stderr)

    def test_explain_begins_with_what_decided(self):
        ways = set()
        for record in [r for r in self.counted.of("transaction") if r["outcome"] != "approve"][-40:]:
            said = weir("explain", record["event"]["id"], "--audit", self.bank.url("audit")).stdout
            hard = [rule for rule in record["reasons"] if re.search(
                rf"- {rule} \([^)]*forces {record['outcome']}", said)]
            way = f"by rule {hard[0]} (hard)." if hard else "by its score."
            word = {"review": "sent to REVIEW", "decline": "DECLINED"}[record["outcome"]]
            self.assertIn(f"was {word} {way}", said.splitlines()[0])
            ways.add(bool(hard))
        self.assertEqual(ways, {False, True})

    def test_explain_of_the_control_share(self):
        bank = Bank(self.place, "control")
        settings = bank.path / "policy/policy.yaml"
        settings.write_text(settings.read_text() + "control: {one_in: 1, amount: billing_amount, below: 100000.00 EUR, "
                            "salt: of this test alone}\n")
        bank.generate("--fraud-share", "0.1", seed=43, events=800).wait()
        self.screen(bank)
        record = [r for r in Counted(bank).of("transaction") if "control" in r["flags"]][-1]
        said = weir("explain", record["event"]["id"], "--audit", bank.url("audit")).stdout
        self.assertRegex(said.splitlines()[0],
                         r"was APPROVED: let through as control share \(else (review|decline) by ")

    def test_names_that_nobody_knows(self):
        for arguments, meant in ((("int", "x"), "unknown command `int`, did you mean `init`?"),
                                 (("chek",), "unknown command `chek`, did you mean `check`?"),
                                 (("policy", "lst"), "unknown command `lst`, did you mean `list`?")):
            done = weir(*arguments, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(meant, done.stderr)
        done = weir("explain", "--rule", "card-reportd", "--audit", self.bank.url("audit"), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has a rule `card-reportd`, did you mean `card-reported`?", done.stderr)
        done = weir("test", self.bank.path / "policy", "--rule", "card-reportd", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no rule `card-reportd`, did you mean `card-reported`?", done.stderr)

    def test_what_can_not_be_asked(self):
        report = ("shadow", "report", "--audit", self.bank.url("audit"))
        done = weir(*report, "--rules", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("has no rule of mode: shadow", done.stderr)
        done = weir(*report, "--rules", "--honest-after", "7", check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        empty = self.place.path / "empty"
        empty.mkdir()
        for command in (("run",), ("policy", "list"), ("policy", "use", self.bank.path / "policy")):
            done = weir(*command, cwd=empty, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("no weir.yaml here: ", done.stderr)
        self.assertEqual(list(empty.iterdir()), [])

    def test_state_show(self):
        """A customer's events are those of the audit stream, newest last, and the windows name every feature."""
        record = self.counted.of("transaction")[-1]
        customer = record["event"]["fields"]["customer_id"]
        sequences = [r["sequence"] for r in sorted(
            (r for r in self.counted.of("transaction") if r["event"]["fields"]["customer_id"] == customer),
            key=lambda r: (r["event"]["time_ms"], r["sequence"]))]
        said = weir("state", "show", "customer", customer, "--state", self.bank.state(), "--last", 1000).stdout
        shown = [int(line.split("#")[1].split()[0]) for line in said.splitlines() if "  #" in line]
        self.assertEqual(shown, sequences)
        for feature in record["features"]:
            if feature.startswith("customer."):
                self.assertIn(f"{feature} = ", said)
        done = weir("state", "show", "customer", "c-nobody", "--state", self.bank.state(), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(weir("state", "show", "planet", "x", "--state", self.bank.state(), check=False).returncode, 1)

    def members(self, pairs):
        """A JSON object's; a name that stands twice would hide a value."""
        self.assertEqual(len({name for name, _ in pairs}), len(pairs), pairs)
        return dict(pairs)

    def test_dead_letters_listed(self):
        letters = self.counted.of("dead_letter")
        listed = [json.loads(line, object_pairs_hook=self.members) for line in
                  weir("deadletters", "list", self.bank.url("dead-letters"), "--json").stdout.splitlines()]
        self.assertEqual(sorted((found["topic"], int(found["partition"]), int(found["offset"]), found["reason"])
                                for found in listed),
                         sorted((r["input"]["topic"], r["input"]["partition"], r["input"]["offset"], r["reason"])
                                for r in letters))
        said = weir("deadletters", "list", self.bank.url("dead-letters")).stdout
        self.assertTrue(said.splitlines()[-1].endswith("dead letters"), said)
        with_bytes = weir("deadletters", "list", self.bank.url("dead-letters"), "--bytes").stdout
        self.assertEqual(len(said.splitlines()), len(letters) + 1, "personal data stay where they are")
        self.assertEqual(len(with_bytes.splitlines()), 2 * len(letters) + 1)
        reason = letters[0]["reason"]
        some = weir("deadletters", "list", self.bank.url("dead-letters"), "--reason", reason, "--json").stdout
        self.assertEqual(len(some.splitlines()), sum(r["reason"] == reason for r in letters))

    def test_dead_letters_fed_back_after_the_schema_was_mended(self):
        # A pack whose rules name no contactless payments: without them in the schema it still has no fault.
        bank = Bank(self.place, "fed", policy="account-takeover")
        schema = bank.path / "policy/schema.yaml"
        right = schema.read_text()
        self.assertIn("chip, contactless,", right)
        schema.write_text(right.replace("chip, contactless,", "chip,"))
        bank.generate(seed=42, events=800).wait()
        self.screen(bank)
        counted = Counted(bank)
        refused = [r for r in counted.of("dead_letter") if r["reason"] == "unknown_enum_value"]
        self.assertGreater(len(refused), 5)
        before = bank.ends("transactions")

        schema.write_text(right)
        weir("check", bank.path / "policy")
        said = weir("deadletters", "feed", bank.url("dead-letters"), "--to", bank.url("transactions"), "--reason",
                    "unknown_enum_value").stdout
        self.assertIn(f"{len(refused)} records fed back", said)
        fed = [(r["key"], value_bytes(r), r["headers"]) for r in bank.read("transactions")
               if r["offset"] >= before[r["partition"]]]
        letters = [(r["key"], value_bytes(r), []) for r in bank.read("dead-letters")]
        self.assertEqual(sorted(fed), sorted(letters))
        self.screen(bank)
        numbers = check_run(bank)
        self.assertEqual(numbers["dead_letter"], len(refused), "a mended record is a dead letter again")
        self.assertEqual(len(Counted(bank).policies()), 2, numbers)
        self.assertEqual(numbers["transaction"] + numbers.get("duplicate", 0),
                         counted.kinds["transaction"] + counted.kinds["duplicate"] + len(refused))

    def altered(self, name, change):
        """A copy of the audit stream in a topic of its own, with `change` made to its lines."""
        lines = change([record["value"] for record in self.bank.read("audit")])
        file = self.place.path / f"{name}.jsonl"
        file.write_text("\n".join(lines) + "\n")
        url = f"dir:{self.place.path}/{name}/audit"
        weir("topics", "create", url, "--partitions", 1)
        weir("topics", "write", url, "--from", file, "--partition", 0)
        done = weir("replay", "--audit", url, "--quiet", check=False)
        return done.returncode, done.stdout.splitlines()

    def test_replay_of_an_unchanged_copy(self):
        status, said = self.altered("copied", lambda lines: lines)
        self.assertEqual((status, len(said)), (0, 1), said)

    def test_replay_finds_one_digit(self):
        victim = next(r for r in self.counted.of("transaction")[1000:] if "billing_amount" in r["event"]["fields"])
        amount = victim["event"]["fields"]["billing_amount"]
        other = ("8" if amount[0] == "9" else "9") + amount[1:]

        def change(lines):
            line = lines[victim["sequence"]]
            changed = line.replace(f'"billing_amount":"{amount}"', f'"billing_amount":"{other}"', 1)
            self.assertNotEqual(line, changed)
            return [*lines[:victim["sequence"]], changed, *lines[victim["sequence"] + 1:]]
        status, said = self.altered("digit", change)
        self.assertEqual(status, 1)
        self.assertTrue(said[0].startswith(f"{victim['sequence']} "), said[0])
        self.assertIn("altered", said[0])

    def test_replay_finds_a_digit_with_a_mended_leaf(self):
        """Who can hash can mend the leaf: then the recomputed bytes tell."""
        victim = self.counted.of("transaction")[1500]

        def change(lines):
            line = lines[victim["sequence"]]
            at = line.index('"leaf":"')
            hashed = line[len('{"record":'):at - 1]
            changed = hashed.replace(f'"score":{victim["score"]},', f'"score":{victim["score"] + 1},', 1)
            self.assertNotEqual(hashed, changed)
            leaf = hashlib.sha256(b"\0" + changed.encode()).hexdigest()
            line = '{"record":' + changed + ',"leaf":"' + leaf + line[at + len('"leaf":"') + 64:]
            return [*lines[:victim["sequence"]], line, *lines[victim["sequence"] + 1:]]
        status, said = self.altered("leaf", change)
        self.assertEqual(status, 1)
        self.assertEqual(len(said), 2, said)
        self.assertIn(f"score: recorded {victim['score'] + 1}, computed {victim['score']}", said[0])

    def test_replay_finds_a_missing_record(self):
        status, said = self.altered("gap", lambda lines: lines[:700] + lines[701:])
        self.assertEqual(status, 1)
        self.assertTrue(any("record 700 should stand here" in line for line in said), said[:3])

    def decisions(self, name, change):
        """Replay with a changed copy of the decisions topic."""
        records = list(self.bank.read("decisions"))
        lines = change([record["value"] for record in records])
        file = self.place.path / f"{name}.jsonl"
        file.write_text("\n".join(lines) + "\n")
        url = f"dir:{self.place.path}/{name}/decisions"
        weir("topics", "create", url, "--partitions", 1)
        weir("topics", "write", url, "--from", file, "--partition", 0)
        done = weir("replay", "--audit", self.bank.url("audit"), "--decisions", url, "--quiet", check=False)
        return done.returncode, done.stdout.splitlines()

    def test_replay_compares_the_decisions(self):
        status, said = self.decisions("same", lambda lines: lines)
        self.assertEqual((status, len(said)), (0, 2), said)
        status, said = self.decisions("repeated", lambda lines: lines + lines[100:110])
        self.assertEqual(status, 0, said)
        self.assertIn("(10 of them repeats)", said[-1])

    def test_replay_finds_a_changed_decision(self):
        status, said = self.decisions("changed", lambda lines: lines + [lines[5].replace('"score":', '"score":1', 1)])
        self.assertEqual(status, 1)
        self.assertIn(f"decision 0:{sum(self.bank.ends('decisions').values())}: not what record", said[-2])
        self.assertIn(" 1 different, 0 missing", said[-1])

    def test_replay_finds_a_missing_decision(self):
        gone = {}

        def change(lines):
            # A transaction without duplicates has one decision.
            place = next(i for i, line in enumerate(lines) if lines.count(line) == 1)
            gone["sequence"] = json.loads(lines[place])["audit"]["sequence"]
            return lines[:place] + lines[place + 1:]
        status, said = self.decisions("missing", change)
        self.assertEqual(status, 1)
        self.assertTrue(any(f"missing: the decision of record {gone['sequence']} " in line for line in said), said[-3:])
        self.assertIn(" 0 different, 1 missing", said[-1])

    def test_replay_finds_a_decision_that_no_record_leads_to(self):
        status, said = self.decisions("surplus", lambda lines: lines + [
            lines[0][:lines[0].rindex('"sequence":')] + '"sequence":1}}'])
        self.assertEqual(status, 1)
        self.assertIn("no counted audit record 1 leads to a decision", said[-2])


if __name__ == "__main__":
    weir_process.main()
