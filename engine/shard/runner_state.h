// What runner.cc and recovery.cc share. Private to this folder.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "engine/shard/author.h"
#include "engine/shard/epochs.h"
#include "engine/shard/input_feed.h"
#include "engine/shard/position.h"
#include "engine/shard/recorded_policy.h"
#include "engine/shard/runner.h"

namespace weir::shard {

struct Runner::State {
  State(const Ports& the_ports, std::shared_ptr<const policy::Policy> the_policy, RunnerOptions the_options,
        Observer* the_observer, StageClock* the_stages)
      : ports(the_ports),
        wanted_policy(std::move(the_policy)),
        options(std::move(the_options)),
        observer(the_observer),
        stages(the_stages),
        feed(*ports.inputs),
        outbox(*ports.audit, *ports.decisions, *ports.dead_letters, options.outbox, observer),
        epochs(*ports.store, *ports.epochs, options.epoch_ms, options.sync_ms) {}

  enum class Phase : std::uint8_t { kRecovering, kAnnouncing, kLive, kStopping, kStopped };

  Ports ports;
  std::shared_ptr<const policy::Policy> wanted_policy;
  std::shared_ptr<const policy::Policy> wanted_shadow;
  RunnerOptions options;
  Observer* observer;
  StageClock* stages;

  Phase phase = Phase::kRecovering;
  bool stop_requested = false;
  Core core;      // none until a policy is known
  Progress base;  // progress while there is no core
  InputFeed feed;
  Outbox outbox;
  Epochs epochs;
  Output output;
  std::vector<topic::Record> polled;

  // Recovery.
  audit::RecordReader record_reader;
  audit::ParsedRecord parsed;
  std::deque<std::pair<std::int64_t, std::string>> audit_ahead;
  std::int64_t next_audit_offset = 0;
  std::int64_t audit_end = 0;
  std::uint64_t recovered_records = 0;
  Author author;
  bool position_stored = false;  // the state directory is not fresh any more
  PolicyParts policy_parts;      // that the stream had so far
  bool policy_recorded = false;  // the core's policy stands on the audit stream
  bool empty_memory = false;     // nothing was stepped since the state directory was fresh
  std::uint64_t generation = 0;  // ours, once we announce ourselves
  std::uint64_t announced_below = 0;
  bool gap_sought = false;

  // Lists that may differ from what is wanted, and the one that is being recorded.
  policy::ListContents wanted_lists;
  bool lists_differ = false;

  Progress& progress() { return core.step ? core.step->progress : base; }
  Position position();
  Status use_policy(std::shared_ptr<const policy::Policy> policy, std::shared_ptr<const policy::Policy> shadow);
  bool shadow_is(std::string_view hash) const { return (core.shadow ? core.shadow->hash : "") == hash; }
  bool shadow_is_wanted() const { return !shadow_is(wanted_shadow ? wanted_shadow->hash : ""); }
  // Whether everything is delivered and written, so that the core can be exchanged; works towards it. `sync`: it
  // survives a power failure, too; another core reads what is written in either case.
  Result<bool> settle(std::int64_t now_ms, bool sync);

  Status open();
  Status open_without_position(const topic::OffsetRange& audit);
  Status open_position(const Position& position, const topic::OffsetRange& audit);

  Result<bool> recover(std::int64_t now_ms);
  Result<bool> read_audit();
  Result<bool> recover_record(std::int64_t now_ms);
  Result<bool> recover_input(const audit::ParsedRecord& recorded);
  Status check_same(const audit::ParsedRecord& recorded) const;
  Status recover_start(const audit::ParsedRecord& recorded);
  Status add_policy_part(const audit::ParsedRecord& recorded);
  Result<bool> recover_policy(const audit::ParsedRecord& recorded, std::int64_t now_ms);
  Result<bool> announce(std::int64_t now_ms);
  Status check_token_key(const std::string& key_id) const;

  Result<bool> take_policy(std::int64_t now_ms);
  Result<bool> take_shadow(std::int64_t now_ms);
  // Whether the core goes on under these policies; false while what is under way is written first.
  Result<bool> exchange(std::int64_t now_ms, std::shared_ptr<const policy::Policy> policy,
                        std::shared_ptr<const policy::Policy> shadow);
  void record_policy(std::int64_t now_ms);
  void record_shadow(std::int64_t now_ms);
  void record_parts(std::int64_t now_ms, const policy::Policy& policy, bool shadow);
  bool puts_in_force_what_is(const audit::ParsedRecord& recorded) const;
  Result<std::shared_ptr<const policy::Policy>> stored_policy(const std::string& hash, PolicyUse use);
  Result<bool> record_lists(std::int64_t now_ms);
  Result<bool> recover_list(const audit::ParsedRecord& recorded);
  Result<bool> take_input(std::int64_t now_ms);
  bool is_label(const topic::Record& record) const { return record.topic >= options.first_label_topic; }
  Input input_of(const topic::Record& record, std::int64_t now_ms) const;
  bool expect(const topic::Record& record, std::int64_t now_ms);
  Status consume(const topic::Record& record, std::int64_t now_ms);
  void deliver(const topic::Record* record, bool on_stream);
  Result<bool> look_into_gap();
  Status leave_audit();
  Result<bool> pump_epochs(std::int64_t now_ms);
};

}  // namespace weir::shard
