#!/usr/bin/env python3
"""ops/docs/first-rule.md, typed as it stands: its shell blocks in one session, and what it says that they print."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import weir_process

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "ops/docs/first-rule.md"


def blocks():
    """(shell text, lines that its output must have, in this order)."""
    found = []
    for kind, text in re.findall(r"^```(sh|text)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S):
        if kind == "sh":
            found.append([text, []])
        else:
            found[-1][1] += text.splitlines()
    return found


class FirstRule(unittest.TestCase):
    def test_the_page_works_as_typed(self):
        parts = blocks()
        self.assertGreater(len(parts), 6)
        with tempfile.TemporaryDirectory(prefix="weir-first-rule-") as scratch:
            home = pathlib.Path(scratch)
            (home / "repository/ops").mkdir(parents=True)
            (home / "repository/ops/weir").symlink_to(os.environ["WEIR_BINARY"])
            mark = "--- end of a block ---"
            script = "".join(f"{text}echo; echo '{mark}'\n" for text, _ in parts)
            done = subprocess.run(["bash", "-c", script], cwd=home / "repository", env=os.environ | {"HOME": scratch},
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=240)
            said = done.stdout.split(mark)
            log = home / "first-rule/engine.log"
            told = done.stdout + (log.read_text() if log.exists() else "")
            self.assertEqual(len(said), len(parts) + 1, told)
            for (text, expected), output in zip(parts, said):
                at = 0
                for line in expected:
                    found = output.find(line, at)
                    self.assertGreaterEqual(found, 0, f"{line!r} is not among what this prints:\n{text}\n{told}")
                    at = found + len(line)
                if not expected:
                    self.assertNotIn("error", output, f"{text}\n{told}")
            # The policy that was live before the rule is live again.
            live = [line for line in said[len(parts) - 1].splitlines() if line.startswith("* ")]
            self.assertEqual(len(live), 1, told)
            self.assertIn(live[0][2:73], log.read_text().splitlines()[1], told)


if __name__ == "__main__":
    weir_process.main()
