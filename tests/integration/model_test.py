#!/usr/bin/env python3
"""A model in the line: training sees what serving sees, and a score outlives a crash, a replay and the examiner's question."""

import base64
import bisect
import json
import os
import pathlib
import struct
import unittest

import weir_process
from arrays_test import read_array
from audit_oracle import check_run
from weir_process import Bank, Workplace, value_bytes, weir

# Of the sizes that the model's writer makes; nothing here hangs on labels, which come between the payments.
INPUTS = """event_types: [card_payment, account_payment]
features:
  amount: double(billing_amount)
  count_30d: card.count_30d
sequence:
  of: customer
  events: 4
  fields:
    merchant: {hash: merchant_id, codes: 12}
    payee: {hash: counterparty_account, codes: 12}
    channel: {hash: channel, codes: 12}
texts:
  name: {of: merchant_name, grams: [whole, characters], characters: [2, 2], buckets: 32, at_most: 8}
  place: {of: "city + ' ' + country", grams: [words], buckets: 64, at_most: 5}
"""
RULE = """id: by-model
description: The model takes it for fraud
reason: M1
when: event_type != 'profile_change' && model.score.orValue(0.0) > 0.45
then: {points: 500}
"""


def read_inputs(text):
    """(features, codes of events, n-grams of each text) of an audit record."""
    numbers, shift, number = [], 0, 0
    for byte in base64.b64decode(text, validate=True):
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            shift, number = 0, 0
    at = 0

    def take():
        nonlocal at
        count = numbers[at]
        at += 1 + count
        return numbers[at - count:at]
    features, events = take(), take()
    at += 1
    texts = [take() for _ in range(numbers[at - 1])]
    assert at == len(numbers)
    return features, events, texts


def thresholds_of(path):
    """Of each feature, from the model's file."""
    data = pathlib.Path(path).read_bytes()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])

    def values(name, code):
        begin, end = header[name]["data_offsets"]
        return struct.unpack_from(f"<{(end - begin) // 4}{code}", data, 8 + size + begin)
    starts, all_values = values("thresholds.starts", "I"), values("thresholds.values", "f")
    return [all_values[begin:end] for begin, end in zip(starts, starts[1:])]


class Model(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("model")
        cls.addClassCleanup(cls.place.close)
        bank = cls.bank = Bank(cls.place, "bank")
        policy = bank.path / "policy"
        for path in policy.glob("model/*"):
            path.unlink()
        (policy / "rules/model").mkdir(parents=True, exist_ok=True)
        (policy / "inputs.yaml").write_text(INPUTS)
        for path in policy.glob("rules/model/*"):
            path.unlink()
        (policy / "model").mkdir(exist_ok=True)
        cls.model = policy / "model/made.safetensors"
        writer = os.environ["WEIR_MODEL_WRITER"]
        weir_process.subprocess.run([writer, policy, cls.model], check=True)
        (policy / "rules/model/score.yaml").write_text(RULE)
        bank.generate(seed=61, events=6000).wait()
        # Killed on its way, and started again.
        engine = bank.run().wait_live()
        weir_process.until(lambda: sum(bank.consumed().values()) > 1500, "some of the input consumed")
        engine.kill()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        engine.terminate()
        cls.records = [json.loads(value_bytes(record))["record"] for record in bank.read("audit")]

    def test_every_score_is_made_again(self):
        numbers = check_run(self.bank)
        self.assertGreater(numbers["transaction"], 5000)
        said = weir("replay", "--audit", self.bank.url("audit"), "--decisions", self.bank.url("decisions")).stdout
        self.assertIn(" 0 different, 0 altered", said)

    def test_training_sees_what_serving_saw(self):
        # The payments in the order in which the engine took them.
        payments = {(r["partition"], r["offset"]): value_bytes(r) for r in self.bank.read("transactions")}
        path = self.bank.path / "payments.jsonl"
        taken = [r for r in self.records if r["kind"] in ("transaction", "duplicate", "dead_letter")
                 and r["input"]["topic"] == "transactions"]
        counted = {}
        for record in taken:
            counted.setdefault((record["input"]["partition"], record["input"]["offset"]), record)
        path.write_bytes(b"".join(payments[place].rstrip(b"\n") + b"\n" for place in counted))
        arrays = self.bank.path / "arrays"
        weir("features", "--policy", self.bank.path / "policy", "--in", path, "--arrays", arrays, "--token-key",
             self.bank.path / "token.key", check=False)
        ids = (arrays / "ids.txt").read_text().splitlines()
        (_, features), features_values = read_array(arrays / "features.npy")
        (_, events, fields), codes = read_array(arrays / "events.npy")
        _, counts = read_array(arrays / "event_counts.npy")
        texts = [(read_array(arrays / f"text.{i}.starts.npy")[1], read_array(arrays / f"text.{i}.grams.npy")[1])
                 for i in range(2)]
        thresholds = thresholds_of(self.model)
        scored = {r["event"]["id"]: r for r in counted.values() if r["kind"] == "transaction" and "model" in r}
        self.assertEqual(len(scored), len(ids))
        self.assertGreater(len(ids), 4000)
        for row, event_id in enumerate(ids):
            wanted = [0 if value != value else 1 + bisect.bisect_right(thresholds[i], value)
                      for i, value in enumerate(features_values[row * features:(row + 1) * features])]
            of_row = codes[row * events * fields:(row + 1) * events * fields]
            of_texts = [list(grams[starts[row]:starts[row + 1]]) for starts, grams in texts]
            self.assertEqual(read_inputs(scored[event_id]["model"]["inputs"]),
                             (wanted, list(of_row[(events - counts[row]) * fields:]), of_texts), event_id)

    def test_what_the_model_does_not_look_at_has_no_score(self):
        for record in self.records:
            if record["kind"] == "transaction":
                self.assertEqual("model" in record, record["event"]["type"] != "profile_change")

    def test_contributions_add_up(self):
        flagged = [r["model"] for r in self.records if r["kind"] == "transaction" and "contributions" in r.get("model", {})]
        self.assertGreater(len(flagged), 20)
        for model in flagged:
            self.assertEqual(model["base"] + sum(part["logit"] for part in model["contributions"]) + model["residual"],
                             model["logit"])

    def test_the_decision_tells_score_and_reasons(self):
        decisions = {d["id"]: d for d in (json.loads(value_bytes(r)) for r in self.bank.read("decisions"))}
        for record in self.records:
            if record["kind"] != "transaction" or "model" not in record:
                continue
            told, model = decisions[record["event"]["id"]]["model"], record["model"]
            self.assertEqual(told["sha256"], model["sha256"])
            self.assertEqual(told["score"], model["probability"] / 1e9)
            raised = [part for part in model.get("contributions", []) if part["logit"] > 0]
            self.assertEqual(told["reasons"], raised[:3])

    def test_explain_computes_the_score_from_the_record_alone(self):
        hit = next(r for r in self.records if r["kind"] == "transaction" and "contributions" in r.get("model", {}))
        said = weir("explain", hit["event"]["id"], "--audit", self.bank.url("audit")).stdout
        self.assertIn("Computed again from this record and the model's file alone, it is the same.", said)
        self.assertIn(hit["model"]["contributions"][0]["name"], said)


if __name__ == "__main__":
    weir_process.main()
