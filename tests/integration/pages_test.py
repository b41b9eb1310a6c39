#!/usr/bin/env python3
"""The pages that are to be typed as they stand: their shell blocks in one session, and what they say that is printed."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import weir_process

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MARK = "--- end of a block ---"


def blocks_of(page):
    """[shell text, lines that its output must have, in this order]."""
    found = []
    text = (ROOT / "ops/docs" / page).read_text(encoding="utf-8")
    for kind, block in re.findall(r"^```(sh|text)\n(.*?)^```$", text, re.M | re.S):
        if kind == "sh":
            found.append([block, []])
        else:
            found[-1][1] += block.splitlines()
    return found


class Pages(unittest.TestCase):
    def typed(self, page):
        """What each block prints, and all that was said; checked against the page."""
        blocks = blocks_of(page)
        self.assertGreater(len(blocks), 2)
        scratch = tempfile.TemporaryDirectory(prefix="weir-page-")
        self.addCleanup(scratch.cleanup)
        self.home = pathlib.Path(scratch.name)
        (self.home / "repository/ops").mkdir(parents=True)
        (self.home / "repository/ops/weir").symlink_to(os.environ["WEIR_BINARY"])
        # A reader's machine has nothing else to do.
        slow = [re.sub(r"(?m)^sleep (\d+)$", lambda found: f"sleep {4 * int(found[1])}", text) for text, _ in blocks]
        script = "".join(f"{text}echo; echo '{MARK}'\n" for text in slow)
        done = subprocess.run(["bash", "-c", script], cwd=self.home / "repository",
                              env=os.environ | {"HOME": scratch.name}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=400)
        said = done.stdout.split(MARK)
        self.assertEqual(len(said), len(blocks) + 1, done.stdout)
        for (text, expected), output in zip(blocks, said):
            at = 0
            for line in expected:
                found = output.find(line, at)
                self.assertGreaterEqual(found, 0, f"{line!r} is not among what this prints:\n{text}\n{done.stdout}")
                at = found + len(line)
            if not expected:
                self.assertNotIn("error", output, f"{text}\n{done.stdout}")
        return said

    def test_write_your_first_rule(self):
        said = self.typed("first-rule.md")
        # The policy that was live before the rule is live again.
        live = [line for line in said[-2].splitlines() if line.startswith("* ")]
        self.assertEqual(len(live), 1, said)
        self.assertIn(live[0][2:73], (self.home / "first-rule/engine.log").read_text().splitlines()[1])

    def test_what_would_this_rule_have_done(self):
        self.typed("backtest.md")
        page = (self.home / "backtest/report.html").read_text(encoding="utf-8")
        self.assertIn("sent-on", page)


if __name__ == "__main__":
    weir_process.main()
