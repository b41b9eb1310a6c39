#!/usr/bin/env python3
"""The training environment: ready without a network once it is made, and told when it is not there."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import training_case

TRAINING = training_case.SOURCE / "ops/setup/training"


def run(*arguments, **environment):
    return subprocess.run([TRAINING, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})


class Environment(unittest.TestCase):

    def test_once_made_it_is_ready(self):
        # No program that could fetch anything is in the path.
        done = run(PATH="/usr/bin:/bin", PIP_INDEX_URL="https://nowhere.invalid/", PIP_NO_INDEX="1")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(pathlib.Path(done.stdout.strip()).parents[1], pathlib.Path(sys.prefix))

    def test_versions_are_those_of_the_requirements(self):
        pinned = dict(line.split(" ")[0].split("==")
                      for line in (training_case.SOURCE / "models/train/requirements.txt").read_text().splitlines()
                      if "==" in line)
        self.assertGreater(len(pinned), 10)
        asked = subprocess.run([sys.executable, "-m", "pip", "list", "--format", "freeze"], capture_output=True,
                               text=True, check=True).stdout.lower().replace("_", "-")
        installed = dict(line.split("==") for line in asked.splitlines() if "==" in line)
        self.assertEqual({name: installed.get(name) for name in pinned}, pinned)

    def test_what_is_not_there_is_told(self):
        with tempfile.TemporaryDirectory() as empty:
            done = run("--print", WEIR_TRAINING_ENV=empty)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(done.stderr, f"training: there is no environment in {empty}: ops/setup/training makes it\n")
            self.assertEqual(os.listdir(empty), [])

    def test_usage(self):
        self.assertEqual(run("--wrong").returncode, 2)
        self.assertIn("Usage: training", run("--help").stdout)


if __name__ == "__main__":
    training_case.main()
