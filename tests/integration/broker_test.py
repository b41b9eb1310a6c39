#!/usr/bin/env python3
"""The broker goes away under a running engine and comes back: the engine waits, goes on, and has lost nothing."""

import unittest

import weir_process
from audit_oracle import check_run
from weir_process import Bank, Broker, Workplace, until


class BrokerOutage(unittest.TestCase):
    def outage(self, name, stop):
        place = Workplace(name)
        self.addCleanup(place.close)
        broker = Broker(place)
        # No port of its own: the broker must come back where the engine looks for it.
        bank = Bank(place, name, broker.url)
        feed = bank.generate("--malformed-share", "0.01", "--duplicate-share", "0.01", seed=11, events=12_000, rate=800)
        engine = bank.run().wait_live()
        for _ in range(2):
            # More than at the last outage is through, so the engine works again.
            before = sum(bank.consumed().values())
            until(lambda: sum(bank.consumed().values()) > before + 500, "the engine goes on")
            stop(broker)
            # The engine has noticed, and still stands.
            seen = engine.text().count("\n")
            until(lambda: "refused" in engine.text() or engine.text().count("\n") > seen or engine.process.poll(),
                  lambda: f"the engine notices: {engine.text()}")
            self.assertIsNone(engine.process.poll(), engine.text())
            broker.start()
        feed.wait()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        numbers = check_run(bank)
        # One life: it waited, nobody restarted it.
        self.assertEqual(numbers["start"], 1, numbers)
        print(f"{name}: {numbers}")

    def test_killed(self):
        self.outage("killed", lambda broker: broker.kill())

    def test_stopped_cleanly(self):
        self.outage("stopped", lambda broker: broker.stop())

    def test_started_before_its_broker(self):
        """Without a broker there is nothing to start on: exit status 1, and it says which broker."""
        place = Workplace("absent")
        self.addCleanup(place.close)
        broker = Broker(place)
        bank = Bank(place, "absent", broker.url)
        broker.stop()
        engine = bank.run()
        self.assertEqual(engine.wait_for_end(), 1, engine.text())
        self.assertIn(broker.url.removeprefix("kafka://"), engine.text())
        broker.start()
        engine = bank.run().wait_live()
        self.assertEqual(engine.terminate(), 0, engine.text())


if __name__ == "__main__":
    weir_process.main()
