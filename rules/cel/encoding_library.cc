#include <array>
#include <optional>

#include "rules/cel/library.h"

namespace weir::cel {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }

std::optional<std::uint32_t> digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? std::optional<std::uint32_t>(63) : std::nullopt;
}

bool breaks_line(char c) { return c == '\r' || c == '\n'; }

Value encoded(std::string_view bytes, Scratch& scratch) {
  const std::size_t size = (bytes.size() + 2) / 3 * 4;
  char* out = scratch.spend_text(size) ? scratch.allocate_text(size) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kBase64Encode);
  const auto byte = [bytes](std::size_t at) {
    return at < bytes.size() ? std::uint32_t{static_cast<unsigned char>(bytes[at])} : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    char* digits = out + i / 3 * 4;
    for (std::uint32_t place = 0; place < 4; ++place) digits[place] = kDigits[group >> (18 - 6 * place) & 63U];
    if (i + 2 >= bytes.size()) digits[3] = '=';
    if (i + 1 >= bytes.size()) digits[2] = '=';
  }
  return Value::string({out, size});
}

// Line breaks may stand anywhere, and the padding may be missing altogether. Bits beyond the last byte don't count.
Value decoded(std::string_view text, Scratch& scratch) {
  char* out = scratch.spend_text(text.size()) ? scratch.allocate_text((text.size() + 3) / 4 * 3) : nullptr;
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kBase64Decode);
  std::uint32_t group = 0;
  std::size_t digits = 0;
  std::size_t padding = 0;
  std::size_t size = 0;
  for (const char c : text) {
    if (breaks_line(c)) continue;
    const auto value = digit(c);
    padding += c == '=' ? 1 : 0;
    if (c != '=' && (padding > 0 || !value)) return failure(ErrorCode::kInvalidArgument, Function::kBase64Decode);
    if (c == '=') continue;
    group = group << 6U | *value;
    if (++digits % 4 == 1) continue;
    const std::size_t left_over = 6 * (digits % 4) % 8;  // 4, 2 or 0 bits that begin the next byte
    out[size++] = static_cast<char>(group >> left_over & 255U);
  }
  const bool padded = padding == (4 - digits % 4) % 4;
  if (digits % 4 == 1 || (padding > 0 && !padded)) return failure(ErrorCode::kInvalidArgument, Function::kBase64Decode);
  return Value::bytes({out, size});
}

}  // namespace

Value encoding_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  const bool encodes = function == Function::kBase64Encode;
  if (!arguments[0].is(encodes ? ValueKind::kBytes : ValueKind::kString)) {
    return failure(ErrorCode::kNoSuchOverload, function);
  }
  return encodes ? encoded(arguments[0].as_bytes(), scratch) : decoded(arguments[0].as_string(), scratch);
}

}  // namespace weir::cel
