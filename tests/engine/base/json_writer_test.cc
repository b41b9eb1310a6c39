#include "engine/base/json_writer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

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

// Texts of all lengths around the eight bytes that are looked at together, with each byte at each place.
TEST(JsonWriter, EveryByteIsEscapedWhereverItStands) {
  for (std::size_t length = 1; length <= 17; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'x');
        text[at] = static_cast<char>(byte);
        std::string expected = "\"";
        for (const char c : text) {
          static constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
          static constexpr std::string_view kLetters = "\"\\bfnrt";
          if (const auto index = kShort.find(c); index != std::string_view::npos) {
            expected.append("\\").push_back(kLetters[index]);
          } else if (static_cast<unsigned char>(c) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            expected.append(escaped);
          } else {
            expected.push_back(c);
          }
        }
        ASSERT_EQ(quoted(std::string_view(text)), expected + "\"");
      }
    }
  }
}

TEST(JsonWriter, ValuesMayBeLongerThanAnyRoom) {
  const std::string plain(100'000, 'a');
  const std::string escaped(50'000, '\1');
  std::string out = "[before]";
  JsonWriter json(out);
  json.begin_array();
  json.string(plain);
  json.string(escaped);
  json.raw(plain);
  json.hex("\x01\xab");
  json.end_array();
  std::string expected = "[before][\"" + plain + "\",\"";
  for (std::size_t i = 0; i < escaped.size(); ++i) expected += "\\u0001";
  expected += "\"," + plain + ",\"01ab\"]";
  EXPECT_EQ(out, expected);
}

TEST(JsonWriter, BetweenTwoValuesTheTextIsTheCallers) {
  std::string out;
  JsonWriter first(out);
  first.begin_object();
  first.end_object();
  out.push_back('\n');
  JsonWriter(out).integer(7);
  out.append("|");
  JsonWriter(out).string("x");
  EXPECT_EQ(out, "{}\n7|\"x\"");
}

TEST(JsonWriterDeathTest, RefusesWhatJsonCannotSay) {
  EXPECT_DEATH(real(std::numeric_limits<double>::infinity()), "no infinities");
  EXPECT_DEATH(real(std::numeric_limits<double>::quiet_NaN()), "no infinities");
}

}  // namespace
}  // namespace weir
