#!/usr/bin/env python3
"""Measures the rule pack card-fraud on the card payments of two public simulators.

usage: card_packs.py handbook|sparkov [--part tune|measure] [--replace-cards] [--data DIR] [--policy DIR] [--build DIR]
       card_packs.py --tiny [--build DIR]

handbook: the transactions of the Fraud Detection Handbook (handbook/transactions.csv.zst in WEIR_DATA); every payment
is taken for a chip payment in Germany, a terminal for a merchant, frauds are reported after 7 days. sparkov: the card
payments of the Sparkov generator (sparkov/transactions_2019_2020.csv.xz); categories that end in _net are online,
dollars are taken for euros, frauds are reported after 3 days. Neither has devices or authentication, and neither has a
second country. Their clock is taken for Central European Time. No column but the label tells fraud: the handbook's
`scenario` is not read. Beware: Sparkov's file has no honest online payment in 2020, so what is found online there says
nothing about false alerts.

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
    if process.returncode != 0:
        sys.exit("card_packs.py: zstd could not unpack the transactions of the handbook")


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
    """Sixty cards that pay twice a day; a thief who tries three of them and then buys; a merchant whose customers are
    robbed. In the order of their times."""
    first = datetime.datetime(2026, 1, 1, 9)
    card = 4_000_000_000_000_100
    rows = []
    for number in range(60 * 100):
        time = first + datetime.timedelta(hours=12 * (number // 60), minutes=number % 60)
        merchant = f"m-{(number % 60 * 7 + number // 60) % 20}"
        rows.append((payment(number, time, card + number % 60, merchant, "%d.00" % (20 + number % 17)), False))
    for victim in range(3):
        time = first + (36 + victim) * DAY
        thief = {"channel": "online", "device": {"id": "d-thief"}}
        for step in range(5):
            rows.append((payment(10_000 + 10 * victim + step, time + step * datetime.timedelta(minutes=4),
                                 card + victim, "m-probes", "1.50", **thief), True))
        rows.append((payment(10_009 + 10 * victim, time + datetime.timedelta(hours=1), card + victim, "m-dear",
                             "650.00", **thief), True))
    for number in range(40):
        time = first + datetime.timedelta(days=32 + number // 2, hours=2 + 3 * (number % 2))
        rows.append((payment(20_000 + number, time, card + 10 + number, "m-robbed", "90.00"), True))
    yield from sorted(rows, key=lambda row: row[0]["time"])


def convert(source, rows, target, until, replace_cards):
    """Writes payments.jsonl and labels.jsonl."""
    delay = REPORTED_AFTER[source]
    cards = {}  # how often a card was replaced, and when its next replacement is due
    with open(target / "payments.jsonl", "w", encoding="utf-8") as payments, \
            open(target / "labels.jsonl", "w", encoding="utf-8") as labels:
        for event, fraud in rows:
            time = event["time"]
            if time >= until:
                break
            event["time"] = iso(time)
            if fraud:
                labels.write(json.dumps({"event_id": event["id"], "label": "fraud",
                                         "known_at": iso(time + delay)}) + "\n")
            if replace_cards:
                card = event["card"]["number"]
                replaced, due = cards.get(card, (0, None))
                if due is not None and due <= time:
                    replaced, due = replaced + 1, None
                if fraud and due is None:
                    due = time + delay
                cards[card] = (replaced, due)
                event["card"]["number"] = f"{card}{replaced:02}"
            payments.write(json.dumps(event) + "\n")


def percent(figure):
    """A share with its interval of 95 %."""
    if figure is None:
        return "-"
    return f"{100 * figure['value']:.1f} % ({100 * figure['low']:.1f} to {100 * figure['high']:.1f})"


def share(part, whole):
    """The same by Wilson's formula, as one payment after the other."""
    if whole == 0:
        return None
    z = 1.96
    middle = (part + z * z / 2) / (whole + z * z)
    reach = z / (whole + z * z) * (part * (whole - part) / whole + z * z / 4) ** 0.5
    return {"value": part / whole, "low": max(0.0, middle - reach), "high": middle + reach}


def show(report):
    figures = report["all"]
    frauds = figures["fraud_alerts"] + figures["fraud_passed"]
    known = frauds + figures["honest_alerts"] + figures["honest_passed"]
    print(f"payments of known truth {known:,}, frauds {frauds:,}; "
          f"alerts {figures['alerts']:,}, of them declines {figures['declines']:,}")
    for name, key in (("precision", "precision"), ("recall", "recall"), ("value caught", "value_recall"),
                      ("episodes caught", "episode_recall"), ("honest alerted", "false_positive_rate")):
        print(f"  {name:16} {percent(figures[key])}")
    print("| rule | hits | precision | recall |\n|---|---|---|---|")
    for rule in report["rules"]:
        known = rule["fraud"] + rule["honest"]
        print(f"| `{rule['rule']}` | {rule['hits']:,} | {percent(share(rule['fraud'], known))} "
              f"| {percent(share(rule['fraud'], frauds))} |")


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
        if options.tiny:
            right = {rule["rule"]: rule["fraud"] for rule in report["rules"]}
            if not (right["card-testing-cash-out"] == 3 and right["card-merchant-fraud"] > 0):
                sys.exit("card_packs.py: the thief's purchases and the robbed merchant are to be found")
            if report["all"]["honest_alerts"] > 0:
                sys.exit("card_packs.py: an honest payment is alerted")


if __name__ == "__main__":
    main()
