#!/usr/bin/env python3
"""A small repository of its own for tidy_test: clean it passes, and with one violation of each kind it fails."""

import contextlib
import io
import pathlib
import subprocess
import tempfile
import unittest

import tidy_test

CLEAN_SOURCE = """\
#include "engine/event/clock.h"

#include <cmath>

namespace weir::event {
// Comments may speak of steady_clock, float and std::pow(x, 2).
/* and of
   rand() */
const char* kText = "std::stod( float setlocale";
double root(double x) { return std::sqrt(x) + std::floor(x) + 1'000.5; }
int64_t time(const Event& event) { return event.time() + event.clock.time(nullptr); }
int print(char* out) { return snprintf(out, 9, "%d%%f %s", 1'0, "e%"); }
auto locale = std::locale::classic();
}  // namespace weir::event
"""

CLEAN = {
    "README.md": "# Weir\n" + "a long table row " * 20 + "|\n",
    "engine/event/clock.h": "#pragma once\n",
    "engine/event/clock.cc": CLEAN_SOURCE,
    "connectors/http/server.cc": "auto now = std::chrono::steady_clock::now();\n",
    "ops/start": "#!/usr/bin/env bash\necho started\n",
    "tests/engine/golden/odd.golden": "\ttab and blank \n",
    "tests/engine/event/clock_test.cc": "float x = std::pow(2, 3);\n",
}

BANNED = {
    "clock": ["auto t = std::chrono::system_clock::now();", "using Clock = std::chrono::steady_clock;",
              "auto t = time(nullptr);", "auto t = std::time(0);", "time(&now);", "clock_gettime(CLOCK_REALTIME, &t);",
              "auto t = std::clock();"],
    "calendar": ["localtime_r(&t, &tm);", "auto t = std::mktime(&tm);", "strftime(out, 9, f, &tm);"],
    "chance": ["int x = rand();", "std::srand(1);", "std::random_device device;", "getrandom(out, 8, 0);"],
    "distribution": ["std::uniform_int_distribution<int> d(0, 9);", "std::shuffle(a, b, engine);"],
    "locale": ['setlocale(LC_ALL, "");', 'std::locale here("");'],
    "character class": ["#include <cctype>\nbool b = std::isspace(c);", "#include <cctype>\nchar c = toupper('x');"],
    "double text": ['snprintf(out, 9, "%.2f", x);', 'printf("%d" "%s %-8.3g", 1, s, x);',
                    'std::fprintf(stderr,\n        "a%%b %e", x);', 'snprintf(out, 9, "%Lf", x);'],
    "text to double": ["double x = std::stod(text);", "auto x = strtod(text, &end);", "auto x = std::stof(text);",
                       'sscanf(text, "%lf", &x);'],
    "float": ["float x = 1;", "std::vector<float> xs;", "long double x = 1;"],
    "libm": ["double x = std::pow(a, b);", "double x = std::log(a);", "double x = std::exp(a);",
             "double x = ::std::sin(a);", "#include <cmath>\ndouble x = cos(a);",
             "#include <math.h>\nfloat_t x = expf(a);", "double x = std::fma(a, b, c);"],
}


class TidyTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def run_test(self, allowed=()):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = tidy_test.main([str(self.root)], list(allowed))
        return status, output.getvalue().splitlines()

    def expect_one(self, path, text, rule, line=1):
        self.write(path, text)
        status, lines = self.run_test()
        self.assertEqual(status, 1)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(f"{path}:{line}: "), lines[0])
        self.assertTrue(lines[0].endswith(f"[{rule}]"), lines[0])
        (self.root / path).unlink()

    def test_a_clean_repository_passes(self):
        self.assertEqual(self.run_test(), (0, ["tidy"]))

    def test_what_every_text_file_must_hold(self):
        self.expect_one("notes.md", "one\n\ttwo\n", "tab", line=2)
        self.expect_one("policy.yaml", "a: 1\nb: 2 \n", "blank", line=2)
        self.expect_one("policy.yaml", "a: 1\r\n", "blank")
        self.expect_one("policy.yaml", "a: 1", "end")
        self.expect_one("notes.md", "TO" "DO: more\n", "marker")
        self.expect_one("engine/event/more.cc", "int x;  // FIX" "ME\n", "marker")
        self.expect_one("notes.md", "see /ho" "me/somebody/weir\n", "machine path")
        self.expect_one("ops/go", "#!/bin/sh\ncd /wo" "rk/main\n", "machine path", line=2)

    def test_paths_inside_the_repository_and_system_paths_are_no_machine_paths(self):
        self.write("notes.md", "frame/wo" "rk/x ../ro" "ot/x /usr/bin/env /tmp/x\n")
        self.assertEqual(self.run_test()[0], 0)

    def test_a_file_that_is_not_utf8(self):
        self.write("notes.md", b"caf\xe9\n")
        self.assertEqual(self.run_test(), (1, ["notes.md:1: not UTF-8"]))

    def test_binary_files_are_not_read(self):
        self.write("picture.png", b"\x89PNG\0\t \n\xff")
        self.assertEqual(self.run_test()[0], 0)

    def test_lines_of_120_characters_pass_and_of_121_fail(self):
        self.write("rules/cel/more.cc", "//" + "x" * 118 + "\n")
        self.assertEqual(self.run_test()[0], 0)
        self.write("rules/cel/more.cc", "//" + "\u00e9" * 118 + "\n")
        self.assertEqual(self.run_test()[0], 0)
        self.expect_one("rules/cel/more.cc", "//" + "x" * 119 + "\n", "long line")
        self.expect_one("ops/go", "#!/bin/sh\n#" + "x" * 120 + "\n", "long line", line=2)

    def test_files_of_500_lines_pass_and_of_501_fail(self):
        self.write("rules/cel/more.cc", "int x;\n" * 500)
        self.assertEqual(self.run_test()[0], 0)
        self.expect_one("rules/cel/more.cc", "int x;\n" * 501, "long file", line=501)

    def test_heaps(self):
        self.expect_one("engine/utils/text.cc", "\n", "heap")
        self.expect_one("connectors/kafka/helpers.cc", "\n", "heap")

    def test_headers_without_a_guard(self):
        self.expect_one("rules/cel/more.h", "// #pragma once is missing\n", "guard")

    def test_fast_math(self):
        text = "# no -ffast-math\nadd_compile_options(-ffast-math)\n"
        self.expect_one("bench/CMakeLists.txt", text, "fast math", line=2)
        self.expect_one("ops/cmake/More.cmake", "add_compile_options(-march=native)\n", "fast math")

    def test_calls_banned_in_the_deterministic_folders(self):
        for rule, snippets in BANNED.items():
            for snippet in snippets:
                with self.subTest(rule=rule, snippet=snippet):
                    line = snippet.count("\n") + 1 if snippet.startswith("#") else 1
                    for folder in ("engine/event", "rules/cel", "models/trees", "ops/generator"):
                        self.expect_one(f"{folder}/more.cc", snippet + "\n", rule, line=line)
                    self.write("connectors/http/more.cc", snippet + "\n")
                    self.assertEqual(self.run_test()[0], 0)

    def test_each_ban_has_a_case_here_and_names_what_to_do_instead(self):
        self.assertEqual({ban.rule for ban in tidy_test.BANS}, set(BANNED))
        for ban in tidy_test.BANS:
            self.assertTrue(ban.instead)

    def test_an_allowance_excuses_its_rule_in_its_file_alone(self):
        self.write("engine/event/more.cc", "float x = std::pow(1, 2);\n")
        status, lines = self.run_test([("engine/event/more.cc", "libm", "a reason")])
        self.assertEqual((status, len(lines)), (1, 1))
        self.assertIn("[float]", lines[0])
        self.assertEqual(self.run_test([("engine/event/*.cc", "libm", "a reason"),
                                        ("engine/event/more.cc", "float", "a reason")])[0], 0)

    def test_an_allowance_that_excuses_nothing_is_a_violation(self):
        status, lines = self.run_test([("engine/event/clock.cc", "libm", "a reason")])
        self.assertEqual((status, len(lines)), (1, 1))
        self.assertIn("excuses nothing", lines[0])

    def test_every_allowance_of_ours_has_a_reason(self):
        for _, _, reason in tidy_test.ALLOWED:
            self.assertTrue(reason.strip())

    def test_in_a_git_repository_ignored_files_are_not_read_and_new_files_are(self):
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        self.write(".gitignore", "/scratch/\n")
        self.write("scratch/notes.md", "\ttab\n")
        self.assertEqual(self.run_test()[0], 0)
        self.expect_one("notes.md", "\ttab\n", "tab")


if __name__ == "__main__":
    unittest.main()
