// The writes of a Batch, as they were given and as RocksDB takes them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/state/store.h"

namespace rocksdb {
class WriteBatch;
}

namespace weir::state {

struct Batch::State {
  enum class Kind : std::uint8_t { kMerge, kPut, kDelete };
  struct Write {
    // The key's first 16 bytes as numbers: most comparisons need no more.
    std::uint64_t head = 0;
    std::uint64_t second = 0;
    std::size_t at = 0;  // in `bytes`; the value follows the key
    std::uint32_t key_size = 0;
    std::uint32_t value_size = 0;
    Kind kind = Kind::kMerge;
  };

  std::string bytes;
  std::vector<Write> writes;
  std::unique_ptr<rocksdb::WriteBatch> sorted;

  State();
  ~State();

  // A write: begin(), append the key to `bytes`, value(), append the value, end().
  void begin() { writes.emplace_back().at = bytes.size(); }
  void value() { writes.back().key_size = static_cast<std::uint32_t>(bytes.size() - writes.back().at); }
  void end(Kind kind);

  std::string_view key_of(const Write& write) const;
  // Neighbours in the memtable one after the other: a sorted batch costs three fifths of an unsorted one. Writes to the
  // same key stay in their order. Valid until the next call.
  rocksdb::WriteBatch& in_key_order();
};

}  // namespace weir::state
