#include "ops/command/topics_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "engine/topic/partitioner.h"
#include "ops/command/record_text.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

Ran run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "topics");
  return run_command({add_topics_command}, std::move(arguments));
}

class TopicsCommand : public testing::Test {
 protected:
  std::string url(const std::string& name) const { return "dir:" + root_ / name; }
  std::string file(const std::string& name, const std::string& text) const {
    const std::string path = root_ / name;
    std::ofstream(path) << text;
    return path;
  }

  const test::ScratchDirectory root_;
};

TEST_F(TopicsCommand, WhatIsWrittenIsReadByOffsetPartitionAndCount) {
  ASSERT_EQ(run({"create", url("t"), "--partitions", "1"}).exit_code, 0);
  const Ran written = run({"write", url("t"), "--from", file("in.jsonl", "one\ntwo\n\nthree\n")});
  EXPECT_EQ(written.exit_code, 0) << written.err;
  EXPECT_NE(written.err.find("3 records written to " + url("t")), std::string::npos) << written.err;

  const std::string all = run({"read", url("t")}).out;
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3);
  EXPECT_TRUE(all.starts_with("0:0\t20")) << all;
  EXPECT_NE(all.find("\t-\tthree\n"), std::string::npos) << all;
  const std::string second = run({"read", url("t"), "--from", "1", "--max", "1", "--partition", "0", "--json"}).out;
  EXPECT_TRUE(second.starts_with(R"({"partition":0,"offset":1,"time":"20)")) << second;
  EXPECT_NE(second.find(R"("key":null,"value":"two","headers":[]})"), std::string::npos) << second;
  EXPECT_EQ(run({"read", url("t"), "--from", "3"}).out, "");
}

TEST_F(TopicsCommand, KeysComeFromAMemberOrFromBeforeASeparator) {
  ASSERT_EQ(run({"create", url("t"), "--partitions", "3"}).exit_code, 0);
  const std::string lines = R"({"card":{"id":"c1"}})"
                            "\n"
                            R"({"card":{"id":42}})"
                            "\n{broken\n"
                            R"({"card":"c1"})"
                            "\n";
  const Ran written = run({"write", url("t"), "--from", file("in.jsonl", lines), "--key-path", "card.id", "--json"});
  EXPECT_EQ(written.out, "{\"records\":4,\"without_key\":2}\n") << written.err;
  const std::string partition = std::to_string(topic::partition_for_key("c1", 3));
  const std::string there = run({"read", url("t"), "--partition", partition}).out;
  EXPECT_NE(there.find("\tc1\t{\"card\":{\"id\":\"c1\"}}\n"), std::string::npos) << there;
  EXPECT_NE(run({"read", url("t")}).out.find("\t42\t"), std::string::npos);

  ASSERT_EQ(run({"create", url("u")}).exit_code, 0);
  ASSERT_EQ(run({"write", url("u"), "--from", file("u.jsonl", "k|v|w\nnone\n"), "--key-separator", "|"}).exit_code, 0);
  const std::string split = run({"read", url("u")}).out;
  EXPECT_NE(split.find("\tk\tv|w\n"), std::string::npos) << split;
  EXPECT_NE(split.find("\t-\tnone\n"), std::string::npos) << split;
}

TEST_F(TopicsCommand, TopicsAreListedAndDescribed) {
  ASSERT_EQ(run({"create", url("b"), "--partitions", "2"}).out, "made " + url("b") + "\n");
  ASSERT_EQ(run({"create", url("b"), "--partitions", "2"}).out, "there already: " + url("b") + "\n");
  ASSERT_EQ(run({"create", url("a")}).exit_code, 0);
  ASSERT_EQ(run({"write", url("b"), "--from", file("in.jsonl", "x\n"), "--partition", "1"}).exit_code, 0);
  const std::string base = "dir:" + root_.path();
  EXPECT_EQ(run({"list", base}).out, url("a") + "\t1 partition\n" + url("b") + "\t2 partitions\n");
  EXPECT_EQ(run({"list", base, "--json"}).out,
            R"([{"url":")" + url("a") + R"(","partitions":1},{"url":")" + url("b") + "\",\"partitions\":2}]\n");
  EXPECT_EQ(run({"describe", url("b"), "--json"}).out,
            "[{\"partition\":0,\"first\":0,\"end\":0},{\"partition\":1,\"first\":0,\"end\":1}]\n");
  EXPECT_NE(run({"describe", url("b")}).out.find("1\t0\t1\t1\n"), std::string::npos);
}

TEST_F(TopicsCommand, FailuresAreToldWithAWayOutAndAStatus) {
  const Ran missing = run({"read", url("missing")});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.err.find("weir topics read: there is no topic"), std::string::npos) << missing.err;
  EXPECT_NE(missing.err.find("weir topics create"), std::string::npos);
  ASSERT_EQ(run({"create", url("t")}).exit_code, 0);
  EXPECT_EQ(run({"create", url("t"), "--partitions", "2"}).exit_code, 1);
  EXPECT_EQ(run({"read", url("t"), "--partition", "1"}).exit_code, 1);
  EXPECT_EQ(run({"read", url("t"), "--from", "1"}).exit_code, 1);
  EXPECT_EQ(run({"write", url("t"), "--from", "/nowhere/lines.jsonl"}).exit_code, 1);
  EXPECT_EQ(run({"write", url("t"), "--from", file("in.csv", "a,b\n")}).exit_code, 1);

  EXPECT_EQ(run({"read", "payments"}).exit_code, 2);
  EXPECT_EQ(run({"create", url("u"), "--partitions", "0"}).exit_code, 2);
  EXPECT_EQ(run({"create", url("u"), "--config", "retention.ms=1"}).exit_code, 2);
  EXPECT_EQ(run({"read", url("t"), "--kafka", "no-equals-sign"}).exit_code, 2);
  EXPECT_EQ(run({"write", url("t"), "--key-path", "a", "--key-separator", "|"}).exit_code, 2);
  EXPECT_EQ(run({"read"}).exit_code, 2);
  EXPECT_EQ(run({}).exit_code, 2);
}

TEST(RecordText, BytesThatAreNoTextAreShownAndNotSent) {
  topic::Record record;
  record.timestamp_ms = 1'772'184'600'125;
  record.key = std::string_view("\x1b[2J", 4);
  record.value = "\xc3\xa9\xff";
  const std::vector<topic::Header> headers{{"trace", "a\nb"}};
  record.headers = headers;
  std::string text;
  append_record_text(text, record);
  EXPECT_EQ(text, "0:0\t2026-02-27T09:30:00.125Z\t\\x1b[2J\t\\xc3\\xa9\\xff\ttrace=a\\x0ab\n");
  std::string json;
  append_record_json(json, record);
  EXPECT_EQ(json,
            R"({"partition":0,"offset":0,"time":"2026-02-27T09:30:00.125Z","key":"\u001b[2J","value_hex":"c3a9ff",)"
            R"("headers":[{"name":"trace","value":"a\nb"}]})"
            "\n");
}

}  // namespace
}  // namespace weir::command
