#include "tests/rules/cel/expression_maker.h"

#include <array>
#include <initializer_list>
#include <limits>

#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

constexpr std::array kScalars{TypeKind::kBool,      TypeKind::kInt,      TypeKind::kUint,
                              TypeKind::kDouble,    TypeKind::kString,   TypeKind::kBytes,
                              TypeKind::kTimestamp, TypeKind::kDuration, TypeKind::kMoney};

struct SlotInfo {
  const char* name;
  TypeKind kind;
};

constexpr std::array<SlotInfo, 22> kSlots{{
    {"i1", TypeKind::kInt},       {"i2", TypeKind::kInt},       {"u1", TypeKind::kUint},
    {"u2", TypeKind::kUint},      {"d1", TypeKind::kDouble},    {"d2", TypeKind::kDouble},
    {"s1", TypeKind::kString},    {"s2", TypeKind::kString},    {"b1", TypeKind::kBool},
    {"b2", TypeKind::kBool},      {"m1", TypeKind::kMoney},     {"m2", TypeKind::kMoney},
    {"t1", TypeKind::kTimestamp}, {"t2", TypeKind::kTimestamp}, {"p1", TypeKind::kDuration},
    {"p2", TypeKind::kDuration},  {"y1", TypeKind::kBytes},     {"l1", TypeKind::kList},
    {"ls", TypeKind::kList},      {"mp", TypeKind::kMap},       {"any", TypeKind::kDyn},
    {"a.b", TypeKind::kInt},
}};

Type type_of(const SlotInfo& slot) {
  if (slot.kind == TypeKind::kMap) return Type::map(Type::simple(TypeKind::kString), Type::simple(TypeKind::kInt));
  if (slot.kind != TypeKind::kList) return Type::simple(slot.kind);
  return Type::list(Type::simple(slot.name[1] == 's' ? TypeKind::kString : TypeKind::kInt));
}

}  // namespace

std::shared_ptr<const ExchangeTable> maker_rates() {
  constexpr std::int64_t kDay = 86'400'000;
  static const auto kTable = std::make_shared<const ExchangeTable>(
      *currency_by_code("EUR"),
      std::vector<ExchangeRate>{{0, 10'378, 840, 4}, {kDay, 2, 840, 0}, {0, 16'025, 392, 2}, {2 * kDay, 1, 392, 12}},
      7 * kDay);
  return kTable;
}

World maker_world() {
  World world;
  world.set_exchange({maker_rates().get(), 100'000'000});
  for (const auto& slot : kSlots) world.with(slot.name, type_of(slot), Value::absent());
  return world;
}

// Money is the last one, and Weir's alone.
TypeKind ExpressionMaker::scalar() { return kScalars[below(kScalars.size() - (plain() ? 1 : 0))]; }

std::string ExpressionMaker::expression(TypeKind kind, int depth) {
  if (dialect_ == Dialect::kUntypedCel && below(24) == 0) kind = scalar();
  const auto choice = depth <= 0 ? below(2) : below(8);
  if (choice == 0) return literal(kind);
  if (choice == 1) return local(kind);
  if (choice == 2 && kind != TypeKind::kBool) {
    return "(" + boolean(depth - 1) + " ? " + expression(kind, depth - 1) + " : " + expression(kind, depth - 1) + ")";
  }
  if (choice == 3) return library(kind, depth - 1);
  switch (kind) {
    case TypeKind::kBool:
      return boolean(depth);
    case TypeKind::kInt:
      return integer(depth);
    case TypeKind::kUint:
      return natural(depth);
    case TypeKind::kDouble:
      return real(depth);
    case TypeKind::kString:
      return text(depth);
    case TypeKind::kBytes:
      return bytes(depth);
    case TypeKind::kTimestamp:
      return time(depth);
    case TypeKind::kDuration:
      return span(depth);
    default:
      return money(depth);
  }
}

std::string ExpressionMaker::literal(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBool:
      return one_of({"true", "false"});
    case TypeKind::kInt:
      return one_of({"0", "1", "-1", "2", "7", "9223372036854775807", "-9223372036854775808", "4611686018427387904",
                     "9007199254740993", "0x7f", "-3"});
    case TypeKind::kUint:
      return one_of({"0u", "1u", "2u", "18446744073709551615u", "9223372036854775808u", "0xffu"});
    case TypeKind::kDouble:
      return one_of({"0.0", "1.0", "-0.0", "0.5", "1e308", "-1e308", "5e-324", "9223372036854775808.0",
                     "18446744073709551616.0", "1e-3", "(0.0 / 0.0)", "2.5"});
    case TypeKind::kString:
      return one_of({"''", "'a'", "'ab'", "'é𐀀'", "'12'", "'-7'", "'1.5e3'", "'true'", "'1h30m'",
                     "'2026-02-27T09:30:00.5Z'", "'+02:00'", "'nan'", "'\\x00'",
                     "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'"});
    case TypeKind::kBytes:
      return one_of({"b''", "b'a'", "b'\\xff\\x00'", "b'\\xc3\\xa9'", "b'abc'"});
    case TypeKind::kTimestamp:
      return one_of({"timestamp(0)", "timestamp('2026-02-27T09:30:00.123456789Z')", "timestamp('0001-01-01T00:00:00Z')",
                     "timestamp('9999-12-31T23:59:59.999999999Z')",
                     plain() ? "timestamp('2024-02-29T18:29:59Z')" : "timestamp('2024-02-29T23:59:59+05:30')",
                     "timestamp(-1)"});
    case TypeKind::kDuration:
      return one_of({"duration('0s')", "duration('1h')", "duration('-1ns')", "duration('9223372036.854775807s')",
                     plain() ? "duration('-9223372036.854775807s')" : "duration('-9223372036.854775808s')",
                     "duration('-1.5s')", "duration('100ms')"});
    default:
      return one_of({"eur('0')", "eur('1.50')", "usd('1.50')", "eur('92233720368547758.07')", "jpy('-3')"});
  }
}

// A slot of that kind, or a use of one that yields it.
std::string ExpressionMaker::local(TypeKind kind) {
  if (kind == TypeKind::kInt && locals_ > 0 && below(2) == 0)
    return "v" + std::to_string(below(static_cast<std::size_t>(locals_)));
  if (kind == TypeKind::kInt && below(4) == 0)
    return std::string(std::array{"a.b", "mp.k", "mp['j']", "l1[0]", "l1[1]"}[below(5)]);
  const std::size_t second = below(2);
  std::size_t seen = 0;
  const char* found = nullptr;
  for (const auto& slot : kSlots) {
    if (slot.kind == kind && seen++ <= second) found = slot.name;
  }
  return found != nullptr ? found : literal(kind);
}

std::string ExpressionMaker::comparison(int depth) {
  const auto kind = scalar();
  const auto* op = std::array{"==", "!=", "<", "<=", ">", ">="}[below(6)];
  auto left = expression(kind, depth - 1);
  if (below(6) == 0) left = "dyn(" + left + ")";
  const auto right =
      left[0] == 'd' && left[1] == 'y' && below(2) == 0 ? expression(scalar(), depth - 1) : expression(kind, depth - 1);
  return "(" + left + " " + op + " " + right + ")";
}

std::string ExpressionMaker::list(int depth) {
  std::string out = "[";
  for (std::size_t i = below(5); i > 0; --i) out += integer(depth - 1) + (i > 1 ? ", " : "");
  return out + "]";
}

std::string ExpressionMaker::quantifier(int depth) {
  if (locals_ >= 3) return comparison(depth);
  const auto range = below(2) == 0 ? std::string("l1") : list(depth - 1);
  const int variables = 1 + static_cast<int>(below(2));
  auto names = "v" + std::to_string(locals_);
  if (variables == 2) names += ", v" + std::to_string(locals_ + 1);
  locals_ += variables;
  const bool one_name = plain() && variables == 1;
  const auto* macro = std::array{"all", "exists", "exists_one", one_name ? "exists_one" : "existsOne"}[below(4)];
  auto out = range + "." + macro + "(" + names + ", " + boolean(depth - 1) + ")";
  locals_ -= variables;
  return out;
}

// An int that has a name, or is computed from one.
std::string ExpressionMaker::named(int depth) {
  if (locals_ >= 3) return local(TypeKind::kInt);
  const auto value = integer(depth - 1);
  const auto name = "v" + std::to_string(locals_++);
  auto out = integer(depth - 1);
  --locals_;
  if (plain() || below(2) == 0) return "cel.bind(" + name + ", " + value + ", " + out + ")";
  return "cel.block([" + value + ", cel.index(0) * 2], [cel.index(1)].map(" + name + ", " + out + ")[0])";
}

// An optional of an int.
std::string ExpressionMaker::optional(int depth) {
  const auto name = "o" + std::to_string(depth);
  if (depth <= 0) {
    return std::array{plain() ? "mp.?j" : "a.?b", "mp.?k", "optional.none()", "l1[?0]", "optional.of(i2)"}[below(5)];
  }
  switch (below(8)) {
    case 0:
      return "optional.of(" + integer(depth - 1) + ")";
    case 1:
      return "optional.ofNonZeroValue(" + integer(depth - 1) + ")";
    case 2:
      return "l1[?" + integer(depth - 1) + "]";
    case 3:
      return optional(depth - 1) + ".or(" + optional(depth - 1) + ")";
    case 4:
      return optional(depth - 1) + ".optMap(" + name + ", " + name + " + " + integer(depth - 1) + ")";
    case 5:
      return optional(depth - 1) + ".optFlatMap(" + name + ", l1[?" + name + "])";
    case 6:
      return "optional.of(" + list(depth - 1) + ")[" + integer(depth - 1) + "]";
    default:
      return "{'k': " + integer(depth - 1) + "}.?" + std::array{"k", "j"}[below(2)];
  }
}

std::string ExpressionMaker::of_optional(int depth) {
  switch (below(5)) {
    case 0:
      return optional(depth - 1) + ".value()";
    case 1:
      return (plain() ? optional(depth - 1) : "i1") + ".orValue(" + integer(depth - 1) + ")";
    case 2:
      return "[?" + optional(depth - 1) + ", ?" + optional(depth - 1) + "][0]";
    case 3:
      return "{?1: " + optional(depth - 1) + ", ?" + integer(depth - 2) + ": " + optional(depth - 1) + "}[1]";
    default:
      return optional(depth - 1) + ".orValue(" + integer(depth - 1) + ")";
  }
}

// An int out of a list or a map that a macro makes.
std::string ExpressionMaker::transformed(int depth) {
  if (locals_ >= 3) return local(TypeKind::kInt);
  const auto range = below(2) == 0 ? std::string("l1") : list(depth - 1);
  const auto first = "v" + std::to_string(locals_);
  const auto second = "v" + std::to_string(locals_ + 1);
  locals_ += 2;
  const auto filter = below(2) == 0 ? boolean(depth - 1) + ", " : std::string();
  const auto head = "(" + first + ", " + second + ", " + filter;
  std::string out;
  switch (below(4)) {
    case 0:
      out = "size(" + range + ".transformList" + head + integer(depth - 1) + "))";
      break;
    case 1:
      out = range + ".transformMap" + head + integer(depth - 1) + ")[1]";
      break;
    case 2:
      out = range + ".transformMapEntry" + head + "{" + integer(depth - 1) + ": " + first + "})[3]";
      break;
    default:
      out = "l1.map(" + first + ", mp.transformMap(k, " + second + ", " + integer(depth - 1) + ").k)[0]";
      break;
  }
  locals_ -= 2;
  return out;
}

std::string ExpressionMaker::boolean(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kBool) : local(TypeKind::kBool);
  switch (below(14)) {
    case 0:
    case 1:
      return "(" + boolean(depth - 1) + " && " + boolean(depth - 1) + ")";
    case 2:
    case 3:
      return "(" + boolean(depth - 1) + " || " + boolean(depth - 1) + ")";
    case 4:
      return "(" + boolean(depth - 1) + " && " + boolean(depth - 1) + " && " + boolean(depth - 1) + ")";
    case 5:
      return "!" + boolean(depth - 1);
    case 6:
      return "(" + integer(depth - 1) + " in " + (below(2) == 0 ? list(depth - 1) : std::string("l1")) + ")";
    case 7:
      return "(" + text(depth - 1) + " in " + std::array{"['a', 'ab', '12']", "ls", "mp", "{'k': 1}"}[below(4)] + ")";
    case 8:
      if (plain()) return one_of({"has(mp.k)", "has(mp.j)", "has({'k': i1}.k)", "has({'k': i1}.j)", "has(any.k)"});
      return "has(" + std::string(std::array{"i1", "s1", "mp.k", "a.b", "t1", "any", "m2"}[below(7)]) + ")";
    case 9: {
      const auto* test = std::array{"contains", "startsWith", "endsWith"}[below(3)];
      return text(depth - 1) + "." + test + "(" + text(depth - 1) + ")";
    }
    case 10:
      return text(depth - 1) + ".matches('" + std::array{"^a+$", "[0-9]+", "(a|é)b?", ""}[below(4)] + "')";
    case 11:
      return quantifier(depth);
    case 12:
      if (below(2) == 0) return optional(depth - 1) + ".hasValue()";
      return "(" + optional(depth - 1) + std::array{" == ", " != "}[below(2)] + optional(depth - 1) + ")";
    default:
      return comparison(depth);
  }
}

std::string ExpressionMaker::integer(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kInt) : local(TypeKind::kInt);
  const auto* part =
      std::array{"getFullYear",  "getMonth", "getDate",    "getDayOfMonth", "getDayOfWeek",
                 "getDayOfYear", "getHours", "getMinutes", "getSeconds",    "getMilliseconds"}[below(10)];
  switch (below(15)) {
    case 0:
      return "-" + local(TypeKind::kInt);
    case 1:
      return "size(" + text(depth - 1) + ")";
    case 2:
      return "int(" + real(depth - 1) + ")";
    case 3:
      return "int(" + text(depth - 1) + ")";
    case 4:
      return "int(" + natural(depth - 1) + ")";
    case 5:
      return time(depth - 1) + "." + part + "(" + zone() + ")";
    case 6:
      return span(depth - 1) + "." +
             std::array{"getHours", "getMinutes", "getSeconds", "getMilliseconds"}[below(plain() ? 3 : 4)] + "()";
    case 7:
      return "size(" + list(depth - 1) + " + l1)";
    case 8:
      return transformed(depth);
    case 9:
      return named(depth);
    case 10:
      return of_optional(depth);
    default: {
      const auto* op = std::array{"+", "-", "*", "/", "%"}[below(5)];
      return "(" + integer(depth - 1) + " " + op + " " + integer(depth - 1) + ")";
    }
  }
}

std::string ExpressionMaker::zone() {
  return std::array{"",
                    "'+05:30'",
                    "'-14:00'",
                    "'Europe/Dublin'",
                    "'US/Central'",
                    "s1",
                    "'Pacific/' + s2",
                    "'Antarctica/Troll'",
                    plain() ? "'America/New_York'" : "'Africa/Casablanca'"}[below(9)];
}

std::string ExpressionMaker::natural(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kUint) : local(TypeKind::kUint);
  if (below(4) == 0) return "uint(" + (below(2) == 0 ? integer(depth - 1) : real(depth - 1)) + ")";
  const auto* op = std::array{"+", "-", "*", "/", "%"}[below(5)];
  return "(" + natural(depth - 1) + " " + op + " " + natural(depth - 1) + ")";
}

std::string ExpressionMaker::real(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kDouble) : local(TypeKind::kDouble);
  switch (below(7)) {
    case 0:
      return "double(" + integer(depth - 1) + ")";
    case 1:
      return "double(" + text(depth - 1) + ")";
    case 2:
      return "(" + real(depth - 1) + (plain() ? " + 3.0)" : " + 3)");
    default: {
      const auto* op = std::array{"+", "-", "*", "/"}[below(4)];
      return "(" + real(depth - 1) + " " + op + " " + real(depth - 1) + ")";
    }
  }
}

std::string ExpressionMaker::text(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kString) : local(TypeKind::kString);
  if (below(2) == 0) return "(" + text(depth - 1) + " + " + text(depth - 1) + ")";
  // All but money, and durations, of which others write fewer digits.
  auto kind = kScalars[below(kScalars.size() - 1)];
  if (plain() && kind == TypeKind::kDuration) kind = TypeKind::kInt;
  const auto value = expression(kind, depth - 1);
  // Infinities are written in as many ways as there are evaluators.
  if (plain() && kind == TypeKind::kDouble) return "string([" + value + "].filter(f, !math.isInf(f))[0])";
  return "string(" + value + ")";
}

std::string ExpressionMaker::bytes(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kBytes) : local(TypeKind::kBytes);
  if (below(2) == 0) return "bytes(" + text(depth - 1) + ")";
  return "(" + bytes(depth - 1) + " + " + bytes(depth - 1) + ")";
}

std::string ExpressionMaker::time(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kTimestamp) : local(TypeKind::kTimestamp);
  switch (below(5)) {
    case 0:
      return "(" + time(depth - 1) + " + " + span(depth - 1) + ")";
    case 1:
      return "(" + span(depth - 1) + " + " + time(depth - 1) + ")";
    case 2:
      return "(" + time(depth - 1) + " - " + span(depth - 1) + ")";
    case 3:
      return "timestamp(" + integer(depth - 1) + ")";
    default:
      return "timestamp(" + local(TypeKind::kString) + ")";
  }
}

std::string ExpressionMaker::span(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kDuration) : local(TypeKind::kDuration);
  switch (below(4)) {
    case 0:
      return "(" + span(depth - 1) + " + " + span(depth - 1) + ")";
    case 1:
      return "(" + span(depth - 1) + " - " + span(depth - 1) + ")";
    case 2:
      return "(" + time(depth - 1) + " - " + time(depth - 1) + ")";
    default:
      return "duration(" + local(TypeKind::kString) + ")";
  }
}

std::string ExpressionMaker::money(int depth) {
  if (depth <= 0) return below(2) == 0 ? literal(TypeKind::kMoney) : local(TypeKind::kMoney);
  switch (below(5)) {
    case 0:
      return "(" + money(depth - 1) + " + " + money(depth - 1) + ")";
    case 1:
      return "(" + money(depth - 1) + " - " + money(depth - 1) + ")";
    case 2:
      return "(" + money(depth - 1) + " * " + integer(depth - 1) + ")";
    case 3:
      return "(" + integer(depth - 1) + " * " + money(depth - 1) + ")";
    default:
      return "(-" + money(depth - 1) + ")";
  }
}

Value ExpressionMaker::slot_value(TypeKind kind) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  static const std::array kNumbers{Value::int64(3), Value::int64(-1), Value::int64(kLeast)};
  static const std::array kEntries{Value::string("k"), Value::int64(5), Value::string("a"), Value::int64(-1)};
  switch (kind) {
    case TypeKind::kBool:
      return Value::boolean(below(2) == 0);
    case TypeKind::kInt:
      return Value::int64(
          std::array{std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, kMost, kLeast, std::int64_t{5}}[below(6)]);
    case TypeKind::kUint:
      return Value::uint64(std::array<std::uint64_t, 4>{0, 1, ~0ULL, 1ULL << 63U}[below(4)]);
    case TypeKind::kDouble:
      return Value::real(
          std::array{0.0, -0.0, 1.5, -1e300, 9.3e18, std::numeric_limits<double>::quiet_NaN()}[below(6)]);
    case TypeKind::kString:
      return Value::string(std::array{"", "a", "ab", "é", "12", "2026-02-27T09:30:00Z", "1h", "-05:00", "1e5", "Apia",
                                      "Asia/Gaza", "10.0.0.1", "::1", "fe80::", "10.0.0.0/8", "aGVsbG8=", "%s|%d",
                                      " \tA\n"}[below(18)]);
    case TypeKind::kBytes:
      return Value::bytes(std::array{"", "a", "\xff", "\xc3\xa9"}[below(4)]);
    case TypeKind::kTimestamp:
      return Value::timestamp(std::array<std::int64_t, 7>{0, -1, 1'772'184'600, 1'774'746'000, -3'000'000'000,
                                                          -62'135'596'800, 253'402'300'799}[below(7)],
                              std::array{0U, 999'999'999U, 5U}[below(3)]);
    case TypeKind::kDuration:
      return Value::duration(std::array<std::int64_t, 4>{0, -2, 3'600, 9'223'372'036}[below(4)],
                             std::array{0U, 500'000'000U}[below(2)]);
    case TypeKind::kMoney:
      return Value::money(std::array{std::int64_t{0}, std::int64_t{150}, kMost, kLeast}[below(4)],
                          below(6) == 0 ? 840 : 978);
    case TypeKind::kList:
      return make_list(std::span(kNumbers).first(below(4)));
    case TypeKind::kMap:
      return make_map(std::span(kEntries).first(2 * below(3)));
    default:
      return slot_value(scalar());
  }
}

void ExpressionMaker::fill(std::vector<Value>& slots) {
  for (std::size_t i = 0; i < kSlots.size(); ++i) {
    const auto chance = next();
    if (chance >= 240 && dialect_ != Dialect::kCel) {
      slots[i] = chance < 250 ? Value::error(ErrorCode::kOverflow, "sum") : slot_value(scalar());
    } else if (chance >= 200) {
      slots[i] = Value::absent();
    } else if (type_of(kSlots[i]) == Type::list(Type::simple(TypeKind::kString))) {
      static const std::array kTexts{Value::string("a"), Value::string("12")};
      slots[i] = make_list(std::span(kTexts).first(below(3)));
    } else {
      slots[i] = slot_value(kSlots[i].kind);
    }
  }
}

}  // namespace weir::cel
