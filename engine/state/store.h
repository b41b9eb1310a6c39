// What survives the process: every entity's stored past, event ids with their first decision, labels that wait, the
// catalogue, and the position in inputs and audit stream. RocksDB stands behind it.
//
// An epoch is one Batch, written atomically: either all of it is there after a crash or none, and never a later epoch
// without an earlier one. Reads see what was written, not what is still in a Batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace rocksdb {
class Env;
}

namespace weir::state {

inline constexpr std::uint32_t kFormatVersion = 1;

struct StoreOptions {
  std::string directory;
  std::uint32_t shard = 0;
  std::size_t cache_bytes = 256U << 20U;  // blocks, indexes and filters
  std::size_t write_buffer_bytes = 64U << 20U;
  // Looks at the state as it stands, also while an engine runs on it; nothing can be written.
  bool read_only = false;
  // The simulator puts a file system that loses what was not synced here; nullptr is the real one. Not owned.
  rocksdb::Env* environment = nullptr;
};

// Rows of this kind whose time is at or before the cutoff are dropped when RocksDB compacts. Only what no recovery can
// need any more may be given: cutoffs of a position that is synced.
struct Expiry {
  std::int64_t history_cutoff_ms = INT64_MIN;  // event time
  std::int64_t event_cutoff_ms = INT64_MIN;    // clock at arrival
};

// What is stored of one entity.
struct StoredEntity {
  // Entries of engine/history/row_codec.h in the order of arrival, one string per chunk.
  std::vector<std::string> chunks;
  std::uint32_t open_chunk = 0;      // the chunk that the next append goes to, or the one after it if that is full
  std::size_t open_chunk_bytes = 0;  // of its entries
  std::optional<std::int64_t> first_seen_ms;
};

// The writes of one epoch; those to the same key happen in the order given. Reused: clear() keeps the memory. Giving is
// a copy; the work is done by Store::write().
class Batch {
 public:
  Batch();
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;

  // Appends `entries` to a chunk of an entity; `newest_ms` is the greatest event time among them. What was stored
  // before is not read and not written again.
  void append_rows(std::uint32_t entity, std::string_view key, std::uint32_t chunk, std::int64_t newest_ms,
                   std::string_view entries);
  void put_first_seen(std::uint32_t entity, std::string_view key, std::int64_t first_seen_ms);
  // An event id's entry; further ones of the same id are appended behind it. `clock_ms` is for Expiry.
  void append_event(std::string_view event_id, std::int64_t clock_ms, std::string_view entry);
  void append_waiting_label(std::string_view event_id, std::int64_t clock_ms, std::string_view entry);
  void remove_waiting_labels(std::string_view event_id);
  // An entry of a named list; a name has at most 255 bytes.
  void put_list_entry(std::string_view list, std::string_view value, std::string_view entry);
  void remove_list_entry(std::string_view list, std::string_view value);
  void put_catalogue(std::uint8_t kind, std::uint32_t number, std::string_view name);
  void put_position(std::string_view position);
  // Policies stay retrievable by hash.
  void put_policy(std::string_view hash, std::string_view files);

  void clear();
  std::size_t bytes() const;

 private:
  friend class Store;
  struct State;
  std::unique_ptr<State> state_;
};

struct StoreFigures {
  std::uint64_t bytes_on_disk = 0;
  std::uint64_t bytes_written = 0;  // by flushes, compactions and the write-ahead file, since open
  std::uint64_t bytes_read = 0;     // from files, since open
  std::uint64_t cache_hits = 0;
  std::uint64_t cache_misses = 0;
};

// Reads may come from any thread; write() and sync() from one thread at a time.
class Store {
 public:
  // Fails if the directory is of another format version or shard, is in use by another process, or is damaged.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();

  // Empty if nothing was ever written: a fresh directory.
  Result<std::optional<std::string>> position() const;

  Status write(Batch& batch);
  // Everything written so far survives a power failure.
  Status sync();
  void set_expiry(const Expiry& expiry);

  // False: nothing of this entity was ever stored. True is no promise. Never reads from a file.
  bool may_hold_entity(std::uint32_t entity, std::string_view key) const;
  Result<StoredEntity> read_entity(std::uint32_t entity, std::string_view key) const;
  // The entries of an event id, oldest first, each with its clock_ms; empty if there is none.
  struct Entry {
    std::int64_t clock_ms = 0;
    std::string bytes;
  };
  Result<std::vector<Entry>> read_event(std::string_view event_id) const;

  // Whether any event id is stored.
  Result<bool> holds_events() const;

  struct WaitingLabel {
    std::string event_id;
    std::vector<Entry> entries;
  };
  Result<std::vector<WaitingLabel>> read_waiting_labels() const;  // all
  struct CatalogueEntry {
    std::uint8_t kind = 0;
    std::uint32_t number = 0;
    std::string name;
  };
  Result<std::vector<CatalogueEntry>> read_catalogue() const;  // in the order of kind, number

  struct ListEntry {
    std::string list;
    std::string value;
    std::string bytes;
  };
  Result<std::vector<ListEntry>> read_lists() const;  // all

  Result<std::optional<std::string>> read_policy(std::string_view hash) const;

  StoreFigures figures() const;
  // Flushes and compacts everything: for benches that count bytes.
  Status settle();

 private:
  Store();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::state
