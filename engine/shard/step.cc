#include "engine/shard/step.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/event/label_reader.h"
#include "engine/shard/lookahead.h"

namespace weir::shard {
namespace {

using history::CatalogueKind;

std::string slot_value_text(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kString:
      return std::string(value.as_string());
    case ValueKind::kBool:
      return value.as_bool() ? "true" : "false";
    case ValueKind::kInt64:
      return std::to_string(value.as_int64());
    default:
      return {};
  }
}

std::string_view entry_digest(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), kEntryDigestBytes};
}

void done(StageClock* stages, StageClock::Stage stage, std::uint64_t earlier_ns = 0) {
  if (stages != nullptr) stages->done(stage, earlier_ns);
}

std::vector<std::string> names_of_slots(const event::Schema& schema, const features::FeatureSet& features) {
  std::vector<std::string> names;
  for (const auto& field : schema.fields) names.push_back(field.name);
  names.insert(names.end(), {"event_type", "outcome", "label"});
  names.insert(names.end(), features.names().begin(), features.names().end());
  return names;
}

}  // namespace

struct Step::State {
  State(std::shared_ptr<const policy::Policy> the_policy, features::FeatureSet& the_features, Memory& the_memory,
        std::string_view token_key, std::uint32_t the_shard, ClockSource source)
      : policy(std::move(the_policy)),
        schema(*policy->schema),
        features(the_features),
        memory(the_memory),
        shard(the_shard),
        clock_source(source),
        event(schema, static_cast<std::uint32_t>(features.definitions().size())),
        slot_names(names_of_slots(schema, features)),
        lookahead(schema, features, memory),
        residents(schema.entities.size()),
        histories(schema.entities.size()),
        keys(schema.entities.size()) {
    if (!policy->has_personal_fields() || !token_key.empty()) {
      json.emplace(schema, token_key);
      labels.emplace(schema, token_key);
    }
    for (std::uint32_t i = 0; i < features.definitions().size(); ++i) {
      const auto& feature = features.definitions()[i];
      reach_ms = std::max(reach_ms, feature.window_ms + feature.offset_ms);
      if (features::FeatureSet::type_of(feature, schema).kind() == cel::TypeKind::kString) {
        text_slots.push_back(schema.slot_count() + i);
      }
    }
    auto& catalogue = memory.catalogue();
    policy_number = catalogue.number(CatalogueKind::kPolicy, policy->hash);
    for (const auto& type : schema.event_types) {
      type_numbers.push_back(catalogue.number(CatalogueKind::kEventType, type.name));
    }
    for (const auto& rule : policy->rules->rules()) {
      rule_numbers.push_back(catalogue.number(CatalogueKind::kRule, rule.id));
    }
  }

  std::shared_ptr<const policy::Policy> policy;
  const event::Schema& schema;
  features::FeatureSet& features;
  Memory& memory;
  std::uint32_t shard;
  ClockSource clock_source;
  std::optional<event::JsonReader> json;
  std::optional<event::LabelReader> labels;
  event::Event event;
  std::vector<std::string> slot_names;
  Lookahead lookahead;
  std::int64_t reach_ms = 0;
  std::vector<std::uint32_t> text_slots;
  std::uint32_t policy_number = 0;
  std::vector<std::uint32_t> type_numbers;
  std::vector<std::uint32_t> rule_numbers;

  Sha256 sha256;
  cel::Scratch scratch;
  std::vector<book::Verdict> verdicts;
  decide::Outcome outcome;
  std::vector<Resident*> residents;
  std::vector<history::EntityHistory*> histories;
  std::vector<std::string> keys;
  std::string row;
  std::string entry_bytes;
  EventEntry entry;
  std::vector<decide::ReasonText> reasons;
  std::vector<history::LabelEntry> waiting_labels;

  // What max_ahead is measured from.
  std::int64_t reading_clock_ms(std::int64_t clock_ms) const {
    return clock_source == ClockSource::kEvent ? event::kNoClock : clock_ms;
  }
  bool read(const Progress& progress, const Input& input, event::Reject& reject, StageClock* stages);
  audit::Head head(const Progress& progress) const { return {shard, progress.next_sequence, progress.clock_ms}; }

  void advance_clock(Progress& progress, std::int64_t given_ms) const;
  void advance_event_clock(Progress& progress) const;
  void advance_cutoffs(Progress& progress) const;
  void finish(Progress& progress, audit::Kind kind, Output& out);

  Status screen(Progress& progress, const audit::InputPlace* input, const Digest& digest, Output& out,
                StageClock* stages);
  Result<bool> answer_duplicate(Progress& progress, const audit::InputPlace* input, const Digest& digest, Output& out);
  Status fetch_histories();
  std::uint8_t flags(std::int64_t cutoff_ms) const;
  void keep_feature_texts();
  void remember(const Progress& progress, const Digest& digest, const Output& out);
  std::optional<history::LabelEntry> inline_label() const;
  void append_decision(const Progress& progress, Output& out);
  Status attach_label(Progress& progress, const audit::InputPlace& input, const event::Label& label, Output& out);
  void dead_letter(Progress& progress, const audit::InputPlace& input, Output& out);
};

Step::Step(std::shared_ptr<const policy::Policy> policy, features::FeatureSet& features, Memory& memory,
           std::string_view token_key, std::uint32_t shard, ClockSource clock_source)
    : state_(std::make_unique<State>(std::move(policy), features, memory, token_key, shard, clock_source)) {}
Step::~Step() = default;

event::Event& Step::event() { return state_->event; }
const policy::Policy& Step::policy() const { return *state_->policy; }
const std::vector<std::string>& Step::slot_names() const { return state_->slot_names; }

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
  out.flags = 0;

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
  done(stages, StageClock::kFeatures);

  policy->rules->evaluate(event.slots(), scratch, verdicts);
  done(stages, StageClock::kRules);

  decide::decide(*policy->rules, verdicts, policy->thresholds, outcome);
  out.outcome = outcome.outcome;
  out.score = outcome.score;
  done(stages, StageClock::kDecide);

  out.audit.clear();
  out.decision.clear();
  if (input != nullptr) {
    audit::TransactionFacts facts;
    facts.schema = &schema;
    facts.event = &event;
    facts.policy = policy->hash;
    facts.flags = out.flags;
    facts.feature_names = features.names();
    facts.approximate = features.approximate();
    facts.rules = policy->rules.get();
    facts.slot_names = slot_names;
    facts.verdicts = verdicts;
    facts.outcome = &outcome;
    audit::append_transaction(head(progress), *input, facts, out.audit);
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
  entry.reasons.clear();
  for (const auto rule : outcome.reasons) {
    const auto& hit = policy->rules->rules()[rule];
    entry.reasons.push_back({rule_numbers[rule], hit.reason, hit.points});
  }
  entry_bytes.clear();
  append_event_entry(entry, entry_bytes);
  memory.remember_event(event.id, progress.clock_ms, entry_bytes);
  memory.drop_events(progress.event_cutoff_ms);
}

std::optional<history::LabelEntry> Step::State::inline_label() const {
  if (!schema.inline_label) return std::nullopt;
  const auto& value = event[schema.inline_label->slot];
  if (value.is_absent()) return std::nullopt;
  return history::LabelEntry{slot_value_text(value) == schema.inline_label->fraud_value,
                             event.time_ms + schema.inline_label->delay_ms};
}

void Step::State::append_decision(const Progress& progress, Output& out) {
  reasons.clear();
  for (const auto rule : outcome.reasons) {
    const auto& hit = policy->rules->rules()[rule];
    reasons.push_back({hit.id, hit.reason, hit.points});
  }
  decide::DecisionFacts facts;
  facts.id = event.id;
  facts.type = schema.event_types[event.type].name;
  facts.time_ms = event.time_ms;
  facts.outcome = outcome.outcome;
  facts.score = outcome.score;
  facts.flags = out.flags;
  facts.policy = policy->hash;
  facts.shard = shard;
  facts.sequence = progress.next_sequence;
  facts.reasons = reasons;
  decide::append_decision_json(facts, out.decision);
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
  out.flags = 0;
  audit::append_dead_letter(head(progress), input, out.reject, out.audit);
  finish(progress, audit::Kind::kDeadLetter, out);
}

// --- Labels --------------------------------------------------------------------------------------------------------

Status Step::label(const Input& input, Output& out) {
  auto& s = *state_;
  WEIR_CHECK(s.labels.has_value(), "raw records need the token key");
  s.advance_clock(progress, input.clock_ms);
  const audit::InputPlace place{input.topic, input.partition, input.offset, input.previous, s.sha256.hash(input.value)};
  event::Label label;
  if (!s.labels->read(input.value, label, out.reject)) {
    s.dead_letter(progress, place, out);
    return {};
  }
  return s.attach_label(progress, place, label, out);
}

Status Step::State::attach_label(Progress& progress, const audit::InputPlace& input, const event::Label& label,
                                 Output& out) {
  advance_cutoffs(progress);
  memory.drop_waiting_labels(progress.event_cutoff_ms);
  auto stored = memory.find_event(label.event_id);
  if (!stored) return stored.error();
  const history::LabelEntry value{label.fraud, label.known_at_ms};
  bool waits = true;
  for (const auto& found : *stored) {
    if (found.clock_ms <= progress.event_cutoff_ms) continue;
    waits = false;
    auto event_entry = read_event_entry(found.bytes);
    if (!event_entry) return event_entry.error();
    row.clear();
    memory.codec().encode_label(event_entry->time_ms, event_entry->sequence, value, row);
    for (const auto& key : event_entry->keys) {
      auto resident = memory.entity_by_number(key.entity, key.key);
      if (!resident) return resident.error();
      // Without its row (evicted, or an entity that the schema has no more) the label has nothing to count for.
      if (*resident == nullptr) continue;
      if (!Memory::history(**resident).label(event_entry->time_ms, event_entry->sequence, value)) continue;
      memory.remember_rows(**resident, event_entry->time_ms, row);
    }
  }
  if (waits) memory.remember_waiting_label(label.event_id, progress.clock_ms, value);
  out.audit.clear();
  out.decision.clear();
  out.flags = 0;
  audit::append_label(head(progress), input, {label.event_id, label.fraud, label.known_at_ms, waits}, out.audit);
  finish(progress, audit::Kind::kLabel, out);
  return {};
}

// --- From the audit record instead of the input ----------------------------------------------------------------------

Status Step::recorded(const audit::ParsedRecord& record, audit::RecordReader& reader, Output& out) {
  auto& s = *state_;
  progress.clock_ms = record.head.clock_ms;
  switch (record.kind) {
    case audit::Kind::kTransaction:
    case audit::Kind::kDuplicate: {
      if (record.kind == audit::Kind::kTransaction) {
        if (auto status = reader.fill_event(s.schema, s.event); !status) return status;
      } else {
        s.event.clear();
        s.event.id = s.event.keep(record.event_id);
      }
      return s.screen(progress, &record.input, record.input.digest, out, nullptr);
    }
    case audit::Kind::kDeadLetter:
      out.reject = record.reject;
      s.dead_letter(progress, record.input, out);
      return {};
    case audit::Kind::kLabel:
      return s.attach_label(progress, record.input, {record.event_id, record.fraud, record.known_at_ms}, out);
    case audit::Kind::kStart:
    case audit::Kind::kPolicy:
      break;
  }
  return Error{"a start or policy record is not a step"};
}

// --- The engine's own records ----------------------------------------------------------------------------------------

void Step::start(std::int64_t clock_ms, const audit::StartFacts& facts, Output& out) {
  auto& s = *state_;
  s.advance_clock(progress, clock_ms);
  out.audit.clear();
  out.decision.clear();
  audit::append_start(s.head(progress), facts, out.audit);
  s.finish(progress, audit::Kind::kStart, out);
}

void Step::policy_record(std::int64_t clock_ms, Output& out) {
  auto& s = *state_;
  s.advance_clock(progress, clock_ms);
  std::vector<audit::FileView> files;
  for (const auto& file : s.policy->files) files.push_back({file.path, file.text});
  out.audit.clear();
  out.decision.clear();
  audit::append_policy(s.head(progress), s.policy->hash, files, out.audit);
  s.finish(progress, audit::Kind::kPolicy, out);
}

}  // namespace weir::shard
