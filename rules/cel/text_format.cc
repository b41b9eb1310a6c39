#include "rules/cel/text_format.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>

#include "engine/base/currency.h"
#include "engine/base/decimal.h"
#include "rules/cel/address.h"
#include "rules/cel/calendar.h"
#include "rules/cel/collection.h"
#include "rules/cel/conversion.h"
#include "rules/cel/text_builder.h"
#include "rules/cel/utf8.h"

namespace weir::cel {
namespace {

constexpr std::string_view kName = "format";

// The largest double has 309 digits before the point.
using NumberBuffer = std::array<char, kMaxFormatPrecision + 320>;
using KeyBuffer = std::array<char, 20>;

template <class Integer, class Buffer>
std::string_view integer_text(Integer number, int base, Buffer& buffer) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, base).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

// A map's key as text.
std::string_view key_text(const Value& key, KeyBuffer& buffer) {
  switch (key.kind()) {
    case ValueKind::kBool:
      return key.as_bool() ? "true" : "false";
    case ValueKind::kInt64:
      return integer_text(key.as_int64(), 10, buffer);
    case ValueKind::kUint64:
      return integer_text(key.as_uint64(), 10, buffer);
    case ValueKind::kString:
      return key.as_string();
    default:
      return {};
  }
}

class Formatter {
 public:
  explicit Formatter(Scratch& scratch) : scratch_(scratch), out_(scratch) {}

  Value run(std::string_view format, std::span<const Value> values) {
    std::size_t next = 0;
    while (!format.empty() && error_ == ErrorCode::kNone) {
      const auto percent = std::min(format.find('%'), format.size());
      out_.add(format.substr(0, percent));
      format.remove_prefix(percent);
      if (format.starts_with("%%")) {
        out_.add('%');
        format.remove_prefix(2);
      } else if (!format.empty()) {
        const auto clause = parse_clause(format);
        if (!clause.fault.empty()) return Value::error(ErrorCode::kInvalidArgument, kName);
        if (next == values.size()) return Value::error(ErrorCode::kIndexOutOfRange, kName);
        add_clause(clause, values[next++]);
        format.remove_prefix(clause.size);
      }
    }
    return error_ == ErrorCode::kNone ? out_.finish(kName) : Value::error(error_, kName);
  }

 private:
  void refuse(ErrorCode code = ErrorCode::kInvalidArgument) {
    if (error_ == ErrorCode::kNone) error_ = code;
  }

  void add_clause(const FormatClause& clause, const Value& value) {
    if (!clause_takes(clause.verb, kind_of(value))) return refuse();
    switch (clause.verb) {
      case 'f':
        return add_real(value, std::chars_format::fixed, clause.precision);
      case 'e':
        return add_real(value, std::chars_format::scientific, clause.precision);
      case 'x':
      case 'X':
        return add_hexadecimal(value, clause.verb == 'X');
      case 'o':
        return add_integer(value, 8);
      case 'b':
        return value.is(ValueKind::kBool) ? out_.add(value.as_bool() ? '1' : '0') : add_integer(value, 2);
      default:
        return add_text(value);
    }
  }

  void add_integer(const Value& value, int base) {
    NumberBuffer buffer;
    out_.add(value.is(ValueKind::kInt64) ? integer_text(value.as_int64(), base, buffer)
                                         : integer_text(value.as_uint64(), base, buffer));
  }

  void add_hexadecimal(const Value& value, bool upper) {
    const char* const digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    if (value.is(ValueKind::kString) || value.is(ValueKind::kBytes)) {
      for (const char c : value.as_string()) {
        const auto byte = static_cast<unsigned char>(c);
        out_.add(digits[byte >> 4U]);
        out_.add(digits[byte & 15U]);
      }
      return;
    }
    NumberBuffer buffer;
    const auto text = value.is(ValueKind::kInt64) ? integer_text(value.as_int64(), 16, buffer)
                                                  : integer_text(value.as_uint64(), 16, buffer);
    for (const char c : text) out_.add(upper && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c);
  }

  bool add_not_finite(double value) {
    if (std::isfinite(value)) return false;
    out_.add(std::isnan(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity");
    return true;
  }

  void add_real(const Value& value, std::chars_format form, int precision) {
    const double number = value.is(ValueKind::kInt64)    ? static_cast<double>(value.as_int64())
                          : value.is(ValueKind::kUint64) ? static_cast<double>(value.as_uint64())
                                                         : value.as_double();
    if (add_not_finite(number)) return;
    NumberBuffer buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, form, precision).ptr;
    out_.add({buffer.data(), static_cast<std::size_t>(end - buffer.data())});
  }

  // The fewest digits that read back as the same double, without an exponent.
  void add_plain_real(double value) {
    if (add_not_finite(value)) return;
    NumberBuffer buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
    std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    if (text.starts_with('-')) {
      out_.add('-');
      text.remove_prefix(1);
    }
    const auto mark = text.find('e');
    const auto first = text.substr(0, 1);
    const auto others = text.substr(std::min<std::size_t>(2, mark), mark - std::min<std::size_t>(2, mark));
    int exponent = 0;
    const auto digits = text.substr(mark + 2);
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (text[mark + 1] == '-' && exponent > 0) {
      out_.add("0.");
      add_zeros(static_cast<std::size_t>(exponent) - 1);
      out_.add(first);
      return out_.add(others);
    }
    const auto whole = std::min(others.size(), static_cast<std::size_t>(exponent));
    out_.add(first);
    out_.add(others.substr(0, whole));
    add_zeros(static_cast<std::size_t>(exponent) - whole);
    if (whole == others.size()) return;
    out_.add('.');
    out_.add(others.substr(whole));
  }

  void add_zeros(std::size_t count) {
    for (; count > 0; --count) out_.add('0');
  }

  void add_text(const Value& value) {
    switch (value.kind()) {
      case ValueKind::kNull:
        return out_.add("null");
      case ValueKind::kBool:
        return out_.add(value.as_bool() ? "true" : "false");
      case ValueKind::kInt64:
      case ValueKind::kUint64:
        return add_integer(value, 10);
      case ValueKind::kDouble:
        return add_plain_real(value.as_double());
      case ValueKind::kString:
        return out_.add(value.as_string());
      case ValueKind::kBytes:
        return add_bytes(value.as_bytes());
      case ValueKind::kTimestamp:
        return in_range(value) ? out_.add(timestamp_text(value).view()) : refuse(ErrorCode::kOverflow);
      case ValueKind::kDuration:
        return out_.add(duration_text(value).view());
      case ValueKind::kMoney:
        return add_money(value);
      case ValueKind::kAddress:
        return out_.add(address_text(address_of(value)).view());
      case ValueKind::kNetwork:
        return out_.add(network_text(network_of(value)).view());
      case ValueKind::kType:
        return out_.add(type_kind_name(type_of_type(value)));
      case ValueKind::kList:
        return add_list(value);
      case ValueKind::kMap:
        return add_map(value);
      default:
        return refuse();
    }
  }

  void add_bytes(std::string_view bytes) {
    scratch_.spend_text(bytes.size());
    first_invalid_utf8(bytes) == bytes.size() ? out_.add(bytes) : refuse();
  }

  void add_money(const Value& money) {
    const auto currency = currency_by_number(money.currency());
    if (!currency) return refuse();
    NumberBuffer buffer;
    auto digits = integer_text(money.minor_units(), 10, buffer);
    if (digits.starts_with('-')) {
      out_.add('-');
      digits.remove_prefix(1);
    }
    const std::size_t decimals = currency->exponent;
    const std::size_t whole = digits.size() > decimals ? digits.size() - decimals : 0;
    out_.add(whole > 0 ? digits.substr(0, whole) : "0");
    if (decimals > 0) {
      out_.add('.');
      add_zeros(decimals - (digits.size() - whole));
      out_.add(digits.substr(whole));
    }
    out_.add(' ');
    out_.add(currency->code);
  }

  void add_list(const Value& list) {
    out_.add('[');
    bool first = true;
    for (const Value& element : list_elements(list)) {
      if (!scratch_.spend(1)) return;
      if (!first) out_.add(", ");
      add_text(element);
      first = false;
    }
    out_.add(']');
  }

  // In the order of the keys' texts; of equal texts, in that of the map.
  void add_map(const Value& map) {
    const auto cells = map_cells(map);
    const auto order = sorted_entries(cells);
    out_.add('{');
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i > 0) out_.add(", ");
      add_text(cells[std::size_t{2} * order[i]]);
      out_.add(": ");
      add_text(cells[std::size_t{2} * order[i] + 1]);
    }
    out_.add('}');
  }

  std::span<const std::uint32_t> sorted_entries(std::span<const Value> cells) {
    const std::size_t count = cells.size() / 2;
    std::uint64_t cost = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const Value& key = cells[2 * i];
      cost += 1 + (key.is(ValueKind::kString) ? key.as_string().size() / kTextBytesPerCost : 0);
    }
    char* memory =
        scratch_.spend(cost * std::bit_width(count)) ? scratch_.allocate_text(count * sizeof(std::uint32_t)) : nullptr;
    if (memory == nullptr) return {};
    auto* order = reinterpret_cast<std::uint32_t*>(memory);
    for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
    std::sort(order, order + count, [cells](std::uint32_t a, std::uint32_t b) {
      KeyBuffer left{};
      KeyBuffer right{};
      const int sign = key_text(cells[std::size_t{2} * a], left).compare(key_text(cells[std::size_t{2} * b], right));
      return sign != 0 ? sign < 0 : a < b;
    });
    return {order, count};
  }

  Scratch& scratch_;
  TextBuilder out_;
  ErrorCode error_ = ErrorCode::kNone;
};

}  // namespace

FormatClause parse_clause(std::string_view text) {
  FormatClause out;
  const auto fault = [&out](std::string_view what) {
    out.fault = what;
    return out;
  };
  std::size_t at = 1;
  if (at < text.size() && text[at] == '.') {
    const std::size_t begin = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    if (at == begin) return fault("there are no digits after the point");
    const auto [end, error] = std::from_chars(text.data() + begin, text.data() + at, out.precision);
    if (error != std::errc() || out.precision > kMaxFormatPrecision) return fault("the precision is at most 1000");
  }
  if (at == text.size()) return fault("it ends within a clause");
  out.verb = text[at];
  out.size = at + 1;
  if (std::string_view("sdfexXob").find(out.verb) == std::string_view::npos) return fault("there is no such clause");
  return out;
}

bool clause_takes(char verb, TypeKind kind) {
  const bool integer = kind == TypeKind::kInt || kind == TypeKind::kUint;
  switch (verb) {
    case 'd':
    case 'f':
    case 'e':
      return integer || kind == TypeKind::kDouble;
    case 'x':
    case 'X':
      return integer || kind == TypeKind::kString || kind == TypeKind::kBytes;
    case 'o':
      return integer;
    case 'b':
      return integer || kind == TypeKind::kBool;
    default:
      return kind != TypeKind::kOptional && kind != TypeKind::kError;
  }
}

Value format_text(std::span<const Value> arguments, Scratch& scratch) {
  if (!arguments[0].is(ValueKind::kString) || !arguments[1].is(ValueKind::kList)) {
    return Value::error(ErrorCode::kNoSuchOverload, kName);
  }
  scratch.spend_text(arguments[0].as_string().size());
  return Formatter(scratch).run(arguments[0].as_string(), list_elements(arguments[1]));
}

}  // namespace weir::cel
