// The step: (memory, input, policy) -> (outputs, memory'). It reads no clock, opens nothing, draws nothing at random:
// the same inputs give the same bytes. Everything that drives Weir goes through here: live, recovery, replay, the
// simulator.
//
// One transaction's way can be read top to bottom in step.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "engine/audit/record.h"
#include "engine/event/reader.h"
#include "engine/features/feature_set.h"
#include "engine/model/input_reader.h"
#include "engine/policy/policy.h"
#include "engine/shard/memory.h"
#include "rules/cel/scratch.h"

namespace weir::shard {

// Where clock values come from.
enum class ClockSource : std::uint8_t {
  kGiven,  // with each input: the engine's wall clock live, the recorded value later
  // From the events: the greatest time that at least two have reached, so that one wrong date moves nothing. The same
  // event again is not a second one.
  kEvent,
};

// One consumed record.
struct Input {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t previous = -1;
  std::int64_t clock_ms = 0;  // ClockSource::kGiven; never goes back: a smaller one than before counts as that
  std::string_view value;     // empty for a tombstone
};

// What one input leads to. Reused from step to step; views live until the next step.
struct Output {
  audit::Kind kind = audit::Kind::kTransaction;
  std::uint64_t sequence = 0;
  std::string audit;  // the hashed part
  Digest leaf{};
  std::string decision;  // JSON, for transactions and duplicates; else empty
  event::Reject reject;  // dead letters
  book::Outcome outcome = book::Outcome::kApprove;
  std::int32_t score = 0;
  std::uint8_t flags = 0;
  // Of a transaction: what the rules said, and how that was weighed; nullptr else.
  const book::Verdicts* verdicts = nullptr;
  const decide::Outcome* weighed = nullptr;
  // The same by the policy in the shadow, if there is one.
  const book::Verdicts* shadow_verdicts = nullptr;
  const decide::Outcome* shadow_weighed = nullptr;
  std::optional<audit::ModelFacts> model;  // what the model said, if it looked at it
  std::optional<EventEntry::Alert> alert;
  std::vector<std::uint32_t> repeated;  // rules of the alert that had raised one about the same before, ascending
  // Of a transaction that models look at: what they may see, if Step::read_inputs() asked for it; nullptr else.
  const model::RawInputs* inputs = nullptr;
};

// Told when a stage of the step is done; the shell measures. Must not influence anything.
class StageClock {
 public:
  virtual ~StageClock() = default;
  enum Stage : std::uint8_t { kParse, kHistory, kFeatures, kModel, kRules, kDecide, kAudit, kAppend };
  virtual void begin() = 0;
  // `earlier_ns`: what was spent on it before begin().
  virtual void done(Stage stage, std::uint64_t earlier_ns) = 0;
  // Since begin() or the last done().
  virtual std::uint64_t elapsed_ns() const = 0;
  // What was measured since begin(): stands in the record, outside of the hash.
  virtual std::span<const audit::Stage> stages() const = 0;
};
inline constexpr std::string_view kStageNames[] = {"parse", "history", "features", "model",
                                                   "rules", "decide",  "audit",    "append"};

// What moves on from step to step besides Memory. Part of the position that an epoch stores.
struct Progress {
  std::uint64_t next_sequence = 0;
  std::int64_t clock_ms = 0;
  std::int64_t greatest_event_ms = INT64_MIN;  // ClockSource::kEvent: the one event ahead of the clock
  // What is gone for good, also for a later policy that keeps more: history rows whose event time is at or before the
  // first, event ids and waiting labels whose clock at arrival is at or before the second. No result depends on when
  // the store drops them. They never go back.
  std::int64_t history_cutoff_ms = INT64_MIN;
  std::int64_t event_cutoff_ms = INT64_MIN;
};

class Step {
 public:
  // `memory` was made for the same policy and `features`; none of them is owned but shared pointers. `token_key` may be
  // empty if the schema has no personal fields, or if only recorded events will be stepped.
  // `features` may hold more than the policy's own, behind them: those of the `shadow`, which may be nullptr.
  Step(std::shared_ptr<const policy::Policy> policy, features::FeatureSet& features, Memory& memory,
       std::string_view token_key, std::uint32_t shard, ClockSource clock_source,
       std::shared_ptr<const policy::Policy> shadow = nullptr);
  ~Step();

  Progress progress;

  // This record's transaction() comes soon, and in this order among those expected: it is read already and its
  // histories are fetched. False if enough are expected for now.
  bool expect(const Input& input, StageClock* stages = nullptr);
  // A failure is of the store, never of the input: bad input is a dead letter.
  Status transaction(const Input& input, Output& out, StageClock* stages = nullptr);
  Status label(const Input& input, Output& out);

  // The same from an audit record instead of the input's bytes. `record` is what `reader` read last.
  Status recorded(const audit::ParsedRecord& record, audit::RecordReader& reader, Output& out);

  // The engine's own records.
  void start(std::int64_t clock_ms, const audit::StartFacts& facts, Output& out);
  void policy_record(std::int64_t clock_ms, const audit::PolicyFacts& part, Output& out);
  // A change of the entries of a list, from the next record on.
  void list_record(std::int64_t clock_ms, const std::string& list, const book::ListDelta& delta, Output& out);

  // For files: an event that a FileRecords reader has parsed into event(). No audit record, no decision JSON.
  event::Event& event();
  Status parsed(const Digest& digest, Output& out);
  // For files: a label of an event that the step has taken. No audit record.
  Status learned(std::string_view event_id, const history::LabelEntry& label);

  // From now on each transaction's Output has the inputs that the policy declares; it must declare some.
  void read_inputs();

  const policy::Policy& policy() const;
  const std::vector<std::string>& slot_names() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::shard
