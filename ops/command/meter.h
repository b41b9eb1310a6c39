// Measures a running engine: what the metrics show, what stands as stage times in audit records, what `weir run
// --watch` prints. Nothing here influences a decision.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/shard/runner.h"
#include "ops/command/duration_histogram.h"

namespace prometheus {
class Registry;
}

namespace weir::command {

// One payment that was not approved.
struct Flagged {
  std::string decision;  // JSON
};

class Meter final : public shard::Observer, public shard::StageClock {
 public:
  explicit Meter(std::size_t max_in_flight);
  ~Meter() override;

  std::shared_ptr<prometheus::Registry> registry() const;

  // shard::StageClock
  void begin() override;
  void done(Stage stage, std::uint64_t earlier_ns) override;
  std::uint64_t elapsed_ns() const override;
  std::span<const audit::Stage> stages() const override { return stages_; }

  // shard::Observer
  void taken(std::size_t records) override;
  void stepped(const topic::Record& record, const shard::Output& output) override;
  void audited(std::uint64_t sequence) override;
  void delivered(std::uint64_t sequence) override;
  void recovered(std::uint64_t records) override;
  void epoch_cut(std::size_t bytes) override;
  void epoch_written() override;
  void live(std::uint64_t generation) override;
  void policy_taken(std::shared_ptr<const policy::Policy> policy, std::uint64_t sequence) override;
  void shadow_taken(std::shared_ptr<const policy::Policy> policy, std::uint64_t sequence) override;
  void shadow_refused(const policy::Policy& policy, std::string_view why) override;
  void warning(std::string_view text) override;

  // A new policy or a change of lists had faults: what was in force goes on.
  void policy_refused(const Issues& issues);
  // The hash of the policy that decides; empty before the first one.
  const std::string& policy_hash() const;
  // Of the one in its shadow; empty if there is none.
  std::string shadow_hash() const { return shadow_ == nullptr ? "" : shadow_->hash; }

  // Brings what was counted since the last call to the registry: some times a second, not per record.
  void publish(const shard::MemoryFigures& memory, const state::StoreFigures& store);
  void set_lag(const std::string& topic, std::int32_t partition, std::int64_t lag);

  // For people: since the last take_period().
  struct Period {
    std::uint64_t records = 0;
    std::array<std::uint64_t, 3> outcomes{};
    std::uint64_t dead_letters = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t late = 0;
    std::uint64_t labels = 0;
    DurationHistogram latency;  // from taking the record off its topic to the acknowledged decision
  };
  Period take_period();
  const Period& total() const { return total_; }
  // The flagged decisions since the last call, newest last, at most a screenful.
  std::vector<Flagged> take_flagged();

 private:
  void publish_rules();
  void count_shadow(const shard::Output& output);
  struct Metrics;
  std::unique_ptr<Metrics> metrics_;
  std::vector<std::int64_t> taken_ns_;  // by sequence, modulo
  std::int64_t polled_ns_ = 0;
  std::int64_t stage_start_ns_ = 0;
  std::vector<audit::Stage> stages_;
  std::array<DurationHistogram, std::size(shard::kStageNames)> stage_durations_;
  DurationHistogram audit_latency_;
  DurationHistogram latency_;
  std::int64_t epoch_cut_ns_ = 0;
  std::shared_ptr<const policy::Policy> policy_;
  std::vector<std::uint64_t> rule_hits_;  // since the last publish()
  std::vector<std::uint64_t> rule_errors_;
  std::shared_ptr<const policy::Policy> shadow_;
  std::vector<std::uint64_t> shadow_hits_;
  std::vector<std::uint64_t> shadow_errors_;
  Period period_;
  Period total_;
  std::deque<Flagged> flagged_;
};

}  // namespace weir::command
