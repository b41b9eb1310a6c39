#include "engine/history/layout.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace weir::history {
namespace {

constexpr std::uint32_t kShapeCount = 7;
constexpr std::uint32_t kKeyWords = 5;  // time, sequence, child, rows, greatest known_at: see node.h

bool is_number(ColumnType type) {
  switch (type) {
    case ColumnType::kInt64:
    case ColumnType::kDouble:
    case ColumnType::kMoney:
    case ColumnType::kMixedMoney:
      return true;
    default:
      return false;
  }
}

bool is_time(ColumnType type) { return type == ColumnType::kTimestamp || type == ColumnType::kEventTime; }

Column column_for(const event::Schema& schema, std::uint32_t slot) {
  const event::Field& field = schema.fields[slot];
  Column column;
  column.slot = slot;
  switch (field.type) {
    case event::FieldType::kBool:
      column.type = ColumnType::kBool;
      break;
    case event::FieldType::kInt64:
      column.type = ColumnType::kInt64;
      break;
    case event::FieldType::kDouble:
      column.type = ColumnType::kDouble;
      column.decimals = field.decimals;
      break;
    case event::FieldType::kString:
      column.type = ColumnType::kString;
      break;
    case event::FieldType::kMoney:
      column.type = field.currency == 0 ? ColumnType::kMixedMoney : ColumnType::kMoney;
      column.currency = field.currency;
      break;
    case event::FieldType::kTimestamp:
      column.type = slot == schema.time_slot ? ColumnType::kEventTime : ColumnType::kTimestamp;
      break;
    case event::FieldType::kEnum:
      column.type = ColumnType::kCode;
      column.enumeration = true;
      column.names = field.enum_values;
      break;
  }
  // A personal field holds its token, a text, whatever its type was.
  if (field.personal) column.type = ColumnType::kString;
  return column;
}

std::uint8_t width_of(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return 0;
    case ColumnType::kInt64:
    case ColumnType::kDouble:
    case ColumnType::kTimestamp:
    case ColumnType::kMoney:
    case ColumnType::kMixedMoney:
      return 8;
    case ColumnType::kString:
      return 4;
    case ColumnType::kEventTime:
    case ColumnType::kCode:
      return 2;
  }
  return 0;
}

BlockShape block_shape(std::uint8_t parts, bool with_bad) {
  BlockShape shape;
  const auto place = [&shape](std::uint8_t words) {
    const std::uint8_t at = shape.words;
    shape.words = static_cast<std::uint8_t>(shape.words + words);
    return at;
  };
  if (with_bad) shape.bad = place(1);
  if (parts & kPartSum) shape.sum = place(2);
  if (parts & kPartSquares) shape.squares = place(3);
  if (parts & kPartMin) shape.min = place(1);
  if (parts & kPartMax) shape.max = place(1);
  return shape;
}

}  // namespace

Layout::Layout(std::shared_ptr<const event::Schema> schema, LayoutSpec spec)
    : schema_(std::move(schema)), spec_(std::move(spec)) {
  WEIR_CHECK(spec_.leaf_rows >= 2 && spec_.leaf_rows <= 64, "a leaf has 2 to 64 rows");
  WEIR_CHECK(spec_.fanout >= 4 && spec_.fanout <= 16, "a node has 4 to 16 children");
  array_widths_ = {8, 8};
  add_columns();
  add_predicates();
  add_measures();
  make_shapes();
}

void Layout::add_columns() {
  column_of_slot_.assign(schema_->slot_count(), kNone);
  for (std::uint32_t slot = 0; slot < schema_->field_count(); ++slot) {
    if (!schema_->fields[slot].history) continue;
    if (schema_->inline_label && schema_->inline_label->slot == slot) continue;
    add_column(column_for(*schema_, slot));
  }
  if (schema_->event_types.size() > 1) {
    Column type;
    type.slot = schema_->event_type_slot();
    type.type = ColumnType::kCode;
    type.enumeration = true;
    for (const event::EventType& event_type : schema_->event_types) type.names.push_back(event_type.name);
    add_column(std::move(type));
  }
  Column outcome;
  outcome.slot = schema_->outcome_slot();
  outcome.type = ColumnType::kCode;
  outcome.names = {"approve", "review", "decline"};
  add_column(std::move(outcome));
  if (has_inline_label()) {
    inline_present_ = bitmap_count_++;
    inline_fraud_ = bitmap_count_++;
  }
}

void Layout::add_column(Column column) {
  const auto add_array = [this](std::uint8_t width) {
    array_widths_.push_back(width);
    return static_cast<std::uint32_t>(array_widths_.size() - 1);
  };
  bool summed = false;
  for (const MeasureSpec& measure : spec_.measures) {
    summed = summed || (measure.slot == column.slot && (measure.parts & (kPartSum | kPartSquares)) != 0);
  }
  if (const std::uint8_t width = width_of(column.type); width != 0) column.array = add_array(width);
  if (column.type == ColumnType::kMixedMoney) column.currency_array = add_array(2);
  column.presence = bitmap_count_++;
  if (column.type == ColumnType::kBool) column.extra_bitmap = bitmap_count_++;
  if (column.type == ColumnType::kDouble && summed) {
    column.scaled_array = add_array(8);
    column.extra_bitmap = bitmap_count_++;
  }
  column_of_slot_[column.slot] = static_cast<std::uint32_t>(columns_.size());
  columns_.push_back(std::move(column));
}

void Layout::add_predicates() {
  for (const PredicateSpec& spec : spec_.predicates) {
    MatchBits bits;
    bits.reads_label = spec.reads_label;
    bits.base = bitmap_count_++;
    bits.known = bits.base;
    if (spec.reads_label) {
      reads_labels_ = true;
      if (has_inline_label()) bits.known = bitmap_count_++;
      bits.if_absent = bitmap_count_++;
      bits.if_honest = bitmap_count_++;
      bits.if_fraud = bitmap_count_++;
    }
    match_bits_.push_back(bits);
  }
}

void Layout::add_measures() {
  node_words_ = kKeyWords;
  for (const MeasureSpec& spec : spec_.measures) {
    Measure measure;
    measure.predicate = spec.predicate;
    if (spec.predicate == kNone) {
      measure.base_track = add_track(spec, kNone, false);
      measure.known_track = measure.base_track;
    } else {
      WEIR_CHECK(spec.predicate < match_bits_.size(), "a measure's predicate is one of the layout's");
      const MatchBits& bits = match_bits_[spec.predicate];
      measure.base_track = add_track(spec, bits.base, bits.reads_label);
      measure.known_track =
          bits.known == bits.base ? measure.base_track : add_track(spec, bits.known, bits.reads_label);
    }
    measures_.push_back(measure);
  }
}

std::uint32_t Layout::add_track(const MeasureSpec& spec, std::uint32_t match, bool reads_label) {
  Track track;
  track.match = match;
  track.reads_label = reads_label;
  track.parts = spec.parts;
  bool with_bad = false;
  if (spec.slot != kNone) {
    track.column = column_of(spec.slot);
    WEIR_CHECK(track.column != kNone, "a measure's slot is kept in the history");
    Column& column = columns_[track.column];
    const bool adds = (spec.parts & (kPartSum | kPartSquares)) != 0;
    const bool orders = (spec.parts & (kPartMin | kPartMax)) != 0;
    WEIR_CHECK(!adds || is_number(column.type), "only numbers are added up");
    WEIR_CHECK(!orders || is_number(column.type) || is_time(column.type), "only numbers and times have a minimum");
    with_bad = adds && column.type == ColumnType::kDouble;
    const bool by_currency = (spec.parts & kPartByCurrency) != 0;
    WEIR_CHECK(!by_currency || column.type == ColumnType::kMixedMoney, "only mixed money has currencies to tell apart");
    track.by_currency = column.type == ColumnType::kMixedMoney && (adds || orders || by_currency);
    if (spec.parts & kPartDistinct) {
      if (column.dictionary == kNone) {
        column.dictionary = static_cast<std::uint32_t>(dictionaries_.size());
        DictionaryColumn dictionary;
        dictionary.column = track.column;
        array_widths_.push_back(4);
        dictionary.id_array = static_cast<std::uint32_t>(array_widths_.size() - 1);
        array_widths_.push_back(2);
        dictionary.code_array = static_cast<std::uint32_t>(array_widths_.size() - 1);
        id_arrays_.push_back(dictionary.id_array);
        id_arrays_.push_back(dictionary.code_array);
        dictionaries_.push_back(dictionary);
      }
      DictionaryColumn& dictionary = dictionaries_[column.dictionary];
      dictionary.exact_least = std::min(dictionary.exact_least, spec.exact_least);
      dictionary.exact_most = std::max(dictionary.exact_most, spec.exact_most);
      track.distinct = static_cast<std::uint32_t>(distinct_tracks_.size());
      distinct_tracks_.push_back(static_cast<std::uint32_t>(tracks_.size()));
    }
  } else {
    WEIR_CHECK(spec.parts == 0, "only a count needs no slot");
  }
  if (track.by_currency) {
    track.per_currency = block_shape(spec.parts, false);
  } else {
    track.fixed = block_shape(spec.parts, with_bad);
  }
  track.word = node_words_;
  node_words_ += track.fixed.words;
  tracks_.push_back(track);
  return static_cast<std::uint32_t>(tracks_.size() - 1);
}

void Layout::make_shapes() {
  for (int with_ids = 0; with_ids < 2; ++with_ids) {
    for (std::uint32_t log2 = 0; log2 < kShapeCount; ++log2) {
      LeafShape& shape = shapes_[with_ids][log2];
      shape.capacity = 1U << log2;
      shape.bitmap_bytes = std::max(1U, shape.capacity / 8);
      shape.arrays.resize(array_widths_.size());
      std::uint32_t at = 0;
      // Widest first, so that each array is aligned to its width.
      for (const std::uint32_t width : {8U, 4U, 2U}) {
        at = (at + width - 1) & ~(width - 1);
        for (std::uint32_t array = 0; array < array_widths_.size(); ++array) {
          if (array_widths_[array] != width) continue;
          shape.arrays[array] = at;
          const bool is_id = std::find(id_arrays_.begin(), id_arrays_.end(), array) != id_arrays_.end();
          if (!with_ids && is_id) continue;
          shape.held.push_back(array);
          at += width * shape.capacity;
        }
      }
      shape.bitmaps = (at + shape.bitmap_bytes - 1U) & ~(shape.bitmap_bytes - 1U);
      shape.heap = shape.bitmaps + bitmap_count_ * shape.bitmap_bytes;
    }
  }
}

}  // namespace weir::history
