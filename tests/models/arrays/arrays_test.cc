#include "models/arrays/arrays.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/base/scratch_directory.h"
#include "tests/models/arrays/array_files.h"

namespace weir::models {
namespace {

using testing::ArrayFiles;
using testing::bytes_of;
using testing::npy_file;

class ArraysOfThreeRows : public ::testing::Test {
 protected:
  Result<Arrays> opened() const {
    files_.write(root_ / "arrays");
    return Arrays::open(root_ / "arrays");
  }
  void refuses(const std::string& why) const {
    const auto arrays = opened();
    ASSERT_FALSE(arrays.ok()) << why;
    EXPECT_NE(arrays.error().message.find(why), std::string::npos) << arrays.error().message;
  }
  template <class T>
  static std::vector<T> list(std::span<const T> values) {
    return {values.begin(), values.end()};
  }
  ArrayFiles files_;
  const test::ScratchDirectory root_;
};

TEST_F(ArraysOfThreeRows, AreReadRowByRow) {
  const auto arrays = opened();
  ASSERT_TRUE(arrays.ok()) << arrays.error().message;
  const auto& inputs = arrays->inputs();
  EXPECT_EQ(inputs.policy, "abc");
  EXPECT_EQ(inputs.rows, 3U);
  EXPECT_EQ(inputs.features[1].name, "card.count_1h");
  EXPECT_EQ(inputs.events, 5U);
  EXPECT_EQ(inputs.event_fields[1].codes, 25U);
  EXPECT_EQ(inputs.texts[0].buckets, 64U);
  EXPECT_EQ(inputs.texts[1].max_grams, 6U);
  EXPECT_EQ(arrays->id(0), "a");
  EXPECT_EQ(arrays->id(1), "b,2");
  EXPECT_EQ(arrays->id(2), "c");
  EXPECT_EQ(arrays->features(0)[2], 0.5F);
  EXPECT_TRUE(std::isnan(arrays->features(1)[1]));
  EXPECT_EQ(list(*arrays->events(0)), (std::vector<std::uint16_t>{0, 1, 2, 3}));
  EXPECT_EQ(arrays->events(1)->size(), 20U);
  EXPECT_EQ(list(*arrays->events(2)), (std::vector<std::uint16_t>{11, 0, 1, 2, 2, 3, 4, 5}));
  EXPECT_TRUE(arrays->text(0, 0)->empty());
  EXPECT_EQ(list(*arrays->text(0, 1)), (std::vector<std::uint32_t>{63, 1}));
  EXPECT_EQ(list(*arrays->text(1, 2)), (std::vector<std::uint32_t>{4, 4}));
}

TEST_F(ArraysOfThreeRows, WhatIsNotThereNeedsNoFile) {
  files_.files = {{"inputs.json", R"({"policy":"","rows":0,"features":[],"events":0,"event_fields":[],"texts":[]})"},
                  {"ids.txt", ""}};
  const auto arrays = opened();
  ASSERT_TRUE(arrays.ok()) << arrays.error().message;
  EXPECT_EQ(arrays->inputs().rows, 0U);
}

TEST_F(ArraysOfThreeRows, DamagedInputsAreRefused) {
  const auto good = files_.files["inputs.json"];
  for (const auto& [what, with, why] : std::vector<std::array<std::string, 3>>{
           {"\"policy\":\"abc\"", "\"policy\":7", "inputs.json: \"policy\" is missing or wrong"},
           {"\"rows\":3", "\"rows\":-3", "\"rows\" is missing or wrong"},
           {"\"rows\":3", "\"rows\":281474976710657", "\"rows\" is missing or wrong"},
           {"\"features\":[", "\"features\":[7,", "\"name\" is missing or wrong"},
           {"\"features\":[", "\"features\":7,\"x\":[", "\"features\" is missing or wrong"},
           {"\"events\":5", "\"events\":0", "\"events\" is missing or wrong"},
           {"\"events\":5", "\"events\":1025", "\"events\" is missing or wrong"},
           {"\"codes\":25", "\"codes\":65537", "\"codes\" is missing or wrong"},
           {"\"buckets\":64", "\"buckets\":4294967296", "\"buckets\" is missing or wrong"},
           {"\"grams\":5", "\"grams\":\"5\"", "\"grams\" is missing or wrong"},
           {"\"texts\"", "\"tests\"", "\"texts\" is missing or wrong"},
           {"}]}", "}]", "inputs.json: no JSON object"}}) {
    files_.files["inputs.json"] = good;
    files_.replace("inputs.json", what, with);
    refuses(why);
  }
  files_.files["inputs.json"] = "[]";
  refuses("inputs.json: no JSON object");
  files_.files["inputs.json"] = "";
  refuses("inputs.json: no JSON object");
  files_.files.erase("inputs.json");
  refuses("can't read");
}

TEST_F(ArraysOfThreeRows, FilesThatDoNotFitAreRefused) {
  const auto good = files_;
  const auto with = [&](const std::string& name, const std::string& content, const std::string& why) {
    files_ = good;
    files_.files[name] = content;
    refuses(why);
  };
  with("ids.txt", "a\nb\n", "ids.txt has 2 lines; inputs.json says 3 rows");
  with("ids.txt", "a\nb\nc", "ids.txt: its last line has no end");
  with("features.npy", npy_file("<f4", "(3, 2)", bytes_of(std::vector<float>(6))), "its shape is [3, 2]; [3, 3] is");
  with("features.npy", npy_file("<f8", "(3, 3)", bytes_of(std::vector<double>(9))), "its values are <f8; <f4");
  with("events.npy", npy_file("<u2", "(3, 4, 5)", bytes_of(std::vector<std::uint16_t>(60))), "[3, 5, 4] is needed");
  with("event_counts.npy", npy_file("<u2", "(4,)", bytes_of(std::vector<std::uint16_t>(4))), "[3] is needed");
  with("text.0.starts.npy", npy_file("<u8", "(3,)", bytes_of(std::vector<std::uint64_t>(3))), "[4] is needed");
  with("text.1.starts.npy", npy_file("<u8", "(4,)", bytes_of(std::vector<std::uint64_t>{1, 1, 1, 3})),
       "text.1.starts.npy does not begin with 0");
  with("text.1.starts.npy", npy_file("<u8", "(4,)", bytes_of(std::vector<std::uint64_t>{0, 1, 1, 4})),
       "text.1.grams.npy: its shape is [3]; [4] is needed");
  for (const auto& [name, content] : good.files) {
    files_ = good;
    files_.files.erase(name);
    refuses("can't read " + std::string(root_ / "arrays/") + name);
  }
}

TEST_F(ArraysOfThreeRows, ARowsFaultIsItsOwn) {
  files_.files["event_counts.npy"] = npy_file("<u2", "(3,)", bytes_of(std::vector<std::uint16_t>{0, 5, 6}));
  files_.files["text.0.starts.npy"] = npy_file("<u8", "(4,)", bytes_of(std::vector<std::uint64_t>{0, 2, 1, 3}));
  files_.files["text.1.starts.npy"] = npy_file("<u8", "(4,)", bytes_of(std::vector<std::uint64_t>{0, 99, 99, 3}));
  const auto arrays = opened();
  ASSERT_TRUE(arrays.ok()) << arrays.error().message;
  EXPECT_EQ(arrays->events(0).error().message, "the number of its events is 0; 1 to 5 are possible");
  EXPECT_TRUE(arrays->events(1).ok());
  EXPECT_EQ(arrays->events(2).error().message, "the number of its events is 6; 1 to 5 are possible");
  EXPECT_TRUE(arrays->text(0, 0).ok());
  EXPECT_EQ(arrays->text(0, 1).error().message, "text 0 ends before it begins");
  EXPECT_FALSE(arrays->text(1, 0).ok());
}

}  // namespace
}  // namespace weir::models
