#include "engine/base/currency.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace weir {
namespace {

TEST(Currency, KnowsCodesNumbersAndDecimals) {
  struct Expected {
    const char* code;
    int numeric;
    int exponent;
  };
  for (const Expected& expected : {Expected{"EUR", 978, 2}, Expected{"USD", 840, 2}, Expected{"JPY", 392, 0},
                                   Expected{"KWD", 414, 3}, Expected{"CLP", 152, 0}, Expected{"ALL", 8, 2},
                                   Expected{"XOF", 952, 0}, Expected{"ZWG", 924, 2}, Expected{"AED", 784, 2}}) {
    const auto by_code = currency_by_code(expected.code);
    ASSERT_TRUE(by_code.has_value()) << expected.code;
    EXPECT_EQ(by_code->code, expected.code);
    EXPECT_EQ(by_code->numeric, expected.numeric);
    EXPECT_EQ(by_code->exponent, expected.exponent);
    const auto by_number = currency_by_number(static_cast<std::uint16_t>(expected.numeric));
    ASSERT_TRUE(by_number.has_value()) << expected.numeric;
    EXPECT_EQ(by_number->code, expected.code);
  }
}

TEST(Currency, RefusesWhatIsNoCurrencyOfPayment) {
  for (const char* code :
       {"", "EU", "EURO", "eur", "Eur", "XXX", "XAU", "XTS", "CHE", "UYW", "DEM", "E R", "\xC3\xA9U"}) {
    EXPECT_FALSE(currency_by_code(code).has_value()) << code;
  }
  for (const int number : {0, 1, 999, 1000, 65535, 964}) {
    EXPECT_FALSE(currency_by_number(static_cast<std::uint16_t>(number)).has_value()) << number;
  }
}

TEST(Currency, EveryCodeAndNumberLeadBackToEachOther) {
  std::set<int> numbers;
  int codes = 0;
  std::string code = "AAA";
  for (code[0] = 'A'; code[0] <= 'Z'; ++code[0]) {
    for (code[1] = 'A'; code[1] <= 'Z'; ++code[1]) {
      for (code[2] = 'A'; code[2] <= 'Z'; ++code[2]) {
        const auto currency = currency_by_code(code);
        if (!currency) continue;
        ++codes;
        numbers.insert(currency->numeric);
        EXPECT_EQ(currency->code, code);
        EXPECT_LE(currency->exponent, 3);
        const auto back = currency_by_number(currency->numeric);
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(back->code, code == "ANG" ? "XCG" : code);
      }
    }
  }
  EXPECT_EQ(codes, 162);
  EXPECT_EQ(numbers.size(), 161U);
}

}  // namespace
}  // namespace weir
