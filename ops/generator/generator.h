// An endless stream of made-up payments of one bank, with fraud, honest look-alikes and labels that come later.
// README.md beside this file describes it as one describes a data set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ops/generator/options.h"

namespace weir::generator {

enum class StreamTopic : std::uint8_t { kTransactions, kLabels };

// The answer key of one record; never a part of its bytes.
struct RecordTruth {
  bool fraud = false;
  std::string_view typology;  // of fraud or of an honest look-alike; empty for ordinary life; static storage
};

struct GeneratedRecord {
  StreamTopic topic = StreamTopic::kTransactions;
  std::string key;    // the customer, "c-000123": all records of a customer, labels too, go to one partition
  std::string value;  // JSON without line breaks, unless malformed
  std::string id;     // the event's, or the one that a label is about; empty if malformed
  std::int64_t stream_time_ms = 0;  // when it reaches the stream; never less than the record's before it
  std::int64_t event_time_ms = 0;   // when it happened; for a label, known_at
  bool late = false;                // happened well before stream_time_ms
  bool duplicate = false;           // the same bytes came before
  bool malformed = false;           // an additional record that no reader may accept
  RecordTruth truth;
};

// One thread at a time. Memory is bounded by the options, not by how long it runs: some 150 bytes a customer, one day's
// plans, and what waits to be labelled.
class Generator {
 public:
  // `options` must pass check_options().
  explicit Generator(const GeneratorOptions& options);
  ~Generator();
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator&&) noexcept;

  // The next record of the stream; false once it has reached kStreamEndMs. Reuses the strings' memory.
  bool next(GeneratedRecord& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::generator
