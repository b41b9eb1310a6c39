// The past that is played through policies: records in one order, from history files or from topics. Nothing is written
// and no position is kept, so that a running engine never notices.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/event/event.h"
#include "engine/event/file_records.h"
#include "engine/event/reader.h"
#include "engine/event/reject.h"
#include "engine/event/schema.h"
#include "engine/topic/topic.h"

namespace weir::backtest {

class Source {
 public:
  virtual ~Source() = default;

  // The next record; false at the end. Its bytes live until the next call.
  virtual Result<bool> next() = 0;
  virtual std::string_view bytes() const = 0;
  // Parses the record; false with a reason if that can't be.
  virtual bool read(event::Event& event, event::Reject& reject) = 0;
  // "payments.csv:17", "transactions/2@4711"
  virtual std::string origin() const = 0;
  // For a progress bar, in any unit; the total is 0 if it is not known.
  virtual std::uint64_t done() const = 0;
  virtual std::uint64_t total() const = 0;
};

// Files, one after the other, each in its own order. The schema outlives the source.
Result<std::unique_ptr<Source>> open_files(const std::vector<std::string>& paths, const event::Schema& schema,
                                           std::string_view token_key);

// Topics up to where they end now. Partitions have no order among each other: of their next records the one with the
// earliest event time comes first, equal ones by topic and partition. So the order is the same whenever it is played,
// though it need not be just the one in which an engine took them. `reader` is not yet sought.
Result<std::unique_ptr<Source>> open_topics(std::unique_ptr<topic::Reader> reader, const event::Schema& schema,
                                            std::string_view token_key);

}  // namespace weir::backtest
