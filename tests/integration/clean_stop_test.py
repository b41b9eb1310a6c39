#!/usr/bin/env python3
"""SIGTERM under load: exit status 0, nothing in flight is lost, and the next life repeats nothing."""

import signal
import unittest

import weir_process
from audit_oracle import Counted, check_run
from weir_process import Bank, Broker, Workplace, until


class CleanStop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("stop")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)

    def stops(self, name, base, stop_signal):
        bank = Bank(self.place, name, base)
        # It feeds longer than the slowest machine needs for three stops, and is stopped then.
        feed = bank.generate("--malformed-share", "0.01", "--duplicate-share", "0.01", seed=13, events=200_000, rate=1000)
        stopped_at = []
        for _ in range(3):
            engine = bank.run().wait_live()
            before = sum(bank.ends("audit").values())
            until(lambda: sum(bank.ends("audit").values()) > before + 400, "the engine works")
            self.assertIsNone(feed.process.poll(), "the feed ended before the last stop: " + feed.log.read_text())
            engine.process.send_signal(stop_signal)
            self.assertEqual(engine.wait_for_end(), 0, engine.text())
            stopped_at.append(sum(bank.ends("audit").values()))
            # The state stands where the audit stream ends: there is nothing to recover.
            policies = len(Counted(bank).of("policy"))
            self.assertEqual(sum(bank.consumed().values()) + bank.lives + policies, stopped_at[-1])
        engine = bank.run().wait_live()
        feed.stop()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        for life in range(2, bank.lives + 1):
            self.assertNotIn("recovered", (bank.path / f"engine-{life}.log").read_text())
        numbers = check_run(bank)
        self.assertEqual(numbers["repeats"], 0, numbers)
        self.assertEqual(numbers["dead letters on the topic"], numbers["dead_letter"], numbers)
        self.assertEqual(numbers["start"], 4, numbers)
        print(f"{name}: stopped after {stopped_at} audit records; {numbers}")

    def test_terminated_on_kafka(self):
        self.stops("kafka-term", self.broker.url, signal.SIGTERM)

    def test_interrupted_on_directories(self):
        self.stops("directory-int", None, signal.SIGINT)

    def test_before_anything_came(self):
        bank = Bank(self.place, "idle", self.broker.url)
        self.assertEqual(bank.run().wait_live().terminate(), 0)
        bank.generate(seed=14, events=500).wait()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        self.assertEqual(check_run(bank)["repeats"], 0)


if __name__ == "__main__":
    weir_process.main()
