#include "engine/base/json_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace weir {
namespace {

std::string real(double value) {
  std::string out;
  JsonWriter(out).real(value);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonWriter, WritesMembersInOrderWithoutWhiteSpace) {
  std::string out = "before:";
  JsonWriter json(out);
  json.begin_object();
  json.key("b");
  json.begin_array();
  json.end_array();
  json.key("a");
  json.begin_array();
  json.null();
  json.boolean(true);
  json.boolean(false);
  json.begin_object();
  json.end_object();
  json.raw("[1]");
  json.string("x");
  json.end_array();
  json.key("c \"d\"");
  json.begin_object();
  json.key("e");
  json.integer(-1);
  json.end_object();
  json.key("f");
  json.real(0.5);
  json.end_object();
  EXPECT_EQ(out, R"(before:{"b":[],"a":[null,true,false,{},[1],"x"],"c \"d\"":{"e":-1},"f":0.5})");
}

TEST(JsonWriter, WritesIntegersToTheirLimits) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  json.integer(std::numeric_limits<std::int64_t>::min());
  json.integer(std::numeric_limits<std::int64_t>::max());
  json.integer(0);
  json.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
  json.end_array();
  EXPECT_EQ(out, "[-9223372036854775808,9223372036854775807,0,18446744073709551615]");
}

TEST(JsonWriter, AnIntegralRealKeepsItsPoint) {
  EXPECT_EQ(real(1), "1.0");
  EXPECT_EQ(real(-3), "-3.0");
  EXPECT_EQ(real(0), "0.0");
  EXPECT_EQ(real(-0.0), "-0.0");
  EXPECT_EQ(real(123456), "123456.0");
}

TEST(JsonWriter, ARealIsItsShortestText) {
  EXPECT_EQ(real(0.1), "0.1");
  EXPECT_EQ(real(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(real(1e22), "1e+22");
  EXPECT_EQ(real(std::numeric_limits<double>::denorm_min()), "5e-324");
  EXPECT_EQ(real(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
}

RC_GTEST_PROP(JsonWriter, EveryFiniteRealReadsBackToItsBits, (std::uint64_t bits)) {
  const auto value = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(value));
  const auto text = real(value);
  double back = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
  RC_ASSERT(error == std::errc() && end == text.data() + text.size());
  RC_ASSERT(std::bit_cast<std::uint64_t>(back) == bits);
  RC_ASSERT(text.find_first_of(".e") != std::string::npos);
}

TEST(JsonWriter, OnlyWhatJsonDemandsIsEscaped) {
  EXPECT_EQ(quoted("a\"b\\c/d"), R"("a\"b\\c/d")");
  EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(quoted(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
  EXPECT_EQ(quoted("Zürich 日本 😀"), "\"Zürich 日本 😀\"");
  EXPECT_EQ(quoted(""), "\"\"");
}

TEST(JsonWriterDeathTest, RefusesWhatJsonCannotSay) {
  EXPECT_DEATH(real(std::numeric_limits<double>::infinity()), "no infinities");
  EXPECT_DEATH(real(std::numeric_limits<double>::quiet_NaN()), "no infinities");
}

}  // namespace
}  // namespace weir
