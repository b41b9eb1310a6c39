#include <re2/re2.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

#include "rules/cel/reference_calendar.h"
#include "rules/cel/reference_functions.h"
#include "rules/cel/reference_time_zones.h"

namespace weir::cel {
namespace {

constexpr WideInt kSecond = 1'000'000'000;

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }

std::optional<WideInt> parsed_time(const std::string& text) {
  static const RE2 kForm(R"((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:Z|([+-])(\d\d):(\d\d)))");
  std::string y, mo, d, h, mi, s, fraction, sign, zone_hour, zone_minute;
  if (!RE2::FullMatch(text, kForm, &y, &mo, &d, &h, &mi, &s, &fraction, &sign, &zone_hour, &zone_minute))
    return std::nullopt;
  const auto number = [](const std::string& digits) { return std::atoi(digits.c_str()); };
  const int year = number(y), month = number(mo), day = number(d);
  const int hour = number(h), minute = number(mi), second = number(s);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > reference_days_in_month(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59 || number(zone_hour) > 23 || number(zone_minute) > 59)
    return std::nullopt;
  const WideInt days = reference_day(year, month, day);
  const int offset = (number(zone_hour) * 60 + number(zone_minute)) * (sign == "-" ? -1 : 1);
  WideInt seconds = kReferenceFirstSecond + days * 86'400 + hour * 3600 + minute * 60 + second - offset * 60;
  if (seconds < kReferenceFirstSecond || seconds > kReferenceLastSecond) return std::nullopt;
  fraction.resize(9, '0');
  return seconds * kSecond + number(fraction);
}

std::string time_text(WideInt nanoseconds) {
  const WideInt seconds = reference_floored(nanoseconds, kSecond);
  const auto day = static_cast<int>((seconds - kReferenceFirstSecond) / 86'400);
  const auto second = static_cast<int>((seconds - kReferenceFirstSecond) % 86'400);
  const auto fraction = static_cast<int>(nanoseconds - seconds * kSecond);
  const ReferenceDate date = reference_date(day);
  char buffer[80];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d.%09d", date.year, date.month, date.day,
                second / 3600, second / 60 % 60, second % 60, fraction);
  std::string out = buffer;
  while (out.back() == '0' && fraction != 0) out.pop_back();
  if (fraction == 0) out.resize(out.find('.'));
  return out + "Z";
}

std::string span_text(WideInt nanoseconds) {
  const bool negative = nanoseconds < 0;
  const WideInt size = negative ? -nanoseconds : nanoseconds;
  std::string out = std::to_string(static_cast<unsigned long long>(size / kSecond));
  std::string fraction = std::to_string(static_cast<unsigned long long>(size % kSecond));
  fraction.insert(0, 9 - fraction.size(), '0');
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) out += "." + fraction;
  return (negative ? "-" : "") + out + "s";
}

WideInt unit_size(const std::string& unit) {
  if (unit == "h") return 3600 * kSecond;
  if (unit == "m") return 60 * kSecond;
  if (unit == "s") return kSecond;
  if (unit == "ms") return 1'000'000;
  return unit == "ns" ? 1 : 1'000;
}

std::optional<WideInt> parsed_span(const std::string& text) {
  static const RE2 kTerm(R"((\d*)(\.\d*)?(h|ms|m|s|us|µs|μs|ns))");
  re2::StringPiece rest(text);
  const bool negative = rest.starts_with("-");
  if (negative || rest.starts_with("+")) rest.remove_prefix(1);
  if (rest == "0") return WideInt{0};
  if (rest.empty()) return std::nullopt;
  WideInt total = 0;
  std::string whole, fraction, unit;
  while (!rest.empty()) {
    if (!RE2::Consume(&rest, kTerm, &whole, &fraction, &unit)) return std::nullopt;
    if (whole.empty() && fraction.size() < 2) return std::nullopt;
    WideInt number = 0;
    for (const char digit : whole) {
      number = number * 10 + (digit - '0');
      if (number > WideInt{1} << 64) return std::nullopt;
    }
    total += number * unit_size(unit);
    WideInt part = 0;
    WideInt scale = 1;
    for (std::size_t i = 1; i < fraction.size() && i <= 18; ++i, scale *= 10) part = part * 10 + (fraction[i] - '0');
    total += part * unit_size(unit) / scale;
    if (total > WideInt{1} << 64) return std::nullopt;
  }
  total = negative ? -total : total;
  const bool fits =
      total >= std::numeric_limits<std::int64_t>::min() && total <= std::numeric_limits<std::int64_t>::max();
  return fits ? std::optional(total) : std::nullopt;
}

template <class Integer>
ReferenceValue integer_of(Function function, const std::string& text) {
  static const RE2 kSigned(R"([+-]?\d+)");
  static const RE2 kUnsigned(R"(\d+)");
  if (!RE2::FullMatch(text, std::is_signed_v<Integer> ? kSigned : kUnsigned))
    return fault(ErrorCode::kInvalidArgument, function);
  WideInt value = 0;
  for (const char c : text) {
    if (c == '+' || c == '-') continue;
    value = value * 10 + (c - '0');
    if (value > WideInt{1} << 64) return fault(ErrorCode::kOverflow, function);
  }
  if (text[0] == '-') value = -value;
  if (value < std::numeric_limits<Integer>::min() || value > std::numeric_limits<Integer>::max()) {
    return fault(ErrorCode::kOverflow, function);
  }
  return {static_cast<Integer>(value)};
}

ReferenceValue double_of(const std::string& text) {
  static const RE2 kForm(R"((?i)[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf|infinity|nan))");
  if (!RE2::FullMatch(text, kForm)) return fault(ErrorCode::kInvalidArgument, Function::kToDouble);
  const double value = std::strtod(text.c_str(), nullptr);
  const bool spelled_infinite = text.find_first_of("nN") != std::string::npos;
  if (std::isinf(value) && !spelled_infinite) return fault(ErrorCode::kOverflow, Function::kToDouble);
  return {value};
}

// Through its decimal text, in major units.
ReferenceValue double_of_money(const ReferenceMoney& money) {
  const auto exponent = std::size_t{currency_by_number(money.currency)->exponent};
  std::string digits = std::to_string(money.minor_units);
  const bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  digits.insert(digits.size() - exponent, ".");
  const auto value = double_of((negative ? "-" : "") + digits);
  return value.as<double>() == 0 ? ReferenceValue{0.0} : value;
}

template <class Integer>
ReferenceValue integer_from(Function function, const ReferenceValue& operand) {
  if (operand.is<std::string>()) return integer_of<Integer>(function, operand.as<std::string>());
  if (operand.is<double>()) {
    const double whole = std::trunc(operand.as<double>());
    const bool fits = std::is_signed_v<Integer> ? operand.as<double>() > -0x1p63 && operand.as<double>() < 0x1p63
                                                : operand.as<double>() >= 0 && operand.as<double>() < 0x1p64;
    if (!fits) return fault(ErrorCode::kOverflow, function);
    return {static_cast<Integer>(whole)};
  }
  WideInt number = 0;
  if (operand.is<std::int64_t>()) {
    number = operand.as<std::int64_t>();
  } else if (operand.is<std::uint64_t>()) {
    number = operand.as<std::uint64_t>();
  } else if (operand.is<ReferenceTime>() && function == Function::kToInt) {
    number = reference_floored(operand.as<ReferenceTime>().nanoseconds, kSecond);
  } else {
    return fault(ErrorCode::kNoSuchOverload, function);
  }
  if (number < std::numeric_limits<Integer>::min() || number > std::numeric_limits<Integer>::max()) {
    return fault(ErrorCode::kOverflow, function);
  }
  return {static_cast<Integer>(number)};
}

// RE2 lets halves of UTF-16 pairs pass as code points. No other one begins like them.
bool has_surrogate(const std::string& text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xED' && static_cast<unsigned char>(text[i + 1]) >= 0xA0) return true;
  }
  return false;
}

// The fewest digits, with an exponent where the point would stand far from them.
std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  const auto text = [value](std::chars_format form) {
    char buffer[40];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, form).ptr);
  };
  const auto scientific = text(std::chars_format::scientific);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  return exponent >= -4 && exponent <= 5 ? text(std::chars_format::fixed) : scientific;
}

ReferenceValue string_from(const ReferenceValue& operand) {
  constexpr auto kFunction = Function::kToString;
  if (operand.is<std::string>()) return operand;
  if (operand.is<bool>()) return {std::string(operand.as<bool>() ? "true" : "false")};
  if (operand.is<std::int64_t>()) return {std::to_string(operand.as<std::int64_t>())};
  if (operand.is<std::uint64_t>()) return {std::to_string(operand.as<std::uint64_t>())};
  if (operand.is<double>()) return {real_text(operand.as<double>())};
  if (operand.is<ReferenceBytes>()) {
    const auto& text = operand.as<ReferenceBytes>().text;
    // RE2 matches a character class with a valid code point alone; its own replacement for a bad one is U+FFFD.
    static const RE2 kText(R"((?s)(?:[^\x{FFFD}]|\xEF\xBF\xBD)*)");
    if (!RE2::FullMatch(text, kText) || has_surrogate(text)) return fault(ErrorCode::kInvalidArgument, kFunction);
    return {text};
  }
  if (operand.is<ReferenceTime>()) {
    const WideInt seconds = reference_floored(operand.as<ReferenceTime>().nanoseconds, kSecond);
    if (seconds < kReferenceFirstSecond || seconds > kReferenceLastSecond)
      return fault(ErrorCode::kOverflow, kFunction);
    return {time_text(operand.as<ReferenceTime>().nanoseconds)};
  }
  if (operand.is<ReferenceSpan>()) return {span_text(operand.as<ReferenceSpan>().nanoseconds)};
  if (operand.is<ReferenceAddress>()) return {reference_text_of(operand.as<ReferenceAddress>())};
  if (operand.is<ReferenceNetwork>()) {
    const auto& network = operand.as<ReferenceNetwork>();
    return {reference_text_of(network.address) + "/" + std::to_string(network.prefix)};
  }
  return fault(ErrorCode::kNoSuchOverload, kFunction);
}

ReferenceValue bool_from(const ReferenceValue& operand) {
  static const RE2 kTrue("1|t|T|true|TRUE|True");
  static const RE2 kFalse("0|f|F|false|FALSE|False");
  if (operand.is<bool>()) return operand;
  if (!operand.is<std::string>()) return fault(ErrorCode::kNoSuchOverload, Function::kToBool);
  if (RE2::FullMatch(operand.as<std::string>(), kTrue)) return {true};
  if (RE2::FullMatch(operand.as<std::string>(), kFalse)) return {false};
  return fault(ErrorCode::kInvalidArgument, Function::kToBool);
}

ReferenceValue time_from(const ReferenceValue& operand) {
  constexpr auto kFunction = Function::kToTimestamp;
  if (operand.is<ReferenceTime>()) return operand;
  if (operand.is<std::int64_t>()) {
    const std::int64_t seconds = operand.as<std::int64_t>();
    if (seconds < kReferenceFirstSecond || seconds > kReferenceLastSecond)
      return fault(ErrorCode::kOverflow, kFunction);
    return {ReferenceTime{WideInt{seconds} * kSecond}};
  }
  if (!operand.is<std::string>()) return fault(ErrorCode::kNoSuchOverload, kFunction);
  const auto time = parsed_time(operand.as<std::string>());
  return time ? ReferenceValue{ReferenceTime{*time}} : fault(ErrorCode::kInvalidArgument, kFunction);
}

TypeKind type_of(const ReferenceValue& value) {
  constexpr TypeKind kTypes[] = {TypeKind::kError,   TypeKind::kError,     TypeKind::kNull,     TypeKind::kBool,
                                 TypeKind::kInt,     TypeKind::kUint,      TypeKind::kDouble,   TypeKind::kString,
                                 TypeKind::kBytes,   TypeKind::kTimestamp, TypeKind::kDuration, TypeKind::kMoney,
                                 TypeKind::kType,    TypeKind::kList,      TypeKind::kMap,      TypeKind::kOptional,
                                 TypeKind::kAddress, TypeKind::kNetwork,   TypeKind::kLookup};
  return kTypes[value.data.index()];
}

}  // namespace

ReferenceValue reference_convert(Function function, const ReferenceValue& operand) {
  switch (function) {
    case Function::kToInt:
      return integer_from<std::int64_t>(function, operand);
    case Function::kToUint:
      return integer_from<std::uint64_t>(function, operand);
    case Function::kToDouble:
      if (operand.is<double>()) return operand;
      if (operand.is<std::int64_t>()) return {static_cast<double>(operand.as<std::int64_t>())};
      if (operand.is<std::uint64_t>()) return {static_cast<double>(operand.as<std::uint64_t>())};
      if (operand.is<ReferenceMoney>()) return double_of_money(operand.as<ReferenceMoney>());
      return operand.is<std::string>() ? double_of(operand.as<std::string>())
                                       : fault(ErrorCode::kNoSuchOverload, function);
    case Function::kToString:
      return string_from(operand);
    case Function::kToBytes:
      if (operand.is<std::string>()) return {ReferenceBytes{operand.as<std::string>()}};
      return operand.is<ReferenceBytes>() ? operand : fault(ErrorCode::kNoSuchOverload, function);
    case Function::kToBool:
      return bool_from(operand);
    case Function::kToTimestamp:
      return time_from(operand);
    case Function::kToDuration: {
      if (operand.is<ReferenceSpan>()) return operand;
      if (!operand.is<std::string>()) return fault(ErrorCode::kNoSuchOverload, function);
      const auto span = parsed_span(operand.as<std::string>());
      return span ? ReferenceValue{ReferenceSpan{*span}} : fault(ErrorCode::kInvalidArgument, function);
    }
    case Function::kType:
      return {ReferenceType{type_of(operand)}};
    case Function::kDyn:
      return operand;
    default:
      return fault(ErrorCode::kNoSuchOverload, function);
  }
}

ReferenceValue reference_time_part(Function function, const std::vector<ReferenceValue>& arguments) {
  const auto& time = arguments[0];
  const auto number = [](WideInt value) { return ReferenceValue{static_cast<std::int64_t>(value)}; };
  if (time.is<ReferenceSpan>() && arguments.size() == 1) {
    const WideInt nanoseconds = time.as<ReferenceSpan>().nanoseconds;
    if (function == Function::kGetHours) return number(nanoseconds / (3600 * kSecond));
    if (function == Function::kGetMinutes) return number(nanoseconds / (60 * kSecond));
    if (function == Function::kGetSeconds) return number(nanoseconds / kSecond);
    if (function == Function::kGetMilliseconds) return number(nanoseconds % kSecond / 1'000'000);
  }
  if (!time.is<ReferenceTime>()) return fault(ErrorCode::kNoSuchOverload, function);
  if (arguments.size() == 2 && !arguments[1].is<std::string>()) return fault(ErrorCode::kNoSuchOverload, function);
  const WideInt nanoseconds = time.as<ReferenceTime>().nanoseconds;
  const WideInt utc_seconds = reference_floored(nanoseconds, kSecond);
  const bool in_range = utc_seconds >= kReferenceFirstSecond && utc_seconds <= kReferenceLastSecond;
  const WideInt moment = in_range ? utc_seconds : 0;
  const auto zone = arguments.size() == 2 ? reference_zone_offset(arguments[1].as<std::string>(), moment) : WideInt{0};
  if (!zone) return fault(ErrorCode::kInvalidArgument, function);
  if (!in_range) return fault(ErrorCode::kOverflow, function);
  const WideInt seconds = utc_seconds + *zone;
  const auto day = static_cast<int>(reference_floored(seconds - kReferenceFirstSecond, 86'400));
  const auto second = static_cast<int>(seconds - kReferenceFirstSecond - WideInt{day} * 86'400);
  const ReferenceDate date = reference_date(day);
  switch (function) {
    case Function::kGetFullYear:
      return number(date.year);
    case Function::kGetMonth:
      return number(date.month - 1);
    case Function::kGetDate:
      return number(date.day);
    case Function::kGetDayOfMonth:
      return number(date.day - 1);
    case Function::kGetDayOfYear:
      return number(date.day_of_year);
    case Function::kGetDayOfWeek:
      return number((day + 8) % 7);  // 0001-01-01 was a Monday
    case Function::kGetHours:
      return number(second / 3600);
    case Function::kGetMinutes:
      return number(second / 60 % 60);
    case Function::kGetSeconds:
      return number(second % 60);
    default:
      return number((nanoseconds - utc_seconds * kSecond) / 1'000'000);
  }
}

}  // namespace weir::cel
