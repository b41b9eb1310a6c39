// The records of a history file, plain or compressed (.gz, .xz, .zst by content, not by name): lines of JSON (.jsonl,
// .ndjson, .json) or CSV rows (.csv), by the name without the compression ending. A byte order mark at the beginning
// and empty lines are passed over; a line may end in CR LF, and the last one without any. A CSV row goes on over line
// ends inside of quotes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace weir::event {

enum class FileFormat : std::uint8_t { kJsonLines, kCsv };

inline constexpr std::size_t kMaxFileRecordBytes = std::size_t{64} << 20U;

class FileRecords {
 public:
  // "-" reads stdin as JSON lines.
  static Result<FileRecords> open(const std::string& path);
  ~FileRecords();
  FileRecords(FileRecords&&) noexcept;
  FileRecords& operator=(FileRecords&&) noexcept;

  FileFormat format() const;
  std::string_view csv_header() const;  // kCsv

  // The next record, without its line end; false at the end. The view lives until the next call. A failure is of the
  // file (truncated or corrupt compression, I/O, a record over kMaxFileRecordBytes), not of a record's content; there
  // is no going on after it.
  Result<bool> next(std::string_view& record);
  std::uint64_t line() const;         // 1-based line at which the current record begins
  std::uint64_t bytes_read() const;   // of the file as stored, for a progress bar
  std::uint64_t bytes_total() const;  // 0 if not known

 private:
  struct State;
  explicit FileRecords(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::event
