// A term of a rule's condition: one of the operands of its conjunction. Rules share equal terms.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/value.h"
#include "rules/book/formula.h"
#include "rules/cel/expression.h"
#include "rules/cel/functions.h"
#include "rules/cel/program.h"
#include "rules/cel/scratch.h"

namespace weir::book {

// Most terms compare one slot with a constant: these are looked at in place and can be indexed. Formulas are looked at
// in place.
enum class TermKind : std::uint8_t {
  kProgram,  // anything
  kFlag,     // slot, or !slot
  kHas,      // has(slot), or !has(slot)
  kCompare,  // slot `comparison` constant; int, double, money, or a string's equality
  kOneOf,    // slot in [constants], ints or strings
  kFormula,  // arithmetic of slots and constants on both sides of a comparison
};

struct Term {
  explicit Term(cel::Program the_program) : program(std::move(the_program)) {}

  TermKind kind = TermKind::kProgram;
  bool negated = false;                             // kFlag, kHas
  cel::Function comparison = cel::Function::kNone;  // kCompare: kEqual to kGreaterEqual, the slot on the left
  std::uint32_t slot = 0;                           // of all kinds but kProgram and kFormula
  std::vector<Value> constants;                     // one for kCompare; their texts live in the Book
  Formula formula;                                  // kFormula
  cel::Program program;                             // the whole term, for values of other kinds than expected
  std::vector<std::uint32_t> shared;                // shared values (their indices) that the term reads
};

// The term below `root`. The constants' texts are those of the tree.
Term make_term(const cel::Expression& expression, cel::NodeId root);

// The result where looking at the slot's value is enough; nothing if only the program can tell.
std::optional<bool> evaluated_in_place(const Term& term, const Value& value);

// The result: a bool, or an error; what else a dyn term comes to is handed out as it is.
Value evaluate_term(const Term& term, std::span<const Value> slots, cel::Scratch& scratch);

}  // namespace weir::book
