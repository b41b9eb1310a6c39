// The header of a CSV file, and its rows cut into as many cells.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/event/csv_row.h"
#include "engine/event/reject.h"

namespace weir::event {

// One thread.
class CsvTable {
 public:
  // A byte order mark before the header is passed over.
  static Result<CsvTable> create(std::string_view header);

  // The column's place, if there is one; an error if it is there twice.
  Result<std::optional<std::uint32_t>> find(std::string_view name) const;

  // Cuts a row; on false `reject` says why. At most `max_bytes` are allowed.
  bool split(std::string_view bytes, std::uint32_t max_bytes, Reject& reject);
  // Of the last row that was cut without fault: as many as the header has. They live as long as that row and until the
  // next split().
  std::span<const RawText> cells() const { return row_.cells(); }

 private:
  std::vector<std::string> columns_;
  CsvRow row_;
};

}  // namespace weir::event
