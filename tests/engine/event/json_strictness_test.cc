// Whether a record is JSON is decided for all of it, also for members that nobody reads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/event/json_walk.h"
#include "engine/event/reader.h"
#include "tests/engine/event/card_schema.h"
#include "tests/engine/event/json_oracle.h"

namespace weir::event {
namespace {

constexpr int kMaxNesting = 32;

struct Outcome {
  bool accepted = false;
  RejectReason reason = RejectReason::kNone;
  std::uint64_t offset = 0;
};

// A walk that reads {"a"} and {"b","c"}.
Outcome walk(std::string_view json, Limits limits = {}) {
  static JsonWalk walker = [] {
    JsonWalk made;
    const std::vector<std::string> a = {"a"};
    const std::vector<std::string> c = {"b", "c"};
    made.add_path(a);
    made.add_path(c);
    return made;
  }();
  Reject reject;
  Outcome outcome;
  outcome.accepted = walker.walk(json, limits, reject);
  if (!outcome.accepted) {
    EXPECT_NE(reject.reason, RejectReason::kNone);
    EXPECT_FALSE(reject.detail.empty());
    EXPECT_LE(reject.byte_offset, json.size());
    outcome.reason = reject.reason;
    outcome.offset = reject.byte_offset;
  }
  return outcome;
}

bool is_about_bytes(RejectReason reason) {
  return reason == RejectReason::kInvalidJson || reason == RejectReason::kInvalidUtf8 ||
         reason == RejectReason::kNestingTooDeep;
}

// Values that are no JSON, and values that are, wherever they stand.
const std::vector<std::string>& bad_values() {
  static const std::vector<std::string> values = {"",
                                                  "01",
                                                  "-",
                                                  "-01",
                                                  "1.",
                                                  ".5",
                                                  "1.e1",
                                                  "1e",
                                                  "1e+",
                                                  "1.5.1",
                                                  "+1",
                                                  "0x1",
                                                  "1_0",
                                                  "1a",
                                                  "Infinity",
                                                  "NaN",
                                                  "nul",
                                                  "nulll",
                                                  "True",
                                                  "tru",
                                                  "truee",
                                                  "false1",
                                                  "'a'",
                                                  "a",
                                                  "\"a",
                                                  "a\"",
                                                  "\"\\x\"",
                                                  "\"\\u12\"",
                                                  "\"\\u12g4\"",
                                                  "\"\\ud800\"",
                                                  "\"\\ud800\\u0041\"",
                                                  "\"\\udc00\"",
                                                  "\"\\ud800\\ud800\"",
                                                  "\"\\",
                                                  "\"\\\"",
                                                  "\"\t\"",
                                                  "\"\n\"",
                                                  std::string("\"\0\"", 3),
                                                  "[",
                                                  "]",
                                                  "{",
                                                  "}",
                                                  "[1",
                                                  "[1,",
                                                  "[1,]",
                                                  "[,1]",
                                                  "[,]",
                                                  "[1 2]",
                                                  "[1:2]",
                                                  "[1}",
                                                  "{]",
                                                  "{\"x\"}",
                                                  "{\"x\":}",
                                                  "{\"x\":1,}",
                                                  "{,}",
                                                  "{\"x\" 1}",
                                                  "{\"x\":1 \"y\":2}",
                                                  "{x:1}",
                                                  "{1:1}",
                                                  "{\"x\":1]",
                                                  "{\"x\"::1}",
                                                  "{\"x\":1:2}",
                                                  "{\"\\x\":1}",
                                                  "{\"\\ud800\":1}",
                                                  "\"a\":1",
                                                  "\"a\" \"b\"",
                                                  "1 1",
                                                  "//",
                                                  "1//",
                                                  "1/**/",
                                                  "#",
                                                  "\v1",
                                                  "1\f",
                                                  "\xC2\xA0",
                                                  "\xEF\xBB\xBF"
                                                  "1",
                                                  "true false",
                                                  "[[[[]]]",
                                                  "{\"x\":{\"y\":[}]}",
                                                  "nan",
                                                  "-a",
                                                  std::string("1\0", 2),
                                                  std::string("\0", 1),
                                                  "\"\\u\"",
                                                  "\"\\ud83d\\n\"",
                                                  "1,",
                                                  ",1",
                                                  ":",
                                                  ":1",
                                                  "\"\x1F\"",
                                                  "\\\"\""};
  return values;
}

const std::vector<std::string>& good_values() {
  static const std::vector<std::string> values = {"0",
                                                  "-0",
                                                  "0.0",
                                                  "-0.5e-7",
                                                  "1E+2",
                                                  "123456789012345678901234567890",
                                                  "1e999",
                                                  "true",
                                                  "false",
                                                  "null",
                                                  "\"\"",
                                                  "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uFFFF\\ud83d\\ude00\"",
                                                  "\"\x7F\"",
                                                  "\"\xF4\x8F\xBF\xBF\"",
                                                  "\"a\\\\\"",
                                                  "[]",
                                                  "[ ]",
                                                  "{}",
                                                  "{ }",
                                                  "[1,\"a\",null,[],{}]",
                                                  "{\"x\":1,\"x\":2}",
                                                  "{\"\":{\"\\u0000\":[]}}",
                                                  "[[[[]]]]",
                                                  " 1 ",
                                                  "\"{[:,]}\""};
  return values;
}

TEST(JsonStrictness, EveryFaultIsFoundWhereverItStands) {
  const std::vector<std::string> frames = {R"({"a":@})",          R"({"b":{"c":@}})",       R"({"z":@})",
                                           R"({"b":@})",          R"({"z":{"y":@}})",       R"({"z":[@]})",
                                           R"({"z":[1,@,2]})",    R"({"a":1,"z":@,"b":2})", R"({"b":{"z":@},"a":null})",
                                           R"({"z":[{"y":[@]}]})"};
  for (const std::string& frame : frames) {
    for (const std::string& value : bad_values()) {
      if (value.empty() && frame.find("[@]") != std::string::npos) continue;  // an empty array is JSON
      const std::string json = with(frame, "@", value);
      if (is_strict_json(json, kMaxNesting)) continue;  // e.g. `1,"z":2` put into a frame
      const Outcome outcome = walk(json);
      EXPECT_FALSE(outcome.accepted) << json;
      EXPECT_TRUE(is_about_bytes(outcome.reason)) << json << ": " << reject_reason_name(outcome.reason);
    }
    for (const std::string& value : good_values()) {
      const std::string json = with(frame, "@", value);
      EXPECT_TRUE(is_strict_json(json, kMaxNesting)) << json;
      EXPECT_TRUE(walk(json).accepted) << json;
    }
  }
}

TEST(JsonStrictness, NothingMayStandAroundTheObject) {
  for (const char* json : {"{}{}", "{} 1", "{},", "{}]", "{}}", "1 {}", ",{}", "{}\"a\"", "{} x", "{}\v", "[]{}",
                           "{\"a\":1}}", "{\"a\":1}{", "\xEF\xBB\xBF{}", "{}//", "{}\x01"}) {
    const Outcome outcome = walk(json);
    EXPECT_FALSE(outcome.accepted) << json;
    EXPECT_EQ(outcome.reason, RejectReason::kInvalidJson) << json;
  }
  EXPECT_TRUE(walk(" \t\r\n{} \t\r\n").accepted);
  EXPECT_FALSE(walk(std::string("{}\0", 3)).accepted);
}

TEST(JsonStrictness, OtherValuesAreJsonButNoObject) {
  for (const char* json : {"1", " \"a\" ", "null", "[]", "[{\"a\":1}]", "-0.5", "true\n"}) {
    EXPECT_EQ(walk(json).reason, RejectReason::kNotAnObject) << json;
  }
  for (const char* json : {"01", "\"a\" \"b\"", "\"a", "[1,]", "[1] 2", "nulL", "1 2", "\"\\x\"", "[", "]", "\"a\"]"}) {
    EXPECT_EQ(walk(json).reason, RejectReason::kInvalidJson) << json;
  }
}

TEST(JsonStrictness, EmptyRecordsAndBlankOnesDiffer) {
  EXPECT_EQ(walk("").reason, RejectReason::kEmptyRecord);
  EXPECT_EQ(walk(" ").reason, RejectReason::kInvalidJson);
  EXPECT_EQ(walk("\n\t").reason, RejectReason::kInvalidJson);
}

TEST(JsonStrictness, SaysWhereTheFaultIs) {
  const auto at = [](std::string_view json) { return walk(json).offset; };
  EXPECT_EQ(at(R"({"z":01})"), 5U);
  EXPECT_EQ(at(R"({"z":[1,tru]})"), 8U);
  EXPECT_EQ(at(R"({"z":"ab\x"})"), 8U);
  EXPECT_EQ(at("{\"z\":\"a\tb\"}"), 7U);
  EXPECT_EQ(at(R"({"z":"abc)"), 5U);
  EXPECT_EQ(at(R"({"z":1} 2)"), 8U);
  EXPECT_EQ(at("{\"z\":\"a\xFF\"}"), 7U);
  EXPECT_EQ(at(R"({"z":1,"\q":2})"), 7U);
  EXPECT_EQ(at(R"({"z":1 "y":2})"), 5U);  // behind the 1
  EXPECT_EQ(at(R"({"z":[1 2]})"), 6U);
  EXPECT_EQ(at("\xEF\xBB\xBF{}"), 0U);
}

TEST(JsonStrictness, Utf8IsAReasonOfItsOwn) {
  for (const char* bytes : {"\xFF", "\x80", "\xC0\x80", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF0\x8F\xBF\xBF", "\xF8\x88\x80\x80\x80", "\xE2\x82", "a\xE2\x28\xA1"}) {
    for (const char* frame : {R"({"a":"@"})", R"({"z":"@"})", R"({"@":1})", R"({"z":@})", R"({}@)", R"(@)"}) {
      const std::string json = with(frame, "@", bytes);
      EXPECT_EQ(walk(json).reason, RejectReason::kInvalidUtf8) << frame;
    }
  }
}

TEST(JsonLimits, NestingIsAllowedUpToTheLimit) {
  const auto nested = [](int depth, const char* open, const char* close) {
    std::string json = R"({"z":)";
    for (int i = 1; i < depth; ++i) json += open;
    json += "1";
    for (int i = 1; i < depth; ++i) json += close;
    return json + "}";
  };
  Limits limits;
  for (const std::uint32_t max : {1U, 2U, 5U, 32U, 1000U}) {
    limits.max_nesting = max;
    const int depth = static_cast<int>(max);
    EXPECT_TRUE(walk(nested(depth, "[", "]"), limits).accepted) << max;
    EXPECT_TRUE(walk(nested(depth, "{\"y\":", "}"), limits).accepted) << max;
    EXPECT_EQ(walk(nested(depth + 1, "[", "]"), limits).reason, RejectReason::kNestingTooDeep) << max;
    EXPECT_EQ(walk(nested(depth + 1, "{\"b\":", "}"), limits).reason, RejectReason::kNestingTooDeep) << max;
  }
  limits.max_nesting = 3;
  EXPECT_EQ(walk(R"({"z":[[1,[2]]]})", limits).offset, 9U);
  EXPECT_EQ(walk("[" + nested(3, "[", "]") + "]", limits).reason, RejectReason::kNestingTooDeep);
}

TEST(JsonLimits, ARecordMayBeAsLongAsTheLimit) {
  Limits limits;
  limits.max_record_bytes = 100;
  const std::string json = R"({"z":")" + std::string(92, 'x') + R"("})";
  ASSERT_EQ(json.size(), 100U);
  EXPECT_TRUE(walk(json, limits).accepted);
  const Outcome longer = walk(json + " ", limits);
  EXPECT_EQ(longer.reason, RejectReason::kRecordTooLarge);
  EXPECT_EQ(longer.offset, 100U);
}

TEST(JsonLimits, AStringMayBeAsLongAsTheLimit) {
  Schema schema = card_schema();
  schema.limits.max_string_bytes = 30;
  JsonReader reader(schema, {});
  Event event(schema, 0);
  Reject reject;
  const auto outcome = [&](const std::string& account) {
    const bool accepted = reader.read(with(card_payment(), "DE-0001-2345-6789", account), kNoClock, event, reject);
    return accepted ? "accepted" : std::string(reject_reason_name(reject.reason)) + " " + reject.field;
  };
  EXPECT_EQ(outcome(std::string(30, 'x')), "accepted");
  EXPECT_EQ(outcome(std::string(31, 'x')), "string_too_long account");
  // Counted after unescaping: 15 times two bytes, written as 90.
  std::string escaped;
  for (int i = 0; i < 15; ++i) escaped += "\\u00e9";
  EXPECT_EQ(outcome(escaped), "accepted");
  EXPECT_EQ(outcome(escaped + "x"), "string_too_long account");
  // What nobody reads is bounded by the record only.
  const std::string record = with(card_payment(), R"("note":"")", R"("note":")" + std::string(500, 'x') + "\"");
  EXPECT_TRUE(reader.read(record, kNoClock, event, reject)) << reject.detail;
}

std::vector<std::filesystem::path> suite_files() {
  const char* data = std::getenv("WEIR_DATA");
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  const std::filesystem::path root =
      data != nullptr ? std::filesystem::path(data)
                      : std::filesystem::path(source != nullptr ? source : ".") / ".." / "shared" / "data";
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root / "json_test_suite" / "test_parsing", error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(JsonTestSuite, NoBadFileIsAcceptedAndNoGoodFileIsCalledBadJson) {
  const auto files = suite_files();
  if (files.empty()) GTEST_SKIP() << "skipped: no json_test_suite in WEIR_DATA";
  EXPECT_EQ(files.size(), 318U);
  int good = 0;
  int bad = 0;
  const Schema schema = card_schema();
  JsonReader reader(schema, {});
  Event event(schema, 0);
  for (const auto& file : files) {
    const std::string name = file.filename().string();
    const std::string json = content(file);
    Reject reject;
    const bool read = reader.read(json, kNoClock, event, reject);
    const Outcome walked = walk(json);
    if (name.starts_with("n_")) {
      ++bad;
      EXPECT_FALSE(read) << name;
      EXPECT_FALSE(walked.accepted) << name;
      EXPECT_TRUE(is_about_bytes(walked.reason) || json.empty()) << name << reject_reason_name(walked.reason);
    } else if (name.starts_with("y_")) {
      ++good;
      EXPECT_FALSE(!read && is_about_bytes(reject.reason)) << name;
      EXPECT_TRUE(walked.accepted || !is_about_bytes(walked.reason)) << name;
      EXPECT_TRUE(is_strict_json(json, kMaxNesting)) << name;
    }
  }
  EXPECT_EQ(good, 95);
  EXPECT_EQ(bad, 188);
}

// Most files are arrays; as a member's value they reach the depths of the walk.
TEST(JsonTestSuite, AsAMembersValueEachFileIsJudgedAsTheOracleJudges) {
  const auto files = suite_files();
  if (files.empty()) GTEST_SKIP() << "skipped: no json_test_suite in WEIR_DATA";
  for (const char* frame : {R"({"z":@})", R"({"a":@})", R"({"b":@})", R"({"b":{"c":@},"a":1})", R"({"z":[0,@,{}]})"}) {
    for (const auto& file : files) {
      const std::string json = with(frame, "@", content(file));
      const Outcome outcome = walk(json);
      const bool accepted = outcome.accepted || outcome.reason == RejectReason::kDuplicateKey;
      EXPECT_EQ(accepted, is_strict_json(json, kMaxNesting)) << frame << " with " << file.filename();
    }
  }
}

}  // namespace
}  // namespace weir::event
