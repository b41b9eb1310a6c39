"""The model file of models/README.md: a safetensors file, written and read.

The same model, card and examples give the same bytes. What the engine would refuse for its shape is refused here too,
where it costs little; that the examples come out is for `weir model show` to say.
"""

import hashlib
import json
import pathlib
import struct

import numpy as np

from weir_train import parts, reference

FORMAT = 1
MAX_NAME = 200  # Bytes.
MAX_FILE_BYTES = 256 << 20
TYPES = {"I8": np.int8, "U8": np.uint8, "I16": np.int16, "U16": np.uint16, "I32": np.int32, "U32": np.uint32,
         "I64": np.int64, "F32": np.float32}
TYPE_NAMES = {np.dtype(type_): name for name, type_ in TYPES.items()}


def write(path: pathlib.Path | str, model: parts.Model, card: str, examples: parts.Inputs) -> str:
    """Writes the file and gives its SHA-256, the model's identity. `examples`: at least one row; 100 or so are good."""
    check(model)
    if not card:
        raise ValueError("a model needs a card")
    if examples.rows == 0:
        raise ValueError("a model needs examples")
    tensors = _tensors(model)
    _add_examples(tensors, model, examples)
    metadata = {"card": card, "weir": json.dumps(manifest(model), ensure_ascii=False, separators=(",", ":"))}
    data = safetensors(tensors, metadata)
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(f"the file would have {len(data)} bytes; up to {MAX_FILE_BYTES} are possible")
    pathlib.Path(path).write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def manifest(model: parts.Model) -> dict:
    """The member "weir" of the file's header."""
    def named(inputs: list[parts.NamedInput]) -> list[dict]:
        return [{"name": one.name, "version": one.version} for one in inputs]

    groups = model.reasons.groups if model.reasons else []
    return {"format": FORMAT, "name": model.name, "features": named(model.features),
            "event_fields": named(model.event_fields), "events": model.events, "texts": named(model.text_inputs),
            "outputs": model.outputs, "head_features": model.head_features,
            "reasons": [{"name": group.name, "features": group.features, "events": group.events,
                         "texts": group.texts} for group in groups],
            "demonstration": model.demonstration}


def check(model: parts.Model) -> None:
    """Whether names and parts fit each other; ValueError if not."""
    names = [model.name, *model.outputs]
    for inputs in (model.features, model.event_fields, model.text_inputs):
        own = [one.name for one in inputs]
        if len(set(own)) != len(own):
            raise ValueError(f"an input's name is there twice: {own}")
        names += own + [one.version for one in inputs if one.version]
    for name in names:
        if not 1 <= len(name.encode()) <= MAX_NAME:
            raise ValueError(f"a name of {len(name.encode())} bytes; 1 to {MAX_NAME} are possible: {name[:50]!r}")
    if not model.outputs:
        raise ValueError("a model needs an output")
    if len(model.outputs) == 1:
        knots = model.knots
        if knots is None or len(knots) != parts.KNOTS or (np.diff(knots.astype(np.int64)) < 0).any() or \
                knots[0] < 0 or knots[-1] > parts.CERTAIN:
            raise ValueError(f"a model of one output needs {parts.KNOTS} knots, probabilities that never fall")
        if abs(model.base) > parts.MAX_BASE:
            raise ValueError("the base is beyond 2^40")
        if model.reasons is None:
            raise ValueError("a model of one output needs reasons")
    elif model.trees:
        raise ValueError("trees have one output")
    if model.trees is None and model.head is None:
        raise ValueError("a model needs trees or a head")
    if (model.sequence is not None) != bool(model.event_fields) or bool(model.events) != bool(model.event_fields):
        raise ValueError("a sequence needs its part, the fields of an event and a number of events")
    if len(model.texts) != len(model.text_inputs):
        raise ValueError(f"{len(model.texts)} parts for {len(model.text_inputs)} texts")
    if bool(model.features) != (model.thresholds is not None) or \
            (model.thresholds is not None and model.thresholds.features != len(model.features)):
        raise ValueError("the thresholds do not fit the features")
    if model.head and len(model.head.features) != len(model.head_features):
        raise ValueError(f"{len(model.head.features)} parts for {len(model.head_features)} features of the head")


def _tensors(model: parts.Model) -> dict[str, np.ndarray]:
    tensors: dict[str, np.ndarray] = {}

    def put(name: str, value, type_, shape: tuple[int, ...] | None = None) -> None:
        array = np.asarray(value)
        if array.dtype != type_:
            exact = array.astype(type_)
            if not np.array_equal(exact.astype(array.dtype), array):
                raise ValueError(f"a value of {name} does not fit {np.dtype(type_).name}")
            array = exact
        tensors[name] = array if shape is None else array.reshape(shape)

    if model.thresholds:
        put("thresholds.starts", model.thresholds.starts, np.uint32)
        put("thresholds.values", model.thresholds.values, np.float32)
    if model.trees:
        for name, type_ in (("roots", np.uint32), ("feature", np.uint32), ("threshold", np.uint16),
                            ("missing_left", np.uint8), ("left", np.uint32), ("leaf", np.int32), ("cover", np.float32)):
            put(f"trees.{name}", getattr(model.trees, name), type_)
    if model.sequence:
        part = model.sequence
        for number, table in enumerate(part.fields):
            put(f"sequence.field.{number}", table, np.int16, (len(table), 3 * part.width))
        put("sequence.weights", part.weights, np.int8, (3 * part.width, part.width))
        put("sequence.shift", [part.shift], np.int32)
        for name, type_ in (("multipliers", np.int32), ("bias", np.int32), ("candidate_bias", np.int32),
                            ("sigmoid", np.int16), ("tanh", np.int16)):
            put(f"sequence.{name}", getattr(part, name), type_)
    for number, text in enumerate(model.texts):
        put(f"text.{number}.table", text.table, np.int8)
        put(f"text.{number}.multipliers", text.multipliers, np.int32)
        put(f"text.{number}.shift", [text.shift], np.int32)
    if model.head:
        _add_head(put, model)
    if len(model.outputs) == 1:
        put("base", [model.base], np.int64)
        put("calibration.knots", model.knots, np.int32)
    if model.reasons:
        if model.features:
            put("reasons.neutral", model.reasons.neutral, np.uint16)
        if model.sequence:
            put("reasons.neutral_event", model.reasons.neutral_event, np.uint16)
    return tensors


def _add_head(put, model: parts.Model) -> None:
    head = model.head
    hidden = len(head.bias)
    if model.sequence or model.texts:
        put("head.weights", head.weights, np.int8, (hidden, head.weights.size // hidden))
        put("head.multipliers", head.multipliers, np.int32)
        put("head.shift", [head.shift], np.int32)
    put("head.bias", head.bias, np.int32)
    for number, part in enumerate(head.features):
        put(f"head.feature.{number}.rows", part.rows, np.uint16)
        put(f"head.feature.{number}.table", part.table, np.int16, (part.table.size // hidden, hidden))
    put("head.hidden_shift", [head.hidden_shift], np.int32)
    put("head.output_weights", head.output_weights, np.int8, (len(model.outputs), hidden))
    put("head.output_multipliers", head.output_multipliers, np.int32)
    put("head.output_shift", [head.output_shift], np.int32)
    put("head.output_bias", head.output_bias, np.int64)


def _add_examples(tensors: dict[str, np.ndarray], model: parts.Model, examples: parts.Inputs) -> None:
    rows = [encode(examples, row) for row in range(examples.rows)]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    logits, probabilities = reference.score(model, examples)
    tensors["examples.inputs"] = np.frombuffer(b"".join(rows), np.uint8)
    tensors["examples.starts"] = starts.astype(np.uint32)
    tensors["examples.logits"] = logits
    if probabilities is not None:
        tensors["examples.probabilities"] = probabilities


def encode(inputs: parts.Inputs, row: int) -> bytes:
    """One row as the audit record and the examples hold it (models/bundle/inputs.h)."""
    events = inputs.events[row][inputs.events.shape[1] - int(inputs.event_counts[row]):].ravel()
    numbers = [len(inputs.features[row]), *inputs.features[row], len(events), *events, len(inputs.texts)]
    for text in inputs.texts:
        grams = text.row(row)
        numbers += [len(grams), *grams]
    return b"".join(_varint(int(number)) for number in numbers)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def safetensors(tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> bytes:
    """The bytes of a safetensors file: tensors in the order of their names."""
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    blobs, begin = [], 0
    for name, array in sorted(tensors.items()):
        blob = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
        header[name] = {"dtype": TYPE_NAMES[array.dtype], "shape": list(array.shape),
                        "data_offsets": [begin, begin + len(blob)]}
        blobs.append(blob)
        begin += len(blob)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def read_tensors(path: pathlib.Path | str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The tensors and the metadata of a safetensors file that this module, or another careful program, wrote."""
    data = pathlib.Path(path).read_bytes()
    length, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + length + begin:8 + length + end],
                                      TYPES[tensor["dtype"]]).reshape(tensor["shape"])
    return tensors, metadata


def read(path: pathlib.Path | str) -> tuple[parts.Model, str]:
    """A model and its card, from a file that the engine accepts: nothing is checked here."""
    tensors, metadata = read_tensors(path)
    told = json.loads(metadata["weir"])

    def named(inputs: list[dict]) -> list[parts.NamedInput]:
        return [parts.NamedInput(one["name"], one["version"]) for one in inputs]

    def part(type_, prefix: str, names: str, **others):
        return type_(**{name: _value(tensors[f"{prefix}.{name}"], name) for name in names.split()}, **others)

    model = parts.Model(name=told["name"], outputs=told["outputs"], demonstration=told["demonstration"],
                        features=named(told["features"]), event_fields=named(told["event_fields"]),
                        events=told["events"], text_inputs=named(told["texts"]), head_features=told["head_features"])
    if "thresholds.starts" in tensors:
        model.thresholds = part(parts.Thresholds, "thresholds", "starts values")
    if "trees.roots" in tensors:
        model.trees = part(parts.Trees, "trees", "roots feature threshold missing_left left leaf cover")
    if model.event_fields:
        fields = [tensors[f"sequence.field.{number}"] for number in range(len(model.event_fields))]
        model.sequence = part(parts.Recurrent, "sequence",
                              "weights multipliers shift bias candidate_bias sigmoid tanh", fields=fields)
    model.texts = [part(parts.Text, f"text.{number}", "table multipliers shift")
                   for number in range(len(model.text_inputs))]
    if "head.output_weights" in tensors:
        features = [part(parts.HeadFeature, f"head.feature.{number}", "rows table")
                    for number in range(len(model.head_features))]
        if "head.weights" not in tensors:
            tensors |= {"head.weights": np.zeros((len(tensors["head.bias"]), 0), np.int8),
                        "head.multipliers": np.zeros(0, np.int32), "head.shift": np.ones(1, np.int32)}
        model.head = part(parts.Head, "head", "weights multipliers shift bias hidden_shift output_weights "
                          "output_multipliers output_shift output_bias", features=features)
    if "base" in tensors:
        model.base, model.knots = int(tensors["base"][0]), tensors["calibration.knots"]
    if told.get("reasons"):
        groups = [parts.ReasonGroup(**group) for group in told["reasons"]]
        model.reasons = parts.Reasons(groups, tensors.get("reasons.neutral", np.zeros(0, np.uint16)),
                                      tensors.get("reasons.neutral_event"))
    return model, metadata["card"]


def _value(tensor: np.ndarray, name: str):
    return int(tensor[0]) if name.endswith("shift") else tensor
