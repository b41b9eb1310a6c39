#include "engine/audit/value_json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace weir::audit {
namespace {

struct Case {
  Value value;
  const char* json;
  const char* text;
};

TEST(ValueJson, EveryKindHasItsForm) {
  const auto huge = std::numeric_limits<std::int64_t>::max();
  const auto infinity = std::numeric_limits<double>::infinity();
  const Case cases[] = {
      {Value::absent(), "null", "-"},
      {Value::null(), "null", "null"},
      {Value::boolean(true), "true", "true"},
      {Value::boolean(false), "false", "false"},
      {Value::int64(-huge - 1), "-9223372036854775808", "-9223372036854775808"},
      {Value::uint64(18'446'744'073'709'551'615U), "18446744073709551615", "18446744073709551615"},
      {Value::real(5), "5.0", "5"},
      {Value::real(-0.0), "-0.0", "-0"},
      {Value::real(0.1), "0.1", "0.1"},
      {Value::real(1e300), "1e+300", "1e+300"},
      {Value::real(infinity), "\"inf\"", "inf"},
      {Value::real(-infinity), "\"-inf\"", "-inf"},
      {Value::string("a \"b\""), R"("a \"b\"")", "a \"b\""},
      {Value::enumeration("online", 3), "\"online\"", "online"},
      {Value::money(-1250, 978), "\"-12.50 EUR\"", "-12.50 EUR"},
      {Value::money(-5, 978), "\"-0.05 EUR\"", "-0.05 EUR"},
      {Value::money(7, 392), "\"7 JPY\"", "7 JPY"},
      {Value::money(1, 48), "\"0.001 BHD\"", "0.001 BHD"},
      {Value::money(huge, 978), "\"92233720368547758.07 EUR\"", "92233720368547758.07 EUR"},
      {Value::money(-huge - 1, 978), "\"-92233720368547758.08 EUR\"", "-92233720368547758.08 EUR"},
      {Value::timestamp_ms(0), "\"1970-01-01T00:00:00Z\"", "1970-01-01T00:00:00Z"},
      {Value::timestamp_ms(-1), "\"1969-12-31T23:59:59.999Z\"", "1969-12-31T23:59:59.999Z"},
      {Value::duration_ms(0), "\"0s\"", "0s"},
      {Value::duration_ms(90'500), "\"90.5s\"", "90.5s"},
      {Value::duration_ms(-1), "\"-0.001s\"", "-0.001s"},
      {Value::duration_ms(-500), "\"-0.5s\"", "-0.5s"},
      {Value::duration_ms(-1000), "\"-1s\"", "-1s"},
      {Value::duration_ms(-1500), "\"-1.5s\"", "-1.5s"},
      {Value::duration(3, 1), "\"3.000000001s\"", "3.000000001s"},
      {Value::duration(-3, 1), "\"-2.999999999s\"", "-2.999999999s"},
      {Value::duration(86'400 * 36'500LL, 120'000'000), "\"3153600000.12s\"", "3153600000.12s"},
      {Value::error(ErrorCode::kOverflow), R"({"error":"overflow"})", "error: overflow"},
      {Value::error(ErrorCode::kAbsentValue, "card.x"), R"({"error":"absent_value","detail":"card.x"})",
       "error: absent_value (card.x)"},
  };
  for (const auto& c : cases) {
    std::string json;
    JsonWriter writer(json);
    append_value(c.value, writer);
    EXPECT_EQ(json, c.json);
    EXPECT_EQ(value_text(c.value), c.text);
  }
}

}  // namespace
}  // namespace weir::audit
