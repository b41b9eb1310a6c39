#include "models/arrays/npy.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/engine/base/scratch_directory.h"
#include "tests/models/arrays/array_files.h"
#include "tests/models/parts.h"

namespace weir::models {
namespace {

using testing::bytes_of;
using testing::npy_file;

class NpyFiles : public ::testing::Test {
 protected:
  std::string written(const std::string& bytes) const {
    const auto path = root_ / "a.npy";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  // Opens the file and takes its values as uint16 [2, 3]: the reason of the refusal, or nothing.
  std::string refused(const std::string& bytes) const {
    const auto opened = Npy::open(written(bytes));
    if (!opened.ok()) return opened.error().message;
    const auto values = opened->values<std::uint16_t>({2, 3});
    return values.ok() ? "" : values.error().message;
  }
  const std::string values_ = bytes_of(std::vector<std::uint16_t>{1, 2, 3, 4, 5, 65535});
  const test::ScratchDirectory root_;
};

TEST_F(NpyFiles, ValuesComeRowByRow) {
  const auto opened = Npy::open(written(npy_file("<u2", "(2, 3)", values_)));
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened->shape(), (std::vector<std::uint64_t>{2, 3}));
  const auto values = opened->values<std::uint16_t>({2, 3});
  ASSERT_TRUE(values.ok()) << values.error().message;
  EXPECT_EQ(std::vector<std::uint16_t>(values->begin(), values->end()),
            (std::vector<std::uint16_t>{1, 2, 3, 4, 5, 65535}));
}

TEST_F(NpyFiles, NoValuesAreAFileToo) {
  const auto opened = Npy::open(written(npy_file("<u4", "(0,)", "")));
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const auto values = opened->values<std::uint32_t>({0});
  ASSERT_TRUE(values.ok()) << values.error().message;
  EXPECT_TRUE(values->empty());
}

TEST_F(NpyFiles, MembersMayStandInAnyOrder) {
  const auto read = NpyHeader::read(std::string("\x93NUMPY\x01\x00\x40\x00", 10) +
                                    "{'shape':(3,),'fortran_order' : True , 'descr': '<i8'}         \n");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->type, "<i8");
  EXPECT_TRUE(read->fortran_order);
  EXPECT_EQ(read->shape, std::vector<std::uint64_t>{3});
  EXPECT_EQ(read->values_at, 74U);
}

TEST_F(NpyFiles, OtherTypesShapesAndOrdersAreRefused) {
  EXPECT_EQ(refused(npy_file("<u2", "(2, 3)", values_)), "");
  const auto path = std::string(root_ / "a.npy");
  EXPECT_EQ(refused(npy_file("<i2", "(2, 3)", values_)), path + ": its values are <i2; <u2 are needed");
  EXPECT_EQ(refused(npy_file(">u2", "(2, 3)", values_)), path + ": its values are >u2; <u2 are needed");
  EXPECT_EQ(refused(npy_file("<u2", "(3, 2)", values_)), path + ": its shape is [3, 2]; [2, 3] is needed");
  EXPECT_EQ(refused(npy_file("<u2", "(6,)", values_)), path + ": its shape is [6]; [2, 3] is needed");
  EXPECT_EQ(refused(npy_file("<u2", "()", values_)), path + ": its shape is []; [2, 3] is needed");
  EXPECT_EQ(refused(npy_file("<u2", "(2, 3)", values_ + "x")), path + ": 13 bytes of values; its shape says 12");
  EXPECT_EQ(refused(npy_file("<u2", "(2, 3)", values_.substr(1))), path + ": 11 bytes of values; its shape says 12");
  auto columns = npy_file("<u2", "(2, 3)", values_);
  columns.replace(columns.find("False,"), 6, "True, ");
  EXPECT_EQ(refused(columns), path + ": its values stand column by column; row by row is needed");
}

TEST_F(NpyFiles, DamagedFilesAreRefused) {
  EXPECT_NE(refused("").find("no .npy file of version 1.0"), std::string::npos);
  const auto good = npy_file("<u2", "(2, 3)", values_);
  for (std::size_t length = 0; length < good.size(); ++length) EXPECT_NE(refused(good.substr(0, length)), "") << length;
  auto version = good;
  version[6] = 2;
  EXPECT_NE(refused(version).find("no .npy file of version 1.0"), std::string::npos);
  for (const auto* shape : {"(2, 3", "(2, -3)", "(2 3)", "[2, 3]", "(2, 99999999999999999999)", "(2.5, 3)",
                            "(1, 1, 1, 1, 1, 1, 1, 1, 1)", "", "(,)"}) {
    EXPECT_NE(refused(npy_file("<u2", shape, values_)).find("its header is damaged"), std::string::npos) << shape;
  }
  for (const auto& [what, with] : std::vector<std::pair<std::string, std::string>>{{"'descr'", "'dexcr'"},
                                                                                   {"'shape'", "'descr'"},
                                                                                   {"False", "Fal5e"},
                                                                                   {"'<u2'", "'<\\2'"},
                                                                                   {"{", "["},
                                                                                   {" \n", "x\n"}}) {
    auto damaged = good;
    damaged.replace(damaged.find(what), what.size(), with);
    EXPECT_NE(refused(damaged).find("its header is damaged"), std::string::npos) << what;
  }
  EXPECT_NE(Npy::open(root_ / "none.npy").error().message.find("can't read"), std::string::npos);
  EXPECT_NE(Npy::open(root_ / "").error().message.find("is no file"), std::string::npos);
}

TEST_F(NpyFiles, MutationsDoNoHarm) {
  const auto good = npy_file("<u2", "(2, 3)", values_);
  testing::Dice dice(20260311);
  int taken = 0;
  for (int round = 0; round < 5000; ++round) {
    auto bytes = good;
    for (auto changes = dice.between(1, 3); changes > 0; --changes) {
      bytes[static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(bytes.size()) - 1))] =
          static_cast<char>(dice.between(0, 1) == 0 ? "0123456789()',{} "[dice.between(0, 16)] : dice.between(0, 255));
    }
    // A buffer of exactly this size: reading beyond it is found by the sanitizers.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const auto read = NpyHeader::read({exact.data(), exact.size()});
    if (!read.ok()) continue;
    ++taken;
    EXPECT_LE(read->values_at, bytes.size());
    EXPECT_LE(read->shape.size(), Npy::kMaxDimensions);
  }
  EXPECT_GT(taken, 200);
}

}  // namespace
}  // namespace weir::models
