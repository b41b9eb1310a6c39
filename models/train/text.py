#!/usr/bin/env python3
"""Trains and measures a model that tells the expense category of a purchase by its texts (ops/evaluate text).

A class is a category_code of which the training rows hold at least 100. Rows of other codes are left out, of the test
as well: nobody could be right there. The model is compared with a lookup (the commonest class of the merchant's
training rows) and with logistic regression over TF-IDF of the merchant's character n-grams; a merchant is unseen if no
training row has its text.
"""

import argparse
import concurrent.futures
import dataclasses
import datetime
import os
import pathlib
import shutil
import sys

import numpy as np
import pandas
from sklearn import feature_extraction, linear_model, pipeline

from weir_train import arrays, card, command, evaluation, metrics, parts, reference

try:
    import torch

    from weir_train import network
except ImportError:  # Debian's python3-torch; not every system has it.
    torch = network = None

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ["date", "amount", "merchant", "card", "category_code", "cost_centre", "directorate"]
LEAST_ROWS = 100  # of a class, among the training rows
MODELS = ("whole", "float", "lookup", "tfidf_logistic")
AMOUNTS = 64  # into so many ranges, equally full

# Found on the training period alone, STRENGTH as well: trained to 2017-05-31, looked at from 2017-06-01 to 2017-08-31.
SETTINGS = {"text_width": 32, "hidden": 64, "batch": 512, "epochs": 5, "rate": 3e-3, "table_rate": 0.15,
            "smoothing": 0.2, "gram_dropout": 0.3, "student_epochs": 2}
TEXT_DROPOUT = {"cost_centre": 0.1, "card": 0.1}
STRENGTH = 10.0  # C of the logistic regression


def read(path: pathlib.Path) -> pandas.DataFrame:
    """The columns that count, as texts, and `row`: a row's number in its file, from 1 on."""
    try:
        with arrays.open_text(path) as text:
            table = pandas.read_csv(text, usecols=COLUMNS, dtype=str, keep_default_na=False)
    except ValueError as error:
        raise arrays.Fault(f"{path}: {error}") from None
    table["row"] = np.arange(1, len(table) + 1)
    table["amount"] = table["amount"].str.replace(",", "")  # of thousands
    for column, good, wanted in (
            ("date", pandas.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce").notna(), "YYYY-MM-DD"),
            ("amount", table["amount"].str.fullmatch(r"([+-]?\d+(\.\d+)?)?"), "a number, or nothing")):
        for _, wrong in table[~good].head(1).iterrows():
            raise arrays.Fault(f"{path}, row {wrong['row']}: {column} is \"{wrong[column]}\"; {wanted} is possible")
    return table


@dataclasses.dataclass
class Purchases:
    """Rows of a class, those to train on and those of the test, in the order of the arrays."""

    classes: np.ndarray  # category codes, in order
    labels: np.ndarray  # [N]: number of the class
    test: np.ndarray  # bool [N]
    row: np.ndarray  # [N]: number in its file
    date: np.ndarray
    merchant: np.ndarray
    card: np.ndarray
    left_out: np.ndarray  # [2]: rows of no class, of the training and of the test

    @property
    def training(self) -> np.ndarray:
        return np.flatnonzero(~self.test)

    @property
    def tested(self) -> np.ndarray:
        return np.flatnonzero(self.test)

    def unseen(self) -> np.ndarray:
        """bool [rows of the test]: of a merchant that no training row has."""
        return ~np.isin(self.merchant[self.tested], self.merchant[self.training])

    @staticmethod
    def load(folder: pathlib.Path) -> "Purchases":
        with np.load(folder / "rows.npz", allow_pickle=False) as held:
            return Purchases(**{name: held[name] for name in held.files})


def join(options: argparse.Namespace, folder: pathlib.Path) -> None:
    """The rows of both files in one, by date, with ids of their own: payments.csv for weir, which holds no category,
    and rows.npz."""
    train, test = read(options.train), read(options.test)
    train = train[train["date"] <= (options.train_to or "9999")].assign(part="train")
    test = test[test["date"] >= (options.test_from or "")].assign(part="test")
    counts = train.loc[train["category_code"] != "", "category_code"].value_counts()
    classes = np.array(sorted(counts.index[counts >= LEAST_ROWS]), "U")
    if len(classes) < 2:
        raise arrays.Fault(f"{options.train}: {len(classes)} category codes have {LEAST_ROWS} rows to train on or "
                           "more; 2 are needed")
    both = pandas.concat([train, test]).sort_values("date", kind="stable")
    of_class = both["category_code"].isin(classes)
    left_out = [int((~of_class & (both["part"] == part)).sum()) for part in ("train", "test")]
    both = both[of_class]
    if not (both["part"] == "test").any():
        raise arrays.Fault(f"{options.test}: no row to test on is of a class that was learnt")
    both["id"] = both["part"] + "-" + both["row"].astype(str)
    both["time"] = both["date"] + "T00:00:00Z"
    both.to_csv(folder / "payments.csv", index=False,
                columns=["id", "time", "amount", "merchant", "card", "cost_centre", "directorate"])
    texts = {name: both[name].to_numpy("U") for name in ("date", "merchant", "card")}
    np.savez(folder / "rows.npz", classes=classes, row=both["row"].to_numpy(), left_out=left_out, **texts,
             labels=np.searchsorted(classes, both["category_code"].to_numpy("U")),
             test=(both["part"] == "test").to_numpy())


@dataclasses.dataclass
class Answers:
    """What one model says of the rows of the test."""

    predicted: np.ndarray  # [N]: number of the class
    probability: np.ndarray  # [N]: of that class

    @staticmethod
    def of(probabilities: np.ndarray) -> "Answers":
        predicted = probabilities.argmax(axis=1)
        return Answers(predicted, probabilities[np.arange(len(predicted)), predicted])

    @staticmethod
    def load(path: pathlib.Path) -> dict[str, "Answers"]:
        with np.load(path, allow_pickle=False) as held:
            return {name[10:]: Answers(held[name], held[f"probability.{name[10:]}"]) for name in held.files
                    if name.startswith("predicted.")}


def save(path: pathlib.Path, models: dict[str, Answers]) -> None:
    unfinished = path.with_suffix(f".{os.getpid()}.npz")
    np.savez(unfinished, **{f"predicted.{name}": one.predicted for name, one in models.items()},
             **{f"probability.{name}": one.probability for name, one in models.items()})
    unfinished.rename(path)


def lookup(rows: Purchases) -> Answers:
    """The shares of the classes among the merchant's training rows, of an unseen merchant among all; of several equal
    ones the first class."""
    merchants, place = np.unique(rows.merchant, return_inverse=True)
    counts = np.zeros((len(merchants), len(rows.classes)))
    np.add.at(counts, (place[rows.training], rows.labels[rows.training]), 1)
    counts[counts.sum(axis=1) == 0] = np.bincount(rows.labels[rows.training], minlength=len(rows.classes))
    own = counts[place[rows.tested]]
    return Answers.of(own / own.sum(axis=1, keepdims=True))


def tfidf_logistic(rows: Purchases) -> Answers:
    made = pipeline.make_pipeline(
        feature_extraction.text.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True,
                                                    min_df=2, dtype=np.float32),
        linear_model.LogisticRegression(C=STRENGTH, max_iter=1000))
    made.fit(rows.merchant[rows.training], rows.labels[rows.training])
    return Answers.of(made.predict_proba(rows.merchant[rows.tested]))


def baselines(joined: pathlib.Path, folder: pathlib.Path) -> None:
    rows = Purchases.load(joined)
    save(folder / "answers.npz", {"lookup": lookup(rows), "tfidf_logistic": tfidf_logistic(rows)})


def one(job: tuple) -> pathlib.Path:
    """Trains and scores with one seed."""
    joined, arrays_folder, weir, seed, made_by, result = job
    torch.set_num_threads(1)  # How many there are would change the last bits of its sums.
    rows, source = Purchases.load(joined), arrays.read(arrays_folder)
    if source.rows != len(rows.labels):
        raise arrays.Fault(f"weir took {source.rows} of {len(rows.labels)} payments")
    amounts = np.asarray(source.feature_values[rows.training])
    thresholds = parts.Thresholds.of([
        np.quantile(column[np.isfinite(column)], np.arange(1, AMOUNTS) / AMOUNTS, method="lower")
        if np.isfinite(column).any() else np.zeros(0) for column in amounts.T])
    model = parts.Model(name="text", outputs=list(rows.classes), demonstration=False, thresholds=thresholds,
                        features=[parts.NamedInput(one.name, one.version) for one in source.features],
                        text_inputs=[parts.NamedInput(one.name, one.version) for one in source.texts],
                        head_features=list(range(len(source.features))))
    inputs = arrays.quantize(model, source)
    every = np.zeros(source.rows)
    learnt = network.Rows(inputs, rows.labels, every, every + 1).take(rows.training)
    shape = network.Shape(len(rows.classes), [], [(one.buckets, one.grams) for one in source.texts],
                          [(number, thresholds.count(number) + 2) for number in model.head_features])
    settings = network.Settings(**SETTINGS, seed=seed,
                                text_dropout=tuple(TEXT_DROPOUT.get(one.name, 0.0) for one in source.texts))
    quiet = {"tell": lambda text: None}
    parent = network.fit(shape, settings, learnt, None, **quiet)
    network.student(parent, settings, learnt, None, **quiet).fill(model)

    logits = network.logits(parent, inputs.take(rows.tested))
    work = result.with_suffix("")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    text = card_of(model, rows, inputs.take(rows.tested), source.policy, made_by, seed).markdown()
    told = evaluation.runtime_columns(pathlib.Path(weir), model, text, evaluation.taken(source, rows.tested), work,
                                      [*(f"logit.{name}" for name in model.outputs), "class"])
    whole = Answers.of(probabilities(np.array(told[:-1], np.float64).T))
    whole.predicted = np.searchsorted(rows.classes, told[-1])
    save(result, {"whole": whole, "float": Answers.of(probabilities(logits))})
    return result


def probabilities(logits: np.ndarray) -> np.ndarray:
    return network.probabilities(logits, np.zeros(len(logits)))


def card_of(model: parts.Model, rows: Purchases, inputs: parts.Inputs, policy: str, made_by: str,
            seed: int) -> card.Card:
    """By the integers that the engine computes, on the rows of the test: `inputs`."""
    labels, groups, unseen = rows.labels[rows.tested], rows.card[rows.tested], rows.unseen()
    scored, _ = reference.score(model, inputs)
    answers = Answers.of(probabilities(scored / 2.0**parts.LOGIT_BITS))
    right = answers.predicted == labels

    def accuracy(of: np.ndarray) -> str:
        if not of.any():
            return "none"
        return str(metrics.interval(lambda weights: share(right[of], None if weights is None else weights[of]), groups))

    def lost(change: parts.Inputs) -> float:
        return right.mean() - (reference.score(model, change)[0].argmax(axis=1) == labels).mean()

    mixed = inputs.take(np.random.default_rng(seed).permutation(inputs.rows))
    lines = [[one.name, lost(dataclasses.replace(inputs, texts=[
        mixed.texts[place] if place == number else grams for place, grams in enumerate(inputs.texts)]))]
        for number, one in enumerate(model.text_inputs)]
    lines += [[one.name, lost(dataclasses.replace(inputs, features=np.where(
        np.arange(len(model.features)) == number, mixed.features, inputs.features)))]
        for number, one in enumerate(model.features)]
    lines.sort(key=lambda line: -line[1])
    months = np.array([day[:7] for day in rows.date[rows.tested]])
    return card.Card(
        name="Expense categories of purchases by card", demonstration=False,
        summary=f"Which of {len(model.outputs)} expense categories a purchase belongs to, by the merchant's name as "
        "the bank has it, the cost centre, the directorate, the card and the amount. Made by `ops/evaluate text` to be "
        "measured, not used.",
        data=f"Purchases of one organisation: {made_by}. {int(rows.left_out.sum()):,} rows were left out, of "
        f"categories with fewer than {LEAST_ROWS} rows to train on. Arrays of the policy {policy}.",
        periods=card.Table(["to", "first date", "last date", "rows", "merchants"], [
            [name, min(rows.date[of]), max(rows.date[of]), len(of), len(np.unique(rows.merchant[of]))]
            for name, of in (("train", rows.training), ("measure", rows.tested))]),
        labels="The category code that a purchase was booked under, taken at its word. Purchases that look alike are "
        "booked under different codes, so that some can't be told.",
        metrics=card.Table(["accuracy", "value (95 % interval)"], [
            ["all", accuracy(np.ones(len(labels), bool))], ["merchants that the training has", accuracy(~unseen)],
            ["other merchants", accuracy(unseen)]]),
        metrics_note=f"On the second period, by the integers that the engine computes; {int(unseen.sum()):,} rows are "
        "of other merchants. Intervals are from a Poisson bootstrap over cards.",
        calibration=f"None. The class that it tells has a mean probability of {answers.probability.mean():.3f} and is "
        f"right in {right.mean():.3f} of the rows.",
        stability=card.Table(["month", "rows", "accuracy"], [
            [month, int((months == month).sum()), right[months == month].mean()] for month in np.unique(months)]),
        sensitivity=card.Table(["input", "accuracy lost when it is shuffled"], lines),
        fairness="Not measured: the data hold no groups of people.",
        excluded_uses=["Whether a payment is fraud, or any judgement of who paid.",
                       "Purchases of another organisation, before it is measured on them: categories, cost centres and "
                       "cards are this one's."],
        limits=["A cost centre, card or merchant that the training did not have says little; of a merchant the parts "
                "of its name say what they can.", "A category with few rows to train on, or a new one, is never told."],
        reproduction=f"`ops/evaluate text` on these files, seed {seed}; PyTorch {torch.__version__} on one thread. The "
        "same data give the same file on the same machine.")


def share(right: np.ndarray, weights: np.ndarray | None) -> float:
    if weights is not None and not weights.sum():
        return float("nan")
    return float(np.average(right, weights=weights))


def print_tables(rows: Purchases, seeds: list[dict[str, Answers]]) -> None:
    """Means over seeds, with standard deviations."""
    labels, unseen = rows.labels[rows.tested], rows.unseen()
    right = {name: np.array([one[name].predicted == labels for one in seeds]) for name in MODELS}
    columns = {"all": lambda r: r.mean(axis=1), "seen": lambda r: _of(r, ~unseen), "unseen": lambda r: _of(r, unseen),
               "classes": lambda r: np.mean([_of(r, labels == number) for number in np.unique(labels)], axis=0)}
    cells = {(name, column): of(right[name]) for name in MODELS for column, of in columns.items()}
    print(f"{len(rows.classes)} classes of {LEAST_ROWS} rows to train on or more; {len(rows.training):,} rows to train "
          f"on ({rows.left_out[0]:,} of no class left out), {len(labels):,} tested ({rows.left_out[1]:,} left out), "
          f"{int(unseen.sum()):,} of them of merchants that no training row has; seeds 1 to {len(seeds)}\n")
    print("accuracy on rows of all, seen and unseen merchants, and the mean of the classes' own; mean, with the "
          "standard deviation over seeds\n")
    print((f"{'model':<16}" + "".join(f"{column:<16}" for column in columns)).rstrip())
    for name in MODELS:
        print((f"{name:<16}" + "".join(f"{_spread(cells[name, column]):<16}" for column in columns)).rstrip())
    print("\nof each seed, all and unseen\n")
    for name in MODELS[:2]:
        print(f"{name:<16}" + "  ".join(f"{all_:.4f} {new:.4f}" for all_, new in
                                        zip(cells[name, "all"], cells[name, "unseen"], strict=True)))
    gain = cells["whole", "all"] - cells["lookup", "all"]
    new = cells["whole", "unseen"] - cells["tfidf_logistic", "unseen"]
    lost = cells["float", "all"] - cells["whole", "all"]
    print(f"\nwhole over lookup: {gain.mean():+.4f} (worst seed {gain.min():+.4f}); over tfidf_logistic on unseen "
          f"merchants: {new.mean():+.4f} (worst seed {new.min():+.4f})")
    print(f"accuracy lost by integers, paired by seed: {lost.mean() + 0.0:+.4f} (worst seed {lost.max() + 0.0:+.4f})")


def _of(right: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return right[:, rows].mean(axis=1) if rows.any() else np.full(len(right), np.nan)


def _spread(values: np.ndarray) -> str:
    return f"{values.mean():.4f}" + (f" ±{values.std(ddof=1):.4f}" if len(values) > 1 else "")


def write_scores(path: pathlib.Path, rows: Purchases, seeds: list[dict[str, Answers]]) -> None:
    tested = rows.tested
    table = pandas.DataFrame({"fold": "test", "tx_id": rows.row[tested], "actual": rows.classes[rows.labels[tested]]})
    blocks = [table.assign(seed=seed, model=name, predicted=rows.classes[models[name].predicted],
                           probability=[f"{value:.9f}" for value in models[name].probability])
              for seed, models in enumerate(seeds, 1) for name in MODELS]
    pandas.concat(blocks).to_csv(path, index=False, lineterminator="\n", columns=[
        "fold", "seed", "tx_id", "model", "probability", "predicted", "actual"])


def date(text: str) -> str:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date().isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date, as 2017-08-31") from None


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = command.parser("text", __doc__, epilog="`--scores` adds the columns predicted and actual.")
    parser.add_argument("--train", required=True, type=pathlib.Path, metavar="FILE",
                        help="CSV, plain or .zst, .xz, .gz")
    parser.add_argument("--test", required=True, type=pathlib.Path, metavar="FILE",
                        help="the same, of later purchases, or the same file")
    parser.add_argument("--train-to", type=date, metavar="DATE", help="train on no later rows (default: on all)")
    parser.add_argument("--test-from", type=date, metavar="DATE", help="test on no earlier rows (default: on all)")
    return parser.parse_args(given)


def run(options: argparse.Namespace) -> None:
    if torch is None:
        raise arrays.Fault("there is no PyTorch here (package python3-torch): texts can't be trained")
    digests = evaluation.digest(options.train), evaluation.digest(options.test)
    if digests[0] == digests[1] and not (options.train_to and options.test_from and
                                         options.train_to < options.test_from):
        raise arrays.Fault("--train and --test are the same file: say --train-to and a later --test-from")
    policy = HERE / "text" / "policy"
    work = options.work / "text"
    code = evaluation.digest(HERE / "weir_train", pathlib.Path(__file__))
    data = evaluation.key(*digests, options.train_to or "", options.test_from or "", code)
    joined = evaluation.made(work / f"payments-{data}", lambda folder: join(options, folder))
    evaluation.say("inputs by weir")
    source = evaluation.made(work / f"arrays-{evaluation.digest(policy, options.weir)}-{data}", lambda folder:
                             evaluation.run(options.weir, "features", "--policy", policy, "--in",
                                            joined / "payments.csv", "--arrays", folder))
    made_by = "; ".join(f"{name} {path.name} ({digest}...){limit}" for name, path, digest, limit in (
        ("trained on", options.train, digests[0], f" to {options.train_to}" if options.train_to else ""),
        ("measured on", options.test, digests[1], f" from {options.test_from}" if options.test_from else "")))
    results = work / f"scores-{evaluation.key(source.name)}"
    results.mkdir(exist_ok=True)
    jobs = [(joined, source, options.weir, seed, made_by, results / f"{seed}.npz")
            for seed in range(1, options.seeds + 1)]
    missing = [job for job in jobs if not job[-1].exists()]
    with concurrent.futures.ProcessPoolExecutor(max(1, options.jobs)) as pool:
        for number, result in enumerate(pool.map(one, missing), 1):
            evaluation.say(f"trained and scored {number} of {len(missing)}: seed {result.stem}")
    evaluation.say("lookup and logistic regression")
    others = Answers.load(evaluation.made(work / f"others-{data}", lambda folder: baselines(joined, folder)) /
                          "answers.npz")
    rows = Purchases.load(joined)
    scores = [Answers.load(job[-1]) | others for job in jobs]
    print(f"text, trained on {options.train.name}, tested on {options.test.name}")
    print_tables(rows, scores)
    if options.scores:
        write_scores(options.scores, rows, scores)


if __name__ == "__main__":
    sys.exit(command.exit_status(run, arguments()))
