// What a part of a condition says about a value, where it is true and where it is false.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/value.h"
#include "rules/book/value_set.h"
#include "rules/cel/expression.h"

namespace weir::book {

struct Fact {
  // The numbers of a subtree, or of the two that are compared with each other; facts about one subject can be compared.
  std::pair<std::uint32_t, std::uint32_t> subject;
  ValueSet set;  // what the subject is in
};

// The expression outlives the reader, and the reader the facts.
class FactReader {
 public:
  explicit FactReader(const cel::Expression& expression);

  // What is known where the node, of type bool, is true, or false. Nothing is known where it is an error.
  Fact read(cel::NodeId id, bool is_true);

  // What the subject of the comparison may be at all, where that is known: the parts of a time.
  std::optional<ValueSet> possible(cel::NodeId comparison) const;

  // The value of what is the same in every evaluation.
  std::optional<Value> constant(cel::NodeId id);

 private:
  Value kept(const Value& value);
  std::optional<std::vector<Value>> constants_of(cel::NodeId list, cel::TypeKind kind);
  bool compare_with_constant(const cel::Node& node, bool is_true, Fact& fact);
  bool compare_sides(const cel::Node& node, bool is_true, Fact& fact);
  bool look_up(const cel::Node& node, bool is_true, Fact& fact);

  const cel::Expression& expression_;
  const cel::Ast& ast_;
  std::vector<std::uint32_t> numbers_;
  std::deque<std::string> texts_;  // of the constants
};

}  // namespace weir::book
