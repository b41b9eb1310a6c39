#include "engine/state/store.h"

#include <rocksdb/db.h>
#include <rocksdb/statistics.h>
#include <rocksdb/write_batch.h>

#include <filesystem>
#include <utility>

#include "engine/state/batch_state.h"
#include "engine/state/keys.h"
#include "engine/state/rocksdb_options.h"

namespace weir::state {
namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error failure(const std::string& what, const rocksdb::Status& status) {
  std::string message = "state store: " + what + ": " + status.ToString();
  if (status.IsNoSpace()) message += "; free some space and start again, nothing is lost";
  return {std::move(message)};
}

// Both of RocksDB's sentences: the lock is another process's, or this one's own.
bool is_locked(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const auto text = status.ToString();
  return text.find("While lock file") != std::string::npos ||
         text.find("lock hold by current process") != std::string::npos;
}

std::string table_key(char table, std::string_view rest) {
  std::string key(1, table);
  key.append(rest);
  return key;
}

Result<std::vector<Store::Entry>> entries_of(std::string_view frames, const std::string& what) {
  std::vector<Store::Entry> entries;
  while (!frames.empty()) {
    const auto frame = take_frame(frames);
    if (!frame) return Error{"state store: damaged entry of " + what};
    entries.push_back({frame->time_ms, std::string(frame->bytes)});
  }
  return entries;
}

}  // namespace

struct Store::State {
  std::shared_ptr<SharedExpiry> expiry = std::make_shared<SharedExpiry>();
  std::shared_ptr<rocksdb::Statistics> statistics;
  std::unique_ptr<rocksdb::DB> db;

  Result<std::optional<std::string>> meta(std::string_view key) const {
    std::string value;
    const auto status = db->Get({}, slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return failure("reading " + std::string(key.substr(1)), status);
    return std::optional<std::string>(std::move(value));
  }

  // Every row of a table; `take` gets key and value.
  template <class Take>
  Status scan(char table, const std::string& what, Take take) const {
    rocksdb::ReadOptions read;
    read.total_order_seek = true;
    std::unique_ptr<rocksdb::Iterator> it(db->NewIterator(read));
    for (it->Seek(rocksdb::Slice(&table, 1)); it->Valid() && !it->key().empty() && it->key()[0] == table; it->Next()) {
      if (auto status = take(view(it->key()), view(it->value())); !status) return status;
    }
    if (!it->status().ok()) return failure("reading " + what, it->status());
    return {};
  }
};

Store::Store() : state_(std::make_unique<State>()) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  std::unique_ptr<Store> store(new Store);
  auto& state = *store->state_;
  const auto db_options = rocksdb_options(options, state.expiry);
  state.statistics = db_options.statistics;
  if (options.read_only && !std::filesystem::exists(options.directory + "/CURRENT")) {
    return Error{"there is no state in " + options.directory};
  }
  // Flushes and compactions can wait, decisions can't.
  for (const auto pool : {rocksdb::Env::HIGH, rocksdb::Env::LOW}) {
    db_options.env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow).PermitUncheckedError();
  }
  rocksdb::DB* db = nullptr;
  const auto status = options.read_only ? rocksdb::DB::OpenForReadOnly(db_options, options.directory, &db)
                                        : rocksdb::DB::Open(db_options, options.directory, &db);
  if (!status.ok()) {
    if (is_locked(status)) {
      return Error{"state directory " + options.directory + " is in use by another weir process (" + status.ToString() +
                   ")"};
    }
    return failure("opening " + options.directory, status);
  }
  state.db.reset(db);

  const std::string wanted = std::to_string(kFormatVersion) + " shard " + std::to_string(options.shard);
  std::string found;
  const auto format = db->Get({}, slice(kFormatKey), &found);
  if (format.IsNotFound()) {
    const std::unique_ptr<rocksdb::Iterator> any(db->NewIterator({}));
    any->SeekToFirst();
    if (any->Valid() || options.read_only) {
      return Error{options.directory + " is no state directory of weir: it holds " +
                   (any->Valid() ? "another program's database" : "no state yet")};
    }
    if (const auto put = db->Put({}, slice(kFormatKey), wanted); !put.ok()) return failure("writing the format", put);
  } else if (!format.ok()) {
    return failure("reading the format", format);
  } else if (found != wanted) {
    return Error{"state directory " + options.directory + " holds format " + found + ", and this weir reads format " +
                 wanted + ": use the weir that wrote it, or rebuild the state into a new directory with --rebuild"};
  }
  return store;
}

Result<std::optional<std::string>> Store::position() const { return state_->meta(kPositionKey); }

Result<std::optional<std::string>> Store::read_policy(std::string_view hash) const {
  return state_->meta(std::string(kPolicyKeyStart).append(hash));
}

Status Store::write(Batch& batch) {
  const auto status = state_->db->Write({}, &batch.state_->in_key_order());
  return status.ok() ? Status() : failure("writing an epoch", status);
}

Status Store::sync() {
  if (const auto status = state_->db->SyncWAL(); !status.ok()) return failure("syncing", status);
  return {};
}

void Store::set_expiry(const Expiry& expiry) {
  state_->expiry->history_cutoff_ms.store(expiry.history_cutoff_ms, std::memory_order_relaxed);
  state_->expiry->event_cutoff_ms.store(expiry.event_cutoff_ms, std::memory_order_relaxed);
}

bool Store::may_hold_entity(std::uint32_t entity, std::string_view key) const {
  // First-seen times are put with an entity's first rows and never go.
  std::string name;
  append_entity_prefix(name, kFirstSeenTable, entity, key);
  std::string ignored;
  return state_->db->KeyMayExist({}, name, &ignored);
}

Result<StoredEntity> Store::read_entity(std::uint32_t entity, std::string_view key) const {
  StoredEntity stored;
  std::string prefix;
  append_entity_prefix(prefix, kHistoryTable, entity, key);
  rocksdb::ReadOptions read;
  read.prefix_same_as_start = true;
  std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator(read));
  for (it->Seek(prefix); it->Valid(); it->Next()) {
    stored.open_chunk = read_big_endian(view(it->key()).substr(prefix.size()));
    auto frames = view(it->value());
    auto& chunk = stored.chunks.emplace_back();
    while (!frames.empty()) {
      const auto frame = take_frame(frames);
      if (!frame) return Error{"state store: damaged history of entity " + std::string(key)};
      chunk.append(frame->bytes);
    }
    stored.open_chunk_bytes = chunk.size();
  }
  if (!it->status().ok()) return failure("reading an entity", it->status());

  prefix[0] = kFirstSeenTable;
  std::string value;
  const auto status = state_->db->Get({}, prefix, &value);
  if (status.ok()) {
    std::string_view rest = value;
    const auto frame = take_frame(rest);
    if (!frame) return Error{"state store: damaged first-seen time of entity " + std::string(key)};
    stored.first_seen_ms = frame->time_ms;
  } else if (!status.IsNotFound()) {
    return failure("reading a first-seen time", status);
  }
  return stored;
}

Result<std::vector<Store::Entry>> Store::read_event(std::string_view event_id) const {
  std::string value;
  const auto status = state_->db->Get({}, table_key(kEventTable, event_id), &value);
  if (status.IsNotFound()) return std::vector<Entry>();
  if (!status.ok()) return failure("reading an event id", status);
  return entries_of(value, "event id " + std::string(event_id));
}

Result<bool> Store::holds_events() const {
  rocksdb::ReadOptions read;
  read.total_order_seek = true;
  std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator(read));
  it->Seek(rocksdb::Slice(&kEventTable, 1));
  if (!it->status().ok()) return failure("looking for event ids", it->status());
  return it->Valid() && it->key().starts_with(rocksdb::Slice(&kEventTable, 1));
}

Result<std::vector<Store::WaitingLabel>> Store::read_waiting_labels() const {
  std::vector<WaitingLabel> labels;
  const auto status = state_->scan(kLabelTable, "waiting labels", [&](std::string_view key, std::string_view value) {
    auto entries = entries_of(value, "a waiting label");
    if (!entries) return Status(entries.error());
    labels.push_back({std::string(key.substr(1)), std::move(*entries)});
    return Status();
  });
  if (!status) return status.error();
  return labels;
}

Result<std::vector<Store::ListEntry>> Store::read_lists() const {
  std::vector<ListEntry> entries;
  const auto status = state_->scan(kListTable, "lists", [&](std::string_view key, std::string_view value) {
    const std::size_t name = key.size() < 2 ? 0 : static_cast<unsigned char>(key[1]);
    if (key.size() < 2 + name) return Status(Error{"state store: damaged key of a list"});
    entries.push_back({std::string(key.substr(2, name)), std::string(key.substr(2 + name)), std::string(value)});
    return Status();
  });
  if (!status) return status.error();
  return entries;
}

Result<std::vector<Store::CatalogueEntry>> Store::read_catalogue() const {
  std::vector<CatalogueEntry> entries;
  const auto status = state_->scan(kCatalogueTable, "the catalogue", [&](std::string_view key, std::string_view value) {
    if (key.size() != 6) return Status(Error{"state store: damaged catalogue key"});
    entries.push_back({static_cast<std::uint8_t>(key[1]), read_big_endian(key.substr(2)), std::string(value)});
    return Status();
  });
  if (!status) return status.error();
  return entries;
}

StoreFigures Store::figures() const {
  const auto& stats = *state_->statistics;
  StoreFigures figures;
  std::uint64_t size = 0;
  if (state_->db->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &size)) figures.bytes_on_disk = size;
  figures.bytes_written = stats.getTickerCount(rocksdb::WAL_FILE_BYTES) +
                          stats.getTickerCount(rocksdb::FLUSH_WRITE_BYTES) +
                          stats.getTickerCount(rocksdb::COMPACT_WRITE_BYTES);
  figures.bytes_read =
      stats.getTickerCount(rocksdb::BLOCK_CACHE_BYTES_WRITE) + stats.getTickerCount(rocksdb::COMPACT_READ_BYTES);
  figures.cache_hits = stats.getTickerCount(rocksdb::BLOCK_CACHE_HIT);
  figures.cache_misses = stats.getTickerCount(rocksdb::BLOCK_CACHE_MISS);
  return figures;
}

Status Store::settle() {
  if (const auto status = state_->db->Flush({}); !status.ok()) return failure("flushing", status);
  rocksdb::CompactRangeOptions compact;
  if (const auto status = state_->db->CompactRange(compact, nullptr, nullptr); !status.ok()) {
    return failure("compacting", status);
  }
  return {};
}

}  // namespace weir::state
