#include "rules/book/book.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "engine/base/check.h"
#include "rules/cel/subtree_numbers.h"

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

// --- From conditions to terms ----------------------------------------------------------------------------------------

namespace {

// The terms of all rules: equal ones are one.
class TermMaker {
 public:
  explicit TermMaker(std::uint32_t first_slot) : sharing_(first_slot) {}

  // The indices of the condition's terms. The expression is kept until finish().
  std::vector<std::uint32_t> add(cel::Expression& expression) {
    std::vector<std::uint32_t> out;
    const auto numbers = numbers_.of(expression.ast(), expression.ast().root);
    for (const auto root : cel::conjuncts(expression.ast(), expression.ast().root)) {
      const auto [found, is_new] = indices_.emplace(numbers[root], static_cast<std::uint32_t>(drafts_.size()));
      if (is_new) {
        sharing_.count(expression, root, numbers);
        drafts_.push_back({&expression, root, numbers});
      }
      // `a && a` is `a`.
      if (std::find(out.begin(), out.end(), found->second) == out.end()) out.push_back(found->second);
    }
    return out;
  }

  void finish(std::vector<Term>& terms, std::vector<SharedValue>& shared, std::deque<std::string>& texts) {
    for (const auto& draft : drafts_) sharing_.replace(*draft.expression, draft.root, draft.numbers);
    terms.reserve(drafts_.size());
    for (const auto& draft : drafts_) {
      auto& term = terms.emplace_back(make_term(*draft.expression, draft.root));
      term.shared = sharing_.among(term.program.slots());
      for (auto& constant : term.constants) {
        if (constant.is(ValueKind::kString)) constant = Value::string(texts.emplace_back(constant.as_string()));
      }
    }
    shared = sharing_.take();
  }

 private:
  struct Draft {
    cel::Expression* expression;
    cel::NodeId root;
    std::vector<std::uint32_t> numbers;
  };
  cel::SubtreeNumbers numbers_;
  Sharing sharing_;
  std::unordered_map<std::uint32_t, std::uint32_t> indices_;  // of terms, by the number of their tree
  std::vector<Draft> drafts_;
};

}  // namespace

Book::Parts Book::compile(std::vector<Rule> rules, std::uint32_t first_free_slot, cel::ExchangeSource exchange) {
  std::sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) { return a.id < b.id; });
  Parts parts;
  parts.first_slot = first_free_slot;
  parts.exchange = std::move(exchange);
  TermMaker maker(first_free_slot);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto& rule = rules[i];
    WEIR_CHECK(rule.when != nullptr, "a rule without a condition");
    WEIR_CHECK(i == 0 || rules[i - 1].id != rule.id, "two rules of one id");
    rule.slots = rule.when->slots(rule.when->ast().root);
    WEIR_CHECK(rule.slots.empty() || rule.slots.back() < first_free_slot, "a rule reads a slot of the book's");
    parts.terms_of.push_back(maker.add(*rule.when));
  }
  maker.finish(parts.terms, parts.shared, parts.texts);
  for (auto& rule : rules) rule.when = nullptr;
  parts.rules = std::move(rules);
  return parts;
}

Book::Book(std::vector<Rule> rules, std::uint32_t first_free_slot, cel::ExchangeSource exchange)
    : Book(compile(std::move(rules), first_free_slot, std::move(exchange))) {}

Book::Book(Parts parts) : parts_(std::move(parts)), index_(parts_.terms, parts_.places) {
  for (auto& terms : parts_.terms_of) {
    first_.push_back(static_cast<std::uint32_t>(placed_.size()));
    for (std::uint32_t position = 0; position < terms.size(); ++position) {
      terms[position] = parts_.places[terms[position]];
      placed_.push_back({terms[position], position});
    }
    // What is known already comes first, and of that what lets the fewest events through.
    std::sort(placed_.begin() + first_.back(), placed_.end(), [&](const Placed& a, const Placed& b) {
      const auto rank = [&](std::uint32_t term) {
        return std::tuple(index_.expected_share(term), parts_.terms[term].program.size());
      };
      return std::tuple(rank(a.term), a.position) < std::tuple(rank(b.term), b.position);
    });
  }
  first_.push_back(static_cast<std::uint32_t>(placed_.size()));
  file_rules();
  for (const auto slot : index_.slots()) {
    if (slot >= parts_.first_slot) indexed_.push_back(slot - parts_.first_slot);
  }
  parts_.terms_of = {};
  parts_.places = {};
}

// Each rule under its most telling term.
void Book::file_rules() {
  std::vector<std::vector<std::uint32_t>> by_term(index_.size());
  for (std::uint32_t rule = 0; rule + 1 < first_.size(); ++rule) {
    const auto term = placed_[first_[rule]].term;
    if (term < index_.size() && index_.expected_share(term) < TermIndex::kNotToFindBy) {
      by_term[term].push_back(rule);
    } else {
      unfiled_.push_back(rule);
    }
  }
  for (const auto& rules : by_term) {
    filed_first_.push_back(static_cast<std::uint32_t>(filed_.size()));
    filed_.insert(filed_.end(), rules.begin(), rules.end());
  }
  filed_first_.push_back(static_cast<std::uint32_t>(filed_.size()));
}

// --- Evaluation ------------------------------------------------------------------------------------------------------

Workspace::Workspace(const Book& book)
    : builders_(book.parts_.shared.size()),
      states_(book.parts_.terms.size()),
      failures_(book.parts_.terms.size()),
      shared_rounds_(book.parts_.shared.size()) {}

void Book::evaluate(std::span<Value> slots, Workspace& workspace, Verdicts& out) const {
  WEIR_CHECK(slots.size() >= slot_count(), "the book's own slots are missing");
  out.clear();
  ++workspace.round_;
  workspace.exchange_ = parts_.exchange.at(slots);
  workspace.scratch_.set_exchange(workspace.exchange_);
  for (const auto shared : indexed_) share(shared, slots, workspace);
  auto& states = workspace.states_;
  std::fill(states.begin() + index_.size(), states.end(), TermState::kUnknown);
  workspace.found_.clear();
  index_.decide(slots, states, workspace.found_);
  for (const auto& terms : workspace.found_) {
    for (auto i = filed_first_[terms.first]; i < filed_first_[terms.end]; ++i) judge(filed_[i], slots, workspace, out);
  }
  for (const auto rule : unfiled_) judge(rule, slots, workspace, out);
  std::sort(out.hits.begin(), out.hits.end());
  std::sort(out.errors.begin(), out.errors.end(),
            [](const Verdicts::Failure& a, const Verdicts::Failure& b) { return a.rule < b.rule; });
}

void Book::judge(std::uint32_t rule, std::span<Value> slots, Workspace& workspace, Verdicts& out) const {
  const Placed* failed = nullptr;
  for (auto at = first_[rule]; at < first_[rule + 1]; ++at) {
    const auto& placed = placed_[at];
    auto state = workspace.states_[placed.term];
    if (state == TermState::kUnknown) state = evaluate(placed.term, slots, workspace);
    if (state == TermState::kFalse) return;
    if (state == TermState::kFailed && (failed == nullptr || placed.position < failed->position)) failed = &placed;
  }
  if (!parts_.rules[rule].valid.holds_at(slots[parts_.exchange.time_slot])) return;
  if (failed == nullptr) {
    out.hits.push_back(rule);
  } else {
    out.errors.push_back({rule, workspace.failures_[failed->term]});
  }
}

TermState Book::evaluate(std::uint32_t number, std::span<Value> slots, Workspace& workspace) const {
  const auto& term = parts_.terms[number];
  for (const auto shared : term.shared) share(shared, slots, workspace);
  const Value result = evaluate_term(term, slots, workspace.scratch_);
  auto& state = workspace.states_[number];
  if (result.is(ValueKind::kBool)) {
    state = result.as_bool() ? TermState::kTrue : TermState::kFalse;
  } else {
    // A term of static type dyn may turn out to be no bool.
    workspace.failures_[number] = result.is_error() ? result : Value::error(ErrorCode::kNoSuchOverload, "when");
    state = TermState::kFailed;
  }
  return state;
}

void Book::share(std::uint32_t number, std::span<Value> slots, Workspace& workspace) const {
  if (workspace.shared_rounds_[number] == workspace.round_) return;
  workspace.shared_rounds_[number] = workspace.round_;
  const auto& shared = parts_.shared[number];
  for (const auto needed : shared.needs) share(needed, slots, workspace);
  auto& scratch = shared.builds ? workspace.builders_[number] : workspace.scratch_;
  scratch.set_exchange(workspace.exchange_);
  slots[parts_.first_slot + number] = shared.program.evaluate(slots, scratch);
}

}  // namespace weir::book
