#!/usr/bin/env python3
"""Measures the rule pack card-fraud on the card payments of two public simulators.

usage: card_packs.py handbook|sparkov [--part tune|measure] [--replace-cards] [--data DIR] [--policy DIR] [--build DIR]
       card_packs.py --tiny [--build DIR]

handbook: the transactions of the Fraud Detection Handbook (handbook/transactions.csv.zst in WEIR_DATA); every payment
is taken for a chip payment in Germany, a terminal for a merchant, frauds are reported after 7 days. sparkov: the card
payments of the Sparkov generator (sparkov/transactions_2019_2020.csv.xz); categories that end in _net are online,
dollars are taken for euros, frauds are reported after 3 days. Neither has devices or authentication, and neither has a
second country. Their clock is taken for Central European Time. No column but the label tells fraud: the handbook's
`scenario` is not read.

The part `tune` is what the pack's thresholds were chosen on, `measure` what they were measured on (PARTS below).
--replace-cards gives a card a new number once a fraud of it is reported, as a bank does; in the files a card goes on as
if nothing had been. --tiny makes up payments with card testing, a cash-out and a merchant where cards are stolen, and
fails unless the pack finds these and nothing else.
"""

import argparse
import csv
import datetime
import io
import json
import lzma
import os
import pathlib
import subprocess
import sys
import tempfile

from pack_backtest import backtest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DAY = datetime.timedelta(days=1)
# First and last day (excluded) of what is scored; what is before is the past that features see.
PARTS = {
    "handbook": {"tune": ("2018-05-01", "2018-07-01"), "measure": ("2018-07-08", "2018-08-09")},
    "sparkov": {"tune": ("2019-03-01", "2020-01-01"), "measure": ("2020-01-01", "2021-01-01")},
    "tiny": {"measure": ("2026-02-01", "2026-03-01")},
}
REPORTED_AFTER = {"handbook": 7 * DAY, "sparkov": 3 * DAY, "tiny": 2 * DAY}
# The merchant category codes of ISO 18245 that come nearest.
CATEGORIES = {"entertainment": "7922", "food_dining": "5812", "gas_transport": "5541", "grocery_net": "5411",
              "grocery_pos": "5411", "health_fitness": "7997", "home": "5200", "kids_pets": "5945", "misc_net": "5999",
              "misc_pos": "5999", "personal_care": "7230", "shopping_net": "5262", "shopping_pos": "5311",
              "travel": "4722"}


def iso(time):
    return time.isoformat(timespec="seconds") + "+01:00"


def payment(number, time, card, merchant, amount, **more):
    """A payment in the pack's schema, and whether it is fraud."""
    return {"type": "card_payment", "id": f"p-{number}", "time": time, "customer": {"id": f"c-{card}"},
            "card": {"number": f"{card}"}, "amount": amount, "currency": "EUR", "billing_amount": amount,
            "merchant": {"id": merchant, "country": more.pop("country", "DE")}, "channel": "chip"} | more


def handbook(data):
    command = ["zstd", "-dcq", data / "handbook/transactions.csv.zst"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        for row in csv.DictReader(process.stdout):
            time = datetime.datetime.fromisoformat(row["datetime"])
            card = f"{4_000_000_000_000_000 + int(row['customer_id'])}"
            yield payment(row["tx_id"], time, card, f"m-{row['terminal_id']}", row["amount"]), row["fraud"] == "1"


def sparkov(data):
    epoch = datetime.datetime(1970, 1, 1)
    with lzma.open(data / "sparkov/transactions_2019_2020.csv.xz") as file:
        for row in csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline="")):
            time = epoch + datetime.timedelta(seconds=int(row["unix_time"]))
            event = payment(row["tx_id"], time, row["cc_num"], row["merchant"].removeprefix("fraud_"),
                            "%.2f" % float(row["amt"]), country="US")
            event["merchant"]["category"] = CATEGORIES[row["category"]]
            event["channel"] = "online" if row["category"].endswith("_net") else "chip"
            yield event, row["is_fraud"] == "1"


def tiny(_data):
    """Sixty cards that pay twice a day; the bad ones below. In the order of their times."""
    first = datetime.datetime(2026, 1, 1, 9)
    rows = []
    for number in range(60 * 100):
        card, time = number % 60, first + datetime.timedelta(hours=12 * (number // 60), minutes=number % 60)
        rows.append((payment(number, time, 4_000_000_000_000_100 + card, f"m-{(card * 7 + number // 60) % 20}",
                             "%d.00" % (20 + number % 17)), False))
    for victim in range(3):
        time = first + (36 + victim) * DAY
        for step in range(5):
            event = payment(10_000 + 10 * victim + step, time + step * datetime.timedelta(minutes=4),
                            4_000_000_000_000_100 + victim, "m-probes", "1.50", channel="online")
            rows.append((event, True))
        event = payment(10_009 + 10 * victim, time + datetime.timedelta(hours=1), 4_000_000_000_000_100 + victim,
                        "m-dear", "650.00", channel="online")
        event["merchant"]["category"] = "5732"
        rows.append((event, True))
    for number in range(40):
        time = first + datetime.timedelta(days=32 + number // 2, hours=2 + 3 * (number % 2))
        rows.append((payment(20_000 + number, time, 4_000_000_000_000_110 + number, "m-robbed", "90.00"), True))
    yield from sorted(rows, key=lambda row: row[0]["time"])


def convert(source, rows, target, until, replace_cards):
    """Writes payments.jsonl and labels.jsonl; returns how many payments there are."""
    delay = REPORTED_AFTER[source]
    reported = {}  # by card, when frauds of it become known
    count = 0
    with open(target / "payments.jsonl", "w", encoding="utf-8") as payments, \
            open(target / "labels.jsonl", "w", encoding="utf-8") as labels:
        for event, fraud in rows:
            time = event["time"]
            if time >= until:
                break
            card = event["card"]["number"]
            event["time"] = iso(time)
            if replace_cards:
                known = sum(report <= time for report in reported.get(card, ()))
                event["card"]["number"] = f"{card}-{known}" if known else card
            payments.write(json.dumps(event) + "\n")
            count += 1
            if fraud:
                reported.setdefault(card, []).append(time + delay)
                labels.write(json.dumps({"event_id": event["id"], "label": "fraud",
                                         "known_at": iso(time + delay)}) + "\n")
    return count


def share(value):
    return "-" if value is None else f"{100 * value:.1f} %"


def show(report):
    print(json.dumps(report)[:6000])


def measure(source, options, folder):
    begin, end = PARTS[source]["measure" if options.tiny else options.part]
    rows = {"handbook": handbook, "sparkov": sparkov, "tiny": tiny}[source](options.data)
    until = datetime.datetime.fromisoformat(end)
    convert(source, rows, folder, until, options.replace_cards)
    return backtest(options.build / "ops/command/weir", "card-fraud", options.policy, folder, "--card", "card",
                    "--from", f"{begin}T00:00:00+01:00", "--until", f"{end}T00:00:00+01:00", "--honest-after",
                    f"{REPORTED_AFTER[source].days}d")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", choices=("handbook", "sparkov"))
    parser.add_argument("--part", choices=("tune", "measure"), default="measure")
    parser.add_argument("--replace-cards", action="store_true")
    parser.add_argument("--data", default=os.environ.get("WEIR_DATA", ROOT / "../shared/data"), type=pathlib.Path)
    parser.add_argument("--policy", type=pathlib.Path, help="instead of the pack as it is shipped")
    parser.add_argument("--build", default=ROOT / "build/release", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="leave the converted files and the report there")
    parser.add_argument("--tiny", action="store_true")
    options = parser.parse_args()
    if not options.tiny and options.source is None:
        parser.error("say handbook or sparkov, or --tiny")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = measure("tiny" if options.tiny else options.source, options, folder)
        show(report)
        figures = report["all"]
        if options.tiny and (figures["fraud_alerts"] == 0 or figures["honest_alerts"] > 0):
            sys.exit("card_packs.py: the stolen cards are to be found, and nothing else")


if __name__ == "__main__":
    main()
