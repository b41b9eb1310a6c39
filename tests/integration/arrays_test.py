#!/usr/bin/env python3
"""weir features --arrays: read back with Python's standard library, compared with the CSV of the same run and with what
going through the payments' own JSON gives."""

import ast
import bisect
import csv
import datetime
import json
import math
import pathlib
import shutil
import struct
import unittest

import weir_process
from weir_process import Workplace, weir

EVENTS = 12
CODES = {"<i8": "q", "<u8": "Q", "<u4": "I", "<u2": "H", "<f4": "f"}
INPUTS = """features:
  amount: double(billing_amount)
  received: double(customer.received_31d)
  senders: account.senders_48h
  largest: double(customer.largest_sent_60d) + 0.125
  contact_changes: customer.contact_changes_24h
  online: channel == 'online'
sequence:
  of: customer
  events: 12
  where: event_type != 'profile_change'
  fields:
    amount: {log: billing_amount}
    gap: {gap: time}
    age: {age: time}
    channel: {value: channel}
    type: {value: event_type}
    merchant: {hash: merchant_id, codes: 64}
    card: {hash: card_number, codes: 9}
    hour: {hour: time}
    same_merchant: {same: merchant_id}
texts:
  merchant: {of: merchant_name, grams: [whole, characters], characters: [2, 3], buckets: 4096, at_most: 20}
  place: {of: "city + ' ' + country", grams: [whole], buckets: 1048576, at_most: 1}
"""
CHANNELS = ["online", "chip", "contactless", "atm", "mobile", "web", "standing_order", "direct_debit", "batch",
            "back_office"]
TYPES = ["card_payment", "account_payment", "profile_change"]


def read_array(path):
    """(shape, flat values) of a .npy file."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x93NUMPY\x01\x00", path
    size, = struct.unpack_from("<H", data, 8)
    text = data[10:10 + size].decode("latin-1")
    assert (10 + size) % 64 == 0 and text.endswith("\n"), path
    header = ast.literal_eval(text)
    assert header["fortran_order"] is False
    code = CODES[header["descr"]]
    values = struct.unpack("<" + code * ((len(data) - 10 - size) // struct.calcsize(code)), data[10 + size:])
    assert math.prod(header["shape"]) == len(values), path
    return header["shape"], values


def rounded(number):
    return struct.unpack("<f", struct.pack("<f", number))[0]


def steps(magnitude):
    """Four for each power of two."""
    bounds = [((4 + part) << exponent) / 4 for exponent in range(62) for part in range(4)]
    return bisect.bisect_right(bounds, magnitude)


def bucket(text, codes):
    value = 0xcbf29ce484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001b3) % 2**64
    return 1 + ((value ^ value >> 32) % 2**32) % (codes - 1)


def milliseconds(text):
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return round((time - epoch) / datetime.timedelta(milliseconds=1))


class Arrays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("arrays")
        cls.addClassCleanup(cls.place.close)
        home = cls.home = pathlib.Path(cls.place.path)
        weir("init", "policy", "--from", "retail-bank", cwd=home)
        # The model that comes with it looks at other inputs.
        for folder in ("model", "rules/model"):
            shutil.rmtree(home / "policy" / folder)
        (home / "policy/inputs.yaml").write_text(INPUTS)
        (home / "key").write_bytes(bytes(range(32)))
        (home / "key").chmod(0o600)
        weir("generate", "--seed", "5", "--events", "6000", "--late-share", "0.05", "--malformed-share", "0.002",
             "--duplicate-share", "0.01", "--out", "payments.jsonl", cwd=home)
        cls.features("--out", "features.csv")
        cls.said = cls.features("--arrays", "arrays").stderr
        with open(home / "features.csv", newline="", encoding="utf-8") as file:
            cls.rows = list(csv.DictReader(file))
        cls.about = json.loads((home / "arrays/inputs.json").read_text())
        cls.payments = cls.read_payments()

    @classmethod
    def features(cls, *arguments, policy="policy"):
        return weir("features", "--policy", policy, "--in", "payments.jsonl", "--token-key", "key", "--rejects",
                    "rejects.txt", *arguments, cwd=cls.home, check=False)

    @classmethod
    def read_payments(cls):
        """What was read, in the order of the file: by the ids of the CSV."""
        wanted = {row["id"] for row in cls.rows}
        seen = set()
        payments = []
        for line in (cls.home / "payments.jsonl").read_bytes().splitlines():
            try:
                payment = json.loads(line)
            except ValueError:
                continue
            if not isinstance(payment, dict) or payment.get("id") not in wanted or payment["id"] in seen:
                continue
            seen.add(payment["id"])
            payment["ms"] = milliseconds(payment["time"])
            payments.append(payment)
        assert [payment["id"] for payment in payments] == [row["id"] for row in cls.rows]
        return payments

    def array(self, name):
        return read_array(self.home / "arrays" / name)

    def test_what_there_is(self):
        self.assertGreater(len(self.rows), 5000)
        about = self.about
        self.assertEqual(about["rows"], len(self.rows))
        self.assertIn(about["policy"], self.said)
        self.assertEqual([f["name"] for f in about["features"]],
                         ["amount", "received", "senders", "largest", "contact_changes", "online"])
        self.assertEqual(about["events"], EVENTS)
        self.assertEqual([(f["name"], f["codes"]) for f in about["event_fields"]],
                         [("amount", 507), ("gap", 254), ("age", 254), ("channel", 11), ("type", 4), ("merchant", 64),
                          ("card", 9), ("hour", 25), ("same_merchant", 3)])
        self.assertEqual([(t["name"], t["buckets"], t["grams"]) for t in about["texts"]],
                         [("merchant", 4096, 20), ("place", 1048576, 1)])
        versions = [i["version"] for kind in ("features", "event_fields", "texts") for i in about[kind]]
        self.assertEqual(len(set(versions)), len(versions))
        for version in versions:
            self.assertRegex(version, "^[0-9a-f]{16}$")
        ids = (self.home / "arrays/ids.txt").read_text().splitlines()
        self.assertEqual(ids, [row["id"] for row in self.rows])
        self.assertEqual(self.array("times.npy"), ((len(ids),), tuple(p["ms"] for p in self.payments)))

    def test_features_are_those_of_the_csv(self):
        shape, values = self.array("features.npy")
        self.assertEqual(shape, (len(self.rows), 6))
        missing = 0
        for i, (row, payment) in enumerate(zip(self.rows, self.payments)):
            amount = payment.get("billing_amount")
            wanted = [None if amount is None else float(amount),
                      *(None if row[name] == "" else float(row[name]) + more
                        for name, more in (("customer.received_31d", 0), ("account.senders_48h", 0),
                                           ("customer.largest_sent_60d", 0.125), ("customer.contact_changes_24h", 0))),
                      float(payment["channel"] == "online")]
            for value, want in zip(values[i * 6:i * 6 + 6], wanted):
                missing += want is None
                if want is None:
                    self.assertTrue(math.isnan(value), row["id"])
                else:
                    self.assertEqual(value, rounded(want), row["id"])
        self.assertGreater(missing, 100)

    def test_sequences_are_what_the_payments_say(self):
        shape, values = self.array("events.npy")
        self.assertEqual(shape, (len(self.rows), EVENTS, 9))
        counts_shape, counts = self.array("event_counts.npy")
        self.assertEqual(counts_shape, (len(self.rows),))
        pasts = {}
        late = 0
        tokens = {}
        for i, payment in enumerate(self.payments):
            past = pasts.setdefault(payment["customer"]["id"], [])
            late += any(event["ms"] > payment["ms"] for event in past)
            seen = sorted((event for event in past if event["ms"] <= payment["ms"] and event["type"] != TYPES[2]),
                          key=lambda event: event["ms"])[1 - EVENTS:] + [payment]
            past.append(payment)
            self.assertEqual(counts[i], len(seen))
            rows = [values[(i * EVENTS + k) * 9:(i * EVENTS + k + 1) * 9] for k in range(EVENTS)]
            self.assertEqual(set(rows[:EVENTS - len(seen)]) - {(0,) * 9}, set())
            for k, (row, event) in enumerate(zip(rows[EVENTS - len(seen):], seen)):
                merchant = event.get("merchant", {}).get("id")
                own = payment.get("merchant", {}).get("id")
                amount = event.get("billing_amount")
                wanted = (0 if amount is None else 254 + steps(round(float(amount) * 100)),
                          0 if k == 0 else 1 + steps(event["ms"] - seen[k - 1]["ms"]),
                          1 + steps(payment["ms"] - event["ms"]), 1 + CHANNELS.index(event["channel"]),
                          1 + TYPES.index(event["type"]), 0 if merchant is None else bucket(merchant, 64),
                          1 + event["ms"] // 3_600_000 % 24,
                          0 if merchant is None or own is None else 2 if merchant == own else 1)
                self.assertEqual(row[:6] + row[7:], wanted, (payment["id"], k))
                # A token is not known here: one code for each card.
                number = event.get("card", {}).get("number")
                self.assertEqual(tokens.setdefault(number, row[6]), row[6])
        self.assertEqual(tokens.pop(None), 0)
        self.assertEqual(set(tokens.values()), set(range(1, 9)))
        self.assertGreater(late, 20)

    def test_texts_are_those_of_the_payments(self):
        for number, most in ((0, 20), (1, 1)):
            starts_shape, starts = self.array(f"text.{number}.starts.npy")
            shape, grams = self.array(f"text.{number}.grams.npy")
            self.assertEqual(starts_shape, (len(self.rows) + 1,))
            self.assertEqual(starts[0], 0)
            self.assertEqual(shape, (starts[-1],))
            self.assertLess(max(grams), self.about["texts"][number]["buckets"])
            by_text = {}
            for i, payment in enumerate(self.payments):
                own = grams[starts[i]:starts[i + 1]]
                merchant = payment.get("merchant", {})
                text = merchant.get("name") if number == 0 else (merchant.get("city"), merchant.get("country"))
                if text is None or (number == 1 and None in text):
                    self.assertEqual(own, ())
                    continue
                self.assertTrue(1 <= len(own) <= most)
                self.assertEqual(by_text.setdefault(text, own), own)
            self.assertGreater(len(set(by_text.values())), 20)

    def test_a_period_is_a_part_of_the_rows(self):
        times = sorted(payment["ms"] for payment in self.payments)
        begin, end = (datetime.datetime.fromtimestamp(times[len(times) * part // 4] / 1000, datetime.timezone.utc)
                      .strftime("%Y-%m-%dT%H:%M:%SZ") for part in (2, 3))
        said = self.features("--arrays", "part", "--from", begin, "--until", end)
        self.assertIn("rows", said.stderr)
        inside = [i for i, payment in enumerate(self.payments)
                  if milliseconds(begin) <= payment["ms"] < milliseconds(end)]
        self.assertGreater(len(inside), 1000)
        self.assertEqual((self.home / "part/ids.txt").read_text().splitlines(), [self.rows[i]["id"] for i in inside])
        _, all_events = self.array("events.npy")
        _, events = read_array(self.home / "part/events.npy")
        width = EVENTS * 9
        self.assertEqual(events, tuple(v for i in inside for v in all_events[i * width:(i + 1) * width]))
        self.features("--out", "part.csv", "--from", begin, "--until", end)
        with open(self.home / "part.csv", newline="", encoding="utf-8") as file:
            self.assertEqual(list(csv.DictReader(file)), [self.rows[i] for i in inside])

    def test_events_of_other_types_are_past_alone(self):
        shutil.copytree(self.home / "policy", self.home / "cards")
        (self.home / "cards/inputs.yaml").write_text("event_types: [card_payment]\n" + INPUTS)
        self.features("--arrays", "of-cards", policy="cards")
        cards = [i for i, payment in enumerate(self.payments) if payment["type"] == "card_payment"]
        self.assertLess(len(cards), len(self.payments) - 1000)
        self.assertEqual((self.home / "of-cards/ids.txt").read_text().splitlines(), [self.rows[i]["id"] for i in cards])
        _, all_events = self.array("events.npy")
        _, events = read_array(self.home / "of-cards/events.npy")
        width = EVENTS * 9
        self.assertEqual(events, tuple(v for i in cards for v in all_events[i * width:(i + 1) * width]))

    def test_another_run_gives_the_same_bytes(self):
        self.features("--arrays", "again")
        for path in sorted((self.home / "arrays").iterdir()):
            self.assertEqual(path.read_bytes(), (self.home / "again" / path.name).read_bytes(), path.name)

    def test_what_can_not_be(self):
        for arguments, status, told in (
                ((), 2, "give one of --out and --arrays"),
                (("--out", "a.csv", "--arrays", "a"), 2, "give one of --out and --arrays"),
                (("--arrays", "a", "--from", "noon"), 2, "--from noon: no date or time"),
                (("--arrays", "a", "--from", "2026-01-02", "--until", "2026-01-02"), 2, "--until must be later"),
                (("--arrays", "payments.jsonl"), 1, "can't make the directory payments.jsonl"),
                (("--arrays", "payments.jsonl/a"), 1, "can't make the directory payments.jsonl/a")):
            done = self.features(*arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertIn(told, done.stderr)
        weir("init", "plain", cwd=self.home)
        done = weir("features", "--policy", "plain", "--in", "payments.jsonl", "--arrays", "a", "--token-key", "key",
                    cwd=self.home, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("plain has no inputs.yaml", done.stderr)
        self.assertFalse((self.home / "a").exists())


if __name__ == "__main__":
    weir_process.main()
