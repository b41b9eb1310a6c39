#include "engine/history/row_codec.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/history/row_form.h"
#include "engine/history/varint.h"

namespace weir::history {
namespace {

constexpr std::size_t kMostHeader = 10;

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return "bool";
    case ColumnType::kInt64:
      return "int64";
    case ColumnType::kDouble:
      return "double";
    case ColumnType::kTimestamp:
      return "timestamp";
    case ColumnType::kEventTime:
      return "event_time";
    case ColumnType::kMoney:
      return "money";
    case ColumnType::kMixedMoney:
      return "mixed_money";
    case ColumnType::kCode:
      return "enum";
    case ColumnType::kString:
      return "string";
  }
  return "";
}

// The column's name in the catalogue. Amounts of one currency carry it: 100 JPY are not 1.00 EUR.
std::string stored_name(const event::Schema& schema, const Column& column) {
  std::string name;
  if (column.slot < schema.field_count()) {
    name = schema.fields[column.slot].name;
  } else {
    name = column.slot == schema.outcome_slot() ? "$outcome" : "$event_type";
  }
  name += ':';
  name += type_name(column.type);
  if (column.type == ColumnType::kMoney) name += ':' + std::to_string(column.currency);
  return name;
}

void put_header(std::string& out, std::size_t begin, RowKind kind) {
  const std::size_t size = out.size() - begin - kMostHeader;
  char header[kMostHeader];
  const std::size_t header_size = write_varint(header, size * 2 + static_cast<std::size_t>(kind));
  std::memcpy(out.data() + begin, header, header_size);
  out.erase(begin + header_size, kMostHeader - header_size);
}

void append_label(std::string& out, std::int64_t time_ms, const LabelEntry& entry) {
  out.push_back(static_cast<char>(entry.fraud ? 2 : 1));
  const std::uint64_t delay = static_cast<std::uint64_t>(entry.known_at_ms) - static_cast<std::uint64_t>(time_ms);
  append_varint(out, zigzag(static_cast<std::int64_t>(delay)));
}

}  // namespace

RowCodec::RowCodec(std::shared_ptr<const event::Schema> schema, Catalogue& catalogue) : schema_(std::move(schema)) {
  const Layout layout(schema_, {});
  for (const Column& column : layout.columns()) {
    StoredColumn stored;
    stored.number = catalogue.number(CatalogueKind::kColumn, stored_name(*schema_, column));
    stored.column = column;
    for (const std::string& name : column.names) {
      stored.numbers.push_back(catalogue.number(CatalogueKind::kEnumValue, name));
    }
    columns_.push_back(std::move(stored));
  }
  std::sort(columns_.begin(), columns_.end(),
            [](const StoredColumn& a, const StoredColumn& b) { return a.number < b.number; });
}

void RowCodec::encode_row(std::span<const Value> slots, std::int64_t time_ms, std::uint64_t sequence,
                          const LabelEntry* label, std::string& out) const {
  const std::size_t begin = out.size();
  out.append(kMostHeader, '\0');
  append_varint(out, zigzag(time_ms));
  append_varint(out, sequence);
  if (label == nullptr) {
    out.push_back('\0');
  } else {
    append_label(out, time_ms, *label);
  }
  std::uint32_t next = 0;  // one above the number of the column before
  for (const StoredColumn& stored : columns_) {
    const Value& value = slots[stored.column.slot];
    if (value.is_absent()) continue;
    const std::size_t before = out.size();
    encode_value(stored, value, time_ms, stored.number + 1 - next, out);
    if (out.size() != before) next = stored.number + 1;
  }
  put_header(out, begin, RowKind::kRow);
}

void RowCodec::encode_value(const StoredColumn& stored, const Value& value, std::int64_t time_ms, std::uint32_t step,
                            std::string& out) const {
  const auto form = [&](RowForm f) { append_varint(out, std::uint64_t{step} << 3 | static_cast<std::uint64_t>(f)); };
  const Column& column = stored.column;
  const auto microseconds = [&value] { return value.seconds() * 1'000'000 + value.nanoseconds() / 1000; };
  switch (column.type) {
    case ColumnType::kBool:
      form(value.as_bool() ? RowForm::kTrue : RowForm::kFalse);
      return;
    case ColumnType::kInt64:
      form(RowForm::kSigned);
      append_varint(out, zigzag(value.as_int64()));
      return;
    case ColumnType::kDouble: {
      form(RowForm::kEightBytes);
      const std::uint64_t bits = value.as_uint64();
      for (unsigned shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(bits >> shift));
      return;
    }
    case ColumnType::kTimestamp:
      form(RowForm::kSigned);
      append_varint(out, zigzag(microseconds()));
      return;
    case ColumnType::kEventTime: {
      const std::int64_t rest = microseconds() - time_ms * 1000;
      WEIR_CHECK(rest >= 0 && rest < 1000, "the event time's slot agrees with the event's time");
      form(rest == 0 ? RowForm::kFalse : RowForm::kUnsigned);
      if (rest != 0) append_varint(out, static_cast<std::uint64_t>(rest));
      return;
    }
    case ColumnType::kMoney:
      form(RowForm::kSigned);
      append_varint(out, zigzag(value.minor_units()));
      return;
    case ColumnType::kMixedMoney:
      form(RowForm::kAmount);
      append_varint(out, value.currency());
      append_varint(out, zigzag(value.minor_units()));
      return;
    case ColumnType::kCode:
      for (std::size_t code = 0; code < column.names.size(); ++code) {
        if (column.names[code] != value.as_string()) continue;
        form(RowForm::kUnsigned);
        append_varint(out, stored.numbers[code]);
        return;
      }
      return;
    case ColumnType::kString:
      form(RowForm::kBytes);
      append_varint(out, value.as_string().size());
      out.append(value.as_string());
      return;
  }
}

void RowCodec::encode_label(std::int64_t time_ms, std::uint64_t sequence, const LabelEntry& entry,
                            std::string& out) const {
  const std::size_t begin = out.size();
  out.append(kMostHeader, '\0');
  append_varint(out, zigzag(time_ms));
  append_varint(out, sequence);
  append_label(out, time_ms, entry);
  put_header(out, begin, RowKind::kLabel);
}

}  // namespace weir::history
