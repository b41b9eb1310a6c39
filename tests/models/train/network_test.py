#!/usr/bin/env python3
"""Encoders and head in training: slopes, and that a student is what the engine's arithmetic makes of its parts."""

import unittest

import training_case
import numpy as np

try:
    import torch
except ImportError:  # Debian's; other systems train trees alone.
    torch = None

if torch is not None:
    from weir_train import layers, network, parts, reference, sequence

EVENTS, CODES = 6, [7, 12, 5]
QUIET = {"tell": lambda text: None}


def rows(count: int, seed: int, classes: int) -> "network.Rows":
    """Labels that hang on the order of events; with several classes, on an n-gram and a feature as well."""
    dice = np.random.default_rng(seed)
    events = np.stack([dice.integers(0, codes, (count, EVENTS)) for codes in CODES], axis=2).astype(np.uint16)
    counts = dice.integers(1, EVENTS + 1, count)
    events[np.arange(EVENTS)[None, :] < EVENTS - counts[:, None]] = 0
    labels = ((events[:, -1, 2] < events[:, -2, 2]) & (counts > 1)).astype(np.int64)
    features = dice.integers(0, 6, (count, 2)).astype(np.uint16)
    texts = []
    if classes > 1:
        lengths = dice.integers(0, 9, count)
        texts = [parts.Ragged(np.append(0, np.cumsum(lengths)), dice.integers(0, 64, int(lengths.sum())))]
        labels += np.array([5 in texts[0].row(row) for row in range(count)]) + (features[:, 1] == 3)
    return network.Rows(parts.Inputs(features, events, counts, texts), labels, np.zeros(count), np.ones(count))


def shape(classes: int) -> "network.Shape":
    return network.Shape(1 if classes == 1 else classes, CODES, [(64, 8)] if classes > 1 else [], [(1, 6)])


def settings(**change) -> "network.Settings":
    return network.Settings(**({"width": 16, "embedding": 4, "text_width": 16, "hidden": 16, "batch": 128, "epochs": 12,
                                "rate": 1e-2, "student_epochs": 1} | change))


def model_of(student: "network.Network", classes: int) -> "parts.Model":
    named = [parts.NamedInput(f"field {number}", "0") for number in range(len(CODES))]
    model = parts.Model(name="test", outputs=["fraud"] if classes == 1 else [str(one) for one in range(classes)],
                        demonstration=True, event_fields=named, events=EVENTS, features=named[:2],
                        thresholds=parts.Thresholds.of([np.arange(4), np.arange(4)]),
                        text_inputs=[parts.NamedInput("text", "0")] if classes > 1 else [],
                        knots=np.linspace(0, parts.CERTAIN, parts.KNOTS).astype(np.int32) if classes == 1 else None)
    student.fill(model)
    return model


@unittest.skipIf(torch is None, "there is no PyTorch here")
class Network(unittest.TestCase):

    def test_the_slopes_of_the_recurrent_unit_are_those_of_small_steps(self):
        torch.manual_seed(1)
        gates = (torch.randn(4, 3, 48, dtype=torch.float64) * 600).requires_grad_()
        weights = (torch.randn(48, 16, dtype=torch.float64) * 0.3).requires_grad_()
        bias = (torch.randn(16, dtype=torch.float64) * 300).requires_grad_()
        there = torch.tensor([[1, 0, 1], [1, 0, 1], [1, 1, 1], [1, 1, 1]], dtype=torch.float64)

        def run(*values):
            return sequence.Steps.apply(values[0], values[1], torch.tensor(8.0, dtype=torch.float64), values[2], there,
                                        False)

        self.assertTrue(torch.autograd.gradcheck(run, (gates, weights, bias), eps=1e-3, atol=1e-5, rtol=1e-3))

    def test_a_student_gives_what_its_parts_give_in_integers(self):
        for classes in (1, 4):
            training, validation = rows(1500, 1, classes), rows(500, 2, classes)
            parent = network.fit(shape(classes), settings(), training, validation, **QUIET)
            student = network.student(parent, settings(), training, validation, **QUIET)
            other = rows(500, 3, classes)
            exact = reference.score(model_of(student, classes), other.inputs)[0] / 2.0 ** parts.LOGIT_BITS
            # What is left are the tables' own roundings, and float32 at the edge of a step.
            apart = np.abs(network.logits(student, other.inputs) - exact)
            self.assertLess(apart.mean(), 0.01)
            self.assertLess(np.quantile(apart, 0.95), 0.1)
            before = np.average(other.labels) if classes == 1 else None
            if before is not None:
                guess = -before * np.log(before) - (1 - before) * np.log(1 - before)
                self.assertLess(network.loss(exact, other), guess - 0.1)
            self.assertLess(abs(network.loss(exact, other) - network.loss(network.logits(parent, other.inputs), other)),
                            0.05)

    def test_the_same_seed_gives_the_same_model(self):
        training, validation = rows(300, 1, 4), rows(100, 2, 4)

        def weights(seed):
            chosen = settings(seed=seed, epochs=1, gram_dropout=0.2, text_dropout=(0.1,))
            made = network.fit(shape(4), chosen, training, validation, **QUIET)
            return np.concatenate([one.detach().numpy().ravel() for one in made.parameters()])

        np.testing.assert_array_equal(weights(1), weights(1))
        self.assertFalse(np.array_equal(weights(1), weights(2)))

    def test_without_a_validation_the_last_epoch_stands(self):
        training = rows(600, 1, 4)
        losses, told = [], []

        def weights(made):
            return np.concatenate([one.detach().numpy().ravel() for one in made.parameters()])

        chosen = settings(epochs=4, patience=1)
        best = network.fit(shape(4), chosen, training, training, tell=losses.append)
        losses = [float(line.split()[-1]) for line in losses]
        self.assertEqual(losses, sorted(losses, reverse=True), "or the best epoch were not the last")
        last = network.fit(shape(4), chosen, training, None, tell=told.append)
        self.assertEqual(len(told), 4)
        np.testing.assert_array_equal(weights(last), weights(best))
        # One epoch is too many for a rate like this: a validation would have kept what was before.
        student = network.student(last, settings(student_rate=1.0), training, None, **QUIET)
        kept = network.student(last, settings(student_rate=1.0), training, training, **QUIET)
        self.assertGreater(network.loss(network.logits(student, training.inputs), training),
                           network.loss(network.logits(kept, training.inputs), training))

    def test_a_row_without_n_grams_is_a_vector_of_zeros(self):
        made = network.Network(shape(4), settings())
        with torch.no_grad():
            made.texts[0].table.normal_()
            for exact in (False, True):
                made.texts[0].exact = exact
                out = made.texts[0](torch.tensor([1, 2]), torch.tensor([0, 0, 2, 2]))
                self.assertEqual(out.abs().sum(dim=1).gt(0).tolist(), [False, True, False])

    def test_scales_leave_sums_within_32_bits_and_hold_the_largest_weight(self):
        for columns in (16, 256):
            scales = np.array([1e-6, 0.003, 0.07])
            multipliers, shift = layers.fixed_scales(scales, columns)
            self.assertTrue((multipliers / 2.0 ** shift >= scales).all())
            self.assertLessEqual(int(multipliers.max()) * 127 * 127 * columns + 2 ** (shift - 1), 2 ** 31 - 1)
            self.assertGreater(2 * int(multipliers.max()) * 127 * 127 * columns, 2 ** 31 - 1)
        with self.assertRaises(ValueError):
            layers.fixed_scales(np.array([1e6]), 256)


if __name__ == "__main__":
    training_case.main()
