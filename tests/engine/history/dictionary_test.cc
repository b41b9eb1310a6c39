#include "engine/history/dictionary.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <random>
#include <string>

namespace weir::history {
namespace {

// Values by their text, so that a std::map can be the model.
Value value_of(std::uint64_t number, std::string& text) {
  text = "value " + std::to_string(number);
  switch (number % 4) {
    case 0:
      return Value::int64(static_cast<std::int64_t>(number));
    case 1:
      return Value::string(text);
    case 2:
      return Value::money(static_cast<std::int64_t>(number), 978);
    default:
      return Value::money(static_cast<std::int64_t>(number - 1), 840);
  }
}

RC_GTEST_PROP(DictionaryProperty, EqualsAMapThroughAcquireAndRelease, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  const auto values = *rc::gen::inRange<std::uint32_t>(1, 300);
  Dictionary dictionary;
  std::map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> model;  // number to id and users
  std::string text;
  for (int step = 0; step < 600; ++step) {
    const std::uint64_t number = random() % values;
    const DistinctKey key(value_of(number, text));
    const auto found = model.find(number);
    RC_ASSERT(dictionary.find(key) == (found == model.end() ? Dictionary::kAbsent : found->second.first));
    if (random() % 5 < 3) {
      const std::uint32_t id = dictionary.acquire(key);
      if (found == model.end()) {
        for (const auto& [other, entry] : model) RC_ASSERT(entry.first != id);
        model[number] = {id, 1};
      } else {
        RC_ASSERT(id == found->second.first);
        ++found->second.second;
      }
    } else if (found != model.end()) {
      dictionary.release(found->second.first);
      if (--found->second.second == 0) model.erase(found);
    }
    RC_ASSERT(dictionary.size() == model.size());
  }
}

TEST(DistinctKey, ZeroesOfBothSignsAreOneValueAndMoneyIsTakenWithItsCurrency) {
  EXPECT_EQ(DistinctKey(Value::real(0.0)), DistinctKey(Value::real(-0.0)));
  EXPECT_FALSE(DistinctKey(Value::money(100, 978)) == DistinctKey(Value::money(100, 840)));
  EXPECT_FALSE(DistinctKey(Value::string("a")) == DistinctKey(Value::string("b")));
  EXPECT_FALSE(DistinctKey(Value::string("")) == DistinctKey(Value::string(std::string_view("\0", 1))));
}

// Estimates in audit records depend on these: they may never change.
TEST(DistinctKey, HashesAreWhatTheyHaveAlwaysBeen) {
  EXPECT_EQ(DistinctKey(Value::int64(0)).hash, 0xE220A8397B1DCDAF);
  EXPECT_EQ(DistinctKey(Value::int64(-1)).hash, 0xE4D971771B652C20);
  EXPECT_EQ(DistinctKey(Value::money(1250, 978)).hash, 0x675D63AE5612008F);
  EXPECT_EQ(DistinctKey(Value::string("")).hash, 0xEC40B3B5A7245902);
  EXPECT_EQ(DistinctKey(Value::string("merchant")).hash, 0xE2AD9A6752C5F63B);
  EXPECT_EQ(DistinctKey(Value::string("a longer merchant name")).hash, 0xCA0D48493BCAB6BF);
}

}  // namespace
}  // namespace weir::history
