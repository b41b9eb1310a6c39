#!/usr/bin/env python3
"""The C++ runtime and the numpy one give the same bits, for models of all parts and for whatever payments look like."""

import csv
import dataclasses
import json
import pathlib
import tempfile
import unittest

import training_case
import numpy as np
import random_models
from weir_train import arrays, bundle, parts, reference

ROWS = 3000
SEEDS = 8
SHAPES = {
    "whole": {},
    "trees": {"with_head": False},
    "sequence": {"with_trees": False, "texts": 0, "features": 0},
    "text": {"with_trees": False, "with_sequence": False, "texts": 1, "features": 0},
    "head over features": {"with_trees": False, "with_sequence": False, "texts": 0},
    "trees and texts": {"with_sequence": False},
    "classes": {"with_trees": False, "with_sequence": False, "outputs": 5},
}


class Runtime(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def score(self, *more, check=True):
        return training_case.weir("model", "score", "--model", self.root / "m", "--arrays", self.root / "a", "--out",
                                  self.root / "scores.csv", *more, check=check)

    def write(self, model, rows=ROWS, seed=1):
        random_models.write(self.root / "m", model)
        payments = random_models.make_arrays(model, rows, seed)
        arrays.write(self.root / "a", payments)
        return payments

    def scores(self):
        with open(self.root / "scores.csv", encoding="utf-8", newline="") as text:
            return list(csv.reader(text))

    def test_the_same_bits(self):
        for number, (what, shape) in enumerate(SHAPES.items()):
            distinct = 0
            for seed in range(SEEDS):
                with self.subTest(model=what, seed=seed):
                    model = random_models.make(100 * number + seed, **shape)
                    payments = self.write(model, seed=seed)
                    logits, probabilities = reference.score(model, arrays.quantize(model, payments))
                    distinct += len(np.unique(logits))
                    self.score()
                    heading, *rows = self.scores()
                    self.assertEqual([row[0] for row in rows], payments.ids)
                    found = np.array([[float(cell) for cell in row[1:1 + len(model.outputs)]] for row in rows])
                    np.testing.assert_array_equal(found * 2.0**parts.LOGIT_BITS, logits)
                    if probabilities is not None:
                        self.assertEqual(heading, ["id", "logit", "probability"])
                        self.assertEqual([row[2] for row in rows],
                                         [f"{one // 10**9}.{one % 10**9:09}" for one in probabilities.tolist()])
                    else:
                        self.assertEqual(heading, ["id", *(f"logit.{name}" for name in model.outputs), "class"])
                        self.assertEqual([row[-1] for row in rows],
                                         [model.outputs[place] for place in logits.argmax(axis=1)])
            # Some of the models are so wild that they give hardly more than one logit; the others must make up for it.
            self.assertGreater(distinct, 100, what)

    def test_reasons_add_up_to_the_logit(self):
        for number, (what, shape) in enumerate(SHAPES.items()):
            with self.subTest(model=what):
                model = random_models.make(500 + number, **shape)
                self.write(model, rows=200)
                self.score()
                plain = self.scores()
                if len(model.outputs) > 1:
                    done = self.score("--reasons", check=False)
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(f"has {len(model.outputs)} outputs; reasons are of a model with one", done.stderr)
                    continue
                self.score("--reasons", "--threads", "2")
                heading, *rows = self.scores()
                self.assertEqual(heading, [*plain[0], "base", *(f"reason.{one.name}" for one in model.reasons.groups),
                                           "residual"])
                self.assertEqual([row[:3] for row in rows], plain[1:])
                found = np.array([row[3:] for row in rows], np.float64)
                np.testing.assert_array_equal(found.sum(axis=1), np.array([row[1] for row in rows], np.float64))
                self.assertEqual(len(np.unique(found[:, 0])), 1)
                self.assertGreater(len(np.unique(found[:, 1:-1])), 10)
                self.assertLessEqual(np.abs(found[:, -1]).max() * 2.0**parts.LOGIT_BITS, len(heading))

    def test_every_kernel_and_number_of_threads_writes_the_same_file(self):
        self.write(random_models.make(7), rows=20_000)
        self.score()
        expected = (self.root / "scores.csv").read_bytes()
        kernels = 0
        for options in (["--threads", "3"], ["--kernel", "portable"], ["--kernel", "avx2", "--threads", "2"],
                        ["--kernel", "vnni"]):
            (self.root / "scores.csv").unlink()
            done = self.score(*options, check=False)
            if done.returncode:
                self.assertIn("this CPU has no kernel", done.stderr)
                continue
            kernels += 1
            self.assertEqual((self.root / "scores.csv").read_bytes(), expected, options)
        self.assertGreaterEqual(kernels, 2)

    def test_no_payments_are_no_scores(self):
        self.write(random_models.make(7), rows=0)
        self.score()
        self.assertEqual(self.scores(), [["id", "logit", "probability"]])

    def test_arrays_of_another_definition_are_refused(self):
        model = random_models.make(7)
        payments = self.write(model, rows=5)

        def refused(change, why):
            arrays.write(self.root / "a", dataclasses.replace(payments, **change))
            done = self.score(check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(why, done.stderr)
            with self.assertRaises(arrays.Fault) as fault:
                arrays.quantize(model, arrays.read(self.root / "a"))
            self.assertIn(why, str(fault.exception))

        def other(inputs, which, **change):
            return [dataclasses.replace(one, **change) if one.name == which else one for one in inputs]

        refused({"features": other(payments.features, "feature3", version="new")},
                f'the model reads feature "feature3" in version {"3" * 16}; the arrays hold version new')
        refused({"features": other(payments.features, "feature3", name="feature9")},
                f'the arrays hold no feature "feature3" (version {"3" * 16}), which the model reads')
        refused({"event_fields": other(payments.event_fields, "field1", version="new")},
                f'the model reads field of an event "field1" in version {"1" * 16}; the arrays hold version new')
        refused({"texts": other(payments.texts, "text0", version="new")},
                f'the model reads text "text0" in version {"0" * 16}; the arrays hold version new')
        fewer = random_models.EVENTS - 1
        refused({"events": fewer, "event_codes": payments.event_codes[:, -fewer:],
                 "event_counts": np.minimum(payments.event_counts, fewer)},
                f"the model reads the last {fewer + 1} events; the arrays hold {fewer}")

    def test_a_row_with_a_code_too_large_is_named(self):
        model = random_models.make(7)
        payments = self.write(model, rows=5)
        place = [one.name for one in payments.event_fields].index("field0")
        payments.event_codes[3, -1, place] = 11
        arrays.write(self.root / "a", payments)
        done = self.score(check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("row 3, id id3: code of an event", done.stderr)
        self.assertIn("is 11; 0 to 10 are possible", done.stderr)

    def test_what_a_file_is_said_to_hold(self):
        model = random_models.make(7)
        digest = random_models.write(self.root / "m", model)
        told = json.loads(training_case.weir("model", "show", self.root / "m", "--json").stdout)
        self.assertEqual(told["hash"], digest)
        self.assertEqual(told["features"][2], {"name": "feature2", "version": "2" * 16,
                                               "thresholds": model.thresholds.count(2)})
        self.assertEqual((told["trees"], told["nodes"]), (37, len(model.trees.leaf)))
        self.assertEqual((told["events"], told["sequence_width"], told["hidden"]), (random_models.EVENTS, 32, 48))
        self.assertEqual(told["card"], "# card\n")
        text = training_case.weir("model", "show", self.root / "m").stdout
        self.assertTrue(text.startswith(f'model "random 7" {digest}\ndemonstration, not validated'), text)
        self.assertTrue(text.endswith("\n# card\n"), text)

    def test_a_file_with_another_example_is_refused(self):
        model = random_models.make(7)
        random_models.write(self.root / "m", model)
        data = bytearray((self.root / "m").read_bytes())
        tensors, _ = bundle.read_tensors(self.root / "m")
        place = bytes(data).index(tensors["examples.logits"].tobytes())
        data[place] ^= 1
        (self.root / "m").write_bytes(data)
        done = training_case.weir("model", "show", self.root / "m", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("example 0 does not come out as the training said", done.stderr)


if __name__ == "__main__":
    training_case.main()
