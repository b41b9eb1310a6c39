// Epochs of one core: cut, wait until everything before the cut is delivered, write, forget.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/shard/core.h"
#include "engine/shard/epoch_writer.h"
#include "engine/shard/position.h"
#include "engine/shard/recorded_policy.h"
#include "engine/state/store.h"

namespace weir::shard {

class Epochs {
 public:
  Epochs(state::Store& store, EpochWriter& writer, std::int64_t epoch_ms, std::int64_t sync_ms);

  // The position that the store holds already; nobody knows whether it was synced.
  void resume(const Position& position) { written_ = position; }

  // Whether a new epoch should be cut: none is under way and the time has come.
  bool due(std::int64_t now_ms) const { return phase_ == Phase::kIdle && now_ms >= next_cut_ms_; }
  bool idle() const { return phase_ == Phase::kIdle; }

  // Takes core's changes and the position that they lead to. `sync`: this one must survive a power failure at once.
  void cut(Core& core, const Position& position, std::int64_t now_ms, bool sync);
  std::size_t cut_bytes() const { return batch_.bytes(); }

  // Goes on once everything below the cut is delivered. True when the epoch has just been written.
  Result<bool> pump(Core& core, std::uint64_t delivered_below);
  // The position of the epoch that was written last.
  const Position& written() const { return written_; }
  // Whether it survives a power failure for certain.
  bool written_survives() const { return written_survives_; }

 private:
  enum class Phase : std::uint8_t { kIdle, kWaiting, kWriting };

  state::Store& store_;
  EpochWriter& writer_;
  std::int64_t epoch_ms_;
  std::int64_t sync_ms_;
  Phase phase_ = Phase::kIdle;
  state::Batch batch_;
  Position cut_;
  Position written_;
  bool written_survives_ = false;
  std::string stored_policy_;
  std::string stored_shadow_;
  std::int64_t next_cut_ms_ = INT64_MIN;
  std::int64_t next_sync_ms_ = INT64_MIN;
  bool sync_ = false;
};

}  // namespace weir::shard
