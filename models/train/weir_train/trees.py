"""XGBoost's trees to integer trees.

A tree's comparison is exact: a value's code is cut at the very float32 thresholds that the trees use, and XGBoost goes
left where the value, a float32, is below the threshold. Only the leaves are rounded, to 2^-24 of a logit: of T trees
the sum is at most (T + 1) / 2^25 off, the base among them.
"""

import dataclasses
import json
import math
import pathlib
from fractions import Fraction

import numpy as np

from weir_train import parts

FLOAT_LEAF = -1  # The feature of a leaf.


class NotPossible(ValueError):
    """A model that integer trees can't be; the text says why."""


@dataclasses.dataclass
class FloatTrees:
    """Trees before their rounding, laid out as parts.Trees: siblings side by side, parents before children."""

    roots: np.ndarray  # uint32 [T]
    feature: np.ndarray  # int64 [n], FLOAT_LEAF for a leaf
    threshold: np.ndarray  # float32 [n]: left where the value is below it
    missing_left: np.ndarray  # bool [n]
    left: np.ndarray  # uint32 [n]
    leaf: np.ndarray  # float64 [n], logits
    cover: np.ndarray  # float32 [n], above 0
    base: float  # the logit before any tree adds to it

    @property
    def trees(self) -> int:
        return len(self.roots)

    def thresholds(self, features: int) -> list[np.ndarray]:
        """The thresholds used of each feature, float32, rising."""
        return [np.unique(self.threshold[self.feature == feature]) for feature in range(features)]

    def rounding(self) -> float:
        """The largest difference between a sum of these leaves and base and that of the integer trees."""
        return (self.trees + 1) / (1 << (parts.LOGIT_BITS + 1))


@dataclasses.dataclass
class XgboostModel:
    """What a model's JSON tells, as far as it matters here."""

    trees: FloatTrees
    features: list[str]  # names, in the order of the columns; f0, f1, ... if the model has none
    version: str
    rounds: int  # of boosting, of those that are taken
    all_rounds: int
    best_round: int | None  # if the training was stopped early: how many rounds were best


def read_xgboost(path: pathlib.Path | str, rounds: str | None = None) -> XgboostModel:
    """From what Booster.save_model("x.json") wrote; see from_xgboost."""
    try:
        text = pathlib.Path(path).read_bytes()
        told = json.loads(text, parse_float=str)
    except ValueError as error:
        raise NotPossible(f"{path} is no JSON: {error}. Save the model with save_model(\"model.json\")") from None
    return from_xgboost(told, rounds)


def from_booster(booster, rounds: str | None = None) -> XgboostModel:
    """From an xgboost.Booster."""
    return from_xgboost(json.loads(booster.save_raw("json"), parse_float=str), rounds)


def from_xgboost(told: dict, rounds: str | None = None) -> XgboostModel:
    """`told`: a model's JSON with its floats as texts. `rounds`: for a model that was stopped early, "best" takes the
    rounds up to the best one, as scikit-learn's interface predicts, "all" takes all of them, as a Booster does."""
    try:
        learner = told["learner"]
        _refuse_others(learner)
        gbtree = learner["gradient_booster"]["model"]
        parameters = learner["learner_model_param"]
        columns = int(parameters["num_feature"])
        names = learner.get("feature_names") or [f"f{number}" for number in range(columns)]
        per_round = max(1, int(gbtree["gbtree_model_param"].get("num_parallel_tree", "1")))
        best = learner.get("attributes", {}).get("best_iteration")
        trees = gbtree["trees"]
        all_rounds = len(trees) // per_round
        best_round = None if best is None else int(best) + 1
        if best_round not in (None, all_rounds) and rounds not in ("best", "all"):
            raise NotPossible(f"the training was stopped early: of {all_rounds} rounds {best_round} were best. Say "
                              "--rounds best or --rounds all, whichever your predictions are made with")
        taken = best_round if rounds == "best" and best_round is not None else all_rounds
        made = _float_trees(trees[:taken * per_round], columns, _base(parameters["base_score"]))
        version = ".".join(str(number) for number in told.get("version", []))
        return XgboostModel(made, list(names), version, taken, all_rounds, best_round)
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotPossible(f"not the JSON of an XGBoost model: {type(error).__name__} {error}") from None


def _refuse_others(learner: dict) -> None:
    booster = learner["gradient_booster"]["name"]
    if booster != "gbtree":
        raise NotPossible(f"the booster is {booster}; only gbtree can be imported" +
                          (": dart weighs its trees anew" if booster == "dart" else ""))
    objective = learner["objective"]["name"]
    parameters = learner["learner_model_param"]
    if int(parameters.get("num_class", "0")) > 1:
        raise NotPossible(f"the model has {parameters['num_class']} classes; only one output can be imported")
    if int(parameters.get("num_target", "1")) > 1:
        raise NotPossible(f"the model has {parameters['num_target']} targets; only one output can be imported")
    if objective != "binary:logistic":
        raise NotPossible(f"the objective is {objective}; only binary:logistic can be imported")
    if "c" in (learner.get("feature_types") or []):
        raise NotPossible("a feature is categorical: encode it as numbers and train again")


def _base(text: str | float) -> float:
    """base_score is a probability; newer versions write it as a list of one."""
    probability = float(str(text).strip("[]"))
    if not 0 < probability < 1:
        raise NotPossible(f"base_score is {text}; a probability above 0 and below 1 is needed")
    probability = float(np.float32(probability))
    return -math.log(1 / probability - 1)


def _float_trees(trees: list[dict], columns: int, base: float) -> FloatTrees:
    if not 1 <= len(trees) <= parts.MAX_TREES:
        raise NotPossible(f"{len(trees)} trees; 1 to {parts.MAX_TREES} can be imported")
    pieces, roots, begin = [], [], 0
    for number, tree in enumerate(trees):
        piece = _one_tree(tree, number, columns, begin)
        pieces.append(piece)
        roots.append(begin)
        begin += len(piece["feature"])
        if begin > parts.MAX_NODES:
            raise NotPossible(f"more than {parts.MAX_NODES} nodes")
    joined = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    return FloatTrees(roots=np.array(roots, np.uint32), base=base, **joined)


def _one_tree(tree: dict, number: int, columns: int, begin: int) -> dict[str, np.ndarray]:
    """One tree level by level from its root; what was pruned is never reached."""
    if tree.get("categories") or any(tree.get("split_type", [])):
        raise NotPossible(f"tree {number} splits by category: encode it as numbers and train again")
    if int(tree.get("tree_param", {}).get("size_leaf_vector", "1") or 1) > 1:
        raise NotPossible(f"tree {number} has several outputs")
    lefts, rights = np.asarray(tree["left_children"], np.int64), np.asarray(tree["right_children"], np.int64)
    order, depths, left = [0], [0], []
    for at, node in enumerate(order):  # Grows as it is walked through.
        if lefts[node] < 0:
            left.append(0)
            continue
        left.append(begin + len(order))
        order += [int(lefts[node]), int(rights[node])]
        depths += [depths[at] + 1] * 2
        if depths[-1] > parts.MAX_DEPTH:
            raise NotPossible(f"tree {number} is deeper than {parts.MAX_DEPTH}")
        if len(order) > len(lefts):
            raise NotPossible(f"tree {number} is no tree: a node has two parents")
    order = np.array(order)
    leaf = lefts[order] < 0
    conditions = float32_of(tree["split_conditions"])[order]
    feature = np.where(leaf, FLOAT_LEAF, np.asarray(tree["split_indices"], np.int64)[order])
    if (feature >= columns).any():
        raise NotPossible(f"tree {number} asks for feature {feature.max()} of {columns}")
    made = {"feature": feature, "threshold": np.where(leaf, np.float32(0), conditions),
            "missing_left": (np.asarray(tree["default_left"], np.int64)[order] != 0) & ~leaf,
            "left": np.array(left, np.uint32), "leaf": np.where(leaf, conditions, 0).astype(np.float64),
            # Nothing with a weight came by: as good as nothing, and above 0 as the format wants it.
            "cover": np.maximum(float32_of(tree["sum_hessian"])[order], np.finfo(np.float32).tiny)}
    _check_values(made, number)
    return made


def _check_values(made: dict[str, np.ndarray], number: int) -> None:
    leaf = made["feature"] == FLOAT_LEAF
    if not np.isfinite(made["threshold"]).all():
        raise NotPossible(f"a threshold of tree {number} is not finite")
    if not (np.abs(made["leaf"][leaf]) < 128 - 2.0**-24).all():
        raise NotPossible(f"a leaf of tree {number} is not between -128 and 128")
    if not np.isfinite(made["cover"]).all():
        raise NotPossible(f"a cover of tree {number} is not finite")


def float32_of(numbers: list) -> np.ndarray:
    """Texts or numbers as the nearest float32. By way of double a text may be rounded twice; where that could matter,
    the double that lies half way between two float32 is moved to the side where the text is."""
    doubles = np.array([float(number) for number in numbers], np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        below = np.nextafter(doubles, -np.inf).astype(np.float32)
        above = np.nextafter(doubles, np.inf).astype(np.float32)
        for at in np.flatnonzero((below != above) & np.isfinite(doubles)):
            text, double = Fraction(str(numbers[at])), Fraction(float(doubles[at]))
            if text != double:
                doubles[at] = np.nextafter(doubles[at], np.inf if text > double else -np.inf)
        return doubles.astype(np.float32)


def integer_trees(trees: FloatTrees, thresholds: parts.Thresholds) -> tuple[parts.Trees, int]:
    """The trees over codes, and the base in 2^-24. `thresholds` must hold all that the trees use (thresholds()); it
    may hold more, for a head that looks at the same features."""
    leaf = trees.feature == FLOAT_LEAF
    threshold = np.zeros(len(leaf), np.uint16)
    for feature in np.unique(trees.feature[~leaf]):
        at = np.flatnonzero(trees.feature == feature)
        own = thresholds.feature(int(feature))
        place = np.searchsorted(own, trees.threshold[at])
        if (place >= len(own)).any() or (own[np.minimum(place, len(own) - 1)] != trees.threshold[at]).any():
            raise ValueError(f"the thresholds lack one that a tree uses of feature {feature}")
        threshold[at] = place
    scale = float(1 << parts.LOGIT_BITS)
    made = parts.Trees(roots=trees.roots, feature=np.where(leaf, parts.LEAF, trees.feature).astype(np.uint32),
                       threshold=threshold, missing_left=trees.missing_left.astype(np.uint8), left=trees.left,
                       leaf=np.rint(trees.leaf * scale).astype(np.int32), cover=trees.cover)
    return made, round(trees.base * scale)


def predict(trees: FloatTrees, values: np.ndarray) -> np.ndarray:
    """Logits of values, float32 [N, F], in doubles: float64 [N]. For checks; XGBoost itself adds up in float32."""
    leaf = trees.feature == FLOAT_LEAF
    total = np.full(len(values), trees.base)
    for root in trees.roots:
        at = np.full(len(values), root, np.int64)
        moving = np.flatnonzero(~leaf[at])
        while len(moving):
            node = at[moving]
            value = values[moving, trees.feature[node]]
            right = np.where(np.isnan(value), ~trees.missing_left[node], value >= trees.threshold[node])
            at[moving] = trees.left[node].astype(np.int64) + right
            moving = moving[~leaf[at[moving]]]
        total += trees.leaf[at]
    return total
