#include "engine/event/file_records.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "engine/event/byte_stream.h"
#include "engine/event/csv_row.h"

namespace weir::event {
namespace {

constexpr std::size_t kFirstBufferBytes = 256 << 10;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool ends_with_any(std::string_view name, std::span<const std::string_view> endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [name](std::string_view ending) { return name.ends_with(ending); });
}

Result<FileFormat> format_of(const std::string& path) {
  constexpr std::string_view kCompressed[] = {".gz", ".xz", ".zst"};
  constexpr std::string_view kJson[] = {".jsonl", ".ndjson", ".json"};
  constexpr std::string_view kCsv[] = {".csv"};
  if (path == "-") return FileFormat::kJsonLines;
  std::string_view name = path;
  if (ends_with_any(name, kCompressed)) name = name.substr(0, name.rfind('.'));
  if (ends_with_any(name, kJson)) return FileFormat::kJsonLines;
  if (ends_with_any(name, kCsv)) return FileFormat::kCsv;
  return Error{"`" + path +
               "`: the name says neither JSON lines (.jsonl, .ndjson, .json) nor CSV (.csv), each with or without .gz, "
               ".xz or .zst behind"};
}

}  // namespace

struct FileRecords::State {
  State(std::string file_name, FileFormat file_format, ByteStream byte_stream)
      : name(std::move(file_name)), format(file_format), stream(std::move(byte_stream)), buffer(kFirstBufferBytes) {}

  std::string_view unread() const { return {buffer.data() + begin, end - begin}; }
  Error too_long() const {
    return Error{"`" + name + "`: the record at line " + std::to_string(next_line_number) + " has more than " +
                 std::to_string(kMaxFileRecordBytes >> 20U) + " MiB"};
  }
  std::size_t find_line_end();
  Result<bool> fill();
  Status skip_byte_order_mark();
  Result<bool> next_line(std::string_view& record);

  std::string name;
  FileFormat format;
  ByteStream stream;
  std::vector<char> buffer;
  std::size_t begin = 0;  // of what was not handed out yet
  std::size_t end = 0;
  std::size_t scanned = 0;  // from `begin` on, without finding the line's end
  bool at_end = false;
  CsvRowEnd row_end;
  std::string header;
  std::uint64_t line = 0;
  std::uint64_t next_line_number = 1;
};

// The place of the line feed behind the current record, npos if it is not in the buffer.
std::size_t FileRecords::State::find_line_end() {
  const std::string_view rest = unread().substr(scanned);
  const std::size_t found = format == FileFormat::kCsv ? row_end.find(rest) : rest.find('\n');
  const std::size_t place = found == std::string_view::npos ? found : scanned + found;
  scanned = found == std::string_view::npos ? unread().size() : 0;
  return place;
}

// Reads more behind what is unread. False at the end of the file.
Result<bool> FileRecords::State::fill() {
  if (end - begin > kMaxFileRecordBytes + 1) return too_long();  // one more for a carriage return
  if (begin > 0) {
    std::memmove(buffer.data(), buffer.data() + begin, end - begin);
    end -= begin;
    begin = 0;
  }
  if (end == buffer.size()) buffer.resize(buffer.size() * 2);
  auto count = stream.read(buffer.data() + end, buffer.size() - end);
  if (!count.ok()) return count.error();
  end += *count;
  return *count > 0;
}

// The next line or row, be it empty.
Result<bool> FileRecords::State::next_line(std::string_view& record) {
  std::size_t length = find_line_end();
  while (length == std::string_view::npos && !at_end) {
    const auto more = fill();
    if (!more.ok()) return more.error();
    if (*more) {
      length = find_line_end();
    } else {
      at_end = true;
    }
  }
  const bool has_line_end = length != std::string_view::npos;
  if (!has_line_end) length = unread().size();
  if (!has_line_end && length == 0) return false;
  record = unread().substr(0, length);
  begin += length + (has_line_end ? 1 : 0);
  scanned = 0;
  if (record.ends_with('\r')) record.remove_suffix(1);
  if (record.size() > kMaxFileRecordBytes) return too_long();
  line = next_line_number;
  next_line_number += static_cast<std::uint64_t>(std::count(record.begin(), record.end(), '\n')) + 1;
  return true;
}

Status FileRecords::State::skip_byte_order_mark() {
  while (!at_end && unread().size() < kByteOrderMark.size()) {
    const auto more = fill();
    if (!more.ok()) return more.error();
    at_end = !*more;
  }
  if (unread().starts_with(kByteOrderMark)) begin += kByteOrderMark.size();
  return {};
}

Result<FileRecords> FileRecords::open(const std::string& path) {
  auto format = format_of(path);
  if (!format.ok()) return format.error();
  auto stream = ByteStream::open(path);
  if (!stream.ok()) return stream.error();
  FileRecords records(std::make_unique<State>(path, *format, std::move(*stream)));
  if (auto skipped = records.state_->skip_byte_order_mark(); !skipped.ok()) return skipped.error();
  if (*format == FileFormat::kCsv) {
    std::string_view header;
    auto found = records.next(header);
    if (!found.ok()) return found.error();
    if (!*found) return Error{"`" + path + "`: the CSV file has no header"};
    records.state_->header.assign(header);
  }
  return records;
}

FileRecords::FileRecords(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileRecords::~FileRecords() = default;
FileRecords::FileRecords(FileRecords&&) noexcept = default;
FileRecords& FileRecords::operator=(FileRecords&&) noexcept = default;

FileFormat FileRecords::format() const { return state_->format; }
std::string_view FileRecords::csv_header() const { return state_->header; }
std::uint64_t FileRecords::line() const { return state_->line; }
std::uint64_t FileRecords::bytes_read() const { return state_->stream.bytes_read(); }
std::uint64_t FileRecords::bytes_total() const { return state_->stream.bytes_total(); }

Result<bool> FileRecords::next(std::string_view& record) {
  do {
    auto found = state_->next_line(record);
    if (!found.ok() || !*found) return found;
  } while (record.empty());
  return true;
}

}  // namespace weir::event
