#!/usr/bin/env python3
"""`ops/evaluate order` on tiny streams: frozen by hash, measured as its scores say, and shuffled where it says so."""

import csv
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import training_case
import numpy as np

import weir_process

try:
    import torch
except ImportError:  # Debian's; other systems train trees alone.
    torch = None

if torch is not None:
    import order
    from weir_train import arrays, bundle, metrics, order_model, order_streams, order_table

PROGRAM = training_case.SOURCE / "models/train/order.py"


def generate(options: list[str], folder: pathlib.Path) -> str:
    """The files of one stream in the folder; their hash."""
    folder.mkdir(parents=True)
    paths = [folder / name for name in order_streams.FILES]
    training_case.weir("generate", *options, "--out", paths[0], "--labels", paths[1], "--truth", paths[2])
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


@unittest.skipIf(torch is None, "there is no PyTorch here")
class Order(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.home = pathlib.Path(scratch.name)
        cls.told = {"rows_from": "2026-01-10", "streams": []}
        for seed, part in enumerate(order_streams.PARTS, 1):
            options = ["--seed", str(seed), "--days", "40", "--customers", "150", "--merchants", "1000",
                       "--order-share", "0.05", "--fraud-share", "0.01"]
            cls.told["streams"].append({"name": f"stream-{part}", "part": part, "options": options,
                                        "sha256": generate(options, cls.home / part)})

    def streams(self, told: dict) -> pathlib.Path:
        path = self.home / "streams.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        return path

    def run_order(self, told: dict, *options) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, PROGRAM, "--weir", weir_process.WEIR, "--work", self.home / "work",
                               "--streams", self.streams(told), "--epochs", "1", "--jobs", "1", *options],
                              capture_output=True, text=True, check=False)

    def test_a_stream_that_is_not_the_frozen_one_is_refused(self):
        other = json.loads(json.dumps(self.told))
        right = other["streams"][0]["sha256"]
        other["streams"][0]["sha256"] = "0" * 64
        done = self.run_order(other)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"stream stream-train is not the one that was frozen: its SHA-256 is {right}, {'0' * 64} was",
                      done.stderr)

    def test_the_table_is_what_the_scores_say(self):
        scores, model = self.home / "scores.csv", self.home / "model.safetensors"
        done = self.run_order(self.told, "--seeds", "2", "--scores", scores, "--model", model)
        self.assertEqual(done.returncode, 0, done.stderr)
        probabilities: dict[tuple[str, str], dict[str, dict[str, float]]] = {}
        with open(scores, encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                seeds = probabilities.setdefault((row["fold"], row["model"]), {})
                seeds.setdefault(row["seed"], {})[row["tx_id"]] = float(row["probability"])
        sections = dict(re.findall(r"^(\S.*): [\d,]+ payments.*\n\n((?:.+\n)+)", done.stdout, re.MULTILINE))
        self.assertEqual(list(sections), ["unseen seeds", "stream-shifted"])
        for part, section in (("unseen", "unseen seeds"), ("shifted", "stream-shifted")):
            with open(self.home / part / "key.csv", encoding="utf-8", newline="") as text:
                frauds = {row["id"] for row in csv.DictReader(text) if row["fraud"] == "true"}
            for name, label in order_table.NAMES.items():
                own = probabilities[f"stream-{part}", name]
                self.assertEqual(list(own), ["1", "2"])
                expected = []
                for one in own.values():
                    labels = np.array([tx_id in frauds for tx_id in one])
                    self.assertGreater(labels.sum(), 20)
                    expected.append(metrics.average_precision(labels, np.array(list(one.values()))))
                told = re.search(rf"^{re.escape(label)} +(\d\.\d+) \(\S+ to \S+\) ±(\d\.\d+)", sections[section],
                                 re.MULTILINE)
                self.assertAlmostEqual(float(told[1]), np.mean(expected), delta=1e-4, msg=f"{part} {name}")
                self.assertAlmostEqual(float(told[2]), np.std(expected, ddof=1), delta=1e-4, msg=f"{part} {name}")
            for seed in ("1", "2"):
                # Only the order of past events differs; it must reach the scores.
                whole = probabilities[f"stream-{part}", "whole"][seed]
                self.assertNotEqual(whole, probabilities[f"stream-{part}", "shuffled"][seed])
                self.assertNotEqual(whole, probabilities[f"stream-{part}", "trees"][seed])
            self.assertNotEqual(*probabilities[f"stream-{part}", "whole"].values())
        made, text = bundle.read(model)
        self.assertTrue(made.demonstration)
        self.assertIn("Demonstration, not validated", text)
        self.assertIn(hashlib.sha256(model.read_bytes()).hexdigest(), done.stdout)
        again = self.home / "again.safetensors"
        done = self.run_order(self.told, "--seeds", "1", "--model", again)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(again.read_bytes(), model.read_bytes(), "the same data, another model file")
        # The head sees the sequence alone, and every input belongs to one group.
        self.assertEqual(sorted(one for group in made.reasons.groups for one in group.features),
                         list(range(len(made.features))))
        self.assertEqual([group.name for group in made.reasons.groups if group.events], [order_model.SEQUENCE_GROUP])
        shown = json.loads(training_case.weir("model", "show", model, "--json").stdout)
        self.assertEqual(shown["hash"].removeprefix("sha256:"), hashlib.sha256(model.read_bytes()).hexdigest())

    def test_a_list_of_streams_with_a_fault_is_refused(self):
        for change, fault in ((lambda told: told["streams"].pop(), "has no stream to shifted"),
                              (lambda told: told["streams"].append(told["streams"][0]), "names a stream twice"),
                              (lambda told: told["streams"][0].update(part="test"), "can't be"),
                              (lambda told: told.pop("rows_from"), "is damaged")):
            told = json.loads(json.dumps(self.told))
            change(told)
            with self.assertRaisesRegex(arrays.Fault, fault):
                order_streams.read_streams(self.streams(told))

    def test_shuffling_keeps_the_events_and_the_payment_at_hand(self):
        dice = np.random.default_rng(4)
        events, counts = dice.integers(1, 9, (300, 8, 2)).astype(np.uint16), dice.integers(1, 9, 300)
        events[np.arange(8)[None, :] < 8 - counts[:, None]] = 0
        other = order.shuffled(events, counts, 5)
        np.testing.assert_array_equal(other[:, -1], events[:, -1])
        for row, (mine, count) in enumerate(zip(other, counts, strict=True)):
            self.assertFalse(mine[:8 - count].any(), row)
            self.assertEqual(sorted(map(tuple, mine)), sorted(map(tuple, events[row])))
        self.assertTrue((other[counts > 4] != events[counts > 4]).any(axis=(1, 2)).mean() > 0.9)
        np.testing.assert_array_equal(other[counts < 3], events[counts < 3])

    def test_a_ranking_gives_the_average_precision_under_weights(self):
        dice = np.random.default_rng(6)
        labels, scores = dice.integers(0, 2, 400), dice.integers(0, 60, 400) / 60
        ranking = order_table.Ranking(labels, scores)
        for _ in range(20):
            weights = dice.poisson(1, 400).astype(float)
            self.assertAlmostEqual(ranking.average_precision(weights),
                                   metrics.average_precision(labels, scores, weights), places=12)
        self.assertTrue(np.isnan(ranking.average_precision(1.0 - labels)))


if __name__ == "__main__":
    training_case.main()
