// Drives the step for one shard: input to audit to output, epochs, recovery, a clean stop. It never blocks and reads no
// clock: whoever calls pump() says what time it is and waits in between. One thread.
//
// The audit stream is the write-ahead log. Starting, the runner loads the last epoch, reads the audit stream from
// there, reads those inputs again at their offsets, runs the step with the recorded clock, checks that every hashed
// part comes out the same, and emits the decisions again. Then it appends a start record of its own and goes live.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/policy/list_entries.h"
#include "engine/shard/core.h"
#include "engine/shard/epoch_writer.h"
#include "engine/shard/outbox.h"
#include "engine/shard/recorded_policy.h"
#include "engine/shard/step.h"
#include "engine/topic/topic.h"

namespace weir::shard {

// What a runner needs from outside. Nothing is owned; all of it outlives the runner.
struct Ports {
  topic::Reader* inputs = nullptr;        // transaction topics first, then label topics
  topic::Reader* audit_reader = nullptr;  // the audit topic alone
  topic::Writer* audit = nullptr;
  topic::Writer* decisions = nullptr;
  topic::Writer* dead_letters = nullptr;
  state::Store* store = nullptr;
  EpochWriter* epochs = nullptr;
};

// Told what happens; measures and logs. Must not influence anything.
class Observer : public DeliveryObserver {
 public:
  virtual void taken(std::size_t records) = 0;  // off the inputs, to be stepped now
  virtual void stepped(const topic::Record& record, const Output& output) = 0;
  virtual void recovered(std::uint64_t records) = 0;
  virtual void epoch_cut(std::size_t bytes) = 0;
  virtual void epoch_written() = 0;
  virtual void live(std::uint64_t generation) = 0;
  // It decides from record `sequence` on.
  virtual void policy_taken(std::shared_ptr<const policy::Policy> policy, std::uint64_t sequence) = 0;
  // This one is in its shadow from record `sequence` on; nullptr: none is.
  virtual void shadow_taken(std::shared_ptr<const policy::Policy> policy, std::uint64_t sequence) = 0;
  // It can't be, for this reason.
  virtual void shadow_refused(const policy::Policy& policy, std::string_view why) = 0;
  virtual void warning(std::string_view text) = 0;
};

enum class Begin : std::uint8_t {
  kContinue,  // from the state directory; a fresh one only on a fresh audit stream
  kRebuild,   // an empty state directory, filled from audit stream and inputs
  kAnew,      // an empty state directory that knows nothing of what the audit stream tells but the positions
};

struct RunnerOptions {
  CoreOptions core;
  std::string engine;  // this instance's id: unique among engines that may meet on one stream
  std::string build;
  std::string token_key_id;
  std::uint32_t first_label_topic = UINT32_MAX;  // inputs from this index on are label topics
  Begin begin = Begin::kContinue;
  std::int64_t epoch_ms = 200;
  std::int64_t sync_ms = 1000;                       // how often an epoch is made to survive a power failure
  std::size_t policy_part_bytes = kPolicyPartBytes;  // a larger policy stands in several records
  std::size_t max_poll = 512;
  OutboxOptions outbox;
};

class Runner {
 public:
  // `observer` and `stages` may be nullptr.
  static Result<std::unique_ptr<Runner>> open(const Ports& ports, std::shared_ptr<const policy::Policy> policy,
                                              RunnerOptions options, Observer* observer, StageClock* stages);
  ~Runner();

  // The policy that decides from now on: taken between two inputs, with a record of its own. If it keeps histories in
  // another way, what is under way is written first.
  void want_policy(std::shared_ptr<const policy::Policy> policy);
  // The policy that is in its shadow from now on (shadow.h); nullptr: none. It stays so when another policy decides, if
  // it can.
  void want_shadow(std::shared_ptr<const policy::Policy> policy);
  // The entries that the policy's lists should have from now on. What differs is recorded, list by list, before the
  // next input is taken; lists that are not named stay as they are.
  void want_lists(policy::ListContents contents);

  // One round of everything that can go on now; whether anything did. An error is final: stop, mend, start again.
  Result<bool> pump(std::int64_t now_ms);

  // Takes nothing more, delivers what is in flight, writes the last epoch.
  void request_stop();
  bool stopped() const;
  bool live() const;

  // The sequence number of the next audit record.
  std::uint64_t next_sequence() const;
  std::int64_t last_consumed(std::uint32_t topic, std::int32_t partition) const;  // -1: none
  const Core* core() const;

 private:
  struct State;
  explicit Runner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::shard
