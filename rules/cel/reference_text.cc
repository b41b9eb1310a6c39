#include <cstdint>
#include <set>
#include <string>

#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

using Texts = std::vector<std::string>;

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }
ReferenceValue no_overload(Function function) { return fault(ErrorCode::kNoSuchOverload, function); }

// The characters of a text, each as a text.
Texts characters(const std::string& text) {
  Texts out;
  for (const char c : text) {
    if (out.empty() || (static_cast<unsigned char>(c) & 0xC0U) != 0x80U) out.emplace_back();
    out.back().push_back(c);
  }
  return out;
}

std::string all_of(const Texts& parts, std::size_t begin, std::size_t end) {
  std::string out;
  for (std::size_t i = begin; i < end; ++i) out += parts[i];
  return out;
}

bool in_text(std::int64_t place, const Texts& text) {
  return place >= 0 && place <= static_cast<std::int64_t>(text.size());
}

bool found_at(const Texts& text, const Texts& part, std::size_t place) {
  return place + part.size() <= text.size() && all_of(text, place, place + part.size()) == all_of(part, 0, part.size());
}

ReferenceValue char_at(const std::string& text, std::int64_t place) {
  const auto all = characters(text);
  if (!in_text(place, all)) return fault(ErrorCode::kIndexOutOfRange, Function::kCharAt);
  const auto at = static_cast<std::size_t>(place);
  return {at == all.size() ? std::string() : all[at]};
}

ReferenceValue substring(const std::string& text, std::int64_t begin, const ReferenceValue* last) {
  const auto all = characters(text);
  const auto end = last != nullptr ? last->as<std::int64_t>() : static_cast<std::int64_t>(all.size());
  if (last != nullptr && begin > end) return fault(ErrorCode::kInvalidArgument, Function::kSubstring);
  if (!in_text(begin, all) || !in_text(end, all)) return fault(ErrorCode::kIndexOutOfRange, Function::kSubstring);
  return {all_of(all, static_cast<std::size_t>(begin), static_cast<std::size_t>(end))};
}

ReferenceValue index_of(Function function, const std::vector<ReferenceValue>& arguments) {
  const auto text = characters(arguments[0].as<std::string>());
  const auto part = characters(arguments[1].as<std::string>());
  const bool last = function == Function::kLastIndexOf;
  auto from = last ? static_cast<std::int64_t>(text.size()) : std::int64_t{0};
  if (arguments.size() == 3) from = arguments[2].as<std::int64_t>();
  if (!in_text(from, text)) return fault(ErrorCode::kIndexOutOfRange, function);
  std::int64_t found = -1;
  for (std::size_t place = 0; place <= text.size(); ++place) {
    const auto here = static_cast<std::int64_t>(place);
    if (!found_at(text, part, place) || (last ? here > from : here < from)) continue;
    if (last || found < 0) found = here;
  }
  return {found};
}

std::string in_case(Function function, std::string text) {
  const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::string lower = "abcdefghijklmnopqrstuvwxyz";
  const auto& from = function == Function::kLowerAscii ? upper : lower;
  const auto& to = function == Function::kLowerAscii ? lower : upper;
  for (char& c : text) {
    if (const auto place = from.find(c); place != std::string::npos) c = to[place];
  }
  return text;
}

std::string replaced(const std::string& text, const std::string& part, const std::string& other, std::int64_t limit) {
  const auto all = characters(text);
  const auto wanted = characters(part);
  std::string out;
  std::int64_t done = 0;
  for (std::size_t place = 0; place <= all.size();) {
    const bool here = done != limit && found_at(all, wanted, place);
    if (here) {
      out += other;
      ++done;
      place += wanted.size();
    }
    if (here && !wanted.empty()) continue;
    if (place < all.size()) out += all[place];
    ++place;
  }
  return out;
}

Texts pieces(const std::string& text, const std::string& separator, std::int64_t limit) {
  const auto all = characters(text);
  const auto wanted = characters(separator);
  if (limit == 0 || (text.empty() && separator.empty())) return {};
  Texts out(1);
  for (std::size_t place = 0; place < all.size();) {
    const bool full = static_cast<std::int64_t>(out.size()) == limit;
    if (!full && wanted.empty() && place > 0) out.emplace_back();
    if (!full && !wanted.empty() && found_at(all, wanted, place)) {
      out.emplace_back();
      place += wanted.size();
    } else {
      out.back() += all[place++];
    }
  }
  return out;
}

std::string trimmed(const std::string& text) {
  static const std::set<std::string> kSpaces{"\t",     "\n",     "\v",     "\f",     "\r",     " ",      "\u0085",
                                             "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                             "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u2028",
                                             "\u2029", "\u202F", "\u205F", "\u3000"};
  const auto all = characters(text);
  std::size_t begin = 0;
  std::size_t end = all.size();
  while (begin < end && kSpaces.contains(all[begin])) ++begin;
  while (begin < end && kSpaces.contains(all[end - 1])) --end;
  return all_of(all, begin, end);
}

ReferenceValue joined(const ReferenceList& list, const std::string& separator) {
  std::string out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list[i].is<std::string>()) return no_overload(Function::kJoin);
    out += (i > 0 ? separator : "") + list[i].as<std::string>();
  }
  return {out};
}

std::string quoted(const std::string& text) {
  std::string out = text;
  const std::vector<std::pair<std::string, std::string>> escapes{{"\\", "\\\\"}, {"\a", "\\a"}, {"\b", "\\b"},
                                                                 {"\f", "\\f"},  {"\n", "\\n"}, {"\r", "\\r"},
                                                                 {"\t", "\\t"},  {"\v", "\\v"}, {"\"", "\\\""}};
  for (const auto& [plain, escaped] : escapes) out = replaced(out, plain, escaped, -1);
  return "\"" + out + "\"";
}

ReferenceValue on_text(Function function, const std::vector<ReferenceValue>& arguments) {
  const auto& text = arguments[0].as<std::string>();
  const auto limit = [&arguments](std::size_t at) {
    return arguments.size() > at ? arguments[at].as<std::int64_t>() : std::int64_t{-1};
  };
  switch (function) {
    case Function::kCharAt:
      return char_at(text, arguments[1].as<std::int64_t>());
    case Function::kSubstring:
      return substring(text, arguments[1].as<std::int64_t>(), arguments.size() == 3 ? &arguments[2] : nullptr);
    case Function::kIndexOf:
    case Function::kLastIndexOf:
      return index_of(function, arguments);
    case Function::kReplace:
      return {replaced(text, arguments[1].as<std::string>(), arguments[2].as<std::string>(), limit(3))};
    case Function::kReverse: {
      const auto all = characters(text);
      return {all_of(Texts(all.rbegin(), all.rend()), 0, all.size())};
    }
    case Function::kSplit: {
      ReferenceList out;
      for (const auto& piece : pieces(text, arguments[1].as<std::string>(), limit(2))) out.push_back({piece});
      return {std::move(out)};
    }
    case Function::kTrim:
      return {trimmed(text)};
    case Function::kQuote:
      return {quoted(text)};
    default:
      return {in_case(function, text)};
  }
}

// Whether each argument is a text where there is an 's' and an int where there is an 'i'.
bool are(const std::vector<ReferenceValue>& arguments, const std::string& kinds) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (kinds.at(i) == 's' ? !arguments[i].is<std::string>() : !arguments[i].is<std::int64_t>()) return false;
  }
  return true;
}

}  // namespace

ReferenceValue reference_text(Function function, const std::vector<ReferenceValue>& arguments) {
  if (function == Function::kJoin) {
    const bool takes = arguments[0].is<ReferenceList>() && are({arguments.begin() + 1, arguments.end()}, "s");
    if (!takes) return no_overload(function);
    return joined(arguments[0].as<ReferenceList>(), arguments.size() == 2 ? arguments[1].as<std::string>() : "");
  }
  const bool counts_first = function == Function::kCharAt || function == Function::kSubstring;
  const char* const kinds = function == Function::kReplace ? "sssi" : counts_first ? "sii" : "ssi";
  return are(arguments, kinds) ? on_text(function, arguments) : no_overload(function);
}

}  // namespace weir::cel
