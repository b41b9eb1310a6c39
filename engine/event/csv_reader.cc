#include <string>
#include <utility>
#include <vector>

#include "engine/event/csv_table.h"
#include "engine/event/event_builder.h"
#include "engine/event/reader.h"

namespace weir::event {
namespace {

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

// A field that only some event types require may be missing from a file that has none of these.
bool is_required_always(const Schema& schema, std::uint32_t slot) {
  const Field& field = schema.fields[slot];
  const std::uint32_t all_types = ~0U >> (32U - static_cast<std::uint32_t>(schema.event_types.size()));
  return slot == schema.id_slot || slot == schema.time_slot ||
         (field.required && (field.event_types & all_types) == all_types);
}

Result<RawPlaces> find_places(const Schema& schema, const CsvTable& table) {
  RawPlaces places;
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    const Field& field = schema.fields[slot];
    std::uint32_t place = RawPlaces::kNowhere;
    if (field.derivation == Derivation::kNone) {
      const auto found = table.find(column_name(field));
      if (!found.ok()) return found.error();
      place = found->value_or(place);
      if (!*found && is_required_always(schema, slot)) {
        return Error{"the CSV header has no column `" + column_name(field) + "` for the required field `" + field.name +
                     "`: name the column in schema.yaml, or make the field optional"};
      }
    }
    places.of_field.push_back(place);
  }
  if (!schema.type_path.empty()) {
    const auto found = table.find(type_column(schema));
    if (!found.ok()) return found.error();
    if (!*found) {
      return Error{"the CSV header has no column `" + type_column(schema) + "` for the event type"};
    }
    places.of_type = **found;
  }
  return places;
}

}  // namespace

struct CsvReader::State {
  State(const Schema& schema, std::string_view token_key, RawPlaces places, CsvTable the_table)
      : max_record_bytes(schema.limits.max_record_bytes),
        builder(schema, token_key, std::move(places)),
        table(std::move(the_table)) {}

  std::uint32_t max_record_bytes;
  EventBuilder builder;
  CsvTable table;
};

Result<CsvReader> CsvReader::create(const Schema& schema, std::string_view header, std::string_view token_key) {
  auto table = CsvTable::create(header);
  if (!table.ok()) return table.error();
  auto places = find_places(schema, *table);
  if (!places.ok()) return places.error();
  return CsvReader(std::make_unique<State>(schema, token_key, std::move(*places), std::move(*table)));
}

CsvReader::CsvReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

bool CsvReader::read(std::string_view row, std::int64_t clock_ms, Event& event, Reject& reject) {
  if (!state_->table.split(row, state_->max_record_bytes, reject)) {
    event.clear();
    return false;
  }
  return state_->builder.build(state_->table.cells(), clock_ms, event, reject);
}

}  // namespace weir::event
