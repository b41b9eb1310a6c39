#!/usr/bin/env python3
"""Integer trees decide as XGBoost's do, at thresholds and just beside them, and are off by no more than is told."""

import copy
import json
import unittest
import warnings
from fractions import Fraction

import training_case
import numpy as np
import xgboost
from weir_train import parts, reference, trees

FEATURES = 6
warnings.filterwarnings("ignore", module="xgboost")


def data(seed, rows=4000):
    """Values of many sizes, whole numbers and small ones among them, some missing; frauds that depend on them."""
    dice = np.random.default_rng(seed)
    values = dice.normal(size=(rows, FEATURES)).astype(np.float32)
    values[:, 1] = np.rint(values[:, 1] * 3)
    values[:, 2] *= np.float32(1e-41)
    values[:, 3] *= np.float32(1e37)
    values[:, 4] = np.float32(16777216) + 2 * np.rint(values[:, 4] * 3)
    values[dice.random(values.shape) < 0.1] = np.nan
    filled = np.nan_to_num(values.astype(np.float64) / np.nanstd(values.astype(np.float64), axis=0))
    labels = (filled[:, 0] + filled[:, 1] * filled[:, 2] - filled[:, 3] + filled[:, 4] % 2 +
              dice.normal(size=rows) > 2.5).astype(int)
    return values, labels


def train(seed, rounds=40, **parameters):
    values, labels = data(seed)
    settings = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.3, "nthread": 1, "seed": seed, **parameters}
    return xgboost.train(settings, xgboost.DMatrix(values, labels), rounds)


def integer(model):
    cuts = parts.Thresholds.of(model.trees.thresholds(len(model.features)))
    made, base = trees.integer_trees(model.trees, cuts)
    return cuts, made, base


def at_edges(model, rows, seed):
    """Rows of thresholds, their neighbours among float32, both zeros, denormals, the largest values, and none."""
    dice = np.random.default_rng(seed)
    columns = []
    for own in model.trees.thresholds(len(model.features)):
        with np.errstate(over="ignore", under="ignore"):
            edges = np.concatenate([own, np.nextafter(own, np.float32(np.inf)), np.nextafter(own, np.float32(-np.inf)),
                                    np.array([np.nan, 0.0, -0.0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38,
                                              -3.4028235e38], np.float32)])
        columns.append(dice.choice(edges[~np.isinf(edges)], rows))
    return np.stack(columns, axis=1)


class SameDecisions(unittest.TestCase):

    def test_at_thresholds_and_beside_them(self):
        for seed, settings in enumerate(({}, {"tree_method": "exact"}, {"grow_policy": "lossguide", "max_leaves": 40},
                                         {"num_parallel_tree": 3, "subsample": 0.5}, {"max_depth": 1},
                                         {"base_score": 0.01, "lambda": 0})):
            with self.subTest(settings=settings):
                booster = train(seed, **settings)
                model = trees.from_booster(booster)
                cuts, made, base = integer(model)
                values = at_edges(model, 4000, seed)
                # Which leaf each row comes to in each tree: no rounding can hide another decision.
                leaves = booster.predict(xgboost.DMatrix(values), pred_leaf=True).astype(int)
                told = json.loads(booster.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
                leaves = leaves.reshape(len(values), -1)
                sums = np.zeros(len(values), np.int64)
                for number, tree in enumerate(told):
                    rounded = np.rint(np.float32(tree["split_conditions"]).astype(np.float64) * 2**24)
                    own = reference.tree_sums(single(made, number), cuts.codes(values))
                    np.testing.assert_array_equal(own, rounded[leaves[:, number]])
                    sums += own
                margins = booster.predict(xgboost.DMatrix(values), output_margin=True)
                # XGBoost adds up in float32: a rounding of each partial sum.
                slack = model.trees.trees * np.abs(margins).max() * 2.0**-23 + model.trees.rounding()
                self.assertLessEqual(np.abs((sums + base) / 2.0**24 - margins).max(), slack)

    def test_a_difference_would_be_seen(self):
        booster = train(1)
        model = trees.from_booster(booster)
        values = at_edges(model, 5000, 1)
        moved = copy.deepcopy(model.trees)
        inner = moved.feature >= 0
        moved.threshold[inner] = np.nextafter(moved.threshold[inner], np.float32(np.inf))
        self.assertGreater(np.abs(trees.predict(moved, values) - trees.predict(model.trees, values)).max(), 1e-3)

    def test_thresholds_may_be_more_than_the_trees_use(self):
        model = trees.from_booster(train(1))
        own = model.trees.thresholds(FEATURES)
        cuts, made, _ = integer(model)
        more = parts.Thresholds.of([np.concatenate([values, [np.float32(0.123), np.float32(-7)]]) for values in own])
        again, _ = trees.integer_trees(model.trees, more)
        values = at_edges(model, 5000, 2)
        np.testing.assert_array_equal(reference.tree_sums(again, more.codes(values)),
                                      reference.tree_sums(made, cuts.codes(values)))
        with self.assertRaisesRegex(ValueError, "lack one that a tree uses of feature 0"):
            trees.integer_trees(model.trees, parts.Thresholds.of([own[0][1:], *own[1:]]))


def single(made, number):
    """One tree of a forest, as a forest."""
    return parts.Trees(made.roots[number:number + 1], made.feature, made.threshold, made.missing_left, made.left,
                       made.leaf, made.cover)


class Float32OfTexts(unittest.TestCase):

    def test_is_rounded_once(self):
        dice = np.random.default_rng(1)
        texts = [f"{value:.17g}" for value in dice.normal(0, 1, 2000) * 10.0**dice.integers(-45, 38, 2000)]
        # Just above, at and below the middle of two neighbours: by way of double these would go to the even one.
        for value in dice.normal(0, 1, 500).astype(np.float32):
            middle = (Fraction(float(value)) + Fraction(float(np.nextafter(value, np.float32(9))))) / 2
            exact = middle.numerator * 10**40 // middle.denominator
            texts += [f"{exact + change}e-40" for change in (-1, 0, 1)]
        found = trees.float32_of(texts)
        for text, one in zip(texts, found, strict=True):
            self.assertEqual(float(one), float(nearest(Fraction(text))), text)

    def test_edges(self):
        self.assertEqual(trees.float32_of(["0", "-0.0", "1E-46", "Infinity", 3]).tolist(),
                         [0.0, 0.0, 0.0, float("inf"), 3.0])


def nearest(exact):
    """The float32 that is nearest, ties to the even one; by comparing fractions."""
    near = np.float32(float(exact))
    best = None
    for one in (np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))):
        distance = (abs(Fraction(float(one)) - exact), int(one.view(np.uint32)) & 1)
        if best is None or distance < best[0]:
            best = (distance, one)
    return best[1]


class Refusals(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.told = json.loads(train(1, rounds=5).save_raw("json"), parse_float=str)

    def refused(self, why, change, rounds=None):
        told = copy.deepcopy(self.told)
        change(told["learner"])
        with self.assertRaises(trees.NotPossible) as fault:
            trees.from_xgboost(told, rounds)
        self.assertIn(why, str(fault.exception))

    def tree(self, learner):
        return learner["gradient_booster"]["model"]["trees"][3]

    def test_other_models(self):
        values, labels = data(1, 300)
        matrix = xgboost.DMatrix(values, labels)
        for settings, why in (({"booster": "dart", "objective": "binary:logistic"}, "the booster is dart"),
                              ({"booster": "gblinear", "objective": "binary:logistic"}, "the booster is gblinear"),
                              ({"objective": "multi:softprob", "num_class": 3}, "the model has 3 classes"),
                              ({"objective": "reg:squarederror"}, "the objective is reg:squarederror"),
                              ({"objective": "binary:hinge"}, "the objective is binary:hinge")):
            with self.subTest(settings=settings), self.assertRaisesRegex(trees.NotPossible, why):
                trees.from_booster(xgboost.train({**settings, "nthread": 1}, matrix, 2))

    def test_categories(self):
        dice = np.random.default_rng(1)
        values = dice.integers(0, 5, (500, 2)).astype(np.float32)
        matrix = xgboost.DMatrix(values, values[:, 0] == 3, feature_types=["c", "float"], enable_categorical=True)
        booster = xgboost.train({"objective": "binary:logistic", "nthread": 1}, matrix, 2)
        with self.assertRaisesRegex(trees.NotPossible, "a feature is categorical"):
            trees.from_booster(booster)
        told = json.loads(booster.save_raw("json"), parse_float=str)
        told["learner"]["feature_types"] = []
        with self.assertRaisesRegex(trees.NotPossible, "tree 0 splits by category"):
            trees.from_xgboost(told)

    def test_values(self):
        def set_to(name, value, leaf):
            def change(learner):
                tree = self.tree(learner)
                at = next(place for place, left in enumerate(tree["left_children"]) if (left < 0) == leaf)
                tree[name][at] = value
            return change

        self.refused("a leaf of tree 3 is not between", set_to("split_conditions", "128", True))
        self.refused("a leaf of tree 3 is not between", set_to("split_conditions", "-128", True))
        self.refused("a leaf of tree 3 is not between", set_to("split_conditions", "NaN", True))
        self.refused("a threshold of tree 3 is not finite", set_to("split_conditions", "Infinity", False))
        self.refused("a cover of tree 3 is not finite", set_to("sum_hessian", "1E40", True))
        self.refused("tree 3 asks for feature 6 of 6", set_to("split_indices", 6, False))
        told = copy.deepcopy(self.told)
        set_to("split_conditions", "127.99999", True)(told["learner"])
        set_to("sum_hessian", "0E0", True)(told["learner"])
        made, _ = trees.integer_trees(*(lambda one: (one, parts.Thresholds.of(one.thresholds(FEATURES))))(
            trees.from_xgboost(told).trees))
        self.assertEqual(made.leaf.max(), round(float(np.float32(127.99999)) * 2**24))
        self.assertGreater(made.cover.min(), 0)

    def test_base_score(self):
        for text in ("0E0", "1E0", "-3E-1"):
            self.refused(f"base_score is {text}",
                         lambda learner, text=text: learner["learner_model_param"].update(base_score=text))
        told = copy.deepcopy(self.told)
        told["learner"]["learner_model_param"]["base_score"] = "[2.5E-1]"
        self.assertAlmostEqual(trees.from_xgboost(told).trees.base, -np.log(3), places=12)

    def test_structure(self):
        self.refused("tree 3 is no tree", lambda learner: self.tree(learner)["left_children"].__setitem__(1, 0))
        self.refused("not the JSON of an XGBoost model: KeyError", lambda learner: learner.pop("objective"))
        self.refused("0 trees; 1 to 10000", lambda learner: learner["gradient_booster"]["model"].update(trees=[]))

    def test_limits(self):
        def chain(depth):
            """A tree that goes down so far, on the right."""
            tree = copy.deepcopy(self.tree(self.told["learner"]))
            nodes = 2 * depth + 1
            tree["left_children"] = [at + 1 if at % 2 == 0 and at < 2 * depth else -1 for at in range(nodes)]
            tree["right_children"] = [at + 2 if at % 2 == 0 and at < 2 * depth else -1 for at in range(nodes)]
            tree.update(split_indices=[0] * nodes, split_conditions=["1E0"] * nodes, default_left=[0] * nodes,
                        sum_hessian=["1E0"] * nodes, split_type=[0] * nodes)
            return tree

        def replace(many):
            return lambda learner: learner["gradient_booster"]["model"].update(trees=many)

        self.refused("tree 0 is deeper than 64", replace([chain(65)]))
        told = copy.deepcopy(self.told)
        replace([chain(64)])(told["learner"])
        self.assertEqual(len(trees.from_xgboost(told).trees.leaf), 129)
        self.refused("10001 trees", replace([chain(1)] * 10_001))
        replace([chain(1)] * 10_000)(told["learner"])
        self.assertEqual(trees.from_xgboost(told).trees.trees, 10_000)

    def test_early_stopping_needs_a_choice(self):
        change = lambda learner: learner["attributes"].update(best_iteration="2")  # noqa: E731
        self.refused("of 5 rounds 3 were best", change)
        told = copy.deepcopy(self.told)
        change(told["learner"])
        self.assertEqual(trees.from_xgboost(told, "best").trees.trees, 3)
        self.assertEqual(trees.from_xgboost(told, "all").trees.trees, 5)
        told["learner"]["attributes"]["best_iteration"] = "4"
        self.assertEqual(trees.from_xgboost(told).trees.trees, 5)


if __name__ == "__main__":
    training_case.main()
