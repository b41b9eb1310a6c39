#!/usr/bin/env python3
"""Calibration on made-up scores whose true probabilities are known."""

import unittest

import training_case
import numpy as np
from weir_train import calibrate, metrics, parts, reference


def made_up(seed, rows, bent=True):
    """Logits of a model that is sure of itself too soon, labels, and the probabilities that they were drawn with."""
    dice = np.random.default_rng(seed)
    truth = dice.normal(-7, 2, rows) + 6 * (dice.random(rows) < 0.01)
    labels = (dice.random(rows) < calibrate.sigmoid(truth)).astype(int)
    return (np.where(truth > -3, 1.8 * truth + 3, truth + 0.6) if bent else truth), labels, calibrate.sigmoid(truth)


class Calibrate(unittest.TestCase):

    def test_another_period_is_predicted_well(self):
        logits, labels, _ = made_up(1, 100_000)
        fitted = calibrate.fit(logits, labels)
        self.assertLess(fitted.loss_after, fitted.loss_before)
        later, later_labels, truth = made_up(2, 400_000)
        chances = fitted.probabilities(later)
        self.assertLess(metrics.log_loss(later_labels, chances),
                        0.97 * metrics.log_loss(later_labels, calibrate.sigmoid(later)))
        self.assertLess(metrics.log_loss(later_labels, chances), 1.01 * metrics.log_loss(later_labels, truth))
        # Beside the truth itself: what was drawn of it has luck in it.
        fifths = np.array_split(np.argsort(-chances)[:4000], 5)
        for rows in (slice(None), *fifths):
            self.assertGreater(chances[rows].sum() / truth[rows].sum(), 0.9)
            self.assertLess(chances[rows].sum() / truth[rows].sum(), 1.1)

    def test_the_few_frauds_that_look_honest_bend_the_line(self):
        # Nearly all frauds are told well; one in forty looks as harmless as anything, at any low score.
        for seed in range(5):
            dice = np.random.default_rng(seed)
            logits = np.concatenate([dice.normal(-9, 1.5, 60_000), dice.normal(6, 2.5, 1500)])
            truth = np.where(logits < -3, calibrate.sigmoid(-6.5 + 0.15 * (logits + 3)), calibrate.sigmoid(logits))
            labels = (dice.random(len(logits)) < truth).astype(int)
            chances = calibrate.fit(logits, labels).probabilities(logits)
            for rows in (logits < -9, logits < -7):
                ratio = chances[rows].sum() / truth[rows].sum()
                self.assertGreater(ratio, 0.7, f"seed {seed}, {rows.sum()} payments")
                self.assertLess(ratio, 1.4, f"seed {seed}, {rows.sum()} payments")

    def test_few_frauds_do_no_harm(self):
        later, later_labels, _ = made_up(2, 200_000, bent=False)
        best = metrics.log_loss(later_labels, calibrate.sigmoid(later))
        for seed in range(5):
            logits, labels, _ = made_up(10 + seed, 3000, bent=False)
            fitted = calibrate.fit(logits, labels)
            self.assertLess(fitted.frauds, 60)
            self.assertLess(metrics.log_loss(later_labels, fitted.probabilities(later)), 1.05 * best)

    def test_a_higher_score_is_never_a_lower_probability(self):
        dice = np.random.default_rng(1)
        for labels in (dice.random(5000) < 0.02, np.arange(5000) < 100):
            # Scores that mean nothing, and scores that mean the contrary.
            fitted = calibrate.fit(np.linspace(-12, 9, 5000), labels.astype(int))
            self.assertTrue((np.diff(fitted.knots) >= 0).all())
            self.assertGreaterEqual(fitted.knots[0], 0)
            self.assertLessEqual(fitted.knots[-1], parts.CERTAIN)
            slopes = np.diff(fitted.log_odds) / np.diff(fitted.bends)
            self.assertGreater(slopes.min(), 0.9 * calibrate.LEAST_SLOPE)

    def test_the_table_is_what_the_engine_reads(self):
        logits, labels, _ = made_up(1, 50_000)
        fitted = calibrate.fit(logits, labels)
        self.assertEqual((fitted.knots.dtype, len(fitted.knots)), (np.int32, parts.KNOTS))
        some = np.random.default_rng(1).normal(-5, 8, 5000)
        engine = reference.probabilities(fitted.knots, np.rint(some * 2**24).astype(np.int64))
        self.assertLess(np.abs(engine / parts.CERTAIN - fitted.probabilities(some)).max(), 1e-8)

    def test_identity_is_the_sigmoid(self):
        some = np.random.default_rng(1).normal(0, 5, 5000)
        engine = reference.probabilities(calibrate.identity(), np.rint(some * 2**24).astype(np.int64))
        self.assertLess(np.abs(engine / parts.CERTAIN - calibrate.sigmoid(some)).max(), 3e-6)

    def test_limits(self):
        logits = np.linspace(-5, 5, 1000)
        labels = np.zeros(1000, int)
        labels[-9:] = 1
        with self.assertRaisesRegex(ValueError, "9 frauds and 991 honest payments: too few"):
            calibrate.fit(logits, labels)
        with self.assertRaisesRegex(ValueError, "too few"):
            calibrate.fit(logits, 1 - labels)
        labels[-10] = 1
        self.assertEqual(calibrate.fit(logits, labels).frauds, 10)
        logits[3] = np.nan
        with self.assertRaisesRegex(ValueError, "a logit is not finite"):
            calibrate.fit(logits, labels)

    def test_scores_beyond_the_table_and_all_alike(self):
        labels = np.arange(200) % 2
        fitted = calibrate.fit(np.full(200, 3.0), labels)
        self.assertAlmostEqual(float(fitted.probabilities(np.array([3.0]))[0]), 0.5, places=3)
        dice = np.random.default_rng(1)
        wide = np.where(labels == 1, 30.0, -30.0) + dice.normal(size=200)
        chances = calibrate.fit(wide, labels).probabilities(wide)
        self.assertLess(chances[labels == 0].max(), 0.1)
        self.assertGreater(chances[labels == 1].min(), 0.9)


if __name__ == "__main__":
    training_case.main()
