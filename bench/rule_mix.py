#!/usr/bin/env python3
"""Writes a workload of fraud rules, for bench/rules and bench/cel_go: the same bytes for the same options.

usage: rule_mix.py OUT.json [--rules N] [--events N] [--seed N]

  {"variables": [{"name": "card.count_1h", "type": "int"}, ...],     int, double, string or bool
   "rules": [{"id": "r00000", "when": "..."}, ...],
   "events": [{"card.count_1h": 3, ...}, ...]}                       every variable in every event

Each rule is a conjunction of two to four terms. Of the terms 40 % are predicates on fields of the payment, 35 %
arithmetic on window features, 15 % membership in a list, 10 % regular expressions and macros; on average 1 % of the
rules hit. --rules 10 writes the ten rules that a card issuer starts with, by hand, instead of drawing them.
"""

import argparse
import json
import random
import sys

CHANNELS = ["chip", "contactless", "online", "atm", "recurring"]
COUNTRIES = ["DE", "FR", "NL", "AT", "PL", "IT", "ES", "BE", "CZ", "DK", "SE", "GB", "IE", "US", "TR", "RO", "BG", "HU",
             "PT", "GR", "FI", "NO", "CH", "LU", "LT", "LV", "EE", "SK", "SI", "HR"]
WORDS = ["market", "hotel", "fuel", "crypto", "gift", "games", "books", "pharma", "taxi", "air", "music", "casino",
         "garden", "cards", "wallet", "travel", "bakery", "shoes", "cinema", "phone"]
VARIABLES = [("amount", "double"), ("channel", "string"), ("country", "string"), ("currency", "string"), ("mcc", "int"),
             ("merchant_id", "string"), ("merchant_name", "string"), ("device_id", "string"),
             ("email_domain", "string"),
             ("card_age_days", "int"), ("is_foreign", "bool"), ("new_device", "bool"), ("card.count_1h", "int"),
             ("card.count_24h", "int"), ("card.sum_1h", "double"), ("card.sum_24h", "double"),
             ("card.mean_30d", "double"),
             ("card.merchants_24h", "int"), ("card.declines_24h", "int"), ("merchant.count_1h", "int"),
             ("merchant.mean_30d", "double"), ("merchant.fraud_rate_30d", "double"), ("customer.age_days", "int"),
             ("customer.sum_7d", "double")]
TEN = [
    "card.count_1h >= 3 && channel == 'online' && amount >= 150.0",
    "amount > 5.0 * card.mean_30d && card.sum_24h + amount > 1000.0",
    "country in ['TR', 'RO', 'BG', 'HR'] && is_foreign && amount > 200.0",
    "new_device && customer.sum_7d * 0.5 < amount && channel == 'online'",
    "merchant_name.matches('(?i)(crypto|gift|casino)') && amount >= 100.0",
    "card.declines_24h >= 2 && card.count_1h * 24 > card.count_24h * 3",
    "merchant.fraud_rate_30d > 0.02 && amount > 2.0 * merchant.mean_30d",
    "mcc in [4829, 6051, 7995, 5967] && card_age_days < 30",
    "['mailbox.example', 'tempmail.example', 'drop.example'].exists(d, email_domain.endsWith(d))"
    " && customer.age_days < 90",
    "channel == 'atm' && card.sum_24h > 800.0 && is_foreign",
]


def make_events(count, rng):
    merchants = [(f"m{i}", f"{rng.choice(WORDS).title()} {rng.choice(WORDS)} {i}", rng.choice(range(4000, 8000, 7)))
                 for i in range(2000)]
    events = []
    for _ in range(count):
        merchant, name, mcc = merchants[min(int(rng.paretovariate(0.7)) - 1, len(merchants) - 1)]
        mean = round(rng.lognormvariate(3.5, 0.8), 2)
        count_24h = min(int(rng.expovariate(0.4)), 40)
        count_1h = min(count_24h, int(rng.expovariate(1.2)))
        amount = round(mean * rng.lognormvariate(0, 0.9), 2)
        sum_1h = round(sum(mean * rng.lognormvariate(0, 0.6) for _ in range(count_1h)), 2)
        foreign = rng.random() < 0.12
        events.append({
            "amount": amount, "channel": rng.choices(CHANNELS, [30, 35, 25, 4, 6])[0],
            "country": rng.choice(COUNTRIES[1:]) if foreign else "DE",
            "currency": "EUR" if rng.random() < 0.93 else "USD",
            "mcc": mcc, "merchant_id": merchant, "merchant_name": name, "device_id": f"d{rng.randrange(5000)}",
            "email_domain": rng.choice(["mail", "post", "mailbox", "corp", "tempmail", "drop"]) + ".example",
            "card_age_days": int(rng.expovariate(1 / 600)), "is_foreign": foreign, "new_device": rng.random() < 0.05,
            "card.count_1h": count_1h, "card.count_24h": count_24h, "card.sum_1h": sum_1h,
            "card.sum_24h": round(sum_1h + mean * (count_24h - count_1h), 2), "card.mean_30d": mean,
            "card.merchants_24h": int(count_24h * rng.random()), "card.declines_24h": int(rng.expovariate(2.5)),
            "merchant.count_1h": int(rng.paretovariate(0.9)),
            "merchant.mean_30d": round(rng.lognormvariate(3.4, 0.5), 2),
            "merchant.fraud_rate_30d": round(rng.betavariate(0.6, 60), 5),
            "customer.age_days": int(rng.expovariate(1 / 1500)),
            "customer.sum_7d": round(mean * rng.lognormvariate(2, 0.7), 2)})
    return events


class Terms:
    """Draws terms as (text, the set of events for which they hold, as bits)."""

    def __init__(self, events, rng):
        self.events = events
        self.rng = rng

    def bits(self, holds):
        return sum(1 << i for i, event in enumerate(self.events) if holds(event))

    # A comparison with a threshold that lets a drawn share of the events through.
    def threshold(self, value, text, whole):
        values = sorted(value(event) for event in self.events)
        share = 10 ** self.rng.uniform(-2, -0.5)
        at = values[min(len(values) - 1, int(len(values) * (1 - share)))]
        at = int(at) if whole else round(at, 2)
        return f"{text} > {at if whole else repr(float(at))}", self.bits(lambda event: value(event) > at)

    def field(self):
        kind = self.rng.randrange(8)
        event = self.rng.choice(self.events)
        if kind < 3:
            name = self.rng.choice(["channel", "country", "mcc"])
            wanted = event[name]
            return (f"{name} == {wanted!r}", self.bits(lambda e: e[name] == wanted))
        if kind == 3:
            name = self.rng.choice(["is_foreign", "new_device"])
            return name, self.bits(lambda e: e[name])
        if kind == 4:
            return "currency != 'EUR'", self.bits(lambda e: e["currency"] != "EUR")
        if kind == 5:
            name = self.rng.choice(["card_age_days", "customer.age_days"])
            at = self.rng.choice([3, 7, 14, 30, 60, 90, 180])
            return f"{name} < {at}", self.bits(lambda e: e[name] < at)
        return self.threshold(lambda e: e["amount"], "amount", False)

    def arithmetic(self):
        kind = self.rng.randrange(8)
        factor = self.rng.choice([1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0])
        if kind == 0:
            return (f"amount > {factor} * card.mean_30d",
                    self.bits(lambda e: e["amount"] > factor * e["card.mean_30d"]))
        if kind == 1:
            return (f"card.sum_1h > {factor} * card.mean_30d",
                    self.bits(lambda e: e["card.sum_1h"] > factor * e["card.mean_30d"]))
        if kind == 2:
            times = self.rng.choice([2, 3, 4, 6])
            return (f"card.count_1h * 24 > card.count_24h * {times}",
                    self.bits(lambda e: e["card.count_1h"] * 24 > e["card.count_24h"] * times))
        if kind == 3:
            return (f"amount > {factor} * merchant.mean_30d",
                    self.bits(lambda e: e["amount"] > factor * e["merchant.mean_30d"]))
        if kind == 4:
            return self.threshold(lambda e: e["card.sum_24h"] + e["amount"], "card.sum_24h + amount", False)
        if kind == 5:
            return self.threshold(lambda e: e["card.count_1h"] + e["card.declines_24h"],
                                  "card.count_1h + card.declines_24h", True)
        name = self.rng.choice(["card.count_1h", "card.count_24h", "card.merchants_24h", "card.declines_24h",
                                "merchant.count_1h"])
        if kind == 6:
            return self.threshold(lambda e: e[name], name, True)
        name = self.rng.choice(["card.sum_24h", "customer.sum_7d", "merchant.fraud_rate_30d"])
        return self.threshold(lambda e: e[name], name, False)

    def member(self):
        name = self.rng.choice(["merchant_id", "merchant_id", "country", "mcc", "device_id"])
        size = self.rng.choice([3, 5, 10, 20, 50])
        values = sorted({self.rng.choice(self.events)[name] for _ in range(size)})
        wanted = set(values)
        return f"{name} in [{', '.join(map(repr, values))}]", self.bits(lambda e: e[name] in wanted)

    def text(self):
        words = self.rng.sample(WORDS, 3)
        kind = self.rng.randrange(3)
        if kind == 0:
            return (f"merchant_name.matches('(?i)({words[0]}|{words[1]}) .*[0-9]')",
                    self.bits(lambda e: any(w + " " in e["merchant_name"].lower() for w in words[:2])))
        if kind == 1:
            return (f"['{words[0]}', '{words[1]}', '{words[2]}'].exists(w, merchant_name.contains(w))",
                    self.bits(lambda e: any(w in e["merchant_name"] for w in words)))
        return ("['mailbox.', 'tempmail.', 'drop.'].exists(d, email_domain.startsWith(d))",
                self.bits(lambda e: e["email_domain"].startswith(("mailbox.", "tempmail.", "drop."))))

    def draw(self):
        kind = self.rng.choices([self.field, self.arithmetic, self.member, self.text], [40, 35, 15, 10])[0]
        return kind()


def make_rules(count, events, rng):
    """Conjunctions that hit 1 % of the events on average."""
    terms = Terms(events, rng)
    pool = [terms.draw() for _ in range(2 * count)]
    rules, hits = [], 0
    while len(rules) < count:
        chosen = rng.sample(pool, rng.choices([2, 3, 4], [45, 40, 15])[0])
        both = chosen[0][1]
        for _, bits in chosen[1:]:
            both &= bits
        found = both.bit_count()
        # Towards 1 % of all: what would lead away from it is drawn again, what never hits is kept now and then.
        wanted = len(events) * 0.01 * (len(rules) + 1)
        if found > len(events) * 0.08 or (hits + found > wanted + len(events) * 0.05):
            continue
        if hits < wanted and found < len(events) * 0.005 and rng.random() < 0.7:
            continue
        hits += found
        rules.append(" && ".join(text for text, _ in chosen))
    return rules


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    rng = random.Random(options.seed)
    events = make_events(options.events, rng)
    rules = TEN if options.rules == len(TEN) else make_rules(options.rules, events, rng)
    with open(options.out, "w", encoding="ascii") as out:
        json.dump({"variables": [{"name": name, "type": kind} for name, kind in VARIABLES],
                   "rules": [{"id": f"r{i:05}", "when": when} for i, when in enumerate(rules)], "events": events}, out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
