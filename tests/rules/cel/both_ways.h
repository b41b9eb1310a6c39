// An expression evaluated by the compiled evaluator and by the reference, which must agree.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/exchange.h"
#include "rules/cel/reference_value.h"

namespace weir::cel {

// Variables with their values, one slot each.
class World {
 public:
  World& with(std::string name, Type type, const Value& value);
  World& with(std::string name, TypeKind kind, const Value& value) {
    return with(std::move(name), Type::simple(kind), value);
  }

  const Environment& environment() const { return environment_; }
  Environment& environment() { return environment_; }
  const std::vector<Value>& slots() const { return slots_; }
  std::vector<Value>& slots() { return slots_; }
  // What amounts of different currencies meet by; nothing unless it is set.
  void set_exchange(const Exchange& exchange) { exchange_ = exchange; }
  const Exchange& exchange() const { return exchange_; }

  // The result as text (see to_text), "issues: ..." with the rendered diagnostics if it doesn't compile, or
  // "DIFFERENT: ..." if the evaluators disagree.
  std::string result(std::string_view text, Checking checking = Checking::kStrict) const;
  // The diagnostics of an expression that must have some, as in a file named rule.yaml, the text beginning at line 1,
  // column 1. `wanted` is dyn unless given.
  std::string issues(std::string_view text, const Type& wanted = Type::dyn()) const;

 private:
  Environment environment_;
  std::vector<Value> slots_;
  Exchange exchange_;
};

// Whether two evaluations agree; where one of them gave up for its cost, they do.
bool agree(const ReferenceValue& reference, const Value& value);

}  // namespace weir::cel
