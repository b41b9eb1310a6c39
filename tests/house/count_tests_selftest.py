#!/usr/bin/env python3
"""Made-up results of ctest and GoogleTest, in the shapes that both write, counted by count_tests."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import count_tests

PASSED = '<testcase name="Passes" classname="A" status="run" result="completed" />'
FAILED = ('<testcase name="Fails" classname="A" status="run" result="completed">'
          '<failure message="no \x01 &lt;\xff&#x1;" type=""></failure></testcase>')
SKIPPED = ('<testcase name="Skips" classname="A" status="run" result="skipped">'
           '<skipped message="/a/a_test.cc:4&#x0A;skipped: no data"></skipped></testcase>')
DISABLED = '<testcase name="DISABLED_Off" classname="A" status="notrun" result="suppressed" />'


class CountTestsTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def write_run(self, name, entries, reports):
        """entries: (ctest name, executable, status, message); reports: file -> GoogleTest cases."""
        run = self.root / name
        (run / "gtest").mkdir(parents=True)
        listing = [{"name": test, "command": [f"/b/{executable}", "-x"]} for test, executable, _, _ in entries]
        (run / "tests.json").write_text(json.dumps({"tests": [*listing, {"name": "a placeholder without a command"}]}))
        cases = ""
        for test, _, status, message in entries:
            inner = {"fail": f'<failure message="{message}"/>', "notrun": f'<skipped message="{message}"/>'}
            cases += f'<testcase name="{test}" status="{status}">{inner.get(status, "")}<system-out>x</system-out>'
            cases += "</testcase>"
        (run / "ctest.xml").write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite>{cases}</testsuite>\n')
        for file, text in reports.items():
            (run / "gtest" / file).write_bytes(
                f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="A">{text}'.encode("latin-1")
                + b"</testsuite></testsuites>\n")
        return str(run)

    def count(self, *runs):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = count_tests.main(list(runs))
        lines = output.getvalue().splitlines()
        return status, lines[-1], "\n".join(lines)

    def test_cases_are_counted_and_not_executables(self):
        run = self.write_run("debug", [("engine/event", "test_engine_event", "run", "")],
                             {"test_engine_event.xml": PASSED * 3 + SKIPPED + DISABLED})
        status, last, output = self.count(run)
        self.assertEqual((status, last), (0, "3 passed, 0 failed, 2 skipped"))
        self.assertIn("1 skipped: skipped: no data", output)
        self.assertIn("1 skipped: disabled", output)

    def test_runs_are_added_up(self):
        entry = [("engine/event", "test_engine_event", "run", "")]
        debug = self.write_run("debug", entry, {"test_engine_event.xml": PASSED * 3})
        release = self.write_run("release", entry, {"test_engine_event.xml": PASSED + SKIPPED})
        self.assertEqual(self.count(debug, release)[:2], (0, "4 passed, 0 failed, 1 skipped"))

    def test_a_failed_case_counts_once_whatever_bytes_it_printed(self):
        run = self.write_run("debug", [("engine/event", "test_engine_event", "fail", "")],
                             {"test_engine_event.xml": PASSED + FAILED})
        status, last, output = self.count(run)
        self.assertEqual((status, last), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertIn("engine/event: A.Fails", output)

    def test_an_executable_that_died_before_its_report_is_a_failure(self):
        run = self.write_run("debug", [("a", "test_a", "run", ""), ("b", "test_b", "fail", "Timeout")],
                             {"test_a.xml": PASSED})
        status, last, output = self.count(run)
        self.assertEqual((status, last), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertIn("b: Timeout", output)

    def test_an_executable_that_died_after_its_cases_passed_is_a_failure(self):
        run = self.write_run("debug", [("a", "test_a", "fail", "")], {"test_a.xml": PASSED * 2})
        self.assertEqual(self.count(run)[:2], (1, "2 passed, 1 failed, 0 skipped"))

    def test_a_report_cut_short_does_not_hide_the_failure(self):
        run = self.write_run("debug", [("a", "test_a", "fail", "")], {})
        (pathlib.Path(run) / "gtest" / "test_a.xml").write_text("<testsuites><testsuite>")
        self.assertEqual(self.count(run)[:2], (1, "0 passed, 1 failed, 0 skipped"))

    def test_two_entries_of_one_executable(self):
        run = self.write_run("debug", [("a", "test_a", "run", ""), ("a/slow", "test_a", "fail", "")],
                             {"test_a.xml": PASSED * 2, "test_a_1.xml": PASSED + FAILED})
        self.assertEqual(self.count(run)[:2], (1, "3 passed, 1 failed, 0 skipped"))

    def test_scripts_count_as_one_case_each(self):
        run = self.write_run("debug", [("a", "python3", "run", ""), ("b", "python3", "fail", ""),
                                       ("c", "python3", "notrun", "SKIP_RETURN_CODE=77"),
                                       ("d", "python3", "notrun", "Unable to find executable"),
                                       ("e", "python3", "disabled", "")], {})
        self.assertEqual(self.count(run)[:2], (1, "1 passed, 2 failed, 2 skipped"))

    def test_a_run_without_any_test_fails(self):
        run = self.write_run("debug", [], {})
        status, last, output = self.count(run)
        self.assertEqual((status, last), (1, "0 passed, 0 failed, 0 skipped"))
        self.assertIn("no test ran", output)

    def test_a_run_in_which_all_is_skipped_fails(self):
        run = self.write_run("debug", [("a", "test_a", "run", "")], {"test_a.xml": SKIPPED})
        self.assertEqual(self.count(run)[:2], (1, "0 passed, 0 failed, 1 skipped"))


if __name__ == "__main__":
    unittest.main()
