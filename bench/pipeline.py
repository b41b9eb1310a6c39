#!/usr/bin/env python3
"""The whole pipeline on files: what a transaction costs `weir run` with audit records, epochs and syncs included.

Puts the transactions of the Fraud Detection Handbook (WEIR_DATA, by default ../shared/data) on a topic as a directory,
lets `weir run` screen all of them with the handbook policy and its ten rules, and stops it. Before a run's figures are
printed its answers are checked: one audit record and one decision for every input offset; the first run is replayed
from its audit records, the others must have come to the same bytes. --tiny takes a few events of the generator.
"""

import argparse
import collections
import contextlib
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import record
import topic_to_topic

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUTS = ("decisions", "audit", "dead-letters")
RULES = 10
PATIENCE_S = 120  # without an answer
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
MIB = 1 << 20

AUDITED = re.compile(rb'"kind":"([a-z_]+)","shard":\d+,"sequence":(\d+),"clock_ms":-?\d+'
                     rb'(?:,"input":\{"topic":"transactions","partition":(\d+),"offset":(\d+),)?')
LEAF = b'"leaf":"'
SEQUENCE = b'"sequence":'


def say(text):
    print(f"pipeline: {text}", file=sys.stderr, flush=True)


def fail(text):
    sys.exit(f"pipeline: {text}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build/release"), help="where weir was built")
    parser.add_argument("--repetitions", type=int, default=3, help="runs, each from nothing (default 3)")
    parser.add_argument("--events", type=int, default=0, help="the first so many transactions (default: all)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="setting of weir run")
    parser.add_argument("--dir", help="where topics and state go (default: a new folder in TMPDIR)")
    parser.add_argument("--tiny", action="store_true", help="few events of the generator, its policy, no data needed")
    options = parser.parse_args()
    if options.repetitions < 1:
        parser.error("--repetitions: at least one")
    return options


def end_offset(topic):
    """One past the newest durable record, over all partitions (connectors/topicdir/layout.h)."""
    total = 0
    for mark in topic.glob("*/durable"):
        while True:
            held = mark.read_bytes()
            end, complement = struct.unpack("<QQ", held) if len(held) == 16 else (0, 0)
            if end ^ complement == 2**64 - 1:
                break
        total += end
    return total


def folder_bytes(folder, pattern="**/*"):
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())


def thread_seconds(pid):
    """Name -> processor seconds. Threads of one name are numbered in the order in which they were started."""
    threads = []
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has just ended
            head, _, rest = (task / "stat").read_text().rpartition(")")
            fields = rest.split()
            threads.append((int(task.name), head.partition("(")[2], (int(fields[11]) + int(fields[12])) / TICKS_PER_S))
    threads.sort()
    names = collections.Counter(name for _, name, _ in threads)
    numbers = collections.Counter()
    seconds = {}
    for _, name, spent in threads:
        numbers[name] += 1
        seconds[f"{name} {numbers[name]}" if names[name] > 1 else name] = spent
    return seconds


def written_bytes(pid):
    """(by write calls, dirtied for the disk)"""
    held = dict(line.split(": ") for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(held["wchar"]), int(held["write_bytes"])


def peak_memory(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) * 1024


class Bench:
    def __init__(self, options, home, stack):
        self.options, self.home, self.stack = options, home, stack
        self.weir = str(pathlib.Path(options.build).resolve() / "ops/command/weir")
        self.count = 0
        self.first_digests = None

    def output_of(self, *arguments, fails=False):
        done = subprocess.run([self.weir, *arguments], cwd=self.home, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode != 0 and not fails:
            fail(f"weir {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout.strip()

    def start(self):
        pack = "retail-bank" if self.options.tiny else "handbook"
        self.output_of("init", "policy", "--from", pack)
        self.output_of("config", "--new", "weir.yaml")
        policy = json.loads(self.output_of("check", "policy", "--json"))
        if not self.options.tiny and policy["rules"] != RULES:
            fail(f"the handbook policy has {policy['rules']} rules, and this bench is of {RULES}")
        self.output_of("topics", "create", "dir:in/transactions")
        if self.options.tiny:
            self.output_of("generate", "--seed", "7", "--events", str(self.options.events or 2000), "--customers",
                           "200", "--to", "dir:in/transactions")
        else:
            self.put_handbook()
        topic = self.home / "in/transactions"
        self.count = end_offset(topic)
        print(f"input:   {self.count} transactions of the {'generator' if self.options.tiny else 'handbook'}, "
              f"{folder_bytes(topic, '*/*.log') / self.count:.0f} bytes each on the topic, one partition, in order")
        print(f"policy:  {policy['name']}, {policy['rules']} rules, {policy['features']} features, {policy['hash'][:23]}"
              + "".join(f"; {text}" for text in self.options.set))

    def put_handbook(self):
        folder = pathlib.Path(os.environ.get("WEIR_DATA") or ROOT.parent / "shared/data")
        data = folder / "handbook/transactions.csv.zst"
        if not data.exists():
            fail("no handbook/transactions.csv.zst: set WEIR_DATA to where the data are, or take --tiny")
        unpack = subprocess.Popen(["zstd", "-dcq", str(data)], stdout=subprocess.PIPE)
        write = subprocess.Popen([self.weir, "topics", "write", "dir:in/transactions", "--key-path", "customer_id"],
                                 cwd=self.home, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for number, row in enumerate(csv.DictReader(io.TextIOWrapper(unpack.stdout, encoding="ascii")), 1):
            del row["scenario"]  # the answer key
            write.stdin.write(b'{"tx_id":%(tx_id)s,"datetime":"%(datetime)s","customer_id":%(customer_id)s,'
                              b'"terminal_id":%(terminal_id)s,"amount":"%(amount)s","fraud":%(fraud)s}\n'
                              % {name.encode(): text.encode() for name, text in row.items()})
            if number == self.options.events:
                unpack.kill()
                break
        complaint = write.communicate()[1].decode()
        if write.returncode != 0 or (unpack.wait() != 0 and not self.options.events):
            fail(f"the transactions could not be put on a topic: {complaint}")

    def run(self, number):
        """One run from nothing until all is answered, and stopped: its figures."""
        out = self.home / "out"
        shutil.rmtree(out, ignore_errors=True)
        for name in OUTPUTS:
            self.output_of("topics", "create", f"dir:out/{name}")
        port = topic_to_topic.free_port()
        # The stream's own time is the clock: it plays months in a minute.
        settings = {"inputs.transactions": "dir:in/transactions", "inputs.labels": "",
                    "outputs.decisions": "dir:out/decisions", "outputs.audit": "dir:out/audit",
                    "outputs.dead_letters": "dir:out/dead-letters", "state": "out/state", "clock": "event",
                    "metrics.listen": f"127.0.0.1:{port}"}
        command = [self.weir, "run", "--config", "weir.yaml"]
        for text in [f"{key}={value}" for key, value in settings.items()] + self.options.set:
            command += ["--set", text]
        load = record.load_average()
        log = self.home / "weir.log"
        with log.open("w") as stream:
            begin = time.monotonic()
            engine = subprocess.Popen(command, cwd=self.home, stdout=stream, stderr=stream)
        stop = self.stack.enter_context(contextlib.ExitStack())
        stop.callback(engine.kill)
        self.wait_for_answers(engine, log, out)
        figures = {"wall": time.monotonic() - begin, "load": load, "threads": thread_seconds(engine.pid)}
        figures["cpu"] = sum(figures["threads"].values())
        figures["memory"] = peak_memory(engine.pid)
        time.sleep(0.6)  # the engine publishes its figures four times a second
        metrics = topic_to_topic.scrape(port)
        figures["write calls"], figures["to the disk"] = written_bytes(engine.pid)
        begin = time.monotonic()
        engine.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(engine.pid, 0)
        engine.returncode = os.waitstatus_to_exitcode(status)
        stop.pop_all()
        figures["stop"] = time.monotonic() - begin
        figures["whole cpu"] = usage.ru_utime + usage.ru_stime
        if engine.returncode != 0:
            fail(f"run {number}: weir ended with {engine.returncode}:\n{log.read_text()}")
        figures["epochs"] = metrics["weir_epochs_total"]
        figures["epoch bytes"] = metrics["weir_epoch_bytes_total"]
        figures["stages"] = {name: metrics[f'weir_stage_duration_seconds_sum{{stage="{name}"}}']
                             for name in topic_to_topic.STAGES}
        for name in ("audit", "decisions"):
            figures[name] = folder_bytes(out / name, "*/*.log")
        figures["state"] = folder_bytes(out / "state")
        return figures

    def wait_for_answers(self, engine, log, out):
        answered, since = 0, time.monotonic()
        while answered < self.count:
            now = end_offset(out / "decisions") + end_offset(out / "dead-letters")
            if now > answered:
                answered, since = now, time.monotonic()
            if engine.poll() is not None or time.monotonic() - since > PATIENCE_S:
                fail(f"{answered} of {self.count} transactions were answered:\n{log.read_text()}")
            time.sleep(0.01)

    def check(self, number):
        """Every input offset has one audit record, and every transaction's audit record its decision."""
        if letters := end_offset(self.home / "out/dead-letters"):
            fail(f"run {number}: {letters} dead letters")
        audited = bytearray(self.count)
        owed = collections.Counter()  # audit record -> decisions; a duplicate is answered with its first decision
        leaves, decisions = hashlib.sha256(), hashlib.sha256()
        duplicates = 0
        for line in self.records("audit"):
            found = AUDITED.search(line)
            if not found:
                fail(f"run {number}: no audit record: {line[:200]}")
            kind, sequence, partition, offset = found.groups()
            if offset is None:
                continue  # the engine's own: start, policy
            if kind not in (b"transaction", b"duplicate") or partition != b"0" or int(offset) >= self.count:
                fail(f"run {number}: an audit record that nothing leads to: {line[:200]}")
            audited[int(offset)] += 1
            if kind == b"duplicate":
                duplicates += 1
                sequence = re.search(rb'"first_sequence":(\d+)', line).group(1)
            owed[int(sequence)] += 1
            at = line.rindex(LEAF) + len(LEAF)
            leaves.update(line[at:at + 64])
        if audited != b"\1" * self.count:
            fail(f"run {number}: an input offset without an audit record, or with two")
        for line in self.records("decisions"):
            sequence = line[line.rindex(SEQUENCE) + len(SEQUENCE):]
            owed[int(sequence[:sequence.index(b"}")])] -= 1
            decisions.update(line.split(b"\t")[3])
        wrong = [sequence for sequence, missing in owed.items() if missing != 0]
        if wrong:
            fail(f"run {number}: {len(wrong)} decisions missing or too many, the first of audit record {min(wrong)}")
        print(f"answers: run {number}: each of {self.count} input offsets has one audit record and one decision"
              + (f" ({duplicates} are duplicates, with the first one's)" if duplicates else "") + "; no dead letters")
        digests = (leaves.hexdigest(), decisions.hexdigest())
        if self.first_digests is None:
            self.first_digests = digests
            self.replay()
        elif digests != self.first_digests:
            fail(f"run {number}: other leaves or decisions than in run 1")
        else:
            print(f"         run {number}: leaves and decisions are the same bytes as in run 1")

    def records(self, topic):
        reading = subprocess.Popen([self.weir, "topics", "read", f"dir:out/{topic}"], cwd=self.home,
                                   stdout=subprocess.PIPE)
        yield from reading.stdout
        if reading.wait() != 0:
            fail(f"the topic {topic} can't be read")

    def replay(self):
        begin = time.monotonic()
        told = self.output_of("replay", "--audit", "dir:out/audit", "--decisions", "dir:out/decisions", "--quiet",
                              fails=True)
        say(f"replayed in {time.monotonic() - begin:.1f} s")
        lines = told.splitlines()
        number = lambda text: int(text.replace(",", ""))
        whole = len(lines) == 2 and re.match(r"([\d,]+) records: ([\d,]+) identical, 0 different, 0 altered, 0 gaps, "
                                             r"0 not counted", lines[0])
        published = whole and re.fullmatch(r"([\d,]+) decisions: ([\d,]+) identical \(0 of them repeats\), "
                                           r"0 different, 0 missing", lines[1])
        if not published or number(whole[1]) != number(whole[2]) or number(published[2]) != self.count:
            fail(f"the replay differs:\n{told}")
        print(f"         replay of run 1: {whole[0]}; {lines[1]}")


def show(title, rows):
    """Rows of (what, a value for each run, decimals)."""
    print(f"\n{title:<44} {'median':>12} {'spread':>7} {'smallest':>12} {'greatest':>12}")
    for what, values, decimals in rows:
        median = statistics.median(values)
        spread = f"{(max(values) - min(values)) / median:.0%}" if median else "-"
        print(f"{what:<44} {median:>12,.{decimals}f} {spread:>7} {min(values):>12,.{decimals}f} "
              f"{max(values):>12,.{decimals}f}")


def report(runs, count):
    of = lambda name: [run[name] for run in runs]
    show(f"{len(runs)} run{'s' if len(runs) > 1 else ''}", [
        ("seconds, start to last durable decision", of("wall"), 2),
        ("transactions/s on the wall", [count / value for value in of("wall")], 0),
        ("processor seconds, all threads, until then", of("cpu"), 2),
        ("  the same with the stop", of("whole cpu"), 2),
        ("transactions/s per core", [count / value for value in of("cpu")], 0),
        ("  the same with the stop", [count / value for value in of("whole cpu")], 0),
        ("processors busy", [run["cpu"] / run["wall"] for run in runs], 2),
        ("seconds to stop (SIGTERM)", of("stop"), 2),
        ("peak memory, MiB", [value / MIB for value in of("memory")], 0),
        ("epochs", of("epochs"), 0)])
    per = lambda name: [value / count for value in of(name)]
    show("bytes for one transaction", [
        ("audit topic", per("audit"), 0),
        ("decisions topic", per("decisions"), 0),
        ("epochs, as handed to RocksDB", per("epoch bytes"), 0),
        ("state directory, after the stop", per("state"), 0),
        ("all write calls (compactions too)", per("write calls"), 0),
        ("dirtied for the disk", per("to the disk"), 0)])
    names = [name for name in runs[0]["threads"] if max(run["threads"].get(name, 0) for run in runs) > 0]
    show("processor seconds by thread", [
        (name, [run["threads"].get(name, 0) for run in runs], 2) for name in names])
    show("the engine's own stages, ns a transaction", [
        (name, [run["stages"][name] / count * 1e9 for run in runs], 0) for name in topic_to_topic.STAGES])
    print("\nload before each run: " + "; ".join(of("load")))


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("pipeline: stopped"))  # what was started is ended
    with contextlib.ExitStack() as stack:
        home = pathlib.Path(tempfile.mkdtemp(prefix="pipeline-", dir=options.dir))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        bench = Bench(options, home, stack)
        bench.start()
        runs = []
        for number in range(1, options.repetitions + 1):
            runs.append(bench.run(number))
            say(f"run {number}: {runs[-1]['wall']:.1f} s")
            bench.check(number)
        report(runs, bench.count)


if __name__ == "__main__":
    main()
