"""A model in memory, part by part, as its file holds it; and what it looks at, quantized.

Letters in shapes: N rows, F features, E fields of an event, K events, H the width of the recurrent unit, M that of the
head's hidden layer, O outputs, D the width of a text, T trees, n nodes of all trees.
"""

import collections.abc
import dataclasses

import numpy as np

LOGIT_BITS = 24  # A logit counts in 2^-24.
PRE_BITS = 10  # What goes into a nonlinearity counts in 2^-10.
CERTAIN = 1_000_000_000  # Probabilities count in billionths.
KNOTS = 2049  # At the logits -16, -16 + 1/64, ..., 16.
LEAF = 0xFFFFFFFF  # The feature of a leaf.
NONLINEARITY_ENTRIES = 2048  # Over [-8, 8), in 2^-15.

MAX_THRESHOLDS = 65533  # Of one feature.
MAX_FEATURES = 4096
MAX_TREES = 10_000
MAX_NODES = 4_000_000
MAX_DEPTH = 64
MAX_BASE = 1 << 40  # In 2^-24.


@dataclasses.dataclass(frozen=True)
class NamedInput:
    """An input by name, and by the digest of what defines it."""

    name: str
    version: str


@dataclasses.dataclass
class Thresholds:
    """The values at which each feature's codes are cut."""

    starts: np.ndarray  # uint32 [F + 1]: feature f has values[starts[f]:starts[f + 1]]
    values: np.ndarray  # float32, rising within a feature

    @staticmethod
    def of(lists: collections.abc.Sequence[np.ndarray]) -> "Thresholds":
        """From one list of float32 values a feature, in any order and with repetitions."""
        unique = [np.unique(np.asarray(values, np.float32)) for values in lists]
        starts = np.concatenate([[0], np.cumsum([len(values) for values in unique])])
        values = np.concatenate(unique) if unique else np.zeros(0, np.float32)
        made = Thresholds(starts.astype(np.uint32), values.astype(np.float32))
        for feature in range(made.features):
            if made.count(feature) > MAX_THRESHOLDS:
                raise ValueError(f"feature {feature} has {made.count(feature)} thresholds; up to {MAX_THRESHOLDS} are "
                                 "possible")
            if not np.isfinite(made.feature(feature)).all():
                raise ValueError(f"a threshold of feature {feature} is not finite")
        return made

    @property
    def features(self) -> int:
        return len(self.starts) - 1

    def feature(self, feature: int) -> np.ndarray:
        """The thresholds of one feature, float32."""
        return self.values[self.starts[feature]:self.starts[feature + 1]]

    def count(self, feature: int) -> int:
        return int(self.starts[feature + 1]) - int(self.starts[feature])

    def codes(self, values: np.ndarray) -> np.ndarray:
        """Values [N, F], rounded to float32, to codes: uint16 [N, F].

        0 where there is no value (NaN, infinite, beyond float32), else 1 + how many thresholds are at or below it."""
        with np.errstate(over="ignore"):
            values = np.asarray(values).astype(np.float32, copy=False)
        codes = np.zeros(values.shape, np.uint16)
        for feature in range(self.features):
            column = values[:, feature]
            present = np.isfinite(column)
            below = np.searchsorted(self.feature(feature), column[present], side="right")
            codes[present, feature] = below + 1
        return codes


@dataclasses.dataclass
class Trees:
    """Boosted trees over codes, all nodes one behind the other, parents before children."""

    roots: np.ndarray  # uint32 [T]: where each tree begins
    feature: np.ndarray  # uint32 [n], LEAF for a leaf
    threshold: np.ndarray  # uint16 [n]: number among the feature's thresholds
    missing_left: np.ndarray  # uint8 [n]: 1 where an absent value goes left
    left: np.ndarray  # uint32 [n]: taken where the value is below the threshold; the right child stands behind it
    leaf: np.ndarray  # int32 [n], in 2^-24 logits
    cover: np.ndarray  # float32 [n]: weight of the training rows that came by, above 0


@dataclasses.dataclass
class Recurrent:
    """The gated recurrent unit over an entity's last events; gates in the order reset, update, candidate."""

    fields: list[np.ndarray]  # one a field: int16 [codes, 3H], in 2^-10
    weights: np.ndarray  # int8 [3H, H], -127 to 127
    multipliers: np.ndarray  # int32 [3H]: from a sum to 2^-10, times 2^shift
    shift: int
    bias: np.ndarray  # int32 [3H], in 2^-10
    candidate_bias: np.ndarray  # int32 [H], in 2^-10
    sigmoid: np.ndarray  # int16 [2048]
    tanh: np.ndarray  # int16 [2048]

    @property
    def width(self) -> int:
        return len(self.candidate_bias)


@dataclasses.dataclass
class Text:
    """A text as the mean of its n-grams' rows."""

    table: np.ndarray  # int8 [buckets, D], -127 to 127; a power of two of buckets
    multipliers: np.ndarray  # int32 [most n-grams]: for 1, 2, ... n-grams, from a sum to 1/127, times 2^shift
    shift: int

    @property
    def width(self) -> int:
        return self.table.shape[1]


@dataclasses.dataclass
class HeadFeature:
    """What the codes of one feature add to the hidden layer."""

    rows: np.ndarray  # uint16 [codes]: the row of each code
    table: np.ndarray  # int16 [rows, M], in 2^-10


@dataclasses.dataclass
class Head:
    """One hidden layer over the encoders' vectors and some features' codes, and the outputs."""

    weights: np.ndarray  # int8 [M, inputs]; inputs: H and every text's D, in this order; may be 0
    multipliers: np.ndarray  # int32 [M], none if there are no inputs
    shift: int
    bias: np.ndarray  # int32 [M], in 2^-10
    features: list[HeadFeature]  # one for each of the model's head_features
    hidden_shift: int  # from 2^-10 to a step of the hidden layer, which is 0 to 127
    output_weights: np.ndarray  # int8 [O, M]
    output_multipliers: np.ndarray  # int32 [O]: from a sum to 2^-24, times 2^output_shift
    output_shift: int
    output_bias: np.ndarray  # int64 [O], in 2^-24


@dataclasses.dataclass
class ReasonGroup:
    """What a person understands as one thing: features and texts by number, and whether the sequence belongs to it."""

    name: str
    features: list[int] = dataclasses.field(default_factory=list)
    events: bool = False
    texts: list[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Reasons:
    """Groups that cover every input once, and the neutral payment that contributions are measured against."""

    groups: list[ReasonGroup]
    neutral: np.ndarray  # uint16 [F]: a code for each feature, 0 for absent
    neutral_event: np.ndarray | None = None  # uint16 [E]: the one event of a neutral sequence


@dataclasses.dataclass
class Model:
    """All of a model but its card and its examples. Parts that it does not need are None or empty."""

    name: str
    outputs: list[str]  # ["fraud"], or the classes of a text
    demonstration: bool  # trained on generated data: not validated
    features: list[NamedInput] = dataclasses.field(default_factory=list)
    event_fields: list[NamedInput] = dataclasses.field(default_factory=list)
    events: int = 0  # K with the event at hand; 0 without a sequence
    text_inputs: list[NamedInput] = dataclasses.field(default_factory=list)
    head_features: list[int] = dataclasses.field(default_factory=list)  # which features the head looks at
    thresholds: Thresholds | None = None  # with features only
    trees: Trees | None = None
    sequence: Recurrent | None = None
    texts: list[Text] = dataclasses.field(default_factory=list)
    head: Head | None = None
    base: int = 0  # with one output: the logit before any part adds to it, in 2^-24
    knots: np.ndarray | None = None  # with one output: int32 [2049], billionths, never falling
    reasons: Reasons | None = None  # with one output


@dataclasses.dataclass
class Ragged:
    """Lists of different lengths, one behind the other."""

    starts: np.ndarray  # [N + 1]
    values: np.ndarray

    def row(self, row: int) -> np.ndarray:
        return self.values[int(self.starts[row]):int(self.starts[row + 1])]

    def take(self, rows: np.ndarray) -> "Ragged":
        starts = np.asarray(self.starts, np.int64)
        lengths = (starts[1:] - starts[:-1])[rows]
        new_starts = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(new_starts[-1]) + np.repeat(starts[:-1][rows] - new_starts[:-1], lengths)
        return Ragged(new_starts, np.asarray(self.values)[places])


@dataclasses.dataclass
class Inputs:
    """What a model looks at, quantized, of N payments."""

    features: np.ndarray  # uint16 [N, F]
    events: np.ndarray  # uint16 [N, K, E], oldest first, the event at hand last
    event_counts: np.ndarray  # [N]: how many of the K, counted from the end, are there
    texts: list[Ragged]  # one a text: buckets of its n-grams, uint32

    @property
    def rows(self) -> int:
        return len(self.features)

    def take(self, rows: np.ndarray) -> "Inputs":
        """The inputs of these rows alone, by number or by a slice."""
        rows = np.arange(self.rows)[rows]
        return Inputs(self.features[rows], self.events[rows], np.asarray(self.event_counts)[rows],
                      [text.take(rows) for text in self.texts])


def sigmoid_entries() -> np.ndarray:
    """The table of the sigmoid, int16 [2048]: entry i is the value in the middle of the 1/128 that it stands for."""
    middle = (np.arange(NONLINEARITY_ENTRIES) + 0.5) / 128 - 8
    return np.clip(np.rint(32768 / (1 + np.exp(-middle))), 0, 32767).astype(np.int16)


def tanh_entries() -> np.ndarray:
    """As sigmoid_entries, of the hyperbolic tangent."""
    middle = (np.arange(NONLINEARITY_ENTRIES) + 0.5) / 128 - 8
    return np.clip(np.rint(32768 * np.tanh(middle)), -32767, 32767).astype(np.int16)


def random_inputs(model: Model, rows: int, seed: int) -> Inputs:
    """Codes drawn evenly from all that the model knows: golden examples where there is no data."""
    dice = np.random.default_rng(seed)
    features = np.stack([dice.integers(0, model.thresholds.count(f) + 2, rows) for f in range(len(model.features))],
                        axis=1) if model.features else np.zeros((rows, 0))
    fields = model.sequence.fields if model.sequence else []
    events = np.stack([dice.integers(0, len(field), (rows, model.events)) for field in fields],
                      axis=2) if fields else np.zeros((rows, 0, 0))
    texts = []
    for text in model.texts:
        lengths = dice.integers(0, len(text.multipliers) + 1, rows)
        texts.append(Ragged(np.concatenate([[0], np.cumsum(lengths)]),
                            dice.integers(0, len(text.table), int(lengths.sum())).astype(np.uint32)))
    counts = dice.integers(1, model.events + 1, rows) if fields else np.zeros(rows, np.int64)
    return Inputs(features.astype(np.uint16), events.astype(np.uint16), counts, texts)
