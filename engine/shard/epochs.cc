#include "engine/shard/epochs.h"

#include "engine/base/check.h"

namespace weir::shard {

Epochs::Epochs(state::Store& store, EpochWriter& writer, std::int64_t epoch_ms, std::int64_t sync_ms)
    : store_(store), writer_(writer), epoch_ms_(epoch_ms), sync_ms_(sync_ms) {}

void Epochs::cut(Core& core, const Position& position, std::int64_t now_ms, bool sync) {
  WEIR_CHECK(phase_ == Phase::kIdle, "one epoch at a time");
  batch_.clear();
  core.memory->cut(batch_);
  const auto keep = [&](const policy::Policy& policy, std::string& stored) {
    if (stored == policy.hash) return;
    batch_.put_policy(policy.hash, policy_bytes(policy));
    stored = policy.hash;
  };
  keep(*core.policy, stored_policy_);
  if (core.shadow != nullptr) keep(*core.shadow, stored_shadow_);
  batch_.put_position(position_text(position));
  cut_ = position;
  sync_ = sync || now_ms >= next_sync_ms_;
  if (sync_) next_sync_ms_ = now_ms + sync_ms_;
  next_cut_ms_ = now_ms + epoch_ms_;
  phase_ = Phase::kWaiting;
}

Result<bool> Epochs::pump(Core& core, std::uint64_t delivered_below) {
  if (phase_ == Phase::kWaiting && delivered_below >= cut_.progress.next_sequence) {
    writer_.start(batch_, sync_);
    phase_ = Phase::kWriting;
  }
  if (phase_ != Phase::kWriting) return false;
  const auto result = writer_.done();
  if (!result) return false;
  if (!*result) return result->error();
  core.memory->written();
  core.memory->trim();
  written_ = cut_;
  written_survives_ = sync_;
  if (sync_) {
    // No recovery can go back behind a synced epoch, so what is beyond its history may be dropped.
    store_.set_expiry({cut_.progress.history_cutoff_ms, cut_.progress.event_cutoff_ms});
  }
  phase_ = Phase::kIdle;
  return true;
}

}  // namespace weir::shard
