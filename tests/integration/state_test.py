#!/usr/bin/env python3
"""The state directory: lost, of another format, in use, rebuilt."""

import os
import shutil
import subprocess
import unittest

import weir_process
from audit_oracle import check_run
from weir_process import Bank, Broker, Workplace


class StateDirectory(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("state")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)

    def screened(self, name, base):
        """A bank whose stream was screened to its end, and the engine stopped."""
        bank = Bank(self.place, name, base)
        bank.generate("--malformed-share", "0.005", "--duplicate-share", "0.01", seed=3, events=3000).wait()
        self.screen(bank)
        return bank

    def screen(self, bank, *arguments):
        engine = bank.run(*arguments).wait_live()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())

    def refused(self, bank, *arguments):
        engine = bank.run(*arguments)
        self.assertEqual(engine.wait_for_end(), 1, engine.text())
        self.assertFalse(engine.is_live(), engine.text())
        return engine.text()

    def lost(self, name, base):
        bank = self.screened(name, base)
        audited = bank.ends("audit")
        shutil.rmtree(bank.state())
        said = self.refused(bank)
        self.assertIn("the state directory is empty", said)
        self.assertIn("--rebuild", said)
        self.assertEqual(bank.ends("audit"), audited, "a refused engine wrote to the audit stream")

        bank.generate(seed=4, events=1500).wait()
        self.screen(bank, "--rebuild")
        numbers = check_run(bank)
        self.assertEqual(numbers["start"], 2, numbers)
        # What was emitted again while rebuilding is byte for byte what stood there: check_run compared it.
        self.assertGreaterEqual(numbers["repeats"], 2900, numbers)
        # A state that is there is not rebuilt over.
        self.assertIn("need an empty state directory", self.refused(bank, "--rebuild"))

    def test_lost_and_rebuilt_from_kafka(self):
        self.lost("lost", self.broker.url)

    def test_lost_and_rebuilt_from_directories(self):
        self.lost("lost-directories", None)

    def test_unknown_format_version(self):
        bank = self.screened("format", None)
        writer = os.environ["WEIR_FORMAT_WRITER"]
        subprocess.run([writer, str(bank.state()), "99 shard 0"], check=True)
        said = self.refused(bank)
        self.assertIn(str(bank.state()), said)
        self.assertIn("99", said)
        self.assertIn("--rebuild", said)
        # With the right version it goes on, so it was the version that was refused.
        subprocess.run([writer, str(bank.state()), "1 shard 0"], check=True)
        self.screen(bank)
        check_run(bank)

    def test_in_use_by_a_running_engine(self):
        # On Kafka: a directory topic would refuse its second writer before the state directory is asked.
        bank = self.screened("locked", self.broker.url)
        engine = bank.run().wait_live()
        said = self.refused(bank)
        self.assertIn("in use by another weir process", said)
        self.assertIn(str(bank.state()), said)
        # The one that runs is not disturbed.
        bank.generate(seed=4, events=1000).wait()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        check_run(bank)

    def test_state_of_another_stream(self):
        bank = self.screened("other", None)
        fresh = Bank(self.place, "other-fresh")
        shutil.copytree(bank.state(), fresh.state())
        said = self.refused(fresh)
        self.assertIn("audit", said)
        self.assertEqual(fresh.ends("audit"), {0: 0})


if __name__ == "__main__":
    weir_process.main()
