#!/usr/bin/env python3
"""Holds the alerts of a rule pack against the generator's answer key.

usage: pack_key.py ROWS.csv KEY.csv [--payments FILE.jsonl]
       pack_key.py --tiny [--build DIR]

ROWS.csv is what `weir backtest --rows` writes and KEY.csv what `weir generate --truth` does. Printed is, for each
typology and each honest look-alike, how many of its payments were alerted and declined and which part of their value.
Labels come late and not for every fraud, the key knows all of them. Changes of the profile stand in the key as well,
but are no payments and do not count here.

With the payments that `weir generate --out` wrote there are customers, too: how many a typology had and how many of
them had an alert, and 95 % intervals of the shares, resampled by customer. Shares of none and of all get no interval:
resampling says nothing of them.

--tiny makes up a stream, and fails unless the figures agree with the backtest's own.
"""

import argparse
import collections
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORDINARY = ("(in no row of the key)", False)
RESAMPLES = 1000


def read_key(path):
    with open(path, encoding="utf-8") as file:
        return {row["id"]: (row["typology"], row["fraud"] == "true") for row in csv.DictReader(file)}


def read_customers(path, wanted):
    customers = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event["id"] in wanted:
                customers[event["id"]] = event["customer"]["id"]
    return customers


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return [(row["id"], row["outcome"], float(row["amount"])) for row in csv.DictReader(file)]


def interval(of_customer):
    """The share of counted among all, of [counted, all] for each customer: 2.5 % to 97.5 % of the resamples."""
    chance = random.Random(1)
    shares = []
    for _ in range(RESAMPLES):
        drawn = [of_customer[int(chance.random() * len(of_customer))] for _ in of_customer]
        shares.append(sum(counted for counted, _ in drawn) / sum(everything for _, everything in drawn))
    shares.sort()
    return shares[RESAMPLES // 40], shares[-RESAMPLES // 40 - 1]


class Group:
    """Payments of which some are counted: those of a typology that were alerted, or alerts that were right."""

    def __init__(self):
        self.payments = self.counted = self.declines = 0
        self.value = self.counted_value = 0.0
        self.of_customer = collections.defaultdict(lambda: [0, 0])

    def add(self, counted, declined, value, customer):
        self.payments += 1
        self.counted += counted
        self.declines += declined
        self.value += value
        self.counted_value += value * counted
        if customer is not None:
            self.of_customer[customer][0] += counted
            self.of_customer[customer][1] += 1

    def share(self):
        text = f"{self.counted / self.payments:7.1%}" if self.payments else "      -"
        if len(self.of_customer) > 1 and 0 < self.counted < self.payments:
            low, high = interval(list(self.of_customer.values()))
            text += f" ({low:.1%} to {high:.1%})"
        return text

    def customers(self):
        caught = sum(counted > 0 for counted, _ in self.of_customer.values())
        return f"{caught:,} of {len(self.of_customer):,}" if self.of_customer else ""


def group_rows(rows, key, customers):
    """Returns the groups by (typology, fraud), and the alerts as one group whose counted ones are frauds."""
    groups = collections.defaultdict(Group)
    alerts = Group()
    for event_id, outcome, amount in rows:
        kind = key.get(event_id, ORDINARY)
        alert, declined = outcome != "approve", outcome == "decline"
        customer = customers.get(event_id)
        groups[kind].add(alert, declined, amount, customer)
        if alert:
            alerts.add(kind[1], declined, amount, customer)
    return groups, alerts


def show(groups, alerts):
    payments = sum(group.payments for group in groups.values())
    print(f"{payments:,} payments, {alerts.payments:,} alerts ({alerts.declines:,} declines), "
          f"{alerts.counted:,} of them right: {alerts.share().strip()}")
    declines_right = sum(group.declines for (_, fraud), group in groups.items() if fraud)
    print(f"{declines_right:,} of the declines are right\n")
    print(f"{'':24} {'payments':>9} {'alerts':>7} {'declines':>8} {'value':>7}  {'customers':15} alerts of payments")
    for fraud, title in ((True, "fraud and laundering"), (False, "honest")):
        print(title)
        for (name, is_fraud), group in sorted(groups.items()):
            if is_fraud == fraud:
                value = f"{group.counted_value / group.value:7.1%}" if group.value else "      -"
                print(f"  {name:22} {group.payments:9,} {group.counted:7,} {group.declines:8,} {value}  "
                      f"{group.customers():15} {group.share()}")


def compare(rows_path, key_path, payments_path):
    rows = read_rows(rows_path)
    key = read_key(key_path)
    customers = read_customers(payments_path, {row[0] for row in rows}) if payments_path else {}
    groups, alerts = group_rows(rows, key, customers)
    show(groups, alerts)
    return rows, key, groups, alerts


def check_tiny(weir, folder):
    """Many take-overs among few customers, and the pack account-takeover, which must find some."""
    payments, key, labels = folder / "payments.jsonl", folder / "key.csv", folder / "labels.jsonl"
    (folder / "token.key").write_text("0123456789abcdef" * 4 + "\n", encoding="utf-8")
    (folder / "token.key").chmod(0o600)
    subprocess.run([weir, "generate", "--seed", "1", "--days", "30", "--customers", "200", "--fraud-share", "0.05",
                    "--out", payments, "--labels", labels, "--truth", key], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([weir, "init", folder / "policy", "--from", "account-takeover"], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run([weir, "backtest", "--policy", folder / "policy", "--in", payments, "--labels", labels,
                    "--token-key", folder / "token.key", "--honest-after", "7d", "--rows", folder / "rows.csv",
                    "--json", folder / "report.json", "--quiet"], check=True)
    rows, key, groups, alerts = compare(folder / "rows.csv", key, payments)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))["policy"]["all"]
    if (len(rows), alerts.payments) != (report["payments"], report["alerts"]):
        sys.exit("pack_key.py: the backtest counts other payments or alerts")
    missing = {event_id for event_id in key if event_id.startswith("p-")} - {row[0] for row in rows}
    if missing:
        sys.exit(f"pack_key.py: {len(missing)} payments of the key are in no row")
    takeover = groups[("account_takeover", True)]
    if takeover.counted == 0 or takeover.declines == 0:
        sys.exit("pack_key.py: the pack found no take-over")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="?", type=pathlib.Path)
    parser.add_argument("key", nargs="?", type=pathlib.Path)
    parser.add_argument("--payments", type=pathlib.Path, help="what `weir generate --out` wrote")
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if options.tiny:
        with tempfile.TemporaryDirectory() as temporary:
            check_tiny(options.build / "ops/command/weir", pathlib.Path(temporary))
    elif options.key is None:
        parser.error("give the rows and the key, or --tiny")
    else:
        compare(options.rows, options.key, options.payments)


if __name__ == "__main__":
    main()
