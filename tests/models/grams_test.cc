#include "models/text/grams.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

namespace weir::models {
namespace {

using Buckets = std::vector<std::uint32_t>;
using Tokens = std::vector<std::string>;  // each a byte for its kind, then its own bytes

constexpr GramRules kEverything = {.whole = true,
                                   .without_digits = true,
                                   .words = true,
                                   .word_pairs = true,
                                   .shortest = 1,
                                   .longest = 3,
                                   .buckets = 1U << 20U,
                                   .at_most = 1000};

std::uint64_t fnv1a(std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const unsigned char byte : bytes) hash = (hash ^ byte) * 1099511628211U;
  return hash;
}

std::uint32_t bucket(std::string_view token, std::uint32_t buckets) {
  const auto hash = fnv1a(token);
  return (static_cast<std::uint32_t>(hash >> 32U) ^ static_cast<std::uint32_t>(hash)) % buckets;
}

Buckets buckets_of(const Tokens& tokens, std::uint32_t buckets = kEverything.buckets) {
  Buckets out;
  for (const auto& token : tokens) out.push_back(bucket(token, buckets));
  return out;
}

Buckets grams(std::string_view text, const GramRules& rules) {
  Buckets out;
  append_grams(text, rules, out);
  return out;
}

GramRules only(auto member) {
  GramRules rules{.buckets = kEverything.buckets, .at_most = 1000};
  rules.*member = true;
  return rules;
}

GramRules characters(std::uint8_t shortest, std::uint8_t longest) {
  return {.shortest = shortest, .longest = longest, .buckets = kEverything.buckets, .at_most = 1000};
}

// The published values of FNV-1a, so that the expectations below are not only this file's own.
TEST(Grams, TheTestsHashIsTheKnownOne) {
  EXPECT_EQ(fnv1a(""), 0xcbf29ce484222325U);
  EXPECT_EQ(fnv1a("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(fnv1a("foobar"), 0x85944171f73967e8U);
}

TEST(Grams, ComeInTheOrderOfTheRules) {
  EXPECT_EQ(
      grams(" Shop\t 7 ", kEverything),
      buckets_of({"tshop 7", "dshop", "wshop", "w7",   "qshop 7", "c s", "c sh", "cs", "csh", "csho", "ch", "cho",
                  "chop",    "co",    "cop",   "cop ", "cp",      "cp ", "cp 7", "c ", "c 7", "c 7 ", "c7", "c7 "}));
}

TEST(Grams, TheWholeTextIsFolded) {
  const auto rules = only(&GramRules::whole);
  EXPECT_EQ(grams("\r\n A  Z\v\f@[`{ \t", rules), buckets_of({"ta z @[`{"}));
  EXPECT_EQ(grams("CAF\xc3\x89", rules), buckets_of({"tcaf\xc3\x89"}));
}

TEST(Grams, WordsWithADigitAreLeftOutWithAllThatClingsToThem) {
  const auto rules = only(&GramRules::without_digits);
  EXPECT_EQ(grams("TESCO-STORES 6227", rules), buckets_of({"dtesco stores"}));
  EXPECT_EQ(grams("travelodge gb0000 uk", rules), buckets_of({"dtravelodge uk"}));
  EXPECT_EQ(grams("3663", rules), Buckets{});
  EXPECT_EQ(grams("*/-", rules), Buckets{});
}

TEST(Grams, WordsEndAtWhateverIsNeitherLetterNorDigit) {
  EXPECT_EQ(grams("www.argos.co.uk/A&B caf\xc3\xa9", only(&GramRules::words)),
            buckets_of({"wwww", "wargos", "wco", "wuk", "wa", "wb", "wcaf\xc3\xa9"}));
  EXPECT_EQ(grams("one, two; three", only(&GramRules::word_pairs)), buckets_of({"qone two", "qtwo three"}));
  EXPECT_EQ(grams("one", only(&GramRules::word_pairs)), Buckets{});
}

TEST(Grams, CharactersAreCodePoints) {
  EXPECT_EQ(grams("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", characters(2, 2)),
            buckets_of({"c \xc3\xa9", "c\xc3\xa9\xe2\x82\xac", "c\xe2\x82\xac\xf0\x9f\x98\x80", "c\xf0\x9f\x98\x80 "}));
}

TEST(Grams, BytesThatAreNoUtf8AreCharactersOfTheirOwn) {
  // A continuation byte alone, a lead byte without its second one, an overlong lead byte, one beyond Unicode, a cut
  // one.
  EXPECT_EQ(grams("\x80\xc3z\xc0\xf5\xe2\x82", characters(1, 1)),
            buckets_of({"c\x80", "c\xc3", "cz", "c\xc0", "c\xf5", "c\xe2", "c\x82"}));
}

TEST(Grams, ANulIsAByteLikeOthers) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(grams(text, only(&GramRules::whole)), buckets_of({std::string("ta\0b", 4)}));
  EXPECT_EQ(grams(text, only(&GramRules::words)), buckets_of({"wa", "wb"}));
  EXPECT_EQ(grams(text, characters(1, 1)), buckets_of({"ca", std::string("c\0", 2), "cb"}));
}

TEST(Grams, ATextOfNothingHasNone) {
  EXPECT_EQ(grams("", kEverything), Buckets{});
  EXPECT_EQ(grams(" \t\r\n\v\f", kEverything), Buckets{});
}

TEST(Grams, AShortTextHasTheNGramsThatFit) {
  EXPECT_EQ(grams("a", characters(1, 5)), buckets_of({"c a", "c a ", "ca", "ca "}));
  EXPECT_EQ(grams("a", characters(3, 5)), buckets_of({"c a "}));
  EXPECT_EQ(grams("a", characters(4, 5)), Buckets{});
}

TEST(Grams, WhatOccursTwiceCountsTwice) { EXPECT_EQ(grams("a A", only(&GramRules::words)), buckets_of({"wa", "wa"})); }

TEST(Grams, AreAppended) {
  Buckets out{7};
  append_grams("a", only(&GramRules::whole), out);
  EXPECT_EQ(out, (Buckets{7, bucket("ta", kEverything.buckets)}));
}

TEST(Grams, NoMoreThanAskedFor) {
  const auto all = grams("one two 3", kEverything);
  for (std::uint32_t at_most = 0; at_most <= all.size() + 1; ++at_most) {
    auto rules = kEverything;
    rules.at_most = at_most;
    const auto wanted = std::min<std::size_t>(at_most, all.size());
    EXPECT_EQ(grams("one two 3", rules), Buckets(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(wanted)));
  }
}

// The same written plainly.
Tokens plain(const std::string& text, const GramRules& rules) {
  std::string folded;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (std::string_view(" \t\n\v\f\r").find(c) != std::string_view::npos) c = ' ';
    if (c != ' ' || (!folded.empty() && folded.back() != ' ')) folded += c;
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  if (folded.empty()) return {};
  Tokens words(1), characters{" "}, out;
  for (const char c : folded + ' ') {
    const bool joins = static_cast<signed char>(c) < 0 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    if (joins) words.back() += c;
    if (!joins && !words.back().empty()) words.emplace_back();
  }
  words.pop_back();
  for (std::size_t i = 0; i < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[i]);
    std::size_t length = 1;
    if (lead >= 0xc2 && lead <= 0xdf) length = 2;
    if (lead >= 0xe0 && lead <= 0xef) length = 3;
    if (lead >= 0xf0 && lead <= 0xf4) length = 4;
    if (i + length > folded.size()) length = 1;
    for (std::size_t j = 1; j < length; ++j) {
      const auto byte = static_cast<unsigned char>(folded[i + j]);
      if (byte < 0x80 || byte > 0xbf) length = 1;
    }
    characters.push_back(folded.substr(i, length));
    i += length;
  }
  characters.emplace_back(" ");

  if (rules.whole) out.push_back("t" + folded);
  std::string without;
  for (const auto& word : words) {
    if (word.find_first_of("0123456789") == std::string::npos) without += (without.empty() ? "" : " ") + word;
  }
  if (rules.without_digits && !without.empty()) out.push_back("d" + without);
  for (const auto& word : words) {
    if (rules.words) out.push_back("w" + word);
  }
  for (std::size_t i = 1; i < words.size() && rules.word_pairs; ++i) out.push_back("q" + words[i - 1] + " " + words[i]);
  for (std::size_t i = 0; i < characters.size(); ++i) {
    for (std::size_t n = rules.shortest; n <= rules.longest && n > 0 && i + n <= characters.size(); ++n) {
      if (n == 1 && (i == 0 || i + 1 == characters.size())) continue;
      std::string token = "c";
      for (std::size_t j = 0; j < n; ++j) token += characters[i + j];
      out.push_back(token);
    }
  }
  if (out.size() > rules.at_most) out.resize(rules.at_most);
  return out;
}

RC_GTEST_PROP(GramsProperty, AnyBytesGiveThePlainResult, ()) {
  // Bytes that mean something, far more often than by chance.
  static const std::string telling = "aZ09 \t.\x80\xbf\xc1\xc2\xc3\xdf\xe0\xef\xf0\xf4\xf5\xff" + std::string(1, '\0');
  const auto byte = rc::gen::oneOf(rc::gen::elementOf(telling), rc::gen::arbitrary<char>());
  const auto text = *rc::gen::container<std::string>(byte);
  const auto shortest = *rc::gen::inRange<std::uint8_t>(0, 5);
  const GramRules rules = {.whole = *rc::gen::arbitrary<bool>(),
                           .without_digits = *rc::gen::arbitrary<bool>(),
                           .words = *rc::gen::arbitrary<bool>(),
                           .word_pairs = *rc::gen::arbitrary<bool>(),
                           .shortest = shortest,
                           .longest = shortest == 0 ? shortest : *rc::gen::inRange<std::uint8_t>(shortest, 7),
                           .buckets = *rc::gen::inRange<std::uint32_t>(1, 100000),
                           .at_most = *rc::gen::inRange<std::uint32_t>(0, 400)};
  RC_ASSERT(grams(text, rules) == buckets_of(plain(text, rules), rules.buckets));
}

}  // namespace
}  // namespace weir::models
