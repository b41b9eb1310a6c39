#!/usr/bin/env python3
"""A full disk: the engine stops cleanly and says which directory; with space made it goes on, and nothing is lost."""

import subprocess
import unittest

import weir_process
from audit_oracle import check_run
from weir_process import Bank, Broker, Workplace, needs_root_and


def mount(place, name, megabytes):
    """A file system of its own, so small that it fills; the test is skipped where that is not allowed."""
    path = place.path / f"mount-{name}"
    path.mkdir()
    reason = needs_root_and("mount")
    if reason is None:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path)],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return path
        reason = f"mount: {done.stderr.strip()}"
    raise unittest.SkipTest(f"no small file system to fill: {reason}")


def fill(path, keep_bytes):
    """Takes the file system's space but `keep_bytes` with one file, which is returned."""
    ballast = path / "ballast"
    done = subprocess.run(["df", "--output=avail", "-B1", str(path)], capture_output=True, text=True, check=True)
    free = int(done.stdout.split()[-1])
    subprocess.run(["fallocate", "-l", str(max(free - keep_bytes, 4096)), str(ballast)], check=True)
    return ballast


class DiskFull(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("disk")
        cls.addClassCleanup(cls.place.close)
        cls.broker = Broker(cls.place)

    def stops_and_goes_on(self, bank, path, named):
        """`path` is on the small file system; `named` is what the message must name."""
        feed = bank.generate("--malformed-share", "0.005", seed=5, events=4000)
        feed.wait()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        ballast = fill(path, keep_bytes=200_000)
        feed = bank.generate("--duplicate-share", "0.01", seed=6, events=6000)
        status = engine.wait_for_end()
        said = engine.text()
        self.assertEqual(status, 1, said)
        self.assertIn(str(named), said)
        self.assertRegex(said, "(?i)no space left on device")
        self.assertIn("free some space", said)
        feed.wait()

        # Quite full: it does not limp on.
        subprocess.run(["dd", "if=/dev/zero", f"of={path / 'rest'}", "bs=4096"], capture_output=True, check=False)
        engine = bank.run()
        self.assertEqual(engine.wait_for_end(), 1, engine.text())

        ballast.unlink()
        (path / "rest").unlink()
        engine = bank.run().wait_live()
        bank.wait_consumed(engine)
        self.assertEqual(engine.terminate(), 0, engine.text())
        numbers = check_run(bank)
        print(f"{bank.path.name}: {said.strip().splitlines()[-1]}\n{numbers}")

    def test_state_directory(self):
        path = mount(self.place, "state", 64)
        bank = Bank(self.place, "full-state", self.broker.url)
        bank.settings["state"] = str(path / "state")
        bank.settings["memory.state_write_buffer"] = "1MiB"
        self.stops_and_goes_on(bank, path, path / "state")

    def test_audit_directory_topic(self):
        path = mount(self.place, "audit", 64)
        bank = Bank(self.place, "full-audit", topics={"audit": f"dir:{path}/audit"})
        self.stops_and_goes_on(bank, path, path / "audit")


if __name__ == "__main__":
    weir_process.main()
