#include "engine/topic/partitioner.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace weir::topic {
namespace {

// The vectors of Apache Kafka's own test of its partitioner.
TEST(Partitioner, HashesAsKafkaDoes) {
  const auto hash = [](std::string_view key) { return static_cast<std::int32_t>(murmur2(key)); };
  EXPECT_EQ(hash("21"), -973932308);
  EXPECT_EQ(hash("foobar"), -790332482);
  EXPECT_EQ(hash("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(hash("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(hash("abc"), 479470107);
}

TEST(Partitioner, APartitionIsTheHashWithoutItsSignModuloTheirNumber) {
  EXPECT_EQ(partition_for_key("21", 1), 0);
  EXPECT_EQ(partition_for_key("21", 1000), (-973932308 & 0x7fffffff) % 1000);
  for (int i = 0; i < 1000; ++i) {
    const std::int32_t partition = partition_for_key(std::to_string(i), 7);
    EXPECT_GE(partition, 0);
    EXPECT_LT(partition, 7);
  }
}

}  // namespace
}  // namespace weir::topic
