#!/usr/bin/env python3
"""`ops/evaluate text` on made-up purchases: its table is what its scores file and the purchases give, computed here."""

import collections
import contextlib
import csv
import io
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

import training_case
import text as program
import weir_process
from weir_train import bundle, command

try:
    import torch
except ImportError:  # Debian's; other systems train trees alone.
    torch = None

PROGRAM = training_case.SOURCE / "models/train/text.py"
COLUMNS = ["date", "amount", "currency", "merchant", "card", "mcc", "category_code", "category", "cost_centre",
           "directorate", "src"]
KINDS = {"T1": "taxis", "B2": "books", "F3": "garage", "H4": "hotel"}
CENTRES = {"Travel Desk": "T1", "Library": "B2", "Fleet": "F3"}
LAST_TO_TRAIN = "2021-06-30"


def purchases() -> list[dict]:
    """A merchant's word tells the class; of the one that sells everything the cost centre does. The last months have
    merchants of their own. Of class R5 there are 100 rows to train on, of S6 99; some rows have no class."""
    dice = random.Random(1)
    rows = []

    def add(month, merchant, code, centre):
        rows.append({"date": f"2021-{month:02}-{dice.randrange(1, 28):02}", "currency": "", "merchant": merchant,
                     "amount": dice.choice(["", "1,204.50", "-3.5", "12", "7.25"]), "mcc": "",
                     "card": f"************{dice.randrange(40):04}", "category_code": code, "category": "of any text",
                     "cost_centre": centre, "directorate": "A, \"B\"", "src": ""})

    for number in range(2400):
        month = 1 + number // 300
        if dice.random() < 0.3:
            centre = dice.choice(sorted(CENTRES))
            add(month, "anything ltd", CENTRES[centre], centre)
        else:
            code = dice.choice(sorted(KINDS))
            add(month, f"{dice.choice('abcdefgh')}{'x' * (month > 6)}y {KINDS[code]} {dice.randrange(30)}", code,
                dice.choice(sorted(CENTRES)))
    for code, count in (("R5", 100), ("S6", 99)):
        for number in range(count + 20):
            add(3 if number < count else 7, f"rare {code}", code, "Library")
    for month in (2, 8):
        add(month, "nobody knows", "", "Library")
    dice.shuffle(rows)
    return rows


def write(path: pathlib.Path, rows: list[dict], columns: list[str] | None = None) -> pathlib.Path:
    with open(path, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns or COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def evaluate(work: pathlib.Path, *options) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, PROGRAM, "--weir", weir_process.WEIR, "--work", work, "--jobs", "1",
                           *options], capture_output=True, text=True, check=False)


@unittest.skipIf(torch is None, "there is no PyTorch here")
class Text(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.root = pathlib.Path(directory.name)
        cls.rows = purchases()
        cls.early = [row for row in cls.rows if row["date"] <= LAST_TO_TRAIN]
        cls.late = [row for row in cls.rows if row["date"] > LAST_TO_TRAIN]
        cls.train, cls.test = write(cls.root / "train.csv", cls.early), write(cls.root / "test.csv", cls.late)
        cls.done = evaluate(cls.root / "work", "--train", cls.train, "--test", cls.test, "--seeds", "2", "--scores",
                            cls.root / "scores.csv")
        assert cls.done.returncode == 0, cls.done.stderr
        with open(cls.root / "scores.csv", encoding="utf-8", newline="") as text:
            cls.header = text.readline()
            text.seek(0)
            cls.scores = list(csv.DictReader(text))

    def test_every_row_of_a_class_has_a_score_of_every_model_and_seed(self):
        self.assertEqual(self.header, "fold,seed,tx_id,model,probability,predicted,actual\n")
        counts = collections.Counter(row["category_code"] for row in self.early)
        self.assertEqual((counts["R5"], counts["S6"], counts[""]), (100, 99, 1))
        wanted = {str(number) for number, row in enumerate(self.late, 1)
                  if row["category_code"] and counts[row["category_code"]] >= 100}
        self.assertEqual(len(self.late) - len(wanted), 21, "those of S6, and one without a class")
        found = collections.defaultdict(list)
        for score in self.scores:
            found[score["fold"], score["seed"], score["model"]].append(score["tx_id"])
            self.assertEqual(score["actual"], self.late[int(score["tx_id"]) - 1]["category_code"])
            self.assertIn(score["predicted"], {*KINDS, "R5"})
            self.assertTrue(0.2 - 1e-9 <= float(score["probability"]) <= 1, "the greatest of five")
        self.assertEqual(set(found), {("test", seed, model) for seed in "12" for model in
                                      ("whole", "float", "lookup", "tfidf_logistic")})
        for key, ids in found.items():
            self.assertEqual((len(ids), set(ids)), (len(wanted), wanted), key)

    def accuracies(self, model: str, seed: str) -> tuple[float, float, float]:
        """All, seen and unseen merchants, from the scores file and the purchases."""
        counts = collections.Counter(row["category_code"] for row in self.early)
        seen = {row["merchant"] for row in self.early if row["category_code"] and counts[row["category_code"]] >= 100}
        right = {True: [], False: []}
        for score in self.scores:
            if (score["model"], score["seed"]) == (model, seed):
                row = self.late[int(score["tx_id"]) - 1]
                right[row["merchant"] in seen].append(score["predicted"] == row["category_code"])
        return tuple(sum(one) / len(one) for one in (right[True] + right[False], right[True], right[False]))

    def test_the_table_is_what_the_scores_give(self):
        for model in ("whole", "float", "lookup", "tfidf_logistic"):
            first, second = self.accuracies(model, "1"), self.accuracies(model, "2")
            line, = re.findall(rf"^{model} .*±.*$", self.done.stdout, re.MULTILINE)
            told = re.findall(r"([\d.]+) ±([\d.]+)", line)
            for place, (a, b) in enumerate(zip(first, second)):
                self.assertAlmostEqual(float(told[place][0]), (a + b) / 2, delta=6e-5, msg=line)
                self.assertAlmostEqual(float(told[place][1]), abs(a - b) / 2**0.5, delta=6e-5, msg=line)
        gain = sum(self.accuracies("whole", seed)[0] - self.accuracies("lookup", seed)[0] for seed in "12") / 2
        self.assertIn(f"whole over lookup: {gain:+.4f} (", self.done.stdout)
        self.assertIn("5 classes of 100 rows to train on or more;", self.done.stdout)
        self.assertIn("(100 of no class left out)", self.done.stdout)
        self.assertIn("(21 left out)", self.done.stdout)

    def test_the_lookup_is_the_merchants_commonest_class(self):
        counts = collections.Counter(row["category_code"] for row in self.early)
        own, total = collections.defaultdict(collections.Counter), collections.Counter()
        for row in self.early:
            if row["category_code"] and counts[row["category_code"]] >= 100:
                own[row["merchant"]][row["category_code"]] += 1
                total[row["category_code"]] += 1
        for score in self.scores:
            if score["model"] == "lookup":
                shares = own.get(self.late[int(score["tx_id"]) - 1]["merchant"], total)
                best = min(shares, key=lambda code: (-shares[code], code))
                self.assertEqual(score["predicted"], best)
                self.assertAlmostEqual(float(score["probability"]), shares[best] / shares.total(), delta=1e-9)

    def test_the_model_learns_words_and_cost_centres(self):
        for seed in "12":
            whole, lookup = self.accuracies("whole", seed), self.accuracies("lookup", seed)
            self.assertGreater(whole[0], 0.95)
            self.assertGreater(whole[0], lookup[0] + 0.3)
            self.assertGreater(whole[2], 0.9)
            self.assertGreater(self.accuracies("tfidf_logistic", seed)[2], 0.9)
            self.assertGreater(whole[0], self.accuracies("tfidf_logistic", seed)[0] + 0.05, "which sees no cost centre")
            self.assertLess(abs(whole[0] - self.accuracies("float", seed)[0]), 0.02)

    def test_a_model_with_its_card(self):
        file, = self.root.glob("work/text/scores-*/1/model.safetensors")
        model, card = bundle.read(file)
        self.assertEqual(model.outputs, ["B2", "F3", "H4", "R5", "T1"])
        self.assertFalse(model.demonstration)
        whole, seen, unseen = self.accuracies("whole", "1")
        for part in (f"| all | {whole:.3f} (", f"| merchants that the training has | {seen:.3f} (",
                     f"| other merchants | {unseen:.3f} (", "| 2021-07 | ", "| cost_centre | 0.", "train.csv",
                     "seed 1;"):
            self.assertIn(part, card)

    def test_one_file_by_dates_is_as_two_files(self):
        both = write(self.root / "both.csv", self.rows)
        done = evaluate(self.root / "again", "--train", both, "--test", both, "--train-to", LAST_TO_TRAIN,
                        "--test-from", "2021-07-01", "--seeds", "1", "--scores", self.root / "both_scores.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        places = [str(number) for number, row in enumerate(self.rows, 1) if row["date"] > LAST_TO_TRAIN]
        expected = [score | {"tx_id": places[int(score["tx_id"]) - 1]} for score in self.scores if score["seed"] == "1"]
        with open(self.root / "both_scores.csv", encoding="utf-8", newline="") as text:
            self.assertEqual(list(csv.DictReader(text)), expected)

    def refused(self, *options) -> tuple[int, str]:
        """In this process: it would take longer to begin than to refuse."""
        said, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
            try:
                given = [str(one) for one in ("--weir", weir_process.WEIR, "--work", self.root / "refused", *options)]
                status = command.exit_status(program.run, program.arguments(given))
            except SystemExit as ended:
                status = ended.code
        self.assertEqual(said.getvalue(), "")
        return status, errors.getvalue()

    def test_refusals(self):
        rows = self.early[:5]
        cases = [
            (self.train, self.train, [], "the same file: say --train-to and a later --test-from"),
            (self.train, self.train, ["--train-to", "2021-03-01", "--test-from", "2021-03-01"], "are the same file"),
            (self.train, write(self.root / "a.csv", [*rows, rows[0] | {"date": "30/06/2021"}]), [],
             'a.csv, row 6: date is "30/06/2021"; YYYY-MM-DD is possible'),
            (self.train, write(self.root / "b.csv", [rows[0], rows[1] | {"amount": "nan"}]), [],
             'b.csv, row 2: amount is "nan"; a number, or nothing is possible'),
            (write(self.root / "c.csv", rows, COLUMNS[1:]), self.test, [], "c.csv: Usecols do not match columns"),
            (write(self.root / "d.csv", rows), self.test, [], "0 category codes have 100 rows to train on or more"),
            (self.train, self.test, ["--test-from", "2022-01-01"], "no row to test on is of a class that was learnt"),
            (self.train, self.root / "none.csv", [], "No such file"),
        ]
        for train, test, more, why in cases:
            with self.subTest(why=why):
                status, said = self.refused("--train", train, "--test", test, *more)
                self.assertEqual(status, 1, said)
                self.assertIn(why, said)
        for more, why in ((["--train-to", "June"], "June is no date"),
                          (["--seeds", "0"], "argument --seeds: 0 is no number from 1 on"),
                          (["--jobs", "-1"], "argument --jobs: -1 is no number from 1 on")):
            status, said = self.refused("--train", self.train, "--test", self.test, *more)
            self.assertEqual(status, 2)
            self.assertIn(why, said)


if __name__ == "__main__":
    training_case.main()
