// Values into a leaf's columns and out of them again.
#include <algorithm>
#include <string>

#include "engine/base/check.h"
#include "engine/history/leaf.h"
#include "engine/history/scaling.h"
#include "engine/history/varint.h"

namespace weir::history {
namespace {

std::int64_t microseconds(const Value& time) { return time.seconds() * 1'000'000 + time.nanoseconds() / 1000; }

Value timestamp_us(std::int64_t us) {
  std::int64_t seconds = us / 1'000'000;
  std::int64_t rest = us % 1'000'000;
  if (rest < 0) {
    rest += 1'000'000;
    --seconds;
  }
  return Value::timestamp(seconds, static_cast<std::uint32_t>(rest) * 1000U);
}

// The index of a name among the column's, or names.size().
std::uint32_t code_of(const Column& column, const Value& value) {
  const std::string_view text = value.as_string();
  const auto size = static_cast<std::uint32_t>(column.names.size());
  if (value.has_enum_code() && value.enum_code() < size && column.names[value.enum_code()] == text) {
    return value.enum_code();
  }
  for (std::uint32_t i = 0; i < size; ++i) {
    if (column.names[i] == text) return i;
  }
  return size;
}

void check_kind(const Value& value, ValueKind kind) {
  WEIR_CHECK(value.is(kind), "a row's value has its field's type");
}

void write_string(const Layout& layout, Leaf& leaf, std::uint32_t array, std::uint32_t row, std::string_view text) {
  leaf.array<std::uint32_t>(layout, array)[row] = leaf.heap_used;
  char* at = reinterpret_cast<char*>(leaf.data() + leaf.shape(layout).heap + leaf.heap_used);
  const std::size_t size = write_varint(at, text.size());
  std::memcpy(at + size, text.data(), text.size());
  leaf.heap_used += static_cast<std::uint32_t>(size + text.size());
}

// Writes a value that is there; false if the column cannot hold it: a name that is not one of the column's.
bool write_value(const Layout& layout, Leaf& leaf, const Column& column, std::uint32_t row, const Value& value) {
  switch (column.type) {
    case ColumnType::kBool:
      check_kind(value, ValueKind::kBool);
      leaf.set_bit(layout, column.extra_bitmap, row, value.as_bool());
      return true;
    case ColumnType::kInt64:
      check_kind(value, ValueKind::kInt64);
      leaf.array<std::int64_t>(layout, column.array)[row] = value.as_int64();
      return true;
    case ColumnType::kDouble: {
      check_kind(value, ValueKind::kDouble);
      leaf.array<double>(layout, column.array)[row] = value.as_double();
      if (column.scaled_array != kNone) {
        std::int64_t scaled = 0;
        const bool good = scale_double(value.as_double(), column.decimals, scaled);
        leaf.array<std::int64_t>(layout, column.scaled_array)[row] = scaled;
        leaf.set_bit(layout, column.extra_bitmap, row, !good);
      }
      return true;
    }
    case ColumnType::kTimestamp:
      check_kind(value, ValueKind::kTimestamp);
      leaf.array<std::int64_t>(layout, column.array)[row] = microseconds(value);
      return true;
    case ColumnType::kEventTime: {
      check_kind(value, ValueKind::kTimestamp);
      const std::int64_t rest = microseconds(value) - leaf.times()[row] * 1000;
      WEIR_CHECK(rest >= 0 && rest < 1000, "the event time's slot agrees with the event's time");
      leaf.array<std::uint16_t>(layout, column.array)[row] = static_cast<std::uint16_t>(rest);
      return true;
    }
    case ColumnType::kMixedMoney:
      leaf.array<std::uint16_t>(layout, column.currency_array)[row] = value.currency();
      [[fallthrough]];
    case ColumnType::kMoney:
      check_kind(value, ValueKind::kMoney);
      WEIR_CHECK(column.type == ColumnType::kMixedMoney || value.currency() == column.currency,
                 "a row's amount has its field's currency");
      leaf.array<std::int64_t>(layout, column.array)[row] = value.minor_units();
      return true;
    case ColumnType::kCode: {
      check_kind(value, ValueKind::kString);
      const std::uint32_t code = code_of(column, value);
      if (code == column.names.size()) return false;
      leaf.array<std::uint16_t>(layout, column.array)[row] = static_cast<std::uint16_t>(code);
      return true;
    }
    case ColumnType::kString:
      check_kind(value, ValueKind::kString);
      write_string(layout, leaf, column.array, row, value.as_string());
      return true;
  }
  return false;
}

void match_row(const Layout& layout, Leaf& leaf, std::uint32_t row, const NewRow& content) {
  thread_local std::vector<Value> labelled;
  for (std::size_t i = 0; i < layout.predicates().size(); ++i) {
    const PredicateSpec& spec = layout.predicates()[i];
    const MatchBits& bits = layout.match_bits()[i];
    if (!spec.reads_label) {
      if (spec.predicate->matches(content.slots)) leaf.set_bit(layout, bits.base, row, true);
      continue;
    }
    const std::uint32_t label_slot = layout.schema().label_slot();
    labelled.assign(content.slots.begin(), content.slots.begin() + layout.schema().slot_count());
    const auto matches = [&](const Value& label) {
      labelled[label_slot] = label;
      return spec.predicate->matches(labelled);
    };
    const bool if_state[] = {matches(Value::absent()), matches(Value::string("honest")),
                             matches(Value::string("fraud"))};
    if (if_state[0]) {
      leaf.set_bit(layout, bits.if_absent, row, true);
      leaf.set_bit(layout, bits.base, row, true);
    }
    if (if_state[1]) leaf.set_bit(layout, bits.if_honest, row, true);
    if (if_state[2]) leaf.set_bit(layout, bits.if_fraud, row, true);
    if (layout.has_inline_label()) {
      leaf.set_bit(layout, bits.known, row, if_state[static_cast<std::size_t>(content.inline_label)]);
    }
  }
}

}  // namespace

void write_row(const Layout& layout, Leaf& leaf, std::uint32_t row, const NewRow& content) {
  leaf.array<std::int64_t>(layout, 0)[row] = content.time_ms;
  leaf.array<std::uint64_t>(layout, 1)[row] = content.sequence;
  for (const Column& column : layout.columns()) {
    const Value& value = content.slots[column.slot];
    if (!value.is_absent() && write_value(layout, leaf, column, row, value)) {
      leaf.set_bit(layout, column.presence, row, true);
    }
  }
  if (layout.has_inline_label() && content.inline_label != LabelState::kAbsent) {
    leaf.set_bit(layout, layout.inline_present_bitmap(), row, true);
    leaf.set_bit(layout, layout.inline_fraud_bitmap(), row, content.inline_label == LabelState::kFraud);
  }
  match_row(layout, leaf, row, content);
}

std::string_view Leaf::string(const Layout& layout, const Column& column, std::uint32_t row) const {
  const std::byte* at = data() + shape(layout).heap + array<std::uint32_t>(layout, column.array)[row];
  std::uint64_t length = 0;
  const char* text = reinterpret_cast<const char*>(at);
  text += read_varint(text, length);
  return {text, length};
}

Value Leaf::value(const Layout& layout, const Column& column, std::uint32_t row) const {
  if ((bitmap(layout, column.presence) >> row & 1) == 0) return Value::absent();
  switch (column.type) {
    case ColumnType::kBool:
      return Value::boolean((bitmap(layout, column.extra_bitmap) >> row & 1) != 0);
    case ColumnType::kInt64:
      return Value::int64(array<std::int64_t>(layout, column.array)[row]);
    case ColumnType::kDouble:
      return Value::real(array<double>(layout, column.array)[row]);
    case ColumnType::kTimestamp:
      return timestamp_us(array<std::int64_t>(layout, column.array)[row]);
    case ColumnType::kEventTime:
      return timestamp_us(times()[row] * 1000 + array<std::uint16_t>(layout, column.array)[row]);
    case ColumnType::kMoney:
      return Value::money(array<std::int64_t>(layout, column.array)[row], column.currency);
    case ColumnType::kMixedMoney:
      return Value::money(array<std::int64_t>(layout, column.array)[row],
                          array<std::uint16_t>(layout, column.currency_array)[row]);
    case ColumnType::kCode: {
      const std::uint16_t code = array<std::uint16_t>(layout, column.array)[row];
      return column.enumeration ? Value::enumeration(column.names[code], code) : Value::string(column.names[code]);
    }
    case ColumnType::kString:
      return Value::string(string(layout, column, row));
  }
  return Value::absent();
}

}  // namespace weir::history
