#include "engine/event/derive.h"

#include <array>
#include <cstddef>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "rules/cel/time_zones.h"

namespace weir::event {
namespace {

constexpr std::size_t kMinCardDigits = 12;
constexpr std::size_t kMaxCardDigits = 19;
constexpr std::size_t kLastFourMinChars = 8;

Value bin(std::string_view text, Event& event) {
  std::array<char, kMaxCardDigits> digits{};
  std::size_t count = 0;
  for (const char c : text) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9' || count == digits.size()) return Value::absent();
    digits[count++] = c;
  }
  if (count < kMinCardDigits) return Value::absent();
  return Value::string(event.keep({digits.data(), count >= 16 ? 8U : 6U}));
}

Value last_four(std::string_view text, Event& event) {
  std::size_t chars = 0;
  std::size_t begin = 0;
  for (std::size_t at = text.size(); at-- > 0;) {
    const bool continuation = (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    if (continuation) continue;
    if (++chars == 4) begin = at;
  }
  if (chars < kLastFourMinChars) return Value::absent();
  return Value::string(event.keep(text.substr(begin)));
}

Value email_domain(std::string_view text, Event& event) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at + 1 == text.size()) return Value::absent();
  const std::string_view domain = text.substr(at + 1);
  char* const lower = event.room(domain.size());
  for (std::size_t i = 0; i < domain.size(); ++i) {
    const char c = domain[i];
    lower[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return Value::string({lower, domain.size()});
}

Value birth_year(std::string_view text) {
  if (!parse_iso8601_ms(text, true).ok()) return Value::absent();
  std::int64_t year = 0;
  for (const char digit : text.substr(0, 4)) year = year * 10 + (digit - '0');
  return Value::int64(year);
}

}  // namespace

Value derive(Derivation derivation, std::string_view text, Event& event) {
  switch (derivation) {
    case Derivation::kNone:
    case Derivation::kBaseAmount:
      break;
    case Derivation::kBin:
      return bin(text, event);
    case Derivation::kLastFour:
      return last_four(text, event);
    case Derivation::kEmailDomain:
      return email_domain(text, event);
    case Derivation::kBirthYear:
      return birth_year(text);
    case Derivation::kTimeZone:
      return cel::TimeZone::find(text) ? Value::string(event.keep(text)) : Value::absent();
  }
  WEIR_CHECK(false, "this is not derived from a text");
  return Value::absent();
}

}  // namespace weir::event
