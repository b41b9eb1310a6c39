#include "ops/generator/damage.h"

#include <gtest/gtest.h>

#include "engine/base/civil_time.h"
#include "engine/base/decimal.h"
#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

// What any reader of card payments must insist on.
bool is_acceptable(const std::string& record) {
  Members members;
  if (!parse_members(record, members)) return false;
  return members["type"] == "card_payment" && parse_iso8601_ms(members["time"], false).ok() &&
         members.contains("amount") && parse_decimal(members["amount"], 3).ok() && !members["id"].empty();
}

const GeneratedRecord& a_card_payment() {
  const Sample& sample = default_sample();
  for (std::size_t i = 0;; ++i) {
    if (sample.members[i].contains("card.number")) return sample.records[i];
  }
}

TEST(Damage, EveryWayMakesARecordUnacceptable) {
  ASSERT_TRUE(is_acceptable(a_card_payment().value));
  for (std::uint32_t way = 0; way < kDamages; ++way) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      std::string record = a_card_payment().value;
      Random random(seed);
      damage(record, way, random);
      EXPECT_FALSE(is_acceptable(record)) << way << ": " << record;
    }
  }
}

TEST(Damage, MalformedRecordsComeBesideTheGoodOnes) {
  GeneratorOptions options = options_with_seed(21);
  options.malformed_share = 0.1;
  const Sample sample = take_sample(options, 20'000);
  std::size_t malformed = 0;
  std::size_t cards = 0;
  for (std::size_t i = 0; i < sample.records.size(); ++i) {
    const GeneratedRecord& record = sample.records[i];
    cards += sample.members[i].contains("card.number");
    if (!record.malformed) continue;
    ++malformed;
    EXPECT_FALSE(is_acceptable(record.value)) << record.value;
    EXPECT_EQ(record.id, "");
    EXPECT_FALSE(record.truth.fraud);
    EXPECT_EQ(record.value.find('\n'), std::string::npos);
  }
  EXPECT_NEAR(static_cast<double>(malformed) / static_cast<double>(cards), 0.1, 0.01);
}

TEST(Damage, NothingIsMalformedByDefault) {
  for (const GeneratedRecord& record : default_sample().records) ASSERT_FALSE(record.malformed);
}

}  // namespace
}  // namespace weir::generator
