#include "engine/yaml/document.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/yaml/parse.h"

namespace weir::yaml {
namespace {

std::string at(const Node& node) {
  return std::to_string(node.place.line) + ":" + std::to_string(node.place.column) + "+" +
         std::to_string(node.place.length);
}

TEST(Document, EveryKeyAndValueKnowsItsPlace) {
  const auto parsed = parse(
      "# a note\n"
      "name: screening\n"
      "Größe: {ä: 'it''s', b: \"x\\ty\"} # more\n"
      "list:\n"
      "  - one two\n"
      "  - |\n"
      "    block\n"
      "empty:\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(parsed.report(), "");
  const auto& entries = parsed.root->entries;
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(at(entries[0].key), "2:1+4");
  EXPECT_EQ(at(entries[0].value), "2:7+9");
  EXPECT_EQ(at(entries[1].key), "3:1+5") << "columns count code points";
  EXPECT_EQ(at(entries[1].value), "3:8+1");
  EXPECT_EQ(at(entries[1].value.entries[0].value), "3:12+7") << "quotes are underlined too";
  EXPECT_EQ(entries[1].value.entries[0].value.text, "it's");
  EXPECT_EQ(at(entries[1].value.entries[1].key), "3:21+1");
  EXPECT_EQ(at(entries[1].value.entries[1].value), "3:24+6");
  EXPECT_EQ(entries[1].value.entries[1].value.text, "x\ty");
  EXPECT_EQ(at(entries[2].value.items[0]), "5:5+7");
  EXPECT_EQ(at(entries[2].value.items[1]), "6:5+1");
  EXPECT_EQ(entries[2].value.items[1].text, "block\n");
  EXPECT_EQ(entries[3].value.kind, NodeKind::kNull);
  EXPECT_EQ(at(entries[3].value), "8:1+5") << "a value that is not written has the place of its key";
}

TEST(Document, WindowsLineEndsAndAByteOrderMarkChangeNothing) {
  const auto unix_text = parse("é: 1\nb:\n  - |\n    x\n    y\nc: 'z'\n");
  const auto windows = parse("\xEF\xBB\xBFé: 1\r\nb:\r\n  - |\r\n    x\r\n    y\r\nc: 'z'\r\n");
  ASSERT_TRUE(unix_text.root && windows.root) << windows.report();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(at(unix_text.root->entries[i].value), at(windows.root->entries[i].value));
    EXPECT_EQ(unix_text.root->entries[i].value.text, windows.root->entries[i].value.text);
  }
  EXPECT_EQ(windows.root->entries[1].value.items[0].text, "x\ny\n");
}

TEST(Document, EveryDuplicateKeyIsReportedAndTheFirstStays) {
  const auto parsed = parse("a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\na: 4\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(parsed.report(),
            "a.yaml:3:1: error: `a` stands here a second time, it is on line 1 already\n"
            "    a: 3\n"
            "    ^\n"
            "a.yaml:4:11: error: `x` stands here a second time, it is on line 4 already\n"
            "    c: {x: 1, x: 2}\n"
            "              ^\n"
            "a.yaml:5:1: error: `a` stands here a second time, it is on line 1 already\n"
            "    a: 4\n"
            "    ^\n");
  ASSERT_EQ(parsed.root->entries.size(), 3U);
  EXPECT_EQ(parsed.root->find("a")->text, "1");
}

struct Refusal {
  const char* text;
  const char* place;
  const char* message;
};

class RefusedYaml : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedYaml, HasItsOwnIssue) {
  const auto parsed = parse(GetParam().text);
  ASSERT_FALSE(parsed.issues.all().empty());
  const auto report = parsed.report();
  EXPECT_TRUE(report.starts_with(std::string("a.yaml:") + GetParam().place)) << report;
  EXPECT_NE(report.find(GetParam().message), std::string::npos) << report;
}

INSTANTIATE_TEST_SUITE_P(
    Document, RefusedYaml,
    testing::Values(
        Refusal{"a: &x 1\n", "1:4:", "anchors"}, Refusal{"a: &x {b: 1}\n", "1:4:", "anchors"},
        Refusal{"a: &x 1\nb: *x\n", "1:4:", "aliases"}, Refusal{"a: !!str 1\n", "1:4:", "tags"},
        Refusal{"a: !x [1]\n", "1:4:", "tags"}, Refusal{"a: ! b\n", "1:4:", "tags"},
        Refusal{"a: 1\n---\nb: 2\n", "2:1:", "a second document"},
        Refusal{"? [a]\n: 1\n", "1:3:", "a key must be a single value, not a list"},
        Refusal{"~: 1\n", "1:1:", "a key must be a single value, not nothing"},
        Refusal{"a: |2\n   b\n", "1:4:", "indentation digit"}, Refusal{"a: >2-\n   b\n", "1:4:", "indentation digit"},
        Refusal{"a:\n\t- 1\n", "2:1:", "a tab can't indent"},
        Refusal{"a:\n  b: 1\n \t c: 1\n", "3:2:", "a tab can't indent"}, Refusal{"a: b: c\n", "1:5:", "needs quotes"},
        Refusal{"a: [1\n", "2:1:", "a `[` is not closed"}, Refusal{"a: \"b\n", "1:4:", "this quote is not closed"},
        Refusal{"a: 'b''\n", "1:4:", "this quote is not closed"},
        Refusal{"a: \"b\\\"\n", "1:4:", "this quote is not closed"}, Refusal{"a: \"\\q\"\n", "1:", "this is not YAML"},
        Refusal{"a: @b\n", "1:4:", "needs quotes"}, Refusal{"a: 1\n b: 2\n", "2:3:", "this is not YAML"},
        Refusal{"a: b\x01\n", "1:5:", "a control character"}, Refusal{"a: b\x04\nc: 1\n", "1:5:", "control"},
        Refusal{"a: b\rc\n", "1:5:", "a control character"}, Refusal{"a: \x7F\n", "1:4:", "a control"},
        Refusal{"a: é\xff\n", "1:5:", "not UTF-8"}, Refusal{"a: \xC0\xAF\n", "1:4:", "not UTF-8"},
        Refusal{"a: \xED\xA0\x80\n", "1:4:", "not UTF-8"}, Refusal{"a: \xF4\x90\x80\x80\n", "1:4:", "UTF-8"},
        Refusal{"a: \xE2\x82", "1:4:", "not UTF-8"}, Refusal{"", " error", "the file is empty"},
        Refusal{"# a note\n", " error", "the file is empty"}));

TEST(Document, TabsInsideValuesCommentsAndBlankLinesAreFine) {
  const auto parsed = parse("a: 'b\tc'\n\t# a note\n \t\nd: e\tf\n");
  ASSERT_TRUE(parsed.root) << parsed.report();
  EXPECT_EQ(parsed.root->find("a")->text, "b\tc");
}

TEST(Document, FaultsThatLeaveTheStructureAloneLeaveATree) {
  const auto parsed = parse("a: &x {b: 1}\nc: *x\nd: !!str e\nf: 1\n");
  ASSERT_TRUE(parsed.root);
  EXPECT_EQ(parsed.issues.all().size(), 3U);
  EXPECT_EQ(parsed.root->find("a")->kind, NodeKind::kFaulty);
  EXPECT_EQ(parsed.root->find("c")->kind, NodeKind::kFaulty);
  EXPECT_EQ(parsed.root->find("d")->kind, NodeKind::kFaulty);
  EXPECT_EQ(parsed.root->find("f")->text, "1");
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']') + "\n"; }

TEST(Document, DepthIsLimited) {
  EXPECT_TRUE(parse(nested(kMaxDepth)).issues.all().empty());
  EXPECT_NE(parse(nested(kMaxDepth + 1)).report().find("within each other"), std::string::npos);
}

TEST(Document, DeepNestingOfAllKindsIsRefusedInsteadOfOverflowingTheStack) {
  for (const std::string_view opening : {"[", "{a: ", "- ", "? ", "a: {b: ["}) {
    std::string text;
    while (text.size() < kMaxLineBytes - opening.size()) text += opening;
    EXPECT_FALSE(parse(text).issues.all().empty()) << opening;
  }
}

TEST(Document, LineLengthIsLimited) {
  const std::string longest = "a: " + std::string(kMaxLineBytes - 3, 'x');
  EXPECT_TRUE(parse(longest + "\n").issues.all().empty());
  EXPECT_TRUE(parse(longest + "\r\n").issues.all().empty()) << "the line end does not count";
  EXPECT_NE(parse("b: 1\n" + longest + "x\n").report().find("line 2 has 16385 bytes"), std::string::npos);
}

TEST(Document, FileSizeIsLimited) {
  std::string text = "a: 1\n";
  const std::string note = "# " + std::string(997, 'x') + "\n";
  while (text.size() + note.size() <= kMaxFileBytes) text += note;
  text += "#" + std::string(kMaxFileBytes - text.size() - 1, ' ');
  ASSERT_EQ(text.size(), kMaxFileBytes);
  EXPECT_TRUE(parse(text).issues.all().empty());
  EXPECT_NE(parse(text + " ").report().find("the limit is 4194304"), std::string::npos);
}

TEST(Document, TheNumberOfNodesIsLimited) {
  // The root list and its items.
  std::string text = "[a";
  for (std::size_t nodes = 2; nodes < kMaxNodes; ++nodes) text += nodes % 1000 == 0 ? ",\n a" : ",a";
  EXPECT_TRUE(parse(text + "]\n").issues.all().empty());
  EXPECT_NE(parse(text + ",a]\n").report().find("more than 200000 keys and values"), std::string::npos);
}

}  // namespace
}  // namespace weir::yaml
