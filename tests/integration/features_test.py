#!/usr/bin/env python3
"""weir features --labels: what features see of labels, counted again by going through everything, from CSV and from
JSON lines alike."""

import csv
import io
import json
import pathlib
import random
import re
import unittest

import weir_process
from weir_process import Workplace, weir

START_MS = 1_700_000_000_000
WINDOW_MS = 20_000
SCHEMA = """\
fields:
  id: {type: string, required: true}
  time: {type: timestamp, format: epoch_ms, required: true}
  card_id: {type: string, required: true}
  amount: {type: money, currency: EUR, required: true}
event_id: id
event_time: time
entities: {card: card_id}
"""
FEATURES = """\
card:
  events: {count: events, window: 20s}
  frauds: {count: events, window: 20s, where: label == 'fraud'}
  judged: {count: events, window: 20s, where: has(label)}
  loss: {sum: amount, window: 20s, where: label == 'fraud'}
"""
RULE = "id: r\ndescription: d\nreason: R\nwhen: card.frauds > 0\nthen: {points: 600}\n"


class Stream:
    """Payments, some late, some sent twice; labels, known before or after, revised, or of no payment."""

    def __init__(self, seed):
        dice = random.Random(seed)
        self.payments = []
        self.labels = []
        now = START_MS
        for number in range(4_000):
            now += dice.randrange(40)
            time = now - (dice.randrange(2_000) if dice.random() < 0.1 else 0)
            self.payments.append({"id": f"p{number}", "time": time, "card_id": f"c{dice.randrange(30)}",
                                  "amount": f"{dice.randrange(1, 9_999) / 100:.2f}"})
            while dice.random() < 0.4:
                known = time + dice.choice((dice.randrange(-500, 500), dice.randrange(30_000), dice.randrange(90_000)))
                self.labels.append({"event_id": f"p{number}" if dice.random() < 0.9 else f"none{number}",
                                    "label": dice.choice(("fraud", "honest")), "known_at": known})
        dice.shuffle(self.labels)
        self.rows = []
        for payment in self.payments:
            self.rows.append(payment)
            if dice.random() < 0.02:
                self.rows.append(payment)

    def expected(self):
        """The features of each payment, slowly."""
        by_id = {}
        for label in self.labels:
            by_id.setdefault(label["event_id"], []).append(label)
        past = {}
        for payment in self.payments:
            events = frauds = judged = cents = 0
            for other in past.setdefault(payment["card_id"], []):
                if not payment["time"] - WINDOW_MS < other["time"] <= payment["time"]:
                    continue
                events += 1
                in_force = None
                for label in by_id.get(other["id"], ()):
                    if not other["time"] <= label["known_at"] <= payment["time"]:
                        continue
                    if in_force is None or label["known_at"] >= in_force["known_at"]:
                        in_force = label
                judged += in_force is not None
                if in_force is not None and in_force["label"] == "fraud":
                    frauds += 1
                    cents += round(float(other["amount"]) * 100)
            past[payment["card_id"]].append(payment)
            yield [payment["id"], str(events), str(frauds), str(judged), f"{cents / 100:.2f}"]

    def label_counts(self):
        times = {payment["id"]: payment["time"] for payment in self.payments}
        newest = max(times.values())
        used = waited = early = unmatched = 0
        for label in self.labels:
            time = times.get(label["event_id"])
            if time is None:
                unmatched += 1
            elif label["known_at"] < time:
                early += 1
            elif label["known_at"] <= newest:
                used += 1
            else:
                waited += 1
        return [used, waited, early, unmatched]


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


class FeaturesWithLabels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        place = Workplace("features")
        cls.addClassCleanup(place.close)
        home = cls.home = pathlib.Path(place.path)
        (home / "policy/rules").mkdir(parents=True)
        (home / "policy/policy.yaml").write_text(
            "name: labels\nhistory: 1h\nthresholds: {review: 500, decline: 800}\n")
        (home / "policy/schema.yaml").write_text(SCHEMA)
        (home / "policy/features.yaml").write_text(FEATURES)
        (home / "policy/rules/r.yaml").write_text(RULE)
        cls.stream = Stream(7)
        for name, rows in (("payments", cls.stream.rows), ("labels", cls.stream.labels)):
            (home / f"{name}.csv").write_text(as_csv(rows))
            (home / f"{name}.jsonl").write_text(as_lines(rows))

    def features(self, payments, *more):
        done = weir("features", "--policy", "policy", "--in", payments, "--out", "out.csv", *more, cwd=self.home)
        with open(self.home / "out.csv", newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        self.assertEqual(header, ["id", "card.events", "card.frauds", "card.judged", "card.loss"])
        return rows, done.stderr

    def test_they_are_what_going_through_everything_finds(self):
        rows, told = self.features("payments.csv", "--labels", "labels.csv")
        expected = list(self.stream.expected())
        self.assertEqual(len(rows), len(expected))
        for found, wanted in zip(rows, expected):
            self.assertEqual([cell.removesuffix(" EUR") for cell in found], wanted)
        self.assertGreater(sum(int(row[2]) > 0 for row in rows), 500, "labels play a part")
        counts = self.stream.label_counts()
        self.assertTrue(all(count > 10 for count in counts), counts)
        found = re.search(r"([\d,]+) labels: ([\d,]+) used, ([\d,]+) known only after the newest payment, ([\d,]+) known "
                          r"before their payment and left out, ([\d,]+) of no payment in the file", told)
        self.assertIsNotNone(found, told)
        numbers = [int(group.replace(",", "")) for group in found.groups()]
        self.assertEqual(numbers, [len(self.stream.labels), *counts])

    def test_lines_and_rows_are_the_same(self):
        rows, told = self.features("payments.csv", "--labels", "labels.csv")
        for payments in ("payments.csv", "payments.jsonl"):
            for labels in ("labels.csv", "labels.jsonl"):
                again, told_again = self.features(payments, "--labels", labels)
                self.assertEqual(again, rows, f"{payments} {labels}")
                self.assertEqual(told_again.splitlines()[-1], told.splitlines()[-1])

    def test_without_labels_there_are_none(self):
        rows, told = self.features("payments.jsonl")
        self.assertEqual({(row[2], row[3]) for row in rows}, {("0", "0")})
        self.assertNotIn("labels", told)

    def test_what_is_no_label_stops_it(self):
        (self.home / "bad.csv").write_text("event_id,label,known_at\np1,fraud,0\np1,fraud,soon\n")
        done = weir("features", "--policy", "policy", "--in", "payments.csv", "--out", "-", "--labels", "bad.csv",
                    cwd=self.home, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertIn("bad.csv:3: no label: `known_at`: expected an ISO 8601 date-time with an offset, as a string, "
                      "found `soon`", done.stderr)
        done = weir("features", "--policy", "policy", "--in", "payments.csv", "--out", "-", "--labels", "labels.csv",
                    "dir:topics/labels", cwd=self.home, check=False)
        self.assertIn("--labels takes files or topics, not both at once", done.stderr)


if __name__ == "__main__":
    weir_process.main()
