"""The streams of `ops/evaluate order`: made by `weir generate`, frozen by hash, and what models may look at in them.

A stream that is not, byte for byte, the one that was frozen before any training is an error. Labels that features look
at are those of the stream, known days later; what is learnt and measured is the generator's answer key.
"""

import csv
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil

import numpy as np

from weir_train import arrays, evaluation

PARTS = ("train", "calibrate", "unseen", "shifted")
FILES = ("payments.jsonl", "labels.jsonl", "key.csv")
FRAUDS = ("proving_round", "scripted_prices", "voucher_chain")
TWINS = ("day_in_town", "shopping_list", "night_out")
# Personal fields of made-up people: everybody may know the key.
TOKEN_KEY = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n"

# What trees get besides the inputs of the pack: windows as long as the incidents are, over what can be told of a visit.
NEAR_WINDOWS = ("10m", "30m", "1h", "3h", "12h")
NEAR_CONDITIONS = {"all": "", "online": "channel == 'online'", "chip": "channel == 'chip'",
                   "contactless": "channel == 'contactless'", "atm": "channel == 'atm'",
                   "small": "billing_amount < eur('20.00')"}


@dataclasses.dataclass(frozen=True)
class Stream:
    name: str
    part: str  # one of PARTS
    options: list[str]  # of weir generate
    rows_from: str  # what is before is past alone, as 2026-01-21
    sha256: str  # of FILES, one behind the other


@dataclasses.dataclass
class Payments:
    """A stream's card payments as its arrays hold them, and what the answer key says of each."""

    stream: Stream
    folder: pathlib.Path  # of the arrays
    source: arrays.Arrays
    labels: np.ndarray  # int8 [N]: 1 fraud, 0 honest
    order: np.ndarray  # bool [N]: of a fraud that order alone tells, or of its twin
    customers: np.ndarray  # int64 [N]

    def fraction(self) -> np.ndarray:
        """How much of the stream's time was over: float64 [N]."""
        times = np.asarray(self.source.times)
        return (times - times.min()) / max(1, int(times.max() - times.min()))


def read_streams(path: pathlib.Path) -> list[Stream]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        streams = [Stream(one["name"], one["part"], list(one["options"]), told["rows_from"], one["sha256"])
                   for one in told["streams"]]
    except (ValueError, KeyError, TypeError) as error:
        raise arrays.Fault(f"{path} is damaged: {type(error).__name__} {error}") from None
    names = [one.name for one in streams]
    if len(set(names)) != len(names):
        raise arrays.Fault(f"{path} names a stream twice")
    for one in streams:
        if one.part not in PARTS:
            raise arrays.Fault(f"{path}: stream {one.name} of part {one.part} can't be; parts are {', '.join(PARTS)}")
    for part in PARTS:
        if part not in [one.part for one in streams]:
            raise arrays.Fault(f"{path} has no stream to {part}")
    return streams


def generate(weir: pathlib.Path, stream: Stream, folder: pathlib.Path) -> None:
    """FILES in the folder; a fault if they are not what was frozen."""
    payments, labels, key = (folder / name for name in FILES)
    evaluation.run(weir, "generate", *stream.options, "--out", payments, "--labels", labels, "--truth", key)
    digest = hashlib.sha256()
    for file in (payments, labels, key):
        with open(file, "rb") as data:
            while block := data.read(1 << 20):
                digest.update(block)
    if digest.hexdigest() != stream.sha256:
        raise arrays.Fault(f"stream {stream.name} is not the one that was frozen: its SHA-256 is {digest.hexdigest()}, "
                           f"{stream.sha256} was frozen")


def write_policy(pack: pathlib.Path, folder: pathlib.Path) -> None:
    """The pack without rules and model, with many short windows over the card besides."""
    features, inputs = ["card:"], []
    for window in NEAR_WINDOWS:
        for name, condition in NEAR_CONDITIONS.items():
            where = f', where: "{condition}"' if condition else ""
            features.append(f"  near_{name}_count_{window}: {{count: events, window: {window}{where}}}")
            features.append(f"  near_{name}_sum_{window}: {{sum: billing_amount, window: {window}{where}}}")
            inputs.append(f"  near_{name}_count_{window}: card.near_{name}_count_{window}")
            inputs.append(f"  near_{name}_sum_{window}: double(card.near_{name}_sum_{window})")
        features.append(f"  near_merchants_{window}: {{distinct: merchant_id, window: {window}}}")
        features.append(f"  near_categories_{window}: {{distinct: category, window: {window}}}")
        features.append(f"  near_largest_{window}: {{max: billing_amount, window: {window}, default: 0}}")
        inputs += [f"  near_{name}_{window}: card.near_{name}_{window}" for name in ("merchants", "categories")]
        inputs.append(f"  near_largest_{window}: double(card.near_largest_{window})")
    shutil.copytree(pack, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("rules", "model"))
    (folder / "features" / "near.yaml").write_text("\n".join(features) + "\n", encoding="utf-8")
    before, sequence, after = (folder / "inputs.yaml").read_text(encoding="utf-8").partition("\nsequence:")
    if not sequence:
        raise arrays.Fault(f"{pack / 'inputs.yaml'} has no sequence")
    (folder / "inputs.yaml").write_text(before + "\n".join(inputs) + "\n" + sequence + after, encoding="utf-8")


def make(weir: pathlib.Path, policy: pathlib.Path, stream: Stream, folder: pathlib.Path) -> None:
    """The stream's arrays in folder/arrays, and folder/rows.npz. The stream itself is not kept."""
    raw = folder / "stream"
    raw.mkdir()
    generate(weir, stream, raw)
    (raw / "token.key").write_text(TOKEN_KEY, encoding="utf-8")
    os.chmod(raw / "token.key", 0o600)
    evaluation.run(weir, "features", "--policy", policy, "--in", raw / "payments.jsonl", "--labels",
                   raw / "labels.jsonl", "--arrays", folder / "arrays", "--from", f"{stream.rows_from}T00:00:00Z",
                   "--token-key", raw / "token.key")
    ids = (folder / "arrays" / "ids.txt").read_text(encoding="utf-8").splitlines()
    customers = _customers(raw / "payments.jsonl")
    with open(raw / "key.csv", encoding="utf-8", newline="") as text:
        key = {row["id"]: (row["typology"], row["fraud"] == "true") for row in csv.DictReader(text)}
    told = [key.get(one, ("", False)) for one in ids]
    np.savez(folder / "rows.npz", labels=np.array([fraud for _, fraud in told], np.int8),
             order=np.isin([typology for typology, _ in told], FRAUDS + TWINS),
             customers=np.array([customers[one] for one in ids], np.int64))
    shutil.rmtree(raw)


def _customers(payments: pathlib.Path) -> dict[str, int]:
    """Of each id the number of its customer."""
    member = re.compile(r'"id":"(p-\d+)".*?"customer":\{"id":"c-(\d+)"')
    with open(payments, encoding="utf-8") as lines:
        return {found[1]: int(found[2]) for line in lines if (found := member.search(line))}


def read(stream: Stream, folder: pathlib.Path) -> Payments:
    source = arrays.read(folder / "arrays")
    with np.load(folder / "rows.npz") as rows:
        return Payments(stream, folder / "arrays", source, rows["labels"], rows["order"], rows["customers"])
