#include "engine/yaml/map_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "engine/yaml/scalars.h"
#include "tests/engine/yaml/parse.h"

namespace weir::yaml {
namespace {

TEST(MapReader, ReportsAllFaultsAtOnce) {
  auto parsed = parse("nam: a\nsize: many\nsurplus: 1\n");
  MapReader reader(&*parsed.root, parsed.root->place, "the thing", parsed.issues);
  EXPECT_EQ(reader.required("name"), nullptr);
  EXPECT_FALSE(as_integer(reader.optional("size"), 0, 9, parsed.issues));
  EXPECT_EQ(reader.required("owner", "write who owns it"), nullptr);
  reader.finish();
  EXPECT_EQ(parsed.report(),
            "a.yaml:1:1: error: the thing has no key `nam`\n"
            "    nam: a\n"
            "    ^~~\n"
            "    did you mean `name`?\n"
            "a.yaml:1:1: error: the thing has no `owner`\n"
            "    nam: a\n"
            "    ^\n"
            "    write who owns it\n"
            "a.yaml:2:7: error: `many` is not a whole number\n"
            "    size: many\n"
            "          ^~~~\n"
            "    write a number from 0 to 9\n"
            "a.yaml:3:1: error: the thing has no key `surplus`\n"
            "    surplus: 1\n"
            "    ^~~~~~~\n"
            "    it may have: name, size, owner\n");
}

TEST(MapReader, SaysOnceThatSomethingIsNoMapping) {
  auto parsed = parse("[1]\n");
  MapReader reader(&*parsed.root, parsed.root->place, "the thing", parsed.issues);
  EXPECT_FALSE(reader.is_map());
  EXPECT_EQ(reader.required("a"), nullptr);
  reader.finish();
  EXPECT_EQ(parsed.report(), "a.yaml:1:1: error: the thing must be a mapping, not a list\n    [1]\n    ^\n");
}

TEST(MapReader, IsSilentAboutWhatIsReportedAlready) {
  auto parsed = parse("a: &b 1\n");
  const auto reported = parsed.issues.all().size();
  const auto* faulty = parsed.root->find("a");
  MapReader reader(faulty, faulty->place, "the thing", parsed.issues);
  (void)reader.required("x");
  reader.finish();
  EXPECT_FALSE(as_text(faulty, parsed.issues));
  EXPECT_FALSE(as_integer(nullptr, 0, 1, parsed.issues));
  EXPECT_TRUE(entries_of(faulty, "it", parsed.issues).empty());
  EXPECT_TRUE(items_of(nullptr, "it", parsed.issues).empty());
  EXPECT_EQ(parsed.issues.all().size(), reported);
}

std::optional<std::int64_t> integer(const std::string& text, std::int64_t least, std::int64_t most) {
  auto parsed = parse("a: " + text + "\n");
  const auto value = as_integer(parsed.root->find("a"), least, most, parsed.issues);
  EXPECT_EQ(value.has_value(), parsed.issues.all().empty()) << text;
  return value;
}

TEST(Scalars, IntegersAreDigitsWithinTheirRange) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(integer("12", 0, 12), 12);
  EXPECT_EQ(integer("13", 0, 12), std::nullopt);
  EXPECT_EQ(integer("-1", -1, 12), -1);
  EXPECT_EQ(integer("-2", -1, 12), std::nullopt);
  EXPECT_EQ(integer("+7", 0, 12), 7);
  EXPECT_EQ(integer("9223372036854775807", kLeast, kMost), kMost);
  EXPECT_EQ(integer("-9223372036854775808", kLeast, kMost), kLeast);
  EXPECT_EQ(integer("9223372036854775808", kLeast, kMost), std::nullopt);
  for (const auto* bad : {"1.0", "1e3", "0x10", "1_000", "'1'", "+-1", "--1", "+", "x", "[1]", "''", ""}) {
    EXPECT_EQ(integer(bad, 0, 5000), std::nullopt) << bad;
  }
}

TEST(Scalars, BoolsAreTrueOrFalseAndNothingElse) {
  auto parsed = parse("[true, false, yes, True, 'true', 1]\n");
  const auto& items = parsed.root->items;
  EXPECT_EQ(as_bool(&items[0], parsed.issues), true);
  EXPECT_EQ(as_bool(&items[1], parsed.issues), false);
  EXPECT_TRUE(parsed.issues.all().empty());
  for (std::size_t i = 2; i < items.size(); ++i) EXPECT_EQ(as_bool(&items[i], parsed.issues), std::nullopt);
  EXPECT_EQ(parsed.issues.all().size(), 4U);
}

TEST(Scalars, DurationsHaveUnits) {
  auto parsed = parse("[90d, 1h30m, 0s, 90]\n");
  const auto& items = parsed.root->items;
  EXPECT_EQ(as_duration_ms(&items[0], parsed.issues), 7'776'000'000);
  EXPECT_EQ(as_duration_ms(&items[1], parsed.issues), 5'400'000);
  EXPECT_TRUE(parsed.issues.all().empty());
  EXPECT_EQ(as_duration_ms(&items[2], parsed.issues), std::nullopt);
  EXPECT_EQ(as_duration_ms(&items[3], parsed.issues), std::nullopt);
  EXPECT_EQ(parsed.issues.all().size(), 2U);
}

TEST(Scalars, AChoiceIsOneOfTheNamesAndASlipFindsItsName) {
  constexpr std::array<std::string_view, 3> kNames{"review", "decline", "approve"};
  auto parsed = parse("[decline, declin, x]\n");
  const auto& items = parsed.root->items;
  EXPECT_EQ(as_choice(&items[0], kNames, parsed.issues), 1U);
  EXPECT_EQ(as_choice(&items[1], kNames, parsed.issues), std::nullopt);
  EXPECT_EQ(as_choice(&items[2], kNames, parsed.issues), std::nullopt);
  EXPECT_EQ(parsed.issues.all()[0].message, "`declin` can't stand here: write review, decline or approve");
  EXPECT_EQ(parsed.issues.all()[0].suggestion, "did you mean `decline`?");
  EXPECT_EQ(parsed.issues.all()[1].suggestion, "");
}

TEST(Scalars, LongTextsAreCutInMessagesBetweenCharacters) {
  const std::string text = std::string(59, 'a') + "ééé";
  auto parsed = parse("a: " + text + "\n");
  EXPECT_FALSE(as_bool(parsed.root->find("a"), parsed.issues));
  EXPECT_EQ(parsed.issues.all()[0].message, "`" + std::string(59, 'a') + "...` is neither true nor false");
}

}  // namespace
}  // namespace weir::yaml
