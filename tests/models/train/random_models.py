"""Models of all parts with weights drawn from a seed, as wild as the engine takes them, and arrays to score."""

import numpy as np

from weir_train import arrays, bundle, parts

EVENTS = 6  # K of the model; the arrays hold more.
ARRAY_EVENTS = 9
HEAD_FEATURES = [3, 0]
MOST_GRAMS = 7


def named(prefix, count):
    return [parts.NamedInput(f"{prefix}{number}", f"{number:x}" * 16) for number in range(count)]


def multipliers(dice, count, columns, shift):
    """As large as a product of int8 over so many columns allows."""
    most = (2**31 - 1 - (1 << (shift - 1))) // (127 * 127 * columns)
    return dice.integers(0, most + 1, count).astype(np.int32)


def int8(dice, *shape):
    return dice.integers(-127, 128, shape).astype(np.int8)


def thresholds(dice, features):
    """Of each feature up to 40, denormal and huge ones and both zeros among them."""
    special = np.array([0.0, -0.0, 1e-45, -1e-45, 1.1754944e-38, 3.4e38, -3.4e38, 1.0, 16777216.0], np.float32)
    lists = []
    for feature in range(features):
        own = dice.normal(0, 10.0**dice.integers(-3, 6), dice.integers(0, 30)).astype(np.float32)
        # The first feature has thresholds whatever is drawn: some tree needs one.
        lists.append(np.concatenate([own, dice.choice(special, 5 if feature == 0 else dice.integers(0, 9))]))
    return parts.Thresholds.of(lists)


def trees(dice, cuts, count, depth):
    roots, nodes = [], []
    used = [feature for feature in range(cuts.features) if cuts.count(feature)]

    def grow(begin):
        level = [begin]
        nodes.append(None)
        for at in range(depth + 1):
            below = []
            for node in level:
                cover = np.float32(dice.integers(1, 1000))
                if at == depth or (at > 0 and dice.integers(0, 4) == 0):
                    nodes[node] = (parts.LEAF, 0, 0, 0, dice.integers(-2**31, 2**31), cover)
                    continue
                feature = dice.choice(used)
                cut = dice.integers(0, cuts.count(feature))
                nodes[node] = (feature, cut, dice.integers(0, 2), len(nodes), 0, cover)
                below += [len(nodes), len(nodes) + 1]
                nodes.extend([None, None])
            level = below

    for _ in range(count):
        roots.append(len(nodes))
        grow(len(nodes))
    columns = [np.array(column) for column in zip(*nodes, strict=True)]
    return parts.Trees(np.array(roots, np.uint32), columns[0].astype(np.uint32), columns[1].astype(np.uint16),
                       columns[2].astype(np.uint8), columns[3].astype(np.uint32), columns[4].astype(np.int32),
                       columns[5].astype(np.float32))


def scale(dice):
    """A shift: mostly such that sums matter, now and then one of the ends."""
    return int(dice.choice([1, *[*range(11, 18)] * 3, 30]))


def recurrent(dice, width, codes):
    shift = scale(dice)
    return parts.Recurrent(
        fields=[dice.integers(-2**15, 2**15, (count, 3 * width)).astype(np.int16) >> dice.integers(0, 8)
                for count in codes],
        weights=int8(dice, 3 * width, width), multipliers=multipliers(dice, 3 * width, width, shift), shift=shift,
        bias=dice.integers(-2**24, 2**24 + 1, 3 * width).astype(np.int32) >> dice.integers(0, 16),
        candidate_bias=dice.integers(-2**24, 2**24 + 1, width).astype(np.int32) >> dice.integers(0, 16),
        sigmoid=parts.sigmoid_entries(), tanh=parts.tanh_entries())


def text(dice, width, buckets, grams):
    shift = int(dice.integers(8, 25))
    most = np.array([(2**31 - 1 - (1 << (shift - 1))) // (127 * count) for count in range(1, grams + 1)])
    scale = np.minimum(most, (1 << shift) * 2 // np.arange(1, grams + 1))
    return parts.Text(int8(dice, buckets, width), dice.integers(0, scale + 1).astype(np.int32), shift)


def head(dice, inputs, hidden, outputs, codes):
    shift = scale(dice)
    features = []
    for count in codes:
        rows = int(dice.integers(1, 25))
        features.append(parts.HeadFeature(dice.integers(0, rows, count).astype(np.uint16),
                                          dice.integers(-2**15, 2**15, (rows, hidden)).astype(np.int16)))
    return parts.Head(
        weights=int8(dice, hidden, inputs),
        multipliers=multipliers(dice, hidden if inputs else 0, max(inputs, 1), shift),
        shift=shift, bias=dice.integers(-2**24, 2**24 + 1, hidden).astype(np.int32) >> dice.integers(8, 16),
        features=features, hidden_shift=int(dice.integers(6, 11)), output_weights=int8(dice, outputs, hidden),
        output_multipliers=dice.integers(2**20, 2**30 + 1, outputs).astype(np.int32),
        output_shift=int(dice.choice([1, 10, 20, 25, 40])), output_bias=dice.integers(-2**40, 2**40 + 1, outputs))


def knots(dice):
    return np.sort(dice.integers(0, parts.CERTAIN + 1, parts.KNOTS)).astype(np.int32)


def make(seed, with_trees=True, with_sequence=True, texts=2, with_head=True, outputs=1, features=5):
    """A model of these parts; without a head only of trees."""
    dice = np.random.default_rng(seed)
    model = parts.Model(name=f"random {seed}", demonstration=True,
                        outputs=["fraud"] if outputs == 1 else [f'class "{number}", ü' for number in range(outputs)])
    if features:
        model.features = named("feature", features)
        model.thresholds = thresholds(dice, features)
    if with_trees:
        model.trees = trees(dice, model.thresholds, count=37, depth=5)
    if with_head:
        width = 0
        if with_sequence:
            model.event_fields, model.events = named("field", 3), EVENTS
            model.sequence = recurrent(dice, 32, [11, 300, 2])
            width += 32
        model.text_inputs = named("text", texts)
        model.texts = [text(dice, 16 * (number + 1), 64 << number, MOST_GRAMS - number) for number in range(texts)]
        width += sum(part.width for part in model.texts)
        model.head_features = HEAD_FEATURES if features else []
        model.head = head(dice, width, 48, outputs, [model.thresholds.count(one) + 2 for one in model.head_features])
    if outputs == 1:
        model.base, model.knots = int(dice.integers(-2**28, 2**28)), knots(dice)
        model.reasons = reasons(dice, model)
    return model


def reasons(dice, model):
    """A group for each input but the last feature, which goes with the sequence or the first feature."""
    groups = [parts.ReasonGroup(one.name, [place]) for place, one in enumerate(model.features)]
    groups += [parts.ReasonGroup(one.name, texts=[place]) for place, one in enumerate(model.text_inputs)]
    if model.sequence:
        groups.append(parts.ReasonGroup("the past", events=True))
    if model.features:
        last = groups.pop(len(model.features) - 1)
        groups[-1].features += last.features
    return parts.Reasons(groups, np.array([dice.integers(0, model.thresholds.count(place) + 2)
                                           for place in range(len(model.features))], np.uint16),
                         np.array([dice.integers(0, len(table)) for table in model.sequence.fields], np.uint16)
                         if model.sequence else None)


def values(dice, model, rows):
    """Feature values at the model's thresholds, just beside them, and far away; and none."""
    columns = []
    for feature in range(len(model.features)):
        own = model.thresholds.feature(feature)
        edges = [own, np.nextafter(own, np.float32(np.inf)), np.nextafter(own, np.float32(-np.inf)),
                 np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, 3.4028235e38, -3.4028235e38], np.float32)]
        columns.append(dice.choice(np.concatenate(edges), rows))
    return np.stack(columns, axis=1).astype(np.float32) if columns else np.zeros((rows, 0), np.float32)


def make_arrays(model, rows, seed):
    """What the model looks at, in another order, with inputs that it does not know and more events than it reads."""
    dice = np.random.default_rng(seed)
    ids = [f'id,{row} "x"' if row % 97 == 0 else f"id{row}" for row in range(rows)]
    feature_order = dice.permutation(len(model.features) + 1)
    features = [*model.features, parts.NamedInput("unknown", "0")]
    all_values = np.concatenate([values(dice, model, rows), dice.normal(size=(rows, 1)).astype(np.float32)], axis=1)
    fields = [arrays.EventField(one.name, one.version, len(table)) for one, table in
              zip(model.event_fields, model.sequence.fields if model.sequence else [], strict=True)]
    fields.append(arrays.EventField("unknown", "0", 5))
    field_order = dice.permutation(len(fields))
    codes = np.stack([dice.integers(0, field.codes, (rows, ARRAY_EVENTS)) for field in fields], axis=2)
    counts = dice.integers(1, ARRAY_EVENTS + 1, rows)
    codes[np.arange(ARRAY_EVENTS) < ARRAY_EVENTS - counts[:, None]] = 0
    texts, grams = [], []
    for one, part in zip(model.text_inputs, model.texts, strict=True):
        most = len(part.multipliers)
        lengths = dice.integers(0, most + 1, rows)
        texts.append(arrays.TextInput(one.name, one.version, len(part.table), most))
        grams.append(parts.Ragged(np.concatenate([[0], np.cumsum(lengths)]),
                                  dice.integers(0, len(part.table), lengths.sum())))
    return arrays.Arrays(
        policy="p", features=[features[place] for place in feature_order], events=ARRAY_EVENTS,
        event_fields=[fields[place] for place in field_order], texts=texts[::-1], ids=ids,
        times=np.arange(rows) * 1000, feature_values=all_values[:, feature_order],
        event_codes=codes[:, :, field_order].astype(np.uint16), event_counts=counts.astype(np.uint16),
        text_grams=grams[::-1])


def write(path, model, seed=1, rows=20):
    return bundle.write(path, model, "# card\n", parts.random_inputs(model, rows, seed))
