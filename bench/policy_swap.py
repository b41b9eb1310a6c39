#!/usr/bin/env python3
"""What a change of the policy costs a running engine: latency from topic to topic, with changes and without, by turns.

Starts Apache Kafka and `weir run` with the policy retail-bank as topic_to_topic.py does, and sends records on a fixed
schedule. In the blocks of a side its policies follow each other by `weir policy use`; in steady blocks nothing changes.
Every record's answer must come exactly once, and at the end `weir replay` must come to each recorded decision again,
under all the policies. Prints a markdown page; --out writes it to a file.
"""

import argparse
import contextlib
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import record
import topic_to_topic

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIDES = {
    "steady": "nothing changes",
    "rules": "a threshold changes",
    "features": "a feature comes and goes, with a rule that asks for it",
    "many rules": "10,000 more rules come and go",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="where weir and the bench were built")
    parser.add_argument("--rate", type=int, default=2000, help="transactions a second (default 2000)")
    parser.add_argument("--seconds", type=int, default=30, help="measured seconds of a block (default 30)")
    parser.add_argument("--warm-up", type=int, default=5, help="seconds before, checked and not measured (default 5)")
    parser.add_argument("--blocks", type=int, default=3, help="blocks of each side (default 3)")
    parser.add_argument("--period", type=float, default=5, help="seconds from one change to the next (default 5)")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--customers", type=int, default=50000)
    parser.add_argument("--rules", type=int, default=10000, help="how many rules more (default 10000)")
    parser.add_argument("--out", help="file for the markdown page")
    parser.add_argument("--tiny", action="store_true", help="one short, slow block of each side, for its answers")
    options = parser.parse_args()
    if options.tiny:
        options.rate, options.seconds, options.warm_up, options.blocks, options.period = 300, 3, 1, 1, 0.5
        options.customers, options.rules = 500, 500
    options.sender_linger, options.producer, options.consumer, options.set = "1", [], [], []
    return options


def made_rules(count):
    """Rules as banks have them by the thousand: a few comparisons over fields and a feature, seldom met."""
    draw = random.Random(1)
    text = "rules:\n"
    for number in range(count):
        parts = ["event_type == 'card_payment'",
                 f"billing_amount >= eur('{draw.randint(10, 9000)}.{draw.randint(0, 99):02d}')"]
        if draw.random() < 0.5:
            parts.append(f"channel == '{draw.choice(['online', 'chip'])}'")
        parts.append(f"card.count_30d > {draw.randint(50, 600)}")
        text += (f"  - id: made-{number:05d}\n    description: Made rule {number}\n    reason: M{number % 97}\n"
                 f"    when: {' && '.join(parts)}\n    then: {{points: {draw.randint(1, 400)}}}\n    mode: shadow\n")
    return text


class Bench(topic_to_topic.Bench):
    def make_policies(self):
        policy = self.home / "policy"
        self.policies = {"steady": [], "rules": [self.home / "more", policy], "features": [self.home / "feature", policy],
                         "many rules": [self.home / "many", policy]}
        for directories in self.policies.values():
            for directory in directories[:1]:
                shutil.copytree(policy, directory)
        more = "id: bench-more\ndescription: One rule more\nreason: B1\nmode: shadow\nthen: {points: 1}\nwhen: "
        amount = "event_type == 'card_payment' && billing_amount > eur('900.00')"
        (self.home / "more/rules/more.yaml").write_text(more + amount + "\n")
        (self.home / "feature/features/bench.yaml").write_text(
            "card:\n  bench_48h: {count: events, window: 48h, where: channel == 'online'}\n")
        (self.home / "feature/rules/more.yaml").write_text(more + amount + " && card.bench_48h > 2\n")
        (self.home / "many/rules/many.yaml").write_text(made_rules(self.options.rules))
        self.taken = {side: [] for side in SIDES}

    def change(self, side, done):
        """One policy after the other, until `done`; the last one is the policy that it began with."""
        turn = 0
        while not done.wait(self.options.period) or turn % 2:
            begin = time.monotonic()
            result = subprocess.run([str(self.weir), "policy", "use", str(self.policies[side][turn % 2]), *self.config],
                                    cwd=self.home, capture_output=True, text=True)
            if result.returncode != 0:
                self.failure = result.stdout + result.stderr
                return
            self.taken[side].append(time.monotonic() - begin)
            turn += 1

    def turn(self, side, number):
        done = threading.Event()
        self.failure = None
        thread = threading.Thread(target=self.change, args=(side, done))
        if self.policies[side]:
            thread.start()
        self.block("weir", number)
        done.set()
        if self.policies[side]:
            thread.join()
        if self.failure is not None:
            sys.exit(f"policy_swap: {side}: {self.failure}; see {self.home}")
        self.blocks[-1]["side"] = side

    def replayed(self):
        result = subprocess.run([str(self.weir), "replay", "--audit", f"kafka://{self.brokers}/audit", "--quiet"],
                                cwd=self.home, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"policy_swap: replay: {result.stdout}{result.stderr}; see {self.home}")
        return result.stdout.strip().splitlines()[-1]

    def page(self):
        options = self.options
        lines = ["# Changing the policy under load", "",
                 "Written by the command below; [README.md](../README.md) tells what it measures and how to read it.", "",
                 *record.where_and_how(),
                 "- the broker (one JVM), the engine, sender and receiver share the processors",
                 "- `" + " ".join(["bench/policy_swap.py", *sys.argv[1:]]) + "`",
                 f"- {options.rate} transactions/s, {options.seconds} s a block after {options.warm_up} s of warm-up, "
                 f"{options.blocks} blocks of each side by turns after one of each that is not counted; in all but the "
                 f"steady ones a change {options.period:g} s after the one before; policy retail-bank",
                 f"- answers: {sum(block['sent'] for block in self.blocks)} records sent, each with its decision exactly "
                 f"once; replay of the whole audit stream: {self.replay}", "",
                 "Milliseconds from when a record was due to when its decision was received, every record counted:", "",
                 "| block | side | p50 | p90 | p99 | p99.9 | max | load before | processors busy |",
                 "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |"]
        for number, block in enumerate(self.blocks, 1):
            times = " | ".join(f"{block[name]:.2f}" for name in ("p50", "p90", "p99", "p999", "max"))
            lines.append(f"| {number} | {block['side']} | {times} | {block['load']} | {block['busy']:.2f} |")
        lines += ["", "Median over the blocks, smallest and greatest in brackets:", "",
                  "| side | changes | p50 | p99 | p99.9 | max | `weir policy use`, s |",
                  "| --- | ---: | --- | --- | --- | --- | --- |"]
        for side, what in SIDES.items():
            blocks = [block for block in self.blocks if block["side"] == side]
            cells = []
            for name in ("p50", "p99", "p999", "max"):
                values = [block[name] for block in blocks]
                cells.append(f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})")
            taken = self.taken[side]
            use = f"{statistics.median(taken):.2f} ({min(taken):.2f} to {max(taken):.2f})" if taken else ""
            lines.append(f"| {side}: {what} | {len(taken)} | " + " | ".join(cells) + f" | {use} |")
        return "\n".join(lines) + "\n"


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("policy_swap: stopped"))  # what was started is ended
    home = pathlib.Path(tempfile.mkdtemp(prefix="policy_swap-"))
    with contextlib.ExitStack() as stack:
        bench = Bench(options, home, stack)
        bench.start(len(SIDES) * (options.blocks + 1), ("weir",))
        bench.make_policies()
        number = 0
        for turn in range(options.blocks + 1):
            for side in SIDES:
                bench.turn(side, number)
                number += 1
            if turn == 0:
                bench.blocks.clear()
                bench.taken = {side: [] for side in SIDES}
        bench.replay = bench.replayed()
        page = bench.page()
    shutil.rmtree(home, ignore_errors=True)
    print(page, end="")
    if options.out:
        pathlib.Path(options.out).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(options.out).write_text(page)


if __name__ == "__main__":
    main()
