// Random expressions and slot values out of a string of bytes: with one compiler the same bytes make the same, and
// fewer or smaller bytes make something simpler, so that whoever found a failure can shrink it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>

#include "rules/cel/environment.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {

// Rates of USD and JPY for EUR at several times, and none of other currencies.
std::shared_ptr<const ExchangeTable> maker_rates();

// The variables that made expressions use: i1 i2 u1 u2 d1 d2 s1 s2 b1 b2 m1 m2 t1 t2 p1 p2 y1 l1 ls mp any and a.b.
// Amounts meet by the rates of some time.
World maker_world();

// What the expressions are written in.
enum class Dialect : std::uint8_t {
  kWeir,
  kCel,         // nothing that other evaluators of CEL don't have: no money, no has() of a variable, no promotion
  kUntypedCel,  // the same, for evaluation without a checker: types go wrong now and then
};

class ExpressionMaker {
 public:
  explicit ExpressionMaker(std::span<const std::uint8_t> bytes, Dialect dialect = Dialect::kWeir)
      : bytes_(bytes), dialect_(dialect) {}

  // Well-typed but for kUntypedCel, of `kind`: bool, int, uint, double, string, bytes, timestamp, duration or money.
  std::string expression(TypeKind kind, int depth);
  // New values for the slots of maker_world(): ordinary ones and the ends of their ranges, some absent, some errors, a
  // few of another kind than declared.
  void fill(std::vector<Value>& slots);

  bool exhausted() const { return at_ >= bytes_.size(); }

 private:
  std::uint8_t next() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }
  std::size_t below(std::size_t bound) { return next() % bound; }
  bool plain() const { return dialect_ != Dialect::kWeir; }
  TypeKind scalar();
  std::string literal(TypeKind kind);
  std::string local(TypeKind kind);
  std::string boolean(int depth);
  std::string integer(int depth);
  std::string zone();
  std::string natural(int depth);
  std::string real(int depth);
  std::string text(int depth);
  std::string bytes(int depth);
  std::string time(int depth);
  std::string span(int depth);
  std::string money(int depth);
  std::string comparison(int depth);
  std::string quantifier(int depth);
  std::string list(int depth);
  std::string transformed(int depth);
  std::string named(int depth);
  std::string optional(int depth);
  std::string of_optional(int depth);
  std::string library(TypeKind kind, int depth);
  std::string one_of(std::initializer_list<const char*> choices);
  std::string bits(TypeKind kind, int depth);
  std::string parts(int depth);
  std::string some_list(int depth);
  std::string address();
  std::string network();
  std::string library_test(int depth);
  std::string library_integer(int depth);
  std::string library_text(int depth);
  Value slot_value(TypeKind kind);

  std::span<const std::uint8_t> bytes_;
  Dialect dialect_;
  std::size_t at_ = 0;
  int locals_ = 0;
};

}  // namespace weir::cel
