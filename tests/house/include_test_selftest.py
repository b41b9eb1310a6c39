#!/usr/bin/env python3
"""A small house of its own for include_test: clean it passes, and with one violation of each kind it fails."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import include_test

DECLARED = """\
engine/base||openssl
engine/yaml|engine/base|yaml
rules/cel|engine/base,engine/yaml|
models/trees|engine/base|
engine/event|engine/base|simdjson
engine/state|engine/base|rocksdb
engine/decide|engine/base,rules/cel|
connectors/kafka|engine/base,engine/decide|rdkafka,boost
ops/command|engine/base,connectors/kafka|cli11,iostreams
"""

CLEAN = {
    "engine/base/text.h": "#pragma once\n#include <string>\n",
    "engine/base/text.cc": '#include "engine/base/text.h"\n\n#include <openssl/evp.h>\n#include <sys/stat.h>\n',
    "engine/yaml/tree.cc": '#include <yaml-cpp/yaml.h>\n\n#include "engine/base/text.h"\n',
    "rules/cel/program.h": '#include "engine/base/text.h"\n',
    "models/trees/forest.h": '#include "engine/base/text.h"\n',
    "engine/event/reader.cc": "#include <simdjson.h>\n// #include <rocksdb/db.h>\n/*\n#include <fmt/core.h>\n*/\n",
    "engine/state/store.cc": "#include <rocksdb/db.h>\n",
    "engine/decide/decision.h": '#include <cstdint>\n#include "rules/cel/program.h"\n',
    "connectors/kafka/source.cc": "#include <librdkafka/rdkafka.h>\n#include <boost/container/small_vector.hpp>\n",
    "ops/command/run.cc": '#include <CLI/CLI.hpp>\n#include <boost/iostreams/copy.hpp>\n#include "engine/base/text.h"',
    "tests/integration/source_test.cc": "#include <librdkafka/rdkafka_mock.h>\n",
}


class IncludeTest(unittest.TestCase):

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        for path, text in CLEAN.items():
            self.write(path, text)
        self.declare(DECLARED)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def declare(self, text):
        (self.root / "dependencies.txt").write_text(text)

    def run_test(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = include_test.main([str(self.root), str(self.root / "dependencies.txt")])
        return status, output.getvalue().splitlines()

    def expect_one(self, start):
        status, lines = self.run_test()
        self.assertEqual(status, 1)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(start), lines[0])

    def expect_include(self, path, include, start, before="", line=1):
        self.write(path, f"{before}#include {include}\n")
        self.expect_one(f"{path}:{line}: {start}")

    def test_a_clean_house_passes(self):
        self.assertEqual(self.run_test(), (0, ["every include is declared and allowed"]))

    def test_an_undeclared_folder(self):
        self.expect_include("engine/event/more.cc", '"rules/cel/program.h"', "engine/event does not declare rules/cel")

    def test_an_undeclared_folder_that_comes_in_through_a_declared_one(self):
        self.expect_include("ops/command/more.cc", '"engine/decide/decision.h"',
                                "ops/command does not declare engine/decide")

    def test_the_line_is_the_includes_own(self):
        self.expect_include("engine/event/more.cc", '"rules/cel/program.h"', "engine/event does not declare rules/cel",
                                before="/* a\n b */\n#include <map>\n", line=4)

    def test_an_undeclared_package(self):
        self.expect_include("engine/decide/more.cc", "<fmt/format.h>", "engine/decide does not declare fmt")
        self.expect_include("engine/decide/more.cc", '"re2/re2.h"', "engine/decide does not declare re2")

    def test_one_boost_package_is_not_the_other(self):
        self.expect_include("ops/command/more.cc", "<boost/asio.hpp>", "ops/command does not declare boost")
        self.expect_include("ops/command/more.cc", "<boost/iostreams_not/x.hpp>", "ops/command does not declare boost")

    def test_a_boost_library_of_its_own(self):
        self.expect_include("connectors/kafka/more.cc", "<boost/iostreams/copy.hpp>",
                                "connectors/kafka does not declare iostreams")

    def test_an_unknown_package(self):
        self.expect_include("engine/decide/more.cc", "<zlib.h>", "<zlib.h> is of no known package")
        self.expect_include("engine/decide/more.cc", "<absl/time/time.h>", "<absl/time/time.h> is of no known package")

    def test_a_dear_header_in_a_header(self):
        for folder, include in (("engine/event", "<simdjson.h>"), ("engine/state", "<rocksdb/slice.h>"),
                                ("connectors/kafka", "<boost/beast.hpp>"),
                                ("connectors/kafka", "<boost/beast/http.hpp>"), ("ops/command", "<CLI/CLI.hpp>")):
            with self.subTest(include=include):
                self.expect_include(f"{folder}/more.h", include, f"{include} stands in a header")
                (self.root / folder / "more.h").unlink()

    def test_a_higher_floor(self):
        for folder, include in (("engine/base", "rules/cel/program.h"), ("rules/cel", "engine/decide/decision.h"),
                                ("models/trees", "engine/event/event.h"),
                                ("engine/decide", "connectors/kafka/source.h"),
                                ("connectors/kafka", "ops/command/run.h"), ("rules/cel", "ops/anything.h")):
            with self.subTest(folder=folder, include=include):
                self.expect_include(f"{folder}/more.h", f'"{include}"', f"{folder} may not include {include}")
                (self.root / folder / "more.h").unlink()

    def test_a_higher_floor_even_when_it_is_declared(self):
        self.declare(DECLARED.replace("engine/decide|engine/base,", "engine/decide|engine/base,connectors/kafka,"))
        status, lines = self.run_test()
        self.assertEqual(status, 1)
        self.assertTrue(any(line.startswith("engine/decide/CMakeLists.txt:1: depends on connectors/kafka, but")
                            for line in lines), lines)

    def test_rules_and_models_are_strangers(self):
        self.expect_include("rules/cel/more.h", '"models/trees/forest.h"', "rules/cel may not include models/trees")
        (self.root / "rules/cel/more.h").unlink()
        self.expect_include("models/trees/more.h", '"rules/cel/program.h"', "models/trees may not include rules/cel")

    def test_nobody_includes_tests_or_benches(self):
        self.expect_include("ops/command/more.cc", '"tests/fake.h"', "ops/command may not include tests/fake.h")
        self.expect_include("ops/command/more.cc", '"bench/load.h"', "ops/command may not include bench/load.h")

    def test_a_kept_package_elsewhere(self):
        for include, home in (("librdkafka/rdkafka.h", "connectors/kafka"), ("rocksdb/db.h", "engine/state"),
                              ("simdjson.h", "engine/event and engine/audit and models/arrays and models/bundle")):
            with self.subTest(include=include):
                self.expect_include("ops/command/more.cc", f"<{include}>", f"<{include}> belongs to {home} alone")

    def test_a_kept_package_declared_elsewhere(self):
        self.declare(DECLARED.replace("cli11", "cli11,rocksdb"))
        self.expect_one("ops/command/CMakeLists.txt:1: declares the package rocksdb, which belongs to engine/state")

    def test_a_folder_without_a_library(self):
        self.write("engine/secret/more.cc", "")
        self.expect_one("engine/secret/more.cc:1: belongs to no weir_library")

    def test_an_include_of_a_folder_without_a_library(self):
        self.expect_include("engine/decide/more.cc", '"engine/secret/more.h"',
                                "engine/secret/more.h belongs to no weir_library")

    def test_a_dependency_without_a_library(self):
        self.declare(DECLARED.replace("engine/event|engine/base", "engine/event|engine/base,engine/secret"))
        self.expect_one("engine/event/CMakeLists.txt:1: depends on engine/secret, which no weir_library declares")

    def test_a_circle(self):
        self.declare(DECLARED.replace("engine/event|engine/base", "engine/event|engine/base,engine/state")
                     .replace("engine/state|engine/base", "engine/state|engine/base,engine/event"))
        self.expect_one("engine/event/CMakeLists.txt:1: a circle: engine/event -> engine/state -> engine/event")

    def test_ours_in_angle_brackets(self):
        self.expect_include("engine/decide/more.cc", "<rules/cel/program.h>", "<rules/cel/program.h> is ours")

    def test_a_path_that_is_not_from_the_root(self):
        self.expect_include("engine/decide/more.cc", '"decision.h"', '"decision.h" is not a path from the root')
        self.expect_include("engine/decide/more.cc", '"../base/text.h"', '"../base/text.h" is not a path from the root')

    def test_the_own_header_second(self):
        self.write("engine/base/text.cc", '#include <string>\n\n#include "engine/base/text.h"\n')
        self.expect_one("engine/base/text.cc:1: the own header, engine/base/text.h, comes first")

    def test_an_include_behind_a_raw_string_or_a_digit_separator(self):
        before = "int n = 1'000'000;\nauto s = R\"x(\n#include <fmt/core.h>\n\"/*)x\";\n"
        self.expect_include("engine/decide/more.cc", "<fmt/format.h>", "engine/decide does not declare fmt",
                                before=before, line=5)


if __name__ == "__main__":
    unittest.main()
