#include "engine/base/varint.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace weir {
namespace {

std::string varint(std::uint64_t value) {
  std::string out;
  append_varint(out, value);
  return out;
}
std::string zigzag(std::int64_t value) {
  std::string out;
  append_zigzag(out, value);
  return out;
}

TEST(Varint, TakesSevenBitsAByteLowestFirst) {
  EXPECT_EQ(varint(0), std::string(1, '\0'));
  EXPECT_EQ(varint(127), "\x7f");
  EXPECT_EQ(varint(128), "\x80\x01");
  EXPECT_EQ(varint(300), "\xac\x02");
  EXPECT_EQ(varint(std::numeric_limits<std::uint64_t>::max()), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(Varint, ZigzagKeepsSmallNumbersOfEitherSignShort) {
  EXPECT_EQ(zigzag(0), std::string(1, '\0'));
  EXPECT_EQ(zigzag(-1), "\x01");
  EXPECT_EQ(zigzag(1), "\x02");
  EXPECT_EQ(zigzag(-64), "\x7f");
  EXPECT_EQ(zigzag(std::numeric_limits<std::int64_t>::min()), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

RC_GTEST_PROP(Varint, EverySequenceReadsBack,
              (std::vector<std::tuple<std::uint64_t, std::int64_t, std::string>> items)) {
  // RapidCheck's integers are small ones at first; wide ones come from their squares.
  std::string bytes;
  for (const auto& [a, b, c] : items) {
    append_varint(bytes, a * a * a);
    append_zigzag(bytes, b);
    append_zigzag(bytes, static_cast<std::int64_t>(a * a * 31));
    append_sized(bytes, c);
  }
  VarintReader in(bytes);
  for (const auto& [a, b, c] : items) {
    RC_ASSERT(in.varint() == a * a * a);
    RC_ASSERT(in.zigzag() == b);
    RC_ASSERT(in.zigzag() == static_cast<std::int64_t>(a * a * 31));
    RC_ASSERT(in.sized() == c);
  }
  RC_ASSERT(in.ok() && in.at_end());
}

TEST(VarintReader, ReadsTheLimits) {
  for (const auto value : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const auto bytes = zigzag(value);
    VarintReader in(bytes);
    EXPECT_EQ(in.zigzag(), value);
    EXPECT_TRUE(in.ok() && in.at_end());
  }
}

TEST(VarintReader, RefusesMoreThan64Bits) {
  const std::string faulty[] = {std::string(9, '\xff') + "\x02", std::string(9, '\xff') + "\x81\x01",
                                std::string(11, '\x80')};
  for (const auto& bytes : faulty) {
    VarintReader in(bytes);
    EXPECT_EQ(in.varint(), 0U);
    EXPECT_FALSE(in.ok());
  }
}

TEST(VarintReader, AfterAFaultEverythingIsNothing) {
  const std::string bytes = std::string("\x05", 1) + "abc";
  VarintReader in(bytes);
  EXPECT_EQ(in.sized(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.varint(), 0U);
  EXPECT_EQ(in.zigzag(), 0);
  EXPECT_EQ(in.bytes(1), "");
  EXPECT_EQ(in.rest(), "");
  EXPECT_FALSE(in.ok());
}

TEST(VarintReader, ALengthThatIsOneByteTooLongIsAFault) {
  const std::string bytes =
      "\x03"
      "abc";
  VarintReader fits(bytes);
  EXPECT_EQ(fits.sized(), "abc");
  EXPECT_TRUE(fits.ok() && fits.at_end());
  VarintReader cut(std::string_view(bytes).substr(0, 3));
  EXPECT_EQ(cut.sized(), "");
  EXPECT_FALSE(cut.ok());
  const auto huge = varint(std::numeric_limits<std::uint64_t>::max());
  VarintReader wide(huge);
  EXPECT_EQ(wide.sized(), "");
  EXPECT_FALSE(wide.ok());
}

}  // namespace
}  // namespace weir
