"""How good scores are. Labels are 0 and 1; a weight says how often a row counts, as a bootstrap draws it."""

import collections.abc
import dataclasses

import numpy as np

LEAST_PROBABILITY = 1e-9  # What a probability of 0 counts as in a log-loss: the model's own unit.


def _groups_of_ties(labels: np.ndarray, scores: np.ndarray,
                    weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative weight of frauds and of honest payments after each distinct score, from the highest on."""
    labels, scores = np.asarray(labels), np.asarray(scores)
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)
    frauds = np.cumsum(np.where(labels[order] == 1, weights[order], 0))[ends]
    return frauds, np.cumsum(weights[order])[ends] - frauds


def average_precision(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The precision at every distinct score, weighted by the frauds that it adds; NaN without frauds."""
    frauds, honest = _groups_of_ties(labels, scores, weights)
    if not len(frauds) or frauds[-1] == 0:
        return float("nan")
    there = frauds + honest > 0
    precision = frauds[there] / (frauds + honest)[there]
    return float(np.sum(np.diff(frauds[there], prepend=0) * precision) / frauds[-1])


def auc(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The chance that a fraud scores higher than an honest payment, ties half; NaN without either."""
    frauds, honest = _groups_of_ties(labels, scores, weights)
    if not len(frauds) or frauds[-1] == 0 or honest[-1] == 0:
        return float("nan")
    middle = frauds - np.diff(frauds, prepend=0) / 2
    return float(np.sum(np.diff(honest, prepend=0) * middle) / (frauds[-1] * honest[-1]))


def card_precisions(days: np.ndarray, cards: np.ndarray, labels: np.ndarray, scores: np.ndarray,
                    most: int = 100) -> np.ndarray:
    """For each day, in order: of the `most` cards with the highest scores, the share that had a fraud on that day.

    A card that was found is not looked at on later days. Between equal scores the card whose first payment of the day
    stands first goes first; a day with fewer cards is still divided by `most`."""
    days, cards, labels, scores = (np.asarray(values) for values in (days, cards, labels, scores))
    cards = np.unique(cards, return_inverse=True)[1]
    found = np.zeros(cards.max(initial=-1) + 1, bool)
    shares = []
    for day in np.unique(days):
        rows = np.flatnonzero((days == day) & ~found[cards])
        own, first, place = np.unique(cards[rows], return_index=True, return_inverse=True)
        best = np.full(len(own), -np.inf)
        np.maximum.at(best, place, scores[rows])
        fraud = np.zeros(len(own), bool)
        np.logical_or.at(fraud, place, labels[rows] == 1)
        top = np.lexsort((first, -best))[:most]
        shares.append(fraud[top].sum() / most)
        found[own[top][fraud[top]]] = True
    return np.array(shares)


def card_precision(days: np.ndarray, cards: np.ndarray, labels: np.ndarray, scores: np.ndarray,
                   most: int = 100) -> float:
    """The mean of card_precisions over the days."""
    return float(np.mean(card_precisions(days, cards, labels, scores, most)))


def log_loss(labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Mean of -log of the probability that was given to what happened, in nats."""
    likely = np.where(np.asarray(labels) == 1, probabilities, 1 - np.asarray(probabilities))
    losses = -np.log(np.maximum(likely, LEAST_PROBABILITY))
    return float(np.average(losses, weights=weights))


@dataclasses.dataclass
class Calibration:
    """Predicted over observed frauds: 1 is right, above it too many were predicted."""

    overall: float
    top_fifths: list[float]  # of the 1 % with the highest probability, the highest fifth first
    top_rows: list[int]  # rows in each
    top_frauds: list[float]  # observed in each


def calibration(labels: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None,
                share: float = 0.01, pieces: int = 5) -> Calibration:
    """Overall and in the fifths of the top 1 %; NaN or infinite where no fraud was observed."""
    labels, probabilities = np.asarray(labels), np.asarray(probabilities, np.float64)
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights, np.float64)

    def ratio(rows: np.ndarray | slice) -> tuple[float, float]:
        observed = float(np.sum(weights[rows] * (labels[rows] == 1)))
        predicted = float(np.sum(weights[rows] * probabilities[rows]))
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.float64(predicted) / np.float64(observed)), observed

    order = np.argsort(-probabilities, kind="stable")
    fifths = np.array_split(order[:max(1, round(len(labels) * share))], pieces)
    ratios = [ratio(rows) for rows in fifths]
    return Calibration(ratio(slice(None))[0], [one for one, _ in ratios], [len(rows) for rows in fifths],
                       [observed for _, observed in ratios])


@dataclasses.dataclass
class Interval:
    """A value with the interval in which so much of its bootstrap lies."""

    value: float
    low: float
    high: float
    level: float = 0.95

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def interval(statistic: collections.abc.Callable[[np.ndarray | None], float], groups: np.ndarray, *, seed: int = 1,
             replicas: int = 500, level: float = 0.95) -> Interval:
    """`statistic(weights)` with a Poisson bootstrap over groups (cards, say: frauds of one card belong together).

    weights [N]: how often each row counts in a replica; None for the value itself. A replica in which the statistic
    has no value is left out; without any the interval is NaN."""
    numbers = np.unique(np.asarray(groups), return_inverse=True)[1]
    dice = np.random.default_rng(seed)
    drawn = np.array([statistic(dice.poisson(1, numbers.max() + 1)[numbers]) for _ in range(replicas)])
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]) if len(drawn) else (np.nan, np.nan)
    return Interval(float(statistic(None)), float(low), float(high), level)
