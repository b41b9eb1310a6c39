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


@dataclasses.dataclass
class Told:
    """What one training's scores of some payments come to."""

    name: str
    payments: int
    frauds: int
    order_frauds: int  # of these, those that order alone tells
    precision: list[dict[str, np.ndarray]]  # replicas() over KINDS
    predicted: np.ndarray  # over observed frauds: of all payments, and of the fifths of the top 1 %


KINDS = ("all frauds", "order alone tells", "other frauds")


def measure(scored: Scored) -> Told:
    labels, order = scored.labels, scored.order
    kept = [np.arange(len(labels)), np.flatnonzero((labels == 0) | order), np.flatnonzero((labels == 0) | ~order)]
    ratio = metrics.calibration(labels, scored.models["whole"])
    return Told(scored.name, len(labels), int(labels.sum()), int(labels[order].sum()),
                [replicas(scored, rows) for rows in kept], np.array([ratio.overall, *ratio.top_fifths]))


def text(seeds: list[Told]) -> list[str]:
    """Average precision over all payments, and without the frauds of one kind: mean over the seeds of the training."""
    first = seeds[0]
    lines = [f"{first.name}: {first.payments:,} payments, {first.frauds:,} frauds, of which order alone tells "
             f"{first.order_frauds:,}", "", f"{'AP (95 % interval)':<27}" + "".join(f"{kind:<34}" for kind in KINDS).rstrip()]
    for name in [name for name in NAMES if name in first.precision[0]]:
        line = f"{NAMES[name]:<27}"
        for kind in range(len(KINDS)):
            values = np.array([one.precision[kind][name] for one in seeds])
            low, high = interval(values.mean(axis=0))
            line += f"{f'{values[:, 0].mean():.4f} ({low:.4f} to {high:.4f}){_spread(values[:, 0])}':<34}"
        lines.append(line.rstrip())
    lines.append("")
    all_frauds = {name: np.array([one.precision[0][name] for one in seeds]) for name in first.precision[0]}
    for name, over in (("whole", "trees"), ("whole", "features_xgboost"), ("shuffled", "trees")):
        gain = 100 * (all_frauds[name] / all_frauds[over] - 1)
        low, high = interval(gain.mean(axis=0))
        lines.append(f"gain in AP of {NAMES[name]} over {NAMES[over]}: {gain[:, 0].mean():+.1f} % ({low:+.1f} to "
                     f"{high:+.1f}){_spread(gain[:, 0], 1)}")
    lost = all_frauds["float"] - all_frauds["whole"]
    low, high = interval(lost.mean(axis=0))
    lines.append(f"AP lost by integers, paired: {lost[:, 0].mean():+.5f} ({low:+.5f} to {high:+.5f})"
                 f"{_spread(lost[:, 0], 5)}")
    overall, *fifths = np.mean([one.predicted for one in seeds], axis=0)
    lines.append(f"predicted over observed frauds: {overall:.3f} overall; in the fifths of the top 1 %, highest first: "
                 f"{', '.join(f'{one:.3f}' for one in fifths)}")
    return lines


def _spread(values: np.ndarray, digits: int = 4) -> str:
    """The standard deviation over seeds."""
    return f" ±{values.std(ddof=1):.{digits}f}" if len(values) > 1 else ""
