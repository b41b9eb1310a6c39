#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "rules/cel/collection.h"
#include "rules/cel/library.h"
#include "rules/cel/text_builder.h"
#include "rules/cel/utf8.h"

namespace weir::cel {
namespace {

using Arguments = std::span<const Value>;

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }
Value no_overload(Function function) { return failure(ErrorCode::kNoSuchOverload, function); }

bool begins_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// Whether the arguments are of these kinds, as far as there are any.
bool are(Arguments arguments, std::initializer_list<ValueKind> kinds) {
  return arguments.size() <= kinds.size() &&
         std::equal(arguments.begin(), arguments.end(), kinds.begin(),
                    [](const Value& value, ValueKind kind) { return value.is(kind); });
}

// Bytes of the first code point of a text that is not empty.
std::size_t point_size(std::string_view text) {
  return static_cast<std::size_t>(std::find_if(text.begin() + 1, text.end(), begins_point) - text.begin());
}

// Where the code point of that number begins; the end of the text is one more than its last. Empty if there is none.
std::optional<std::size_t> offset_of(std::string_view text, std::int64_t point) {
  if (point < 0) return std::nullopt;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_point(text[at]) && point-- == 0) return at;
  }
  return point == 0 ? std::optional(text.size()) : std::nullopt;
}

// The search may compare the part at every place.
bool spend_search(std::string_view text, std::string_view part, Scratch& scratch) {
  return scratch.spend(text.size() / kTextBytesPerCost * (1 + part.size() / kTextBytesPerCost));
}

Value char_at(std::string_view text, std::int64_t point) {
  const auto begin = offset_of(text, point);
  if (!begin) return failure(ErrorCode::kIndexOutOfRange, Function::kCharAt);
  text.remove_prefix(*begin);
  return Value::string(text.empty() ? text : text.substr(0, point_size(text)));
}

Value substring(Arguments arguments) {
  constexpr auto kFunction = Function::kSubstring;
  const auto text = arguments[0].as_string();
  const std::int64_t first = arguments[1].as_int64();
  const bool open = arguments.size() == 2;
  const auto begin = offset_of(text, first);
  const auto end = open ? std::optional(text.size()) : offset_of(text, arguments[2].as_int64());
  if (!open && first > arguments[2].as_int64()) return failure(ErrorCode::kInvalidArgument, kFunction);
  if (!begin || !end) return failure(ErrorCode::kIndexOutOfRange, kFunction);
  return Value::string(text.substr(*begin, *end - *begin));
}

Value index_of(Function function, Arguments arguments, Scratch& scratch) {
  const auto text = arguments[0].as_string();
  const auto part = arguments[1].as_string();
  const bool last = function == Function::kLastIndexOf;
  std::optional<std::size_t> from = last ? text.size() : 0;
  if (arguments.size() == 3) from = offset_of(text, arguments[2].as_int64());
  if (!from) return failure(ErrorCode::kIndexOutOfRange, function);
  if (!spend_search(text, part, scratch)) return failure(ErrorCode::kCostLimit, function);
  const auto found = last ? text.rfind(part, *from) : text.find(part, *from);
  if (found == std::string_view::npos) return Value::int64(-1);
  return Value::int64(static_cast<std::int64_t>(code_points(text.substr(0, found))));
}

Value in_case(Function function, std::string_view text, Scratch& scratch) {
  char* out = scratch.allocate_text(text.size());
  if (out == nullptr) return failure(ErrorCode::kCostLimit, function);
  const char first = function == Function::kLowerAscii ? 'A' : 'a';
  std::transform(text.begin(), text.end(), out,
                 [first](char c) { return c >= first && c <= first + 25 ? static_cast<char>(c ^ ('a' - 'A')) : c; });
  return Value::string({out, text.size()});
}

Value reversed(std::string_view text, Scratch& scratch) {
  char* out = scratch.allocate_text(text.size());
  if (out == nullptr) return failure(ErrorCode::kCostLimit, Function::kReverse);
  std::size_t end = text.size();
  std::size_t size = 0;
  while (end > 0) {
    std::size_t begin = end - 1;
    while (begin > 0 && !begins_point(text[begin])) --begin;
    std::copy(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
              out + size);
    size += end - begin;
    end = begin;
  }
  return Value::string({out, size});
}

// The places of a text where a part is found, from left to right and apart from each other. An empty part is found
// before every code point and, if `at_end`, behind the last.
class Matches {
 public:
  Matches(std::string_view text, std::string_view part, bool at_end) : text_(text), part_(part), at_end_(at_end) {}

  std::size_t next() {
    if (!part_.empty()) {
      const auto found = text_.find(part_, from_);
      if (found != std::string_view::npos) from_ = found + part_.size();
      return found;
    }
    while (from_ < text_.size() && !begins_point(text_[from_])) ++from_;
    if (from_ > text_.size() || (from_ == text_.size() && !at_end_)) return std::string_view::npos;
    return from_++;
  }

 private:
  std::string_view text_;
  std::string_view part_;
  bool at_end_;
  std::size_t from_ = 0;
};

std::uint64_t limit_of(const Value& limit) {
  return limit.as_int64() < 0 ? std::numeric_limits<std::uint64_t>::max() : limit.as_uint64();
}

Value replaced(Arguments arguments, Scratch& scratch) {
  const auto text = arguments[0].as_string();
  const auto part = arguments[1].as_string();
  if (!spend_search(text, part, scratch)) return failure(ErrorCode::kCostLimit, Function::kReplace);
  std::uint64_t left = arguments.size() == 4 ? limit_of(arguments[3]) : limit_of(Value::int64(-1));
  TextBuilder out(scratch);
  Matches matches(text, part, true);
  std::size_t done = 0;
  for (; left > 0 && !scratch.exhausted(); --left) {
    const auto found = matches.next();
    if (found == std::string_view::npos) break;
    out.add(text.substr(done, found - done));
    out.add(arguments[2].as_string());
    done = found + part.size();
  }
  out.add(text.substr(done));
  return out.finish(function_name(Function::kReplace));
}

Value split(Arguments arguments, Scratch& scratch) {
  const auto text = arguments[0].as_string();
  const auto separator = arguments[1].as_string();
  const std::uint64_t limit = arguments.size() == 3 ? limit_of(arguments[2]) : limit_of(Value::int64(-1));
  if (limit == 0 || (text.empty() && separator.empty())) return make_list({});
  if (!spend_search(text, separator, scratch)) return failure(ErrorCode::kCostLimit, Function::kSplit);
  auto& pending = scratch.pending();
  const std::size_t before = pending.size();
  Matches matches(text, separator, false);
  if (separator.empty()) matches.next();  // no piece before the first code point
  std::size_t done = 0;
  while (pending.size() - before + 1 < limit && scratch.spend(1)) {
    const auto found = matches.next();
    if (found == std::string_view::npos) break;
    pending.push_back(Value::string(text.substr(done, found - done)));
    done = found + separator.size();
  }
  pending.push_back(Value::string(text.substr(done)));
  return collected(scratch, before, Function::kSplit);
}

bool is_space(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// The code point of a text of one; 0 if it is none.
std::uint32_t decoded(std::string_view point) {
  if (point.size() > 4) return 0;
  const auto lead = static_cast<unsigned char>(point[0]);
  std::uint32_t out = point.size() == 1 ? lead : lead & (0x7FU >> point.size());
  for (const char c : point.substr(1)) out = out << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  return out;
}

Value trimmed(std::string_view text) {
  while (!text.empty() && is_space(decoded(text.substr(0, point_size(text))))) text.remove_prefix(point_size(text));
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 && !begins_point(text[begin])) --begin;
    if (!is_space(decoded(text.substr(begin)))) break;
    text.remove_suffix(text.size() - begin);
  }
  return Value::string(text);
}

Value joined(Arguments arguments, Scratch& scratch) {
  const auto separator = arguments.size() == 2 ? arguments[1].as_string() : std::string_view();
  TextBuilder out(scratch);
  bool first = true;
  for (const Value& element : list_elements(arguments[0])) {
    if (!element.is(ValueKind::kString)) return no_overload(Function::kJoin);
    if (!scratch.spend(1)) break;
    if (!first) out.add(separator);
    out.add(element.as_string());
    first = false;
  }
  return out.finish(function_name(Function::kJoin));
}

// The escape of a character in a quoted text; empty if it needs none.
std::string_view escape(char c) {
  switch (c) {
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\v':
      return "\\v";
    case '\\':
      return "\\\\";
    case '"':
      return "\\\"";
    default:
      return {};
  }
}

Value quoted(std::string_view text, Scratch& scratch) {
  TextBuilder out(scratch);
  out.add('"');
  for (const char& c : text) {
    const auto escaped = escape(c);
    out.add(escaped.empty() ? std::string_view(&c, 1) : escaped);
  }
  out.add('"');
  return out.finish(function_name(Function::kQuote));
}

}  // namespace

Value collected(Scratch& scratch, std::size_t begin, Function function) {
  auto& pending = scratch.pending();
  const std::size_t count = pending.size() - begin;
  Value* out = scratch.exhausted() ? nullptr : scratch.allocate_values(count);
  if (out != nullptr) std::copy(pending.begin() + static_cast<std::ptrdiff_t>(begin), pending.end(), out);
  pending.resize(begin);
  return out == nullptr ? failure(ErrorCode::kCostLimit, function) : make_list({out, count});
}

Value text_call(Function function, Arguments arguments, Scratch& scratch) {
  constexpr auto kS = ValueKind::kString;
  constexpr auto kI = ValueKind::kInt64;
  const bool takes = function == Function::kJoin      ? are(arguments, {ValueKind::kList, kS})
                     : function == Function::kReplace ? are(arguments, {kS, kS, kS, kI})
                     : function == Function::kCharAt || function == Function::kSubstring ? are(arguments, {kS, kI, kI})
                                                                                         : are(arguments, {kS, kS, kI});
  if (!takes) return no_overload(function);
  const auto text = function == Function::kJoin ? std::string_view() : arguments[0].as_string();
  if (!scratch.spend_text(text.size())) return failure(ErrorCode::kCostLimit, function);
  switch (function) {
    case Function::kCharAt:
      return char_at(text, arguments[1].as_int64());
    case Function::kSubstring:
      return substring(arguments);
    case Function::kIndexOf:
    case Function::kLastIndexOf:
      return index_of(function, arguments, scratch);
    case Function::kLowerAscii:
    case Function::kUpperAscii:
      return in_case(function, text, scratch);
    case Function::kReplace:
      return replaced(arguments, scratch);
    case Function::kReverse:
      return reversed(text, scratch);
    case Function::kSplit:
      return split(arguments, scratch);
    case Function::kTrim:
      return trimmed(text);
    case Function::kJoin:
      return joined(arguments, scratch);
    default:
      return quoted(text, scratch);
  }
}

}  // namespace weir::cel
