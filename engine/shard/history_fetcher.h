// Reads histories from the store before they are needed, off the decision thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "engine/base/result.h"
#include "engine/state/store.h"

namespace weir::shard {

// All calls come from the shard's thread. What was begun for an entity must be taken before anything new of it is
// written to the store: Memory sees to that, for it takes when it makes the entity resident, and writes what is
// resident alone.
class HistoryFetcher {
 public:
  virtual ~HistoryFetcher() = default;
  // Begins to read an entity. Nothing happens if it is begun already.
  virtual void begin(std::uint32_t entity, std::string_view key) = 0;
  // What begin() has led to, waiting for it if need be; it is forgotten. nullopt if it was not begun.
  virtual std::optional<Result<state::StoredEntity>> take(std::uint32_t entity, std::string_view key) = 0;
};

// `store` is not owned. `threads` is 1 or more.
std::unique_ptr<HistoryFetcher> make_threaded_history_fetcher(const state::Store& store, int threads);
// Reads within begin(): the same order on every run, for the simulator.
std::unique_ptr<HistoryFetcher> make_inline_history_fetcher(const state::Store& store);

}  // namespace weir::shard
