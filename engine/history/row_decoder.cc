#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/base/civil_time.h"
#include "engine/history/row_codec.h"
#include "engine/history/row_form.h"
#include "engine/history/varint.h"

namespace weir::history {
namespace {

// Takes bytes from the front of a view; `good` turns false, for good, at the first that are not there or not right.
struct Input {
  std::string_view bytes;
  bool good = true;

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size() && i < 10; ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      if (i == 9 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7F) << 7 * i;
      if (byte < 0x80) {
        bytes.remove_prefix(i + 1);
        return value;
      }
    }
    good = false;
    return 0;
  }
  std::int64_t signed_number() { return unzigzag(number()); }
  std::string_view take(std::uint64_t size) {
    if (size > bytes.size()) {
      good = false;
      return {};
    }
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return taken;
  }
  std::uint8_t byte() {
    const std::string_view taken = take(1);
    return good ? static_cast<std::uint8_t>(taken[0]) : std::uint8_t{0};
  }
};

Value timestamp_us(std::int64_t us) {
  const std::int64_t seconds = us / 1'000'000 - (us % 1'000'000 < 0 ? 1 : 0);
  return Value::timestamp(seconds, static_cast<std::uint32_t>(us - seconds * 1'000'000) * 1000U);
}

// Reads a label's state and known_at; false if there is none (state 0).
bool read_label(Input& input, std::int64_t time_ms, LabelEntry& entry) {
  const std::uint8_t state = input.byte();
  if (state > 2) input.good = false;
  if (!input.good || state == 0) return false;
  entry.fraud = state == 2;
  const std::uint64_t known_at =
      static_cast<std::uint64_t>(input.signed_number()) + static_cast<std::uint64_t>(time_ms);
  entry.known_at_ms = static_cast<std::int64_t>(known_at);
  return input.good;
}

}  // namespace

class RowCodec::Decoder {
 public:
  Decoder(const RowCodec& codec, EntityHistory& history)
      : codec_(codec), history_(history), slots_(codec.schema_->slot_count()) {
    if (codec.schema_->event_types.size() == 1)
      only_type_ = Value::enumeration(codec.schema_->event_types.front().name, 0);
  }

  bool entry(RowKind kind, std::string_view bytes) {
    Input input{bytes};
    const std::int64_t time_ms = input.signed_number();
    const std::uint64_t sequence = input.number();
    if (!input.good || time_ms < kMinTimeMs || time_ms > kMaxTimeMs) return false;
    LabelEntry label;
    const bool labelled = read_label(input, time_ms, label);
    if (!input.good) return false;
    if (kind == RowKind::kLabel) {
      if (!labelled || !input.bytes.empty()) return false;
      history_.label(time_ms, sequence, label);
      return true;
    }
    if (history_.trunk().last_sequence >= sequence && history_.first_seen_ms() != INT64_MAX) return false;
    std::fill(slots_.begin(), slots_.end(), Value::absent());
    slots_[codec_.schema_->event_type_slot()] = only_type_;
    if (!columns(input, time_ms)) return false;
    history_.append(slots_, time_ms, sequence, labelled ? &label : nullptr);
    return true;
  }

 private:
  bool columns(Input& input, std::int64_t time_ms) {
    std::uint64_t next = 0;
    auto stored = codec_.columns_.begin();
    while (input.good && !input.bytes.empty()) {
      const std::uint64_t tag = input.number();
      const auto form = static_cast<RowForm>(tag & 7);
      const std::uint64_t step = tag >> 3;
      if (!input.good || step == 0 || step > UINT32_MAX || next + step > UINT32_MAX) return false;
      next += step;
      while (stored != codec_.columns_.end() && stored->number + std::uint64_t{1} < next) ++stored;
      const bool ours = stored != codec_.columns_.end() && stored->number + std::uint64_t{1} == next;
      if (!value(input, form, time_ms, ours ? &*stored : nullptr)) return false;
    }
    return input.good;
  }

  // Reads one value; into its slot if the schema has the column.
  bool value(Input& input, RowForm form, std::int64_t time_ms, const StoredColumn* stored) {
    Value read;
    const ColumnType type = stored != nullptr ? stored->column.type : ColumnType::kBool;
    switch (form) {
      case RowForm::kSigned: {
        const std::int64_t number = input.signed_number();
        if (type == ColumnType::kInt64) read = Value::int64(number);
        if (type == ColumnType::kTimestamp) read = timestamp_us(number);
        if (type == ColumnType::kMoney) read = Value::money(number, stored->column.currency);
        break;
      }
      case RowForm::kEightBytes: {
        const std::string_view bytes = input.take(8);
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
          bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << 8 * i;
        }
        if (type == ColumnType::kDouble) read = Value::real(std::bit_cast<double>(bits));
        break;
      }
      case RowForm::kBytes: {
        const std::uint64_t size = input.number();
        const std::string_view bytes = input.take(size);
        if (type == ColumnType::kString) read = Value::string(bytes);
        break;
      }
      case RowForm::kFalse:
        if (stored != nullptr && type == ColumnType::kBool) read = Value::boolean(false);
        if (type == ColumnType::kEventTime) read = Value::timestamp_ms(time_ms);
        break;
      case RowForm::kTrue:
        if (stored != nullptr && type == ColumnType::kBool) read = Value::boolean(true);
        break;
      case RowForm::kAmount: {
        const std::uint64_t currency = input.number();
        const std::int64_t minor_units = input.signed_number();
        if (currency > UINT16_MAX) return false;
        if (type == ColumnType::kMixedMoney) read = Value::money(minor_units, static_cast<std::uint16_t>(currency));
        break;
      }
      case RowForm::kUnsigned: {
        const std::uint64_t number = input.number();
        if (type == ColumnType::kEventTime && number < 1000)
          read = timestamp_us(time_ms * 1000 + static_cast<std::int64_t>(number));
        if (type == ColumnType::kCode) return input.good && code(*stored, number);
        break;
      }
      default:
        return false;
    }
    if (!input.good) return false;
    if (stored == nullptr) return true;
    // A form that does not go with the column's type left no value.
    if (read.is_absent()) return false;
    slots_[stored->column.slot] = read;
    return true;
  }

  // A name that the schema no longer has leaves the slot absent.
  bool code(const StoredColumn& stored, std::uint64_t number) {
    const auto at = std::find(stored.numbers.begin(), stored.numbers.end(), number);
    if (at == stored.numbers.end()) return true;
    const auto index = static_cast<std::size_t>(at - stored.numbers.begin());
    const std::string& name = stored.column.names[index];
    slots_[stored.column.slot] =
        stored.column.enumeration ? Value::enumeration(name, static_cast<std::uint16_t>(index)) : Value::string(name);
    return true;
  }

  const RowCodec& codec_;
  EntityHistory& history_;
  std::vector<Value> slots_;
  Value only_type_;
};

Status RowCodec::decode_into(std::string_view bytes, EntityHistory& history) const {
  Decoder decoder(*this, history);
  Input input{bytes};
  while (!input.bytes.empty()) {
    const std::size_t offset = bytes.size() - input.bytes.size();
    const std::uint64_t header = input.number();
    const std::string_view entry = input.good ? input.take(header >> 1) : std::string_view();
    if (!input.good || !decoder.entry(static_cast<RowKind>(header & 1), entry)) {
      return Error{"a stored history is corrupt at byte " + std::to_string(offset) + " of " +
                   std::to_string(bytes.size())};
    }
  }
  return {};
}

}  // namespace weir::history
