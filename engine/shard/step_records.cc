#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/shard/list_store.h"
#include "engine/shard/step_state.h"

namespace weir::shard {

using history::CatalogueKind;

Step::State::State(std::shared_ptr<const policy::Policy> the_policy, features::FeatureSet& the_features,
                   Memory& the_memory, std::string_view token_key, std::uint32_t the_shard, ClockSource source,
                   std::shared_ptr<const policy::Policy> the_shadow)
    : policy(std::move(the_policy)),
      schema(*policy->schema),
      features(the_features),
      memory(the_memory),
      shard(the_shard),
      clock_source(source),
      event(schema, extra_slots()),
      slot_names(policy->slot_names()),
      lookahead(schema, features, memory, extra_slots()),
      judgement(*policy, features, memory.lists()),
      residents(schema.entities.size()),
      histories(schema.entities.size()),
      keys(schema.entities.size()) {
  if (!policy->has_personal_fields() || !token_key.empty()) {
    json.emplace(schema, token_key);
    labels.emplace(schema, token_key);
  }
  if (the_shadow != nullptr) shadow.emplace(std::move(the_shadow), *policy, features, memory.lists());
  for (std::uint32_t i = 0; i < policy->features.size(); ++i) {
    const auto& feature = policy->features[i];
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
  if (policy->model != nullptr) {
    const auto& model = *policy->model->model;
    const auto& hash = model.hash();
    model_number = catalogue.number(CatalogueKind::kModel, {reinterpret_cast<const char*>(hash.data()), hash.size()});
    for (const auto& group : model.manifest().reasons) {
      model_reason_numbers.push_back(catalogue.number(CatalogueKind::kReason, group.name));
    }
  }
  alerts.emplace(*policy, memory, rule_numbers);
}

Step::Step(std::shared_ptr<const policy::Policy> policy, features::FeatureSet& features, Memory& memory,
           std::string_view token_key, std::uint32_t shard, ClockSource clock_source,
           std::shared_ptr<const policy::Policy> shadow)
    : state_(std::make_unique<State>(std::move(policy), features, memory, token_key, shard, clock_source,
                                     std::move(shadow))) {}
Step::~Step() = default;

void Step::read_inputs() {
  WEIR_CHECK(state_->policy->inputs != nullptr, "the policy says what a model may look at");
  state_->inputs.emplace(state_->policy->inputs, state_->features);
}

event::Event& Step::event() { return state_->event; }
const policy::Policy& Step::policy() const { return *state_->policy; }
const std::vector<std::string>& Step::slot_names() const { return state_->slot_names; }

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
  return s.record_label(progress, place, label, out);
}

Status Step::learned(std::string_view event_id, const history::LabelEntry& label) {
  state_->advance_cutoffs(progress);
  const auto waits = state_->attach_label(progress, event_id, label);
  return waits ? Status() : Status(waits.error());
}

Status Step::State::record_label(Progress& progress, const audit::InputPlace& input, const event::Label& label,
                                 Output& out) {
  advance_cutoffs(progress);
  const auto waits = attach_label(progress, label.event_id, {label.fraud, label.known_at_ms});
  if (!waits) return waits.error();
  out.audit.clear();
  out.decision.clear();
  forget_transaction(out);
  audit::append_label(head(progress), input, {label.event_id, label.fraud, label.known_at_ms, *waits}, out.audit);
  finish(progress, audit::Kind::kLabel, out);
  return {};
}

Result<bool> Step::State::attach_label(const Progress& progress, std::string_view event_id,
                                       const history::LabelEntry& label) {
  memory.drop_waiting_labels(progress.event_cutoff_ms);
  auto stored = memory.find_event(event_id);
  if (!stored) return stored.error();
  bool waits = true;
  for (const auto& found : *stored) {
    if (found.clock_ms <= progress.event_cutoff_ms) continue;
    waits = false;
    auto event_entry = read_event_entry(found.bytes);
    if (!event_entry) return event_entry.error();
    row.clear();
    memory.codec().encode_label(event_entry->time_ms, event_entry->sequence, label, row);
    for (const auto& key : event_entry->keys) {
      auto resident = memory.entity_by_number(key.entity, key.key);
      if (!resident) return resident.error();
      // Without its row (evicted, or an entity that the schema has no more) the label has nothing to count for.
      if (*resident == nullptr) continue;
      if (!Memory::history(**resident).label(event_entry->time_ms, event_entry->sequence, label)) continue;
      memory.remember_rows(**resident, event_entry->time_ms, row);
    }
  }
  if (waits) memory.remember_waiting_label(event_id, progress.clock_ms, label);
  return waits;
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
      return s.record_label(progress, record.input, {record.event_id, record.fraud, record.known_at_ms}, out);
    case audit::Kind::kList:
      list_record(record.head.clock_ms, record.list, record.list_delta, out);
      return {};
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

void Step::policy_record(std::int64_t clock_ms, const audit::PolicyFacts& part, Output& out) {
  auto& s = *state_;
  s.advance_clock(progress, clock_ms);
  out.audit.clear();
  out.decision.clear();
  audit::append_policy(s.head(progress), part, out.audit);
  s.finish(progress, audit::Kind::kPolicy, out);
}

void Step::list_record(std::int64_t clock_ms, const std::string& list, const book::ListDelta& delta, Output& out) {
  auto& s = *state_;
  s.advance_clock(progress, clock_ms);
  s.memory.lists().apply(list, delta);
  out.audit.clear();
  out.decision.clear();
  audit::append_list(s.head(progress), {list, &delta, s.memory.lists().entries(list).size()}, out.audit);
  s.finish(progress, audit::Kind::kList, out);
}

}  // namespace weir::shard
