// Types of the rule language, and the names that an expression may use.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
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
  kFree,       // not determined: what an empty list holds. It gives way to every other type
  kParameter,  // a type parameter of a declared function: `T`
  kAbstract,   // a type that only declared functions make
  kError,      // the type of an expression that is already reported as faulty: it is accepted everywhere
  kAddress,    // net.IP and net.CIDR
  kNetwork,
  kLookup,  // what only `in` asks: a named list of entries
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
  static Type optional(Type element);
  static Type lookup(Type element);
  static Type free() { return Type(TypeKind::kFree); }
  static Type parameter(std::string name);
  static Type abstract(std::string name, std::vector<Type> parameters);
  // The same with other parameters.
  Type with(std::vector<Type> parameters) const;

  TypeKind kind() const { return kind_; }
  // list, optional and lookup: the element's; map: the key's and the value's; abstract: its own; else none.
  const std::vector<Type>& parameters() const { return parameters_; }
  // As a person writes it: "int", "list(string)", "map(string, int)", "timestamp". What is not determined is "dyn".
  std::string name() const;
  // Whether both are of one kind, and of one name where they have any; their parameters may differ.
  bool same_constructor(const Type& other) const { return kind_ == other.kind_ && given_name_ == other.given_name_; }
  const std::string& given_name() const { return given_name_; }
  bool operator==(const Type&) const = default;

 private:
  explicit Type(TypeKind kind) : kind_(kind) {}
  TypeKind kind_ = TypeKind::kDyn;
  std::vector<Type> parameters_;
  std::string given_name_;  // of a kParameter or kAbstract
};

// A name that an expression may use. Dots are part of the name: `card.count_1h` is one variable, found by CEL's rule
// that the longest declared prefix of a selection wins.
struct Variable {
  std::string name;
  Type type;
  std::uint32_t slot = 0;  // where evaluate() finds its value, below 2^30; one name for each
  bool optional = false;   // its value may be absent: an expression that doesn't reckon with that is refused
  // The one text that it ever is: then the name stands for that text, and the slot is never asked.
  std::optional<std::string> constant = {};
};

// A function of which the checker alone knows: calling it is kNoSuchOverload. kParameter types stand for any type, the
// same wherever they have one name.
struct FunctionDeclaration {
  std::string name;
  std::vector<Type> parameters;
  Type result;
};

class Environment {
 public:
  // Fails if the name is taken or isn't a dotted sequence of CEL identifiers (reserved words aren't), or if the slot is
  // out of range.
  Status declare(Variable variable);
  const Variable* find(std::string_view name) const;
  // In the order of their declaration.
  const std::vector<Variable>& variables() const { return variables_; }

  // Where the text in `slot` is `value`, these optional variables (their slots) are there. If this is said of one text,
  // it is said of each that the slot ever holds.
  void imply(std::uint32_t slot, std::string value, std::vector<std::uint32_t> present) {
    implied_[{slot, std::move(value)}] = std::move(present);
  }
  // Empty if nothing is known.
  std::span<const std::uint32_t> implied_by(std::uint32_t slot, std::string_view value) const {
    const auto found = implied_.find({slot, std::string(value)});
    return found == implied_.end() ? std::span<const std::uint32_t>() : found->second;
  }
  // The texts in `slot` that imply something.
  std::vector<std::string> telling_texts(std::uint32_t slot) const {
    std::vector<std::string> out;
    for (auto at = implied_.lower_bound({slot, {}}); at != implied_.end() && at->first.first == slot; ++at) {
      out.push_back(at->first.second);
    }
    return out;
  }

  // Where the variable in `slot` is there, so are these.
  void imply(std::uint32_t slot, std::vector<std::uint32_t> present) {
    implied_by_presence_[slot] = std::move(present);
  }
  std::span<const std::uint32_t> implied_by(std::uint32_t slot) const {
    const auto found = implied_by_presence_.find(slot);
    return found == implied_by_presence_.end() ? std::span<const std::uint32_t>() : found->second;
  }

  // Every amount in `slot` is in this currency (ISO 4217 numeric), and none of another one can meet it: there are no
  // exchange rates.
  void know_currency(std::uint32_t slot, std::uint16_t currency) { currencies_[slot] = currency; }
  bool knows_currencies() const { return !currencies_.empty(); }
  std::optional<std::uint16_t> currency_of(std::uint32_t slot) const {
    const auto found = currencies_.find(slot);
    return found == currencies_.end() ? std::nullopt : std::optional(found->second);
  }

  void declare(FunctionDeclaration function) { functions_.push_back(std::move(function)); }
  const std::vector<FunctionDeclaration>& functions() const { return functions_; }

  // The namespace that the expressions stand in: in `a.b` the name `x` is a.b.x, else a.x, else x; `.x` is x alone.
  void set_container(std::string container) { container_ = std::move(container); }
  const std::string& container() const { return container_; }

 private:
  std::vector<Variable> variables_;
  std::map<std::pair<std::uint32_t, std::string>, std::vector<std::uint32_t>> implied_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> implied_by_presence_;
  std::map<std::uint32_t, std::uint16_t> currencies_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::vector<FunctionDeclaration> functions_;
  std::string container_;
};

// Words that CEL keeps for itself: they can't be names.
bool is_reserved_word(std::string_view word);

}  // namespace weir::cel
