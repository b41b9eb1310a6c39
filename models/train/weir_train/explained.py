"""Whether reasons are what they claim: beside XGBoost's own contributions, and by taking groups of inputs away."""

import dataclasses
import pathlib
import subprocess

import numpy as np
import xgboost

from weir_train import arrays, parts

TOP = 3


@dataclasses.dataclass
class Told:
    """Counts over flagged payments."""

    flagged: int
    agreeing: int  # XGBoost's pred_contribs have the same top 3; only of models of trees, else 0
    lowered: int  # without the top 3 groups the score is lower than without 3 random ones
    residual: float  # the largest, as a share of what all groups contributed, up and down

    def values(self) -> np.ndarray:
        return np.array(dataclasses.astuple(self), np.float64)


def examine(weir: pathlib.Path, folder: pathlib.Path, model: parts.Model, rows: arrays.Arrays, seed: int,
            booster: xgboost.Booster | None = None) -> Told:
    """`folder` holds model.safetensors, which is `model`; `rows` are flagged payments, `booster` what its trees were
    made of, if it has nothing else."""
    if not rows.rows:
        return Told(0, 0, 0, 0.0)
    names = [f"reason.{group.name}" for group in model.reasons.groups]
    cells = _score(weir, folder, rows, names + ["residual"], "--reasons")
    contributions, residuals = cells[:, :-1], cells[:, -1]
    top = np.argsort(-contributions, axis=1, kind="stable")[:, :TOP]
    agreeing = 0
    if booster is not None:
        theirs = booster.predict(xgboost.DMatrix(rows.feature_values, nthread=1), pred_contribs=True)[:, :-1]
        sums = np.stack([theirs[:, group.features].sum(axis=1) for group in model.reasons.groups], axis=1)
        others = np.argsort(-sums, axis=1, kind="stable")[:, :TOP]
        agreeing = int((np.sort(top, axis=1) == np.sort(others, axis=1)).all(axis=1).sum())
    dice = np.random.default_rng(seed)
    random = np.stack([dice.choice(len(names), min(TOP, len(names)), replace=False) for _ in range(rows.rows)])
    without_top = _score(weir, folder, neutralised(model, rows, top), ["logit"])[:, 0]
    without_random = _score(weir, folder, neutralised(model, rows, random), ["logit"])[:, 0]
    shares = np.abs(residuals) / np.maximum(np.abs(contributions).sum(axis=1), 2.0**-parts.LOGIT_BITS)
    return Told(rows.rows, agreeing, int((without_top < without_random).sum()), float(shares.max()))


def neutralised(model: parts.Model, rows: arrays.Arrays, groups: np.ndarray) -> arrays.Arrays:
    """The rows, each with some groups [N, any] as in the neutral payment."""
    features, events, counts = rows.feature_values.copy(), rows.event_codes.copy(), rows.event_counts.copy()
    texts = [np.ones(rows.rows, bool) for _ in rows.text_grams]
    for number, group in enumerate(model.reasons.groups):
        gone = (groups == number).any(axis=1)
        for feature in group.features:
            features[gone, feature] = _value(model, feature)
        if group.events:
            events[gone, -1], counts[gone] = model.reasons.neutral_event, 1
        for text in group.texts:
            texts[text] &= ~gone
    grams = []
    for stay, text in zip(texts, rows.text_grams, strict=True):
        lengths = np.diff(np.asarray(text.starts, np.int64))
        grams.append(parts.Ragged(np.append(0, np.cumsum(lengths * stay)),
                                  np.asarray(text.values)[np.repeat(stay, lengths)]))
    return dataclasses.replace(rows, feature_values=features, event_codes=events, event_counts=counts,
                               text_grams=grams)


def _value(model: parts.Model, feature: int) -> np.float32:
    """One that has the neutral payment's code."""
    code, cuts = int(model.reasons.neutral[feature]), model.thresholds.feature(feature)
    if code == 0:
        return np.float32(np.nan)
    if code > 1:
        return cuts[code - 2]
    return np.nextafter(cuts[0], np.float32(-np.inf)) if len(cuts) else np.float32(0)


def _score(weir: pathlib.Path, folder: pathlib.Path, rows: arrays.Arrays, columns: list[str],
           *options: str) -> np.ndarray:
    arrays.write(folder / "flagged", rows)
    out = folder / "flagged.csv"
    done = subprocess.run([weir, "model", "score", "--model", folder / "model.safetensors", "--arrays",
                           folder / "flagged", "--out", out, *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise arrays.Fault(f"weir model score failed: {done.stderr}")
    return np.array(arrays.read_column(out, columns, rows.ids, "id"), np.float64).T
