#!/usr/bin/env python3
"""weir backtest as an analyst runs it: its figures counted again from its own rows, and live state left alone."""

import collections
import csv
import datetime
import decimal
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import unittest

import weir_process
from weir_process import Workplace, weir

REVIEW = 500


def hash_of(*folders):
    """Of all bytes and names below."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            digest.update(str(path).encode() + b"\0")
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def is_alert(outcome):
    return outcome in ("review", "decline")


def recount(rows, outcome="outcome"):
    """The figures of a side, from the rows alone."""
    found = collections.Counter()
    days = collections.Counter()
    amounts = collections.defaultdict(decimal.Decimal)
    for row in rows:
        alert = is_alert(row[outcome])
        found["payments"] += 1
        found["alerts"] += alert
        found["declines"] += row[outcome] == "decline"
        days[row["time"][:10]] += alert
        if row["scored"] in ("declined_then", "too_young"):
            found[row["scored"]] += 1
            found[row["scored"] + "_alerts"] += alert
            found[row["scored"] + "_fraud"] += row["truth"] == "fraud"
            continue
        found[f"{row['truth']}_{'alerts' if alert else 'passed'}"] += 1
        amount = decimal.Decimal(row["amount"])
        if row["truth"] == "fraud":
            amounts["fraud_amount"] += amount
            amounts["caught_amount"] += amount if alert else 0
        elif row["truth"] == "honest" and alert:
            amounts["honest_amount_stopped"] += amount
    first, last = (datetime.date.fromisoformat(f(row["time"] for row in rows)[:10]) for f in (min, max))
    found["days"] = (last - first).days + 1
    found["busiest_day_alerts"] = max(days.values())
    return found, amounts


class Backtest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("backtest")
        cls.addClassCleanup(cls.place.close)
        home = cls.home = pathlib.Path(cls.place.path)
        weir("init", "policy", "--from", "retail-bank", cwd=home)
        weir("config", "--new", "weir.yaml", cwd=home)
        for topic, partitions in {"transactions": 3, "labels": 1, "decisions": 3, "dead-letters": 1, "audit": 1}.items():
            weir("topics", "create", f"dir:topics/{topic}", "--partitions", str(partitions), cwd=home)
        weir("generate", "--seed", "21", "--events", "40000", "--malformed-share", "0.001", "--fraud-share", "0.02",
             "--to", "dir:topics/transactions", "--labels-to", "dir:topics/labels", cwd=home)
        weir("run", "--set", "clock=event", "--stop-when-idle", "1", cwd=home)
        shutil.copytree(home / "policy", home / "new")
        (home / "new/rules/new.yaml").write_text(
            "id: new-rule\ndescription: Large online payments\nreason: N1\nthen: {points: 600}\n"
            "when: event_type == 'card_payment' && channel == 'online' && billing_amount > eur('300.00')\n")
        cls.before = hash_of(home / "state", home / "topics", home / "policy", home / "new")
        weir("backtest", "--policy", "new", "--against", "policy", "--in", "dir:topics/transactions", "--labels",
             "dir:topics/labels", "--decisions", "dir:topics/decisions", "--token-key", "token.key", "--honest-after",
             "5d", "--json", "report.json", "--html", "report.html", "--rows", "rows.csv", "--hits", "new-rule",
             "--hits-out", "hits.csv", cwd=home)
        cls.report = json.loads((home / "report.json").read_text())
        cls.rows = rows_of(home / "rows.csv")
        cls.hits = rows_of(home / "hits.csv")

    def test_live_state_is_left_alone(self):
        home = self.home
        self.assertEqual(hash_of(home / "state", home / "topics", home / "policy", home / "new"), self.before)

    def test_its_figures_are_those_of_its_rows(self):
        for side, outcome in (("policy", "outcome"), ("against", "against_outcome")):
            found, amounts = recount(self.rows, outcome)
            told = self.report[side]["all"]
            for name in ("payments", "alerts", "declines", "days", "busiest_day_alerts", "fraud_alerts", "fraud_passed",
                         "honest_alerts", "honest_passed", "unknown_alerts", "unknown_passed", "declined_then",
                         "declined_then_alerts", "declined_then_fraud", "too_young", "too_young_alerts",
                         "too_young_fraud"):
                self.assertEqual(told[name], found[name], f"{side}: {name}")
            for name, amount in amounts.items():
                self.assertEqual(decimal.Decimal(told[name]), amount, f"{side}: {name}")
            self.assertGreater(found["fraud_alerts"], 20)
            self.assertGreater(found["too_young"], 100)
            self.assertGreater(found["too_young_fraud"], 0)
            self.assertEqual(found["unknown_passed"], 0, "silence is taken for honest, or too young")
            self.assertGreater(found["declined_then"], 10)
            scored = found["fraud_alerts"] + found["honest_alerts"]
            self.assertAlmostEqual(told["precision"]["value"], found["fraud_alerts"] / scored)
            self.assertAlmostEqual(told["recall"]["value"],
                                   found["fraud_alerts"] / (found["fraud_alerts"] + found["fraud_passed"]))
            self.assertAlmostEqual(told["alerts_per_day"]["value"], found["alerts"] / found["days"])
            for interval in ("precision", "recall", "false_positive_rate", "value_recall", "episode_recall"):
                self.assertLessEqual(told[interval]["low"], told[interval]["value"])
                self.assertGreaterEqual(told[interval]["high"], told[interval]["value"])

    def test_the_halves_make_the_whole(self):
        side = self.report["policy"]
        split = self.report["conditions"]["split"]
        for name in ("payments", "alerts", "fraud_alerts", "honest_passed", "too_young"):
            self.assertEqual(side["tuning"][name] + side["later"][name], side["all"][name], name)
        self.assertEqual(side["tuning"]["payments"],
                         sum(self.time(row["time"]) < self.time(split) for row in self.rows))

    def test_what_is_too_young_is_judged_by_nothing(self):
        # By the end of what is at hand, whatever the period: a row less is a row less, and no other truth.
        end = self.time(self.report["conditions"]["seen_until"])
        for row in self.rows:
            young = self.time(row["time"]) > end - datetime.timedelta(days=5)
            if row["decided_then"] != "decline":
                self.assertEqual(row["scored"], "too_young" if young else "yes", row)
        split = self.report["conditions"]["split"]
        weir("backtest", "--policy", "new", "--in", "dir:topics/transactions", "--labels", "dir:topics/labels",
             "--decisions", "dir:topics/decisions", "--token-key", "token.key", "--honest-after", "5d", "--until", split,
             "--json", "until.json", "--quiet", cwd=self.home)
        until = json.loads((self.home / "until.json").read_text())
        self.assertEqual(until["conditions"]["seen_until"], self.report["conditions"]["seen_until"])
        # Resampling numbers payments without a card as they come: the intervals' bounds may differ.
        plain = lambda figures: {name: told["value"] if isinstance(told, dict) else told
                                 for name, told in figures.items()}
        self.assertEqual(plain(until["policy"]["all"]), plain(self.report["policy"]["tuning"]))
        self.assertGreater(until["policy"]["all"]["fraud_alerts"], 0)

    @staticmethod
    def time(text):
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))

    def test_a_rules_figures_are_those_of_its_hits(self):
        told = next(rule for rule in self.report["policy"]["rules"] if rule["rule"] == "new-rule")
        hits = [row for row in self.hits if row["verdict"] == "hit"]
        scored = [row for row in hits if row["scored"] == "yes"]
        fraud = sum(row["truth"] == "fraud" for row in scored)
        honest = sum(row["truth"] == "honest" for row in scored)
        self.assertGreater(len(hits), 50)
        self.assertEqual((told["hits"], told["fraud"], told["honest"]), (len(hits), fraud, honest))
        for name in ("declined_then", "too_young", "unknown"):
            self.assertEqual(told[name], sum(row["scored"] == name for row in hits), name)
        missed = sum(row["verdict"] == "miss" and row["truth"] == "fraud" for row in self.hits)
        self.assertEqual(missed + sum(row["truth"] == "fraud" for row in hits),
                         sum(row["truth"] == "fraud" for row in self.rows))
        for row in hits:
            self.assertEqual(row["values.channel"], "online")
            self.assertGreater(decimal.Decimal(row["values.billing_amount"]), 300)
            self.assertEqual((row["currency"], row["values.billing_amount.currency"]), ("EUR", "EUR"))

    def test_flips_are_those_of_its_rows(self):
        stopped = collections.Counter(row["truth"] if row["scored"] == "yes" else "unknown" for row in self.rows
                                      if is_alert(row["outcome"]) and not is_alert(row["against_outcome"]))
        told = self.report["flips"]
        self.assertEqual({name: count for name, count in told["payments_stopped"].items() if count}, dict(stopped))
        self.assertEqual(sum(told["payments_released"].values()), 0, "a rule more releases nobody")
        self.assertEqual(sum(row["flip"] == "stopped" for row in self.hits), sum(stopped.values()))

    def test_the_policy_that_decided_comes_to_the_same_again(self):
        # Partitions have no order among each other, and features of a merchant or device span them: so not all, but
        # nearly all of what the engine decided comes out again.
        known = [row for row in self.rows if row["decided_then"]]
        same = sum(row["decided_then"] == row["against_outcome"] for row in known)
        self.assertGreater(len(known), 30000)
        self.assertGreater(same / len(known), 0.999)

    def test_the_curve_ends_where_every_score_counts(self):
        curve = self.report["policy"]["curve"]
        self.assertEqual([point["threshold"] for point in curve],
                         sorted((point["threshold"] for point in curve), reverse=True))
        positive = sum(int(row["score"]) > 0 for row in self.rows)
        self.assertGreaterEqual(curve[-1]["alerts"], positive)
        at_review = [point for point in curve if point["threshold"] >= REVIEW][-1]
        self.assertEqual(at_review["alerts"], self.report["policy"]["all"]["alerts"])

    def test_failed_records_are_counted_and_listed(self):
        records = self.report["records"]
        self.assertGreater(records["failed"], 10)
        self.assertEqual(len(records["failures"]), records["failed"])
        self.assertRegex(records["failures"][0]["origin"], r"^transactions/[0-2]@[0-9]+$")
        self.assertEqual(records["all"], self.report["policy"]["all"]["payments"] + records["duplicates"]
                         + records["other_types"] + records["failed"])

    def test_the_page_asks_nobody_for_anything(self):
        page = (self.home / "report.html").read_text(encoding="utf-8")
        for outside in ("http://", "https://", "src=", "@import", "url("):
            self.assertNotIn(outside, page.replace("http://www.w3.org/2000/svg", ""))
        self.assertIn("What a backtest can't know", page)
        self.assertIn('"rule":"new-rule"', page)

    @unittest.skipUnless(shutil.which("chromium"), "no browser is here")
    def test_the_page_fits_its_width(self):
        # What a browser makes of it at 1280 pixels: no table is wider than its place.
        measured = """<script>for (const t of document.querySelectorAll("table"))
          document.title +=
            ` ${t.querySelectorAll("th").length}:${t.scrollWidth > t.parentNode.clientWidth + 2}`;</script>"""
        page = (self.home / "report.html").read_text(encoding="utf-8")
        (self.home / "measured.html").write_text(page.replace("</body>", measured + "</body>"), encoding="utf-8")
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1280,900",
                               f"--user-data-dir={self.home / 'browser'}", "--dump-dom",
                               f"file://{self.home / 'measured.html'}"], capture_output=True, text=True, timeout=120)
        title = re.search(r"<title>(.*?)</title>", done.stdout).group(1)
        tables = re.findall(r" (\d+):(true|false)", title)
        self.assertGreater(max(int(columns) for columns, _ in tables), 12, title)
        self.assertEqual({too_wide for _, too_wide in tables}, {"false"}, title)

    def test_the_same_again(self):
        weir("backtest", "--policy", "new", "--against", "policy", "--in", "dir:topics/transactions", "--labels",
             "dir:topics/labels", "--decisions", "dir:topics/decisions", "--token-key", "token.key", "--honest-after",
             "5d", "--json", "again.json", "--quiet", cwd=self.home)
        self.assertEqual((self.home / "again.json").read_bytes(), (self.home / "report.json").read_bytes())

    def test_wrong_wishes_are_refused(self):
        for wish, message in ((["--hits", "no-such-rule"], "has no rule `no-such-rule`"),
                              (["--amount", "channel"], "--amount channel: it must be a money field"),
                              (["--card", "carp"], "--card carp: the policy's entities are"),
                              (["--from", "yesterday"], "--from yesterday: no date or time"),
                              (["--in", "x.csv"], "--in takes files or topics, not both"),
                              (["--from", "2026-01-02", "--until", "2026-01-01"], "--until must be later"),
                              (["--hits-out", "x.csv"], "--hits-out needs --hits")):
            done = weir("backtest", "--policy", "new", "--in", "dir:topics/transactions", "--token-key", "token.key",
                        *wish, cwd=self.home, check=False)
            self.assertEqual(done.returncode, 2, wish)
            self.assertIn(message, done.stderr)


if __name__ == "__main__":
    weir_process.main()
