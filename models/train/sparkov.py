#!/usr/bin/env python3
"""Trains and measures trees on card payments of the Sparkov generator, without labels in features (ops/evaluate
sparkov).

The history runs through the training file and then the test file, by time. The last eighth of the training file's time
is for the calibration alone, and the week before it left out.
"""

import argparse
import concurrent.futures
import pathlib
import shutil
import sys

import numpy as np
import pandas

from weir_train import arrays, calibrate, card, command, evaluation, explained

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ("tx_id", "unix_time", "cc_num", "merchant", "category", "amt", "is_fraud")
GROUPS = ("gender", "dob")  # To compare groups by, if they are there; nothing else sees them.
DAY_S = 86_400
CALIBRATION_SHARE = 1 / 8  # of the training file's time, at its end
GAP_DAYS = 7  # left out before it: a burst of fraud is not to be in both

# Found on the training period alone: trained to 2019-12-31, looked at from 2020-01-08 to 2020-06-30.
PARAMETERS = {"tree_method": "hist", "max_depth": 6, "eta": 0.1, "subsample": 0.8,
              "colsample_bytree": 0.5, "base_score": 0.01}
ROUNDS = 150
PLAIN = {"tree_method": "hist", "max_depth": 6, "eta": 0.3, "base_score": 0.5}
PLAIN_ROUNDS = 100

CARD = """# Trees on payments of the Sparkov generator

Demonstration, not validated: the payments are simulated. Made by `ops/evaluate sparkov` to be measured, not used.
"""


def read(path: pathlib.Path) -> pandas.DataFrame:
    with arrays.open_text(path) as text:
        table = pandas.read_csv(text, usecols=lambda name: name in COLUMNS or name in GROUPS,
                                dtype={name: str for name in (*COLUMNS, *GROUPS) if name != "unix_time"})
    if missing := [name for name in COLUMNS if name not in table]:
        raise arrays.Fault(f"{path} has no column {missing[0]}")
    return table


def join(train: pathlib.Path, test: pathlib.Path, folder: pathlib.Path) -> None:
    """Both files in one, by time, with ids of their own: payments.csv for weir, which holds no label, and rows.npz."""
    tables = [read(train).assign(part="train"), read(test).assign(part="test")]
    both = pandas.concat(tables).sort_values("unix_time", kind="stable")
    both["id"] = both["part"] + "-" + both["tx_id"]
    if both["id"].duplicated().any():
        raise arrays.Fault(f"{train} or {test} has a tx_id twice")
    both["merchant"] = both["merchant"].str.removeprefix("fraud_")
    both.rename(columns={"unix_time": "time", "cc_num": "card_number", "amt": "amount"}).to_csv(
        folder / "payments.csv", index=False, columns=["id", "time", "card_number", "merchant", "category", "amount"])
    np.savez(folder / "rows.npz", time=both["unix_time"].to_numpy(), test=(both["part"] == "test").to_numpy(),
             ids=both["tx_id"].to_numpy("U"), cards=both["cc_num"].to_numpy("U"),
             fraud=both["is_fraud"].map({"1": 1, "0": 0}).fillna(-1).to_numpy(np.int8),
             **{name: both[name].fillna("").to_numpy("U") for name in GROUPS if name in both})


def one(job: tuple) -> pathlib.Path:
    """Trains and scores with one seed."""
    joined, arrays_folder, weir, seed, result = job
    rows = np.load(joined / "rows.npz")
    time, test, fraud = rows["time"], rows["test"], rows["fraud"]
    source = arrays.read(arrays_folder)
    if source.rows != len(time):
        raise arrays.Fault(f"weir took {source.rows} of {len(time)} payments")
    begin, end = time[~test].min(), time[~test].max()
    cut = end - (end - begin) * CALIBRATION_SHARE
    labelled = ~test & (fraud >= 0)
    training = np.flatnonzero(labelled & (time < cut - GAP_DAYS * DAY_S))
    calibration = np.flatnonzero(labelled & (time >= cut))
    tested = np.flatnonzero(test)

    booster = evaluation.train(PARAMETERS, ROUNDS, source.feature_values[training], fraud[training], seed)
    curve = calibrate.fit(evaluation.logits_of(booster, source.feature_values[calibration]), fraud[calibration])
    model = evaluation.quantized("sparkov", booster, source, curve.knots)
    wanted = evaluation.taken(source, tested)
    work = result.with_suffix("")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    whole = evaluation.runtime_scores(pathlib.Path(weir), model, CARD, wanted, work)
    logits = evaluation.logits_of(booster, wanted.feature_values)
    reasons = explained.examine(pathlib.Path(weir), work, model,
                                evaluation.taken(wanted, np.flatnonzero(whole >= evaluation.FLAGGED)), seed, booster)
    plain = evaluation.train(PLAIN, PLAIN_ROUNDS, source.feature_values[training], fraud[training], seed)
    evaluation.Scores(
        "test", seed, rows["ids"][tested], fraud[tested], time[tested] // DAY_S, rows["cards"][tested],
        {"whole": whole, "trees": whole, "float": calibrate.interpolated(model.knots, logits),
         "features_xgboost": evaluation.probabilities_of(plain, wanted.feature_values)},
        evaluation.probabilities_of(booster, wanted.feature_values), reasons).save(result)
    return result


def print_fairness(joined: pathlib.Path, scores: evaluation.Scores) -> None:
    """By groups that the model never sees."""
    with np.load(joined / "rows.npz") as rows:
        test = rows["test"]
        groups = {name: rows[name][test] for name in GROUPS if name in rows.files}
    known, whole = scores.labels >= 0, scores.models["whole"]
    for name, values in groups.items():
        # Of a birth date the decade: 1974-05-01 is 197x.
        values = np.array([f"born {value[:3]}x" for value in values]) if name == "dob" else values
        table = card.fairness(values[known], scores.labels[known], whole[known], whole[known],
                              whole[known] >= evaluation.FLAGGED)
        print(f"\nby {name}, seed {scores.seed}; flagged: a probability of at least {evaluation.FLAGGED}\n")
        print(table.markdown(), end="")


def arguments() -> argparse.Namespace:
    parser = command.parser("sparkov", __doc__, epilog="The model is of trees alone, so `whole` is `trees`.")
    parser.add_argument("--train", required=True, type=pathlib.Path, metavar="FILE",
                        help="CSV, plain or .zst, .xz, .gz")
    parser.add_argument("--test", required=True, type=pathlib.Path, metavar="FILE", help="the same, of later payments")
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    policy = HERE / "sparkov" / "policy"
    work = options.work / "sparkov"
    code = evaluation.digest(HERE / "weir_train", pathlib.Path(__file__))
    data = evaluation.key(evaluation.digest(options.train), evaluation.digest(options.test), code)
    joined = evaluation.made(work / f"payments-{data}", lambda folder: join(options.train, options.test, folder))
    evaluation.say("features by weir")
    source = evaluation.made(work / f"arrays-{evaluation.digest(policy, options.weir)}-{data}", lambda folder:
                             evaluation.run(options.weir, "features", "--policy", policy, "--in",
                                            joined / "payments.csv", "--arrays", folder))
    results = work / f"scores-{evaluation.key(source.name)}"
    results.mkdir(exist_ok=True)
    jobs = [(joined, source, options.weir, seed, results / f"{seed}.npz") for seed in range(1, options.seeds + 1)]
    missing = [job for job in jobs if not job[-1].exists()]
    with concurrent.futures.ProcessPoolExecutor(max(1, options.jobs)) as pool:
        for number, result in enumerate(pool.map(one, missing), 1):
            evaluation.say(f"trained and scored {number} of {len(missing)}: seed {result.stem}")
    scores = [evaluation.Scores.load(job[-1]) for job in jobs]
    print("sparkov, trained on the one file, tested on the other")
    evaluation.print_tables(scores, card_precision=False)
    print_fairness(joined, scores[0])
    if options.scores:
        evaluation.write_scores(options.scores, scores)


if __name__ == "__main__":
    sys.exit(command.exit_status(run, arguments()))
