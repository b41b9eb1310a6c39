#include "rules/book/book.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"

namespace weir::book {
namespace {

constexpr std::array<std::string_view, 3> kOutcomeNames{"approve", "review", "decline"};

}  // namespace

std::string_view outcome_name(Outcome outcome) { return kOutcomeNames[static_cast<std::size_t>(outcome)]; }

std::optional<Outcome> outcome_by_name(std::string_view name) {
  for (std::size_t i = 0; i < kOutcomeNames.size(); ++i) {
    if (name == kOutcomeNames[i]) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

Book::Book(std::vector<Rule> rules) : rules_(std::move(rules)) {
  std::sort(rules_.begin(), rules_.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    WEIR_CHECK(rules_[i].when != nullptr, "a rule without a program");
    WEIR_CHECK(i == 0 || rules_[i - 1].id != rules_[i].id, "two rules of one id");
  }
}

void Book::evaluate(std::span<const Value> slots, cel::Scratch& scratch, std::vector<Verdict>& out) const {
  out.resize(rules_.size());
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const auto result = rules_[i].when->evaluate(slots, scratch);
    auto& verdict = out[i];
    verdict.error = Value();
    if (result.is(ValueKind::kBool)) {
      verdict.kind = result.as_bool() ? VerdictKind::kHit : VerdictKind::kMiss;
      continue;
    }
    verdict.kind = VerdictKind::kError;
    // A condition of static type dyn may turn out to be no bool.
    verdict.error = result.is_error() ? result : Value::error(ErrorCode::kNoSuchOverload, "when");
  }
}

}  // namespace weir::book
