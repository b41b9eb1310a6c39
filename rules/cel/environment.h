// Types of the rule language, and the names that an expression may use.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace weir::cel {

enum class TypeKind : std::uint8_t {
  kDyn,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kTimestamp,
  kDuration,
  kMoney,
  kList,
  kMap,
  kType,
  kOptional,
  kError,  // the type of an expression that is already reported as faulty: it is accepted everywhere
};

// As type() shows it: "int", "list", "google.protobuf.Timestamp". Static storage.
std::string_view type_kind_name(TypeKind kind);

class Type {
 public:
  Type() = default;
  static Type dyn() { return Type(TypeKind::kDyn); }
  static Type simple(TypeKind kind) { return Type(kind); }
  static Type list(Type element);
  static Type map(Type key, Type value);

  TypeKind kind() const { return kind_; }
  // list: the element's; map: the key's and the value's; else none.
  const std::vector<Type>& parameters() const { return parameters_; }
  // As a person writes it: "int", "list(string)", "map(string, int)", "timestamp".
  std::string name() const;
  bool operator==(const Type&) const = default;

 private:
  explicit Type(TypeKind kind) : kind_(kind) {}
  TypeKind kind_ = TypeKind::kDyn;
  std::vector<Type> parameters_;
};

// A name that an expression may use. Dots are part of the name: `card.count_1h` is one variable, found by CEL's rule
// that the longest declared prefix of a selection wins.
struct Variable {
  std::string name;
  Type type;
  std::uint32_t slot = 0;  // where evaluate() finds its value, below 2^30; one name for each
};

class Environment {
 public:
  // Fails if the name is taken or isn't a dotted sequence of CEL identifiers (reserved words aren't), or if the slot is
  // out of range.
  Status declare(Variable variable);
  const Variable* find(std::string_view name) const;
  // In the order of their declaration.
  const std::vector<Variable>& variables() const { return variables_; }

 private:
  std::vector<Variable> variables_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
};

// Words that CEL keeps for itself: they can't be names.
bool is_reserved_word(std::string_view word);

}  // namespace weir::cel
