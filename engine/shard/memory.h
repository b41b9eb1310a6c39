// What the shard remembers: entities' histories (hot ones here, all of them in the store), event ids with their first
// decision, labels that wait for their event, the catalogue. Changes gather until cut() puts them into an epoch's
// batch.
//
// Without a store everything stays in memory: replay, backtest, features, the oracle of the simulator.
// One thread: the shard's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/features/feature_set.h"
#include "engine/history/catalogue.h"
#include "engine/history/row_codec.h"
#include "engine/shard/event_entry.h"
#include "engine/state/store.h"

namespace weir::shard {

class HistoryFetcher;
class ListStore;

struct MemoryOptions {
  std::size_t max_history_bytes = 1U << 30U;  // of histories held in memory; more are dropped, long unused ones first
  std::size_t max_known_ids = 8U << 20U;      // fingerprints of event ids that save a look into the store
  // Reads ahead what expect() names; of the same store. Not owned; nullptr: the store is read when it is asked for.
  HistoryFetcher* fetcher = nullptr;
};

struct MemoryFigures {
  std::uint64_t history_hits = 0;
  std::uint64_t history_misses = 0;  // entities fetched from the store (also new ones)
  std::uint64_t entities = 0;        // with those of predecessors
  std::uint64_t history_bytes = 0;
};

// One entity in memory. Handed out by Memory::entity(); valid until the next trim().
struct Resident;

class Memory {
 public:
  // `store` may be nullptr and is not owned. Fails if the stored catalogue or waiting labels can't be read.
  // `predecessor`, or nullptr: a memory of another policy with the same schema over the same store, into which all of
  // it is written. What it holds is taken over when it is asked for, so that nobody waits for the disk.
  static Result<std::unique_ptr<Memory>> create(std::shared_ptr<const event::Schema> schema,
                                                const features::FeatureSet& features, state::Store* store,
                                                const MemoryOptions& options,
                                                std::unique_ptr<Memory> predecessor = nullptr);
  ~Memory();

  history::Catalogue& catalogue();
  ListStore& lists();

  // The history of an entity (index into Schema::entities), fetched if need be, empty if it is new.
  Result<Resident*> entity(std::uint32_t entity, std::string_view key);
  // The same by the entity's permanent number; nullptr if the schema has no such entity any more.
  Result<Resident*> entity_by_number(std::uint32_t number, std::string_view key);
  std::uint32_t entity_number(std::uint32_t entity) const;

  // entity() will soon be called for this: begins to fetch it. What is in memory is handed out at once, not as used yet
  // (use() says so), but on its way into the CPU's cache; else nullptr.
  Resident* expect(std::uint32_t entity, std::string_view key);
  void use(Resident& expected);
  // How often trim() has made residents invalid.
  std::uint64_t trims() const;

  static history::EntityHistory& history(Resident& resident);

  // `entries` (row_codec.h) were added to the history and are to be stored. `newest_ms`: greatest event time in them.
  void remember_rows(Resident& resident, std::int64_t newest_ms, std::string_view entries);
  const history::RowCodec& codec() const;

  // The entries of an event id, oldest first.
  Result<std::vector<state::Store::Entry>> find_event(std::string_view event_id);
  // `clock_ms` never goes back.
  void remember_event(std::string_view event_id, std::int64_t clock_ms, std::string_view entry);
  // Without a store: forgets those that came at or before the cutoff. A store drops them in its own time.
  void drop_events(std::int64_t cutoff_ms);

  bool any_label_waits() const;
  // The labels that wait for this event id, in the order in which they came; they wait no longer.
  std::vector<history::LabelEntry> take_waiting_labels(std::string_view event_id);
  // `clock_ms` never goes back.
  void remember_waiting_label(std::string_view event_id, std::int64_t clock_ms, const history::LabelEntry& label);
  // Labels that came at or before the cutoff wait no longer; the store drops them in its own time (Store::set_expiry).
  void drop_waiting_labels(std::int64_t cutoff_ms);

  // Puts all changes since the last cut into `batch`. They count as unwritten until written(): entities with unwritten
  // changes stay in memory. At most one cut may be unwritten.
  void cut(state::Batch& batch);
  void written();
  // Drops what is over the bounds. Residents handed out before are invalid afterwards.
  void trim();

  MemoryFigures figures() const;

 private:
  struct State;
  explicit Memory(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::shard
