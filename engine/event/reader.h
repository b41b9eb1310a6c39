// Record bytes to Event. Readers are made once per policy and reused: no allocation once warm, one thread each. The
// schema must outlive the reader and the events that it fills: enumeration values are views of the schema's names.
//
// What each type accepts stands in field_value.h. A field that does not belong to the record's event type is ignored,
// whatever it holds; personal fields become tokens (personal_token.h), also the event id; derived fields are computed
// before that. The first fault found is reported: of the bytes, then of the event type, then of the fields in the
// schema's order, then of what the record as a whole must have.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/event.h"
#include "engine/event/reject.h"
#include "engine/event/schema.h"

namespace weir::event {

inline constexpr std::int64_t kNoClock = INT64_MAX;

// One JSON object per record, in one pass of simdjson on demand (json_walk.h says how strict).
class JsonReader {
 public:
  // `token_key` is empty if the schema has no personal field (checked: WEIR_CHECK).
  JsonReader(const Schema& schema, std::string_view token_key);
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  // Fills `event` (cleared first). `clock_ms` is what max_ahead is measured from. On false `reject` says why; `event`
  // is then unspecified. `json` need not be padded. Whether an event is checked against the clock is up to the caller:
  // kNoClock turns the check off.
  bool read(std::string_view json, std::int64_t clock_ms, Event& event, Reject& reject);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One CSV row per record (csv_row.h); the header maps columns to fields (Field::column), a byte order mark before it is
// ignored. Columns that the schema does not name are ignored. It is an error of create() if a field that all event
// types require has no column, or if a column that the schema reads stands twice.
class CsvReader {
 public:
  static Result<CsvReader> create(const Schema& schema, std::string_view header, std::string_view token_key);
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  // `row` is one logical row without its line end (quoted fields may hold line ends). An empty unquoted field is
  // absent. Else as JsonReader::read.
  bool read(std::string_view row, std::int64_t clock_ms, Event& event, Reject& reject);

 private:
  struct State;
  explicit CsvReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::event
