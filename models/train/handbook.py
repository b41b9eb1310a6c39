#!/usr/bin/env python3
"""Trains and measures trees on the Fraud Detection Handbook's payments, by the book's protocol (ops/evaluate handbook).

A fold begins at a day S. Training week: S to S + 6. Then comes a week whose labels are not known in time, then the test
week, S + 14 to S + 20, without the payments of customers who are known to be compromised on that day. With --window all
the trees learn from everything whose label is known at the cut-off, a week before the test week.

The calibration looks at the test weeks of earlier times, as they would have been scored then, and at nothing else; the
trees never see them. The column `scenario` is never read.
"""

import argparse
import concurrent.futures
import datetime
import pathlib
import shutil
import sys

import numpy as np
import pandas

from weir_train import arrays, calibrate, command, evaluation, explained

HERE = pathlib.Path(__file__).resolve().parent
FIRST_DAY = datetime.date(2018, 4, 1)
DAY_MS = 86_400_000
# Where windows are full enough to learn from.
ARRAYS_FROM = "2018-04-22T00:00:00Z"
FOLDS = {"search": ("2018-05-16", "2018-06-13"), "validation": ("2018-06-20", "2018-07-11"),
         "test": ("2018-07-18", "9999-12-31")}
# With all past labels, days of calibration are days lost to the training.
CALIBRATION_DAYS = {"7": 21, "all": 14}
# Between them and the training week, as between that and the test week: frauds that run on from one week to the next
# are better known than those to come.
CALIBRATION_GAP_DAYS = 7

# Found on the search folds alone.
PARAMETERS = {"tree_method": "hist", "max_bin": 512, "max_depth": 4, "eta": 0.05, "subsample": 0.8,
              "colsample_bytree": 0.5, "reg_lambda": 5, "base_score": 0.01}
ROUNDS = {"7": 200, "all": 300}
# More of these never makes a payment less suspicious.
RISING = {"amount", "to_mean", "to_level", "to_deviation", "to_largest", "to_mean_60d", "run_frauds", "run_recent",
          *(f"terminal_share_{days}d" for days in (7, 14, 21, 28))}
BOOK = {"tree_method": "exact", "max_depth": 3, "eta": 0.3, "base_score": 0.5}
PLAIN = {"tree_method": "hist", "max_depth": 3, "eta": 0.3, "base_score": 0.5}
BOOK_ROUNDS = 50

# What reasons name. Features that say nearly the same belong together: each by itself would be little missed.
GROUPS = {
    "amount": ["amount"],
    "amount beside the customer's mean": ["to_mean", "to_mean_60d", "to_level"],
    "amount beside the customer's spread": ["to_deviation"],
    "amount beside the customer's largest": ["to_largest"],
    "what the customer is known to pay": ["known_count", "known_mean"],
    "how often the customer pays lately": ["count_7d", "count_14d"],
    "the customer's largest amounts lately": ["largest_3d", "largest_7d", "largest_14d"],
    "the customer's mean amount lately": ["mean_7d", "excess_7d"],
    "the spread of amounts lately": ["deviation_3d", "deviation_7d", "deviation_14d"],
    "frauds at the terminal within 7 days": ["terminal_share_7d", "terminal_frauds_7d", "terminal_known_7d"],
    "frauds at the terminal before": ["terminal_share_14d", "terminal_share_21d", "terminal_share_28d",
                                      "terminal_known_28d"],
    "time since frauds at the terminal": ["days_since_honest", "days_since_fraud"],
    "run of frauds at the terminal": ["run_frauds", "run_mean", "run_days", "run_recent"],
}

CARD = """# Trees on the Fraud Detection Handbook's payments

Demonstration, not validated: the payments are simulated. Made by `ops/evaluate handbook` to be measured, not used.

Its features of known frauds at a terminal rest on a habit of the simulator: terminals stay bad for four weeks.
"""


def day_of(text: str) -> int:
    return (datetime.date.fromisoformat(text) - FIRST_DAY).days


def date_of(day: int) -> str:
    return str(FIRST_DAY + datetime.timedelta(days=day))


class Payments:
    """The rows of transactions.csv, with what the protocol asks of them."""

    def __init__(self, path: pathlib.Path):
        columns = ["tx_id", "datetime", "customer_id", "amount", "fraud"]
        with arrays.open_text(path) as text:
            table = pandas.read_csv(text, usecols=columns, dtype={"tx_id": str})
        time = pandas.to_datetime(table["datetime"])
        self.ids = table["tx_id"].to_numpy()
        self.day = (time - pandas.Timestamp(FIRST_DAY)).dt.days.to_numpy()
        self.hour, self.weekday = time.dt.hour.to_numpy(), time.dt.weekday.to_numpy()
        self.customer = table["customer_id"].to_numpy()
        self.amount = table["amount"].to_numpy()
        # An empty cell: not known.
        self.fraud = table["fraud"].fillna(-1).astype(np.int8).to_numpy()

    def known(self, first: int, end: int) -> np.ndarray:
        """Rows of days first to end - 1 that have a label."""
        return np.flatnonzero((self.day >= first) & (self.day < end) & (self.fraud >= 0))

    def test(self, start: int) -> np.ndarray:
        """The rows of the test week of the fold that begins at `start`."""
        compromised = set(self.customer[(self.day >= start) & (self.day < start + 7) & (self.fraud == 1)])
        kept = []
        for number in range(7):
            compromised |= set(self.customer[(self.day == start + 6 + number) & (self.fraud == 1)])
            rows = np.flatnonzero(self.day == start + 14 + number)
            kept.append(rows[~np.isin(self.customer[rows], np.fromiter(compromised, np.int64, len(compromised)))])
        return np.concatenate(kept)


class Fold:
    """One fold's rows, by their places in the file."""

    def __init__(self, payments: Payments, start: int, window: str):
        self.name = date_of(start)
        end = start - CALIBRATION_GAP_DAYS
        calibration = [day for day in range(end - CALIBRATION_DAYS[window], end, 7) if day >= day_of(ARRAYS_FROM[:10])]
        self.calibration = np.concatenate([payments.test(first - 14) for first in calibration])
        self.calibration = self.calibration[payments.fraud[self.calibration] >= 0]
        if window == "7":
            self.training = payments.known(start, start + 7)
        else:
            first = day_of(ARRAYS_FROM[:10])
            self.training = np.concatenate([payments.known(first, calibration[0]),
                                            payments.known(start, start + 7)])
        self.book_training = payments.known(start, start + 7)
        self.test = payments.test(start)


def starts(folds: str, last_day: int) -> list[int]:
    first, last = FOLDS[folds]
    found = [day for day in range(day_of(first), last_day - 19, 7) if date_of(day) <= last]
    if not found:
        raise arrays.Fault(f"the payments end on {date_of(last_day)}: no {folds} fold fits before that")
    return found


def file_of(folder: pathlib.Path, name: str) -> pathlib.Path:
    for ending in ("", ".zst", ".xz", ".gz"):
        if (folder / f"{name}{ending}").is_file():
            return folder / f"{name}{ending}"
    raise arrays.Fault(f"{folder} holds no {name}, .zst, .xz or .gz")


def book_features(payments: Payments, path: pathlib.Path) -> np.ndarray:
    """The book's own 15: amount, weekend, night and its 12 windows."""
    with arrays.open_text(path) as text:
        table = pandas.read_csv(text, dtype={"tx_id": str})
    if not np.array_equal(table["tx_id"].to_numpy(), payments.ids):
        raise arrays.Fault(f"{path} has not the rows of the payments, in their order")
    return np.column_stack([payments.amount, payments.weekday >= 5, payments.hour <= 6,
                            table.to_numpy()[:, 1:].astype(np.float64)]).astype(np.float32)


def one(job: tuple) -> pathlib.Path:
    """Trains and scores one fold with one seed."""
    payments_path, arrays_folder, book_path, weir, start, window, seed, result = job
    payments = Payments(payments_path)
    fold = Fold(payments, start, window)
    source = arrays.read(arrays_folder)
    place = {one_id: row for row, one_id in enumerate(source.ids)}

    def values(rows: np.ndarray) -> np.ndarray:
        return np.asarray(source.feature_values[[place[payments.ids[row]] for row in rows]])

    constraints = "(" + ",".join("1" if one.name in RISING else "0" for one in source.features) + ")"
    booster = evaluation.train({**PARAMETERS, "monotone_constraints": constraints}, ROUNDS[window],
                               values(fold.training), payments.fraud[fold.training], seed)
    curve = calibrate.fit(evaluation.logits_of(booster, values(fold.calibration)), payments.fraud[fold.calibration])
    model = evaluation.quantized("handbook", booster, source, curve.knots, GROUPS)
    rows = evaluation.taken(source, np.array([place[payments.ids[row]] for row in fold.test]))
    work = result.with_suffix("")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    whole = evaluation.runtime_scores(pathlib.Path(weir), model, CARD, rows, work)
    logits = evaluation.logits_of(booster, rows.feature_values)
    reasons = explained.examine(pathlib.Path(weir), work, model,
                                evaluation.taken(rows, np.flatnonzero(whole >= evaluation.FLAGGED)), seed, booster)

    own = np.load(book_path, mmap_mode="r")
    book = evaluation.train(BOOK, BOOK_ROUNDS, own[fold.book_training], payments.fraud[fold.book_training], seed)
    plain = evaluation.train(PLAIN, BOOK_ROUNDS, values(fold.training), payments.fraud[fold.training], seed)
    evaluation.Scores(
        fold.name, seed, payments.ids[fold.test].astype("U"), payments.fraud[fold.test], payments.day[fold.test],
        payments.customer[fold.test],
        {"whole": whole, "trees": whole, "float": calibrate.interpolated(model.knots, logits),
         "book_xgboost": evaluation.probabilities_of(book, own[fold.test]),
         "features_xgboost": evaluation.probabilities_of(plain, rows.feature_values)},
        evaluation.probabilities_of(booster, rows.feature_values), reasons).save(result)
    return result


def arguments() -> argparse.Namespace:
    parser = command.parser(
        "handbook", __doc__, epilog="`search` are the folds that features and parameters were found on; `test` are those "
        "after validation, as many as DIR holds. The model is of trees alone: `whole` is `trees`.")
    parser.add_argument("--data", required=True, type=pathlib.Path, metavar="DIR",
                        help="with transactions.csv and reference_features.csv, plain or .zst, .xz, .gz")
    parser.add_argument("--folds", required=True, choices=sorted(FOLDS))
    parser.add_argument("--window", choices=["7", "all"], default="7",
                        help="learn from the 7 days of the book (the default), or from all past labels that are known")
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    transactions = file_of(options.data, "transactions.csv")
    reference = file_of(options.data, "reference_features.csv")
    payments = Payments(transactions)
    days = starts(options.folds, int(payments.day.max()))

    policy = HERE / "handbook" / "policy"
    work = options.work / "handbook"
    data_digest = evaluation.digest(transactions)
    evaluation.say("features by weir")
    source = evaluation.made(work / f"arrays-{evaluation.digest(policy, options.weir)}-{data_digest}", lambda folder:
                             evaluation.run(options.weir, "features", "--policy", policy, "--in", transactions,
                                            "--arrays", folder, "--from", ARRAYS_FROM))
    book = evaluation.made(work / f"book-{evaluation.digest(reference)}-{data_digest}", lambda folder:
                           np.save(folder / "features.npy", book_features(payments, reference)))
    code = evaluation.digest(HERE / "weir_train", pathlib.Path(__file__))
    results = work / f"scores-{evaluation.key(source.name, book.name, code)}"
    results.mkdir(exist_ok=True)
    jobs = [(transactions, source, book / "features.npy", options.weir, start, options.window, seed,
             results / f"{date_of(start)}-{options.window}-{seed}.npz")
            for start in days for seed in range(1, options.seeds + 1)]
    missing = [job for job in jobs if not job[-1].exists()]
    with concurrent.futures.ProcessPoolExecutor(max(1, options.jobs)) as pool:
        for number, result in enumerate(pool.map(one, missing), 1):
            evaluation.say(f"trained and scored {number} of {len(missing)}: {result.stem}")
    scores = [evaluation.Scores.load(job[-1]) for job in jobs]
    learnt = "the 7 days of the book" if options.window == "7" else "all past labels that are known"
    print(f"handbook, {options.folds}, learning from {learnt}")
    evaluation.print_tables(scores, card_precision=True)
    if options.scores:
        evaluation.write_scores(options.scores, scores)


if __name__ == "__main__":
    sys.exit(command.exit_status(run, arguments()))
