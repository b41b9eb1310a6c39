#include "engine/base/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <climits>
#include <string>

namespace weir {
namespace {

std::string outcome(const Result<std::int64_t, DecimalError>& result) {
  if (result.ok()) return std::to_string(*result);
  switch (result.error()) {
    case DecimalError::kNotANumber:
      return "not a number";
    case DecimalError::kTooManyDecimals:
      return "too many decimals";
    case DecimalError::kOutOfRange:
      return "out of range";
  }
  return "?";
}

TEST(Decimal, ReadsExactlyAtTheExponent) {
  struct Case {
    const char* text;
    int exponent;
    const char* expected;
  };
  for (const Case& c : {Case{"12.5", 2, "1250"},
                        Case{"0", 0, "0"},
                        Case{"-0.00", 2, "0"},
                        Case{"+7", 2, "700"},
                        Case{"1.230", 2, "123"},
                        Case{"1.234", 2, "too many decimals"},
                        Case{"1.5e3", 2, "150000"},
                        Case{"1.5E+3", 0, "1500"},
                        Case{"1250e-2", 1, "125"},
                        Case{"1250e-2", 0, "too many decimals"},
                        Case{"0.1", 0, "too many decimals"},
                        Case{"007.10", 1, "71"},
                        Case{"9223372036854775807", 0, "9223372036854775807"},
                        Case{"9223372036854775808", 0, "out of range"},
                        Case{"-9223372036854775808", 0, "-9223372036854775808"},
                        Case{"-9223372036854775809", 0, "out of range"},
                        Case{"92233720368547758.07", 2, "9223372036854775807"},
                        Case{"92233720368547758.08", 2, "out of range"},
                        Case{"9.223372036854775807", 18, "9223372036854775807"},
                        Case{"10", 18, "out of range"},
                        Case{"1e18", 0, "1000000000000000000"},
                        Case{"1e19", 0, "out of range"},
                        Case{"1e99999999999999999999999", 2, "out of range"},
                        Case{"0e99999999999999999999999", 2, "0"},
                        Case{"1e-99999999999999999999999", 2, "too many decimals"},
                        Case{"0.000000000000000000000000000001e30", 2, "100"},
                        Case{"1000000000000000000000000000000e-30", 2, "100"}}) {
    EXPECT_EQ(outcome(parse_decimal(c.text, c.exponent)), c.expected) << c.text << " at " << c.exponent;
  }
}

TEST(Decimal, RefusesWhatIsNotOfTheForm) {
  for (const char* text :
       {"",   "-",    "+",   ".",   ".5",   "5.",    "1,5", "1 ",       " 1",    "1e",    "1e+",
        "e5", "1.e5", "--1", "+-1", "0x10", "1_000", "NaN", "Infinity", "1.2.3", "1e5.0", "\xD9\xA1"}) {
    EXPECT_EQ(outcome(parse_decimal(text, 2)), "not a number") << text;
    EXPECT_EQ(outcome(parse_decimal_rounded(text, 2)), "not a number") << text;
  }
}

TEST(Decimal, RoundsHalfToEven) {
  struct Case {
    const char* text;
    int exponent;
    const char* expected;
  };
  for (const Case& c :
       {Case{"1.234", 2, "123"}, Case{"1.235", 2, "124"}, Case{"1.245", 2, "124"},
        Case{"1.2450000000000000000000000001", 2, "125"}, Case{"-1.235", 2, "-124"}, Case{"-1.245", 2, "-124"},
        Case{"0.5", 0, "0"}, Case{"1.5", 0, "2"}, Case{"0.51", 0, "1"}, Case{"0.05", 0, "0"}, Case{"0.999", 0, "1"},
        Case{"9223372036854775807.4", 0, "9223372036854775807"}, Case{"9223372036854775807.5", 0, "out of range"},
        Case{"-9223372036854775808.5", 0, "-9223372036854775808"}, Case{"-9223372036854775808.6", 0, "out of range"},
        Case{"5e-1000", 0, "0"}}) {
    EXPECT_EQ(outcome(parse_decimal_rounded(c.text, c.exponent)), c.expected) << c.text << " at " << c.exponent;
  }
}

TEST(Decimal, WritesWithAllDecimals) {
  const auto written = [](std::int64_t scaled, int exponent) {
    std::string out = "=";
    append_decimal(out, scaled, exponent);
    return out;
  };
  EXPECT_EQ(written(-1250, 2), "=-12.50");
  EXPECT_EQ(written(7, 0), "=7");
  EXPECT_EQ(written(0, 0), "=0");
  EXPECT_EQ(written(0, 3), "=0.000");
  EXPECT_EQ(written(-1, 2), "=-0.01");
  EXPECT_EQ(written(INT64_MAX, 18), "=9.223372036854775807");
  EXPECT_EQ(written(INT64_MIN, 18), "=-9.223372036854775808");
  EXPECT_EQ(written(INT64_MIN, 0), "=-9223372036854775808");
}

RC_GTEST_PROP(DecimalProperty, WhatIsWrittenReadsBack, (std::int64_t scaled)) {
  const int exponent = *rc::gen::inRange(0, 19);
  std::string text;
  append_decimal(text, scaled, exponent);
  RC_ASSERT(outcome(parse_decimal(text, exponent)) == std::to_string(scaled));
  RC_ASSERT(outcome(parse_decimal_rounded(text, exponent)) == std::to_string(scaled));
}

// The reference: school arithmetic on strings of digits.
std::string stripped(const std::string& digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

std::string plus_one(std::string digits) {
  for (std::size_t i = digits.size(); i-- > 0;) {
    if (digits[i] != '9') {
      ++digits[i];
      return digits;
    }
    digits[i] = '0';
  }
  return "1" + digits;
}

std::string reference(bool negative, const std::string& whole, const std::string& fraction, int power, int exponent,
                      bool round) {
  const int shift = power + exponent;
  // Room on both sides, so that the point can move freely.
  const std::string room(80, '0');
  const std::string digits = room + whole + fraction + room;
  const std::size_t point = room.size() + whole.size() + static_cast<std::size_t>(shift + 40) - 40;
  std::string integer = stripped(digits.substr(0, point));
  const std::string rest = digits.substr(point);
  const bool exact = rest.find_first_not_of('0') == std::string::npos;
  if (!exact && !round) return "too many decimals";
  if (!exact) {
    const std::string half = "5" + std::string(rest.size() - 1, '0');
    if (rest > half || (rest == half && (integer.back() - '0') % 2 == 1)) integer = plus_one(integer);
  }
  const std::string limit = negative ? "9223372036854775808" : "9223372036854775807";
  if (integer.size() > limit.size() || (integer.size() == limit.size() && integer > limit)) return "out of range";
  return negative && integer != "0" ? "-" + integer : integer;
}

RC_GTEST_PROP(DecimalProperty, AgreesWithSchoolArithmetic, ()) {
  const auto digits = [](int least, int most) {
    const int size = *rc::gen::inRange(least, most + 1);
    // Mostly plain digits, with runs of 0, 5 and 9 often enough to meet ties and carries.
    const auto digit =
        rc::gen::oneOf(rc::gen::inRange<char>('0', '9' + 1), rc::gen::elementOf(std::string("00000559")));
    return *rc::gen::container<std::string>(static_cast<std::size_t>(size), digit);
  };
  const bool negative = *rc::gen::arbitrary<bool>();
  const std::string whole = digits(1, 22);
  const std::string fraction = digits(0, 22);
  const int power = *rc::gen::inRange(-25, 26);
  const int exponent = *rc::gen::inRange(0, 19);

  std::string text = (negative ? "-" : "") + whole;
  if (!fraction.empty()) text += "." + fraction;
  if (power != 0 || *rc::gen::arbitrary<bool>()) text += "e" + std::to_string(power);
  RC_ASSERT(outcome(parse_decimal(text, exponent)) == reference(negative, whole, fraction, power, exponent, false));
  RC_ASSERT(outcome(parse_decimal_rounded(text, exponent)) ==
            reference(negative, whole, fraction, power, exponent, true));
}

}  // namespace
}  // namespace weir
