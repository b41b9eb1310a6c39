#include "engine/state/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include "engine/state/keys.h"
#include "engine/state/log_file.h"

namespace weir::state {
namespace {

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// value + operand: appending rows needs no read of what is there.
class Concatenate final : public rocksdb::AssociativeMergeOperator {
 public:
  bool Merge(const rocksdb::Slice&, const rocksdb::Slice* existing, const rocksdb::Slice& value, std::string* merged,
             rocksdb::Logger*) const override {
    merged->clear();
    if (existing != nullptr) {
      merged->reserve(existing->size() + value.size());
      merged->assign(existing->data(), existing->size());
    }
    merged->append(value.data(), value.size());
    return true;
  }
  const char* Name() const override { return "weir.Concatenate"; }
};

// The part of a key that one lookup shares: an entity's chunks, or the whole key elsewhere.
class EntityPrefix final : public rocksdb::SliceTransform {
 public:
  const char* Name() const override { return "weir.EntityPrefix"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    return {key.data(), entity_prefix_length(view(key))};
  }
  bool InDomain(const rocksdb::Slice& key) const override { return entity_prefix_length(view(key)) > 0; }
};

class Expire final : public rocksdb::CompactionFilter {
 public:
  explicit Expire(std::shared_ptr<SharedExpiry> expiry) : expiry_(std::move(expiry)) {}
  const char* Name() const override { return "weir.Expire"; }

  Decision FilterV2(int, const rocksdb::Slice& key, ValueType type, const rocksdb::Slice& value, std::string*,
                    std::string*) const override {
    // Merge operands are kept: a later compaction sees them as one value.
    if (type != ValueType::kValue || key.empty()) return Decision::kKeep;
    std::int64_t cutoff = 0;
    switch (key[0]) {
      case kHistoryTable:
        cutoff = expiry_->history_cutoff_ms.load(std::memory_order_relaxed);
        break;
      case kEventTable:
      case kLabelTable:
        cutoff = expiry_->event_cutoff_ms.load(std::memory_order_relaxed);
        break;
      default:
        return Decision::kKeep;
    }
    auto rest = view(value);
    while (!rest.empty()) {
      const auto frame = take_frame(rest);
      if (!frame || frame->time_ms > cutoff) return Decision::kKeep;
    }
    return Decision::kRemove;
  }

 private:
  std::shared_ptr<SharedExpiry> expiry_;
};

class ExpireFactory final : public rocksdb::CompactionFilterFactory {
 public:
  explicit ExpireFactory(std::shared_ptr<SharedExpiry> expiry) : expiry_(std::move(expiry)) {}
  const char* Name() const override { return "weir.ExpireFactory"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<Expire>(expiry_);
  }

 private:
  std::shared_ptr<SharedExpiry> expiry_;
};

}  // namespace

rocksdb::Options rocksdb_options(const StoreOptions& options, std::shared_ptr<SharedExpiry> expiry) {
  rocksdb::Options db;
  if (options.environment != nullptr) db.env = options.environment;
  db.create_if_missing = true;
  // Another process may be the one that writes there.
  db.info_log = open_log_file(options.read_only ? std::string() : options.directory);
  db.write_buffer_size = options.write_buffer_bytes;
  db.max_background_jobs = 2;
  // Batches come sorted from one thread: each insertion starts from where the last one of its table was.
  db.allow_concurrent_memtable_write = false;
  db.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  db.compaction_style = rocksdb::kCompactionStyleLevel;
  db.level_compaction_dynamic_level_bytes = true;
  db.compression = rocksdb::kLZ4Compression;
  db.bottommost_compression = rocksdb::kZSTD;
  db.bytes_per_sync = 1U << 20U;
  // After a crash the longest undamaged prefix of the write-ahead file counts; the audit stream has the rest.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.merge_operator = std::make_shared<Concatenate>();
  db.prefix_extractor = std::make_shared<EntityPrefix>();
  db.compaction_filter_factory = std::make_shared<ExpireFactory>(std::move(expiry));
  db.statistics = rocksdb::CreateDBStatistics();
  db.statistics->set_stats_level(rocksdb::StatsLevel::kExceptDetailedTimers);
  db.keep_log_file_num = 4;
  db.max_open_files = 512;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.cache_bytes);
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.whole_key_filtering = true;
  table.block_size = 8192;
  // Whole index and filter blocks are megabytes at millions of accounts, and push each other out of a small cache.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.metadata_block_size = 4096;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;
  db.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return db;
}

}  // namespace weir::state
