#!/usr/bin/env python3
"""Trains and measures trees with a recurrent unit on generated streams in which order tells fraud (ops/evaluate order).

Every fraud of three kinds has an honest twin: the same events, amounts and gaps in another order, as often. Streams are
frozen by hash. Trees and network learn on some seeds, the calibration looks at another one alone, and both are measured
on further seeds, some of them with other numbers of rounds, gaps and amounts.
"""

import argparse
import concurrent.futures
import csv
import dataclasses
import hashlib
import os
import pathlib
import shutil
import sys

import numpy as np
import torch

from weir_train import arrays, bundle, calibrate, command, evaluation
from weir_train import order_card, order_model, order_streams, order_table, parts

HERE = pathlib.Path(__file__).resolve().parent
PACK = HERE.parents[1] / "rules" / "packs" / "retail-bank"
EXAMPLES = 100  # rows of which a model file holds what they must come to
NO_CARD = "# Not calibrated yet\n"


class Scorer:
    """Scores by weir, from a model file."""

    def __init__(self, weir: pathlib.Path, folder: pathlib.Path):
        self.weir, self.folder = weir, folder
        folder.mkdir(parents=True, exist_ok=True)

    def score(self, model: parts.Model, examples: parts.Inputs, folder: pathlib.Path, column: str) -> np.ndarray:
        """One column of what `weir model score` says of the arrays in a folder."""
        bundle.write(self.folder / "model.safetensors", model, NO_CARD, examples)
        evaluation.run(self.weir, "model", "score", "--model", self.folder / "model.safetensors", "--arrays", folder,
                       "--out", self.folder / "scores.csv")
        ids = (folder / "ids.txt").read_text(encoding="utf-8").splitlines()
        cells, = arrays.read_column(self.folder / "scores.csv", [column], ids, "id")
        return np.array(cells, np.float64)


def examples_of(model: parts.Model, source: arrays.Arrays) -> parts.Inputs:
    return arrays.quantize(model, source, np.linspace(0, source.rows - 1, min(EXAMPLES, source.rows)).astype(np.int64))


def shuffled(events: np.ndarray, counts: np.ndarray, seed: int) -> np.ndarray:
    """Each row's past events in another order; the payment at hand stays last, and what is not there first."""
    last = events.shape[1] - 1
    places = np.random.default_rng(seed).random(events.shape[:2])
    places[np.arange(last + 1)[None, :] <= last - counts[:, None]] = -1
    places[:, last] = 2
    return np.take_along_axis(events, np.argsort(places, axis=1, kind="stable")[:, :, None], axis=1)


def write_shuffled(source: arrays.Arrays, columns: int, seed: int, folder: pathlib.Path) -> None:
    counts = np.asarray(source.event_counts).astype(np.int64)
    arrays.write(folder, dataclasses.replace(
        source, features=source.features[:columns], feature_values=source.feature_values[:, :columns],
        event_codes=shuffled(np.asarray(source.event_codes), counts, seed)))


def made_streams(streams: list[order_streams.Stream], options: argparse.Namespace) -> list[order_streams.Payments]:
    """All streams with their arrays, made unless they are there already."""
    work = options.work / "order"
    code = evaluation.digest(options.weir, HERE / "weir_train" / "order_streams.py", PACK / "features",
                             PACK / "inputs.yaml", PACK / "schema.yaml", PACK / "policy.yaml")
    policy = evaluation.made(work / f"policy-{code}", lambda folder: order_streams.write_policy(PACK, folder))

    def one(stream: order_streams.Stream) -> order_streams.Payments:
        name = f"{stream.name}-{evaluation.key(code, stream.sha256, stream.rows_from, *stream.options)}"
        folder = evaluation.made(work / name, lambda made: order_streams.make(options.weir, policy, stream, made))
        evaluation.say(f"stream {stream.name} is there")
        return order_streams.read(stream, folder)

    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        return list(pool.map(one, streams))


def calibrate_with(scorer: Scorer, model: parts.Model, stream: order_streams.Payments) -> calibrate.Fitted:
    model.knots = calibrate.identity()
    logits = scorer.score(model, examples_of(model, stream.source), stream.folder, "logit")
    fitted = calibrate.fit(logits, stream.labels)
    model.knots = fitted.knots
    return fitted


def scores_of(scorer: Scorer, trained: order_model.Trained, columns: int, stream: order_streams.Payments,
              seed: int) -> order_table.Scored:
    source = stream.source
    models = {name: scorer.score(model, examples_of(model, source), stream.folder, "probability")
              for name, model in (("whole", trained.model), ("trees", trained.trees))}
    models["float"] = calibrate.interpolated(trained.model.knots, order_model.float_logits(trained, source, columns))
    models["features_xgboost"] = evaluation.probabilities_of(trained.all, np.asarray(source.feature_values))
    other = scorer.folder / "shuffled"
    write_shuffled(source, columns, seed, other)
    models["shuffled"] = scorer.score(trained.model, examples_of(trained.model, source), other, "probability")
    shutil.rmtree(other)
    return order_table.Scored(stream.stream.name, source.ids, stream.labels, stream.order, stream.customers, models)


def write_scores(path: pathlib.Path, seed: int, all_scores: list[order_table.Scored]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for scores in all_scores:
            for name, values in scores.models.items():
                writer.writerows((scores.name, seed, one, name, f"{value:.9f}")
                                 for one, value in zip(scores.ids, values, strict=True))


def columns_of_pack(source: arrays.Arrays) -> int:
    """The pack's features stand before those that were added."""
    return next((at for at, one in enumerate(source.features) if one.name.startswith("near_")), len(source.features))


def sorted_by_part(payments: list[order_streams.Payments]) -> dict[str, list[order_streams.Payments]]:
    return {part: [one for one in payments if one.stream.part == part] for part in order_streams.PARTS}


@dataclasses.dataclass
class Job:
    """One training."""

    seed: int
    streams: list[tuple[order_streams.Stream, pathlib.Path]]  # and the folders that made_streams() made
    weir: pathlib.Path
    folder: pathlib.Path  # of its own
    epochs: int | None
    scores: bool  # write them to folder/scores.csv
    model: bool  # write it to folder/model.safetensors


def one(job: Job) -> list[order_table.Told]:
    """Trains, calibrates and measures with one seed."""
    torch.set_num_threads(1)  # More would change the last bits of sums.
    payments = [order_streams.read(stream, folder) for stream, folder in job.streams]
    by_part = sorted_by_part(payments)
    columns = columns_of_pack(payments[0].source)

    def tell(text: str) -> None:
        evaluation.say(f"seed {job.seed}: {text}")

    trained = order_model.train(order_model.sample(by_part["train"]), columns, job.seed, job.epochs, tell)
    scorer = Scorer(job.weir, job.folder)
    calibration, = by_part["calibrate"]
    fitted = calibrate_with(scorer, trained.model, calibration)
    calibrate_with(scorer, trained.trees, calibration)
    scored = {}
    for part in ("unseen", "shifted"):
        tell(f"scores, {part}")
        scored[part] = [scores_of(scorer, trained, columns, stream, job.seed) for stream in by_part[part]]
    if job.scores:
        write_scores(job.folder / "scores.csv", job.seed, scored["unseen"] + scored["shifted"])
    if job.model:
        bundle.write(job.folder / "model.safetensors", trained.model,
                     order_card.text(trained, fitted, payments, scored, job.seed),
                     examples_of(trained.model, by_part["unseen"][0].source))
    tables = [order_table.together("unseen seeds", scored["unseen"]), *scored["shifted"]]
    if len(scored["shifted"]) > 1:
        tables.append(order_table.together("shifted parameters, all", scored["shifted"]))
    tell("intervals")
    return [order_table.measure(table) for table in tables]


def arguments() -> argparse.Namespace:
    parser = command.parser("order", __doc__)
    parser.add_argument("--model", type=pathlib.Path, metavar="OUT.safetensors", help="write the model of seed 1")
    parser.add_argument("--search", action="store_true",
                        help="instead of all this, try the grids of trees and network on the training streams alone")
    parser.add_argument("--streams", type=pathlib.Path, default=HERE / "order" / "streams.json", help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(options: argparse.Namespace) -> None:
    streams = order_streams.read_streams(options.streams)
    if options.search:
        streams = [one for one in streams if one.part == "train"]
    payments = made_streams(streams, options)
    by_part = sorted_by_part(payments)
    if options.search:
        torch.set_num_threads(1)
        order_model.search(order_model.sample(by_part["train"]), columns_of_pack(payments[0].source), 1, options.epochs,
                           lambda text: print(text, flush=True))
        return
    work = options.work / "order" / f"seeds-{os.getpid()}"
    folders = [(one.stream, one.folder.parent) for one in payments]
    jobs = [Job(seed, folders, options.weir, work / str(seed), options.epochs, options.scores is not None,
                options.model is not None and seed == 1) for seed in range(1, options.seeds + 1)]
    with concurrent.futures.ProcessPoolExecutor(max(1, options.jobs)) as pool:
        told = list(pool.map(one, jobs))
    print(f"order: trained on {len(by_part['train'])} streams, {len(jobs)} seed(s): means, with the standard deviation "
          f"over seeds; intervals are of {order_table.REPLICAS} replicas of a bootstrap by customer")
    for table in zip(*told, strict=True):
        print("\n" + "\n".join(order_table.text(list(table))))
    if options.scores:
        with open(options.scores, "w", encoding="utf-8", newline="") as out:
            out.write("fold,seed,tx_id,model,probability\n")
            for job in jobs:
                with open(job.folder / "scores.csv", encoding="utf-8", newline="") as rows:
                    shutil.copyfileobj(rows, out)
    if options.model:
        shutil.copyfile(jobs[0].folder / "model.safetensors", options.model)
        print(f"\n{options.model}: {hashlib.sha256(options.model.read_bytes()).hexdigest()}")
    shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(command.exit_status(run, arguments()))
