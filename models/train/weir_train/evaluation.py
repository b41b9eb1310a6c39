"""What every `ops/evaluate` does alike: arrays by weir, trees trained and quantized, scores by weir, tables."""

import collections.abc
import csv
import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import xgboost

from weir_train import arrays, bundle, calibrate, explained, metrics, parts, trees

MODELS = ("whole", "trees", "float", "book_xgboost", "features_xgboost")
EXAMPLES = 100  # rows of which a model file holds what they must come to
FLAGGED = 0.5  # the probability from which on a payment is taken for a flagged one where reasons are examined


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def digest(*paths: pathlib.Path) -> str:
    """Of files, and of folders with all that is in them: what a result depends on."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(f"{file.relative_to(path)}\0{file.stat().st_size}\0".encode())
                with open(file, "rb") as data:
                    while block := data.read(1 << 20):
                        total.update(block)
    return total.hexdigest()[:16]


def key(*parts_of_it: str) -> str:
    """One short name of several."""
    return hashlib.sha256("\0".join(parts_of_it).encode()).hexdigest()[:16]


def made(folder: pathlib.Path, make: collections.abc.Callable[[pathlib.Path], None]) -> pathlib.Path:
    """The folder, made by `make` unless it is there already. It takes its name when it is whole."""
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        make(unfinished)
        unfinished.rename(folder)
    return folder


def run(*command: pathlib.Path | str) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise arrays.Fault(f"{' '.join(words)} failed:\n{done.stdout.decode(errors='replace')}")


def taken(source: arrays.Arrays, rows: np.ndarray) -> arrays.Arrays:
    """Some rows alone, of arrays without a sequence."""
    return dataclasses.replace(source, ids=[source.ids[row] for row in rows], times=source.times[rows],
                               feature_values=np.ascontiguousarray(source.feature_values[rows]),
                               event_codes=np.zeros((len(rows), 0, 0), np.uint16), events=0, event_fields=[],
                               event_counts=np.zeros(len(rows), np.uint16),
                               text_grams=[grams.take(rows) for grams in source.text_grams])


def train(parameters: dict, rounds: int, values: np.ndarray, labels: np.ndarray, seed: int) -> xgboost.Booster:
    """On one thread: how many there are would change the last bits of its sums."""
    data = xgboost.DMatrix(values, labels, nthread=1)
    return xgboost.train({"objective": "binary:logistic", "nthread": 1, "seed": seed, **parameters}, data, rounds)


def logits_of(booster: xgboost.Booster, values: np.ndarray) -> np.ndarray:
    return booster.predict(xgboost.DMatrix(values, nthread=1), output_margin=True)


def probabilities_of(booster: xgboost.Booster, values: np.ndarray) -> np.ndarray:
    return booster.predict(xgboost.DMatrix(values, nthread=1)).astype(np.float64)


def quantized(name: str, booster: xgboost.Booster, source: arrays.Arrays, knots: np.ndarray,
              groups: dict[str, list[str]] | None = None) -> parts.Model:
    """XGBoost's trees over all features of the arrays as a model of integers. `groups`: what reasons name, by the
    features' names; without them each feature is one."""
    made_trees = trees.from_booster(booster).trees
    thresholds = parts.Thresholds.of(made_trees.thresholds(len(source.features)))
    integer, base = trees.integer_trees(made_trees, thresholds)
    places = {one.name: place for place, one in enumerate(source.features)}
    groups = [parts.ReasonGroup(one, features=[places[member] for member in members])
              for one, members in (groups or {name: [name] for name in places}).items()]
    middle = np.array([[_median(source.feature_values[:, number]) for number in range(len(source.features))]])
    return parts.Model(name=name, outputs=["fraud"], demonstration=True,
                       features=[parts.NamedInput(one.name, one.version) for one in source.features],
                       thresholds=thresholds, trees=integer, base=base, knots=knots,
                       reasons=parts.Reasons(groups, thresholds.codes(middle)[0]))


def _median(column: np.ndarray) -> float:
    there = column[np.isfinite(column)]
    return float(np.median(there)) if len(there) else float("nan")


def runtime_scores(weir: pathlib.Path, model: parts.Model, card: str, rows: arrays.Arrays,
                   folder: pathlib.Path) -> np.ndarray:
    """Probabilities of the rows by `weir model score`. Model and scores are left in the folder."""
    cells, = runtime_columns(weir, model, card, rows, folder, ["probability"])
    return np.array(cells, np.float64)


def runtime_columns(weir: pathlib.Path, model: parts.Model, card: str, rows: arrays.Arrays, folder: pathlib.Path,
                    columns: list[str]) -> list[list[str]]:
    """For each of these columns that `weir model score` writes the rows' cells."""
    examples = arrays.quantize(model, rows, np.linspace(0, rows.rows - 1, min(EXAMPLES, rows.rows)).astype(np.int64))
    bundle.write(folder / "model.safetensors", model, card, examples)
    arrays.write(folder / "arrays", rows)
    run(weir, "model", "score", "--model", folder / "model.safetensors", "--arrays", folder / "arrays",
        "--out", folder / "scores.csv")
    shutil.rmtree(folder / "arrays")
    return arrays.read_column(folder / "scores.csv", columns, rows.ids, "id")


@dataclasses.dataclass
class Scores:
    """What the models of one fold and seed say of its rows."""

    fold: str
    seed: int
    ids: np.ndarray
    labels: np.ndarray  # 1, 0; -1 where it is not known
    days: np.ndarray
    cards: np.ndarray
    models: dict[str, np.ndarray]  # probabilities
    uncalibrated: np.ndarray  # of the float model
    reasons: explained.Told | None = None

    def measurable(self) -> bool:
        return bool((self.labels == 1).any() and (self.labels == 0).any())

    def save(self, path: pathlib.Path) -> None:
        unfinished = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(unfinished, fold=self.fold, seed=self.seed, ids=self.ids, labels=self.labels, days=self.days,
                 cards=self.cards, uncalibrated=self.uncalibrated,
                 reasons=self.reasons.values() if self.reasons else np.zeros(0),
                 **{f"model.{k}": v for k, v in self.models.items()})
        unfinished.rename(path)

    @staticmethod
    def load(path: pathlib.Path) -> "Scores":
        with np.load(path, allow_pickle=False) as held:
            models = {key[6:]: held[key] for key in held.files if key.startswith("model.")}
            reasons = explained.Told(*held["reasons"]) if len(held["reasons"]) else None
            return Scores(str(held["fold"]), int(held["seed"]), held["ids"], held["labels"], held["days"],
                          held["cards"], models, held["uncalibrated"], reasons)


def write_scores(path: pathlib.Path, all_scores: list[Scores]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["fold", "seed", "tx_id", "model", "probability"])
        for scores in all_scores:
            for name, values in scores.models.items():
                writer.writerows((scores.fold, scores.seed, one, name, f"{value:.9f}")
                                 for one, value in zip(scores.ids, values, strict=True))


def print_tables(all_scores: list[Scores], card_precision: bool) -> None:
    """Mean over folds and seeds; the spreads are standard deviations over folds (of the means of their seeds) and over
    seeds (of the means of the folds). Rows without a known label are left out, and folds without any fraud or honest
    payment among the others."""
    for fold in dict.fromkeys(scores.fold for scores in all_scores if not scores.measurable()):
        print(f"fold {fold}: too few labels are known to measure it")
    all_scores = [scores for scores in all_scores if scores.measurable()]
    if not all_scores:
        return
    folds = list(dict.fromkeys(scores.fold for scores in all_scores))
    seeds = list(dict.fromkeys(scores.seed for scores in all_scores))
    names = [name for name in MODELS if name in all_scores[0].models]
    measures = {"AP": metrics.average_precision, "AUC": metrics.auc}
    cells: dict[tuple[str, str], np.ndarray] = {}
    for name in names:
        for measure in [*measures, *(["CP@100"] if card_precision else []), "log-loss"]:
            cells[name, measure] = np.zeros((len(folds), len(seeds)))
    for scores in all_scores:
        at = folds.index(scores.fold), seeds.index(scores.seed)
        known = scores.labels >= 0
        for name in names:
            values, labels = scores.models[name][known], scores.labels[known]
            for measure, function in measures.items():
                cells[name, measure][at] = function(labels, values)
            cells[name, "log-loss"][at] = metrics.log_loss(labels, values)
            if card_precision:
                cells[name, "CP@100"][at] = metrics.card_precision(scores.days[known], scores.cards[known], labels,
                                                                   values)
    print(f"{len(folds)} fold(s): {', '.join(folds)}; seeds {', '.join(str(seed) for seed in seeds)}\n")
    print("mean, with the standard deviation over folds and over seeds\n")
    shown = [measure for name, measure in cells if name == names[0]]
    print(f"{'model':<17}" + "".join(f"{measure:<23}" for measure in shown).rstrip())
    for name in names:
        line = f"{name:<17}"
        for measure in shown:
            line += f"{_spread(cells[name, measure]):<23}"
        print(line.rstrip())
    print("\nAP of each fold, mean of its seeds\n")
    print(f"{'model':<17}" + "".join(f"{fold:<12}" for fold in folds).rstrip())
    for name in names:
        print((f"{name:<17}" + "".join(f"{value:<12.4f}" for value in cells[name, 'AP'].mean(axis=1))).rstrip())
    lost = (cells["float", "AP"] - cells["whole", "AP"]).mean(axis=1)
    print(f"\nAP lost by integers, paired by fold: {_signed(lost.mean())} (worst fold {_signed(lost.max())})")
    _print_calibration(all_scores)
    _print_reasons([scores.reasons for scores in all_scores if scores.reasons])


def _spread(values: np.ndarray) -> str:
    text = f"{values.mean():.4f}"
    if values.shape[0] > 1:
        text += f" ±{values.mean(axis=1).std(ddof=1):.4f}"
    if values.shape[1] > 1:
        text += f" ±{values.mean(axis=0).std(ddof=1):.4f}"
    return text


def _signed(value: float) -> str:
    return f"{value + 0.0:+.6f}"


def _print_calibration(all_scores: list[Scores]) -> None:
    """Over all folds; the top 1 % are those of each fold. Seeds are averaged: their payments are the same."""
    seeds = len({scores.seed for scores in all_scores})
    predicted, observed, variance = np.zeros(6), np.zeros(6), np.zeros(6)
    calibrated, raw = [], []
    for scores in all_scores:
        known = scores.labels >= 0
        labels, values = scores.labels[known], scores.models["whole"][known]
        told = metrics.calibration(labels, values)
        order = np.argsort(-values, kind="stable")
        fifths = np.split(order[:sum(told.top_rows)], np.cumsum(told.top_rows)[:-1])
        for place, rows in enumerate([np.arange(len(labels)), *fifths]):
            predicted[place] += values[rows].sum() / seeds
            observed[place] += labels[rows].sum() / seeds
            variance[place] += (values[rows] * (1 - values[rows])).sum() / seeds
        calibrated.append(metrics.log_loss(labels, values))
        raw.append(metrics.log_loss(labels, scores.uncalibrated[known]))
    chance = 1.96 * np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = (predicted / observed, predicted / (predicted + chance),
                   predicted / np.maximum(predicted - chance, 0))
    print("\npredicted over observed frauds, and where 95 of 100 such ratios lie if every probability is true\n")
    print(f"{'':<17}{'predicted':<11}{'observed':<11}{'ratio':<9}by chance")
    for place, name in enumerate(("all payments", *(f"top 1 %, {fifth}/5" for fifth in range(1, 6)))):
        ratio, least, most = (column[place] for column in columns)
        print(f"{name:<17}{predicted[place]:<11.1f}{observed[place]:<11.1f}{ratio:<9.3f}{least:.3f} to {most:.3f}")
    print(f"\nlog-loss {np.mean(calibrated):.5f}, uncalibrated {np.mean(raw):.5f}")


def _print_reasons(told: list[explained.Told]) -> None:
    flagged = sum(one.flagged for one in told)
    if not flagged:
        return
    print(f"reasons of {flagged:.0f} payments of a probability of at least {FLAGGED}, folds and seeds together: the top "
          f"{explained.TOP} are those of XGBoost's pred_contribs in {sum(one.agreeing for one in told) / flagged:.1%}; "
          f"without them the score is lower than without {explained.TOP} random ones in "
          f"{sum(one.lowered for one in told) / flagged:.1%}; residual at most "
          f"{max(one.residual for one in told):.1e} of what was contributed")
