#include "bench/canonical.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace weir::cel {
namespace {

constexpr WideInt kNanosPerSecond = 1'000'000'000;

// `all`: also what is UTF-8.
std::string quoted(std::string_view text, bool all) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 || !all) && byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\') {
      out.push_back(c);
    } else {
      out.append("\\x").append(1, kDigits[byte / 16U]).append(1, kDigits[byte % 16U]);
    }
  }
  return out + "\"";
}

std::string shortest(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
  return {buffer.data(), end.ptr};
}

// Seconds and, upwards from them, nanoseconds.
std::string seconds(WideInt nanoseconds) {
  auto whole = nanoseconds / kNanosPerSecond;
  auto rest = nanoseconds % kNanosPerSecond;
  if (rest < 0) {
    --whole;
    rest += kNanosPerSecond;
  }
  const auto digits = std::to_string(static_cast<std::int64_t>(rest));
  return std::to_string(static_cast<std::int64_t>(whole)) + "." + std::string(9 - digits.size(), '0') + digits;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out.append(out.empty() ? "" : ", ").append(part);
  return out;
}

std::string elements(const ReferenceList& list, std::string (*text)(const ReferenceValue&)) {
  std::vector<std::string> parts;
  for (const auto& element : list) parts.push_back(text(element));
  return "[" + joined(parts) + "]";
}

std::string entries(const ReferenceMap& map, std::string (*text)(const ReferenceValue&)) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < map.keys.size(); ++i) parts.push_back(text(map.keys[i]) + ": " + text(map.values[i]));
  std::sort(parts.begin(), parts.end());
  return "{" + joined(parts) + "}";
}

std::string address_text(const ReferenceValue& value) {
  if (value.is<ReferenceAddress>()) return reference_text_of(value.as<ReferenceAddress>());
  const auto& network = value.as<ReferenceNetwork>();
  return reference_text_of(network.address) + "/" + std::to_string(network.prefix);
}

std::string double_literal(double number) {
  if (std::isnan(number)) return "(0.0 / 0.0)";
  if (std::isinf(number)) return number > 0 ? "(1.0 / 0.0)" : "(-1.0 / 0.0)";
  return shortest(number);
}

}  // namespace

std::string canonical(const ReferenceValue& value) {
  if (value.is_fault()) return "error";
  if (value.is<ReferenceNull>()) return "null";
  if (value.is<bool>()) return value.as<bool>() ? "true" : "false";
  if (value.is<std::int64_t>()) return std::to_string(value.as<std::int64_t>());
  if (value.is<std::uint64_t>()) return std::to_string(value.as<std::uint64_t>()) + "u";
  if (value.is<double>()) return "double " + (std::isnan(value.as<double>()) ? "nan" : shortest(value.as<double>()));
  if (value.is<std::string>()) return quoted(value.as<std::string>(), true);
  if (value.is<ReferenceBytes>()) return "b" + quoted(value.as<ReferenceBytes>().text, true);
  if (value.is<ReferenceTime>()) return "timestamp " + seconds(value.as<ReferenceTime>().nanoseconds);
  if (value.is<ReferenceSpan>()) return "duration " + seconds(value.as<ReferenceSpan>().nanoseconds);
  if (value.is<ReferenceType>()) return "type " + std::string(type_kind_name(value.as<ReferenceType>().kind));
  if (value.is<ReferenceAddress>()) return "ip " + address_text(value);
  if (value.is<ReferenceNetwork>()) return "cidr " + address_text(value);
  if (value.is<ReferenceList>()) return elements(value.as<ReferenceList>(), canonical);
  if (value.is<ReferenceMap>()) return entries(value.as<ReferenceMap>(), canonical);
  if (!value.is<ReferenceOptional>()) return "no value of CEL: " + to_text(value);
  const auto& held = value.as<ReferenceOptional>().held;
  return held.empty() ? "optional.none" : "optional(" + canonical(held[0]) + ")";
}

std::string literal(const ReferenceValue& value) {
  if (value.is<double>()) return double_literal(value.as<double>());
  if (value.is<std::string>()) return quoted(value.as<std::string>(), false);
  if (value.is<ReferenceTime>()) {
    const auto text = seconds(value.as<ReferenceTime>().nanoseconds);
    return "timestamp(" + text.substr(0, text.size() - 10) + ") + duration('0" + text.substr(text.size() - 10) + "s')";
  }
  if (value.is<ReferenceSpan>()) {
    const auto text = seconds(value.as<ReferenceSpan>().nanoseconds);
    return "duration('" + text.substr(0, text.size() - 10) + "s') + duration('0" + text.substr(text.size() - 10) +
           "s')";
  }
  if (value.is<ReferenceType>()) return std::string(type_kind_name(value.as<ReferenceType>().kind));
  if (value.is<ReferenceAddress>()) return "ip('" + address_text(value) + "')";
  if (value.is<ReferenceNetwork>()) return "cidr('" + address_text(value) + "')";
  if (value.is<ReferenceList>()) return elements(value.as<ReferenceList>(), literal);
  if (value.is<ReferenceMap>()) return entries(value.as<ReferenceMap>(), literal);
  if (!value.is<ReferenceOptional>()) return canonical(value);
  const auto& held = value.as<ReferenceOptional>().held;
  return held.empty() ? "optional.none()" : "optional.of(" + literal(held[0]) + ")";
}

}  // namespace weir::cel
