#include "models/bundle/safetensors.h"

#include <gtest/gtest.h>

#include "tests/models/bundle/file_maker.h"

namespace weir::models {
namespace {

using testing::FileMaker;

std::string fault(const std::string& header, const std::string& data) {
  const auto parsed = SafeTensors::parse(FileMaker::file_of(header, data));
  return parsed.ok() ? std::string() : parsed.error().message;
}

TEST(SafeTensors, GivesWhatWasWritten) {
  FileMaker maker;
  maker.metadata["card"] = "a \"card\"\nof two lines";
  maker.put("a", std::vector<std::int8_t>{-1, 2, 3}, {3, 1});
  maker.put("b", std::vector<float>{0.5F});
  maker.put("c", std::vector<std::int64_t>{});
  const auto file = maker.file();
  auto parsed = SafeTensors::parse(file);
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->metadata("card"), "a \"card\"\nof two lines");
  EXPECT_EQ(parsed->metadata("none"), "");
  EXPECT_EQ(parsed->unread(), "a");
  EXPECT_EQ(parsed->values<std::int8_t>("a"), (std::vector<std::int8_t>{-1, 2, 3}));
  EXPECT_EQ(parsed->shape("a"), (std::vector<std::uint64_t>{3, 1}));
  EXPECT_EQ(parsed->value<float>("b"), 0.5F);
  EXPECT_TRUE(parsed->values<std::int64_t>("c").empty());
  EXPECT_EQ(parsed->unread(), "");
  EXPECT_EQ(parsed->fault(), "");
  parsed->values<std::int8_t>("d");
  parsed->values<std::int8_t>("b");
  EXPECT_EQ(parsed->fault(), "tensor \"d\" is missing");
}

TEST(SafeTensors, SaysWhatIsWrongWithAFile) {
  const std::string good = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  ASSERT_EQ(fault(good, "xy"), "");
  const std::string start = "not a safetensors file: ";
  EXPECT_EQ(fault(good, "xyz"), start + "bytes stand behind the last tensor");
  EXPECT_EQ(fault(good, "x"), start + "tensor \"a\" lies outside of the file");
  EXPECT_EQ(fault("[]", ""), start + "its header is no object");
  EXPECT_EQ(fault(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", "12345678"),
            start + "tensor \"a\" has a type that no model has");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,2]}})", "xy"),
            start + "tensor \"a\" has another length than its shape says");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[2]}})", "xy"),
            start + "tensor \"a\" lacks its dtype, shape or data_offsets");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}})", "xy"),
            start + "tensor \"a\" has a shape that is no list of sizes");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,2]}})", "xy"),
            start + "tensor \"a\" is larger than any file");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}})", "xy"),
            start + "tensor \"a\" lies outside of the file");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                  R"("b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                  "x"),
            start + "its tensors overlap or leave a gap at byte 1");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", "xy"),
            start + "its tensors overlap or leave a gap at byte 0");
  EXPECT_EQ(fault(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                  R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                  "xy"),
            start + "tensor \"a\" is there twice");
  EXPECT_EQ(fault(R"({"__metadata__":{"a":1}})", ""), start + "a value of __metadata__ is no text");
}

TEST(SafeTensors, AHeaderLongerThanTheFileIsRefused) {
  std::string file = FileMaker::file_of("{}", "");
  file[0] = 3;
  const auto parsed = SafeTensors::parse(file);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message, "not a safetensors file: its header's length is 3");
}

}  // namespace
}  // namespace weir::models
