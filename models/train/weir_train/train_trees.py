"""Trains trees over window features: from arrays and labels to a model file with its card.

Four periods follow each other in time: one to train on, one that says when to stop, one to calibrate on, and one to
measure on, which nothing else has seen. Payments without a label are left out of all of them.
"""

import argparse
import dataclasses
import datetime
import pathlib
import sys

import numpy as np
import xgboost

from weir_train import arrays, bundle, calibrate, card, metrics, parts, reference, trees

PERIODS = ("train", "stop", "calibrate", "measure")
DEFAULTS = {"max_depth": "5", "eta": "0.05", "max_bin": "4096", "min_child_weight": "1", "tree_method": "hist"}
FIXED = ("objective", "booster", "num_class", "eval_metric", "seed", "nthread")
MOST_ROUNDS = 3000
PATIENCE = 50  # Rounds without a better average precision.
EXAMPLES = 200
EXIT_FAILED = 1
EXCLUDED_USES = ["Decisions on credit, insurance or employment, or on anything but whether a payment is fraud.",
                 "Payments of another population, product or country than the data's, before it is measured on them."]


@dataclasses.dataclass
class Data:
    """Labelled payments, and which period each belongs to."""

    source: arrays.Arrays
    labels: np.ndarray  # int8 [N], -1 not known
    groups: np.ndarray  # [N]: what an interval draws as one: cards, say
    fairness: dict[str, np.ndarray]  # name of a column: its cells [N]
    period: np.ndarray  # int8 [N]: number among PERIODS, -1 in none

    def rows(self, period: str) -> np.ndarray:
        return np.flatnonzero(self.period == PERIODS.index(period))


def read_data(options: argparse.Namespace) -> Data:
    source = arrays.read(options.arrays)
    if not source.features:
        raise arrays.Fault(f"{options.arrays} holds no features: trees need some")
    labels = arrays.read_labels(options.labels, source.ids, options.id_column, options.label_column)
    columns = ([options.group_column] if options.group_column else []) + options.fairness_column
    cells = arrays.read_column(options.labels, columns, source.ids, options.id_column) if columns else []
    groups = np.array(cells.pop(0)) if options.group_column else np.arange(source.rows)
    starts = [milliseconds(options.train_from), milliseconds(options.stop_from), milliseconds(options.calibrate_from),
              milliseconds(options.measure_from), milliseconds(options.until)]
    if any(first >= second for first, second in zip(starts, starts[1:])):
        raise arrays.Fault("--train-from, --stop-from, --calibrate-from, --measure-from and --until must rise")
    period = (np.searchsorted(starts, source.times, side="right") - 1).astype(np.int8)
    period[(period == len(PERIODS)) | (labels < 0)] = -1
    data = Data(source, labels, groups, dict(zip(options.fairness_column, map(np.array, cells), strict=True)), period)
    for name in PERIODS:
        frauds = int((labels[data.rows(name)] == 1).sum())
        if frauds == 0 or frauds == len(data.rows(name)):
            raise arrays.Fault(f"the period \"{name}\" has {len(data.rows(name))} labelled payments, {frauds} of them "
                               "frauds: both kinds are needed")
    return data


def milliseconds(text: str) -> int:
    """A date or time, in UTC unless it says otherwise, as ms since 1970."""
    moment = datetime.datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
    return round(moment.timestamp() * 1000)


def finite(data: Data, rows: np.ndarray) -> np.ndarray:
    """Feature values of some rows, float32; what the engine takes for no value is NaN."""
    values = np.array(data.source.feature_values[rows])
    values[~np.isfinite(values)] = np.nan
    return values


def boost(data: Data, parameters: dict[str, str], seed: int, threads: int) -> xgboost.Booster:
    """Trains until the average precision on the second period gets no better; keeps the best rounds alone."""
    def matrix(period: str) -> xgboost.DMatrix:
        rows = data.rows(period)
        return xgboost.DMatrix(finite(data, rows), data.labels[rows])

    settings = {**parameters, "objective": "binary:logistic", "eval_metric": "aucpr", "seed": seed, "nthread": threads}
    booster = xgboost.train(settings, matrix("train"), MOST_ROUNDS, evals=[(matrix("stop"), "stop")],
                            early_stopping_rounds=PATIENCE, verbose_eval=False)
    return booster[:booster.best_iteration + 1]


def integer_model(data: Data, booster: xgboost.Booster, name: str, demonstration: bool) -> parts.Model:
    """The trees in integers, with every feature of the arrays; not calibrated yet."""
    told = trees.from_booster(booster, "all").trees
    features = data.source.features
    thresholds = parts.Thresholds.of(told.thresholds(len(features)))
    made, base = trees.integer_trees(told, thresholds)
    model = parts.Model(name=name, outputs=["fraud"], demonstration=demonstration, features=features,
                        thresholds=thresholds, trees=made, base=base, knots=calibrate.identity())
    train = data.rows("train")
    honest = arrays.quantize(model, data.source, train[data.labels[train] == 0])
    model.reasons = parts.Reasons([parts.ReasonGroup(one.name, [place]) for place, one in enumerate(features)],
                                  np.median(honest.features, axis=0).astype(np.uint16))
    return model


@dataclasses.dataclass
class Measured:
    """The last period, scored by the integers."""

    rows: np.ndarray
    labels: np.ndarray
    logits: np.ndarray  # in units of one
    probabilities: np.ndarray
    inputs: parts.Inputs


def measure(data: Data, model: parts.Model) -> Measured:
    rows = data.rows("measure")
    inputs = arrays.quantize(model, data.source, rows)
    logits, probabilities = reference.score(model, inputs)
    logits = logits[:, 0] / 2.0**parts.LOGIT_BITS
    return Measured(rows, data.labels[rows], logits, probabilities / parts.CERTAIN, inputs)


def card_of(data: Data, booster: xgboost.Booster, model: parts.Model, measured: Measured,
            fitted: calibrate.Fitted, options: argparse.Namespace, settings: dict[str, str]) -> card.Card:
    labels, groups = measured.labels, data.groups[measured.rows]
    told = metrics.calibration(labels, measured.probabilities)
    flagged = measured.probabilities >= np.quantile(measured.probabilities, 0.99)
    figures = [[name, str(metrics.interval(lambda weights, of=of: of(labels, measured.logits, weights), groups))]
               for name, of in (("average precision", metrics.average_precision), ("AUC", metrics.auc))]
    loss = metrics.interval(lambda weights: metrics.log_loss(labels, measured.probabilities, weights), groups)
    figures.append(["log-loss", f"{loss.value:.5f} ({loss.low:.5f} to {loss.high:.5f})"])
    uncalibrated = metrics.log_loss(labels, calibrate.sigmoid(measured.logits))
    fairness = "\n".join(f"By `{name}`, flagged being the top 1 %:\n\n" + card.fairness(
        cells[measured.rows], labels, measured.logits, measured.probabilities, flagged).markdown()
        for name, cells in data.fairness.items())
    return card.Card(
        name=model.name, demonstration=model.demonstration,
        summary=f"The probability that a payment is fraud, by {len(model.trees.roots)} boosted trees over "
        f"{len(model.features)} window features.",
        data=f"{data.source.rows:,} payments in arrays of the policy {data.source.policy}; "
        f"{int((data.labels < 0).sum()):,} of them have no label and were left out.",
        periods=period_table(data),
        labels=f"The column `{options.label_column}` is taken at its word: a payment without fraud in it is honest. Frauds "
        "that nobody reported count as honest ones; a label is the last one known, whenever it came.",
        metrics=card.Table(["", "value (95 % interval)"], figures),
        metrics_note="On the last period, by the integers that the engine computes. Intervals are from a Poisson bootstrap "
        f"over {'the column `' + options.group_column + '`' if options.group_column else 'payments'}.",
        calibration=f"Fitted on {fitted.frauds:,} frauds of the period before. On the last period predicted over observed "
        f"frauds is {told.overall:.2f} overall and, in the fifths of the 1 % with the highest probability, "
        f"{', '.join(f'{ratio:.2f}' for ratio in told.top_fifths)} ({', '.join(f'{one:.0f}' for one in told.top_frauds)} "
        f"frauds); log-loss {loss.value:.5f}, without calibration {uncalibrated:.5f}.",
        stability=card.stability(data.source.times[measured.rows], labels, measured.logits, measured.probabilities),
        sensitivity=card.sensitivity(
            lambda values: booster.predict(xgboost.DMatrix(values), output_margin=True), finite(data, measured.rows),
            labels, {one.name: [place] for place, one in enumerate(model.features)}),
        fairness=fairness or "No column of groups was given (--fairness-column): not measured.",
        excluded_uses=EXCLUDED_USES + options.excluded_use,
        limits=["What fraudsters do after the last period is unknown to it: measure it again every month.",
                "Where a feature is missing, a tree goes where the training's payments without it did best; if they were "
                "few, that is little to go by."],
        reproduction=f"`models/train/train_trees` with --train-from {options.train_from} --stop-from {options.stop_from} "
        f"--calibrate-from {options.calibrate_from} --measure-from {options.measure_from} --until {options.until} --seed "
        f"{options.seed} --threads {options.threads}; XGBoost {xgboost.__version__} with "
        f"{', '.join(f'{key}={value}' for key, value in sorted(settings.items()))}. The same data give the same file on "
        "the same machine.")


def period_table(data: Data) -> card.Table:
    rows = []
    for name in PERIODS:
        own = data.rows(name)
        first, last = (str(np.datetime64(int(data.source.times[own[at]]), "ms"))[:16] for at in
                       (data.source.times[own].argmin(), data.source.times[own].argmax()))
        rows.append([name, first, last, len(own), int((data.labels[own] == 1).sum())])
    return card.Table(["to", "first payment", "last payment", "payments", "frauds"], rows)


def run(options: argparse.Namespace) -> None:
    settings = DEFAULTS | dict(options.parameter)
    data = read_data(options)
    print(f"{data.source.rows:,} payments, {(data.labels == 1).sum():,} frauds; training", flush=True)
    booster = boost(data, settings, options.seed, options.threads)
    model = integer_model(data, booster, options.name or options.out.stem, options.demonstration)
    rows = data.rows("calibrate")
    logits, _ = reference.score(model, arrays.quantize(model, data.source, rows))
    fitted = calibrate.fit(logits[:, 0] / 2.0**parts.LOGIT_BITS, data.labels[rows])
    model.knots = fitted.knots
    measured = measure(data, model)
    text = card_of(data, booster, model, measured, fitted, options, settings).markdown()
    examples = measured.inputs.take(np.linspace(0, len(measured.rows) - 1, EXAMPLES).astype(np.int64))
    digest = bundle.write(options.out, model, text, examples)
    print(f"{len(model.trees.roots)} trees, average precision "
          f"{metrics.average_precision(measured.labels, measured.logits):.3f} on the last period\n{options.out}: {digest}")


def moment(text: str) -> str:
    try:
        milliseconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is no time: {error}") from None
    return text


def parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or name in FIXED:
        raise argparse.ArgumentTypeError(f"{text}: NAME=VALUE is wanted, and none of {', '.join(FIXED)}")
    return name, value


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="train_trees", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arrays", type=pathlib.Path, required=True, help="what `weir features --arrays` wrote")
    parser.add_argument("--labels", type=pathlib.Path, required=True,
                        help="CSV with a row for each payment (.gz, .xz, .zst too); a label is 1, true, 0, false or empty")
    parser.add_argument("--id-column", default="id", help="of the labels (default: id)")
    parser.add_argument("--label-column", default="fraud", help="of the labels (default: fraud)")
    parser.add_argument("--group-column", help="of the labels: what belongs together in an interval, such as the card")
    parser.add_argument("--fairness-column", action="append", default=[], help="of the labels: groups to compare")
    for name, what in (("train-from", "where the training begins"), ("stop-from", "where it ends"),
                       ("calibrate-from", "where the calibration begins"), ("measure-from", "where it ends"),
                       ("until", "where the measuring ends")):
        parser.add_argument(f"--{name}", required=True, type=moment, metavar="TIME", help=f"{what}, as 2026-03-01 (UTC)")
    parser.add_argument("--name", help="the model's (default: that of the file)")
    parser.add_argument("--demonstration", action="store_true", help="the data are made up")
    parser.add_argument("--excluded-use", action="append", default=[], help="a use that the card warns of besides")
    parser.add_argument("--parameter", type=parameter, action="append", default=[], metavar="NAME=VALUE",
                        help=f"of XGBoost (default: {' '.join(f'{key}={value}' for key, value in DEFAULTS.items())})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="FILE.safetensors")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    try:
        run(options)
    except (arrays.Fault, trees.NotPossible, OSError, ValueError) as error:
        print(f"train_trees: {error}", file=sys.stderr)
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
