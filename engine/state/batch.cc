#include <rocksdb/write_batch.h>

#include <algorithm>

#include "engine/state/batch_state.h"
#include "engine/state/keys.h"

namespace weir::state {
namespace {

// Eight bytes from `at` as a number that compares as they do; what is beyond the end counts as zero.
std::uint64_t eight_bytes(std::string_view key, std::size_t at) {
  std::uint64_t number = 0;
  for (std::size_t i = at; i < at + 8; ++i) {
    number = number << 8U | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  }
  return number;
}

}  // namespace

Batch::State::State() : sorted(std::make_unique<rocksdb::WriteBatch>()) {}
Batch::State::~State() = default;

void Batch::State::end(Kind kind) {
  auto& write = writes.back();
  write.kind = kind;
  write.value_size = static_cast<std::uint32_t>(bytes.size() - write.at - write.key_size);
}

std::string_view Batch::State::key_of(const Write& write) const {
  return std::string_view(bytes).substr(write.at, write.key_size);
}

// A WriteBatch fails only for want of memory, which ends the process anyway; PermitUncheckedError says so to RocksDB.
rocksdb::WriteBatch& Batch::State::in_key_order() {
  for (auto& write : writes) {
    write.head = eight_bytes(key_of(write), 0);
    write.second = eight_bytes(key_of(write), 8);
  }
  std::sort(writes.begin(), writes.end(), [this](const Write& a, const Write& b) {
    if (a.head != b.head) return a.head < b.head;
    if (a.second != b.second) return a.second < b.second;
    const auto order = key_of(a).compare(key_of(b));
    return order != 0 ? order < 0 : a.at < b.at;
  });
  sorted->Clear();
  for (const auto& write : writes) {
    const auto whole = key_of(write);
    const rocksdb::Slice key(whole.data(), whole.size());
    const rocksdb::Slice value(whole.data() + whole.size(), write.value_size);
    switch (write.kind) {
      case Kind::kMerge:
        sorted->Merge(key, value).PermitUncheckedError();
        break;
      case Kind::kPut:
        sorted->Put(key, value).PermitUncheckedError();
        break;
      case Kind::kDelete:
        sorted->Delete(key).PermitUncheckedError();
        break;
    }
  }
  return *sorted;
}

Batch::Batch() : state_(std::make_unique<State>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

void Batch::append_rows(std::uint32_t entity, std::string_view key, std::uint32_t chunk, std::int64_t newest_ms,
                        std::string_view entries) {
  auto& s = *state_;
  s.begin();
  append_entity_prefix(s.bytes, kHistoryTable, entity, key);
  append_big_endian(s.bytes, chunk);
  s.value();
  append_frame(s.bytes, newest_ms, entries);
  s.end(State::Kind::kMerge);
}

void Batch::put_first_seen(std::uint32_t entity, std::string_view key, std::int64_t first_seen_ms) {
  auto& s = *state_;
  s.begin();
  append_entity_prefix(s.bytes, kFirstSeenTable, entity, key);
  s.value();
  append_frame(s.bytes, first_seen_ms, {});
  s.end(State::Kind::kPut);
}

void Batch::append_event(std::string_view event_id, std::int64_t clock_ms, std::string_view entry) {
  auto& s = *state_;
  s.begin();
  s.bytes.append(1, kEventTable).append(event_id);
  s.value();
  append_frame(s.bytes, clock_ms, entry);
  s.end(State::Kind::kMerge);
}

void Batch::append_waiting_label(std::string_view event_id, std::int64_t clock_ms, std::string_view entry) {
  auto& s = *state_;
  s.begin();
  s.bytes.append(1, kLabelTable).append(event_id);
  s.value();
  append_frame(s.bytes, clock_ms, entry);
  s.end(State::Kind::kMerge);
}

void Batch::remove_waiting_labels(std::string_view event_id) {
  auto& s = *state_;
  s.begin();
  s.bytes.append(1, kLabelTable).append(event_id);
  s.value();
  s.end(State::Kind::kDelete);
}

void Batch::put_list_entry(std::string_view list, std::string_view value, std::string_view entry) {
  auto& s = *state_;
  s.begin();
  append_list_key(s.bytes, list, value);
  s.value();
  s.bytes.append(entry);
  s.end(State::Kind::kPut);
}

void Batch::remove_list_entry(std::string_view list, std::string_view value) {
  auto& s = *state_;
  s.begin();
  append_list_key(s.bytes, list, value);
  s.value();
  s.end(State::Kind::kDelete);
}

void Batch::put_catalogue(std::uint8_t kind, std::uint32_t number, std::string_view name) {
  auto& s = *state_;
  s.begin();
  s.bytes.append(1, kCatalogueTable).push_back(static_cast<char>(kind));
  append_big_endian(s.bytes, number);
  s.value();
  s.bytes.append(name);
  s.end(State::Kind::kPut);
}

void Batch::put_position(std::string_view position) {
  auto& s = *state_;
  s.begin();
  s.bytes.append(kPositionKey);
  s.value();
  s.bytes.append(position);
  s.end(State::Kind::kPut);
}

void Batch::put_policy(std::string_view hash, std::string_view files) {
  auto& s = *state_;
  s.begin();
  s.bytes.append(kPolicyKeyStart).append(hash);
  s.value();
  s.bytes.append(files);
  s.end(State::Kind::kPut);
}

void Batch::clear() {
  state_->bytes.clear();
  state_->writes.clear();
}
std::size_t Batch::bytes() const { return state_->bytes.size(); }

}  // namespace weir::state
