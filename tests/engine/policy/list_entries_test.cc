// The entries of lists: what a CSV file may hold, and where its faults are.
#include "engine/policy/list_entries.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/base/civil_time.h"
#include "engine/event/personal_token.h"
#include "engine/policy/limits.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKey = "0123456789abcdef0123456789abcdef";
const std::string kHeader = "value,reason,author,expires,rules\n";

// The sample with a list of each kind of field.
Policy policy_with_lists() {
  auto files = Sample().files();
  const auto add = [&](const std::string& name, const std::string& text) {
    files.push_back({"lists/" + name + ".yaml", text});
  };
  add("cards", "kind: block\nfield: card_number\n");
  add("channels", "kind: watch\nfield: channel\n");
  add("counts", "kind: watch\nfield: count\n");
  add("shops", "kind: allow\nfield: shop\nsuppresses: [rule]\n");
  auto policy = load_policy(files, "");
  EXPECT_TRUE(policy.ok()) << (policy.ok() ? "" : policy.error().render());
  return *std::move(policy);
}

Result<book::ListEntries, Issues> read(const std::string& list, std::string text, std::string_view key = kKey) {
  static const Policy kPolicy = policy_with_lists();
  for (const auto& definition : kPolicy.lists) {
    if (definition.name == list) return read_list_entries(list + ".csv", std::move(text), definition, kPolicy, key);
  }
  ADD_FAILURE() << list;
  return book::ListEntries();
}

book::ListEntries entries(const std::string& list, std::string text, std::string_view key = kKey) {
  auto out = read(list, std::move(text), key);
  if (out.ok()) return *std::move(out);
  ADD_FAILURE() << out.error().render();
  return {};
}

std::string report(const std::string& list, std::string text, std::string_view key = kKey) {
  const auto out = read(list, std::move(text), key);
  return out.ok() ? "" : out.error().render();
}

std::string only_fault(const std::string& list, std::string text, std::string_view key = kKey) {
  const auto out = read(list, std::move(text), key);
  EXPECT_FALSE(out.ok());
  if (out.ok()) return "";
  EXPECT_EQ(out.error().all().size(), 1U) << out.error().render();
  return out.error().render();
}

TEST(ListEntries, ARowIsAnEntry) {
  const auto out = entries("shops", kHeader +
                                        "m1,partner,ann,2027-01-01,rule\n"
                                        "m2,\"partner, since \"\"2019\"\"\",bob,,\n"
                                        "\"m,3\",\"two\nlines\",ann,2027-01-01T12:00:00+02:00,\n");
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out.at("m1"),
            (book::ListEntry{"partner", "ann", *parse_iso8601_ms("2027-01-01T00:00:00Z", true), {"rule"}}));
  EXPECT_EQ(out.at("m2"), (book::ListEntry{"partner, since \"2019\"", "bob", INT64_MAX, {}}));
  EXPECT_EQ(out.at("m,3").reason, "two\nlines");
  EXPECT_EQ(out.at("m,3").expires_ms, *parse_iso8601_ms("2027-01-01T10:00:00Z", true));
}

TEST(ListEntries, LineEndsColumnsAndEmptyLinesMayDiffer) {
  const auto expected = entries("shops", "value,reason,author\nm1,a,b\nm2,c,d\n");
  EXPECT_EQ(expected.size(), 2U);
  for (const std::string text :
       {"value,reason,author\r\nm1,a,b\r\nm2,c,d\r\n", "value,reason,author\nm1,a,b\nm2,c,d",
        "\n\nvalue,reason,author\n\nm1,a,b\r\n\r\nm2,c,d\n\n", "\xEF\xBB\xBFvalue,reason,author\nm1,a,b\nm2,c,d\n",
        "author,value,reason\nb,m1,a\nd,m2,c\n", "\"value\",reason,author\n\"m1\",a,b\nm2,c,d\n"}) {
    EXPECT_EQ(entries("shops", text), expected) << text;
  }
  EXPECT_TRUE(entries("shops", kHeader).empty());
}

TEST(ListEntries, AFaultStandsAtItsCell) {
  EXPECT_EQ(only_fault("counts", "reason,value,author\npärtner,x7,ann\n"),
            "counts.csv:2:9: error: `count` is a whole number, and 'x7' is none\n"
            "    pärtner,x7,ann\n"
            "            ^~\n");
  EXPECT_EQ(only_fault("shops", kHeader + "m1,\"two\nlines\",ann,soon,\n"),
            "shops.csv:3:12: error: `soon` is no date or time\n"
            "    lines\",ann,soon,\n"
            "               ^~~~\n"
            "    write e.g. 2027-01-01 or 2027-01-01T12:00:00Z\n");
  EXPECT_EQ(only_fault("shops", kHeader + "m1,a,b,,\n\nm1,c,d,,\n"),
            "shops.csv:4:1: error: the value is there already, in line 2\n"
            "    m1,c,d,,\n"
            "    ^~\n"
            "    keep one of them\n");
  EXPECT_EQ(only_fault("shops", kHeader + "m1,a,b,,rulee\n"),
            "shops.csv:2:9: error: there is no rule `rulee`\n"
            "    m1,a,b,,rulee\n"
            "            ^~~~~\n"
            "    did you mean `rule`?\n");
}

TEST(ListEntries, AllFaultsOfAFileAreFoundAtOnce) {
  const auto out = report("shops", kHeader + ",a,b,,\nm1,,b,,\nm2,a,,,\nm3,a\nm4,a,b,2027-02-30,\nm5,\"a\"x,b,,\n");
  for (const auto* fault :
       {":2:1: error: the entry has no value", ":3:4: error: the entry has no reason",
        ":4:6: error: the entry has no author", ":5:1: error: the row has 2 cells, the header has 5",
        ":6:8: error: `2027-02-30` is no date or time", ":7:7: error: text behind a closing quote"}) {
    EXPECT_NE(out.find(fault), std::string::npos) << fault << "\n" << out;
  }
}

TEST(ListEntries, WithoutItsHeaderAFileIsNotRead) {
  EXPECT_NE(only_fault("shops", "").find("shops.csv: error: the file has no header"), std::string::npos);
  EXPECT_NE(only_fault("shops", "\n\n").find("the file has no header"), std::string::npos);
  EXPECT_NE(only_fault("shops", "m1,a,b\n").find("1:1: error: there is no column `m1`"), std::string::npos);
  EXPECT_NE(only_fault("shops", "value,reason,autor\nm1,a,b\n").find("did you mean `author`?"), std::string::npos);
  EXPECT_NE(only_fault("shops", "value,reason\nm1,a\n").find("column `author` is missing"), std::string::npos);
  EXPECT_NE(only_fault("shops", "value;reason;author\nm1;a;b\n").find("columns are parted by commas"),
            std::string::npos);
  EXPECT_NE(
      only_fault("shops", "value,reason,author,value\nm1,a,b,m1\n").find("1:21: error: column `value` is there twice"),
      std::string::npos);
}

TEST(ListEntries, OnlyUtf8IsText) {
  EXPECT_EQ(only_fault("shops", "value,reason,author\nm1,\xC3\xA4 caf\xE9,ann\n").substr(0, 51),
            "shops.csv:2:9: error: this is not valid UTF-8\n    m");
}

TEST(ListEntries, OnlyTextIsRead) {
  const auto with_nul = "value,reason,author\nm" + std::string(1, '\0') + "1,a,b\n";
  EXPECT_NE(only_fault("shops", with_nul).find("2:2: error: a control character"), std::string::npos);
  EXPECT_NE(only_fault("shops", "value,reason,author\rm1,a,b\r").find("save the file with LF or CRLF"),
            std::string::npos);
  EXPECT_NE(only_fault("shops", "value,reason,author,\nm1,a,b,\n").find("1:21: error: a column has no name"),
            std::string::npos);
}

TEST(ListEntries, ABlankAroundAValueMustBeMeant) {
  EXPECT_NE(only_fault("shops", kHeader + " m1,a,b,,\n").find("begins or ends with a blank"), std::string::npos);
  EXPECT_NE(only_fault("shops", kHeader + "m1 ,a,b,,\n").find("begins or ends with a blank"), std::string::npos);
  EXPECT_EQ(entries("shops", kHeader + "\" m1\", a ,b,,\n").count(" m1"), 1U);
}

TEST(ListEntries, ValuesAreThoseOfTheField) {
  EXPECT_EQ(entries("counts", kHeader + "007,a,b,,\n-9223372036854775808,a,b,,\n").count("7"), 1U);
  EXPECT_NE(report("counts", kHeader + "9223372036854775808,a,b,,\n").find("is a whole number"), std::string::npos);
  EXPECT_NE(report("counts", kHeader + "7,a,b,,\n007,a,b,,\n").find("3:1: error: the value is there already"),
            std::string::npos);
  EXPECT_NE(report("channels", kHeader + "onlin,a,b,,\n").find("did you mean `online`?"), std::string::npos);
  EXPECT_NE(report("channels", kHeader + "online,a,b,,rule\n").find("`rules` is for lists of kind allow"),
            std::string::npos);
}

TEST(ListEntries, TextsHaveLimits) {
  const std::string reason(kMaxListTextBytes, 'r');
  EXPECT_EQ(report("shops", kHeader + "m1," + reason + "," + reason + ",,\n"), "");
  EXPECT_NE(report("shops", kHeader + "m1," + reason + "r,b,,\n").find("the reason is longer than 1000 bytes"),
            std::string::npos);
  EXPECT_NE(report("shops", kHeader + "m1,a," + reason + "r,,\n").find("the author is longer than 1000 bytes"),
            std::string::npos);
  const std::string value(event::Limits().max_string_bytes, 'v');
  EXPECT_EQ(report("shops", kHeader + value + ",a,b,,\n"), "");
  EXPECT_NE(report("shops", kHeader + value + "v,a,b,,\n").find("longer than any text that the schema lets in"),
            std::string::npos);
}

TEST(ListEntries, AFileFullOfFaultsIsNotReadToItsEnd) {
  std::string text = kHeader;
  for (int i = 0; i < 1'000; ++i) text += "broken\n";
  const auto out = read("shops", text);
  ASSERT_FALSE(out.ok());
  EXPECT_EQ(out.error().all().size(), kMaxReportedIssues + 1);
  EXPECT_NE(out.error().render().find("from here on the file is not looked at"), std::string::npos);
}

TEST(ListEntries, ValuesOfAPersonalFieldAreTokens) {
  event::PersonalTokens tokens(kKey);
  const std::string token(tokens.token("card_number", "4000000000000002"));
  const auto out = entries("cards", kHeader + "4000000000000002,stolen,ann,,\n");
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out.begin()->first, token);
  EXPECT_EQ(entries("cards", kHeader + "token:" + token + ",stolen,ann,,\n"), out);
  EXPECT_NE(report("cards", kHeader + "token:12,stolen,ann,,\n").find("this is no token"), std::string::npos);
  EXPECT_NE(report("cards", kHeader + "4000000000000002,a,b,,\ntoken:" + token + ",a,b,,\n").find("in line 2"),
            std::string::npos);
}

TEST(ListEntries, WithoutTheKeyAFileIsCheckedAllTheSame) {
  const std::string token(event::kTokenChars, 'a');
  const auto out = entries("cards", kHeader + "4000000000000002,stolen,ann,,\ntoken:" + token + ",stolen,ann,,\n", "");
  ASSERT_EQ(out.size(), 1U) << "what is no token yet is left out";
  EXPECT_EQ(out.begin()->first, token);
  EXPECT_NE(report("cards", kHeader + "4000,a,b,,\n4000,a,b,,\n", "").find("3:1: error: the value is there already"),
            std::string::npos);
  EXPECT_NE(report("cards", kHeader + "4000,,b,,\n", "").find("the entry has no reason"), std::string::npos);
}

class ListFolder : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(root_ / "lists");
    std::ofstream(root_ / ("lists/" + name), std::ios::binary) << text;
  }

  const Policy policy_ = policy_with_lists();
  const test::ScratchDirectory root_;
};

TEST_F(ListFolder, AListWithoutAFileIsEmpty) {
  write("shops.csv", kHeader + "m1,a,b,,\n");
  const auto contents = read_list_contents(root_.path(), policy_, kKey);
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ((*contents).size(), 4U);
  EXPECT_EQ((*contents).at("shops").size(), 1U);
  EXPECT_TRUE((*contents).at("cards").empty());
}

TEST_F(ListFolder, TheFaultsOfAllFilesAreToldAtOnce) {
  write("shops.csv", kHeader + "m1,,b,,\n");
  write("counts.csv", kHeader + "x,a,b,,\n");
  fs::create_directories(root_ / "lists/cards.csv");
  const auto contents = read_list_contents(root_.path(), policy_, kKey);
  ASSERT_FALSE(contents.ok());
  const auto out = contents.error().render();
  EXPECT_NE(out.find("lists/shops.csv:2:4: error: the entry has no reason"), std::string::npos) << out;
  EXPECT_NE(out.find("lists/counts.csv:2:1: error: `count` is a whole number"), std::string::npos) << out;
  EXPECT_NE(out.find("lists/cards.csv: error: "), std::string::npos) << out;
}

TEST_F(ListFolder, EntriesThatNobodyReadsAreAWarning) {
  EXPECT_TRUE(find_stray_entries(root_.path(), policy_).all().empty()) << "no folder at all";
  for (const auto* name : {"shops.csv", "shosp.csv", "partners.csv", ".cards.csv", "notes.txt", "cards.CSV"}) {
    write(name, kHeader);
  }
  const auto stray = find_stray_entries(root_.path(), policy_);
  EXPECT_FALSE(stray.has_errors());
  const auto line = [&](const std::string& name, const std::string& message, const std::string& hint) {
    return root_ / ("lists/" + name) + ": warning: " + message + "\n    " + hint + "\n";
  };
  const std::string nobody = ": nobody reads these entries";
  EXPECT_EQ(stray.render(),
            line("cards.CSV", "entries of a list end in .csv: nobody reads these", "rename it to cards.csv") +
                line("partners.csv", "the policy has no list `partners`" + nobody,
                     "lists/partners.yaml would say what the list is; other files are better kept elsewhere") +
                line("shosp.csv", "the policy has no list `shosp`" + nobody, "did you mean `shops`?"));
}

}  // namespace
}  // namespace weir::policy
