// What is said of the language for people covers the language.
#include "rules/cel/language.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "rules/cel/functions.h"
#include "rules/cel/language_lines.h"
#include "rules/cel/macros.h"

namespace weir::cel {
namespace {

const LanguageEntry& entry(std::string_view name) {
  static const auto kAll = language();
  const auto found = std::find_if(kAll.begin(), kAll.end(), [&](const auto& e) { return e.name == name; });
  static const LanguageEntry kNone;
  return found == kAll.end() ? kNone : *found;
}

TEST(Language, EachFunctionHasItsLine) {
  std::set<Function> covered;
  for (const auto& line : language_lines()) {
    if (line.function == Function::kNone) continue;
    EXPECT_TRUE(covered.insert(line.function).second) << function_name(line.function) << " has two";
  }
  for (const auto& overload : overloads()) {
    EXPECT_TRUE(covered.contains(overload.function)) << function_name(overload.function) << " has no meaning";
  }
  for (const auto function : {Function::kEqual, Function::kNotEqual, Function::kIn, Function::kIndex}) {
    EXPECT_TRUE(covered.contains(function)) << function_name(function) << " has no meaning";
  }
}

TEST(Language, EachMacroHasItsLine) {
  const auto names = macro_names();
  EXPECT_GE(names.size(), 15U);
  for (const auto& name : names) EXPECT_NE(entry(name).meaning, "") << name;
}

TEST(Language, EachLineSaysSomething) {
  std::set<std::string_view> themes;
  std::string_view last;
  for (const auto& e : language()) {
    EXPECT_FALSE(e.name.empty());
    EXPECT_FALSE(e.forms.empty()) << e.name;
    EXPECT_GE(e.meaning.size(), 5U) << e.name;
    EXPECT_EQ(e.meaning.find('\n'), std::string_view::npos) << e.name;
    EXPECT_TRUE(e.theme == last || themes.insert(e.theme).second) << e.theme << " stands in two places";
    last = e.theme;
  }
}

TEST(Language, FormsThatDifferInATypeAreOne) {
  using Forms = std::vector<std::string>;
  EXPECT_EQ(entry("startsWith").forms, (Forms{"string.startsWith(string) -> bool"}));
  EXPECT_EQ(entry("%").forms, (Forms{"T % T -> T, T: int, uint"}));
  EXPECT_EQ(entry("bool").forms, (Forms{"bool(T) -> bool, T: bool, string"}));
  EXPECT_EQ(entry("getDate").forms, (Forms{"timestamp.getDate() -> int", "timestamp.getDate(string) -> int"}));
  EXPECT_EQ(entry("!").forms, (Forms{"!bool -> bool"}));
  EXPECT_EQ(entry("*").forms,
            (Forms{"T * T -> T, T: int, uint, double", "money * int -> money", "int * money -> money"}));
  EXPECT_EQ(entry("size").forms,
            (Forms{"size(T) -> int, T: string, bytes, list, map", "T.size() -> int, T: string, bytes, list, map"}));
  EXPECT_EQ(entry("split").forms,
            (Forms{"string.split(string) -> list(string)", "string.split(string, int) -> list(string)"}));
}

}  // namespace
}  // namespace weir::cel
