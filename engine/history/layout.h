// What the histories of one kind of entity hold: which fields as columns, which rows a predicate matches, and what is
// summarised over them. Made once per policy and entity; immutable; shared by all histories of the entity.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/value.h"
#include "engine/event/schema.h"
#include "engine/history/leaf_shape.h"

namespace weir::history {

// Decides whether a row is in a window. Asked once per row, when the row comes in (thrice if it reads the label, once
// for each thing that the label can be), so it must depend on the slots alone.
class Predicate {
 public:
  virtual ~Predicate() = default;
  // `slots` are as in EntityHistory::append; the label slot is what is to be assumed. May be called on any thread.
  virtual bool matches(std::span<const Value> slots) const = 0;
};

inline constexpr std::uint32_t kNone = ~0U;

enum Part : std::uint8_t {
  kPartSum = 1,
  kPartSquares = 2,
  kPartMin = 4,
  kPartMax = 8,
  kPartDistinct = 16,
  kPartByCurrency = 32,  // of mixed money: how many rows there are of each currency, as with sums and the like anyway
};

struct PredicateSpec {
  std::shared_ptr<const Predicate> predicate;
  bool reads_label = false;
};

// A summary over the rows that `predicate` matches and, unless `slot` is kNone, that have a value there: their number,
// and the parts asked for. Sum and squares need an int64, double or money slot; min and max also allow a timestamp.
struct MeasureSpec {
  std::uint32_t predicate = kNone;  // index into LayoutSpec::predicates; kNone: every row
  std::uint32_t slot = kNone;
  std::uint8_t parts = 0;
  // kPartDistinct: the smallest and the largest size up to which a count may be asked to be exact.
  std::uint32_t exact_least = 1;
  std::uint32_t exact_most = 4096;
};

struct LayoutSpec {
  std::vector<PredicateSpec> predicates;
  std::vector<MeasureSpec> measures;
  // Smaller trees than usual are for tests, which then reach every depth with few rows.
  std::uint32_t leaf_rows = 64;    // 2 to 64
  std::uint32_t fanout = 16;       // 4 to 16
  std::uint32_t dense_ids = 4096;  // values of a column that are counted by bitmap
};

enum class ColumnType : std::uint8_t {
  kBool,
  kInt64,
  kDouble,
  kTimestamp,   // microseconds
  kEventTime,   // the event's time: only what the row's milliseconds lack
  kMoney,       // of one currency
  kMixedMoney,  // of the currency that stands beside each amount
  kCode,        // an enumeration, the event type, the outcome: index into `names`
  kString,
};

struct Column {
  std::uint32_t slot = 0;
  ColumnType type = ColumnType::kBool;
  std::uint16_t currency = 0;            // kMoney
  std::uint8_t decimals = 0;             // kDouble
  bool enumeration = false;              // kCode: its values are Value::enumeration
  std::uint32_t array = kNone;           // of values; kString: of heap offsets; kMixedMoney: of minor units
  std::uint32_t scaled_array = kNone;    // kDouble that is summed: value * 10^decimals, rounded half to even
  std::uint32_t currency_array = kNone;  // kMixedMoney
  std::uint32_t presence = 0;            // bitmap of the rows that have a value
  std::uint32_t extra_bitmap = kNone;  // kBool: the values; kDouble that is summed: the rows whose value does not scale
  std::uint32_t dictionary = kNone;    // index into Layout::dictionaries, if distinct values are counted
  std::vector<std::string> names;      // kCode
};

// Each distinct-counted column has a dictionary, and in leaves of trees that use it, two arrays.
struct DictionaryColumn {
  std::uint32_t column = 0;
  std::uint32_t id_array = 0;        // u32
  std::uint32_t code_array = 0;      // u16, see sketch.h
  std::uint32_t exact_least = 4096;  // no count that is asked of it need be estimated up to here
  std::uint32_t exact_most = 1;
};

// The bitmaps of a predicate. One that reads no label has `match` alone (base == known == match).
struct MatchBits {
  bool reads_label = false;
  std::uint32_t base = 0;   // as of the labels topic's labels
  std::uint32_t known = 0;  // as of these and the record's own label
  std::uint32_t if_absent = 0, if_honest = 0, if_fraud = 0;
};

// Where the parts of a summary stand in a block of words, in units of one word per child of a node; the count is at 0.
struct BlockShape {
  std::uint8_t words = 1;
  std::uint8_t bad = 0;  // 0: there is no such part
  std::uint8_t sum = 0;
  std::uint8_t squares = 0;
  std::uint8_t min = 0;
  std::uint8_t max = 0;
};

// A summary that nodes keep: over the rows of one bitmap that have a value in one column.
struct Track {
  std::uint32_t match = kNone;  // bitmap; kNone: every row
  std::uint32_t column = kNone;
  std::uint8_t parts = 0;
  bool reads_label = false;
  bool by_currency = false;  // sums, minima and maxima are kept per currency, in blocks that nodes add as they come
  std::uint32_t word = 0;    // where its block begins in a node's words
  BlockShape fixed;          // of the block in every node
  BlockShape per_currency;   // by_currency
  std::uint32_t distinct = kNone;  // index among the distinct-counted tracks
};

struct Measure {
  std::uint32_t predicate = kNone;
  std::uint32_t base_track = 0;   // for rows whose own label is not known at the time of the query
  std::uint32_t known_track = 0;  // for rows whose own label is; the same track unless the predicate reads the label
};

class Layout {
 public:
  Layout(std::shared_ptr<const event::Schema> schema, LayoutSpec spec);

  const event::Schema& schema() const { return *schema_; }
  const std::vector<PredicateSpec>& predicates() const { return spec_.predicates; }
  const std::vector<MatchBits>& match_bits() const { return match_bits_; }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<DictionaryColumn>& dictionaries() const { return dictionaries_; }
  const std::vector<Track>& tracks() const { return tracks_; }
  const std::vector<std::uint32_t>& distinct_tracks() const { return distinct_tracks_; }
  // Measure i is that of LayoutSpec::measures[i].
  const std::vector<Measure>& measures() const { return measures_; }

  // The column that holds a slot, or kNone.
  std::uint32_t column_of(std::uint32_t slot) const { return column_of_slot_[slot]; }
  bool reads_labels() const { return reads_labels_; }
  bool has_inline_label() const { return schema_->inline_label.has_value(); }
  std::int64_t inline_delay_ms() const { return schema_->inline_label ? schema_->inline_label->delay_ms : 0; }

  std::uint32_t leaf_rows() const { return spec_.leaf_rows; }
  std::uint32_t fanout() const { return spec_.fanout; }
  std::uint32_t dense_ids() const { return spec_.dense_ids; }
  // Words per child of an inner node: keys, child, rows, then the tracks' fixed blocks.
  std::uint32_t node_words() const { return node_words_; }

  // Arrays 0 and 1 are the rows' times and sequence numbers.
  const std::vector<std::uint8_t>& array_widths() const { return array_widths_; }
  std::uint32_t bitmap_count() const { return bitmap_count_; }
  std::uint32_t inline_present_bitmap() const { return inline_present_; }
  std::uint32_t inline_fraud_bitmap() const { return inline_fraud_; }
  const LeafShape& shape(std::uint32_t capacity_log2, bool with_ids) const { return shapes_[with_ids][capacity_log2]; }

 private:
  void add_columns();
  void add_column(Column column);
  void add_predicates();
  void add_measures();
  std::uint32_t add_track(const MeasureSpec& spec, std::uint32_t match, bool reads_label);
  void make_shapes();

  std::shared_ptr<const event::Schema> schema_;
  LayoutSpec spec_;
  std::vector<MatchBits> match_bits_;
  std::vector<Column> columns_;
  std::vector<std::uint32_t> column_of_slot_;
  std::vector<DictionaryColumn> dictionaries_;
  std::vector<Track> tracks_;
  std::vector<std::uint32_t> distinct_tracks_;
  std::vector<Measure> measures_;
  std::vector<std::uint8_t> array_widths_;
  std::vector<std::uint32_t> id_arrays_;  // those that leaves without ids lack
  std::uint32_t bitmap_count_ = 0;
  std::uint32_t inline_present_ = kNone;
  std::uint32_t inline_fraud_ = kNone;
  std::uint32_t node_words_ = 0;
  bool reads_labels_ = false;
  LeafShape shapes_[2][7];
};

}  // namespace weir::history
