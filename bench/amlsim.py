#!/usr/bin/env python3
"""Measures the rule pack aml-typologies on a sample of AMLSim (IBM's simulator of money laundering, on GitHub).

usage: amlsim.py DIR [--scale N] [--policy DIR] [--build DIR] [--keep DIR]
       amlsim.py --tiny [--build DIR]

DIR holds AMLSim's transactions.csv (sourceNodeId,targetNodeId,value,time) and nodes.csv (nodeid,isFraud,...). Each row
becomes two account payments in the pack's schema: out at the source, and a second later in at the target; a step is a
day from 2026-01-01 on, and the rows of a step are spread over it in their order. The files flag accounts and not
payments. A payment is taken for laundering if both its accounts are flagged and its value is below 50: between flagged
accounts AMLSim's values are either below 20 or, like everybody's, 100 and more. --scale multiplies the values.

--tiny makes up a sample with one funnel account, and fails unless the pack finds it and nothing else.
"""

import argparse
import csv
import datetime
import json
import pathlib
import sys
import tempfile

from pack_backtest import backtest, iso

ROOT = pathlib.Path(__file__).resolve().parent.parent
START = datetime.datetime(2026, 1, 1)
LAUNDERED_BELOW = 50.0


def times_of(rows):
    """The time of each row, spread over its day in the order of the file."""
    of_step = {}
    for row in rows:
        of_step[row["time"]] = of_step.get(row["time"], 0) + 1
    seen = {}
    for row in rows:
        place = seen.get(row["time"], 0)
        seen[row["time"]] = place + 1
        yield START + datetime.timedelta(days=int(row["time"]), seconds=86_000 * place // of_step[row["time"]])


def payment(number, time, account, other, direction, amount):
    return {"type": "account_payment", "id": f"p-{number:012}", "time": iso(time), "customer": {"id": f"c-{account}"},
            "account": f"A{account}", "direction": direction, "amount": amount, "currency": "EUR",
            "billing_amount": amount,
            "channel": "mobile" if direction == "out" else "batch",
            "counterparty": {"account": f"A{other}", "country": "DE"}}


def convert(source, target, scale):
    """Writes payments.jsonl and labels.jsonl; returns how many payments are laundering."""
    with open(source / "nodes.csv", encoding="utf-8") as file:
        flagged = {row["nodeid"] for row in csv.DictReader(file) if row["isFraud"] == "1"}
    with open(source / "transactions.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: int(row["time"]))
    laundered = 0
    with open(target / "payments.jsonl", "w", encoding="utf-8") as payments, \
            open(target / "labels.jsonl", "w", encoding="utf-8") as labels:
        for index, (row, time) in enumerate(zip(rows, times_of(rows))):
            payer, payee = row["sourceNodeId"], row["targetNodeId"]
            bad = payer in flagged and payee in flagged and float(row["value"]) < LAUNDERED_BELOW
            laundered += 2 * bad
            amount = "%.2f" % (float(row["value"]) * scale)
            later = time + datetime.timedelta(seconds=1)
            for event in (payment(2 * index, time, payer, payee, "out", amount),
                          payment(2 * index + 1, later, payee, payer, "in", amount)):
                payments.write(json.dumps(event) + "\n")
                labels.write(json.dumps({"event_id": event["id"], "label": "fraud" if bad else "honest",
                                         "known_at": iso(later + datetime.timedelta(days=1))}) + "\n")
    return laundered


def make_tiny(folder):
    """Thirty accounts that pay each other now and then, and eight that pay one, which passes it on."""
    rows = [(f"{i % 30}", f"{(i * 7 + 3) % 30}", "120.00", f"{1 + i // 10}") for i in range(300)]
    rows += [(f"{100 + i}", "99", "49.00", f"{20 + i}") for i in range(8)]
    rows += [("99", "98", "49.00", f"{20 + i}") for i in range(8)]
    with open(folder / "transactions.csv", "w", encoding="utf-8") as file:
        file.write("sourceNodeId,targetNodeId,value,time\n" + "".join(",".join(row) + "\n" for row in rows))
    flagged = {"98", "99"} | {f"{100 + i}" for i in range(8)}
    with open(folder / "nodes.csv", "w", encoding="utf-8") as file:
        file.write("nodeid,isFraud\n" + "".join(f"{i},{int(str(i) in flagged)}\n" for i in range(110)))


def show(report):
    figures = report["all"]
    frauds = figures["fraud_alerts"] + figures["fraud_passed"]
    print(f"{figures['payments']:,} payments, {frauds:,} of them laundering; {figures['alerts']:,} alerts, "
          f"{figures['fraud_alerts']:,} of them right; episodes of an account {figures['episodes']:,}, "
          f"caught {figures['caught_episodes']:,}")
    for rule in report["rules"]:
        if rule["hits"]:
            print(f"  {rule['rule']:26} hits {rule['hits']:6,}  laundering {rule['fraud']:6,}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", type=pathlib.Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--policy", type=pathlib.Path, help="instead of the pack as it is shipped")
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="leave the converted files and the report there")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if not options.tiny and options.source is None:
        parser.error("give AMLSim's directory, or --tiny")
    weir = options.build / "ops/command/weir"
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        source = options.source
        if options.tiny:
            source = folder
            make_tiny(folder)
        laundered = convert(source, folder, 20.0 if options.tiny else options.scale)
        report = backtest(weir, "aml-typologies", options.policy, folder, "--card", "account", "--customer",
                          "account")
        show(report)
        figures = report["all"]
        if laundered != figures["fraud_alerts"] + figures["fraud_passed"]:
            sys.exit("amlsim.py: the backtest counts other frauds than were labelled")
        if options.tiny and (figures["caught_episodes"] == 0 or figures["honest_alerts"] > 0):
            sys.exit("amlsim.py: the funnel account is to be found, and nothing else")


if __name__ == "__main__":
    main()
