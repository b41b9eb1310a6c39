#include "engine/event/csv_table.h"

#include <algorithm>
#include <utility>

#include "engine/event/utf8.h"

namespace weir::event {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool refuse(Reject& reject, RejectReason reason, std::uint64_t offset, std::string detail) {
  reject.reason = reason;
  reject.field.clear();
  reject.byte_offset = offset;
  reject.detail = std::move(detail);
  return false;
}

}  // namespace

Result<CsvTable> CsvTable::create(std::string_view header) {
  if (header.starts_with(kByteOrderMark)) header.remove_prefix(kByteOrderMark.size());
  if (invalid_utf8_at(header)) return Error{"the CSV header is not UTF-8"};
  CsvTable table;
  if (const auto fault = table.row_.split(header)) {
    return Error{"the CSV header is malformed: " + std::string(fault->what)};
  }
  for (const RawText& cell : table.row_.cells()) table.columns_.emplace_back(cell.text);
  return table;
}

Result<std::optional<std::uint32_t>> CsvTable::find(std::string_view name) const {
  const auto first = std::find(columns_.begin(), columns_.end(), name);
  if (first == columns_.end()) return std::optional<std::uint32_t>();
  if (std::find(first + 1, columns_.end(), name) != columns_.end()) {
    return Error{"the CSV header has the column `" + std::string(name) + "` twice"};
  }
  return std::optional(static_cast<std::uint32_t>(first - columns_.begin()));
}

bool CsvTable::split(std::string_view bytes, std::uint32_t max_bytes, Reject& reject) {
  if (bytes.empty()) return refuse(reject, RejectReason::kEmptyRecord, 0, "the row is empty");
  if (bytes.size() > max_bytes) {
    return refuse(reject, RejectReason::kRecordTooLarge, max_bytes,
                  "the row has " + std::to_string(bytes.size()) + " bytes; at most " + std::to_string(max_bytes) +
                      " are allowed");
  }
  if (const auto offset = invalid_utf8_at(bytes)) {
    return refuse(reject, RejectReason::kInvalidUtf8, *offset, "the bytes are not UTF-8");
  }
  if (const auto fault = row_.split(bytes)) {
    return refuse(reject, RejectReason::kCsvQuote, fault->offset, std::string(fault->what));
  }
  if (cells().size() != columns_.size()) {
    return refuse(
        reject, RejectReason::kCsvColumns, bytes.size(),
        "the row has " + std::to_string(cells().size()) + " columns, the header " + std::to_string(columns_.size()));
  }
  return true;
}

}  // namespace weir::event
