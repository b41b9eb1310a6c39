"""The model of `ops/evaluate order`: trees over window features and a recurrent unit over the card's last payments.

Trees and network learn from the training streams up to VALIDATION of their time and are judged on the rest, which the
search and early stopping look at. The network adds to the logits of trees that have not seen the payment's customer: it
learns what trees can't tell, and not what they remember.
"""

import collections.abc
import dataclasses

import numpy as np
import xgboost

from weir_train import arrays, evaluation, metrics, network, order_streams, parts, trees

VALIDATION = 0.7
FOLDS = 3  # of customers, for the logits that the network adds to
HONEST_SHARE = 0.2  # of honest payments trees learn from; each stands for five
# The network sees an honest payment with so many times its probability by the trees, but with LEAST_CHANCE at least.
CHANCE = 10
LEAST_CHANCE = 0.03

# What trees and network are chosen from (ops/evaluate order --search): by average precision on the validation of the
# training streams.
TREE_GRID = [{"max_depth": depth, "eta": eta, "min_child_weight": weight, "rounds": rounds}
             for depth, eta, weight, rounds in ((4, 0.1, 5, 200), (6, 0.1, 5, 150), (6, 0.1, 20, 150),
                                                (6, 0.05, 5, 300), (8, 0.1, 5, 100), (8, 0.05, 20, 200))]
NETWORK_GRID = [{"width": width, "hidden": 32, "batch": batch, "rate": rate}
                for width, batch, rate in ((32, 256, 3e-3), (48, 256, 3e-3), (64, 256, 3e-3), (64, 512, 3e-3),
                                           (64, 512, 6e-3), (64, 512, 1.5e-3))]
PACK_TREES = TREE_GRID[1]
ALL_TREES = TREE_GRID[1]
NETWORK = NETWORK_GRID[3]
EPOCHS, STUDENT_EPOCHS = 8, 3
# The parent alone teaches the student. With labels as well it drifts from the parent as soon as habits shift: on a
# stream with gaps x 2.5 and amounts x 0.6 it lost .004 of AP, so taught .0001; on one like the training's .0006 and
# .0000.
TAUGHT = 1.0

GROUPS = {
    "amount": ["amount", "to_mean_30d"],
    "time of day and week": ["hour", "weekday"],
    "online or abroad": ["online", "abroad"],
    "what the card is used for": ["card_count_30d", "card_spent_30d"],
    "spent within a day": ["card_spent_24h", "card_spent_24h_to_30d"],
    "small payments online": ["card_probes_12h"],
    "dear purchases": ["card_dear_online_60d", "card_dear_72h", "card_dear_before"],
    "payments at night": ["card_night_6h", "card_night_spent_6h"],
    "declined payments": ["card_declined_24h"],
    "fraud with the card": ["card_fraud_14d"],
    "cards tried at the merchant": ["merchant_probe_cards_24h", "merchant_probe_cards_before"],
    "fraud at the merchant": ["merchant_fraud_cards_10d", "merchant_fraud_share_10d"],
    "people with the device": ["device_customers_7d", "device_payers_7d"],
    "fraud with the device": ["device_fraud_30d"],
    "device new to the customer": ["device_known_hours", "devices_enrolled_24h"],
    "how long the customer is known": ["customer_age"],
    "changed contact or limit": ["contact_changes_24h", "limit_raised_7d"],
}
SEQUENCE_GROUP = "the card's last payments, in their order"


@dataclasses.dataclass
class Sample:
    """Of all training streams together: what trees look at. `take` finds the rest."""

    streams: list[order_streams.Payments]
    values: np.ndarray  # float32 [N, features]
    labels: np.ndarray
    training: np.ndarray  # bool [N]; the others are for validation
    folds: np.ndarray  # [N], by customer
    starts: np.ndarray  # where each stream begins, and the end

    def inputs(self, rows: np.ndarray) -> parts.Inputs:
        """Sequences of some rows, in rising order."""
        events, counts = [], []
        for stream, begin, end in zip(self.streams, self.starts, self.starts[1:], strict=False):
            own = rows[(rows >= begin) & (rows < end)] - begin
            events.append(np.asarray(stream.source.event_codes[own]))
            counts.append(np.asarray(stream.source.event_counts)[own].astype(np.int64))
        return parts.Inputs(np.zeros((len(rows), 0), np.uint16), np.concatenate(events), np.concatenate(counts), [])


def sample(streams: list[order_streams.Payments]) -> Sample:
    sizes = [len(one.labels) for one in streams]
    # Multiplied by an odd number: folds don't follow what the generator deals out by number.
    folds = np.concatenate([one.customers * 2654435761 % (1 << 32) % FOLDS for one in streams])
    return Sample(streams, np.concatenate([np.asarray(one.source.feature_values) for one in streams]),
                  np.concatenate([one.labels for one in streams]),
                  np.concatenate([one.fraction() < VALIDATION for one in streams]), folds,
                  np.concatenate([[0], np.cumsum(sizes)]))


def boost(data: Sample, rows: np.ndarray, columns: int, settings: dict, seed: int) -> xgboost.Booster:
    """Trees from these rows, without most of the honest ones, over the first `columns` features."""
    dice = np.random.default_rng(seed)
    rows = rows[(data.labels[rows] == 1) | (dice.random(len(rows)) < HONEST_SHARE)]
    weights = np.where(data.labels[rows] == 1, 1, 1 / HONEST_SHARE)
    parameters = {"objective": "binary:logistic", "tree_method": "hist", "subsample": 0.8, "colsample_bytree": 0.6,
                  "base_score": 0.01, "nthread": 1, "seed": seed,
                  **{name: value for name, value in settings.items() if name != "rounds"}}
    matrix = xgboost.DMatrix(data.values[rows, :columns], data.labels[rows], weight=weights, nthread=1)
    return xgboost.train(parameters, matrix, settings["rounds"])


def margins(booster: xgboost.Booster, data: Sample, columns: int, seed: int, settings: dict) -> np.ndarray:
    """Logits of trees that have not seen the row's customer, or its time: float64 [N]."""
    told = np.zeros(len(data.labels))
    later = np.flatnonzero(~data.training)
    told[later] = evaluation.logits_of(booster, data.values[later, :columns])
    for fold in range(FOLDS):
        others = boost(data, np.flatnonzero(data.training & (data.folds != fold)), columns, settings, seed)
        own = np.flatnonzero(data.training & (data.folds == fold))
        told[own] = evaluation.logits_of(others, data.values[own, :columns])
    return told


def rows_of(data: Sample, logits: np.ndarray, wanted: np.ndarray, seed: int) -> network.Rows:
    """What the network sees of the rows for which `wanted` is true."""
    chance = np.clip(CHANCE / (1 + np.exp(-logits)), LEAST_CHANCE, 1)
    chance[data.labels == 1] = 1
    rows = np.flatnonzero(wanted & (np.random.default_rng(seed).random(len(chance)) < chance))
    return network.Rows(data.inputs(rows), data.labels[rows].astype(np.int64), logits[rows], 1 / chance[rows])


@dataclasses.dataclass
class Trained:
    pack: xgboost.Booster  # over the pack's features: the model's own
    all: xgboost.Booster  # over all features
    parent: network.Network
    student: network.Network
    model: parts.Model  # not calibrated yet
    trees: parts.Model  # its trees alone


def train(data: Sample, columns: int, seed: int, epochs: int | None, tell: collections.abc.Callable) -> Trained:
    """`columns`: so many features, the first ones, are the pack's. `epochs`: fewer than is good, for tests."""
    training = np.flatnonzero(data.training)
    tell("trees over the pack's features")
    pack = boost(data, training, columns, PACK_TREES, seed)
    tell("trees over all features")
    every = boost(data, training, data.values.shape[1], ALL_TREES, seed)
    tell("trees without some customers, for the network to add to")
    logits = margins(pack, data, columns, seed, PACK_TREES)
    seen, judged = (rows_of(data, logits, wanted, seed) for wanted in (data.training, ~data.training))
    tell(f"the network: {len(seen):,} payments, {int(seen.labels.sum()):,} frauds")
    settings = network.Settings(**NETWORK, epochs=epochs or EPOCHS, student_epochs=epochs or STUDENT_EPOCHS,
                                taught=TAUGHT, seed=seed)
    fields = data.streams[0].source.event_fields
    parent = network.fit(network.Shape(1, [field.codes for field in fields], [], []), settings, seen, judged, tell=tell)
    tell("the student, in integers")
    student = network.student(parent, settings, seen, judged, tell=tell)
    model = integer_model(pack, student, data, columns)
    alone = dataclasses.replace(model, sequence=None, head=None, event_fields=[], events=0,
                                reasons=parts.Reasons(model.reasons.groups[:-1], model.reasons.neutral))
    return Trained(pack, every, parent, student, model, alone)


def integer_model(booster: xgboost.Booster, student: network.Network, data: Sample, columns: int) -> parts.Model:
    source = data.streams[0].source
    told = trees.from_booster(booster).trees
    thresholds = parts.Thresholds.of(told.thresholds(columns))
    integer, base = trees.integer_trees(told, thresholds)
    names = [one.name for one in source.features[:columns]]
    groups = [parts.ReasonGroup(name, [names.index(one) for one in members]) for name, members in GROUPS.items()]
    model = parts.Model(
        name="retail-bank", outputs=["fraud"], demonstration=True, thresholds=thresholds, trees=integer, base=base,
        features=[parts.NamedInput(one.name, one.version) for one in source.features[:columns]], events=source.events,
        event_fields=[parts.NamedInput(one.name, one.version) for one in source.event_fields])
    student.fill(model)
    # Neutral is what most honest payments are like, feature by feature and field by field.
    honest = np.flatnonzero(data.training & (data.labels == 0))[::100]
    last = data.inputs(honest).events[:, -1]
    model.reasons = parts.Reasons(
        [*groups, parts.ReasonGroup(SEQUENCE_GROUP, events=True)],
        np.median(thresholds.codes(data.values[honest, :columns]), axis=0).astype(np.uint16),
        np.array([np.bincount(last[:, field]).argmax() for field in range(last.shape[1])], np.uint16))
    return model


def float_logits(trained: Trained, source: arrays.Arrays, columns: int) -> np.ndarray:
    """What the model was quantized from says of all rows: float64 [N]."""
    inputs = parts.Inputs(np.zeros((source.rows, 0), np.uint16), source.event_codes,
                          np.asarray(source.event_counts).astype(np.int64), [])
    return network.logits(trained.parent, inputs)[:, 0] + \
        evaluation.logits_of(trained.pack, np.asarray(source.feature_values[:, :columns]))


def search(data: Sample, columns: int, seed: int, epochs: int | None, tell: collections.abc.Callable) -> None:
    """Every point of both grids, by average precision on the validation."""
    training, later = np.flatnonzero(data.training), np.flatnonzero(~data.training)
    for name, width in (("pack", columns), ("all", data.values.shape[1])):
        for settings in TREE_GRID:
            told = evaluation.logits_of(boost(data, training, width, settings, seed), data.values[later, :width])
            tell(f"trees, {name} features, {settings}: {metrics.average_precision(data.labels[later], told):.4f}")
    logits = margins(boost(data, training, columns, PACK_TREES, seed), data, columns, seed, PACK_TREES)
    seen, judged = (rows_of(data, logits, wanted, seed) for wanted in (data.training, ~data.training))
    shape = network.Shape(1, [field.codes for field in data.streams[0].source.event_fields], [], [])
    for settings in NETWORK_GRID:
        made = network.fit(shape, network.Settings(**settings, epochs=epochs or EPOCHS, seed=seed), seen, judged,
                           tell=lambda text: None)
        told = judged.margins + network.logits(made, judged.inputs)[:, 0]
        tell(f"network, {settings}: {metrics.average_precision(judged.labels, told, judged.weights):.4f}")
