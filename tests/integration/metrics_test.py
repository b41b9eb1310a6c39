#!/usr/bin/env python3
"""A real Prometheus scrapes a running engine; what it then knows is what the audit stream says."""

import json
import pathlib
import shutil
import subprocess
import unittest
import urllib.parse

import weir_process
from audit_oracle import Counted, check_run
from weir_process import Bank, Broker, Workplace, free_port, http_get, until, weir

STAGES = ("parse", "history", "features", "model", "rules", "decide", "audit", "append")


@unittest.skipUnless(shutil.which("prometheus") and shutil.which("promtool"), "there is no Prometheus")
class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("metrics")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)
        cls.port = free_port()
        cls.address = f"http://127.0.0.1:{cls.port}"
        cls.bank = Bank(cls.place, "metrics", cls.broker.url)
        cls.bank.settings["metrics.listen"] = f"127.0.0.1:{cls.port}"

    def start_prometheus(self):
        config = self.place.path / "prometheus.yml"
        config.write_text("global: {scrape_interval: 250ms, scrape_timeout: 250ms}\n"
                          "scrape_configs:\n"
                          f"  - {{job_name: weir, static_configs: [{{targets: ['127.0.0.1:{self.port}']}}]}}\n")
        port = free_port()
        self.prometheus = f"http://127.0.0.1:{port}"
        log = self.place.path / "prometheus.log"
        self.place.start(["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}",
                          f"--storage.tsdb.path={self.place.path}/prometheus"], log)
        until(lambda: http_get(f"{self.prometheus}/-/ready")[0] == 200, log.read_text)

    def query(self, expression):
        """{labels as a sorted tuple: value} of an instant query."""
        status, body = http_get(f"{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        self.assertEqual(status, 200, body)
        return {tuple(sorted((name, value) for name, value in found["metric"].items()
                             if name not in ("__name__", "instance", "job"))): float(found["value"][1])
                for found in json.loads(body)["data"]["result"]}

    def one(self, expression):
        found = self.query(expression)
        self.assertEqual(len(found), 1, f"{expression}: {found}")
        return next(iter(found.values()))

    def by(self, label, expression):
        return {dict(labels)[label]: value for labels, value in self.query(expression).items()}

    def add_conflicts(self):
        """Ids that were used before, with other content: the stream's newest, which are remembered."""
        payments = [record["value"] for record in self.bank.read("transactions", partition=0)
                    if record.get("value") and record["value"].startswith("{") and '"channel"' in record["value"]]
        changed = []
        for payment in payments[-10:]:
            if self.is_json(payment):
                changed.append(json.dumps({**json.loads(payment), "surplus": 1}))
        lines = self.place.path / "conflicts.jsonl"
        lines.write_text("\n".join(changed) + "\n")
        weir("topics", "write", self.bank.url("transactions"), "--from", lines, "--key-path", "customer.id")

    @staticmethod
    def is_json(text):
        try:
            return isinstance(json.loads(text), dict)
        except ValueError:
            return False

    def test_prometheus_knows_what_the_audit_stream_says(self):
        bank = self.bank
        # Nothing answers before there is an engine, and the start of a long recovery is not ready yet.
        self.assertEqual(http_get(f"{self.address}/healthz")[0], 0)
        self.start_prometheus()
        bank.generate("--malformed-share", "0.02", "--duplicate-share", "0.02", "--late-share", "0.02", seed=31,
                      events=6000).wait()
        self.add_conflicts()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        self.assertEqual(http_get(f"{self.address}/healthz")[0], 200)
        until(lambda: http_get(f"{self.address}/readyz")[0] == 200, "ready")

        lint = subprocess.run(["promtool", "check", "metrics"], input=http_get(f"{self.address}/metrics")[1],
                              capture_output=True, text=True, check=False)
        self.assertEqual((lint.returncode, lint.stdout + lint.stderr), (0, ""))

        counted = Counted(bank)
        kinds = counted.kinds
        owed = kinds["transaction"] + kinds["duplicate"] + kinds["dead_letter"] + kinds["label"]
        delivered = owed - kinds["label"]  # A label has an audit record, and nothing goes out.
        until(lambda: self.query("weir_decision_latency_seconds_count") == {(): float(delivered)},
              lambda: f"{delivered} deliveries: {self.query('weir_decision_latency_seconds_count')}")

        with self.subTest("records by kind"):
            self.assertEqual(self.by("kind", "weir_records_total"),
                             {kind: kinds[kind] for kind in ("transaction", "duplicate", "dead_letter", "label")})
        with self.subTest("decisions by outcome"):
            outcomes = dict.fromkeys(("approve", "review", "decline"), 0)
            for record in counted.of("transaction"):
                outcomes[record["outcome"]] += 1
            self.assertEqual(self.by("outcome", "weir_decisions_total"), outcomes)
        with self.subTest("dead letters by reason"):
            reasons = {}
            for record in counted.of("dead_letter"):
                reasons[record["reason"]] = reasons.get(record["reason"], 0) + 1
            self.assertGreater(len(reasons), 1)
            self.assertEqual(self.by("reason", "weir_dead_letters_total"), reasons)
        with self.subTest("late, conflicts, duplicates"):
            for metric, flag in (("weir_late_events_total", "late"), ("weir_id_conflicts_total", "id_conflict"),
                                 ("weir_beyond_history_total", "beyond_history")):
                flagged = sum(flag in record["flags"] for record in counted.of("transaction"))
                self.assertEqual(self.one(metric), flagged, metric)
            self.assertGreater(self.one("weir_id_conflicts_total"), 0)
            self.assertGreater(self.one("weir_late_events_total"), 0)
            self.assertGreater(kinds["duplicate"], 0)
        with self.subTest("latency per stage and from topic to topic"):
            stages = self.by("stage", "weir_stage_duration_seconds_count")
            self.assertEqual(set(stages), set(STAGES))
            # Every record that could be parsed went through it, and each has its time in its audit record.
            self.assertGreaterEqual(stages["parse"], kinds["transaction"])
            for stage in ("features", "rules", "decide", "audit"):
                self.assertEqual(stages[stage], kinds["transaction"], stages)
            self.assertEqual(self.one("weir_audit_latency_seconds_count"), owed)
            for metric, count in (("weir_audit_latency_seconds", owed), ("weir_decision_latency_seconds", delivered)):
                self.assertEqual(self.one(f'{metric}_bucket{{le="+Inf"}}'), count)
                quantile = self.one(f"histogram_quantile(0.99, {metric}_bucket)")
                self.assertGreater(quantile, 0.0)
                self.assertLess(quantile, 600.0)
        with self.subTest("epochs and cache"):
            epochs = self.one("weir_epochs_total")
            self.assertGreater(epochs, 0)
            self.assertEqual(self.one("weir_epoch_duration_seconds_count"), epochs)
            self.assertGreater(self.one("weir_epoch_duration_seconds_sum"), 0)
            self.assertGreater(self.one("weir_epoch_bytes_total"), 0)
            self.assertGreater(self.one("weir_history_cache_hits_total"), 0)
            self.assertEqual(len(self.query("weir_history_cache_misses_total")), 1)
            self.assertGreater(self.one("weir_history_entities"), 0)
            self.assertEqual(self.one("weir_generation"), 1)
        with self.subTest("consumer lag"):
            def places():
                return {(dict(labels)["topic"], int(dict(labels)["partition"]))
                        for labels in self.query("weir_consumer_lag_records")}
            wanted = {(bank.prefix + "transactions", p) for p in range(4)} | {(bank.prefix + "labels", 0)}
            # The end of a partition is known once the broker has told it, and Prometheus asks every second.
            until(lambda: places() == wanted, lambda: f"the lag of {wanted}, not of {places()}")
            until(lambda: set(self.query("weir_consumer_lag_records").values()) == {0.0}, "no lag at rest")
        self.assertEqual(engine.terminate(), 0, engine.text())
        print(check_run(bank))

    def test_not_ready_while_it_recovers(self):
        """Long epochs and a kill leave a recovery; until it is done the engine is healthy, and not ready."""
        bank = Bank(self.place, "recovering", self.broker.url)
        bank.generate(seed=32, events=12_000).wait()
        engine = bank.run(epoch="1h").wait_live()
        until(lambda: sum(bank.ends("decisions").values()) >= 11_000, "the stream is screened")
        engine.kill()
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        engine = bank.run(metrics__listen=f"127.0.0.1:{port}")
        answer = until(lambda: [a for a in [http_get(f"{address}/readyz")] if a[0]], engine.text, pause_s=0.001)[0]
        self.assertEqual(answer[0], 503)
        self.assertIn("recovering", answer[1])
        self.assertEqual(http_get(f"{address}/healthz")[0], 200)
        until(lambda: http_get(f"{address}/readyz")[0] == 200, "ready")
        self.assertTrue(engine.is_live())
        recovered = [line for line in http_get(f"{address}/metrics")[1].splitlines()
                     if line.startswith("weir_recovered_records_total")]
        self.assertGreater(float(recovered[0].split()[-1]), 0.0)
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        self.assertEqual(http_get(f"{address}/healthz")[0], 0)

    def test_lag_of_an_engine_that_is_behind(self):
        """Few records in flight, each with the producer's pause: the engine is behind, and the lag falls to nothing."""
        bank = Bank(self.place, "behind", self.broker.url)
        bank.generate(seed=33, events=4000).wait()
        total = sum(bank.ends("transactions").values()) + sum(bank.ends("labels").values())
        port = free_port()
        engine = bank.run(metrics__listen=f"127.0.0.1:{port}", limits__in_flight="20", limits__poll="20",
                          kafka_producer="linger.ms=20").wait_live()

        def lag():
            found = [float(line.split()[-1]) for line in http_get(f"http://127.0.0.1:{port}/metrics")[1].splitlines()
                     if line.startswith("weir_consumer_lag_records{")]
            return sum(found) if found else None
        first = until(lag, "a lag that is not 0")
        self.assertLessEqual(first, total)
        until(lambda: lag() == 0, lambda: f"no lag at the end: {lag()}")
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())

    def test_loopback_unless_told_otherwise(self):
        settings = dict(line.split(": ", 1) for line in weir("config", cwd=self.place.path).stdout.splitlines()
                        if ": " in line)
        self.assertRegex(settings["metrics.listen"], r"^127\.0\.0\.1:\d+$")
        bank = Bank(self.place, "loopback")
        engine = bank.run(metrics__listen=f"127.0.0.1:{free_port()}").wait_live()
        listening = self.listening(engine.process.pid)
        self.assertEqual(len(listening), 1, listening)
        self.assertEqual({address for address, _ in listening}, {"0100007F"}, listening)
        self.assertEqual(engine.terminate(), 0)

    @staticmethod
    def listening(pid):
        """(address, port) in the kernel's hexadecimal of every TCP socket that the process listens on."""
        inodes = set()
        for descriptor in (pathlib.Path(f"/proc/{pid}/fd")).iterdir():
            try:
                target = descriptor.readlink().as_posix()
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
        found = set()
        for table in ("tcp", "tcp6"):
            for line in pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                words = line.split()
                if words[3] == "0A" and words[9] in inodes:
                    found.add(tuple(words[1].split(":")))
        return found


if __name__ == "__main__":
    weir_process.main()
