#include "engine/history/dictionary.h"

#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/history/wide.h"

namespace weir::history {
namespace {

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

constexpr std::uint64_t kSeed = 0x9E3779B97F4A7C15;
constexpr std::uint64_t kStep = 0xD1B54A32D192ED03;
constexpr std::uint64_t kFinal = 0x8CB92BA72F3D8DD7;

std::uint64_t hash_number(std::uint64_t cell, std::uint16_t currency) {
  std::uint64_t x = cell + kSeed * (currency + 1ULL);
  // Each step can be undone, so different numbers of one currency never collide.
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = kSeed ^ fold(text.size() + kStep, kFinal);
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    hash = fold(hash ^ word, kStep);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, text.data() + at, text.size() - at);
  return fold(fold(hash ^ rest, kStep), kFinal);
}

}  // namespace

DistinctKey::DistinctKey(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kString:
      is_text = true;
      text = value.as_string();
      hash = hash_text(text);
      return;
    case ValueKind::kTimestamp:
      cell = static_cast<std::uint64_t>(value.seconds()) * 1'000'000 + value.nanoseconds() / 1000;
      break;
    case ValueKind::kMoney:
      cell = static_cast<std::uint64_t>(value.minor_units());
      currency = value.currency();
      break;
    case ValueKind::kDouble:
      cell = value.as_double() == 0.0 ? 0 : value.as_uint64();
      break;
    case ValueKind::kBool:
    case ValueKind::kInt64:
      cell = value.as_uint64();
      break;
    default:
      WEIR_CHECK(false, "a history's value is of a field's kind");
  }
  hash = hash_number(cell, currency);
}

Dictionary::~Dictionary() {
  for (const Entry& entry : entries_) {
    if (entry.users != 0 && entry.is_text) delete[] text_of(entry).data();
  }
}

std::string_view Dictionary::text_of(const Entry& entry) {
  return {reinterpret_cast<const char*>(static_cast<std::uintptr_t>(entry.cell)), entry.length};
}

bool Dictionary::same(const Entry& entry, const DistinctKey& key) const {
  if (entry.hash != key.hash || entry.is_text != key.is_text) return false;
  if (entry.is_text) return text_of(entry) == key.text;
  return entry.cell == key.cell && entry.currency == key.currency;
}

std::size_t Dictionary::slot_of(const DistinctKey& key) const {
  const std::size_t mask = table_.size() - 1;
  for (std::size_t slot = key.hash & mask;; slot = (slot + 1) & mask) {
    const Slot& at = table_[slot];
    if (at.number == 0 || (at.tag == tag_of(key.hash) && same(entries_[at.number - 1], key))) return slot;
  }
}

std::uint32_t Dictionary::find(const DistinctKey& key) const {
  if (table_.empty()) return kAbsent;
  const std::uint32_t found = table_[slot_of(key)].number;
  return found == 0 ? kAbsent : found - 1;
}

std::uint32_t Dictionary::acquire(const DistinctKey& key) {
  if (2 * (live_ + std::size_t{1}) > table_.size()) grow();
  Slot& slot = table_[slot_of(key)];
  if (slot.number != 0) {
    ++entries_[slot.number - 1].users;
    return slot.number - 1;
  }
  std::uint32_t id = 0;
  if (free_.empty()) {
    id = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  Entry& entry = entries_[id];
  entry.hash = key.hash;
  entry.users = 1;
  entry.currency = key.currency;
  entry.is_text = key.is_text;
  entry.cell = key.cell;
  entry.length = static_cast<std::uint32_t>(key.text.size());
  if (key.is_text) {
    char* copy = new char[key.text.size()];
    std::memcpy(copy, key.text.data(), key.text.size());
    entry.cell = reinterpret_cast<std::uintptr_t>(copy);
    text_bytes_ += key.text.size();
  }
  slot = {id + 1, tag_of(key.hash)};
  ++live_;
  return id;
}

void Dictionary::release(std::uint32_t id) {
  Entry& entry = entries_[id];
  WEIR_CHECK(entry.users != 0, "a value's number is released as often as it was acquired");
  if (--entry.users != 0) return;
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = entry.hash & mask;
  while (table_[hole].number != id + 1) hole = (hole + 1) & mask;
  // Close the gap: whoever stands behind it in the same run and may stand earlier moves up.
  for (std::size_t next = (hole + 1) & mask; table_[next].number != 0; next = (next + 1) & mask) {
    const std::size_t home = table_[next].tag & mask;
    if (((next - home) & mask) >= ((next - hole) & mask)) {
      table_[hole] = table_[next];
      hole = next;
    }
  }
  table_[hole] = {};
  if (entry.is_text) {
    text_bytes_ -= entry.length;
    delete[] text_of(entry).data();
  }
  entry = Entry{};
  free_.push_back(id);
  --live_;
}

void Dictionary::grow() {
  const std::size_t size = table_.empty() ? 64 : table_.size() * 2;
  WEIR_CHECK(size <= std::size_t{1} << 32, "a column has fewer than 2^31 different values");
  std::vector<Slot, HugePages<Slot>> larger(size);
  for (const Slot& each : table_) {
    if (each.number == 0) continue;
    std::size_t slot = each.tag & (size - 1);
    while (larger[slot].number != 0) slot = (slot + 1) & (size - 1);
    larger[slot] = each;
  }
  table_ = std::move(larger);
}

std::size_t Dictionary::memory_bytes() const {
  return table_.capacity() * sizeof(Slot) + entries_.capacity() * sizeof(Entry) +
         free_.capacity() * sizeof(std::uint32_t) + text_bytes_;
}

}  // namespace weir::history
