"""The table of `ops/evaluate order`, from scores alone."""

import dataclasses

import numpy as np

from weir_train import metrics

REPLICAS = 500
NAMES = {"trees": "trees, the model's own", "features_xgboost": "XGBoost, all features",
         "float": "float, before quantizing", "whole": "whole", "shuffled": "whole, events shuffled"}


@dataclasses.dataclass
class Scored:
    """The payments of one or several streams."""

    name: str
    ids: list[str]
    labels: np.ndarray  # 1, 0
    order: np.ndarray  # bool: of a fraud that order alone tells, or of its twin
    customers: np.ndarray  # whole incidents stay with one: what is resampled
    models: dict[str, np.ndarray]  # probabilities


def together(name: str, streams: list[Scored]) -> Scored:
    customers = np.concatenate([one.customers * len(streams) + at for at, one in enumerate(streams)])
    return Scored(name, sum((one.ids for one in streams), []), np.concatenate([one.labels for one in streams]),
                  np.concatenate([one.order for one in streams]), customers,
                  {model: np.concatenate([one.models[model] for one in streams]) for model in streams[0].models})


class Ranking:
    """Rows by falling score, sorted once: average precision under many weights."""

    def __init__(self, labels: np.ndarray, scores: np.ndarray):
        self.order = np.argsort(-scores, kind="stable")
        self.ends = np.flatnonzero(np.append(np.diff(scores[self.order]) != 0, True))
        self.frauds = labels[self.order] == 1

    def average_precision(self, weights: np.ndarray) -> float:
        """As metrics.average_precision: NaN without frauds."""
        weights = weights[self.order]
        frauds = np.cumsum(weights * self.frauds)[self.ends]
        if not len(frauds) or frauds[-1] == 0:
            return float("nan")
        everything = np.maximum(np.cumsum(weights)[self.ends], 1)
        return float(np.sum(np.diff(frauds, prepend=0) * frauds / everything) / frauds[-1])


def replicas(scored: Scored, kept: np.ndarray, count: int = REPLICAS) -> dict[str, np.ndarray]:
    """Of each model the average precision over the kept rows: itself, then `count` of a bootstrap by customer."""
    rankings = {name: Ranking(scored.labels[kept], values[kept]) for name, values in scored.models.items()}
    groups = np.unique(scored.customers[kept], return_inverse=True)[1]
    dice = np.random.default_rng(1)
    told = {name: [ranking.average_precision(np.ones(len(groups)))] for name, ranking in rankings.items()}
    for _ in range(count):
        weights = dice.poisson(1, groups.max() + 1)[groups].astype(np.float64)
        for name, ranking in rankings.items():
            told[name].append(ranking.average_precision(weights))
    return {name: np.array(values) for name, values in told.items()}


def interval(values: np.ndarray) -> tuple[float, float]:
    """Of a bootstrap, without the value itself, which stands first: where 95 % of it lies. A replica without frauds has
    no value and is left out."""
    low, high = np.nanquantile(values[1:], [0.025, 0.975])
    return float(low), float(high)


def _gain(of: np.ndarray, over: np.ndarray) -> str:
    gain = 100 * (of / over - 1)
    low, high = interval(gain)
    return f"{gain[0]:+.1f} % ({low:+.1f} to {high:+.1f})"


def text(scored: Scored) -> list[str]:
    """Average precision over all payments, and without the frauds of one kind."""
    labels, order = scored.labels, scored.order
    lines = [f"{scored.name}: {len(labels):,} payments, {int(labels.sum()):,} frauds, of which order alone tells "
             f"{int(labels[order].sum()):,}", "",
             f"{'AP (95 % interval)':<27}{'all frauds':<26}{'order alone tells':<26}other frauds"]
    kept = [np.arange(len(labels)), np.flatnonzero((labels == 0) | order), np.flatnonzero((labels == 0) | ~order)]
    told = [replicas(scored, rows) for rows in kept]
    for name in [name for name in NAMES if name in scored.models]:
        cells = [f"{one[name][0]:.4f} ({interval(one[name])[0]:.4f} to {interval(one[name])[1]:.4f})" for one in told]
        lines.append(f"{NAMES[name]:<27}" + "".join(f"{cell:<26}" for cell in cells).rstrip())
    lines.append("")
    for name, over in (("whole", "trees"), ("whole", "features_xgboost"), ("shuffled", "trees")):
        lines.append(f"gain in AP of {NAMES[name]} over {NAMES[over]}: {_gain(told[0][name], told[0][over])}")
    lost = told[0]["float"] - told[0]["whole"]
    low, high = interval(lost)
    lines.append(f"AP lost by integers, paired: {lost[0]:+.5f} ({low:+.5f} to {high:+.5f})")
    ratio = metrics.calibration(labels, scored.models["whole"])
    fifths = ", ".join(f"{one:.3f}" for one in ratio.top_fifths)
    lines.append(f"predicted over observed frauds: {ratio.overall:.3f} overall; in the fifths of the top 1 %, highest "
                 f"first: {fifths}")
    return lines
