#!/usr/bin/env python3
"""Latency from topic to topic: Weir beside a bare pass-through, on one real broker, in alternating blocks.

Starts Apache Kafka (ops/setup/kafka), makes the records (weir generate), starts `weir run` with the policy
retail-bank and bench/pass_through, and lets bench/topic_to_topic send and receive: records on a fixed schedule,
latency from when a record was due. Every record's answer must come exactly once. Prints a markdown page; --out writes
it to a file.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import record

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIDES = ("weir", "pass-through")
STAGES = ("parse", "history", "features", "model", "rules", "decide", "audit", "append")


def say(text):
    print(f"topic_to_topic: {text}", file=sys.stderr, flush=True)


def output_of(*command, **more):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **more).stdout.strip()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="where weir and the bench were built")
    parser.add_argument("--rate", type=int, default=5000, help="transactions a second (default 5000)")
    parser.add_argument("--seconds", type=int, default=60, help="measured seconds of a block (default 60)")
    parser.add_argument("--warm-up", type=int, default=5, help="seconds before, checked and not measured (default 5)")
    parser.add_argument("--blocks", type=int, default=3, help="blocks of each side (default 3)")
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--customers", type=int, default=50000)
    parser.add_argument("--sender-linger", default="1", help="linger.ms of the sender, for both sides (default 1)")
    parser.add_argument("--producer", action="append", default=[], metavar="NAME=VALUE",
                        help="property of Weir's and the pass-through's producers (default: the connector's)")
    parser.add_argument("--consumer", action="append", default=[], metavar="NAME=VALUE", help="of their consumers")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="setting of weir run")
    parser.add_argument("--out", help="file for the markdown page")
    parser.add_argument("--tiny", action="store_true", help="two short, slow blocks, for their answers")
    options = parser.parse_args()
    if options.tiny:
        options.rate, options.seconds, options.warm_up, options.blocks, options.customers = 300, 2, 1, 1, 500
    return options


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(pid):
    """User and system time of a process and all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_seconds():
    """Of all processors: user, nice, system, irq, softirq; and what the hypervisor took."""
    fields = [int(field) / os.sysconf("SC_CLK_TCK") for field in pathlib.Path("/proc/stat").read_text().split()[1:9]]
    return fields[0] + fields[1] + fields[2] + fields[5] + fields[6], fields[7]


def scrape(port):
    """Metric with its labels -> value."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line and line[0] != "#")}


def histogram(before, after, name, label=""):
    """Mean and an upper bound of p50 and p99 in milliseconds of what was observed in between."""
    inside = "{" + label + "}" if label else ""
    count = after[f"{name}_count{inside}"] - before.get(f"{name}_count{inside}", 0)
    total = after[f"{name}_sum{inside}"] - before.get(f"{name}_sum{inside}", 0)
    if not count:
        return None
    buckets = []
    for metric, value in after.items():
        match = re.fullmatch(re.escape(name) + r'_bucket\{(.*)le="([^"]*)"\}', metric)
        if match and match.group(1).rstrip(",") == label:
            buckets.append((float(match.group(2)), value - before.get(metric, 0)))
    buckets.sort()
    bound = lambda share: next(le for le, value in buckets if value >= share * count) * 1e3
    return {"mean": total / count * 1e3, "p50": bound(0.5), "p99": bound(0.99)}


def rocksdb_jobs(state):
    """(flushes, compactions) so far, from RocksDB's own log."""
    text = (state / "LOG").read_text(errors="replace")
    return text.count('"event": "flush_finished"'), text.count('"event": "compaction_finished"')


class Bench:
    def __init__(self, options, home, stack):
        self.options, self.home, self.stack = options, home, stack
        build = pathlib.Path(options.build)
        self.weir, self.tools = build / "ops/command/weir", build / "bench"
        self.records = home / "records.jsonl"
        self.blocks = []

    def start(self, blocks, sides=SIDES):
        options, home = self.options, self.home
        count = blocks * (options.seconds + options.warm_up) * options.rate
        output_of(self.weir, "generate", "--seed", "7", "--events", str(count), "--customers", str(options.customers),
                  "--duplicate-share", "0", "--out", str(self.records))
        say(f"{count} records, {self.records.stat().st_size / count:.0f} bytes each")
        kafka = str(ROOT / "ops/setup/kafka")
        self.brokers = output_of(kafka, "start", str(home / "kafka"), "--port", "0").splitlines()[-1]
        self.stack.callback(subprocess.run, [kafka, "stop", str(home / "kafka"), "--now"], stderr=subprocess.DEVNULL)
        self.pids = {"broker": int((home / "kafka/kafka.pid").read_text())}
        base = f"kafka://{self.brokers}"
        for topic, partitions in {"transactions": options.partitions, "decisions": options.partitions, "audit": 1,
                                  "dead-letters": 1, "pass-in": options.partitions,
                                  "pass-out": options.partitions}.items():
            output_of(self.weir, "topics", "create", f"{base}/{topic}", "--partitions", str(partitions))
        output_of(self.weir, "init", "policy", "--from", "retail-bank", cwd=home)
        output_of(self.weir, "config", "--new", "weir.yaml", cwd=home)
        self.port = free_port()
        # The records play weeks in a minute, so their own time is the clock. The broker's clients get their lists with
        # the flags: a property may hold a comma.
        settings = {"inputs.transactions": f"{base}/transactions", "inputs.labels": "",
                    "outputs.decisions": f"{base}/decisions", "outputs.audit": f"{base}/audit",
                    "outputs.dead_letters": f"{base}/dead-letters", "clock": "event", "state": str(home / "state"),
                    "metrics.listen": f"127.0.0.1:{self.port}", "kafka_producer": ",".join(options.producer)}
        if options.consumer:
            settings["kafka_consumer"] = ",".join(options.consumer)
        self.config = ["--config", "weir.yaml"]
        for text in [f"{key}={value}" for key, value in settings.items()] + options.set:
            self.config += ["--set", text]
        self.pids["engine"] = self.begin("weir", [str(self.weir), "run", *self.config], "live")
        if "pass-through" not in sides:
            return
        command = [str(self.tools / "pass_through"), self.brokers, "pass-in", "pass-out"]
        for name, texts in (("--producer", options.producer), ("--consumer", options.consumer)):
            for text in texts:
                command += [name, text]
        self.pids["pass-through"] = self.begin("pass_through", command, "live")

    def begin(self, name, command, ready):
        log = self.home / f"{name}.log"
        with log.open("w") as stream:
            process = subprocess.Popen(command, cwd=self.home, stdout=stream, stderr=stream)
        self.stack.callback(self.end, process)
        limit = time.monotonic() + 60
        while ready not in log.read_text():
            if process.poll() is not None or time.monotonic() > limit:
                sys.exit(f"topic_to_topic: {name} did not start:\n{log.read_text()}")
            time.sleep(0.1)
        return process.pid

    @staticmethod
    def end(process):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()

    def block(self, side, number):
        options = self.options
        topics = ("transactions", "decisions") if side == "weir" else ("pass-in", "pass-out")
        command = [str(self.tools / "topic_to_topic"), "--brokers", self.brokers, "--in", topics[0], "--out", topics[1],
                   "--records", str(self.records), "--rate", str(options.rate), "--seconds", str(options.seconds),
                   "--warm-up", str(options.warm_up), "--linger", options.sender_linger,
                   "--first", str(number * (options.seconds + options.warm_up) * options.rate)]
        command += ["--same"] if side != "weir" else []
        load = record.load_average()
        metrics, jobs = scrape(self.port), rocksdb_jobs(self.home / "state")
        cpu = {name: cpu_seconds(pid) for name, pid in self.pids.items()}
        busy, begin = busy_seconds(), time.monotonic()
        own = os.times()
        run = subprocess.run(command, text=True, stdout=subprocess.PIPE)
        took = time.monotonic() - begin
        busy_after, own_after = busy_seconds(), os.times()
        time.sleep(0.6)  # the engine publishes its figures four times a second
        spent = {name: (cpu_seconds(pid) - cpu[name]) / took for name, pid in self.pids.items()}
        spent["sender and receiver"] = (own_after.children_user + own_after.children_system - own.children_user
                                        - own.children_system) / took
        result = json.loads(run.stdout) if run.stdout.startswith("{") else {}
        if run.returncode != 0:
            sys.exit(f"topic_to_topic: {side}, block {number + 1}: wrong answers: {result or run.stdout}; see "
                     f"{self.home}")
        after, jobs_after = scrape(self.port), rocksdb_jobs(self.home / "state")
        result |= {"side": side, "load": load, "cpu": spent, "busy": (busy_after[0] - busy[0]) / took,
                   "stolen": (busy_after[1] - busy[1]) / took, "metrics": (metrics, after),
                   "epochs": int(after["weir_epochs_total"] - metrics.get("weir_epochs_total", 0)),
                   "flushes": jobs_after[0] - jobs[0], "compactions": jobs_after[1] - jobs[1]}
        self.blocks.append(result)
        say(f"block {len(self.blocks)} {side}: p50 {result['p50']:.2f} p99 {result['p99']:.2f} "
            f"p99.9 {result['p999']:.2f} max {result['max']:.1f} ms, load before {load}, processors busy "
            f"{result['busy']:.2f}")

    def page(self):
        options = self.options
        lines = ["# Topic to topic", "",
                 "Written by the command below; [README.md](../README.md) tells what it measures and how to read it.",
                 "", *record.where_and_how(),
                 "- the broker (one JVM), both sides, sender and receiver share the processors",
                 "- `" + " ".join(["bench/topic_to_topic.py", *sys.argv[1:]]) + "`",
                 f"- {options.rate} transactions/s, {options.seconds} s a block after {options.warm_up} s of warm-up, "
                 f"{options.blocks} blocks of each side by turns after one of each that is not counted, "
                 f"{options.partitions} partitions, producers with {', '.join(options.producer or ['linger.ms=0'])}"
                 + (f", consumers with {', '.join(options.consumer)}" if options.consumer else "")
                 + f", acks=all, the sender with linger.ms={options.sender_linger}; policy retail-bank"
                 + (f"; {', '.join(options.set)}" if options.set else ""),
                 f"- answers: {sum(block['sent'] for block in self.blocks)} records sent, each with its answer exactly "
                 "once (Weir: a decision of its id; pass-through: its bytes), nothing else came", "",
                 "Milliseconds from when a record was due to when its answer was received, every record counted:", "",
                 "| block | side | p50 | p90 | p99 | p99.9 | max | late sends, p99 | load before | processors busy |",
                 "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |"]
        for number, block in enumerate(self.blocks, 1):
            times = " | ".join(f"{block[name]:.2f}" for name in ("p50", "p90", "p99", "p999", "max", "late_p99"))
            lines.append(f"| {number} | {block['side']} | {times} | {block['load']} | {block['busy']:.2f} |")
        lines += ["", "Median over the blocks, smallest and greatest in brackets:", "",
                  "| | Weir | pass-through | ratio of medians |", "| --- | --- | --- | ---: |"]
        of = lambda side, name: [block[name] for block in self.blocks if block["side"] == side]
        for name, title in (("p50", "p50"), ("p90", "p90"), ("p99", "p99"), ("p999", "p99.9"), ("max", "max")):
            cells = []
            for side in SIDES:
                values = of(side, name)
                cells.append(f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})")
            ratio = statistics.median(of("weir", name)) / statistics.median(of("pass-through", name))
            lines.append(f"| {title} | {cells[0]} | {cells[1]} | {ratio:.2f} |")
        weir = [block for block in self.blocks if block["side"] == "weir"]
        lines += ["", "While Weir was measured: " + "; ".join(
            f"{block['epochs']} epochs, {block['flushes']} flushes, {block['compactions']} compactions"
            for block in weir)
            + " (epochs from /metrics, the others from RocksDB's log).", "",
            "Processor seconds per second, mean over the blocks (2.00 is both processors of a machine with two):", "",
            "| side | broker | engine | pass-through | sender and receiver | all, others' work too | stolen |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
        for side in SIDES:
            blocks = [block for block in self.blocks if block["side"] == side]
            mean = lambda get: statistics.mean(get(block) for block in blocks)
            lines.append(f"| {side} | " + " | ".join(
                f"{mean(lambda block, name=name: block['cpu'][name]):.2f}"
                for name in ("broker", "engine", "pass-through", "sender and receiver"))
                + f" | {mean(lambda block: block['busy']):.2f} | {mean(lambda block: block['stolen']):.2f} |")
        before, after = weir[0]["metrics"][0], weir[-1]["metrics"][1]
        lines += ["", "Weir's own histograms over its blocks, warm-up included, milliseconds (from /metrics; quantiles "
                  "are upper bounds of their buckets):", "", "| part | mean | p50 | p99 |",
                  "| --- | ---: | ---: | ---: |"]
        parts = [(f"step: {stage}", "weir_stage_duration_seconds", f'stage="{stage}"') for stage in STAGES]
        parts += [("taken off its topic to durable audit record", "weir_audit_latency_seconds", ""),
                  ("taken off its topic to acknowledged decision", "weir_decision_latency_seconds", ""),
                  ("epoch, cut to written (another thread)", "weir_epoch_duration_seconds", "")]
        for title, name, label in parts:
            found = histogram(before, after, name, label)
            if found:
                lines.append(f"| {title} | {found['mean']:.4f} | {found['p50']:.4f} | {found['p99']:.4f} |")
        return "\n".join(lines) + "\n"


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("topic_to_topic: stopped"))  # what was started is ended
    home = pathlib.Path(tempfile.mkdtemp(prefix="topic_to_topic-"))
    with contextlib.ExitStack() as stack:
        bench = Bench(options, home, stack)
        bench.start(options.blocks + 1)
        for number in range(options.blocks + 1):
            for side in SIDES:
                bench.block(side, number)
            if number == 0:
                bench.blocks.clear()
        page = bench.page()
    shutil.rmtree(home, ignore_errors=True)
    print(page, end="")
    if options.out:
        pathlib.Path(options.out).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(options.out).write_text(page)


if __name__ == "__main__":
    main()
