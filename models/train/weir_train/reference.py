"""The runtime in numpy, exact to the bit: what models/*/*.cc compute, written a second time and apart from them.

Every model file holds examples of what this module gives; the engine refuses the file if its kernels give another bit.
Everything is int64 here; that nothing overflows int32 there is what the engine checks when it loads a file. Many rows
are scored at once, in blocks.
"""

import numpy as np

from weir_train import parts

BLOCK_ROWS = 2048
MAX_RECURRENT_SUM = 1 << 15  # U_n h + b_n is cut there, in 2^-10.


def score(model: parts.Model, inputs: parts.Inputs) -> tuple[np.ndarray, np.ndarray | None]:
    """Logits, int64 [N, O] in 2^-24, and with one output probabilities, int32 [N] in billionths, else None."""
    logits = np.zeros((inputs.rows, len(model.outputs)), np.int64)
    for begin in range(0, inputs.rows, BLOCK_ROWS):
        rows = slice(begin, min(begin + BLOCK_ROWS, inputs.rows))
        logits[rows] = _logits(model, inputs.take(rows))
    if len(model.outputs) != 1:
        return logits, None
    return logits, probabilities(model.knots, logits[:, 0])


def probabilities(knots: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """Logits [N] in 2^-24 to probabilities, int32 [N] in billionths: straight lines between the knots."""
    step_bits = parts.LOGIT_BITS - 6
    edge = 16 << parts.LOGIT_BITS
    knots = np.asarray(knots, np.int64)
    offset = np.clip(np.asarray(logits, np.int64), -edge, edge) + edge
    knot = np.minimum(offset >> step_bits, parts.KNOTS - 2)
    past = offset - (knot << step_bits)
    rise = knots[knot + 1] - knots[knot]
    return (knots[knot] + ((rise * past + (1 << (step_bits - 1))) >> step_bits)).astype(np.int32)


def _logits(model: parts.Model, inputs: parts.Inputs) -> np.ndarray:
    logits = np.zeros((inputs.rows, len(model.outputs)), np.int64)
    if model.head:
        vectors = [recurrent_states(model.sequence, inputs)] if model.sequence else []
        vectors += [text_vectors(text, grams) for text, grams in zip(model.texts, inputs.texts, strict=True)]
        logits += head_logits(model, np.concatenate(vectors, axis=1) if vectors else None, inputs.features)
    if len(model.outputs) == 1:
        logits[:, 0] += model.base
    if model.trees:
        logits[:, 0] += tree_sums(model.trees, inputs.features)
    return logits


def tree_sums(trees: parts.Trees, codes: np.ndarray) -> np.ndarray:
    """Sum of the leaves that codes, uint16 [N, F], come to: int64 [N] in 2^-24."""
    codes = codes.astype(np.int64)
    leaf = trees.feature == parts.LEAF
    feature = np.where(leaf, 0, trees.feature).astype(np.int64)
    # A code is at or above threshold i of its feature where it is at least i + 2.
    threshold = trees.threshold.astype(np.int64) + 2
    left = trees.left.astype(np.int64)
    rows = np.arange(len(codes))
    total = np.zeros(len(codes), np.int64)
    for root in trees.roots:
        at = np.full(len(codes), root, np.int64)
        moving = rows[~leaf[at]]
        while len(moving):
            node = at[moving]
            code = codes[moving, feature[node]]
            right = np.where(code == 0, trees.missing_left[node] == 0, code >= threshold[node])
            at[moving] = left[node] + right
            moving = moving[~leaf[at[moving]]]
        total += trees.leaf[at]
    return total


def _shifted(value: np.ndarray, shift: int) -> np.ndarray:
    """value / 2^shift, rounded to nearest, halves up."""
    return (value + (1 << (shift - 1))) >> shift


def _product(vectors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """vectors [N, columns] times weights [rows, columns]: [N, rows]. In doubles, which hold every such sum exactly."""
    return (vectors.astype(np.float64) @ weights.astype(np.float64).T).astype(np.int64)


def _nonlinear(entries: np.ndarray, value: np.ndarray) -> np.ndarray:
    edge = 8 << parts.PRE_BITS
    return entries.astype(np.int64)[(np.clip(value, -edge, edge - 1) + edge) >> (parts.PRE_BITS - 7)]


def recurrent_states(part: parts.Recurrent, inputs: parts.Inputs) -> np.ndarray:
    """The state after each row's last event: int64 [N, H], -127 to 127."""
    rows, events = len(inputs.events), inputs.events.shape[1]
    state = np.zeros((rows, part.width), np.int64)
    state8 = np.zeros((rows, part.width), np.int64)
    for event in range(events):
        there = np.flatnonzero(events - event <= np.asarray(inputs.event_counts, np.int64))
        if not len(there):
            continue
        state[there], state8[there] = _step(part, inputs.events[there, event], state[there], state8[there])
    return state8


def _step(part: parts.Recurrent, codes: np.ndarray, state: np.ndarray,
          state8: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    width = part.width
    gates = np.tile(part.bias.astype(np.int64), (len(codes), 1))
    for field, table in enumerate(part.fields):
        gates += table[codes[:, field]]
    recurrent = _shifted(_product(state8, part.weights) * part.multipliers.astype(np.int64), part.shift)
    reset = _nonlinear(part.sigmoid, gates[:, :width] + recurrent[:, :width])
    update = _nonlinear(part.sigmoid, gates[:, width:2 * width] + recurrent[:, width:2 * width])
    inner = np.clip(recurrent[:, 2 * width:] + part.candidate_bias, -MAX_RECURRENT_SUM, MAX_RECURRENT_SUM)
    candidate = _nonlinear(part.tanh, gates[:, 2 * width:] + _shifted(reset * inner, 15))
    # Halved before the product, as where an int32 must hold it.
    state = candidate + _shifted(update * ((state - candidate) >> 1), 14)
    return state, np.clip(_shifted(state, 8), -127, 127)


def text_vectors(part: parts.Text, grams: parts.Ragged) -> np.ndarray:
    """The scaled sum of the n-grams' rows: int64 [N, D], -127 to 127; zeros without n-grams."""
    starts = np.asarray(grams.starts, np.int64)
    lengths = starts[1:] - starts[:-1]
    sums = np.zeros((len(lengths), part.width), np.int64)
    there = np.flatnonzero(lengths)
    if len(there):
        values = part.table[np.asarray(grams.values)[starts[0]:starts[-1]]].astype(np.int64)
        sums[there] = np.add.reduceat(values, starts[:-1][there] - starts[0], axis=0)
        multipliers = part.multipliers.astype(np.int64)[lengths[there] - 1]
        sums[there] = np.clip(_shifted(sums[there] * multipliers[:, None], part.shift), -127, 127)
    return sums


def head_logits(model: parts.Model, vectors: np.ndarray | None, codes: np.ndarray) -> np.ndarray:
    """From the encoders' vectors [N, inputs] (None without encoders) and all features' codes [N, F]: int64 [N, O]."""
    head = model.head
    hidden = np.tile(head.bias.astype(np.int64), (len(codes), 1))
    for number, part in zip(model.head_features, head.features, strict=True):
        hidden += part.table[part.rows[codes[:, number]]]
    if vectors is not None:
        hidden += _shifted(_product(vectors, head.weights) * head.multipliers.astype(np.int64), head.shift)
    steps = np.clip(_shifted(hidden, head.hidden_shift), 0, 127)
    outputs = _product(steps, head.output_weights) * head.output_multipliers.astype(np.int64)
    return head.output_bias.astype(np.int64) + _shifted(outputs, head.output_shift)
