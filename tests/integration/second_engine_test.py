#!/usr/bin/env python3
"""Two engines on the same topics: one is fenced before it publishes anything that does not count."""

import shutil
import unittest

import weir_process
from audit_oracle import check_run
from weir_process import Bank, Broker, Workplace, until

FENCED = "another engine ("


class SecondEngine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("second")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)

    def finish(self, bank, feed, engine, state):
        feed.wait()
        bank.wait_consumed(engine, bank.path / state)
        self.assertEqual(engine.terminate(), 0, engine.text())
        numbers = check_run(bank)
        print(f"{bank.path.name}: {numbers}")
        return numbers

    def stopped_by(self, older, newer):
        """The older one was overtaken and says by whom."""
        self.assertEqual(older.wait_for_end(), 1, older.text())
        self.assertIn(FENCED, older.text())
        self.assertIn("has taken over audit topic", older.text())
        self.assertIsNone(newer.process.poll(), newer.text())

    def test_takes_over_between_payments(self):
        """While nothing comes the older engine can't notice; its first record after that does not count."""
        bank = Bank(self.place, "quiet", self.broker.url)
        bank.generate("--malformed-share", "0.005", seed=8, events=3000).wait()
        older = bank.run().wait_live()
        bank.wait_consumed(older)
        newer = bank.run("--rebuild", state="state-2").wait_live()
        self.assertIsNone(older.process.poll(), older.text())
        feed = bank.generate("--duplicate-share", "0.01", seed=9, events=3000, rate=2000)
        self.stopped_by(older, newer)
        numbers = self.finish(bank, feed, newer, "state-2")
        self.assertEqual(numbers["start"], 2)
        self.assertGreater(numbers["not_counted"], 0, "the older engine wrote nothing: it was not put to the test")

    def test_failover_with_a_copy_of_the_state(self):
        """The state directory of a stopped engine starts another one, while the first is started again by mistake."""
        bank = Bank(self.place, "copy", self.broker.url)
        bank.generate(seed=8, events=3000).wait()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        shutil.copytree(bank.state(), bank.path / "state-2")
        older = bank.run().wait_live()
        newer = bank.run(state="state-2").wait_live()
        feed = bank.generate(seed=9, events=3000, rate=2000)
        self.stopped_by(older, newer)
        numbers = self.finish(bank, feed, newer, "state-2")
        self.assertEqual(numbers["start"], 3)

    def test_under_load(self):
        """On a busy stream a second engine follows until it gets its start in; then one of the two goes on alone. Which
        one is a race. That the other stops, and that all bytes agree, is not."""
        bank = Bank(self.place, "busy", self.broker.url)
        feed = bank.generate("--duplicate-share", "0.01", seed=10, events=8000, rate=1000)
        first = bank.run().wait_live()
        until(lambda: sum(bank.consumed().values()) > 1000, "the first engine works")
        second = bank.run("--rebuild", state="state-2")
        engines = first, second
        until(lambda: second.is_live() or any(engine.process.poll() is not None for engine in engines),
              lambda: f"the second engine's start: {first.text()} {second.text()}")
        feed.wait()
        feed = bank.generate(seed=12, events=2000, rate=2000)
        ended = until(lambda: [engine for engine in engines if engine.process.poll() is not None],
                      lambda: f"one of two engines ends: {first.text()} {second.text()}")
        self.assertEqual(len(ended), 1, f"{first.text()} {second.text()}")
        self.assertEqual(ended[0].process.returncode, 1, ended[0].text())
        self.assertIn(FENCED, ended[0].text())
        winner, state = (second, "state-2") if ended[0] is first else (first, "state")
        print(f"the {'second' if winner is second else 'first'} engine goes on")
        self.finish(bank, feed, winner, state)


if __name__ == "__main__":
    weir_process.main()
