#include "tests/engine/features/reference.h"

#include <algorithm>
#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <optional>

#include "engine/base/currency.h"
#include "engine/history/dictionary.h"
#include "engine/history/sketch.h"
#include "rules/cel/scratch.h"

namespace weir::features {
namespace {

using boost::multiprecision::cpp_int;
using boost::multiprecision::cpp_rational;

cpp_rational exact(double value) {
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  const auto mantissa = static_cast<long long>(std::ldexp(fraction, 53));
  cpp_rational result = cpp_int(mantissa);
  exponent -= 53;
  if (exponent >= 0) return result * cpp_rational(cpp_int(1) << exponent);
  return result / cpp_rational(cpp_int(1) << -exponent);
}

double nearest_to(const cpp_rational& value) {
  if (value == 0) return 0.0;
  // Near enough to begin with: the quotient of the leading digits.
  const double guess = value.convert_to<double>();
  double best = guess;
  cpp_rational best_distance = abs(exact(best) - value);
  for (double candidate = std::nextafter(std::nextafter(guess, -INFINITY), -INFINITY), i = 0; i < 5;
       candidate = std::nextafter(candidate, INFINITY), ++i) {
    const cpp_rational distance = abs(exact(candidate) - value);
    const bool even = (std::bit_cast<std::uint64_t>(candidate) & 1) == 0;
    if (distance < best_distance || (distance == best_distance && even)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

cpp_int ten_to(int exponent) {
  cpp_int power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

bool yields_true(const std::shared_ptr<const cel::Program>& program, std::span<const Value> slots) {
  if (program == nullptr) return true;
  cel::Scratch scratch;
  const Value value = program->evaluate(slots, scratch);
  return value.is(ValueKind::kBool) && value.as_bool();
}

int decimals_for(const event::Field& field, const Value& value) {
  if (field.type == event::FieldType::kDouble) return field.decimals;
  if (field.type == event::FieldType::kMoney) return currency_by_number(value.currency())->exponent;
  return 0;
}

// Of equal kind, and of equal currency where it matters.
bool less(const Value& a, const Value& b) {
  if (a.is(ValueKind::kDouble)) {
    if (a.as_double() != b.as_double()) return a.as_double() < b.as_double();
    return std::signbit(a.as_double()) && !std::signbit(b.as_double());
  }
  if (a.is(ValueKind::kTimestamp)) {
    return a.seconds() != b.seconds() ? a.seconds() < b.seconds() : a.nanoseconds() < b.nanoseconds();
  }
  return a.as_int64() < b.as_int64();
}

ReferenceResult add_up(Aggregate aggregate, const event::Field& field, const std::vector<Value>& values,
                       const Value& own) {
  const bool mixed = field.type == event::FieldType::kMoney && field.currency == 0;
  if (mixed && own.is_absent()) return {};
  std::vector<Value> same;
  for (const Value& value : values) {
    if (!mixed || value.currency() == own.currency()) same.push_back(value);
  }
  if (aggregate == Aggregate::kMin || aggregate == Aggregate::kMax) {
    if (same.empty()) return {};
    return {aggregate == Aggregate::kMin ? *std::min_element(same.begin(), same.end(), less)
                                         : *std::max_element(same.begin(), same.end(), less)};
  }
  cpp_int sum = 0;
  cpp_int squares = 0;
  for (const Value& value : same) {
    cpp_int number = value.as_int64();
    if (field.type == event::FieldType::kDouble) {
      const std::optional<std::int64_t> scaled = scale_reference(value.as_double(), field.decimals);
      if (!scaled) return {Value::error(ErrorCode::kOverflow)};
      number = *scaled;
    }
    sum += number;
    squares += number * number;
  }
  if (aggregate == Aggregate::kSum) {
    if (field.type == event::FieldType::kDouble)
      return {Value::real(nearest_to(cpp_rational(sum, ten_to(field.decimals))))};
    if (sum < INT64_MIN || sum > INT64_MAX) return {Value::error(ErrorCode::kOverflow)};
    const auto total = sum.convert_to<std::int64_t>();
    if (field.type == event::FieldType::kInt64) return {Value::int64(total)};
    return {Value::money(total, mixed ? own.currency() : field.currency)};
  }
  if (same.empty()) return {};
  const cpp_int count = same.size();
  const cpp_int unit = ten_to(decimals_for(field, same.front()));
  if (aggregate == Aggregate::kMean) return {Value::real(nearest_to(cpp_rational(sum, count * unit)))};
  const cpp_rational variance(count * squares - sum * sum, count * count * unit * unit);
  return {Value::real(std::sqrt(nearest_to(variance)))};
}

// Of the last `of_last` of these values in the event's currency.
ReferenceResult median(const event::Field& field, const std::vector<Value>& values, const Value& own,
                       std::uint32_t of_last) {
  const bool mixed = field.type == event::FieldType::kMoney && field.currency == 0;
  if (mixed && own.is_absent()) return {};
  std::vector<Value> same;
  for (const Value& value : values) {
    if (!mixed || value.currency() == own.currency()) same.push_back(value);
  }
  if (same.empty()) return {};
  if (same.size() > of_last) same.erase(same.begin(), same.end() - of_last);
  std::sort(same.begin(), same.end(), less);
  const Value& low = same[(same.size() - 1) / 2];
  const Value& high = same[same.size() / 2];
  return add_up(Aggregate::kMean, field, {low, high}, own);
}

ReferenceResult count_distinct(const std::vector<Value>& values, std::uint32_t exact_up_to) {
  std::vector<history::DistinctKey> keys;
  for (const Value& value : values) {
    const history::DistinctKey key(value);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  }
  if (keys.size() <= exact_up_to) return {Value::int64(static_cast<std::int64_t>(keys.size()))};
  history::Registers registers{};
  for (const history::DistinctKey& key : keys) history::raise(registers, history::sketch_code(key.hash));
  const std::uint64_t count = std::max<std::uint64_t>(history::estimate(registers), exact_up_to + 1ULL);
  return {Value::int64(static_cast<std::int64_t>(count)), true};
}

}  // namespace

double nearest_reference(const std::string& numerator, const std::string& denominator) {
  return nearest_to(cpp_rational(cpp_int(numerator), cpp_int(denominator)));
}

std::optional<std::int64_t> scale_reference(double value, int decimals) {
  if (!std::isfinite(value)) return std::nullopt;
  const cpp_rational product = exact(value) * cpp_rational(ten_to(decimals));
  const cpp_int numerator = abs(boost::multiprecision::numerator(product));
  const cpp_int denominator = boost::multiprecision::denominator(product);
  cpp_int whole = numerator / denominator;
  const cpp_int rest = 2 * (numerator % denominator);
  if (rest > denominator || (rest == denominator && whole % 2 != 0)) ++whole;
  if (whole > INT64_MAX) return std::nullopt;
  const auto magnitude = whole.convert_to<std::int64_t>();
  return std::signbit(value) ? -magnitude : magnitude;
}

void Reference::append(std::span<const Value> slots, std::int64_t time_ms, std::uint64_t sequence,
                       const history::LabelEntry* label) {
  Row row;
  row.slots.assign(slots.begin(), slots.begin() + schema_->slot_count());
  for (Value& value : row.slots) {
    if (!value.is(ValueKind::kString)) continue;
    texts_.emplace_back(value.as_string());
    value = value.has_enum_code() ? Value::enumeration(texts_.back(), value.enum_code()) : Value::string(texts_.back());
  }
  for (std::uint32_t slot = 0; slot < schema_->field_count(); ++slot) {
    if (!schema_->fields[slot].history) row.slots[slot] = Value::absent();
  }
  row.time_ms = time_ms;
  row.sequence = sequence;
  if (label != nullptr) row.labels.push_back(*label);
  auto at = rows_.end();
  while (at != rows_.begin() && std::prev(at)->time_ms > time_ms) --at;
  rows_.insert(at, std::move(row));
}

bool Reference::label(std::int64_t time_ms, std::uint64_t sequence, const history::LabelEntry& entry) {
  for (Row& row : rows_) {
    if (row.time_ms != time_ms || row.sequence != sequence) continue;
    row.labels.push_back(entry);
    return true;
  }
  return false;
}

std::vector<Value> Reference::seen(const Row& row, std::int64_t at_ms) const {
  std::vector<Value> slots = row.slots;
  const history::LabelEntry* in_force = nullptr;
  for (const history::LabelEntry& entry : row.labels) {
    if (entry.known_at_ms > at_ms) continue;
    if (in_force == nullptr || entry.known_at_ms >= in_force->known_at_ms) in_force = &entry;
  }
  slots[schema_->label_slot()] =
      in_force == nullptr ? Value::absent() : Value::string(in_force->fraud ? "fraud" : "honest");
  return slots;
}

ReferenceResult Reference::evaluate(const Definition& definition, const event::Event& event,
                                    std::int64_t cutoff_ms) const {
  if (definition.aggregate == Aggregate::kFirstSeen) {
    std::optional<std::int64_t> first;
    for (const Row& row : rows_) first = std::min(first.value_or(row.time_ms), row.time_ms);
    if (definition.include_current) first = std::min(first.value_or(event.time_ms), event.time_ms);
    if (first) return {Value::timestamp_ms(*first)};
    return {definition.default_value.value_or(Value::absent())};
  }
  // The rows in the window, this event last.
  std::vector<std::vector<Value>> window;
  std::vector<std::int64_t> times;
  const std::int64_t until_ms = event.time_ms - definition.offset_ms;
  for (const Row& row : rows_) {
    if (row.time_ms <= until_ms - definition.window_ms || row.time_ms > until_ms || row.time_ms <= cutoff_ms) continue;
    std::vector<Value> slots = seen(row, event.time_ms);
    if (!yields_true(definition.where, slots)) continue;
    window.push_back(std::move(slots));
    times.push_back(row.time_ms);
  }
  if (definition.include_current && yields_true(definition.where, event.slots())) {
    window.emplace_back(event.slots().begin(), event.slots().end());
    times.push_back(event.time_ms);
  }
  std::vector<Value> values;
  if (definition.slot) {
    for (const std::vector<Value>& slots : window) {
      if (!slots[*definition.slot].is_absent()) values.push_back(slots[*definition.slot]);
    }
  }
  ReferenceResult result;
  switch (definition.aggregate) {
    case Aggregate::kCount:
      result.value = Value::int64(static_cast<std::int64_t>(window.size()));
      break;
    case Aggregate::kShare: {
      std::size_t some = 0;
      for (const std::vector<Value>& slots : window) some += yields_true(definition.share_of, slots) ? 1 : 0;
      if (!window.empty()) {
        result.value = Value::real(nearest_to(cpp_rational(cpp_int(some), cpp_int(window.size()))));
      }
      break;
    }
    case Aggregate::kTimeSinceLast:
      if (!times.empty()) result.value = Value::duration_ms(event.time_ms - times.back());
      break;
    case Aggregate::kFirst:
      if (!values.empty()) result.value = values.front();
      break;
    case Aggregate::kLast:
      if (!values.empty()) result.value = values.back();
      break;
    case Aggregate::kMedian:
      result = median(schema_->fields[*definition.slot], values, event[*definition.slot], definition.of_last);
      break;
    case Aggregate::kDistinctCount:
      result = count_distinct(values, definition.exact_up_to);
      break;
    default:
      result = add_up(definition.aggregate, schema_->fields[*definition.slot], values, event[*definition.slot]);
  }
  if (result.value.is_absent() && definition.default_value) result.value = *definition.default_value;
  return result;
}

}  // namespace weir::features
