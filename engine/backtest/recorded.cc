#include "engine/backtest/recorded.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "engine/shard/author.h"
#include "engine/shard/recorded_policy.h"

namespace weir::backtest {
namespace {

// One policy's view of a row, before it is known which policies are compared.
struct View {
  std::uint32_t policy = 0;  // as numbered by Policies
  std::int16_t score = 0;
  book::Outcome outcome = book::Outcome::kApprove;
  std::vector<std::uint32_t> hits;    // those that allow entries take out are not among them
  std::vector<std::uint32_t> errors;  // likewise
};

struct Label {
  bool fraud = false;
  std::int64_t known_at_ms = 0;
};

struct Row {
  View live;
  std::optional<View> shadow;
};

// The policies of a stream, each loaded once.
class Policies {
 public:
  Status add(shard::RecordedPolicy recorded, const std::string& hash) {
    if (numbers_.contains(hash)) return {};
    auto loaded = shard::load_recorded_policy(std::move(recorded), hash, shard::PolicyUse::kShow);
    if (!loaded) return loaded.error();
    numbers_[hash] = static_cast<std::uint32_t>(all_.size());
    all_.push_back(std::move(*loaded));
    return {};
  }
  std::optional<std::uint32_t> number(const std::string& hash) const {
    const auto found = numbers_.find(hash);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }
  const std::shared_ptr<const policy::Policy>& at(std::uint32_t number) const { return all_[number]; }
  std::size_t size() const { return all_.size(); }

 private:
  std::vector<std::shared_ptr<const policy::Policy>> all_;
  std::map<std::string, std::uint32_t> numbers_;
};

std::optional<std::uint32_t> find_rule(const policy::Policy& policy, std::string_view id) {
  const auto& rules = policy.rules->rules();
  const auto found =
      std::lower_bound(rules.begin(), rules.end(), id, [](const auto& rule, auto wanted) { return rule.id < wanted; });
  if (found == rules.end() || found->id != id) return std::nullopt;
  return static_cast<std::uint32_t>(found - rules.begin());
}

Then then_of(book::Outcome outcome) {
  switch (outcome) {
    case book::Outcome::kApprove:
      return Then::kApprove;
    case book::Outcome::kReview:
      return Then::kReview;
    case book::Outcome::kDecline:
      return Then::kDecline;
  }
  return Then::kUnknown;
}

// A row as one policy's ledger has it.
void add_view(const View& view, const policy::Policy& from, bool shadow_rules_count, Verdict& verdict) {
  const auto& to = *verdict.policy;
  book::Verdicts verdicts;
  verdicts.hits = view.hits;
  for (const auto rule : view.errors) verdicts.errors.push_back({rule, Value::error(ErrorCode::kAbsentValue)});
  decide::Circumstances circumstances;
  decide::Outcome outcome;
  decide::decide(*from.rules, verdicts, from.thresholds, circumstances, outcome);
  // The control share would let through whatever else asks to stop it.
  const bool is_controlled = outcome.outcome != view.outcome;
  circumstances.shadow_rules_count = shadow_rules_count;
  decide::decide(*from.rules, verdicts, from.thresholds, circumstances, outcome);
  const auto& rules = from.rules->rules();
  // What was decided is what was recorded.
  if (!shadow_rules_count || is_controlled) outcome.outcome = view.outcome;
  const bool alert = outcome.outcome != book::Outcome::kApprove;
  bool forced = false;
  std::vector<std::uint32_t> reasons;
  std::vector<std::uint32_t> shadows;
  for (const auto hit : view.hits) {
    const bool counts = decide::counts(*from.rules, hit, circumstances);
    forced |= counts && rules[hit].outcome.has_value();
    // A rule that the other version of the policy does not have is in none of its figures.
    if (const auto rule = find_rule(to, rules[hit].id)) (counts ? reasons : shadows).push_back(*rule);
  }
  for (const auto error : view.errors) {
    const bool counts = decide::counts(*from.rules, error, circumstances);
    forced |= alert && counts && rules[error].review_on_error;
    if (const auto rule = find_rule(to, rules[error].id)) ++verdict.failures[*rule];
  }
  verdict.add(outcome.score, outcome.outcome, forced && alert, reasons, shadows);
}

}  // namespace

struct Recorded::State {
  explicit State(RecordedOptions the_options) : options(std::move(the_options)) {}

  RecordedOptions options;
  audit::RecordReader reader;
  audit::ParsedRecord parsed;
  shard::Author author;
  std::uint64_t next_sequence = 0;
  shard::PolicyParts parts;
  Policies policies;
  std::optional<std::uint32_t> live;    // the policy that decides
  std::optional<std::uint32_t> shadow;  // the last one in the shadow
  std::shared_ptr<const event::Schema> schema;
  Subjects subjects;
  std::optional<event::Event> event;

  Payments payments;
  std::vector<Row> rows;
  std::vector<std::string> ids;                                // by row
  std::unordered_map<std::string, std::vector<Label>> labels;  // by the id that they name
  Counts counts;
  Numbers cards;
  Numbers customers;
  Horizon horizon;

  Status take_policy();
  Status take_transaction();
  void take_label();
  Result<View> view(const audit::JudgedDetails& judged) const;
  bool is_wanted(const Row& row) const;
  // How many of the rows that are compared each policy decided, by its number.
  std::vector<std::uint64_t> decided_by() const;
  // What the labels of its id say that were not known before it happened.
  Verity verity_of(std::size_t row, Counts& told) const;
  // Which policies are compared.
  Status find_sides(Compared& out) const;
  void keep(std::size_t row, Compared& out) const;
  Result<Compared> compare() const;
};

Status Recorded::State::take_policy() {
  if (auto status = parts.add(parsed); !status) return status;
  if (!parts.complete()) return {};
  auto whole = parts.take();
  if (parsed.shadow && parsed.policy.empty()) return {};
  if (auto status = policies.add(std::move(whole), parsed.policy); !status) return status;
  const auto number = policies.number(parsed.policy);
  if (parsed.shadow) {
    if (parsed.policy.starts_with(options.policy)) shadow = number;
    return {};
  }
  live = number;
  schema = policies.at(*number)->schema;
  auto found = find_subjects(*schema, options.subjects);
  if (!found) return found.error();
  subjects = *found;
  event.emplace(*schema, 0);
  return {};
}

Result<View> Recorded::State::view(const audit::JudgedDetails& judged) const {
  const auto number = policies.number(judged.policy);
  const auto outcome = book::outcome_by_name(judged.outcome);
  if (!number || !outcome) return Error{"it names a policy or an outcome that is not there"};
  View view;
  view.policy = *number;
  view.score = static_cast<std::int16_t>(judged.score);
  view.outcome = *outcome;
  for (const auto& each : judged.rules) {
    const auto rule = find_rule(*policies.at(*number), each.rule);
    if (!rule) return Error{"it names rule " + each.rule + ", which its policy does not have"};
    if (each.suppressed_by.empty()) (each.verdict == "hit" ? view.hits : view.errors).push_back(*rule);
  }
  return view;
}

Status Recorded::State::take_transaction() {
  if (!live) return Error{"it comes before the first policy record"};
  ++counts.records;
  if (auto status = reader.fill_event(*schema, *event); !status) return status;
  horizon.see(event->time_ms);
  if (event->time_ms < options.from_ms || event->time_ms >= options.until_ms) return {};
  const auto& amount = subjects.amount;
  if (amount && (*event)[*amount].is_absent()) {
    ++counts.other_types;
    return {};
  }
  Row row;
  const auto decided = reader.judged(false);
  if (!decided) return decided.error();
  auto live_view = view(**decided);
  if (!live_view) return live_view.error();
  row.live = std::move(*live_view);
  const auto beside = reader.judged(true);
  if (!beside) return beside.error();
  if (beside->has_value()) {
    auto shadow_view = view(**beside);
    if (!shadow_view) return shadow_view.error();
    row.shadow = std::move(*shadow_view);
  }
  payments.record.push_back(parsed.head.sequence);
  payments.time_ms.push_back(event->time_ms);
  payments.amount.push_back(amount && (*event)[*amount].is(ValueKind::kMoney) ? (*event)[*amount].minor_units() : 0);
  payments.then.push_back(then_of(row.live.outcome));
  payments.card.push_back(cards.of(*schema, subjects.card, *event));
  payments.customer.push_back(customers.of(*schema, subjects.customer, *event));
  ids.push_back(parsed.event_id);
  rows.push_back(std::move(row));
  return {};
}

void Recorded::State::take_label() {
  horizon.see(parsed.known_at_ms);
  labels[parsed.event_id].push_back({parsed.fraud, parsed.known_at_ms});
}

Verity Recorded::State::verity_of(std::size_t row, Counts& told) const {
  Verity verity;
  const auto found = labels.find(ids[row]);
  if (found == labels.end()) return verity;
  for (const auto& label : found->second) {
    if (label.known_at_ms < payments.time_ms[row]) {
      ++told.early_labels;
    } else {
      verity.add(label.fraud, label.known_at_ms, options.maturity);
    }
  }
  return verity;
}

// Compared is only what both have seen.
bool Recorded::State::is_wanted(const Row& row) const {
  if (options.rules) return row.live.policy == rows.back().live.policy;
  return row.shadow && row.shadow->policy == *shadow;
}

std::vector<std::uint64_t> Recorded::State::decided_by() const {
  std::vector<std::uint64_t> decided(policies.size());
  for (const auto& row : rows) {
    if (is_wanted(row)) ++decided[row.live.policy];
  }
  return decided;
}

Status Recorded::State::find_sides(Compared& out) const {
  if (!live) return Error{"the audit stream has no policy record"};
  if (!options.rules && !shadow) {
    return Error{options.policy.empty() ? "the audit stream has no policy in the shadow: `weir policy shadow DIR` puts "
                                          "one there; --rules compares the rules of mode: shadow"
                                        : "no policy whose hash begins with " + options.policy + " was in the shadow"};
  }
  const auto decided = decided_by();
  std::uint32_t most = 0;
  for (std::uint32_t number = 0; number < decided.size(); ++number) {
    if (decided[number] == 0) continue;
    const auto& decider = *policies.at(number);
    out.deciders.push_back({decider.name, decider.hash, decided[number]});
    if (decided[number] >= decided[most]) most = number;
  }
  if (out.deciders.empty()) return Error{"no payment in this period was seen by both"};
  out.live.verdict.policy = policies.at(most);
  out.shadow.verdict.policy = options.rules ? out.live.verdict.policy : policies.at(*shadow);
  for (auto* ledger : {&out.live, &out.shadow}) {
    ledger->verdict.failures.resize(ledger->verdict.policy->rules->rules().size());
  }
  return {};
}

void Recorded::State::keep(std::size_t row, Compared& out) const {
  auto& kept = out.shadow.payments;
  kept.record.push_back(payments.record[row]);
  kept.time_ms.push_back(payments.time_ms[row]);
  kept.amount.push_back(payments.amount[row]);
  const auto verity = verity_of(row, out.shadow.counts);
  kept.truth.push_back(verity.truth());
  out.shadow.labels_known_ms = std::max(out.shadow.labels_known_ms, verity.known_at_ms());
  kept.then.push_back(payments.then[row]);
  kept.card.push_back(payments.card[row]);
  kept.customer.push_back(payments.customer[row]);
  const auto& decided = rows[row].live;
  const auto& seen = options.rules ? decided : *rows[row].shadow;
  add_view(decided, *policies.at(decided.policy), false, out.live.verdict);
  add_view(seen, *policies.at(seen.policy), options.rules, out.shadow.verdict);
}

Result<Compared> Recorded::State::compare() const {
  Compared out;
  out.subjects = subjects;
  out.schema = schema;
  if (auto status = find_sides(out); !status) return status.error();
  out.shadow.counts = counts;
  std::unordered_set<std::string_view> seen_ids;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_wanted(rows[i])) continue;
    keep(i, out);
    out.shadow.counts.repeated_ids += seen_ids.insert(ids[i]).second ? 0 : 1;
  }
  auto& kept = out.shadow.payments;
  kept.cards = cards.count();
  kept.customers = customers.count();
  out.shadow.seen_until_ms = horizon.end_ms(options.maturity);
  judge_silence(kept, out.shadow.seen_until_ms, options.maturity);
  out.live.payments = kept;
  out.live.counts = out.shadow.counts;
  out.live.labels_known_ms = out.shadow.labels_known_ms;
  out.live.seen_until_ms = out.shadow.seen_until_ms;
  return out;
}

Recorded::Recorded(RecordedOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Recorded::~Recorded() = default;

Status Recorded::add(std::string_view audit_record) {
  auto& s = *state_;
  if (auto status = s.reader.read(audit_record, s.parsed); !status) return status;
  if (!s.author.counts(s.parsed, s.next_sequence)) return {};
  s.next_sequence = s.parsed.head.sequence + 1;
  switch (s.parsed.kind) {
    case audit::Kind::kStart:
      s.author = {s.parsed.engine, s.parsed.generation};
      s.parts.clear();
      return {};
    case audit::Kind::kPolicy:
      return s.take_policy();
    case audit::Kind::kTransaction:
      return s.take_transaction();
    case audit::Kind::kLabel:
      s.take_label();
      return {};
    case audit::Kind::kDuplicate:
      ++s.counts.records;
      ++s.counts.duplicates;
      return {};
    case audit::Kind::kDeadLetter:
      ++s.counts.records;
      ++s.counts.failed;
      return {};
    case audit::Kind::kList:
      return {};
  }
  return {};
}

Result<Compared> Recorded::finish() { return state_->compare(); }

}  // namespace weir::backtest
