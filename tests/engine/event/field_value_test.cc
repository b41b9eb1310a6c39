#include "engine/event/field_value.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/base/civil_time.h"

namespace weir::event {
namespace {

Field field_of(FieldType type, TimeFormat format = TimeFormat::kIso8601) {
  Field field;
  field.name = "f";
  field.type = type;
  field.time_format = format;
  field.enum_values = {"pos", "ecom", "", "caf\u00e9", "atm"};
  return field;
}

RawText json(std::string_view text) {
  if (text == "true") return {{}, 0, RawForm::kTrue};
  if (text == "false") return {{}, 0, RawForm::kFalse};
  if (text == "[]") return {{}, 0, RawForm::kArray};
  if (text == "{}") return {{}, 0, RawForm::kObject};
  if (text.starts_with('"')) return {text.substr(1, text.size() - 2), 0, RawForm::kString};
  return {text, 0, RawForm::kNumber};
}
RawText cell(std::string_view text) { return {text, 0, RawForm::kCell}; }

std::string show(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kBool:
      return value.as_bool() ? "bool true" : "bool false";
    case ValueKind::kInt64:
      return "int " + std::to_string(value.as_int64());
    case ValueKind::kDouble: {
      return "double " + std::to_string(std::bit_cast<std::uint64_t>(value.as_double()));
    }
    case ValueKind::kString:
      return "string " + std::string(value.as_string()) +
             (value.has_enum_code() ? " #" + std::to_string(value.enum_code()) : "");
    case ValueKind::kTimestamp:
      return "time " + iso8601(value.as_ms());
    case ValueKind::kMoney:
      return "money " + std::to_string(value.minor_units()) + " " + std::to_string(value.currency());
    default:
      return "?";
  }
}

std::string convert(const Field& field, const RawText& raw, std::string_view currency = "EUR") {
  const auto known = currency_by_code(currency);
  Value value;
  const FieldConverter converter(field);
  const RejectReason reason = converter.convert(raw, &*known, value);
  if (reason == RejectReason::kNone) return show(value);
  EXPECT_FALSE(converter.describe(reason, raw).empty());
  return std::string(reject_reason_name(reason));
}

struct Case {
  RawText raw;
  const char* expected;
};

void expect_all(const Field& field, const std::vector<Case>& cases, std::string_view currency = "EUR") {
  for (const Case& c : cases) {
    EXPECT_EQ(convert(field, c.raw, currency), c.expected) << raw_form_name(c.raw.form) << " " << c.raw.text;
  }
}

TEST(FieldValue, Bool) {
  expect_all(field_of(FieldType::kBool), {{json("true"), "bool true"},
                                          {json("false"), "bool false"},
                                          {json("1"), "wrong_type"},
                                          {json("\"true\""), "wrong_type"},
                                          {json("[]"), "wrong_type"},
                                          {cell("true"), "bool true"},
                                          {cell("True"), "bool true"},
                                          {cell("FALSE"), "bool false"},
                                          {cell("1"), "bool true"},
                                          {cell("0"), "bool false"},
                                          {cell("yes"), "wrong_type"},
                                          {cell("10"), "wrong_type"},
                                          {cell("tru"), "wrong_type"},
                                          {cell("truee"), "wrong_type"},
                                          {cell(""), "wrong_type"}});
}

TEST(FieldValue, Int64) {
  for (const auto wrap : {json, cell}) {
    expect_all(field_of(FieldType::kInt64), {{wrap("0"), "int 0"},
                                             {wrap("-0"), "int 0"},
                                             {wrap("-17"), "int -17"},
                                             {wrap("9223372036854775807"), "int 9223372036854775807"},
                                             {wrap("-9223372036854775808"), "int -9223372036854775808"},
                                             {wrap("9223372036854775808"), "out_of_range"},
                                             {wrap("-9223372036854775809"), "out_of_range"},
                                             {wrap("100000000000000000000000"), "out_of_range"},
                                             {wrap("1.0"), "wrong_type"},
                                             {wrap("1e3"), "wrong_type"},
                                             {wrap("100000000000000000000000.5"), "wrong_type"}});
  }
  expect_all(field_of(FieldType::kInt64), {{json("\"1\""), "wrong_type"},
                                           {json("true"), "wrong_type"},
                                           {json("{}"), "wrong_type"},
                                           {cell("007"), "int 7"},
                                           {cell("+7"), "wrong_type"},
                                           {cell(" 7"), "wrong_type"},
                                           {cell("7 "), "wrong_type"},
                                           {cell("-"), "wrong_type"},
                                           {cell("0x7"), "wrong_type"},
                                           {cell(""), "wrong_type"}});
}

TEST(FieldValue, Double) {
  const Field field = field_of(FieldType::kDouble);
  const auto bits = [&](const RawText& raw) {
    Value value;
    EXPECT_EQ(FieldConverter(field).convert(raw, nullptr, value), RejectReason::kNone) << raw.text;
    return std::bit_cast<std::uint64_t>(value.as_double());
  };
  const auto of = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  for (const auto wrap : {json, cell}) {
    EXPECT_EQ(bits(wrap("48.2104")), of(48.2104));
    EXPECT_EQ(bits(wrap("0.1")), of(0.1));
    EXPECT_EQ(bits(wrap("-0.0")), of(0.0));
    EXPECT_EQ(bits(wrap("-0e999")), of(0.0));
    EXPECT_EQ(bits(wrap("7")), of(7.0));
    EXPECT_EQ(bits(wrap("9007199254740993")), of(9007199254740992.0));
    EXPECT_EQ(bits(wrap("1.7976931348623157e308")), of(std::numeric_limits<double>::max()));
    EXPECT_EQ(bits(wrap("5e-324")), of(std::numeric_limits<double>::denorm_min()));
    EXPECT_EQ(bits(wrap("2.2250738585072011e-308")), of(2.2250738585072011e-308));
    EXPECT_EQ(convert(field, wrap("1e309")), "out_of_range");
    EXPECT_EQ(convert(field, wrap("-1e309")), "out_of_range");
    EXPECT_EQ(convert(field, wrap("1e-400")), "out_of_range");
    EXPECT_EQ(convert(field, wrap("0.000e-400")), show(Value::real(0)));
  }
  EXPECT_EQ(bits(cell("+1.5")), of(1.5));
  EXPECT_EQ(bits(cell("007.50")), of(7.5));
  expect_all(field, {{json("\"1.5\""), "wrong_type"},
                     {json("true"), "wrong_type"},
                     {cell("nan"), "wrong_type"},
                     {cell("inf"), "wrong_type"},
                     {cell("-inf"), "wrong_type"},
                     {cell("1."), "wrong_type"},
                     {cell(".5"), "wrong_type"},
                     {cell("+-1"), "wrong_type"},
                     {cell("1,5"), "wrong_type"},
                     {cell("1.5 "), "wrong_type"},
                     {cell("0x1p3"), "wrong_type"},
                     {cell(""), "wrong_type"}});
}

TEST(FieldValue, String) {
  expect_all(field_of(FieldType::kString), {{json("\"x y\""), "string x y"},
                                            {json("\"\""), "string "},
                                            {json("1"), "wrong_type"},
                                            {json("false"), "wrong_type"},
                                            {json("[]"), "wrong_type"},
                                            {cell("1"), "string 1"},
                                            {cell(""), "string "}});
}

TEST(FieldValue, Money) {
  for (const auto wrap : {json, cell}) {
    expect_all(field_of(FieldType::kMoney), {{wrap("12.5"), "money 1250 978"},
                                             {wrap("-0.01"), "money -1 978"},
                                             {wrap("1.5e3"), "money 150000 978"},
                                             {wrap("12.340"), "money 1234 978"},
                                             {wrap("12.345"), "too_many_decimals"},
                                             {wrap("92233720368547758.07"), "money 9223372036854775807 978"},
                                             {wrap("92233720368547758.08"), "out_of_range"},
                                             {wrap("1e400"), "out_of_range"}});
  }
  expect_all(field_of(FieldType::kMoney), {{json("\"12.50\""), "money 1250 978"},
                                           {json("\"+7\""), "money 700 978"},
                                           {json("\"12,50\""), "wrong_type"},
                                           {json("\"\""), "wrong_type"},
                                           {json("\" 1\""), "wrong_type"},
                                           {json("true"), "wrong_type"},
                                           {json("{}"), "wrong_type"},
                                           {cell("$5"), "wrong_type"}});
  expect_all(field_of(FieldType::kMoney), {{json("500"), "money 500 392"}, {json("0.5"), "too_many_decimals"}}, "JPY");
  expect_all(field_of(FieldType::kMoney), {{json("0.001"), "money 1 414"}, {json("0.0001"), "too_many_decimals"}},
             "KWD");
}

TEST(FieldValue, TimestampAsText) {
  for (const bool is_cell : {false, true}) {
    const auto text = [is_cell](std::string_view t) {
      return RawText{t, 0, is_cell ? RawForm::kCell : RawForm::kString};
    };
    expect_all(field_of(FieldType::kTimestamp), {{text("2026-02-27T10:30:00+01:00"), "time 2026-02-27T09:30:00Z"},
                                                 {text("2026-02-27T10:30:00"), "invalid_time"},
                                                 {text("2026-02-30T10:30:00Z"), "impossible_time"},
                                                 {text("yesterday"), "invalid_time"},
                                                 {text(""), "invalid_time"}});
    expect_all(field_of(FieldType::kTimestamp, TimeFormat::kIso8601AssumeUtc),
               {{text("2026-02-27 10:30:00"), "time 2026-02-27T10:30:00Z"},
                {text("2026-02-27"), "time 2026-02-27T00:00:00Z"},
                {text("2026-02-27T10:30:00+01:00"), "time 2026-02-27T09:30:00Z"}});
  }
  expect_all(field_of(FieldType::kTimestamp), {{json("1700000000"), "wrong_type"}, {json("true"), "wrong_type"}});
}

TEST(FieldValue, TimestampAsNumber) {
  for (const auto wrap : {json, cell}) {
    expect_all(field_of(FieldType::kTimestamp, TimeFormat::kEpochSeconds),
               {{wrap("0"), "time 1970-01-01T00:00:00Z"},
                {wrap("-1"), "time 1969-12-31T23:59:59Z"},
                {wrap("253402300799"), "time 9999-12-31T23:59:59Z"},
                {wrap("253402300800"), "out_of_range"},
                {wrap("-62135596800"), "time 0001-01-01T00:00:00Z"},
                {wrap("-62135596801"), "out_of_range"},
                {wrap("9223372036854775807"), "out_of_range"},
                {wrap("99999999999999999999"), "out_of_range"},
                {wrap("1.5"), "wrong_type"}});
    expect_all(field_of(FieldType::kTimestamp, TimeFormat::kEpochMilliseconds),
               {{wrap("1700000000123"), "time 2023-11-14T22:13:20.123Z"},
                {wrap("253402300799999"), "time 9999-12-31T23:59:59.999Z"},
                {wrap("253402300800000"), "out_of_range"},
                {wrap("-62135596800001"), "out_of_range"}});
    expect_all(field_of(FieldType::kTimestamp, TimeFormat::kEpochMicroseconds),
               {{wrap("1700000000123999"), "time 2023-11-14T22:13:20.123Z"},
                {wrap("-1"), "time 1969-12-31T23:59:59.999Z"},
                {wrap("-1000"), "time 1969-12-31T23:59:59.999Z"},
                {wrap("253402300799999999"), "time 9999-12-31T23:59:59.999Z"},
                {wrap("253402300800000000"), "out_of_range"},
                {wrap("-62135596800000000"), "time 0001-01-01T00:00:00Z"},
                {wrap("-62135596800000001"), "out_of_range"}});
  }
  expect_all(field_of(FieldType::kTimestamp, TimeFormat::kEpochSeconds), {{json("\"0\""), "wrong_type"}});
}

TEST(FieldValue, Enumeration) {
  for (const bool is_cell : {false, true}) {
    const auto text = [is_cell](std::string_view t) {
      return RawText{t, 0, is_cell ? RawForm::kCell : RawForm::kString};
    };
    expect_all(field_of(FieldType::kEnum), {{text("pos"), "string pos #0"},
                                            {text("ecom"), "string ecom #1"},
                                            {text(""), "string  #2"},
                                            {text("caf\u00e9"), "string caf\u00e9 #3"},
                                            {text("atm"), "string atm #4"},
                                            {text("POS"), "unknown_enum_value"},
                                            {text("po"), "unknown_enum_value"},
                                            {text("pos "), "unknown_enum_value"}});
  }
  expect_all(field_of(FieldType::kEnum), {{json("0"), "wrong_type"}, {json("[]"), "wrong_type"}});

  Field large = field_of(FieldType::kEnum);
  large.enum_values.clear();
  for (int i = 0; i < 65'000; ++i) large.enum_values.push_back("v" + std::to_string(i));
  EXPECT_EQ(convert(large, json("\"v64999\"")), "string v64999 #64999");
  EXPECT_EQ(convert(large, json("\"v65000\"")), "unknown_enum_value");
}

TEST(FieldValue, AnEnumerationsTextIsTheSchemasOwn) {
  const Field field = field_of(FieldType::kEnum);
  std::string text = "ecom";
  Value value;
  ASSERT_EQ(FieldConverter(field).convert(cell(text), nullptr, value), RejectReason::kNone);
  EXPECT_EQ(value.as_string().data(), field.enum_values[1].data());
}

TEST(FieldValue, DescriptionsShowTheTextUnlessItIsPersonal) {
  Field field = field_of(FieldType::kInt64);
  EXPECT_EQ(FieldConverter(field).describe(RejectReason::kWrongType, json("\"12 34\"")),
            "expected a whole number without point or exponent, found `12 34`");
  EXPECT_EQ(FieldConverter(field).describe(RejectReason::kWrongType, json("true")),
            "expected a whole number without point or exponent, found true");
  field.personal = true;
  EXPECT_EQ(FieldConverter(field).describe(RejectReason::kWrongType, json("\"12 34\"")),
            "expected a whole number without point or exponent, found a string");
}

TEST(FieldValue, ExcerptsKeepWholeCharacters) {
  EXPECT_EQ(excerpt("abc"), "`abc`");
  EXPECT_EQ(excerpt(std::string(40, 'x')), "`" + std::string(40, 'x') + "`");
  EXPECT_EQ(excerpt(std::string(41, 'x')), "`" + std::string(40, 'x') + "...`");
  EXPECT_EQ(excerpt(std::string(39, 'x') + "\u00e9y"), "`" + std::string(39, 'x') + "...`");
}

}  // namespace
}  // namespace weir::event
