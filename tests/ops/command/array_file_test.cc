#include "ops/command/array_file.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "ops/command/input_arrays.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/engine/policy/sample.h"

namespace weir::command {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Arrays : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_ / name; }
  const test::ScratchDirectory root_;
};

TEST_F(Arrays, SayTheirShapeInTheirHeader) {
  const auto header_of = [&](std::vector<std::uint64_t> row_shape, std::uint64_t rows) {
    ArrayFile file(at("a.npy"), "<u2", std::move(row_shape));
    EXPECT_TRUE(file.close(rows).ok());
    return bytes_of(at("a.npy"));
  };
  const auto text = [](const std::string& shape) {
    std::string wanted("\x93NUMPY\x01\x00\x76\x00", 10);
    wanted += "{'descr': '<u2', 'fortran_order': False, 'shape': " + shape + ", }";
    wanted.resize(127, ' ');
    return wanted + "\n";
  };
  EXPECT_EQ(header_of({}, 0), text("(0,)"));
  EXPECT_EQ(header_of({3}, 0), text("(0, 3)"));
  EXPECT_EQ(header_of({256, 32}, 1'236'698), text("(1236698, 256, 32)"));
  EXPECT_EQ(header_of({0}, UINT64_MAX), text("(18446744073709551615, 0)"));
}

TEST_F(Arrays, HoldWhatWasAppended) {
  // More than a buffer at once, and in small parts.
  std::vector<std::uint32_t> values(700'001);
  std::iota(values.begin(), values.end(), 0U);
  ArrayFile file(at("a.npy"), "<u4", {});
  file.append(std::span<const std::uint32_t>(values));
  for (const auto& value : values) file.append(std::span<const std::uint32_t>(&value, 1));
  EXPECT_TRUE(file.good());
  ASSERT_TRUE(file.close(2 * values.size()).ok());
  const auto bytes = bytes_of(at("a.npy"));
  ASSERT_EQ(bytes.size(), 128 + 2 * values.size() * 4);
  const std::string_view wanted(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  EXPECT_EQ(std::string_view(bytes).substr(128, wanted.size()), wanted);
  EXPECT_EQ(std::string_view(bytes).substr(128 + wanted.size()), wanted);
}

TEST_F(Arrays, SayWhenTheyCanNotBeWritten) {
  ArrayFile full("/dev/full", "<u4", {});
  const auto status = full.close(0);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "can't write /dev/full");
  ArrayFile nowhere(at("none/a.npy"), "<u4", {});
  EXPECT_FALSE(nowhere.good());
  EXPECT_FALSE(nowhere.close(0).ok());
}

TEST_F(Arrays, OfInputsNeedIdsOfOneLine) {
  policy::Sample sample;
  sample.inputs = "features: {count: count}\n";
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok());
  auto arrays = InputArrays::create(at("out/put"), *policy);
  ASSERT_TRUE(arrays.ok());
  const model::RawInputs inputs{{1.5}, {}, {}};
  EXPECT_TRUE((*arrays)->add("a", 5, inputs).ok());
  const auto status = (*arrays)->add("b\nc", 6, inputs);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "an event id with a line break can't stand in ids.txt: b\nc");
}

TEST_F(Arrays, OfInputsAreCompleteOnceInputsJsonIsThere) {
  policy::Sample sample;
  sample.inputs = "features: {count: count}\n";
  const auto policy = sample.load();
  ASSERT_TRUE(policy.ok());
  for (int run = 0; run < 2; ++run) {
    auto arrays = InputArrays::create(at("out"), *policy);
    ASSERT_TRUE(arrays.ok());
    EXPECT_EQ(bytes_of(at("out/inputs.json")), "") << "that of the run before is gone";
    ASSERT_TRUE((*arrays)->finish().ok());
    EXPECT_NE(bytes_of(at("out/inputs.json")), "");
  }
}

}  // namespace
}  // namespace weir::command
