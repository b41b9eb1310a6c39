#include "rules/cel/subtree_numbers.h"

#include <bit>

namespace weir::cel {
namespace {

void append_word(std::uint64_t word, std::string& out) {
  out.append(reinterpret_cast<const char*>(&word), sizeof word);
}

void append_text(std::string_view text, std::string& out) {
  append_word(text.size(), out);
  out.append(text);
}

void append_literal(const Value& literal, std::string& out) {
  append_word(static_cast<std::uint64_t>(literal.kind()), out);
  switch (literal.kind()) {
    case ValueKind::kString:
    case ValueKind::kBytes:
      append_text(literal.as_string(), out);
      break;
    case ValueKind::kDouble:
      append_word(std::bit_cast<std::uint64_t>(literal.as_double()), out);
      break;
    case ValueKind::kMoney:
      append_word(static_cast<std::uint64_t>(literal.minor_units()), out);
      append_word(literal.currency(), out);
      break;
    case ValueKind::kType:
      append_word(literal.object_detail(), out);
      break;
    default:
      append_word(literal.as_uint64(), out);
  }
}

}  // namespace

std::vector<std::uint32_t> SubtreeNumbers::of(const Ast& ast, NodeId root) {
  std::vector<std::uint32_t> numbers(ast.size(), kNone);
  number(ast, root, numbers);
  return numbers;
}

std::uint32_t SubtreeNumbers::number(const Ast& ast, NodeId id, std::vector<std::uint32_t>& numbers) {
  const Node& node = ast[id];
  for (const NodeId child : node.children) number(ast, child, numbers);
  key_.clear();
  append_word(static_cast<std::uint64_t>(node.kind) << 32U | static_cast<std::uint64_t>(node.macro) << 16U |
                  static_cast<std::uint64_t>(node.function),
              key_);
  append_word((node.optional ? 1U : 0U) | (node.second_name.empty() ? 0U : 2U), key_);
  append_word(node.index, key_);
  append_word(static_cast<std::uint64_t>(node.type.kind()), key_);
  // A slot's name belongs to its index, a macro's variable to its place.
  const bool named = node.kind == NodeKind::kSelect || node.kind == NodeKind::kIdent;
  append_text(named ? std::string_view(node.name) : std::string_view(), key_);
  append_literal(node.literal, key_);
  for (const NodeId child : node.children) append_word(numbers[child], key_);
  numbers[id] = known_.emplace(key_, static_cast<std::uint32_t>(known_.size())).first->second;
  return numbers[id];
}

}  // namespace weir::cel
