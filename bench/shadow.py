#!/usr/bin/env python3
"""What a whole policy in the shadow costs: latency from topic to topic with it and without, by turns.

Starts Apache Kafka and `weir run` with the policy retail-bank as topic_to_topic.py does, and sends records on a fixed
schedule. In the blocks of one side a second policy is in the shadow (`weir policy shadow`): the same rules with other
thresholds, and a rule and a feature of its own. Every record's answer must come exactly once; in the audit stream the
shadow must stand in every transaction of its blocks and in no other; and `weir replay` must come to each record again.
Prints a markdown page; --out writes it to a file.
"""

import argparse
import contextlib
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

import record
import topic_to_topic

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIDES = ("alone", "shadow")
RULE = """id: bench-shadow
description: A rule of the candidate's own
reason: B1
when: event_type == 'card_payment' && card.bench_48h > 2 && billing_amount > eur('100.00')
then: {points: 300}
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="where weir and the bench were built")
    parser.add_argument("--rate", type=int, default=1000, help="transactions a second (default 1000)")
    parser.add_argument("--seconds", type=int, default=20, help="measured seconds of a block (default 20)")
    parser.add_argument("--warm-up", type=int, default=3, help="seconds before, checked and not measured (default 3)")
    parser.add_argument("--blocks", type=int, default=5, help="blocks of each side (default 5)")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--customers", type=int, default=50000)
    parser.add_argument("--out", help="file for the markdown page")
    parser.add_argument("--tiny", action="store_true", help="one short, slow block of each side, for its answers")
    options = parser.parse_args()
    if options.tiny:
        options.rate, options.seconds, options.warm_up, options.blocks, options.customers = 300, 3, 1, 1, 500
    options.sender_linger, options.producer, options.consumer, options.set = "1", [], [], []
    return options


class Bench(topic_to_topic.Bench):
    def make_candidate(self):
        candidate = self.home / "candidate"
        shutil.copytree(self.home / "policy", candidate)
        settings = candidate / "policy.yaml"
        settings.write_text(settings.read_text().replace("review: 500", "review: 450"))
        (candidate / "rules/bench.yaml").write_text(RULE)
        (candidate / "features/bench.yaml").write_text("card:\n  bench_48h: {count: events, window: 48h}\n")

    def turn(self, side, number):
        wanted = "candidate" if side == "shadow" else "off"
        topic_to_topic.output_of(self.weir, "policy", "shadow", wanted, *self.config, cwd=self.home)
        self.block("weir", number)
        self.blocks[-1]["side"] = side

    def check(self):
        """Transactions with a shadow and without, as many as were sent; and the replay's last line."""
        per_block = (self.options.seconds + self.options.warm_up) * self.options.rate
        blocks = self.options.blocks + 1
        audit = f"kafka://{self.brokers}/audit"
        reader = subprocess.Popen([str(self.weir), "topics", "read", audit, "--max", "1000000000"], cwd=self.home,
                                  stdout=subprocess.PIPE, text=True)
        found = {True: 0, False: 0}
        for line in reader.stdout:
            if '"kind":"transaction"' in line:
                found['"shadow":{"policy"' in line] += 1
        if reader.wait() != 0 or found != {True: per_block * blocks, False: per_block * blocks}:
            sys.exit(f"shadow: the audit stream has {found[True]} transactions with a shadow and {found[False]} "
                     f"without, and {per_block * blocks} of each were sent; see {self.home}")
        replay = subprocess.run([str(self.weir), "replay", "--audit", audit, "--quiet"], cwd=self.home, text=True,
                                capture_output=True)
        if replay.returncode != 0:
            sys.exit(f"shadow: replay: {replay.stdout}{replay.stderr}; see {self.home}")
        return replay.stdout.strip().splitlines()[-1]

    def page(self, replay):
        options = self.options
        lines = ["# A policy in the shadow", "",
                 "Written by the command below; [README.md](../README.md) tells what it measures and how to read it.", "",
                 *record.where_and_how(),
                 "- the broker (one JVM), the engine, sender and receiver share the processors",
                 "- `" + " ".join(["bench/shadow.py", *sys.argv[1:]]) + "`",
                 f"- {options.rate} transactions/s, {options.seconds} s a block after {options.warm_up} s of warm-up, "
                 f"{options.blocks} blocks of each side by turns after one of each that is not counted",
                 f"- answers: every record sent has its decision exactly once; the shadow stands in each transaction of "
                 f"its blocks and in no other; replay: {replay}", "",
                 "Milliseconds from when a record was due to when its decision was received, every record counted:", "",
                 "| block | side | p50 | p90 | p99 | p99.9 | max | load before | processors busy |",
                 "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |"]
        for number, block in enumerate(self.blocks, 1):
            times = " | ".join(f"{block[name]:.2f}" for name in ("p50", "p90", "p99", "p999", "max"))
            lines.append(f"| {number} | {block['side']} | {times} | {block['load']} | {block['busy']:.2f} |")
        lines += ["", "Median over the blocks, smallest and greatest in brackets; the ratio is of the medians, in "
                  "brackets the smallest and greatest of the pairs of neighbours:", "",
                  "| | alone | with a shadow | ratio |", "| --- | --- | --- | --- |"]
        for name, title in (("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p999", "p99.9"), ("max", "max")):
            alone, shadow = ([block[name] for block in self.blocks if block["side"] == side] for side in SIDES)
            cells = [f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"
                     for values in (alone, shadow)]
            pairs = [b / a for a, b in zip(alone, shadow)]
            ratio = statistics.median(shadow) / statistics.median(alone)
            lines.append(f"| {title} | {cells[0]} | {cells[1]} | {ratio:.3f} ({min(pairs):.3f} to {max(pairs):.3f}) |")
        lines += ["", "The engine's own time for the step, mean over the blocks, microseconds (from /metrics):", "",
                  "| side | " + " | ".join(topic_to_topic.STAGES) + " | together |",
                  "| --- |" + " ---: |" * (len(topic_to_topic.STAGES) + 1)]
        for side in SIDES:
            means = []
            for stage in topic_to_topic.STAGES:
                found = [topic_to_topic.histogram(*block["metrics"], "weir_stage_duration_seconds", f'stage="{stage}"')
                         for block in self.blocks if block["side"] == side]
                means.append(statistics.mean(each["mean"] for each in found if each) * 1e3)
            lines.append(f"| {side} | " + " | ".join(f"{mean:.1f}" for mean in [*means, sum(means)]) + " |")
        return "\n".join(lines) + "\n"


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("shadow: stopped"))  # what was started is ended
    home = pathlib.Path(tempfile.mkdtemp(prefix="shadow-"))
    with contextlib.ExitStack() as stack:
        bench = Bench(options, home, stack)
        bench.start(len(SIDES) * (options.blocks + 1), ("weir",))
        bench.make_candidate()
        number = 0
        for turn in range(options.blocks + 1):
            # Neither side is always the one that comes after the other.
            for side in SIDES if turn % 2 == 0 else reversed(SIDES):
                bench.turn(side, number)
                number += 1
            if turn == 0:
                bench.blocks.clear()
        page = bench.page(bench.check())
    shutil.rmtree(home, ignore_errors=True)
    print(page, end="")
    if options.out:
        pathlib.Path(options.out).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(options.out).write_text(page)


if __name__ == "__main__":
    main()
