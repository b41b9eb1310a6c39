// How members are found by name: by the guess that they come in the order of the last record, and by looking them up.
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "engine/event/json_walk.h"
#include "engine/event/path_tree.h"
#include "engine/event/quoted_name.h"

namespace weir::event {
namespace {

bool begins(const QuotedName& name, std::string text) {
  text.resize(text.size() + QuotedName::kReadable, ' ');
  return name.begins(text.data());
}

TEST(QuotedName, MatchesItselfAndNothingElse) {
  for (std::size_t size = 0; size <= 31; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i % 26);
    const QuotedName name(text);
    EXPECT_TRUE(begins(name, text + "\"")) << size;
    EXPECT_TRUE(begins(name, text + "\":1}")) << size;
    EXPECT_FALSE(begins(name, text + "x\"")) << size;
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = text + "\"";
      other[i] = '#';
      EXPECT_FALSE(begins(name, other)) << size << " " << i;
      EXPECT_FALSE(begins(name, text.substr(0, i) + "\"")) << size << " " << i;
    }
  }
}

TEST(QuotedName, LongAndEscapedNamesAreLeftToTheLookUp) {
  for (const std::string& text : {std::string(32, 'a'), std::string(100, 'a'), std::string("a\"b"), std::string("a\\b"),
                                  std::string("a\nb"), std::string("a\0b", 3)}) {
    const QuotedName name(text);
    EXPECT_FALSE(begins(name, text + "\""));
    EXPECT_FALSE(begins(name, "\""));
    EXPECT_FALSE(begins(name, "a"));
  }
}

TEST(PathTree, FindsChildrenAndSpellsPaths) {
  PathTree tree;
  const std::vector<std::vector<std::string>> paths = {{"b"}, {"a", "bb"}, {"a", "b"}, {"a"}, {"b"}, {"a", "b", ""}};
  std::vector<std::uint32_t> numbers;
  for (const auto& path : paths) numbers.push_back(tree.add(path));
  EXPECT_EQ(numbers, (std::vector<std::uint32_t>{0, 1, 2, 3, 0, 4}));
  EXPECT_EQ(tree.path_count(), 5U);
  const std::uint32_t a = tree.child(PathTree::kRoot, "a");
  ASSERT_NE(a, PathTree::kNone);
  EXPECT_EQ(tree[a].path, 3U);
  EXPECT_EQ(tree[tree.child(a, "bb")].path, 1U);
  EXPECT_EQ(tree.dotted(tree.child(a, "bb")), "a.bb");
  EXPECT_EQ(tree.dotted(tree.child(tree.child(a, "b"), "")), "a.b.");
  EXPECT_EQ(tree.child(a, "a"), PathTree::kNone);
  EXPECT_EQ(tree.child(PathTree::kRoot, ""), PathTree::kNone);
}

// Names of every length, some of them each other's beginnings, in changing orders.
TEST(JsonWalk, FindsNamesOfEveryLengthInEveryOrder) {
  std::vector<std::string> names;
  for (std::size_t size = 0; size <= 40; ++size) names.emplace_back(size, 'n');
  names.insert(names.end(), {"\u20ac", "say \"x\"", "back\\slash", "tab\t", std::string("nul\0", 4)});
  const std::vector<std::string> written = [&] {
    std::vector<std::string> out(names.begin(), names.end() - 4);
    out.insert(out.end(), {"say \\\"x\\\"", "back\\\\slash", "tab\\t", "nul\\u0000"});
    return out;
  }();
  JsonWalk walk;
  for (const std::string& name : names) walk.add_path(std::vector<std::string>{name});
  for (std::size_t step = 1; step < names.size(); ++step) {
    if (std::gcd(step, names.size()) != 1) continue;  // would name some twice
    for (int repeat = 0; repeat < 2; ++repeat) {
      std::string json = "{";
      for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t which = i * step % names.size();
        json += (i == 0 ? "\"" : ",\"") + written[which] + "\":" + std::to_string(which);
      }
      Reject reject;
      ASSERT_TRUE(walk.walk(json + "}", Limits{}, reject)) << reject.detail << json;
      for (std::size_t i = 0; i < names.size(); ++i) ASSERT_EQ(walk.found()[i].text, std::to_string(i)) << step;
    }
  }
}

}  // namespace
}  // namespace weir::event
