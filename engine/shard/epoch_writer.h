// Writes epochs to the store off the decision thread. One epoch at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/base/result.h"
#include "engine/state/store.h"

namespace weir::shard {

class EpochWriter {
 public:
  virtual ~EpochWriter() = default;
  // `batch` stays with the caller, untouched until done() says so. `sync`: also survive a power failure.
  virtual void start(state::Batch& batch, bool sync) = 0;
  // The result of the epoch that was started, once; nullopt while it is being written or if none was started.
  virtual std::optional<Status> done() = 0;
  // Becomes readable when done() has something; -1 if done() always has it at once.
  virtual int ready_fd() const = 0;
};

// On a thread of its own.
std::unique_ptr<EpochWriter> make_threaded_epoch_writer(state::Store& store);
// At once, on the caller's thread: for the simulator, where thread timing would make runs differ.
std::unique_ptr<EpochWriter> make_inline_epoch_writer(state::Store& store);

}  // namespace weir::shard
