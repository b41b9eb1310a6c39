#include "engine/base/value.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace weir {
namespace {

TEST(Value, TimesRoundDownOnBothSidesOf1970) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{-1000},
                                std::int64_t{-1001}, std::int64_t{1'767'225'600'123}}) {
    EXPECT_EQ(Value::timestamp_ms(ms).as_ms(), ms);
    EXPECT_EQ(Value::duration_ms(ms).as_ms(), ms);
  }
  EXPECT_EQ(Value::timestamp_ms(-1).seconds(), -1);
  EXPECT_EQ(Value::timestamp_ms(-1).nanoseconds(), 999'000'000U);
  EXPECT_EQ(Value::timestamp(-1, 999'999'999).as_ms(), -1);
}

TEST(Value, AnEnumerationIsAStringWithANumber) {
  const auto value = Value::enumeration("online", 0);
  EXPECT_TRUE(value.is(ValueKind::kString));
  EXPECT_EQ(value.as_string(), "online");
  EXPECT_TRUE(value.has_enum_code());
  EXPECT_EQ(value.enum_code(), 0);
  EXPECT_EQ(Value::enumeration("last", 65534).enum_code(), 65534);
  EXPECT_FALSE(Value::string("online").has_enum_code());
}

TEST(Value, IdenticalMeansSameKindAndSameContent) {
  const int object = 0;
  const std::string copy = "text";
  const std::vector<Value> different{Value::absent(),
                                     Value::null(),
                                     Value::boolean(false),
                                     Value::boolean(true),
                                     Value::int64(0),
                                     Value::int64(1),
                                     Value::uint64(1),
                                     Value::real(0.0),
                                     Value::real(-0.0),
                                     Value::real(1),
                                     Value::string("text"),
                                     Value::string("texts"),
                                     Value::bytes("text"),
                                     Value::timestamp(0, 0),
                                     Value::timestamp(0, 1),
                                     Value::duration(0, 0),
                                     Value::duration(1, 0),
                                     Value::money(100, 978),
                                     Value::money(100, 840),
                                     Value::money(101, 978),
                                     Value::error(ErrorCode::kOverflow),
                                     Value::error(ErrorCode::kOverflow, "x"),
                                     Value::error(ErrorCode::kDivideByZero),
                                     Value::object(ValueKind::kList, &object),
                                     Value::object(ValueKind::kMap, &object),
                                     Value::object(ValueKind::kList, &object, 1)};
  for (std::size_t i = 0; i < different.size(); ++i) {
    for (std::size_t j = 0; j < different.size(); ++j)
      EXPECT_EQ(identical(different[i], different[j]), i == j) << i << j;
  }
  EXPECT_TRUE(identical(Value::string("text"), Value::string(copy)));
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(identical(Value::real(nan), Value::real(nan)));
}

TEST(ErrorCode, EachHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::uint16_t code = 0; code <= static_cast<std::uint16_t>(ErrorCode::kCostLimit); ++code) {
    names.insert(error_code_name(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::kCostLimit) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace weir
