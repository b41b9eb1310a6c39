#!/usr/bin/env python3
"""Metrics beside scikit-learn's, and beside plain loops."""

import os
import pathlib
import unittest

import training_case
import numpy as np
import sklearn.metrics
from weir_train import metrics


def data(seed, rows=2000, ties=False):
    dice = np.random.default_rng(seed)
    labels = (dice.random(rows) < 0.1).astype(int)
    scores = dice.normal(size=rows) + labels
    return labels, np.round(scores) if ties else scores, dice


class Ranking(unittest.TestCase):

    def test_as_scikit_learn_has_them(self):
        for seed in range(5):
            for ties in (False, True):
                labels, scores, dice = data(seed, ties=ties)
                weights = dice.poisson(1, len(labels))
                for given in (None, weights):
                    self.assertAlmostEqual(metrics.average_precision(labels, scores, given),
                                           sklearn.metrics.average_precision_score(labels, scores, sample_weight=given))
                    self.assertAlmostEqual(metrics.auc(labels, scores, given),
                                           sklearn.metrics.roc_auc_score(labels, scores, sample_weight=given))

    def test_a_weight_is_a_repetition(self):
        labels, scores, dice = data(1, 300, ties=True)
        weights = dice.poisson(1, len(labels))
        again = np.repeat(np.arange(len(labels)), weights)
        for measure in (metrics.average_precision, metrics.auc):
            self.assertAlmostEqual(measure(labels, scores, weights), measure(labels[again], scores[again]))
        chances = 1 / (1 + np.exp(-scores))
        self.assertAlmostEqual(metrics.log_loss(labels, chances, weights),
                               metrics.log_loss(labels[again], chances[again]))

    def test_without_frauds_there_is_no_value(self):
        none = np.zeros(10, int)
        self.assertTrue(np.isnan(metrics.average_precision(none, np.arange(10))))
        self.assertTrue(np.isnan(metrics.auc(none, np.arange(10))))
        self.assertTrue(np.isnan(metrics.auc(none + 1, np.arange(10))))

    def test_by_hand(self):
        labels, scores = np.array([1, 0, 1, 0]), np.array([4, 3, 2, 1])
        self.assertAlmostEqual(metrics.average_precision(labels, scores), (1 + 2 / 3) / 2)
        self.assertAlmostEqual(metrics.auc(labels, scores), 3 / 4)
        self.assertAlmostEqual(metrics.log_loss(np.array([1, 0]), np.array([0.5, 0.0])), np.log(2) / 2)
        self.assertAlmostEqual(metrics.log_loss(np.array([1]), np.array([0.0])), -np.log(1e-9))


class Cards(unittest.TestCase):

    def by_loops(self, days, cards, labels, scores, most):
        found, shares = set(), []
        for day in sorted(set(days)):
            best = {}
            for row in np.flatnonzero(days == day):
                card = cards[row]
                if card not in found:
                    score, fraud = best.get(card, (-np.inf, False))
                    best[card] = (max(score, scores[row]), fraud or labels[row] == 1)
            ranked = sorted(best, key=lambda card: -best[card][0])[:most]
            caught = [card for card in ranked if best[card][1]]
            shares.append(len(caught) / most)
            found.update(caught)
        return shares

    def test_as_plain_loops_have_it(self):
        for seed in range(6):
            labels, scores, dice = data(seed, 3000, ties=seed % 2 == 1)
            days, cards = np.sort(dice.integers(0, 7, 3000)), dice.integers(100, 700, 3000)
            for most in (1, 10, 100, 1000):
                np.testing.assert_allclose(metrics.card_precisions(days, cards, labels, scores, most),
                                           self.by_loops(days, cards, labels, scores, most))

    def test_a_card_that_was_found_is_not_found_again(self):
        days, cards = np.array([0, 0, 1, 1]), np.array([7, 8, 7, 8])
        labels, scores = np.array([1, 0, 1, 1]), np.array([5.0, 4.0, 9.0, 1.0])
        self.assertEqual(metrics.card_precisions(days, cards, labels, scores, 1).tolist(), [1, 1])

    def test_as_the_handbooks_protocol_has_it(self):
        folder = pathlib.Path(os.environ.get("WEIR_DATA", "")) / "handbook"
        if not (folder / "eval_protocol.py").is_file():
            self.skipTest("skipped: no handbook in WEIR_DATA")
        scope = {}
        exec((folder / "eval_protocol.py").read_text(encoding="utf-8"), scope)  # pylint: disable=exec-used
        labels, scores, dice = data(1, 3000, ties=True)
        days, cards = np.sort(dice.integers(0, 7, 3000)), dice.integers(0, 600, 3000)
        self.assertAlmostEqual(metrics.card_precision(days, cards, labels, scores),
                               scope["card_precision"](days, cards, labels, scores))


class CalibrationAndIntervals(unittest.TestCase):

    def test_calibration_by_hand(self):
        chances = np.linspace(0, 1, 1001)
        labels = (np.arange(1001) % 2 == 0).astype(int)
        told = metrics.calibration(labels, chances)
        self.assertAlmostEqual(told.overall, 500.5 / 501)
        self.assertEqual(told.top_rows, [2] * 5)
        self.assertEqual(told.top_frauds, [1] * 5)
        self.assertAlmostEqual(told.top_fifths[0], 1 + 0.999)
        self.assertEqual(metrics.calibration(np.zeros(1001), chances).top_fifths, [np.inf] * 5)

    def test_an_interval_holds_the_truth_about_as_often_as_it_says(self):
        held = 0
        for seed in range(60):
            dice = np.random.default_rng(seed)
            # Payments of a card are alike: five rows each, all the same.
            cards = np.repeat(np.arange(200), 5)
            values = np.repeat(dice.normal(size=200), 5)
            one = metrics.interval(lambda weights, v=values: float(np.average(v, weights=weights)), cards, replicas=200)
            held += one.low <= 0 <= one.high
        self.assertGreaterEqual(held, 51)
        self.assertLessEqual(held, 60)
        by_row = metrics.interval(lambda weights: float(np.average(values, weights=weights)), np.arange(1000))
        self.assertLess(by_row.high - by_row.low, 0.7 * (one.high - one.low))

    def test_an_interval_is_the_same_again(self):
        labels, scores, dice = data(1)
        cards = dice.integers(0, 300, len(labels))
        first, second = (metrics.interval(lambda weights: metrics.average_precision(labels, scores, weights), cards,
                                          replicas=50) for _ in range(2))
        self.assertEqual((first.low, first.high), (second.low, second.high))
        self.assertLess(first.low, first.value)
        self.assertLess(first.value, first.high)


if __name__ == "__main__":
    training_case.main()
