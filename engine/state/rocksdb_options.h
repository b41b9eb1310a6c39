// How RocksDB is set up for the store: concatenation as the merge operator, prefix filters for entities, expiry at
// compaction. RocksDB's headers stay in the .cc files of this folder.
#pragma once

#include <atomic>
#include <memory>

#include "engine/state/store.h"

namespace rocksdb {
struct Options;
class Cache;
class Statistics;
}  // namespace rocksdb

namespace weir::state {

// Shared with RocksDB's compaction threads.
struct SharedExpiry {
  std::atomic<std::int64_t> history_cutoff_ms{INT64_MIN};
  std::atomic<std::int64_t> event_cutoff_ms{INT64_MIN};
};

rocksdb::Options rocksdb_options(const StoreOptions& options, std::shared_ptr<SharedExpiry> expiry);

}  // namespace weir::state
