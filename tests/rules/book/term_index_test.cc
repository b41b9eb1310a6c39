// What the index says of single terms, at the edges that a random test seldom meets.
#include "rules/book/term_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "tests/rules/cel/both_ways.h"

namespace weir::book {
namespace {

using cel::TypeKind;

constexpr std::uint16_t kEur = 978;
constexpr std::uint16_t kUsd = 840;

enum Slot : std::uint32_t { kInteger, kReal, kText, kMoney, kFlag };

cel::World world() {
  cel::World out;
  out.with("i", TypeKind::kInt, Value::absent());
  out.with("d", TypeKind::kDouble, Value::absent());
  out.with("s", TypeKind::kString, Value::absent());
  out.with("m", TypeKind::kMoney, Value::absent());
  out.with("b", TypeKind::kBool, Value::absent());
  return out;
}

class Indexed {
 public:
  explicit Indexed(const std::vector<std::string>& texts) {
    for (const auto& text : texts) {
      auto made =
          cel::Expression::check(text, {nullptr, 1, 1, 1}, world_.environment(), cel::Type::simple(TypeKind::kBool));
      EXPECT_TRUE(made.ok()) << text;
      expressions_.push_back(*std::move(made));
      terms_.push_back(make_term(*expressions_.back(), expressions_.back()->ast().root));
      names_.push_back(text);
    }
    index_ = std::make_unique<TermIndex>(terms_, places_);
  }

  const TermIndex& index() const { return *index_; }
  bool decides(std::size_t term) const { return places_[term] < index_->size(); }
  std::size_t size() const { return names_.size(); }

  // The texts of the terms that hold, and of those that the index leaves open with a "?"; in the order given.
  std::vector<std::string> decided(std::uint32_t slot, const Value& value) {
    world_.slots().assign(world_.slots().size(), Value::absent());
    world_.slots()[slot] = value;
    std::vector<TermState> states(terms_.size(), TermState::kUnknown);
    std::vector<TermRange> found;
    index_->decide(world_.slots(), states, found);
    const auto is_found = [&](std::uint32_t place) {
      return std::any_of(found.begin(), found.end(), [&](auto r) { return r.first <= place && place < r.end; });
    };
    std::vector<std::string> out;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto place = places_[i];
      if (!decides(i) || terms_[place].slot != slot) continue;
      const auto state = states[place];
      if (state == TermState::kTrue) out.push_back(names_[i]);
      if (state == TermState::kUnknown) out.push_back(names_[i] + "?");
      const bool tells = index_->expected_share(place) < TermIndex::kNotToFindBy;
      EXPECT_EQ(is_found(place) && tells, state != TermState::kFalse && tells) << names_[i];
    }
    return out;
  }

 private:
  cel::World world_ = world();
  std::vector<std::unique_ptr<cel::Expression>> expressions_;  // their texts are the terms' constants
  std::vector<Term> terms_;
  std::vector<std::uint32_t> places_;
  std::vector<std::string> names_;
  std::unique_ptr<TermIndex> index_;
};

using Texts = std::vector<std::string>;

TEST(TermIndex, BoundsAreExactAtTheirValues) {
  Indexed terms({"i > 5", "i >= 5", "i > 4", "i >= 6", "i > 6", "i < 5", "i <= 5", "i < 6", "i <= 4", "i < 4"});
  EXPECT_EQ(terms.index().size(), 10U);
  EXPECT_EQ(terms.decided(kInteger, Value::int64(5)), (Texts{"i >= 5", "i > 4", "i <= 5", "i < 6"}));
  EXPECT_EQ(terms.decided(kInteger, Value::int64(6)), (Texts{"i > 5", "i >= 5", "i > 4", "i >= 6"}));
  EXPECT_EQ(terms.decided(kInteger, Value::int64(3)), (Texts{"i < 5", "i <= 5", "i < 6", "i <= 4", "i < 4"}));
}

TEST(TermIndex, BoundsReachTheEndsOfInt) {
  using Limits = std::numeric_limits<std::int64_t>;
  Indexed terms({"i >= 9223372036854775807", "i > 9223372036854775806", "i > 0", "i >= 1", "i >= -9223372036854775808",
                 "i > -9223372036854775808"});
  EXPECT_EQ(terms.decided(kInteger, Value::int64(Limits::max())).size(), 6U);
  EXPECT_EQ(terms.decided(kInteger, Value::int64(Limits::min())), (Texts{"i >= -9223372036854775808"}));
}

TEST(TermIndex, NoNumberIsBeyondNoBound) {
  Indexed terms({"d > 1.0", "d >= 1.0", "d > 2.0", "d > 3.0", "d >= -1e308", "d < 1.0", "d <= 1.0", "d < 2.0",
                 "d < 3.0", "d <= 1e308"});
  EXPECT_EQ(terms.decided(kReal, Value::real(std::nan(""))), Texts());
  EXPECT_EQ(terms.decided(kReal, Value::real(1.0)),
            (Texts{"d >= 1.0", "d >= -1e308", "d <= 1.0", "d < 2.0", "d < 3.0", "d <= 1e308"}));
  EXPECT_EQ(terms.decided(kReal, Value::real(-std::numeric_limits<double>::infinity())),
            (Texts{"d < 1.0", "d <= 1.0", "d < 2.0", "d < 3.0", "d <= 1e308"}));
}

TEST(TermIndex, BothZerosAreOne) {
  Indexed terms({"d > 0.0", "d >= 0.0", "d >= -0.0", "d > -0.0", "d > 1.0"});
  EXPECT_EQ(terms.decided(kReal, Value::real(-0.0)), (Texts{"d >= 0.0", "d >= -0.0"}));
  EXPECT_EQ(terms.decided(kReal, Value::real(0.0)), (Texts{"d >= 0.0", "d >= -0.0"}));
}

TEST(TermIndex, TextsAreFoundByEqualityAndByLists) {
  Indexed terms({"s == 'a'", "s in ['a', 'b', 'a']", "s in ['c']", "s != 'a'", "s != 'z'", "s == ''"});
  EXPECT_EQ(terms.decided(kText, Value::string("a")), (Texts{"s == 'a'", "s in ['a', 'b', 'a']", "s != 'z'"}));
  EXPECT_EQ(terms.decided(kText, Value::string("c")), (Texts{"s in ['c']", "s != 'a'", "s != 'z'"}));
  EXPECT_EQ(terms.decided(kText, Value::string("")), (Texts{"s != 'a'", "s != 'z'", "s == ''"}));
  EXPECT_EQ(terms.decided(kText, Value::string("x")), (Texts{"s != 'a'", "s != 'z'"}));
}

TEST(TermIndex, OfAnAmountInAnotherCurrencyItKnowsNothing) {
  Indexed terms({"m > eur('1.00')", "m > eur('2.00')", "m >= eur('3.00')", "m > eur('4.00')", "m > eur('5.00')",
                 "m > usd('2.00')", "m >= usd('1.00')", "m > usd('1.00')", "m > usd('3.00')", "m > usd('9.00')"});
  EXPECT_EQ(terms.decided(kMoney, Value::money(200, kEur)),
            (Texts{"m > eur('1.00')", "m > usd('2.00')?", "m >= usd('1.00')?", "m > usd('1.00')?", "m > usd('3.00')?",
                   "m > usd('9.00')?"}));
  EXPECT_EQ(terms.decided(kMoney, Value::money(100, kUsd)),
            (Texts{"m > eur('1.00')?", "m > eur('2.00')?", "m >= eur('3.00')?", "m > eur('4.00')?", "m > eur('5.00')?",
                   "m >= usd('1.00')"}));
}

TEST(TermIndex, WhatIsAbsentOrFaultyIsLeftToTheProgram) {
  Indexed terms(
      {"i > 1", "i > 2", "i > 3", "i > 4", "i > 5", "s == 'a'", "s == 'b'", "s == 'c'", "s != 'd'", "s in ['e', 'f']"});
  for (const auto& value : {Value::absent(), Value::error(ErrorCode::kOverflow)}) {
    EXPECT_EQ(terms.decided(kInteger, value), (Texts{"i > 1?", "i > 2?", "i > 3?", "i > 4?", "i > 5?"}));
    EXPECT_EQ(terms.decided(kText, value),
              (Texts{"s == 'a'?", "s == 'b'?", "s == 'c'?", "s != 'd'?", "s in ['e', 'f']?"}));
  }
}

TEST(TermIndex, AFewTermsAreLookedAtOneByOne) {
  Indexed terms({"i > 1", "s == 'a'", "s != 'b'", "b", "!b", "m <= eur('1.00')"});
  EXPECT_EQ(terms.index().size(), 6U);
  EXPECT_EQ(terms.index().slots(), (std::vector<std::uint32_t>{kInteger, kText, kMoney, kFlag}));
  EXPECT_EQ(terms.decided(kInteger, Value::int64(2)), Texts{"i > 1"});
  EXPECT_EQ(terms.decided(kText, Value::string("b")), Texts());
  EXPECT_EQ(terms.decided(kFlag, Value::boolean(true)), Texts{"b"});
  EXPECT_EQ(terms.decided(kFlag, Value::boolean(false)), Texts{"!b"});
  EXPECT_EQ(terms.decided(kFlag, Value::absent()), (Texts{"b?", "!b?"}));
  EXPECT_EQ(terms.decided(kMoney, Value::money(1, kUsd)), Texts{"m <= eur('1.00')?"});
}

TEST(TermIndex, WhatIsNoComparisonWithAConstantIsNotItsOwn) {
  Indexed terms({"i > 5", "i > i", "s.startsWith('a')", "d == 1.0", "m == eur('1.00')", "5 < i", "!(i > 5)"});
  EXPECT_TRUE(terms.decides(0));
  for (const std::size_t other : {1U, 2U, 3U, 4U, 6U}) EXPECT_FALSE(terms.decides(other)) << other;
  EXPECT_TRUE(terms.decides(5)) << "turned around it is the same comparison";
  EXPECT_EQ(terms.decided(kInteger, Value::int64(6)), (Texts{"i > 5", "5 < i"}));
}

TEST(TermIndex, RulesAreNotFoundByWhatNearlyAllEventsPass) {
  Indexed terms({"s != 'a'", "s == 'a'", "!b", "b"});
  std::size_t telling = 0;
  for (std::uint32_t place = 0; place < terms.size(); ++place) {
    telling += terms.index().expected_share(place) < TermIndex::kNotToFindBy ? 1 : 0;
  }
  EXPECT_EQ(telling, 2U);
}

TEST(TermIndex, OfNoTermsItDecidesNone) {
  Indexed terms({});
  EXPECT_EQ(terms.index().size(), 0U);
  EXPECT_TRUE(terms.index().slots().empty());
}

}  // namespace
}  // namespace weir::book
