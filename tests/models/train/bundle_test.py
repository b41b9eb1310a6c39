#!/usr/bin/env python3
"""The model file: the same bytes for the same model, read back as written, and what is refused before it is written."""

import dataclasses
import pathlib
import tempfile
import unittest

import training_case
import numpy as np
import random_models
from weir_train import arrays, bundle, parts


class Bundle(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def refused(self, model, why, **change):
        with self.assertRaises(ValueError) as fault:
            bundle.write(self.root / "m", dataclasses.replace(model, **change), "card", parts.random_inputs(model, 5, 1))
        self.assertIn(why, str(fault.exception))

    def test_the_same_model_is_the_same_bytes(self):
        first = random_models.write(self.root / "a", random_models.make(1))
        second = random_models.write(self.root / "b", random_models.make(1))
        self.assertEqual(first, second)
        self.assertEqual((self.root / "a").read_bytes(), (self.root / "b").read_bytes())
        self.assertNotEqual(first, random_models.write(self.root / "b", random_models.make(2)))

    def test_what_is_read_back_is_the_model(self):
        for shape in ({}, {"with_head": False}, {"with_trees": False, "with_sequence": False, "outputs": 3},
                      {"with_trees": False, "with_sequence": False, "texts": 0}):
            model = random_models.make(1, **shape)
            first = random_models.write(self.root / "a", model)
            read, card = bundle.read(self.root / "a")
            self.assertEqual(card, "# card\n")
            self.assertEqual(random_models.write(self.root / "b", read), first)

    def test_it_begins_as_safetensors_do(self):
        random_models.write(self.root / "a", random_models.make(1))
        data = (self.root / "a").read_bytes()
        length = int.from_bytes(data[:8], "little")
        self.assertEqual(length % 8, 0)
        self.assertTrue(data[8:].startswith(b'{"__metadata__":{"card":'))
        self.assertEqual(data[8 + length - 1:8 + length].strip(b" "), b"" if data[8 + length - 1] == 32 else b"}")

    def test_models_that_do_not_fit_are_refused(self):
        model = random_models.make(1)
        self.refused(model, "a name of 201 bytes", name="n" * 201)
        random_models.write(self.root / "m", dataclasses.replace(model, name="n" * 200))
        self.refused(model, "a name of 0 bytes", name="")
        self.refused(model, "an input's name is there twice", features=[model.features[0]] * 5)
        self.refused(model, "a model needs an output", outputs=[])
        self.refused(model, "trees have one output", outputs=["a", "b"])
        self.refused(model, "a model needs trees or a head", trees=None, head=None)
        self.refused(model, "a sequence needs its part", sequence=None)
        self.refused(model, "a sequence needs its part", events=0)
        self.refused(model, "2 parts for 1 texts", text_inputs=model.text_inputs[:1])
        self.refused(model, "the thresholds do not fit", features=model.features[:4])
        self.refused(model, "2 parts for 1 features of the head", head_features=[1])
        self.refused(model, "a model of one output needs reasons", reasons=None)
        self.refused(model, "the base is beyond 2^40", base=2**40 + 1)
        random_models.write(self.root / "m", dataclasses.replace(model, base=2**40))
        knots = model.knots.copy()
        knots[7] = knots[8] + 1
        self.refused(model, "2049 knots", knots=knots)
        self.refused(model, "2049 knots", knots=model.knots[:-1])
        self.refused(model, "2049 knots", knots=None)

    def test_values_beyond_their_type_are_refused(self):
        model = random_models.make(1)
        weights = model.sequence.weights.astype(np.int64)
        weights[3, 4] = 128
        self.refused(model, "a value of sequence.weights does not fit int8",
                     sequence=dataclasses.replace(model.sequence, weights=weights))
        self.refused(model, "a value of trees.leaf does not fit int32",
                     trees=dataclasses.replace(model.trees, leaf=model.trees.leaf + 0.5))

    def test_a_card_and_examples_are_needed(self):
        model = random_models.make(1)
        with self.assertRaisesRegex(ValueError, "a model needs a card"):
            bundle.write(self.root / "m", model, "", parts.random_inputs(model, 5, 1))
        with self.assertRaisesRegex(ValueError, "a model needs examples"):
            bundle.write(self.root / "m", model, "card", parts.random_inputs(model, 0, 1))

    def test_thresholds_have_limits(self):
        most = parts.MAX_THRESHOLDS
        self.assertEqual(parts.Thresholds.of([np.arange(most)]).count(0), most)
        with self.assertRaisesRegex(ValueError, f"feature 1 has {most + 1} thresholds"):
            parts.Thresholds.of([np.arange(3), np.arange(most + 1)])
        with self.assertRaisesRegex(ValueError, "a threshold of feature 0 is not finite"):
            parts.Thresholds.of([np.array([1, np.inf])])

    def test_codes_of_what_is_no_value(self):
        cuts = parts.Thresholds.of([np.array([-1.0, 0.0, 2.0])])
        values = [np.nan, np.inf, -np.inf, 1e39, -2, -1, -0.0, 0, 1e-45, 2, 3e38]
        self.assertEqual(cuts.codes(np.array(values)[:, None])[:, 0].tolist(), [0, 0, 0, 0, 1, 2, 3, 3, 3, 4, 4])


class ArraysFiles(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.model = random_models.make(1)
        self.payments = random_models.make_arrays(self.model, 50, 1)
        arrays.write(self.root, self.payments)

    def test_are_read_as_written(self):
        read = arrays.read(self.root)
        self.assertEqual((read.ids, read.features, read.event_fields, read.texts),
                         (self.payments.ids, self.payments.features, self.payments.event_fields, self.payments.texts))
        np.testing.assert_array_equal(read.feature_values, self.payments.feature_values)
        np.testing.assert_array_equal(read.event_codes, self.payments.event_codes)
        np.testing.assert_array_equal(read.text_grams[1].values, self.payments.text_grams[1].values)

    def test_files_that_do_not_fit_are_refused(self):
        np.save(self.root / "times.npy", np.zeros(49, np.int64))
        with self.assertRaisesRegex(arrays.Fault, r"times.npy holds int64 \[49\]; int64 \[50\] is needed"):
            arrays.read(self.root)
        arrays.write(self.root, self.payments)
        (self.root / "ids.txt").write_text("a\n")
        with self.assertRaisesRegex(arrays.Fault, "ids.txt has not 50 whole lines"):
            arrays.read(self.root)
        (self.root / "inputs.json").write_text("{}")
        with self.assertRaisesRegex(arrays.Fault, "inputs.json is damaged: KeyError"):
            arrays.read(self.root)

    def test_some_rows_are_the_same_as_all(self):
        everything = arrays.quantize(self.model, self.payments)
        some = arrays.quantize(self.model, self.payments, np.array([40, 3, 3]))
        for place, row in enumerate([40, 3, 3]):
            self.assertEqual(bundle.encode(some, place), bundle.encode(everything, row))
            self.assertEqual(bundle.encode(everything.take(np.array([row])), 0), bundle.encode(everything, row))

    def test_labels_are_found_by_id(self):
        labels = self.root / "labels.csv"
        labels.write_text("fraud,id\n1,b\n0,a\nTRUE,x\n,c\n")
        self.assertEqual(arrays.read_labels(labels, ["a", "b", "c"]).tolist(), [0, 1, -1])
        for text, why in (("fraud,id\n1,b\n", "has no row for id a"), ("fraud,id\n1,a\n1,a\n", ":3: id a is there twice"),
                          ("label,id\n1,a\n", "has no column fraud"), ("fraud,id\n2,a\n", "a fraud is '2'")):
            labels.write_text(text)
            with self.assertRaisesRegex(arrays.Fault, why):
                arrays.read_labels(labels, ["a"])
        with self.assertRaisesRegex(arrays.Fault, "an id is there twice among the payments"):
            arrays.read_labels(labels, ["a", "a"])


if __name__ == "__main__":
    training_case.main()
