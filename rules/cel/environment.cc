#include "rules/cel/environment.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::cel {
namespace {

constexpr std::uint32_t kMaxSlot = (1U << 30U) - 1;

bool is_identifier(std::string_view word) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto letter_or_digit = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !word.empty() && letter(word[0]) && std::all_of(word.begin(), word.end(), letter_or_digit);
}

}  // namespace

bool is_reserved_word(std::string_view word) {
  static constexpr std::array<std::string_view, 21> kWords{
      "as",  "break", "const",     "continue", "else",    "false",  "for",  "function", "if",   "import", "in",
      "let", "loop",  "namespace", "null",     "package", "return", "true", "var",      "void", "while"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::string_view type_kind_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::kDyn:
      return "dyn";
    case TypeKind::kNull:
      return "null_type";
    case TypeKind::kBool:
      return "bool";
    case TypeKind::kInt:
      return "int";
    case TypeKind::kUint:
      return "uint";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kString:
      return "string";
    case TypeKind::kBytes:
      return "bytes";
    case TypeKind::kTimestamp:
      return "google.protobuf.Timestamp";
    case TypeKind::kDuration:
      return "google.protobuf.Duration";
    case TypeKind::kMoney:
      return "money";
    case TypeKind::kList:
      return "list";
    case TypeKind::kMap:
      return "map";
    case TypeKind::kType:
      return "type";
    case TypeKind::kOptional:
      return "optional_type";
    case TypeKind::kFree:
      return "dyn";
    case TypeKind::kParameter:
    case TypeKind::kAbstract:
      return "abstract";
    case TypeKind::kError:
      return "error";
    case TypeKind::kAddress:
      return "net.IP";
    case TypeKind::kNetwork:
      return "net.CIDR";
    case TypeKind::kLookup:
      return "lookup";
  }
  return {};
}

Type Type::list(Type element) {
  Type out(TypeKind::kList);
  out.parameters_.push_back(std::move(element));
  return out;
}

Type Type::map(Type key, Type value) {
  Type out(TypeKind::kMap);
  out.parameters_.push_back(std::move(key));
  out.parameters_.push_back(std::move(value));
  return out;
}

Type Type::optional(Type element) {
  Type out(TypeKind::kOptional);
  out.parameters_.push_back(std::move(element));
  return out;
}

Type Type::lookup(Type element) {
  Type out(TypeKind::kLookup);
  out.parameters_.push_back(std::move(element));
  return out;
}

Type Type::parameter(std::string name) {
  Type out(TypeKind::kParameter);
  out.given_name_ = std::move(name);
  return out;
}

Type Type::abstract(std::string name, std::vector<Type> parameters) {
  Type out(TypeKind::kAbstract);
  out.given_name_ = std::move(name);
  out.parameters_ = std::move(parameters);
  return out;
}

Type Type::with(std::vector<Type> parameters) const {
  Type out = *this;
  out.parameters_ = std::move(parameters);
  return out;
}

std::string Type::name() const {
  if (kind_ == TypeKind::kTimestamp) return "timestamp";
  if (kind_ == TypeKind::kDuration) return "duration";
  if (kind_ == TypeKind::kNull) return "null";
  if (kind_ == TypeKind::kOptional && parameters_.empty()) return "optional";
  std::string out(given_name_.empty() ? type_kind_name(kind_) : given_name_);
  if (kind_ == TypeKind::kOptional) out = "optional";
  if (parameters_.empty()) return out;
  out.push_back('(');
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (i > 0) out.append(", ");
    out.append(parameters_[i].name());
  }
  out.push_back(')');
  return out;
}

Status Environment::declare(Variable variable) {
  std::string_view rest = variable.name;
  for (;;) {
    const auto dot = rest.find('.');
    const auto word = rest.substr(0, dot);
    if (!is_identifier(word)) return Error{"`" + variable.name + "` is not a name: letters, digits and _ between dots"};
    // After a dot CEL takes reserved words for plain field names, but not its literals and `in`.
    const bool first = word.data() == variable.name.data();
    if (first ? is_reserved_word(word) : word == "true" || word == "false" || word == "null" || word == "in") {
      return Error{"`" + variable.name + "` is a reserved word of the rule language"};
    }
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (variable.slot > kMaxSlot) return Error{"the slot of `" + variable.name + "` is out of range"};
  const auto [at, inserted] = by_name_.emplace(variable.name, variables_.size());
  if (!inserted) return Error{"`" + variable.name + "` is declared twice"};
  variables_.push_back(std::move(variable));
  return {};
}

const Variable* Environment::find(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : &variables_[at->second];
}

}  // namespace weir::cel
