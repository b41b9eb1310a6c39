#include "ops/generator/options.h"

#include <gtest/gtest.h>

#include <limits>

namespace weir::generator {
namespace {

template <class Field, class Value>
bool accepts(Field GeneratorOptions::*field, Value value) {
  GeneratorOptions options;
  options.*field = static_cast<Field>(value);
  return check_options(options).ok();
}

TEST(Options, DefaultsAreAccepted) { EXPECT_TRUE(check_options({}).ok()); }

TEST(Options, CountsAreAcceptedUpToTheirLimits) {
  EXPECT_FALSE(accepts(&GeneratorOptions::customers, 49));
  EXPECT_TRUE(accepts(&GeneratorOptions::customers, 50));
  EXPECT_TRUE(accepts(&GeneratorOptions::customers, 1'000'000));
  EXPECT_FALSE(accepts(&GeneratorOptions::customers, 1'000'001));
  EXPECT_FALSE(accepts(&GeneratorOptions::merchants, 999));
  EXPECT_TRUE(accepts(&GeneratorOptions::merchants, 1'000));
  EXPECT_TRUE(accepts(&GeneratorOptions::merchants, 200'000));
  EXPECT_FALSE(accepts(&GeneratorOptions::merchants, 200'001));
}

TEST(Options, FirstIdsAreAcceptedUpToTheirLimits) {
  EXPECT_FALSE(accepts(&GeneratorOptions::first_id, 0));
  EXPECT_TRUE(accepts(&GeneratorOptions::first_id, 1));
  EXPECT_TRUE(accepts(&GeneratorOptions::first_id, 900'000'000'000));
  EXPECT_FALSE(accepts(&GeneratorOptions::first_id, 900'000'000'001));
}

TEST(Options, TimesAreAcceptedUpToTheirLimits) {
  EXPECT_FALSE(accepts(&GeneratorOptions::start_ms, 946'684'799'999));
  EXPECT_TRUE(accepts(&GeneratorOptions::start_ms, 946'684'800'000));
  EXPECT_TRUE(accepts(&GeneratorOptions::start_ms, 4'102'444'799'999));
  EXPECT_FALSE(accepts(&GeneratorOptions::start_ms, 4'102'444'800'000));
  EXPECT_FALSE(accepts(&GeneratorOptions::label_delay_ms, 3'599'999));
  EXPECT_TRUE(accepts(&GeneratorOptions::label_delay_ms, 3'600'000));
  EXPECT_TRUE(accepts(&GeneratorOptions::label_delay_ms, 60LL * 86'400'000));
  EXPECT_FALSE(accepts(&GeneratorOptions::label_delay_ms, 60LL * 86'400'000 + 1));
}

TEST(Options, RatesAreAcceptedUpToTheirLimits) {
  EXPECT_FALSE(accepts(&GeneratorOptions::payments_per_day, 0.49));
  EXPECT_TRUE(accepts(&GeneratorOptions::payments_per_day, 0.5));
  EXPECT_TRUE(accepts(&GeneratorOptions::payments_per_day, 20.0));
  EXPECT_FALSE(accepts(&GeneratorOptions::payments_per_day, 20.01));
  for (const auto field : {&GeneratorOptions::fraud_share, &GeneratorOptions::lookalike_share,
                           &GeneratorOptions::laundering_share, &GeneratorOptions::laundering_lookalike_share,
                           &GeneratorOptions::late_share, &GeneratorOptions::duplicate_share,
                           &GeneratorOptions::malformed_share, &GeneratorOptions::false_dispute_share}) {
    EXPECT_FALSE(accepts(field, -0.001));
    EXPECT_TRUE(accepts(field, 0.0));
    EXPECT_TRUE(accepts(field, 0.2));
    EXPECT_FALSE(accepts(field, 0.201));
    EXPECT_FALSE(accepts(field, std::numeric_limits<double>::quiet_NaN()));
  }
}

TEST(Options, RatesOfLabelsAreAcceptedUpToTheirLimits) {
  EXPECT_FALSE(accepts(&GeneratorOptions::unreported_share, -0.001));
  EXPECT_TRUE(accepts(&GeneratorOptions::unreported_share, 0.0));
  EXPECT_TRUE(accepts(&GeneratorOptions::unreported_share, 1.0));
  EXPECT_FALSE(accepts(&GeneratorOptions::unreported_share, 1.001));
  EXPECT_FALSE(accepts(&GeneratorOptions::unreported_share, std::numeric_limits<double>::quiet_NaN()));
}

TEST(Options, FraudsThatOrderTellsAreAcceptedUpToTheirLimits) {
  struct Range {
    double GeneratorOptions::*field;
    double low;
    double high;
  };
  for (const auto& [field, low, high] :
       {Range{&GeneratorOptions::order_share, 0, 0.05}, Range{&GeneratorOptions::order_twins, 0.1, 5},
        Range{&GeneratorOptions::order_gap_scale, 0.25, 8}, Range{&GeneratorOptions::order_amount_scale, 0.25, 4}}) {
    EXPECT_FALSE(accepts(field, low - 0.001));
    EXPECT_TRUE(accepts(field, low));
    EXPECT_TRUE(accepts(field, high));
    EXPECT_FALSE(accepts(field, high + 0.001));
    EXPECT_FALSE(accepts(field, std::numeric_limits<double>::quiet_NaN()));
  }
  EXPECT_FALSE(accepts(&GeneratorOptions::order_rounds, 2));
  EXPECT_TRUE(accepts(&GeneratorOptions::order_rounds, 3));
  EXPECT_TRUE(accepts(&GeneratorOptions::order_rounds, 6));
  EXPECT_FALSE(accepts(&GeneratorOptions::order_rounds, 7));
}

TEST(Options, TheMessageNamesTheOptionAndItsRange) {
  GeneratorOptions options;
  options.fraud_share = 0.3;
  EXPECT_EQ(check_options(options).error().message, "fraud share is out of range: use 0 to 0.2");
}

}  // namespace
}  // namespace weir::generator
