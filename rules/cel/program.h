// A checked and compiled CEL expression, and the one call that makes it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "engine/base/value.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"

namespace weir::cel {

class Code;
class Scratch;  // rules/cel/scratch.h

// Immutable once compiled; any number of threads may evaluate it, each with a Scratch of its own.
class Program {
 public:
  // compile() is the way to make one.
  explicit Program(std::unique_ptr<const Code> code);
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  // `slots` is indexed by Variable::slot and covers slots(). An absent slot is kAbsentValue, with the variable's name
  // as detail, where its value is needed, and false for has(); `&&` and `||` absorb errors as CEL says. Whatever goes
  // wrong is a kError value; nothing is thrown. The result may point into the slots' texts, into the program, or into
  // `scratch`, there until its next use. Allocates nothing once `scratch` has grown to the largest evaluation and the
  // automata of matches() have seen their share of texts.
  Value evaluate(std::span<const Value> slots, Scratch& scratch) const;

  const Type& type() const;
  // A measure of how long an evaluation takes: instructions, those of matches() and loops counted several times.
  std::size_t size() const;
  // The slots that the expression names, ascending, each once: what an audit record shows beside a verdict.
  std::span<const std::uint32_t> slots() const;

 private:
  std::unique_ptr<const Code> code_;
};

// Parses, checks and compiles. `place` is where the first character of `text` stands in its file: issues name
// file:line:column of that file (`text` may be a YAML block scalar: every line of it is indented by
// `place.column - 1` in the file). All faults are reported, not the first. `wanted` is the type that the
// expression must have; Type::dyn() accepts any. Rules are compiled strictly; kDynamic is for CEL's own conformance
// tests.
Result<Program, Issues> compile(std::string_view text, const Place& place, const Environment& environment,
                                const Type& wanted, Checking checking = Checking::kStrict);

}  // namespace weir::cel
