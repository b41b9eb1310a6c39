#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "engine/base/currency.h"
#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

ReferenceValue fault(ErrorCode code) { return reference_fault(code, "format"); }

using Text = std::optional<std::string>;

std::string in_base(WideInt number, int base) {
  if (number < 0) return "-" + in_base(-number, base);
  const std::string last(1, "0123456789abcdef"[static_cast<int>(number % base)]);
  return number < base ? last : in_base(number / base, base) + last;
}

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 32) : c;
  return text;
}

std::optional<WideInt> integer_of(const ReferenceValue& value) {
  if (value.is<std::int64_t>()) return WideInt{value.as<std::int64_t>()};
  if (value.is<std::uint64_t>()) return WideInt{value.as<std::uint64_t>()};
  return std::nullopt;
}

Text not_finite(double value) {
  if (value != value) return "NaN";
  if (value - value == 0) return std::nullopt;
  return value > 0 ? "Infinity" : "-Infinity";
}

std::string printed(double value, char verb, int precision) {
  const std::string form = std::string("%.*") + verb;
  std::string out(2'000, '\0');
  out.resize(static_cast<std::size_t>(std::snprintf(out.data(), out.size(), form.c_str(), precision, value)));
  return out;
}

// Its shortest digits, with the point put where the exponent says.
std::string plain_real(double value) {
  if (const auto text = not_finite(value)) return *text;
  char buffer[40];
  std::string digits(buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr);
  std::string sign;
  if (digits[0] == '-') {
    sign = "-";
    digits.erase(0, 1);
  }
  const auto mark = digits.find('e');
  int point = 1 + std::stoi(digits.substr(mark + 1));
  digits.resize(mark);
  if (digits.size() > 1) digits.erase(1, 1);
  for (; point <= 0; ++point) digits.insert(0, "0");
  while (static_cast<int>(digits.size()) < point) digits += "0";
  const auto whole = static_cast<std::size_t>(point);
  return sign + digits.substr(0, whole) + (digits.size() > whole ? "." + digits.substr(whole) : "");
}

Text money_text(const ReferenceMoney& money) {
  const auto currency = currency_by_number(money.currency);
  if (!currency) return std::nullopt;
  WideInt unit = 1;
  for (int i = 0; i < currency->exponent; ++i) unit *= 10;
  const WideInt size = money.minor_units < 0 ? -WideInt{money.minor_units} : WideInt{money.minor_units};
  std::string out = (money.minor_units < 0 ? "-" : "") + in_base(size / unit, 10);
  if (unit > 1) out += "." + in_base(unit + size % unit, 10).substr(1);
  return out + " " + std::string(currency->code);
}

class Shown {
 public:
  Text text(const ReferenceValue& value) {
    if (value.is<ReferenceNull>()) return "null";
    if (value.is<double>()) return plain_real(value.as<double>());
    if (value.is<ReferenceMoney>()) return money_text(value.as<ReferenceMoney>());
    if (value.is<ReferenceType>()) return std::string(type_kind_name(value.as<ReferenceType>().kind));
    if (value.is<ReferenceList>()) return list(value.as<ReferenceList>());
    if (value.is<ReferenceMap>()) return map(value.as<ReferenceMap>());
    const auto converted = reference_convert(Function::kToString, value);
    if (converted.is<std::string>()) return converted.as<std::string>();
    if (converted.as<ReferenceFault>().code == ErrorCode::kOverflow) code = ErrorCode::kOverflow;
    return std::nullopt;
  }

  ErrorCode code = ErrorCode::kInvalidArgument;  // of a value without a text

 private:
  Text list(const ReferenceList& list) {
    std::string out;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto element = text(list[i]);
      if (!element) return std::nullopt;
      out += (i > 0 ? ", " : "") + *element;
    }
    return "[" + out + "]";
  }

  Text map(const ReferenceMap& map) {
    std::multimap<std::string, const ReferenceValue*> entries;
    for (std::size_t i = 0; i < map.keys.size(); ++i) {
      const auto key = text(map.keys[i]);
      if (!key) return std::nullopt;
      entries.emplace(*key, &map.values[i]);
    }
    std::string out;
    for (const auto& [key, value] : entries) {
      const auto shown = text(*value);
      if (!shown) return std::nullopt;
      out += (out.empty() ? "" : ", ") + key + ": " + *shown;
    }
    return "{" + out + "}";
  }
};

Text real_clause(char verb, int precision, const ReferenceValue& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = reference_convert(Function::kToDouble, value).as<double>();
  const auto special = not_finite(number);
  return special ? special : printed(number, verb, precision);
}

Text number_clause(char verb, const ReferenceValue& value) {
  const bool hexadecimal = verb == 'x' || verb == 'X';
  std::string bytes;
  if (value.is<std::string>()) bytes = value.as<std::string>();
  if (value.is<ReferenceBytes>()) bytes = value.as<ReferenceBytes>().text;
  if (hexadecimal && (value.is<std::string>() || value.is<ReferenceBytes>())) {
    std::string out;
    for (const char c : bytes) out += in_base(256 + static_cast<unsigned char>(c), 16).substr(1);
    return verb == 'X' ? upper(out) : out;
  }
  if (verb == 'b' && value.is<bool>()) return value.as<bool>() ? "1" : "0";
  const auto number = integer_of(value);
  if (!number) return std::nullopt;
  const auto out = in_base(*number, hexadecimal ? 16 : verb == 'o' ? 8 : 2);
  return verb == 'X' ? upper(out) : out;
}

// The precision at that place, which then is behind it; 6 if there is none, nothing if it is too large or no number.
std::optional<int> precision_at(const std::string& format, std::size_t& at) {
  if (format[at] != '.') return 6;
  const auto begin = at + 1;
  at = format.find_first_not_of("0123456789", begin);
  const auto digits = format.substr(begin, at - begin);
  if (digits.empty()) return std::nullopt;
  const auto significant = digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (significant.size() > 4 || std::stoi(significant) > 1'000) return std::nullopt;
  return std::stoi(significant);
}

}  // namespace

ReferenceValue reference_format(const std::vector<ReferenceValue>& arguments) {
  if (!arguments[0].is<std::string>() || !arguments[1].is<ReferenceList>()) {
    return fault(ErrorCode::kNoSuchOverload);
  }
  const auto format = arguments[0].as<std::string>() + '\0';  // a clause that is cut off ends in no verb
  const auto& values = arguments[1].as<ReferenceList>();
  std::string out;
  std::size_t next = 0;
  for (std::size_t at = 0; at + 1 < format.size(); ++at) {
    if (format[at] != '%') {
      out += format[at];
      continue;
    }
    if (format[++at] == '%') {
      out += '%';
      continue;
    }
    const auto precision = precision_at(format, at);
    const char verb = format[at];
    if (!precision || verb == '\0' || std::string("sdfexXob").find(verb) == std::string::npos) {
      return fault(ErrorCode::kInvalidArgument);
    }
    if (next == values.size()) return fault(ErrorCode::kIndexOutOfRange);
    const auto& value = values[next++];
    if (verb == 'd' && !value.is_number()) return fault(ErrorCode::kInvalidArgument);
    Shown shown;
    const auto text = verb == 's' || verb == 'd'   ? shown.text(value)
                      : verb == 'f' || verb == 'e' ? real_clause(verb, *precision, value)
                                                   : number_clause(verb, value);
    if (!text) return fault(shown.code);
    out += *text;
  }
  return {out};
}

}  // namespace weir::cel
