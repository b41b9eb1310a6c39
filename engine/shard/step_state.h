// What step.cc (transactions) and step_records.cc (everything else) share. Private to this folder.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/event/label_reader.h"
#include "engine/shard/alerts.h"
#include "engine/shard/judgement.h"
#include "engine/shard/lookahead.h"
#include "engine/shard/shadow.h"
#include "engine/shard/step.h"

namespace weir::shard {

struct Step::State {
  State(std::shared_ptr<const policy::Policy> the_policy, features::FeatureSet& the_features, Memory& the_memory,
        std::string_view token_key, std::uint32_t the_shard, ClockSource source,
        std::shared_ptr<const policy::Policy> the_shadow);

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
  std::uint32_t model_number = 0;
  std::vector<std::uint32_t> model_reason_numbers;  // of the groups that the model's file names

  Sha256 sha256;
  Judgement judgement;
  std::optional<Shadow> shadow;
  std::optional<model::InputReader> inputs;
  model::RawInputs raw_inputs;
  std::optional<Alerts> alerts;
  std::optional<book::Outcome> controlled;  // what it would have been but for the control share
  std::vector<Resident*> residents;
  std::vector<history::EntityHistory*> histories;
  std::vector<std::string> keys;
  std::string row;
  std::string entry_bytes;
  EventEntry entry;
  std::vector<decide::ReasonText> reasons;
  std::vector<decide::ModelReason> model_reasons;
  std::vector<history::LabelEntry> waiting_labels;

  // Of events: behind the schema's slots those of the policy's features and lists, or of the features of both policies.
  std::uint32_t extra_slots() const {
    const auto lists = policy->rules->slot_count() - schema.slot_count();
    return std::max(lists, static_cast<std::uint32_t>(features.definitions().size()));
  }
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
  void decide(Output& out);
  void tell_of_model();
  void append_audit(const Progress& progress, const audit::InputPlace& input, Output& out);
  static void forget_transaction(Output& out);
  Status raise_alert(const Progress& progress, Output& out);
  void keep_feature_texts();
  void remember(const Progress& progress, const Digest& digest, const Output& out);
  std::optional<history::LabelEntry> inline_label() const;
  void append_decision(const Progress& progress, Output& out);
  // Whether it waits for its event.
  Result<bool> attach_label(const Progress& progress, std::string_view event_id, const history::LabelEntry& label);
  Status record_label(Progress& progress, const audit::InputPlace& input, const event::Label& label, Output& out);
  void dead_letter(Progress& progress, const audit::InputPlace& input, Output& out);
};

}  // namespace weir::shard
