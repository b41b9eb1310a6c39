#!/usr/bin/env python3
"""Models for bench/model.py, the same weights for Weir and for its opponents, and the comparison of their answers.

Run by the training environment's Python (ops/setup/training):

  model_maker.py make DIR [--tiny]    draws data, trains, and writes DIR/trees, DIR/sequence-H and DIR/whole-H for
                                      bench/model.cc, with xgboost.json, *.onnx and what the opponents read
  model_maker.py compare DIR          the differences between all answers; exit status 1 if one is too large

Everything is drawn from fixed seeds: nothing of it means anything, and only its size and shape matter here.
"""

import argparse
import copy
import dataclasses
import pathlib
import sys

import numpy as np
import onnx
import scipy.stats
import torch
import xgboost
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "models/train"))

from weir_train import bundle, layers, network, parts, reference, trees  # noqa: E402

FEATURES = 80
FIELDS = 8
CODES = 64  # Of each field of an event.
EVENTS = 32  # K
EMBEDDING = 8  # Numbers a field: I = FIELDS * EMBEDDING inputs a step.
WIDTHS = (64, 128)  # H
HIDDEN = 32  # M, of the head.
TEXT_BUCKETS, TEXT_WIDTH, TEXT_GRAMS = 32768, 32, 128
HEAD_FEATURES = 4
# What the integers may be off by. The unit is trained in float and only rounded here, not trained on as integers.
MAX_STATE_MEAN, MIN_RANK_CORRELATION = 0.02, 0.99


@dataclasses.dataclass(frozen=True)
class Size:
    rows: int  # scored
    training: int
    rounds: int  # trees
    epochs: int


FULL = Size(rows=10_000, training=20_000, rounds=200, epochs=2)
TINY = Size(rows=200, training=1000, rounds=10, epochs=1)


def say(text: str) -> None:
    print(f"model_maker: {text}", file=sys.stderr, flush=True)


def draw_features(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Amounts, counts, scores and ratios, a tenth missing: float32 [N, F]; and labels."""
    dice = np.random.default_rng(seed)
    kinds = (lambda: dice.lognormal(3, 1.5, rows).round(2), lambda: dice.poisson(dice.gamma(1, 8, rows)),
             lambda: dice.standard_normal(rows), lambda: dice.lognormal(0, 1, rows))
    values = np.stack([kinds[feature % len(kinds)]() for feature in range(FEATURES)], axis=1).astype(np.float32)
    values[dice.random(values.shape) < 0.1] = np.nan
    z = np.nan_to_num(np.sign(values) * np.log1p(np.abs(values)))
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    law = np.random.default_rng(1)  # The same for every seed.
    logit = z @ law.standard_normal(FEATURES) / 4 + (z[:, :20] * z[:, 20:40]) @ law.standard_normal(20) / 2 - 1.5
    return values, (dice.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.int64)


def draw_events(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes uint16 [N, K, E], rarer the larger; and labels that depend on the order of the first field's codes."""
    dice = np.random.default_rng(seed)
    codes = np.minimum(dice.geometric(0.08, (rows, EVENTS, FIELDS)), CODES - 1).astype(np.uint16)
    first = codes[:, :, 0].astype(np.int64)
    rises = (first[:, 1:] > first[:, :-1])[:, -12:].sum(axis=1)
    return codes, (dice.random(rows) < 1 / (1 + np.exp(6.0 - rises))).astype(np.int64)


def draw_texts(rows: int, seed: int) -> list[str]:
    """As merchants' names are: a name, a shop's number, a place."""
    dice = np.random.default_rng(seed)
    syllables = ["ta", "ri", "mo", "ken", "sul", "bra", "lo", "fen", "chi", "dor", "wes", "pa"]

    def word() -> str:
        return "".join(dice.choice(syllables, dice.integers(2, 5))).upper()

    return [f"{word()} {word()} {dice.integers(1, 10_000)} {word()}" for _ in range(rows)]


def train_trees(size: Size) -> xgboost.Booster:
    values, labels = draw_features(size.training, 11)
    settings = {"objective": "binary:logistic", "max_depth": 6, "eta": 0.1, "tree_method": "hist", "max_bin": 256,
                "nthread": 1, "seed": 1}
    return xgboost.train(settings, xgboost.DMatrix(values, labels), size.rounds)


def events_alone(events: np.ndarray) -> parts.Inputs:
    return parts.Inputs(np.zeros((len(events), 0), np.uint16), events, np.full(len(events), EVENTS), [])


def train_sequence(size: Size, width: int) -> network.Network:
    """In float."""
    def rows(count: int, seed: int) -> network.Rows:
        events, labels = draw_events(count, seed)
        return network.Rows(events_alone(events), labels, np.zeros(count), np.ones(count))

    settings = network.Settings(width=width, hidden=HIDDEN, embedding=EMBEDDING, epochs=size.epochs)
    return network.fit(network.Shape(1, [CODES] * FIELDS, [], []), settings, rows(size.training, 12),
                       rows(size.rows, 13), tell=lambda text: say(f"width {width}, {text}"))


def write_model(path: pathlib.Path, model: parts.Model) -> None:
    """With what every model needs: a calibration, reasons, examples, a card."""
    model.knots = np.rint(parts.CERTAIN / (1 + np.exp(-np.linspace(-16, 16, parts.KNOTS)))).astype(np.int32)
    groups = [parts.ReasonGroup(one.name, features=[number]) for number, one in enumerate(model.features)]
    groups += [parts.ReasonGroup("events", events=True)] if model.sequence else []
    groups += [parts.ReasonGroup("text", texts=[0])] if model.texts else []
    model.reasons = parts.Reasons(groups, np.zeros(len(model.features), np.uint16),
                                  np.zeros(FIELDS, np.uint16) if model.sequence else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    bundle.write(path, model, "# For a bench\n\nDrawn, not trained on data.\n", parts.random_inputs(model, 50, 15))


def named(count: int, name: str) -> list[parts.NamedInput]:
    return [parts.NamedInput(f"{name}{number}", "1") for number in range(count)]


def trees_model(booster: xgboost.Booster) -> parts.Model:
    told = trees.from_booster(booster)
    thresholds = parts.Thresholds.of(told.trees.thresholds(FEATURES))
    integer, base = trees.integer_trees(told.trees, thresholds)
    return parts.Model(name="trees", outputs=["fraud"], demonstration=True, features=named(FEATURES, "feature"),
                       thresholds=thresholds, trees=integer, base=base)


def sequence_model(trained: network.Network) -> parts.Model:
    """The same weights in integers, without any more training."""
    model = parts.Model(name="sequence", outputs=["fraud"], demonstration=True, event_fields=named(FIELDS, "field"),
                        events=EVENTS)
    rounded = copy.deepcopy(trained)
    rounded.make_exact(events_alone(draw_events(1000, 14)[0]))
    rounded.fill(model)
    return model


def whole_model(booster: xgboost.Booster, trained: network.Network) -> parts.Model:
    """All parts: the trees, the recurrent unit, a text, and a head over everything. The text's table and what the head
    makes of all are drawn: what they hold makes no difference to the time."""
    model = trees_model(booster)
    model.name, model.events, model.event_fields = "whole", EVENTS, named(FIELDS, "field")
    model.text_inputs = named(1, "text")
    codes = [model.thresholds.count(feature) + 2 for feature in range(HEAD_FEATURES)]
    torch.manual_seed(16)
    made = network.Network(
        network.Shape(1, [CODES] * FIELDS, [(TEXT_BUCKETS, TEXT_GRAMS)], list(enumerate(codes))),
        network.Settings(width=trained.sequence.width, hidden=HIDDEN, embedding=EMBEDDING, text_width=TEXT_WIDTH))
    made.sequence.load_state_dict(trained.sequence.state_dict())
    torch.nn.init.normal_(made.texts[0].table)
    dice = np.random.default_rng(17)
    rows = 1000
    grams = parts.Ragged(np.arange(rows + 1) * 60, dice.integers(0, TEXT_BUCKETS, rows * 60))
    features = np.stack([dice.integers(0, count, rows) for count in codes], axis=1)
    made.make_exact(parts.Inputs(features, draw_events(rows, 14)[0], np.full(rows, EVENTS), [grams]))
    made.fill(model)
    return model


def gru_weights(trained: network.Network) -> dict[str, np.ndarray]:
    """As the ONNX operator takes them: gates in the order update, reset, candidate. float32 [1, ...]."""
    def reordered(values: torch.Tensor) -> np.ndarray:
        reset, update, candidate = np.split(values.detach().numpy().astype(np.float32), 3)
        return np.concatenate([update, reset, candidate])[None]

    unit = trained.sequence
    inside = torch.cat([torch.zeros(2 * unit.width), unit.candidate_bias.detach()])
    return {"W": reordered(unit.inputs), "R": reordered(unit.recurrent.weight),
            "B": np.concatenate([reordered(unit.bias), reordered(inside)], axis=1)}


def onnx_model(nodes: list, constants: dict[str, np.ndarray], batch: str | int, width: int) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes, "gru",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [EVENTS, batch, FIELDS * EMBEDDING])],
        [helper.make_tensor_value_info("state", TensorProto.FLOAT, [1, batch, width])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)])
    made.ir_version = 8  # What the runtime of the training environment reads.
    onnx.checker.check_model(made)
    return made


def gru_operator(trained: network.Network) -> onnx.ModelProto:
    width = trained.sequence.width
    node = helper.make_node("GRU", ["x", "W", "R", "B"], ["", "state"], hidden_size=width, linear_before_reset=1)
    return onnx_model([node], gru_weights(trained), "batch", width)


def gru_int8(trained: network.Network) -> onnx.ModelProto:
    """The unit in int8 as ONNX has it: there is no such operator, so step by step, with MatMulInteger."""
    width, inputs = trained.sequence.width, FIELDS * EMBEDDING
    weights = {name: array[0] for name, array in gru_weights(trained).items()}
    constants: dict[str, np.ndarray] = {
        "flat": np.array([EVENTS, inputs], np.int64), "row": np.array([1, 1, width], np.int64),
        "gates": np.array([2 * width, width], np.int64), "unit": np.array(1 / 127, np.float32),
        "middle": np.array(128, np.uint8), "h": np.zeros((1, width), np.float32),
        "bias": weights["B"][:3 * width], "inside": weights["B"][5 * width:]}
    for name in "WR":
        scales = np.abs(weights[name]).max(axis=1) / 127
        constants[name + "8"] = np.ascontiguousarray(np.rint(weights[name] / scales[:, None]).astype(np.int8).T)
        constants[name + "scale"] = scales / (127 if name == "R" else 1)
    nodes = []

    def add(operator: str, inputs: list[str], *outputs: str, **attributes) -> str:
        nodes.append(helper.make_node(operator, inputs, list(outputs), **attributes))
        return outputs[0]

    add("Reshape", ["x", "flat"], "x2")
    add("DynamicQuantizeLinear", ["x2"], "x8", "xunit", "xmiddle")
    add("MatMulInteger", ["x8", "W8", "xmiddle"], "xsum")
    add("Mul", [add("Cast", ["xsum"], "xfloat", to=TensorProto.FLOAT), add("Mul", ["xunit", "Wscale"], "xs")], "xw")
    add("Split", [add("Add", ["xw", "bias"], "xb")], *[f"x.{step}" for step in range(EVENTS)], axis=0)
    state = "h"
    for step in range(EVENTS):
        at = lambda name: f"{name}.{step}"  # noqa: B023, E731
        add("QuantizeLinear", [state, "unit", "middle"], at("h8"))
        add("MatMulInteger", [at("h8"), "R8", "middle"], at("sum"))
        add("Mul", [add("Cast", [at("sum")], at("float"), to=TensorProto.FLOAT), "Rscale"], at("u"))
        add("Split", [at("x"), "gates"], at("xzr"), at("xn"), axis=1)
        add("Split", [at("u"), "gates"], at("uzr"), at("un"), axis=1)
        add("Sigmoid", [add("Add", [at("xzr"), at("uzr")], at("zr_in"))], at("zr"))
        add("Split", [at("zr")], at("z"), at("r"), axis=1)
        add("Mul", [at("r"), add("Add", [at("un"), "inside"], at("un_in"))], at("ru"))
        add("Tanh", [add("Add", [at("xn"), at("ru")], at("n_in"))], at("n"))
        add("Mul", [at("z"), add("Sub", [state, at("n")], at("less"))], at("kept"))
        state = add("Add", [at("n"), at("kept")], at("state"))
    add("Reshape", [state, "row"], "state")
    return onnx_model(nodes, constants, 1, width)


def make(home: pathlib.Path, size: Size) -> None:
    booster = train_trees(size)
    values, _ = draw_features(size.rows, 18)
    events, _ = draw_events(size.rows, 19)
    texts = "".join(text + "\n" for text in draw_texts(size.rows, 20))
    write_model(home / "trees/model", trees_model(booster))
    values.tofile(home / "trees/features.f32")
    booster.save_model(home / "trees/xgboost.json")
    for width in WIDTHS:
        trained = train_sequence(size, width)
        folder = home / f"sequence-{width}"
        write_model(folder / "model", sequence_model(trained))
        torch.save(trained, folder / "trained")
        events.tofile(folder / "events.u16")
        tables = [table.detach().numpy() for table in trained.sequence.embeddings]
        embedded = [table[events[:, :, field]] for field, table in enumerate(tables)]
        np.concatenate(embedded, axis=2).astype(np.float32).tofile(folder / "inputs.f32")
        onnx.save(gru_operator(trained), folder / "gru.onnx")
        onnx.save(gru_int8(trained), folder / "gru-int8.onnx")
        folder = home / f"whole-{width}"
        write_model(folder / "model", whole_model(booster, trained))
        values.tofile(folder / "features.f32")
        events.tofile(folder / "events.u16")
        (folder / "texts.txt").write_text(texts)


def compare_trees(folder: pathlib.Path) -> bool:
    told = trees.read_xgboost(folder / "xgboost.json").trees
    values = np.fromfile(folder / "features.f32", np.float32).reshape(-1, FEATURES)
    exact = trees.predict(told, values)
    ours = np.abs(logits(folder) - exact).max()
    theirs = np.abs(np.fromfile(folder / "xgboost.f32", np.float32) - exact).max()
    # Each of the sums of float32 is off by half a unit of its last place at most.
    largest = sum(np.abs(told.leaf[begin:end]).max()
                  for begin, end in zip(told.roots, [*told.roots[1:], len(told.leaf)])) + abs(told.base)
    bounds = told.rounding(), (told.trees + 1) * largest * 2.0 ** -24
    print(f"trees: {told.trees} trees of depth up to 6, {len(told.feature)} nodes, {FEATURES} features with "
          f"{sum(len(one) for one in told.thresholds(FEATURES))} thresholds; {len(values)} rows. Largest difference of "
          f"a logit to the sum of the leaves in doubles: Weir {ours:.2e} (rounding allows {bounds[0]:.2e}), XGBoost "
          f"{theirs:.2e} (float32 allows {bounds[1]:.2e})")
    return ours <= bounds[0] and theirs <= bounds[1]


def compare_sequence(folder: pathlib.Path, width: int) -> bool:
    model, _ = bundle.read(folder / "model")
    trained = torch.load(folder / "trained")
    events = np.fromfile(folder / "events.u16", np.uint16).reshape(-1, EVENTS, FIELDS)
    inputs = events_alone(events)
    if not np.array_equal(reference.score(model, inputs)[0][:, 0], raw_logits(folder)):
        print(f"sequence-{width}: Weir's logits are not those of weir_train.reference")
        return False
    states = reference.recurrent_states(model.sequence, inputs) / layers.VECTOR
    good = True
    for name in ("gru", "gru-int8"):
        theirs = np.fromfile(folder / f"{name}.f32", np.float32).reshape(-1, width)
        with torch.no_grad():
            logit = trained.head(torch.from_numpy(theirs * layers.VECTOR), None)[:, 0].numpy()
        off = np.abs(states - theirs)
        rank = scipy.stats.spearmanr(logit, logits(folder)).statistic
        print(f"sequence-{width}: Weir beside {name}.onnx, {len(events)} sequences: the last state differs by "
              f"{off.mean():.4f} on average, {off.max():.4f} at most, the logit by "
              f"{np.abs(logit - logits(folder)).mean():.4f} and {np.abs(logit - logits(folder)).max():.4f} (its "
              f"standard deviation is {logit.std():.2f}); rank correlation of the logits {rank:.5f}")
        good = good and off.mean() <= MAX_STATE_MEAN and rank >= MIN_RANK_CORRELATION
    return good


def raw_logits(folder: pathlib.Path) -> np.ndarray:
    return np.fromfile(folder / "logits.i64", np.int64)


def logits(folder: pathlib.Path) -> np.ndarray:
    return raw_logits(folder) / (1 << parts.LOGIT_BITS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("make", "compare"))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.what == "make":
        make(options.folder, TINY if options.tiny else FULL)
        return 0
    good = compare_trees(options.folder / "trees")
    for width in WIDTHS:
        good = compare_sequence(options.folder / f"sequence-{width}", width) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
