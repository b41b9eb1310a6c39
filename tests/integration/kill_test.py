#!/usr/bin/env python3
"""`kill -9`, twenty times in one run on a real Kafka: nothing is lost, nothing is decided in two ways."""

import collections
import os
import random
import time
import unittest

import weir_process
from audit_oracle import Counted, check_run
from weir_process import Bank, Broker, Workplace, free_port, http_get, until

SEED = int(os.environ.get("WEIR_TEST_SEED", "1"))
KILLS = 20
EVENTS = 10_000_000  # more than the kills take; the feed is stopped behind them
RATE = 700


class Kill(unittest.TestCase):
    def test_twenty_kills_in_one_run(self):
        place = Workplace("kill")
        self.addCleanup(place.close)
        broker = Broker(place)
        bank = Bank(place, "kill", broker.url, clock="wall")
        dice = random.Random(SEED)
        # Live, the clock is the wall's: the stream's time ends a little before now, within the policy's history.
        start = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 20 * 86_400))
        feed = bank.generate("--start", start, "--malformed-share", "0.01", "--duplicate-share", "0.02", "--late-share",
                             "0.02", seed=SEED, events=EVENTS, rate=RATE)
        slowest_start_s = 0.3
        lives = collections.Counter()
        for life in range(KILLS):
            kind = ("working", "recovering", "working", "starting", "working")[life % 5]
            # A long epoch leaves all of its life to the next one's recovery; short ones are cut by the kill more often.
            follower = ("working", "recovering", "working", "starting", "working")[(life + 1) % 5]
            epoch = "30s" if follower == "recovering" else dice.choice(["50ms", "200ms", "1500ms"])
            port = free_port()
            engine = bank.run(epoch=epoch, sync=dice.choice(["100ms", "1s"]), metrics__listen=f"127.0.0.1:{port}")
            started = time.monotonic()
            came_to = kind
            if kind == "working":
                engine.wait_live()
                slowest_start_s = max(slowest_start_s, time.monotonic() - started)
                time.sleep(dice.uniform(0.0, 1.6))
            elif kind == "recovering":
                # It answers as soon as its topics and its state are open: what follows is recovery.
                until(lambda: http_get(f"http://127.0.0.1:{port}/readyz")[0], lambda: engine.text(), pause_s=0.002)
                time.sleep(dice.uniform(0.0, 0.05))
            else:
                time.sleep(dice.uniform(0.05, 1.0) * slowest_start_s)
            self.assertIsNone(engine.process.poll(), engine.text())
            engine.kill()
            lives["working" if engine.is_live() else came_to] += 1
        self.assertIsNone(feed.process.poll(), "the feed ended before the last kill: raise EVENTS")
        # The dice are seeded, the machine is not: most of what was meant must have come about.
        self.assertEqual(lives.total(), KILLS)
        self.assertGreaterEqual(lives["starting"] + lives["recovering"], 3, lives)
        self.assertGreaterEqual(lives["working"], 10, lives)

        feed.process.terminate()  # in the middle of a batch, as it comes: what is on the topics is the input
        feed.process.wait()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())

        numbers = check_run(bank)
        counted = Counted(bank)
        self.assertEqual(counted.kinds["transaction"] + counted.kinds["duplicate"] + counted.kinds["dead_letter"] +
                         counted.kinds["label"], sum(bank.ends("transactions").values()) +
                         sum(bank.ends("labels").values()))
        for kind in ("transaction", "duplicate", "dead_letter", "label"):
            self.assertGreater(counted.kinds[kind], 0, numbers)
        self.assertGreaterEqual(counted.kinds["start"], lives["working"] + 1)
        self.assertGreater(numbers["repeats"], 0, "no kill left a decision to be sent again: the kills proved nothing")
        print(f"kills: {dict(lives)}; {numbers}")


if __name__ == "__main__":
    weir_process.main()
