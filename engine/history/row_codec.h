// How rows stand in the state store: self-delimiting, columns named by their permanent catalogue numbers, so that
// schemas can grow. An entity's stored past is a sequence of such entries in the order of arrival; appending is
// concatenation.
//
//   entry   varint(size of the rest * 2 + kind)     kind 0: row, 1: label
//   row     zigzag(time_ms) varint(sequence) label columns
//           label: 0 none, 1 honest, 2 fraud; then, unless none, zigzag(known_at_ms - time_ms)
//           columns: varint(step * 8 + form) and the value, by ascending number; the first step is number + 1
//   label   zigzag(time_ms) varint(sequence) 1 or 2 zigzag(known_at_ms - time_ms)
//
// Forms: 0 zigzag, 1 eight bytes (double), 2 varint length and bytes, 3 false (or: nothing to add), 4 true,
// 5 varint(currency) zigzag(minor units), 6 varint.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/event/schema.h"
#include "engine/history/catalogue.h"
#include "engine/history/entity_history.h"
#include "engine/history/layout.h"

namespace weir::history {

class RowCodec {
 public:
  // Registers the schema's history columns and enum names in `catalogue` (see there). A column's name there is the
  // field's with its type, so that a field whose type changes is another column.
  RowCodec(std::shared_ptr<const event::Schema> schema, Catalogue& catalogue);

  // Appends one event row to `out`. The same bytes serve all of the event's entities.
  void encode_row(std::span<const Value> slots, std::int64_t time_ms, std::uint64_t sequence, const LabelEntry* label,
                  std::string& out) const;
  // Appends one label entry for the row (time_ms, sequence).
  void encode_label(std::int64_t time_ms, std::uint64_t sequence, const LabelEntry& entry, std::string& out) const;

  // Replays stored entries into a history; fails on bytes that are not such entries (a fault of the store). Columns and
  // enum names that the schema no longer has are skipped; columns that the bytes lack are absent; a label whose row is
  // not there is passed over. May run on any thread (const).
  Status decode_into(std::string_view bytes, EntityHistory& history) const;

 private:
  struct StoredColumn {
    std::uint32_t number = 0;
    Column column;
    std::vector<std::uint32_t> numbers;  // kCode: of each of column.names
  };
  class Decoder;

  void encode_value(const StoredColumn& stored, const Value& value, std::int64_t time_ms, std::uint32_t step,
                    std::string& out) const;

  std::shared_ptr<const event::Schema> schema_;
  std::vector<StoredColumn> columns_;  // by ascending number
};

}  // namespace weir::history
