#include "tests/rules/cel/both_ways.h"

#include <memory>
#include <utility>

#include "engine/base/check.h"
#include "rules/cel/program.h"
#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

World& World::with(std::string name, Type type, const Value& value) {
  const auto declared =
      environment_.declare({std::move(name), std::move(type), static_cast<std::uint32_t>(slots_.size())});
  WEIR_CHECK(declared.ok(), "a test declares a name twice or wrongly");
  slots_.push_back(value);
  return *this;
}

bool agree(const ReferenceValue& reference, const Value& value) {
  const auto too_costly = [](const ReferenceValue& v) {
    return v.is_fault() && v.as<ReferenceFault>().code == ErrorCode::kCostLimit;
  };
  return too_costly(reference) || too_costly(reference_from(value)) || same_result(reference, value);
}

std::string World::result(std::string_view text, Checking checking) const {
  const auto file = std::make_shared<const SourceFile>(SourceFile{"rule.yaml", std::string(text)});
  const auto program = compile(text, {file, 1, 1, 1}, environment_, Type::dyn(), checking);
  if (!program.ok()) return "issues: " + program.error().render();
  const auto reference = Reference::make(text, environment_, Type::dyn(), checking);
  WEIR_CHECK(reference.ok(), "what compiles passes the checker");
  Scratch scratch;
  scratch.set_exchange(exchange_);
  const Value value = program->evaluate(slots_, scratch);
  const auto expected = reference->evaluate(slots_, exchange_);
  const auto shown = to_text(reference_from(value));
  return agree(expected, value) ? shown
                                : "DIFFERENT: " + shown + " compiled, " + to_text(expected) + " by the reference";
}

std::string World::issues(std::string_view text, const Type& wanted) const {
  const auto file = std::make_shared<const SourceFile>(SourceFile{"rule.yaml", std::string(text)});
  const auto program = compile(text, {file, 1, 1, 1}, environment_, wanted);
  return program.ok() ? "none" : program.error().render();
}

}  // namespace weir::cel
