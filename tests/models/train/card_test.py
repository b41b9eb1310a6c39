#!/usr/bin/env python3
"""The card has every part or is not written, and its tables say what the data say."""

import dataclasses
import unittest

import training_case
import numpy as np
from weir_train import card


def whole():
    table = card.Table(["a", "b"], [["x", 0.12345], ["y | z", 1234567]])
    return card.Card(name="Model", summary="For a test.", demonstration=True, data="None.", periods=table, labels="None.",
                     metrics=table, metrics_note="None.", calibration="None.", stability=table, sensitivity="None.",
                     fairness="The data have no groups.", excluded_uses=["credit", "hiring"], limits=["all"],
                     reproduction="make")


class Card(unittest.TestCase):

    def test_every_part_has_its_heading(self):
        text = whole().markdown()
        for heading in ("# Model\n", "## Data\n", "## Periods\n", "## Labels\n", "## How good it is\n", "## Calibration\n",
                        "## Stability by month\n", "## Sensitivity to its inputs\n", "## Fairness\n",
                        "## Not to be used for\n", "## Limits\n", "## How to make it again\n"):
            self.assertEqual(text.count(heading), 1, heading)
        self.assertIn("Demonstration, not validated", text)
        self.assertIn("| a | b |\n| --- | --- |\n| x | 0.123 |\n| y &#124; z | 1,234,567 |\n", text)
        self.assertIn("- credit\n- hiring\n", text)
        self.assertNotIn("Demonstration", dataclasses.replace(whole(), demonstration=False).markdown())

    def test_a_part_that_says_nothing_is_refused(self):
        for field in dataclasses.fields(card.Card):
            if field.name in ("name", "demonstration", "summary"):
                continue
            empty = [] if isinstance(getattr(whole(), field.name), list) else " "
            with self.assertRaisesRegex(ValueError, "says nothing under"):
                dataclasses.replace(whole(), **{field.name: empty}).markdown()

    def test_months(self):
        times = np.array(["2026-01-31T23:59", "2026-02-01T00:00", "2026-02-28T12:00"], "datetime64[ms]").astype(np.int64)
        table = card.stability(times, np.array([1, 0, 1]), np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.5]))
        self.assertEqual(table.rows, [["2026-01", 1, 1, "none", "none", "none"], ["2026-02", 2, 1, 1.0, 1.0, 1.0]])

    def test_groups(self):
        dice = np.random.default_rng(1)
        groups = np.repeat(["a", "b", "c", "d"], [500, 400, 60, 40])
        labels = np.arange(1000) % 10 == 0
        table = card.fairness(groups, labels.astype(int), dice.random(1000), np.full(1000, 0.1), groups == "a")
        self.assertEqual([row[:3] for row in table.rows], [["(small groups)", 100, 10], ["a", 500, 50], ["b", 400, 40]])
        self.assertEqual([row[-1] for row in table.rows], ["0.00 %", "100.00 %", "0.00 %"])

    def test_what_matters_is_found(self):
        dice = np.random.default_rng(1)
        codes = dice.integers(0, 50, (4000, 3)).astype(np.uint16)
        labels = (codes[:, 1] > 45).astype(int)
        table = card.sensitivity(lambda values: values[:, 1] + 0.001 * values[:, 0], codes, labels,
                                 {"first": [0], "second": [1], "third": [2]})
        self.assertEqual(table.rows[0][0], "second")
        self.assertGreater(table.rows[0][1], 0.5)
        self.assertLess(abs(table.rows[1][1]), 0.05)


if __name__ == "__main__":
    training_case.main()
