// A state directory that goes with the test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/state/store.h"
#include "tests/engine/base/scratch_directory.h"

namespace weir::state {

using test::ScratchDirectory;

inline StoreOptions small_store(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.cache_bytes = 1U << 20U;
  options.write_buffer_bytes = 1U << 20U;
  return options;
}

inline std::unique_ptr<Store> store_of(const StoreOptions& options) {
  auto store = Store::open(options);
  EXPECT_TRUE(store.ok()) << (store.ok() ? "" : store.error().message);
  return store.ok() ? std::move(*store) : nullptr;
}

// Empty if it opens.
inline std::string fault_of_open(const StoreOptions& options) {
  auto store = Store::open(options);
  return store.ok() ? "" : store.error().message;
}

inline void write(Store& store, Batch& batch) {
  const auto status = store.write(batch);
  ASSERT_TRUE(status.ok()) << status.error().message;
  batch.clear();
}

inline StoredEntity stored(const Store& store, std::uint32_t entity, std::string_view key) {
  auto read = store.read_entity(entity, key);
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
  return read.ok() ? std::move(*read) : StoredEntity{};
}

// The entries of an event id as "clock:bytes".
inline std::vector<std::string> entries(const Store& store, std::string_view event_id) {
  std::vector<std::string> texts;
  const auto read = store.read_event(event_id);
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
  if (!read) return texts;
  for (const auto& entry : *read) texts.push_back(std::to_string(entry.clock_ms) + ":" + entry.bytes);
  return texts;
}

}  // namespace weir::state
