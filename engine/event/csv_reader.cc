#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/event/csv_row.h"
#include "engine/event/event_builder.h"
#include "engine/event/reader.h"
#include "engine/event/utf8.h"

namespace weir::event {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string dotted(const std::vector<std::string>& path) {
  std::string out;
  for (const std::string& name : path) out += (out.empty() ? "" : ".") + name;
  return out;
}

std::string column_name(const Field& field) { return field.column.empty() ? dotted(field.path) : field.column; }

// The type may be read as a field besides: then it is in that field's column.
std::string type_column(const Schema& schema) {
  for (const Field& field : schema.fields) {
    if (field.path == schema.type_path) return column_name(field);
  }
  return dotted(schema.type_path);
}

// The column's place, kNowhere if there is none.
Result<std::uint32_t> find_column(const std::vector<std::string>& columns, const std::string& name) {
  const auto first = std::find(columns.begin(), columns.end(), name);
  if (first == columns.end()) return RawPlaces::kNowhere;
  if (std::find(first + 1, columns.end(), name) != columns.end()) {
    return Error{"the CSV header has the column `" + name + "` twice"};
  }
  return static_cast<std::uint32_t>(first - columns.begin());
}

// A field that only some event types require may be missing from a file that has none of these.
bool is_required_always(const Schema& schema, std::uint32_t slot) {
  const Field& field = schema.fields[slot];
  const std::uint32_t all_types = ~0U >> (32U - static_cast<std::uint32_t>(schema.event_types.size()));
  return slot == schema.id_slot || slot == schema.time_slot ||
         (field.required && (field.event_types & all_types) == all_types);
}

Result<RawPlaces> find_places(const Schema& schema, const std::vector<std::string>& columns) {
  RawPlaces places;
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    const Field& field = schema.fields[slot];
    std::uint32_t place = RawPlaces::kNowhere;
    if (field.derivation == Derivation::kNone) {
      const auto found = find_column(columns, column_name(field));
      if (!found.ok()) return found.error();
      place = *found;
      if (place == RawPlaces::kNowhere && is_required_always(schema, slot)) {
        return Error{"the CSV header has no column `" + column_name(field) + "` for the required field `" + field.name +
                     "`: name the column in schema.yaml, or make the field optional"};
      }
    }
    places.of_field.push_back(place);
  }
  if (!schema.type_path.empty()) {
    const auto found = find_column(columns, type_column(schema));
    if (!found.ok()) return found.error();
    if (*found == RawPlaces::kNowhere) {
      return Error{"the CSV header has no column `" + type_column(schema) + "` for the event type"};
    }
    places.of_type = *found;
  }
  return places;
}

bool refuse(Reject& reject, RejectReason reason, std::uint64_t offset, std::string detail) {
  reject.reason = reason;
  reject.field.clear();
  reject.byte_offset = offset;
  reject.detail = std::move(detail);
  return false;
}

}  // namespace

struct CsvReader::State {
  State(const Schema& read_schema, std::string_view token_key, RawPlaces places, std::size_t header_columns)
      : schema(read_schema), builder(read_schema, token_key, std::move(places)), columns(header_columns) {}

  bool split(std::string_view bytes, Reject& reject);

  const Schema& schema;
  EventBuilder builder;
  CsvRow row;
  std::size_t columns;
};

bool CsvReader::State::split(std::string_view bytes, Reject& reject) {
  if (bytes.empty()) return refuse(reject, RejectReason::kEmptyRecord, 0, "the row is empty");
  if (bytes.size() > schema.limits.max_record_bytes) {
    return refuse(reject, RejectReason::kRecordTooLarge, schema.limits.max_record_bytes,
                  "the row has " + std::to_string(bytes.size()) + " bytes; at most " +
                      std::to_string(schema.limits.max_record_bytes) + " are allowed");
  }
  if (const auto offset = invalid_utf8_at(bytes)) {
    return refuse(reject, RejectReason::kInvalidUtf8, *offset, "the bytes are not UTF-8");
  }
  if (const auto fault = row.split(bytes)) {
    return refuse(reject, RejectReason::kCsvQuote, fault->offset, std::string(fault->what));
  }
  if (row.cells().size() != columns) {
    return refuse(
        reject, RejectReason::kCsvColumns, bytes.size(),
        "the row has " + std::to_string(row.cells().size()) + " columns, the header " + std::to_string(columns));
  }
  return true;
}

Result<CsvReader> CsvReader::create(const Schema& schema, std::string_view header, std::string_view token_key) {
  if (header.starts_with(kByteOrderMark)) header.remove_prefix(kByteOrderMark.size());
  if (invalid_utf8_at(header)) return Error{"the CSV header is not UTF-8"};
  CsvRow row;
  if (const auto fault = row.split(header)) return Error{"the CSV header is malformed: " + std::string(fault->what)};
  std::vector<std::string> columns;
  for (const RawText& cell : row.cells()) columns.emplace_back(cell.text);
  auto places = find_places(schema, columns);
  if (!places.ok()) return places.error();
  return CsvReader(std::make_unique<State>(schema, token_key, std::move(*places), columns.size()));
}

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

bool CsvReader::read(std::string_view row, std::int64_t clock_ms, Event& event, Reject& reject) {
  if (!state_->split(row, reject)) {
    event.clear();
    return false;
  }
  return state_->builder.build(state_->row.cells(), clock_ms, event, reject);
}

}  // namespace weir::event
