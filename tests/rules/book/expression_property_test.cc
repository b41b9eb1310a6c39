// Conditions with slips of the pen: whatever stands there, checking ends with faults at places that exist, each once.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/base/currency.h"
#include "engine/yaml/source_text.h"
#include "tests/rules/book/vocabulary.h"

namespace weir::book {
namespace {

Vocabulary rich_vocabulary() {
  auto vocabulary = test_vocabulary();
  const auto declare = [&](const char* name, cel::Type type, std::uint32_t slot, bool optional) {
    EXPECT_TRUE(vocabulary.environment.declare({name, std::move(type), slot, optional}).ok());
  };
  declare("email", cel::Type::simple(cel::TypeKind::kString), kSlots, true);
  declare("tries", cel::Type::simple(cel::TypeKind::kInt), kSlots + 1, true);
  declare("time", cel::Type::simple(cel::TypeKind::kTimestamp), kSlots + 2, false);
  declare("lists.cards", cel::Type::lookup(cel::Type::simple(cel::TypeKind::kString)), kSlots + 3, false);
  declare("odd", cel::Type::simple(cel::TypeKind::kError), kSlots + 4, false);
  vocabulary.lists.push_back({kSlots + 3, "card"});
  vocabulary.environment.imply(kChannel, "online", {kSlots});
  vocabulary.zones = {"card.zone"};
  vocabulary.unavailable["label"] = "it is known later";
  vocabulary.exchange.table =
      std::make_shared<const cel::ExchangeTable>(*currency_by_code("EUR"), std::vector<cel::ExchangeRate>(), 1);
  return vocabulary;
}

constexpr std::array kConditions{
    "channel == 'online' && amount > eur('5.00') && amount < usd('3.00')",
    "has(email) && email.endsWith('.example') || tries.orValue(0) > 5 && tries < 3",
    "card_number in lists.cards || !(channel in ['chip', 'atm'])",
    "time.getHours() < 6 && time.getDayOfWeek() == 7 && name.matches('a+' + 'b')",
    "['a', 'b'].exists(x, x == name) ? night : card.count_1h in [1, 2, 3]",
    "cel.bind(x, amount + eur('1.00'), x > eur('2.00') && x < eur('1.00')) || odd == 5",
    "email.optMap(e, e.size()).orValue(0) > 3 && {'a': tries}.size() == 1",
    "timestamp('2026-01-01T00:00:00Z') < time && '%s'.format([name]) == 'x' && math.abs(-1.5) > 1",
};

constexpr std::array kPieces{
    "channel",     "amount",     "email",     "tries",       "odd",  "label", "nothing",  "lists.cards",
    "'online'",    "'onlin'",    "5",         "5.0",         "1u",   "null",  "true",     "eur('5')",
    "==",          "!=",         "<",         ">=",          "&&",   "||",    "!",        "in",
    "(",           ")",          "[",         "]",           "{",    "}",     ",",        ".",
    "?",           ":",          "+",         "-",           "*",    "/",     "has(",     ".matches(",
    ".size()",     ".exists(x,", ".orValue(", ".hasValue()", "like", "x",     "not",      ".getHours()",
    "cel.bind(x,", ".map(",      "'",         "\\",          "%",    "ä",     ".optMap(", "isNull(",
    "eur(",        "money(",     ".?a",       "[?1]",
};

std::string damaged(std::string text, std::mt19937& random) {
  for (auto slips = random() % 4 + 1; slips > 0; --slips) {
    // Not within a code point.
    auto at = random() % (text.size() + 1);
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    const std::string piece = kPieces[random() % kPieces.size()];
    switch (random() % 4) {
      case 0:
        text.insert(at, " " + piece + " ");
        break;
      case 1: {
        const auto end = std::min(text.find(' ', at), text.size());
        text.erase(at, end - at);
        break;
      }
      case 2: {
        const auto end = std::min(text.find(' ', at), text.size());
        text.replace(at, end - at, piece);
        break;
      }
      default:
        text.insert(at, piece);
    }
  }
  return text;
}

TEST(ExpressionProperty, AnyTextHasItsFaultsOnceAndAtPlaces) {
  std::mt19937 random(20261121);
  const auto vocabulary = rich_vocabulary();
  std::size_t sound = 0;
  std::size_t several = 0;
  constexpr int kRounds = 6'000;
  for (int round = 0; round < kRounds; ++round) {
    const auto text = damaged(kConditions[random() % kConditions.size()], random);
    const std::string document = "when: |\n  " + text + "\n";
    Issues yaml_issues;
    const auto file = std::make_shared<const SourceFile>(SourceFile{"rule.yaml", document});
    const auto root = yaml::parse_document(file, yaml_issues);
    if (!root || yaml_issues.has_errors()) continue;
    Issues issues;
    const auto made = check_expression(root->find("when"), vocabulary, cel::Type::simple(cel::TypeKind::kBool), issues);
    ASSERT_EQ(made == nullptr, issues.has_errors()) << text;
    std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> told;
    for (const auto& issue : issues.all()) {
      const auto& place = issue.place;
      ASSERT_TRUE(told.emplace(place.line, place.column, issue.message).second) << text << "\n" << issues.render();
      ASSERT_GE(place.line, 2U) << text << "\n" << issues.render();
      ASSERT_LE(place.column + place.length, 2 + yaml::code_points(text) + 2) << text << "\n" << issues.render();
    }
    sound += made != nullptr ? 1 : 0;
    several += issues.all().size() > 1 ? 1 : 0;
  }
  EXPECT_GT(sound, 20U);
  EXPECT_GT(several, 1'000U);
}

}  // namespace
}  // namespace weir::book
