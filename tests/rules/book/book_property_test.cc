// The book against one program per rule: whatever is indexed, shared or reordered must not show in a verdict.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rules/book/book.h"
#include "rules/cel/program.h"
#include "tests/rules/cel/expression_maker.h"

namespace weir::book {
namespace {

using cel::ExpressionMaker;
using cel::TypeKind;

const char* const kIndexed[] = {"i1 > 3",
                                "i1 >= 3",
                                "i1 < -2",
                                "5 < i2",
                                "i2 == 7",
                                "i2 in [1, 7, 7]",
                                "s1 == 'a'",
                                "s1 in ['a','b']",
                                "'b' != s2",
                                "b1",
                                "!b1",
                                "has(i1) && i1 == 0",
                                "has(s1)",
                                "!has(b2)",
                                "d1 > 0.5",
                                "d1 <= 0.5",
                                "d2 == 1.0",
                                "m1 > eur('5.00')",
                                "m1 < usd('5.00')",
                                "m2 >= jpy('300')",
                                "m1 + m2 > eur('1.00')",
                                "m1 + m2 > usd('7.00')",
                                "d2 < 0.0/0.0",
                                "i1 * i2 > 5",
                                "i1 * i2 == 0",
                                "i1 * i2 + 1 < i1",
                                "s1 + s2 == 'ab'",
                                "size(s1 + s2) > 2"};

// Of the whole range, whatever the size that RapidCheck is at.
std::vector<std::uint8_t> some_bytes(std::size_t count) {
  return *rc::gen::resize(rc::kNominalSize,
                          rc::gen::container<std::vector<std::uint8_t>>(count, rc::gen::arbitrary<std::uint8_t>()));
}

// A conjunction of indexed, shared and random terms.
std::string condition(ExpressionMaker& maker, const std::vector<std::uint8_t>& picks) {
  std::string out;
  for (const auto byte : picks) {
    const auto pick = byte % (std::size(kIndexed) + 4);
    if (!out.empty()) out += " && ";
    if (pick < std::size(kIndexed)) {
      out += kIndexed[pick];
    } else {
      out += "(" + maker.expression(TypeKind::kBool, 2) + ")";
    }
  }
  return out;
}

bool same_verdict(const Value& single, VerdictKind kind, const Value& error) {
  if (!single.is(ValueKind::kBool)) {
    if (kind != VerdictKind::kError) return false;
    // A term that turns out to be no bool has no operator around it in the book.
    const bool no_bool = error.code() == ErrorCode::kNoSuchOverload && error.error_detail() == "when";
    return !single.is_error() || identical(single, error) || (no_bool && single.code() == error.code());
  }
  return kind == (single.as_bool() ? VerdictKind::kHit : VerdictKind::kMiss);
}

RC_GTEST_PROP(BookProperty, GivesTheVerdictOfEachConditionByItself, ()) {
  const auto bytes = some_bytes(600);
  ExpressionMaker maker(bytes);
  auto world = cel::maker_world();
  std::vector<Rule> rules;
  std::vector<cel::Program> programs;
  for (int i = 0; i < 12; ++i) {
    const auto picks = some_bytes(1 + i % 4);
    const auto text = condition(maker, picks);
    auto program = cel::compile(text, {}, world.environment(), cel::Type::simple(TypeKind::kBool));
    auto expression = cel::Expression::check(text, {}, world.environment(), cel::Type::simple(TypeKind::kBool));
    if (!program.ok()) continue;
    programs.push_back(*std::move(program));
    auto& rule = rules.emplace_back();
    rule.id = std::string(1, static_cast<char>('a' + i));
    rule.when_text = text;
    rule.when = *std::move(expression);
  }
  const cel::ExchangeSource exchange{cel::maker_rates(), world.environment().find("t1")->slot};
  const Book book(std::move(rules), static_cast<std::uint32_t>(world.slots().size()), exchange);
  Workspace workspace(book);
  cel::Scratch scratch;
  Verdicts verdicts;
  std::vector<Value> slots(book.slot_count());
  for (int event = 0; event < 6; ++event) {
    const auto values = some_bytes(200);
    ExpressionMaker(values).fill(world.slots());
    // The book's own slots keep what the event before left in them.
    std::copy(world.slots().begin(), world.slots().end(), slots.begin());
    book.evaluate(slots, workspace, verdicts);
    scratch.set_exchange(exchange.at(world.slots()));
    for (std::uint32_t i = 0; i < programs.size(); ++i) {
      const auto single = programs[i].evaluate(world.slots(), scratch);
      if (single.is_error() && single.code() == ErrorCode::kCostLimit) continue;
      RC_LOG() << book.rules()[i].when_text << ": " << cel::to_text(cel::reference_from(single)) << " by itself, "
               << static_cast<int>(verdicts.of(i)) << ' ' << cel::to_text(cel::reference_from(verdicts.error_of(i)))
               << '\n';
      RC_ASSERT(same_verdict(single, verdicts.of(i), verdicts.error_of(i)));
    }
  }
}

}  // namespace
}  // namespace weir::book
