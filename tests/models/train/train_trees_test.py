#!/usr/bin/env python3
"""Trees trained by the command: twice to the same bytes, calibrated, with a whole card, and scored by the engine."""

import csv
import pathlib
import subprocess
import tempfile
import unittest

import training_case
import numpy as np
from weir_train import arrays, bundle, metrics, parts

TRAIN = training_case.SOURCE / "models/train/train_trees"
DAY = 86_400_000
ROWS = 24_000
START = int(np.datetime64("2026-01-01", "ms").astype(np.int64))
PERIODS = ["--train-from", "2026-01-01", "--stop-from", "2026-02-10", "--calibrate-from", "2026-02-20",
           "--measure-from", "2026-03-02T00:00Z", "--until", "2026-04-01"]


class TrainTrees(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.root = pathlib.Path(directory.name)
        dice = np.random.default_rng(1)
        values = dice.normal(size=(ROWS, 4)).astype(np.float32)
        values[dice.random((ROWS, 4)) < 0.05] = np.nan
        filled = np.nan_to_num(values)
        cls.fraud = dice.random(ROWS) < 1 / (1 + np.exp(5 - 2 * filled[:, 0] - 2 * filled[:, 1] * filled[:, 2]))
        payments = arrays.Arrays(
            policy="abc", features=[parts.NamedInput(f"feature{number}", f"v{number}") for number in range(4)], events=0,
            event_fields=[], texts=[], ids=[f"p{row}" for row in range(ROWS)],
            times=START + np.sort(dice.integers(0, 90 * DAY, ROWS)), feature_values=values,
            event_codes=np.zeros((ROWS, 0, 0)), event_counts=np.zeros(ROWS), text_grams=[])
        arrays.write(cls.root / "arrays", payments)
        cls.payments = payments
        with open(cls.root / "labels.csv", "w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(["id", "fraud", "card", "region"])
            for row in dice.permutation(ROWS):
                label = "" if row % 50 == 7 else int(cls.fraud[row])
                writer.writerow([f"p{row}", label, row % 3000, "north" if row % 3 else "south"])

    def train(self, out, *more):
        return subprocess.run([TRAIN, "--arrays", self.root / "arrays", "--labels", self.root / "labels.csv",
                               *PERIODS, "--out", self.root / out, *more], capture_output=True, text=True, check=False)

    def test_a_model_with_its_card(self):
        done = self.train("m", "--group-column", "card", "--fairness-column", "region", "--demonstration")
        self.assertEqual(done.returncode, 0, done.stderr)
        again = self.train("again", "--group-column", "card", "--fairness-column", "region", "--demonstration",
                           "--name", "m")
        self.assertEqual((self.root / "m").read_bytes(), (self.root / "again").read_bytes(), again.stderr)

        training_case.weir("model", "score", "--model", self.root / "m", "--arrays", self.root / "arrays",
                           "--out", self.root / "scores.csv")
        chances = np.array([float(one) for one in arrays.read_column(
            self.root / "scores.csv", ["probability"], self.payments.ids, "id")[0]])
        last = (self.payments.times >= START + 60 * DAY) & (np.arange(ROWS) % 50 != 7)
        precision = metrics.average_precision(self.fraud[last], chances[last])
        self.assertGreater(precision, 5 * self.fraud[last].mean(), "far better than chance")
        self.assertIn(f"average precision {precision:.3f} on the last period", done.stdout)
        told = metrics.calibration(self.fraud[last], chances[last])
        self.assertAlmostEqual(told.overall, 1, delta=0.15)

        model, card = bundle.read(self.root / "m")
        self.assertTrue(model.demonstration)
        self.assertEqual(model.features, self.payments.features)
        self.assertIn("Demonstration, not validated", card)
        for part in (f"| average precision | {precision:.3f} (", f"predicted over observed frauds is {told.overall:.2f}",
                     "| 2026-03 | ", "| feature0 | 0.", "By `region`", "| north | ", "480 of them have no label",
                     "| measure | 2026-03-02T00:"):
            self.assertIn(part, card)

    def test_refusals(self):
        for more, why in ((["--stop-from", "2025-02-10"], "must rise"),
                          (["--until", "2026-03-02T00:01Z"], 'the period "measure" has'),
                          (["--label-column", "frauds"], "has no column frauds"),
                          (["--arrays", self.root], "No such file")):
            done = self.train("refused", *more)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(why, done.stderr)
        for more, why in ((["--until", "soon"], "soon is no time"), (["--parameter", "seed=3"], "NAME=VALUE is wanted")):
            done = self.train("refused", *more)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(why, done.stderr)
        self.assertFalse((self.root / "refused").exists())


if __name__ == "__main__":
    training_case.main()
