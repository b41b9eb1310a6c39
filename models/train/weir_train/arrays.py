"""What `weir features --arrays` writes, mapped into memory; labels; and both as a model reads them."""

import csv
import dataclasses
import gzip
import io
import json
import lzma
import pathlib
import subprocess

import numpy as np

from weir_train import parts


class Fault(ValueError):
    """Files that are damaged or do not fit each other; the text names them."""


@dataclasses.dataclass(frozen=True)
class EventField(parts.NamedInput):
    codes: int  # 0 to codes - 1; 0 is absent


@dataclasses.dataclass(frozen=True)
class TextInput(parts.NamedInput):
    buckets: int
    grams: int  # at most so many of one text


@dataclasses.dataclass
class Arrays:
    """One row per payment, in the order of the file that they were made of."""

    policy: str  # hash
    features: list[parts.NamedInput]
    events: int  # K
    event_fields: list[EventField]
    texts: list[TextInput]
    ids: list[str]
    times: np.ndarray  # int64 [N], ms since 1970
    feature_values: np.ndarray  # float32 [N, F], NaN where there is no value
    event_codes: np.ndarray  # uint16 [N, K, E], oldest first, the event at hand last
    event_counts: np.ndarray  # uint16 [N]: how many of the K, counted from the end, are there
    text_grams: list[parts.Ragged]  # one a text: uint32 buckets

    @property
    def rows(self) -> int:
        return len(self.times)


def read(directory: pathlib.Path | str) -> Arrays:
    """Opens the arrays of a directory; nothing large is read before it is touched."""
    folder = pathlib.Path(directory)
    told = read_inputs(folder / "inputs.json")
    rows = told["rows"]
    ids = (folder / "ids.txt").read_text(encoding="utf-8").split("\n")
    if ids.pop() or len(ids) != rows:
        raise Fault(f"{folder}/ids.txt has not {rows} whole lines, as inputs.json says")
    features, fields, texts = told["features"], told["event_fields"], told["texts"]
    grams = []
    for number in range(len(texts)):
        starts = _load(folder / f"text.{number}.starts.npy", np.uint64, (rows + 1,))
        grams.append(parts.Ragged(starts, _load(folder / f"text.{number}.grams.npy", np.uint32, (int(starts[-1]),))))
    return Arrays(
        policy=told["policy"], features=features, events=told["events"], event_fields=fields, texts=texts, ids=ids,
        times=_load(folder / "times.npy", np.int64, (rows,)),
        feature_values=_load(folder / "features.npy", np.float32, (rows, len(features)))
        if features else np.zeros((rows, 0), np.float32),
        event_codes=_load(folder / "events.npy", np.uint16, (rows, told["events"], len(fields)))
        if fields else np.zeros((rows, 0, 0), np.uint16),
        event_counts=_load(folder / "event_counts.npy", np.uint16, (rows,)) if fields else np.zeros(rows, np.uint16),
        text_grams=grams)


def read_inputs(path: pathlib.Path | str) -> dict:
    """inputs.json: policy, rows, events, and lists of features, event_fields and texts as the classes above."""
    try:
        told = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        return {"policy": told["policy"], "rows": int(told["rows"]), "events": int(told["events"]),
                "features": [parts.NamedInput(one["name"], one["version"]) for one in told["features"]],
                "event_fields": [EventField(one["name"], one["version"], one["codes"])
                                 for one in told["event_fields"]],
                "texts": [TextInput(one["name"], one["version"], one["buckets"], one["grams"])
                          for one in told["texts"]]}
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path} is damaged: {type(error).__name__} {error}") from None


def write(directory: pathlib.Path | str, arrays: Arrays) -> None:
    """The files as `weir features --arrays` writes them: for tests, and for payments that no policy has seen."""
    folder = pathlib.Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    told = {"policy": arrays.policy, "rows": arrays.rows,
            "features": [dataclasses.asdict(one) for one in arrays.features], "events": arrays.events,
            "event_fields": [dataclasses.asdict(one) for one in arrays.event_fields],
            "texts": [dataclasses.asdict(one) for one in arrays.texts]}
    (folder / "inputs.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    (folder / "ids.txt").write_text("".join(one + "\n" for one in arrays.ids), encoding="utf-8")
    np.save(folder / "times.npy", arrays.times.astype("<i8"))
    np.save(folder / "features.npy", arrays.feature_values.astype("<f4"))
    np.save(folder / "events.npy", arrays.event_codes.astype("<u2"))
    np.save(folder / "event_counts.npy", arrays.event_counts.astype("<u2"))
    for number, grams in enumerate(arrays.text_grams):
        np.save(folder / f"text.{number}.starts.npy", grams.starts.astype("<u8"))
        np.save(folder / f"text.{number}.grams.npy", grams.values.astype("<u4"))


def _load(path: pathlib.Path, type_: type, shape: tuple[int, ...]) -> np.ndarray:
    # An empty file can't be mapped.
    array = np.load(path, mmap_mode="r" if 0 not in shape else None, allow_pickle=False)
    if array.dtype != type_ or array.shape != shape:
        raise Fault(f"{path} holds {array.dtype} {list(array.shape)}; {np.dtype(type_)} {list(shape)} is needed")
    return array


def quantize(model: parts.Model, arrays: Arrays, rows: np.ndarray | slice = slice(None)) -> parts.Inputs:
    """The inputs of some rows as the model reads them: found by name and version, wherever they stand."""
    rows = np.arange(arrays.rows)[rows]
    columns = [_place("feature", one, arrays.features) for one in model.features]
    fields = [_place("field of an event", one, arrays.event_fields) for one in model.event_fields]
    if model.events > arrays.events:
        raise Fault(f"the model reads the last {model.events} events; the arrays hold {arrays.events}")
    features = model.thresholds.codes(np.asarray(arrays.feature_values[rows])[:, columns]) \
        if columns else np.zeros((len(rows), 0), np.uint16)
    events = np.asarray(arrays.event_codes[rows])[:, arrays.events - model.events:, :][:, :, fields] \
        if fields else np.zeros((len(rows), 0, 0), np.uint16)
    counts = np.minimum(np.asarray(arrays.event_counts)[rows], model.events)
    texts = [arrays.text_grams[_place("text", one, arrays.texts)].take(rows) for one in model.text_inputs]
    return parts.Inputs(features, events, counts, texts)


def _place(what: str, wanted: parts.NamedInput, there: list) -> int:
    for place, one in enumerate(there):
        if one.name == wanted.name:
            if one.version != wanted.version:
                raise Fault(f'the model reads {what} "{wanted.name}" in version {wanted.version}; the arrays hold '
                            f"version {one.version}")
            return place
    raise Fault(f'the arrays hold no {what} "{wanted.name}" (version {wanted.version}), which the model reads')


def open_text(path: pathlib.Path | str) -> io.TextIOBase:
    """A text file, plain or by its ending .gz, .xz or .zst."""
    path = pathlib.Path(path)
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="")
    if path.suffix == ".zst":
        done = subprocess.run(["zstd", "-dc", path], capture_output=True, check=False)
        if done.returncode:
            raise Fault(f"{path}: {done.stderr.decode(errors='replace').strip()}")
        return io.StringIO(done.stdout.decode(), newline="")
    return open(path, encoding="utf-8", newline="")


def read_column(path: pathlib.Path | str, columns: list[str], ids: list[str], id_column: str) -> list[list[str]]:
    """For each of `columns` of a CSV file the cells of the rows with these ids, in their order. A row more than these
    is passed over; one that is missing, or there twice, is a fault."""
    wanted = {one: place for place, one in enumerate(ids)}
    if len(wanted) != len(ids):
        raise Fault("an id is there twice among the payments")
    found: list[list[str | None]] = [[None] * len(ids) for _ in columns]
    with open_text(path) as text:
        reader = csv.DictReader(text)
        for name in [id_column, *columns]:
            if name not in (reader.fieldnames or []):
                raise Fault(f"{path} has no column {name}")
        for row in reader:
            place = wanted.get(row[id_column])
            if place is None:
                continue
            if found and found[0][place] is not None:
                raise Fault(f"{path}:{reader.line_num}: id {row[id_column]} is there twice")
            for cells, name in zip(found, columns, strict=True):
                cells[place] = row[name]
    for cells in found:
        if None in cells:
            raise Fault(f"{path} has no row for id {ids[cells.index(None)]}")
    return found


def read_labels(path: pathlib.Path | str, ids: list[str], id_column: str = "id",
                label_column: str = "fraud") -> np.ndarray:
    """Labels of the payments with these ids, in their order: int8 [N], 1 fraud, 0 honest, -1 where the cell is
    empty: not known."""
    meaning = {"1": 1, "true": 1, "0": 0, "false": 0, "": -1}
    cells, = read_column(path, [label_column], ids, id_column)
    try:
        return np.array([meaning[cell.lower()] for cell in cells], np.int8)
    except KeyError as error:
        raise Fault(f"{path}: a {label_column} is {error}; 1, true, 0, false or nothing is possible") from None
