#include "engine/shard/step.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/shard/step_state.h"

namespace weir::shard {
namespace {

std::string_view entry_digest(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), kEntryDigestBytes};
}

void done(StageClock* stages, StageClock::Stage stage, std::uint64_t earlier_ns = 0) {
  if (stages != nullptr) stages->done(stage, earlier_ns);
}

}  // namespace

// --- A transaction, from its bytes to its decision -------------------------------------------------------------------

Status Step::transaction(const Input& input, Output& out, StageClock* stages) {
  auto& s = *state_;
  WEIR_CHECK(s.json.has_value(), "raw records need the token key");
  s.advance_clock(progress, input.clock_ms);
  const audit::InputPlace place{input.topic, input.partition, input.offset, input.previous, s.sha256.hash(input.value)};
  if (!s.read(progress, input, out.reject, stages)) {
    s.dead_letter(progress, place, out);
    return {};
  }
  return s.screen(progress, &place, place.digest, out, stages);
}

bool Step::expect(const Input& input, StageClock* stages) {
  auto& s = *state_;
  if (s.lookahead.full()) return false;
  const auto clock_ms = std::max(progress.clock_ms, input.clock_ms);
  s.lookahead.read(input, *s.json, s.reading_clock_ms(clock_ms), stages);
  return true;
}

// From the bytes, or as it was read ahead.
bool Step::State::read(const Progress& progress, const Input& input, event::Reject& reject, StageClock* stages) {
  const auto clock_ms = reading_clock_ms(progress.clock_ms);
  auto* expected = lookahead.take(input, clock_ms);
  if (expected == nullptr) {
    const bool readable = json->read(input.value, clock_ms, event, reject);
    done(stages, StageClock::kParse);
    return readable;
  }
  std::swap(event, expected->event);
  if (expected->trims == memory.trims()) std::swap(residents, expected->residents);
  if (!expected->readable) std::swap(reject, expected->reject);
  done(stages, StageClock::kParse, expected->read_ns);
  return expected->readable;
}

Status Step::parsed(const Digest& digest, Output& out) {
  return state_->screen(progress, nullptr, digest, out, nullptr);
}

// `input` is nullptr for shells that want neither audit record nor decision.
Status Step::State::screen(Progress& progress, const audit::InputPlace* input, const Digest& digest, Output& out,
                           StageClock* stages) {
  forget_transaction(out);

  const auto duplicate = answer_duplicate(progress, input, digest, out);
  if (!duplicate) return duplicate.error();
  if (*duplicate) return {};
  advance_event_clock(progress);
  advance_cutoffs(progress);

  if (auto status = fetch_histories(); !status) return status;
  const std::int64_t cutoff_ms = progress.history_cutoff_ms;
  out.flags |= flags(cutoff_ms);
  done(stages, StageClock::kHistory);

  features.evaluate(histories, cutoff_ms, event);
  if (inputs && policy->inputs->looks_at(event.type)) {
    inputs->read(event.slots(), event.time_ms, histories, cutoff_ms, raw_inputs);
    out.inputs = &raw_inputs;
  }
  done(stages, StageClock::kFeatures);

  judgement.score(event.slots(), event.type, event.time_ms, histories, cutoff_ms);
  done(stages, StageClock::kModel);

  // Before lists and score of the policy that decides take the places behind its own features.
  if (shadow) shadow->evaluate(event, histories, cutoff_ms);
  judgement.evaluate(event.slots(), event.time_ms);
  done(stages, StageClock::kRules);

  decide(out);
  if (auto status = raise_alert(progress, out); !status) return status;
  done(stages, StageClock::kDecide);

  out.audit.clear();
  out.decision.clear();
  if (input != nullptr) {
    append_audit(progress, *input, out);
    append_decision(progress, out);
  }
  done(stages, StageClock::kAudit);

  keep_feature_texts();
  remember(progress, digest, out);
  done(stages, StageClock::kAppend);
  finish(progress, audit::Kind::kTransaction, out);
  return {};
}

// The clock of an input never goes back: retention and horizons are measured with it.
void Step::State::advance_clock(Progress& progress, std::int64_t given_ms) const {
  if (clock_source == ClockSource::kGiven) progress.clock_ms = std::max(progress.clock_ms, given_ms);
}

void Step::State::advance_event_clock(Progress& progress) const {
  if (clock_source != ClockSource::kEvent) return;
  const auto low = std::min(progress.greatest_event_ms, event.time_ms);
  progress.greatest_event_ms = std::max(progress.greatest_event_ms, event.time_ms);
  if (low != INT64_MIN) progress.clock_ms = std::max(progress.clock_ms, low);
}

// An id counts as long as its label may find its event, and up to and including the duplicate horizon.
void Step::State::advance_cutoffs(Progress& progress) const {
  const auto ids_ms = std::max(policy->history_ms, schema.limits.duplicate_horizon_ms);
  progress.history_cutoff_ms = std::max(progress.history_cutoff_ms, progress.clock_ms - policy->history_ms);
  progress.event_cutoff_ms = std::max(progress.event_cutoff_ms, progress.clock_ms - ids_ms - 1);
}

Result<bool> Step::State::answer_duplicate(Progress& progress, const audit::InputPlace* input, const Digest& digest,
                                           Output& out) {
  auto stored = memory.find_event(event.id);
  if (!stored) return stored.error();
  for (const auto& found : *stored) {
    if (found.clock_ms <= progress.event_cutoff_ms) continue;
    if (progress.clock_ms - found.clock_ms > schema.limits.duplicate_horizon_ms) continue;
    auto first = read_event_entry(found.bytes);
    if (!first) return first.error();
    if (first->digest != entry_digest(digest)) {
      out.flags |= decide::kIdConflict;
      continue;
    }
    out.flags = first->flags;
    out.outcome = first->outcome;
    out.score = first->score;
    out.audit.clear();
    out.decision.clear();
    if (input != nullptr) {
      audit::append_duplicate(head(progress), *input, event.id, first->sequence, out.audit);
      append_first_decision(*first, event.id, shard, memory.catalogue(), out.decision);
    }
    finish(progress, audit::Kind::kDuplicate, out);
    return true;
  }
  return false;
}

// `residents` holds what was found in memory when the event was read ahead, if it was.
Status Step::State::fetch_histories() {
  for (std::uint32_t e = 0; e < schema.entities.size(); ++e) {
    histories[e] = nullptr;
    if (!event::entity_key(schema.entities[e], event, keys[e])) {
      residents[e] = nullptr;
      continue;
    }
    if (residents[e] != nullptr) {
      memory.use(*residents[e]);
    } else {
      auto resident = memory.entity(e, keys[e]);
      if (!resident) return resident.error();
      residents[e] = *resident;
    }
    histories[e] = &Memory::history(*residents[e]);
  }
  return {};
}

std::uint8_t Step::State::flags(std::int64_t cutoff_ms) const {
  std::uint8_t found = 0;
  for (const auto* past : histories) {
    if (past == nullptr) continue;
    const auto newest_ms = past->newest_ms();
    if (newest_ms > event.time_ms && newest_ms > cutoff_ms) found |= decide::kLate;
  }
  if (reach_ms > 0 && event.time_ms - reach_ms < cutoff_ms) found |= decide::kBeyondHistory;
  return found;
}

void Step::State::decide(Output& out) {
  judgement.decide();
  auto& outcome = judgement.outcome;
  controlled.reset();
  const auto& control = policy->control;
  if (control && decide::in_control_share(*control, *policy->rules, judgement.verdicts(), judgement.circumstances(),
                                          outcome, event.id, event[control->amount_slot], sha256)) {
    controlled = std::exchange(outcome.outcome, book::Outcome::kApprove);
    out.flags |= decide::kControl;
  }
  out.verdicts = &judgement.verdicts();
  out.weighed = &outcome;
  out.model = judgement.model();
  tell_of_model();
  out.outcome = outcome.outcome;
  out.score = outcome.score;
  if (!shadow) return;
  out.shadow_verdicts = &shadow->judgement().verdicts();
  out.shadow_weighed = &shadow->judgement().outcome;
}

// The entry of the event id holds what the decision tells, so that a duplicate is told the same.
void Step::State::tell_of_model() {
  entry.model.reset();
  const auto said = judgement.model();
  if (!said) return;
  auto& told = entry.model.emplace();
  told.sha256 = model_number;
  told.probability = said->score.probability;
  if (said->explanation == nullptr) return;
  for (const auto& part : said->explanation->contributions) {
    if (part.logit <= 0 || told.reasons.size() == decide::kMaxModelReasons) break;
    told.reasons.push_back({model_reason_numbers[part.group], part.logit});
  }
}

Status Step::State::raise_alert(const Progress& progress, Output& out) {
  auto raised = alerts->raise(
      {event.time_ms, progress.next_sequence, progress.clock_ms, progress.event_cutoff_ms, keys, residents},
      judgement.outcome, judgement.verdicts(), judgement.circumstances());
  if (!raised) return raised.error();
  out.alert = *raised;
  out.repeated.assign(alerts->repeated().begin(), alerts->repeated().end());
  return {};
}

// Texts of first and last values point into the histories, which are about to change.
void Step::State::keep_feature_texts() {
  for (const auto slot : text_slots) {
    auto& value = event[slot];
    if (value.is(ValueKind::kString) && !value.has_enum_code()) value = Value::string(event.keep(value.as_string()));
  }
}

void Step::State::remember(const Progress& progress, const Digest& digest, const Output& out) {
  const auto outcome_name = book::outcome_name(out.outcome);
  event[schema.outcome_slot()] = Value::string(outcome_name);
  const auto label = inline_label();
  const auto sequence = progress.next_sequence;
  row.clear();
  memory.codec().encode_row(event.slots(), event.time_ms, sequence, label ? &*label : nullptr, row);
  // Labels that came before their event.
  if (memory.any_label_waits()) {
    memory.drop_waiting_labels(progress.event_cutoff_ms);
    for (const auto& waiting : memory.take_waiting_labels(event.id)) {
      memory.codec().encode_label(event.time_ms, sequence, waiting, row);
      waiting_labels.push_back(waiting);
    }
  }
  entry.keys.clear();
  for (std::uint32_t e = 0; e < residents.size(); ++e) {
    if (residents[e] == nullptr) continue;
    auto& past = *histories[e];
    past.append(event.slots(), event.time_ms, sequence, label ? &*label : nullptr);
    for (const auto& waiting : waiting_labels) past.label(event.time_ms, sequence, waiting);
    past.evict(progress.history_cutoff_ms);
    memory.remember_rows(*residents[e], event.time_ms, row);
    entry.keys.push_back({memory.entity_number(e), keys[e]});
  }
  waiting_labels.clear();

  entry.digest = entry_digest(digest);
  entry.sequence = sequence;
  entry.time_ms = event.time_ms;
  entry.type = type_numbers[event.type];
  entry.policy = policy_number;
  entry.outcome = out.outcome;
  entry.score = out.score;
  entry.flags = out.flags;
  entry.alert = out.alert;
  entry.reasons.clear();
  for (const auto rule : judgement.outcome.reasons) {
    const auto& hit = policy->rules->rules()[rule];
    entry.reasons.push_back({rule_numbers[rule], hit.reason, hit.points});
  }
  entry_bytes.clear();
  append_event_entry(entry, entry_bytes);
  memory.remember_event(event.id, progress.clock_ms, entry_bytes);
  memory.drop_events(progress.event_cutoff_ms);
}

std::optional<history::LabelEntry> Step::State::inline_label() const {
  const auto own = event::own_label(schema, event);
  if (!own) return std::nullopt;
  return history::LabelEntry{own->fraud, own->known_at_ms};
}

void Step::State::append_audit(const Progress& progress, const audit::InputPlace& input, Output& out) {
  audit::TransactionFacts facts;
  facts.schema = &schema;
  facts.event = &event;
  facts.policy = policy->hash;
  facts.flags = out.flags;
  facts.feature_names = std::span(features.names()).first(policy->features.size());
  facts.approximate = features.approximate();
  facts.rules = policy->rules.get();
  facts.slot_names = slot_names;
  facts.slots = event.slots();
  facts.verdicts = &judgement.verdicts();
  facts.outcome = &judgement.outcome;
  facts.suppressed = judgement.taken_out();
  facts.model = judgement.model();
  facts.controlled = controlled;
  if (out.alert) facts.alert = Alerts::told(*out.alert, memory.catalogue());
  facts.repeated = out.repeated;
  std::optional<audit::Judged> beside;
  if (shadow) facts.shadow = &beside.emplace(shadow->judged());
  audit::append_transaction(head(progress), input, facts, out.audit);
}

void Step::State::append_decision(const Progress& progress, Output& out) {
  reasons.clear();
  for (const auto rule : judgement.outcome.reasons) {
    const auto& hit = policy->rules->rules()[rule];
    reasons.push_back({hit.id, hit.reason, hit.points});
  }
  decide::DecisionFacts facts;
  facts.id = event.id;
  facts.type = schema.event_types[event.type].name;
  facts.time_ms = event.time_ms;
  facts.outcome = out.outcome;
  facts.score = out.score;
  facts.flags = out.flags;
  facts.policy = policy->hash;
  facts.shard = shard;
  facts.sequence = progress.next_sequence;
  facts.reasons = reasons;
  if (entry.model) facts.model = told(*entry.model, memory.catalogue(), model_reasons);
  if (out.alert) facts.alert = Alerts::told(*out.alert, memory.catalogue());
  decide::append_decision_json(facts, out.decision);
}

// What the transaction before left in the output.
void Step::State::forget_transaction(Output& out) {
  out.flags = 0;
  out.verdicts = nullptr;
  out.weighed = nullptr;
  out.shadow_verdicts = nullptr;
  out.shadow_weighed = nullptr;
  out.model.reset();
  out.inputs = nullptr;
  out.alert.reset();
}

void Step::State::finish(Progress& progress, audit::Kind kind, Output& out) {
  out.kind = kind;
  out.sequence = progress.next_sequence;
  if (!out.audit.empty()) out.leaf = audit::leaf_hash(out.audit, sha256);
  ++progress.next_sequence;
  std::fill(residents.begin(), residents.end(), nullptr);
}

void Step::State::dead_letter(Progress& progress, const audit::InputPlace& input, Output& out) {
  out.audit.clear();
  out.decision.clear();
  forget_transaction(out);
  audit::append_dead_letter(head(progress), input, out.reject, out.audit);
  finish(progress, audit::Kind::kDeadLetter, out);
}

}  // namespace weir::shard
