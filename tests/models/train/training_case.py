"""Imported first by the trainer's tests: goes on in the training environment, or skips the test without one."""

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("WEIR_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[3]))
SKIPPED = 77


def _enter():
    asked = subprocess.run([SOURCE / "ops/setup/training", "--print"], capture_output=True, text=True, check=False)
    if asked.returncode:
        print(f"skipped: {asked.stderr.strip()}")
        sys.exit(SKIPPED)
    interpreter = asked.stdout.strip()
    if pathlib.Path(sys.prefix) != pathlib.Path(interpreter).parents[1]:
        os.execv(interpreter, [interpreter, "-B", *sys.argv])


_enter()
# One thread: other tests run beside this one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path[:0] = [str(SOURCE / "models/train"), str(SOURCE / "tests/integration")]

from weir_process import main, weir  # noqa: E402

__all__ = ["SOURCE", "main", "weir"]
