#include "connectors/topics/topics.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/connectors/topicdir/scratch.h"

namespace weir::topics {
namespace {

using topicdir::ScratchDirectory;

TEST(TopicUrl, IsSplitIntoKindBaseAndTopic) {
  const auto expect = [](const std::string& text, Kind kind, const std::string& base, const std::string& topic) {
    const Result<Url> url = parse_topic_url(text);
    ASSERT_TRUE(url.ok()) << url.error().message;
    EXPECT_EQ(url->kind, kind) << text;
    EXPECT_EQ(url->base, base) << text;
    EXPECT_EQ(url->topic, topic) << text;
    EXPECT_EQ(parse_topic_url(url_text(*url))->topic, topic);
    EXPECT_EQ(parse_topic_url(url_text(*url))->base, base);
  };
  expect("dir:out/payments", Kind::kDirectory, "out", "payments");
  expect("dir:/var/lib/weir/payments/", Kind::kDirectory, "/var/lib/weir", "payments");
  expect("dir:payments", Kind::kDirectory, ".", "payments");
  expect("dir:/payments", Kind::kDirectory, "/", "payments");
  expect("kafka://127.0.0.1:9092/payments", Kind::kKafka, "127.0.0.1:9092", "payments");
  expect("kafka://a:1,b:2/x.y_z-0", Kind::kKafka, "a:1,b:2", "x.y_z-0");
}

TEST(TopicUrl, OtherFormsAreRefusedWithTheOnesThereAre) {
  for (const std::string text :
       {"", "payments", "dir:", "dir:/", "dir:a/..", "dir:a/b c", "kafka://", "kafka:///t", "kafka://host:1",
        "kafka://host:1/", "kafka://host:1/a/b", "kafka:host/t", "http://h/t"}) {
    const Result<Url> url = parse_topic_url(text);
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_NE(url.error().message.find("dir:PATH/topic or kafka://host:port"), std::string::npos);
  }
  EXPECT_TRUE(parse_topic_url("dir:a/" + std::string(249, 't')).ok());
  EXPECT_FALSE(parse_topic_url("dir:a/" + std::string(250, 't')).ok());
  EXPECT_EQ(parse_base_url("kafka://a:1,b:2/")->base, "a:1,b:2");
  EXPECT_EQ(parse_base_url("dir:out/")->base, "out");
  EXPECT_FALSE(parse_base_url("kafka://a:1/t").ok());
  EXPECT_FALSE(parse_base_url("out").ok());
}

TEST(Topics, AreMadeWrittenReadAndListedByUrlAlone) {
  const ScratchDirectory scratch;
  const std::string url = "dir:" + scratch.path() + "/payments";
  EXPECT_TRUE(*create_topic(url, 2));
  EXPECT_FALSE(*create_topic(url, 2));
  auto writer = open_writer(url);
  ASSERT_TRUE(writer.ok()) << writer.error().message;
  topicdir::append_all(**writer, 1, {"a", "b"});
  auto reader = open_reader({url});
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  ASSERT_TRUE((*reader)->seek(0, 1, 0).ok());
  Status status;
  EXPECT_EQ(topicdir::values_there(**reader, status), (std::vector<std::string>{"a", "b"}));
  const auto topics = list_topics("dir:" + scratch.path());
  ASSERT_TRUE(topics.ok());
  ASSERT_EQ(topics->size(), 1U);
  EXPECT_EQ(topics->at(0).url, url);
  EXPECT_EQ(topics->at(0).partitions, 2);
}

TEST(Topics, ReadTogetherMustBeInOnePlace) {
  EXPECT_FALSE(open_reader({}).ok());
  EXPECT_NE(open_reader({"dir:a/b", "kafka://h:1/t"}).error().message.find("in one place"), std::string::npos);
  EXPECT_NE(open_reader({"kafka://h:1/t", "kafka://i:1/t"}).error().message.find("in one place"), std::string::npos);
}

}  // namespace
}  // namespace weir::topics
