#include "rules/cel/program.h"

#include <utility>

#include "rules/cel/analysis.h"
#include "rules/cel/code.h"
#include "rules/cel/compiler.h"
#include "rules/cel/interpreter.h"

namespace weir::cel {

Program::Program(std::unique_ptr<const Code> code) : code_(std::move(code)) {}
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;
Program::~Program() = default;

Value Program::evaluate(std::span<const Value> slots, Scratch& scratch) const { return run(*code_, slots, scratch); }

const Type& Program::type() const { return code_->type; }

std::span<const std::uint32_t> Program::slots() const { return code_->slots; }

Result<Program, Issues> compile(std::string_view text, const Place& place, const Environment& environment,
                                const Type& wanted, Checking checking) {
  const SourceMap source(text, place);
  auto ast = analyse(source, environment, wanted, checking);
  if (!ast.ok()) return ast.error();
  Issues issues;
  auto code = generate(*ast, source, issues);
  if (issues.has_errors()) return issues;
  return Program(std::move(code));
}

}  // namespace weir::cel
