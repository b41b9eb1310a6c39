#include "engine/decide/control.h"

#include <algorithm>

namespace weir::decide {
namespace {

// Whether an excepted rule is among those that count.
bool is_excepted(const Control& control, const book::Book& book, const book::Verdicts& verdicts,
                 const Circumstances& circumstances, const Outcome& outcome) {
  const auto& rules = book.rules();
  const auto named = [&](std::uint32_t rule) {
    return std::binary_search(control.excepted.begin(), control.excepted.end(), rules[rule].id);
  };
  if (std::any_of(outcome.reasons.begin(), outcome.reasons.end(), named)) return true;
  return std::any_of(verdicts.errors.begin(), verdicts.errors.end(), [&](const auto& failure) {
    return rules[failure.rule].review_on_error && counts(book, failure.rule, circumstances) && named(failure.rule);
  });
}

}  // namespace

bool in_control_share(const Control& control, const book::Book& rules, const book::Verdicts& verdicts,
                      const Circumstances& circumstances, const Outcome& outcome, std::string_view event_id,
                      const Value& amount, Sha256& sha256) {
  if (outcome.outcome == book::Outcome::kApprove || circumstances.screening != Screening::kClear) return false;
  if (!amount.is(ValueKind::kMoney) || amount.currency() != control.currency) return false;
  if (amount.minor_units() < 0 || amount.minor_units() >= control.below_minor) return false;
  if (is_excepted(control, rules, verdicts, circumstances, outcome)) return false;
  std::string text = control.salt;
  text.push_back('\0');
  text.append(event_id);
  const auto digest = sha256.hash(text);
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number = number << 8U | digest[static_cast<std::size_t>(i)];
  return number % control.one_in == 0;
}

}  // namespace weir::decide
