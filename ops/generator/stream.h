// Sends a part of the stream somewhere.
#pragma once

#include <cstdint>
#include <functional>

#include "engine/base/result.h"
#include "ops/generator/generator.h"

namespace weir::generator {

// Where records go: files, topics. Called from one thread, in stream order.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  // May wait, which paces the stream.
  virtual Status write(const GeneratedRecord& record) = 0;
  // After the last record; without it nothing is promised to be complete.
  virtual Status finish() = 0;
};

struct StreamLimit {
  std::uint64_t transactions = 0;  // records on the transactions topic, duplicates and malformed ones included; 0: any
  std::int64_t until_ms = 0;       // stream time of the first record that is left out; 0: none
  std::function<bool()> keep_going;  // asked before each record; empty: always
};

struct StreamCounts {
  std::uint64_t transactions = 0;
  std::uint64_t labels = 0;
  std::uint64_t fraud = 0;  // events that are fraud, each counted once
  std::uint64_t lookalikes = 0;
  std::uint64_t late = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t malformed = 0;
  std::int64_t last_stream_time_ms = 0;
};

// Writes records until a limit is reached, then finishes the sink. Stops at the sink's first error.
Result<StreamCounts> write_stream(Generator& generator, const StreamLimit& limit, RecordSink& sink);

}  // namespace weir::generator
