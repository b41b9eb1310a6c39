"""The model card: what a model was made of, how good it is, and what it must not be used for (Markdown).

A card is made from a Card, whose every part a training must fill in, or say in words why there is nothing to tell.
"""

import collections.abc
import dataclasses

import numpy as np

from weir_train import metrics

DEMONSTRATION = "**Demonstration, not validated.** The data are made up; nothing here says how it would do on a bank's."


@dataclasses.dataclass
class Table:
    """A heading for each column, and rows of cells; numbers are rounded to three places."""

    columns: list[str]
    rows: list[list]

    def markdown(self) -> str:
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"


@dataclasses.dataclass
class Card:
    """Texts are Markdown; a list becomes points. `demonstration`: trained on generated data."""

    name: str
    summary: str  # what it is for, in a sentence or two
    demonstration: bool
    data: str  # what it was trained on, how much of it, where it comes from
    periods: Table  # what each period was used for: from, until, rows, frauds
    labels: str  # what a label means, when it is known, what is assumed of payments without one
    metrics: Table  # with intervals
    metrics_note: str  # what is counted, on which period, what the intervals are
    calibration: str
    stability: Table | str  # by month
    sensitivity: Table | str  # to the main inputs
    fairness: Table | str  # by the groups that the data have
    excluded_uses: list[str]
    limits: list[str]
    reproduction: str  # commands, seeds, versions

    def markdown(self) -> str:
        parts = [f"# {self.name}", DEMONSTRATION if self.demonstration else "", self.summary]
        for heading, content in (
                ("Data", self.data), ("Periods", self.periods), ("Labels", self.labels), ("How good it is", self.metrics),
                ("", self.metrics_note), ("Calibration", self.calibration), ("Stability by month", self.stability),
                ("Sensitivity to its inputs", self.sensitivity), ("Fairness", self.fairness),
                ("Not to be used for", self.excluded_uses), ("Limits", self.limits),
                ("How to make it again", self.reproduction)):
            text = _text(content)
            if not text.strip():
                raise ValueError(f"the card of {self.name} says nothing under \"{heading or 'How good it is'}\"")
            parts.append((f"## {heading}\n\n" if heading else "") + text)
        return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _cell(cell) -> str:
    if isinstance(cell, (float, np.floating)):
        return f"{cell:.3f}"
    if isinstance(cell, (int, np.integer)) and not isinstance(cell, bool):
        return f"{cell:,}"
    return str(cell).replace("|", "&#124;").replace("\n", " ")


def _text(content) -> str:
    if isinstance(content, Table):
        return content.markdown()
    if isinstance(content, list):
        return "\n".join(f"- {point}" for point in content)
    return content


def stability(times: np.ndarray, labels: np.ndarray, scores: np.ndarray, probabilities: np.ndarray) -> Table:
    """By month of the payments' time (ms since 1970, UTC)."""
    months = np.asarray(times, "datetime64[ms]").astype("datetime64[M]")
    rows = []
    for month in np.unique(months):
        own = months == month
        rows.append([str(month), *_figures(labels[own], scores[own], probabilities[own])])
    return Table(["month", *_FIGURES], rows)


def fairness(groups: np.ndarray, labels: np.ndarray, scores: np.ndarray, probabilities: np.ndarray,
             flagged: np.ndarray, least_rows: int = 100) -> Table:
    """By group: its figures, and the share of its honest payments that would be flagged (bool [N]). Groups of fewer
    than `least_rows` payments are put together."""
    groups = np.asarray(groups).astype(str)
    names, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    groups = np.where(counts[place] < least_rows, "(small groups)", groups)
    rows = []
    for name in np.unique(groups):
        own = groups == name
        honest = own & (labels != 1)
        share = f"{100 * np.mean(flagged[honest]):.2f} %" if honest.any() else "none"
        rows.append([name, *_figures(labels[own], scores[own], probabilities[own]), share])
    return Table(["group", *_FIGURES, "honest payments flagged"], rows)


_FIGURES = ["payments", "frauds", "average precision", "AUC", "predicted / observed"]


def _figures(labels: np.ndarray, scores: np.ndarray, probabilities: np.ndarray) -> list:
    frauds = int((labels == 1).sum())
    if frauds == 0 or frauds == len(labels):
        return [len(labels), frauds, "none", "none", "none"]
    return [len(labels), frauds, metrics.average_precision(labels, scores), metrics.auc(labels, scores),
            metrics.calibration(labels, probabilities).overall]


def sensitivity(score: collections.abc.Callable[[np.ndarray], np.ndarray], values: np.ndarray, labels: np.ndarray,
                names: dict[str, list[int]], *, seed: int = 1, most: int = 20) -> Table:
    """What average precision loses when an input is shuffled among the payments: its use to this model.

    score(values) gives the logits [N] of values [N, columns], which may be a model's codes; `names`: an input, or
    several that belong together, and its columns. The `most` that matter most are listed."""
    base = metrics.average_precision(labels, score(values))
    dice = np.random.default_rng(seed)
    rows = []
    for name, columns in names.items():
        shuffled = values.copy()
        shuffled[:, columns] = values[dice.permutation(len(values))][:, columns]
        rows.append([name, base - metrics.average_precision(labels, score(shuffled))])
    rows.sort(key=lambda row: -row[1])
    return Table(["input", "average precision lost when it is shuffled"], rows[:most])
