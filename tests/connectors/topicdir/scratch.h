// A directory that goes with the test, and the few moves that every test of topic directories makes.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "connectors/topicdir/topicdir.h"
#include "tests/engine/base/scratch_directory.h"

namespace weir::topicdir {

using test::ScratchDirectory;

inline std::unique_ptr<topic::Writer> writer_of(const std::string& path, const WriterOptions& options = {}) {
  Result<std::unique_ptr<topic::Writer>> writer = open_writer(path, options);
  EXPECT_TRUE(writer.ok()) << (writer.ok() ? "" : writer.error().message);
  return writer.ok() ? std::move(*writer) : nullptr;
}

inline std::unique_ptr<topic::Reader> reader_of(const std::vector<std::string>& paths) {
  Result<std::unique_ptr<topic::Reader>> reader = open_reader(paths);
  EXPECT_TRUE(reader.ok()) << (reader.ok() ? "" : reader.error().message);
  return reader.ok() ? std::move(*reader) : nullptr;
}

inline bool wait_readable(int fd, int timeout_ms) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, timeout_ms) == 1;
}

// Collects acknowledgements until there are `count`, or 20 s have passed.
inline std::vector<topic::Acknowledgement> await_acknowledgements(topic::Writer& writer, std::size_t count) {
  std::vector<topic::Acknowledgement> all;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (all.size() < count && std::chrono::steady_clock::now() < limit) {
    wait_readable(writer.ready_fd(), 100);
    const Status status = writer.acknowledgements(all);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    if (!status) break;
  }
  EXPECT_EQ(all.size(), count);
  return all;
}

inline void append_all(topic::Writer& writer, std::int32_t partition, const std::vector<std::string>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    topic::NewRecord record;
    record.value = values[i];
    const Result<bool> appended = writer.append(partition, record, i);
    ASSERT_TRUE(appended.ok()) << appended.error().message;
    ASSERT_TRUE(*appended);
  }
  await_acknowledgements(writer, values.size());
}

// Polls until nothing comes any more; `status` is the last poll's.
inline std::vector<std::string> values_there(topic::Reader& reader, Status& status) {
  std::vector<std::string> values;
  std::vector<topic::Record> records;
  do {
    status = reader.poll(100, records);
    if (!status) break;
    for (const topic::Record& record : records) values.emplace_back(record.value.value_or("(none)"));
  } while (!records.empty());
  return values;
}

inline std::string file_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace weir::topicdir
