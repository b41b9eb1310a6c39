#include "rules/cel/program.h"

#include <utility>

#include "rules/cel/code.h"
#include "rules/cel/expression.h"
#include "rules/cel/interpreter.h"

namespace weir::cel {

Program::Program(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

Value Program::evaluate(std::span<const Value> slots, Scratch& scratch) const { return run(*code_, slots, scratch); }

const Type& Program::type() const { return code_->type; }

std::size_t Program::size() const {
  constexpr std::size_t kLoop = 40;
  constexpr std::size_t kSearch = 80;
  std::size_t size = 0;
  for (const auto& instruction : code_->instructions) {
    size += instruction.op == Op::kMatches ? kSearch : instruction.op == Op::kLoopNext ? kLoop : 1;
  }
  return size;
}

std::span<const std::uint32_t> Program::slots() const { return code_->slots; }

Result<Program, Issues> compile(std::string_view text, const Place& place, const Environment& environment,
                                const Type& wanted, Checking checking) {
  const auto expression = Expression::check(text, place, environment, wanted, checking);
  if (!expression.ok()) return expression.error();
  return (*expression)->compile((*expression)->ast().root);
}

}  // namespace weir::cel
