#!/usr/bin/env python3
"""A bank's XGBoost model imported by the command: its scores by the engine beside XGBoost's own, and its refusals."""

import csv
import json
import pathlib
import subprocess
import tempfile
import unittest
import warnings

import training_case
import numpy as np
import xgboost
from weir_train import arrays, bundle, parts

IMPORT = training_case.SOURCE / "models/train/import_xgboost"
BANK = ["AMT", "N_24H", "IDLE", "UNUSED"]
MAP = {"AMT": "amount", "N_24H": "card.count_24h", "IDLE": "card.idle"}
warnings.filterwarnings("ignore", module="xgboost")


class Importer(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.root = pathlib.Path(directory.name)
        dice = np.random.default_rng(1)
        values = np.stack([dice.lognormal(3, 1, 5000), dice.poisson(3, 5000), dice.exponential(1e5, 5000),
                           np.zeros(5000)], axis=1).astype(np.float32)
        values[dice.random(5000) < 0.1, 2] = np.nan
        labels = (np.log(values[:, 0]) + values[:, 1] + dice.normal(size=5000) > 8).astype(int)
        cls.booster = xgboost.train({"objective": "binary:logistic", "max_depth": 5, "nthread": 1},
                                    xgboost.DMatrix(values, labels, feature_names=BANK), 60)
        cls.booster.save_model(cls.root / "bank.json")
        cls.values = values
        # The engine's arrays hold the inputs in another order, and one that the model does not ask for.
        cls.payments = arrays.Arrays(
            policy="p", features=[parts.NamedInput("card.idle", "3"), parts.NamedInput("other", "4"),
                                  parts.NamedInput("card.count_24h", "2"), parts.NamedInput("amount", "1")],
            events=0, event_fields=[], texts=[], ids=[f"p{row}" for row in range(5000)], times=np.arange(5000),
            feature_values=values[:, [2, 3, 1, 0]], event_codes=np.zeros((5000, 0, 0)), event_counts=np.zeros(5000),
            text_grams=[])
        arrays.write(cls.root / "arrays", cls.payments)
        (cls.root / "map.json").write_text(json.dumps(MAP))

    def run_import(self, *options, model="bank.json"):
        return subprocess.run([IMPORT, self.root / model, "--out", self.root / "m.safetensors", *options],
                              capture_output=True, text=True, check=False)

    def refused(self, why, *options, **more):
        done = self.run_import(*options, **more)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertIn(why, done.stderr)

    def test_scores_are_those_of_xgboost(self):
        done = self.run_import("--arrays", self.root / "arrays", "--feature-map", self.root / "map.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("60 trees, 3 features", done.stdout)
        self.assertIn("a logit is off by at most 1.82e-06", done.stdout)
        self.assertIn("beside XGBoost on 5000 payments: logits differ by at most", done.stdout)
        training_case.weir("model", "score", "--model", self.root / "m.safetensors", "--arrays", self.root / "arrays",
                           "--out", self.root / "scores.csv")
        with open(self.root / "scores.csv", encoding="utf-8", newline="") as text:
            scores = [(row["id"], float(row["logit"]), float(row["probability"])) for row in csv.DictReader(text)]
        self.assertEqual([row[0] for row in scores], self.payments.ids)
        matrix = xgboost.DMatrix(self.values, feature_names=BANK)
        margins = self.booster.predict(matrix, output_margin=True).astype(np.float64)
        difference = np.abs(np.array([row[1] for row in scores]) - margins).max()
        # That of the leaves, and what XGBoost's own sum in float32 is off by.
        self.assertLess(difference, 1.82e-6 + 60 * np.abs(margins).max() * 2.0**-23)
        self.assertIn(f"differ by at most {difference:.2e}", done.stdout)
        chances = self.booster.predict(matrix).astype(np.float64)
        self.assertLess(np.abs(np.array([row[2] for row in scores]) - chances).max(), 5e-6)

    def test_the_card_tells_what_is_known(self):
        (self.root / "card.md").write_text("Trained by the bank.\n")
        self.assertEqual(self.run_import("--inputs", self.root / "arrays/inputs.json", "--feature-map",
                                         self.root / "map.json", "--card", self.root / "card.md", "--name",
                                         "Bank 7").returncode, 0)
        model, card = bundle.read(self.root / "m.safetensors")
        self.assertFalse(model.demonstration)
        self.assertEqual(model.features, [parts.NamedInput("amount", "1"), parts.NamedInput("card.count_24h", "2"),
                                          parts.NamedInput("card.idle", "3")])
        self.assertTrue(card.startswith("# Bank 7\n\nImported from an XGBoost model, bank.json, SHA-256 "), card)
        self.assertIn("3 of 4 features asked for", card)
        self.assertTrue(card.endswith("Trained by the bank.\n"), card)

    def test_two_imports_are_the_same_bytes(self):
        options = ("--arrays", self.root / "arrays", "--feature-map", self.root / "map.json")
        first = self.run_import(*options).stdout
        self.assertEqual(self.run_import(*options).stdout, first)

    def test_refusals(self):
        inputs = ("--inputs", self.root / "arrays/inputs.json")
        self.refused("the model asks for AMT, which inputs.json does not hold", *inputs)
        for mapping, why in (({**MAP, "AMOUNT": "amount"}, "the feature map names AMOUNT, which is no feature"),
                             ({**MAP, "IDLE": "idle"}, "the model asks for IDLE, mapped to idle, which inputs.json does"),
                             ({**MAP, "IDLE": "amount"}, "two features of the model are mapped to amount"),
                             ({"AMT": 7}, "is no object of names"), ([], "is no object of names")):
            (self.root / "wrong.json").write_text(json.dumps(mapping))
            self.refused(why, *inputs, "--feature-map", self.root / "wrong.json")
        (self.root / "wrong.json").write_text("{")
        self.refused("wrong.json is no JSON", *inputs, "--feature-map", self.root / "wrong.json")
        self.refused("wrong.json is no JSON", *inputs, model="wrong.json")
        self.refused("No such file", *inputs, model="none.json")
        self.refused("No such file", "--arrays", self.root / "none", "--feature-map", self.root / "map.json")
        self.booster.save_model(self.root / "bank.ubj")
        self.refused("is no JSON", *inputs, model="bank.ubj")
        usage = self.run_import()
        self.assertEqual(usage.returncode, 2)
        self.assertIn("--inputs or --arrays is needed", usage.stderr)


if __name__ == "__main__":
    training_case.main()
