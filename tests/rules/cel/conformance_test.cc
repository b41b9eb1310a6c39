// The reading and judging of conformance cases; and the cases of CEL's own suite, where they are at hand.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "tests/rules/cel/conformance_cases.h"
#include "tests/rules/cel/conformance_report.h"

namespace weir::cel {
namespace {

// What follows `"file": "f", "section": "s", "name": "n", ` in a line: the rest of a case.
std::string outcome(const std::string& rest) {
  const auto test = read_conformance_case(R"({"file": "f", "section": "s", "name": "n", )" + rest + "}");
  if (!test.ok()) return "malformed: " + test.error().message;
  const auto verdict = judge(*test);
  switch (verdict.outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kSkipped:
      return "skipped: " + verdict.got;
    case Outcome::kRefused:
      return "refused: " + verdict.got.substr(0, verdict.got.find('\n'));
    case Outcome::kFailed:
      break;
  }
  return "failed: " + verdict.got + ", not " + verdict.expected;
}

// An expression, and the value that it should have.
std::string outcome(const std::string& expression, const std::string& value) {
  return outcome(R"("core_no_proto": true, "expr": ")" + expression + R"(", "value": )" + value);
}

TEST(ConformanceCases, CompareValuesOfEveryKind) {
  EXPECT_EQ(outcome("1 + 1", R"({"int64_value": {"$num": "2"}})"), "passed");
  EXPECT_EQ(outcome("1 + 1", R"({"int64_value": {"$num": "3"}})"), "failed: 2, not 3");
  EXPECT_EQ(outcome("1 + 1", R"({"uint64_value": {"$num": "2"}})"), "failed: 2, not 2u");
  EXPECT_EQ(outcome("18446744073709551615u", R"({"uint64_value": {"$num": "18446744073709551615"}})"), "passed");
  EXPECT_EQ(outcome("0.5", R"({"double_value": {"$num": "0.5"}})"), "passed");
  EXPECT_EQ(outcome("0.0 / 0.0", R"({"double_value": "NaN"})"), "passed");
  EXPECT_EQ(outcome("-1.0 / 0.0", R"({"double_value": {"$num": "-inf"}})"), "passed");
  EXPECT_EQ(outcome("1.0", R"({"double_value": "NaN"})"), "failed: double 1, not double nan");
  EXPECT_EQ(outcome("'a'", R"({"string_value": "a"})"), "passed");
  EXPECT_EQ(outcome("b'a'", R"({"bytes_value": "a"})"), "passed");
  EXPECT_EQ(outcome("b'\\\\xff\\\\x00'", R"({"bytes_value": {"$bytes_hex": "ff00"}})"), "passed");
  EXPECT_EQ(outcome("null", R"({"null_value": "NULL_VALUE"})"), "passed");
  EXPECT_EQ(outcome("int", R"({"type_value": "int"})"), "passed");
  EXPECT_EQ(outcome("[1]", R"({"list_value": {"values": {"int64_value": {"$num": "1"}}}})"), "passed");
  EXPECT_EQ(outcome("[]", R"({"list_value": {}})"), "passed");
  EXPECT_EQ(
      outcome("[1, true]", R"({"list_value": {"values": [{"int64_value": {"$num": "1"}}, {"bool_value": true}]}})"),
      "passed");
  EXPECT_EQ(outcome("[1]", R"({"list_value": {}})"), "failed: [1], not []");
  EXPECT_EQ(outcome("duration('-1.5s')", R"({"object_value": {"[type.googleapis.com/google.protobuf.Duration]":
                    {"seconds": {"$num": "-1"}, "nanos": {"$num": "-500000000"}}}})"),
            "passed");
  EXPECT_EQ(outcome("timestamp(0)", R"({"object_value": {"[type.googleapis.com/google.protobuf.Timestamp]": {}}})"),
            "passed");
}

TEST(ConformanceCases, TakeMapsInAnyOrder) {
  const std::string entries = R"([{"key": {"string_value": "a"}, "value": {"int64_value": {"$num": "1"}}},
                                  {"key": {"string_value": "b"}, "value": {"int64_value": {"$num": "2"}}}])";
  const auto value = R"({"map_value": {"entries": )" + entries + "}}";
  EXPECT_EQ(outcome("{'a': 1, 'b': 2}", value), "passed");
  EXPECT_EQ(outcome("{'b': 2, 'a': 1}", value), "passed");
  EXPECT_TRUE(outcome("{'b': 1, 'a': 2}", value).starts_with("failed"));
  EXPECT_TRUE(outcome("{'b': 2}", value).starts_with("failed"));
}

TEST(ConformanceCases, WantTrueOrAnErrorOrAType) {
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1 < 2")"), "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1 > 2")"), "failed: false, not true");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1 / 0", "eval_error": {"errors": {"message": "any"}})"),
            "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1 / 1", "any_eval_errors": {"errors": []})"),
            "failed: 1, not an error");
  EXPECT_EQ(outcome(R"x("core_no_proto": true, "expr": "timestamp('x')", "eval_error": {})x"), "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "x", "eval_error": {})"),
            "refused: expression:1:1: error: `x` is not declared");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "x", "eval_error": {}, "disable_check": true)"), "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1", "check_only": true,
                    "typed_result": {"deduced_type": {"primitive": "INT64"}})"),
            "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1 / 0", "check_only": true,
                    "typed_result": {"deduced_type": {"primitive": "BOOL"}})"),
            "failed: type int, not type bool");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1", "typed_result":
                    {"deduced_type": {"primitive": "INT64"}, "result": {"int64_value": {"$num": "2"}}})"),
            "failed: 1, not 2");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1", "unknown": {})"), "refused: there are no unknown values");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1", "disable_macros": true)"),
            "refused: macros are a part of the language");
}

TEST(ConformanceCases, DeclareAndBind) {
  const std::string binding = R"("bindings": {"key": "x", "value": {"value": {"int64_value": {"$num": "3"}}}})";
  const std::string declaration = R"("type_env": {"name": "x", "ident": {"type": {"primitive": "INT64"}}})";
  const std::string head = R"("core_no_proto": true, "expr": "x == 3", )";
  EXPECT_EQ(outcome(head + binding), "passed");
  EXPECT_EQ(outcome(head + binding + ", " + declaration), "passed");
  EXPECT_EQ(outcome(head + declaration), "failed: error absent_value (x), not true");
  EXPECT_EQ(outcome(head + R"("container": "a.b", "bindings": {"key": "a.x", "value": {"value":
                    {"int64_value": {"$num": "3"}}}})"),
            "passed");
  EXPECT_EQ(outcome(head + R"("bindings": {"key": "x", "value": {"error": {"errors": []}}}, "eval_error": {})"),
            "passed");
  EXPECT_EQ(outcome(head + R"("type_env": {"name": "t", "function": {"overloads": {"overload_id": "t",
                    "params": {"type_param": "T"}, "result_type": {"type_param": "T"}}}}, )" +
                    binding),
            "passed");
}

TEST(ConformanceCases, SkipWhatNeedsProtobufAndNothingElse) {
  EXPECT_EQ(outcome(R"("core_no_proto": false, "expr": "1 == 1")"), "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": false, "expr": "'A' == 'A' // TestAllTypes{}")"), "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": false, "expr": "type(timestamp(0)) == google.protobuf.Timestamp")"), "passed");
  EXPECT_EQ(outcome(R"("core_no_proto": false, "expr": "TestAllTypes{}.x == 1")"),
            "skipped: the message or enum TestAllTypes");
  EXPECT_EQ(outcome(R"("core_no_proto": false, "expr": "1", "value": {"enum_value": {"type": "E"}})"),
            "skipped: a value of an enum");
  EXPECT_EQ(outcome(R"("core_no_proto": false, "expr": "x", "type_env": {"name": "x", "ident": {"type":
                    {"wrapper": "INT64"}}})"),
            "skipped: the wrapper type of INT64");
  EXPECT_EQ(outcome(R"("core_no_proto": true, "expr": "1", "value": {"enum_value": {"type": "E"}})"),
            "refused: it needs a value of an enum");
}

TEST(ConformanceCases, MustBeWellFormed) {
  EXPECT_EQ(outcome(R"("expr": "1", "expcted": 1)"), "malformed: no case has a member \"expcted\"");
  EXPECT_EQ(outcome(R"("value": {"bool_value": true})"), "malformed: no text \"expr\"");
  EXPECT_EQ(outcome(R"("expr": "1", "value": {"bool_value": 1})"), R"(malformed: not a value: {"bool_value":1})");
  EXPECT_EQ(outcome(R"("expr": "1", "value": {"int64_value": {"$num": "1.5"}})"),
            R"(malformed: not a number of that type: {"$num":"1.5"})");
  EXPECT_EQ(outcome(R"("expr": "1", "value": {"bytes_value": {"$bytes_hex": "f"}})"),
            R"(malformed: not bytes: {"$bytes_hex":"f"})");
  EXPECT_EQ(outcome(R"("expr": "1", "check_only": 1)"), "malformed: \"check_only\" is neither true nor false");
  EXPECT_EQ(outcome(R"("expr": "1", "type_env": {"name": "a..b", "ident": {"type": {"dyn": {}}}})").substr(0, 36),
            "malformed: \"a..b\" can't be declared:");
  EXPECT_EQ(outcome(R"("expr": "1", "type_env": {"name": "a", "ident": {"type": {"primitve": "INT64"}}})"),
            R"(malformed: not a type: {"primitve":"INT64"})");
  EXPECT_EQ(outcome(R"("expr": "1", "bindings": {"key": "a"})"), "malformed: a binding without a value");
  EXPECT_FALSE(read_conformance_case("{\"file\": ").ok());
  EXPECT_FALSE(read_conformance_case("[1]").ok());
}

TEST(ConformanceReports, EndWithTheCounts) {
  std::istringstream in(R"({"file": "b", "section": "s", "name": "one", "expr": "1 == 1", "core_no_proto": true})"
                        "\n\n"
                        R"({"file": "a", "section": "s", "name": "two", "expr": "1 == 2", "core_no_proto": true})"
                        "\n{\n"
                        R"({"file": "a", "section": "s", "name": "three", "expr": "y", "core_no_proto": true})"
                        "\n"
                        R"({"file": "a", "section": "s", "name": "four", "expr": "M{}", "core_no_proto": false})");
  std::ostringstream out;
  std::ostringstream errors;
  const auto report = run_conformance(in, "cases.jsonl", true, out, errors);
  EXPECT_EQ(report.failures(), 3);
  EXPECT_EQ(report.unreadable, 1);
  EXPECT_TRUE(errors.str().starts_with("cases.jsonl:4: not JSON")) << errors.str();
  EXPECT_EQ(out.str(), R"(FAILED a/s/two (line 3)
    1 == 2
  expected true
  got false
REFUSED a/s/three (line 5)
    y
  expected true
  refused:
    expression:1:1: error: `y` is not declared
        y
        ^
skipped a/s/four (line 6): it needs the message or enum M

file                   passed   failed  refused  skipped
(unreadable)                0        1        0        0
a                           0        1        1        1
b                           1        0        0        0
all                         1        2        1        1
Refused cases, for which the compiler has a diagnostic, count as failed below.
Skipped cases need protobuf messages, enums or wrappers.
1 passed, 3 failed, 1 skipped
)");
}

std::filesystem::path data_folder() {
  if (const char* data = std::getenv("WEIR_DATA")) return data;
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / "../shared/data";
}

// How many cases of each file pass; all the others of these files need protobuf.
const std::map<std::string, int> kComplete{
    {"basic", 34},       {"bindings_ext", 6},  {"block_ext", 18},    {"optionals", 43},   {"type_deduction", 20},
    {"encoders_ext", 3}, {"string_ext", 173},  {"comparisons", 261}, {"conversions", 85}, {"fields", 46},
    {"fp_math", 24},     {"integer_math", 52}, {"lists", 33},        {"logic", 22},       {"macros", 38},
    {"macros2", 37},     {"math_ext", 162},    {"namespace", 11},    {"parse", 149},      {"plumbing", 4},
    {"string", 38},      {"timestamps", 63},   {"network_ext", 58},
};

TEST(Conformance, WhateverNeedsNoProtobufPasses) {
  const auto file = data_folder() / "cel" / "conformance.jsonl";
  std::ifstream in(file);
  if (!in.is_open()) GTEST_SKIP() << "skipped: no conformance cases at " << file;
  std::ostringstream out;
  std::ostringstream errors;
  auto report = run_conformance(in, file.string(), false, out, errors);
  EXPECT_EQ(errors.str(), "");
  EXPECT_EQ(report.total.failed, 0) << out.str();
  for (const auto& [name, passed] : kComplete) {
    EXPECT_EQ(report.files[name].refused, 0) << name << "\n" << out.str();
    EXPECT_GE(report.files[name].passed, passed) << name;
  }
  EXPECT_EQ(report.total.failed, 0) << out.str();
  EXPECT_EQ(report.total.skipped, 560);
}

}  // namespace
}  // namespace weir::cel
