#include "engine/base/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "engine/base/base64.h"
#include "engine/base/check.h"

namespace weir {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr std::size_t kMostEscaped = 6;  // \u00XX
constexpr std::size_t kMostDigits = 32;  // of an integer, or of a double's shortest text
constexpr std::size_t kRoom = 2048;      // what a value's string grows by at least

// 0: as it is; 'u': \u00XX; else the letter behind the backslash.
constexpr std::array<char, 256> escapes() {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}
constexpr auto kEscapes = escapes();

// Whether one of eight bytes is a control character, a quote or a backslash. Exact in being zero or not: a borrow can
// only come from a lower byte that is one of them itself (Mycroft's test for a byte below n).
bool any_escape(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const auto below = [&](std::uint64_t word, std::uint64_t bound) { return (word - kOnes * bound) & ~word & kTops; };
  return (below(bytes, 0x20) | below(bytes ^ (kOnes * '"'), 1) | below(bytes ^ (kOnes * '\\'), 1)) != 0;
}

// The clean start of `from` goes to `to`; how long it is, to within eight bytes.
std::size_t copy_clean(std::string_view from, char* to) {
  std::size_t i = 0;
  for (; i + 8 <= from.size(); i += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, from.data() + i, 8);
    if (any_escape(bytes)) return i;
    std::memcpy(to + i, &bytes, 8);
  }
  for (; i < from.size() && kEscapes[static_cast<unsigned char>(from[i])] == 0; ++i) to[i] = from[i];
  return i;
}

char* copy_escaped(std::string_view from, char* to) {
  for (const char c : from) {
    const auto byte = static_cast<unsigned char>(c);
    const char escape = kEscapes[byte];
    if (escape == 0) {
      *to++ = c;
      continue;
    }
    *to++ = '\\';
    *to++ = escape;
    if (escape == 'u') {
      *to++ = '0';
      *to++ = '0';
      *to++ = kHexDigits[byte >> 4U];
      *to++ = kHexDigits[byte & 15U];
    }
  }
  return to;
}

}  // namespace

void append_json_string(std::string& out, std::string_view utf8) { JsonWriter(out).string(utf8); }

// Room for `bytes`, a comma before and a colon behind them. By no more than half: what is there is filled with zeros.
void JsonWriter::grow(std::size_t bytes) { out_.resize(written_ + std::max({bytes + 2, kRoom, written_ / 2})); }

void JsonWriter::text(std::string_view utf8, bool is_key) {
  char* at = begin_value(utf8.size() + 3);
  *at++ = '"';
  const auto clean = copy_clean(utf8, at);
  at += clean;
  if (clean < utf8.size()) {
    const auto rest = utf8.substr(clean);
    const auto begun = static_cast<std::size_t>(at - out_.data());
    if (out_.size() - begun < rest.size() * kMostEscaped + 2) {
      written_ = begun;
      grow(rest.size() * kMostEscaped + 2);
      at = out_.data() + begun;
    }
    at = copy_escaped(rest, at);
  }
  *at++ = '"';
  if (is_key) *at++ = ':';
  end_value(at);
  need_comma_ = !is_key;
}

void JsonWriter::key(std::string_view name) {
  WEIR_CHECK(depth_ > 0, "a key stands in an object");
  text(name, true);
}

void JsonWriter::string(std::string_view utf8) { text(utf8, false); }

void JsonWriter::integer(std::int64_t value) {
  char* at = begin_value(kMostDigits);
  end_value(std::to_chars(at, at + kMostDigits, value).ptr);
}

void JsonWriter::unsigned_integer(std::uint64_t value) {
  char* at = begin_value(kMostDigits);
  end_value(std::to_chars(at, at + kMostDigits, value).ptr);
}

void JsonWriter::real(double value) {
  WEIR_CHECK(std::isfinite(value), "JSON has no infinities and no NaN");
  char* const at = begin_value(kMostDigits + 2);
  char* end = std::to_chars(at, at + kMostDigits, value).ptr;
  const std::string_view written(at, static_cast<std::size_t>(end - at));
  if (written.find_first_of(".e") == std::string_view::npos) {
    *end++ = '.';
    *end++ = '0';
  }
  end_value(end);
}

void JsonWriter::boolean(bool value) { raw(value ? "true" : "false"); }

void JsonWriter::null() { raw("null"); }

void JsonWriter::hex(std::string_view bytes) {
  char* at = begin_value(2 * bytes.size() + 2);
  *at++ = '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *at++ = kHexDigits[byte >> 4U];
    *at++ = kHexDigits[byte & 15U];
  }
  *at++ = '"';
  end_value(at);
}

void JsonWriter::base64(std::string_view bytes) {
  const auto size = base64_size(bytes.size());
  char* at = begin_value(size + 3);
  *at++ = '"';
  encode_base64(bytes, at);
  at += size;
  *at++ = '"';
  end_value(at);
}

void JsonWriter::raw(std::string_view json) {
  char* at = begin_value(json.size());
  if (!json.empty()) std::memcpy(at, json.data(), json.size());
  end_value(at + json.size());
}

}  // namespace weir
