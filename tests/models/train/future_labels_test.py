#!/usr/bin/env python3
"""Labels that are not known yet change no score of `ops/evaluate handbook`.

Made-up payments are scored with all labels, and with those blanked that were not known a week before some moment: up to
then all scores are the same bytes.
"""

import csv
import datetime
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["WEIR_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests/integration"))

import weir_process  # noqa: E402

SKIPPED = 77
START = datetime.datetime(2018, 4, 1)
DAYS = 68
MOMENT = datetime.datetime(2018, 6, 2, 12)  # in the test week of the first search fold
WEEK = datetime.timedelta(days=7)


def payments() -> list[dict]:
    """Customers with a level of their own; terminals that are bad for four weeks; large amounts are fraud."""
    dice = random.Random(1)
    level = [dice.uniform(5, 100) for _ in range(150)]
    bad = [(dice.randrange(150), day) for day in range(-20, DAYS) if dice.random() < 0.3]
    rows = []
    for day in range(DAYS):
        for _ in range(400):
            customer, terminal = dice.randrange(150), dice.randrange(150)
            amount = max(0.5, dice.gauss(level[customer], level[customer] / 2))
            taken = dice.random() < 0.01
            fraud = taken or any(one == terminal and begin <= day < begin + 28 for one, begin in bad)
            rows.append({"datetime": START + datetime.timedelta(days=day, seconds=dice.randrange(86400)),
                         "customer_id": customer, "terminal_id": terminal,
                         "amount": round(amount * (5 if taken else 1), 2), "fraud": int(fraud), "scenario": ""})
    rows.sort(key=lambda row: row["datetime"])
    return [{"tx_id": number, **row} for number, row in enumerate(rows)]


def write(folder: pathlib.Path, rows: list[dict], blank_after: datetime.datetime | None) -> None:
    folder.mkdir()
    with open(folder / "transactions.csv", "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            blank = blank_after is not None and row["datetime"] > blank_after
            writer.writerow(row | {"datetime": row["datetime"].isoformat(), "fraud": "" if blank else row["fraud"]})
    dice = random.Random(2)
    with open(folder / "reference_features.csv", "w", encoding="utf-8") as out:
        out.write("tx_id," + ",".join(f"feature_{number}" for number in range(12)) + "\n")
        for row in rows:
            out.write(f"{row['tx_id']}," + ",".join(str(dice.randrange(9)) for _ in range(12)) + "\n")


def scores(data: pathlib.Path, window: str) -> dict[tuple, str]:
    """The scores up to the moment, by fold, payment and model."""
    out = data / f"scores-{window}.csv"
    program = SOURCE / "models/train/handbook.py"
    subprocess.run([PYTHON, program, "--weir", os.environ["WEIR_BINARY"], "--work", data / "work",
                    "--data", data, "--folds", "search", "--window", window, "--seeds", "1", "--jobs", "1",
                    "--scores", out], check=True, stdout=subprocess.DEVNULL)
    with open(data / "transactions.csv", encoding="utf-8", newline="") as text:
        early = {row["tx_id"] for row in csv.DictReader(text) if row["datetime"] <= MOMENT.isoformat()}
    with open(out, encoding="utf-8", newline="") as text:
        return {(row["fold"], row["tx_id"], row["model"]): row["probability"] for row in csv.DictReader(text)
                if row["tx_id"] in early}


class FutureLabels(unittest.TestCase):

    def test_what_is_not_known_yet_changes_no_score(self):
        rows = payments()
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            write(folder / "all", rows, None)
            write(folder / "blanked", rows, MOMENT - WEEK)
            write(folder / "too_much", rows, MOMENT - 2 * WEEK)
            for window in ("7", "all"):
                with self.subTest(window=window):
                    expected = scores(folder / "all", window)
                    self.assertGreater(len(expected), 5 * 200)
                    self.assertEqual(scores(folder / "blanked", window), expected)
                    # Labels that are known must matter, or the comparison proves nothing.
                    without = scores(folder / "too_much", window)
                    self.assertTrue(any(without.get(key) != value for key, value in expected.items()))


if __name__ == "__main__":
    asked = subprocess.run([SOURCE / "ops/setup/training", "--print"], capture_output=True, text=True, check=False)
    if asked.returncode:
        print(f"skipped: {asked.stderr.strip()}")
        sys.exit(SKIPPED)
    PYTHON = asked.stdout.strip()
    weir_process.main()
