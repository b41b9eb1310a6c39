#include <string>

#include "rules/cel/reference_functions.h"

namespace weir::cel {

ReferenceValue reference_base64(Function function, const ReferenceValue& operand) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bits;
  const auto append = [&bits](std::size_t number, int count) {
    for (int i = count; i-- > 0;) bits += (number >> static_cast<unsigned>(i)) % 2 == 1 ? '1' : '0';
  };
  const auto number_at = [&bits](std::size_t at, std::size_t count) {
    return std::stoul(bits.substr(at, count), nullptr, 2);
  };
  std::string out;
  if (function == Function::kBase64Encode && operand.is<ReferenceBytes>()) {
    for (const char c : operand.as<ReferenceBytes>().text) append(static_cast<unsigned char>(c), 8);
    while (bits.size() % 6 != 0) bits += '0';
    for (std::size_t at = 0; at < bits.size(); at += 6) out += digits[number_at(at, 6)];
    while (out.size() % 4 != 0) out += '=';
    return {out};
  }
  if (function != Function::kBase64Decode || !operand.is<std::string>()) {
    return reference_fault(ErrorCode::kNoSuchOverload, function_name(function));
  }
  std::string text;
  for (const char c : operand.as<std::string>()) text += c == '\n' || c == '\r' ? "" : std::string(1, c);
  const std::size_t padding = text.size() % 4 != 0 ? 0 : text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  text.resize(text.size() - padding);
  for (const char c : text) {
    const auto number = digits.find(c);
    if (number == std::string::npos) return reference_fault(ErrorCode::kInvalidArgument, function_name(function));
    append(number, 6);
  }
  if (text.size() % 4 == 1) return reference_fault(ErrorCode::kInvalidArgument, function_name(function));
  for (std::size_t at = 0; at + 8 <= bits.size(); at += 8) out += static_cast<char>(number_at(at, 8));
  return {ReferenceBytes{out}};
}

}  // namespace weir::cel
