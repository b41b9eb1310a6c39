#include "engine/features/feature_set.h"

#include <gtest/gtest.h>

#include "tests/engine/features/scenario.h"

namespace weir::features {
namespace {

// The scenario's schema; see there for the fields.
enum Slot : std::uint32_t { kId, kAt, kCard, kAmount, kPrice, kScore, kItems };

Definition definition_of(Aggregate aggregate, std::optional<std::uint32_t> slot, std::int64_t window_ms) {
  Definition definition;
  definition.entity = "card";
  definition.name = "feature";
  definition.aggregate = aggregate;
  definition.slot = slot;
  definition.window_ms = window_ms;
  return definition;
}

class FeatureSetTest : public testing::Test {
 protected:
  void use(Definition definition) {
    features_ = std::make_unique<FeatureSet>(schema_, std::vector<Definition>{std::move(definition)});
    history_ = std::make_unique<history::EntityHistory>(features_->layout(0));
  }
  // The feature of an event with this value in the feature's slot, which then is appended.
  Value next(std::int64_t time_ms, const Value& value) {
    const Value result = ask(time_ms, value);
    event_[schema_->outcome_slot()] = Value::string("approve");
    history_->append(event_.slots(), time_ms, sequence_++, nullptr);
    return result;
  }
  Value ask(std::int64_t time_ms, const Value& value, std::int64_t cutoff_ms = INT64_MIN) {
    event_.clear();
    event_.time_ms = time_ms;
    event_[kAt] = Value::timestamp_ms(time_ms);
    const Definition& definition = features_->definitions()[0];
    if (definition.slot) event_[*definition.slot] = value;
    history::EntityHistory* const histories[] = {history_.get()};
    features_->evaluate(histories, cutoff_ms, event_);
    return event_[schema_->slot_count()];
  }

  std::shared_ptr<const event::Schema> schema_ = scenario_schema(false);
  std::unique_ptr<FeatureSet> features_;
  std::unique_ptr<history::EntityHistory> history_;
  event::Event event_{*schema_, 1};
  std::uint64_t sequence_ = 0;
};

TEST_F(FeatureSetTest, AnEventSeesThoseBeforeItAndItselfOnlyWhereAsked) {
  use(definition_of(Aggregate::kCount, std::nullopt, 100));
  EXPECT_EQ(next(1'000, {}).as_int64(), 0);
  EXPECT_EQ(next(1'000, {}).as_int64(), 1);
  EXPECT_EQ(next(1'099, {}).as_int64(), 2);
  EXPECT_EQ(next(1'100, {}).as_int64(), 1);
  Definition with_itself = definition_of(Aggregate::kCount, std::nullopt, 100);
  with_itself.include_current = true;
  use(with_itself);
  EXPECT_EQ(next(1'000, {}).as_int64(), 1);
  EXPECT_EQ(next(1'000, {}).as_int64(), 2);
}

TEST_F(FeatureSetTest, EmptyWindowsAreZeroForSumsAndCountsAndElseAbsentOrTheDefault) {
  use(definition_of(Aggregate::kSum, kAmount, 100));
  EXPECT_TRUE(identical(ask(1'000, {}), Value::money(0, 978)));
  use(definition_of(Aggregate::kSum, kScore, 100));
  EXPECT_TRUE(identical(ask(1'000, {}), Value::real(0.0)));
  use(definition_of(Aggregate::kDistinctCount, kItems, 100));
  EXPECT_TRUE(identical(ask(1'000, {}), Value::int64(0)));
  for (const Aggregate aggregate :
       {Aggregate::kMean, Aggregate::kMedian, Aggregate::kMin, Aggregate::kMax, Aggregate::kStandardDeviation,
        Aggregate::kFirst, Aggregate::kLast, Aggregate::kTimeSinceLast}) {
    Definition definition = definition_of(aggregate, kItems, 100);
    use(definition);
    EXPECT_TRUE(ask(1'000, {}).is_absent());
    definition.default_value = Value::real(0.5);
    use(definition);
    EXPECT_TRUE(identical(ask(1'000, {}), Value::real(0.5)));
  }
}

TEST_F(FeatureSetTest, ASumThatDoesNotFitItsTypeIsAnErrorUntilItFitsAgain) {
  use(definition_of(Aggregate::kSum, kItems, 100));
  next(1'000, Value::int64(INT64_MAX));
  EXPECT_EQ(next(1'001, Value::int64(1)).as_int64(), INT64_MAX);
  const Value overflow = next(1'002, Value::int64(-1));
  ASSERT_TRUE(overflow.is_error());
  EXPECT_EQ(overflow.code(), ErrorCode::kOverflow);
  EXPECT_EQ(overflow.error_detail(), "card.feature");
  EXPECT_EQ(next(1'003, Value::int64(0)).as_int64(), INT64_MAX);
}

TEST_F(FeatureSetTest, ADoubleThatDoesNotScaleIsAnErrorWhileItIsInTheWindow) {
  use(definition_of(Aggregate::kMean, kScore, 100));
  next(1'000, Value::real(1e300));
  EXPECT_TRUE(next(1'050, Value::real(0.25)).is_error());
  EXPECT_EQ(ask(1'100, {}).as_double(), 0.25);
  use(definition_of(Aggregate::kMax, kScore, 100));
  next(1'000, Value::real(1e300));
  EXPECT_EQ(ask(1'050, {}).as_double(), 1e300);
}

TEST_F(FeatureSetTest, AmountsOfOtherCurrenciesAreNotAddedUp) {
  Definition sum = definition_of(Aggregate::kSum, kPrice, 1'000);
  use(sum);
  next(1'000, Value::money(500, 978));
  next(1'001, Value::money(700, 840));
  next(1'002, Value::money(20, 978));
  EXPECT_TRUE(identical(ask(1'003, Value::money(1, 978)), Value::money(520, 978)));
  EXPECT_TRUE(identical(ask(1'003, Value::money(1, 840)), Value::money(700, 840)));
  EXPECT_TRUE(identical(ask(1'003, Value::money(1, 392)), Value::money(0, 392)));
  EXPECT_TRUE(ask(1'003, Value::absent()).is_absent());
}

TEST_F(FeatureSetTest, MeansOfMoneyAreInMajorUnitsOfTheCurrency) {
  Definition mean = definition_of(Aggregate::kMean, kPrice, 1'000);
  mean.include_current = true;
  use(mean);
  EXPECT_EQ(ask(1'000, Value::money(1'250, 978)).as_double(), 12.5);
  EXPECT_EQ(ask(1'000, Value::money(1'250, 392)).as_double(), 1'250.0);
  EXPECT_EQ(ask(1'000, Value::money(1'250, 48)).as_double(), 1.25);
}

TEST_F(FeatureSetTest, AMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle) {
  Definition median = definition_of(Aggregate::kMedian, kItems, 100);
  use(median);
  next(1'000, Value::int64(7));
  EXPECT_TRUE(identical(next(1'001, Value::int64(-4)), Value::real(7.0)));
  EXPECT_TRUE(identical(next(1'002, Value::absent()), Value::real(1.5)));
  EXPECT_TRUE(identical(next(1'003, Value::int64(1'000)), Value::real(1.5)))
      << "a row without a value counts for nothing";
  EXPECT_TRUE(identical(ask(1'004, Value::int64(1'000)), Value::real(7.0)));
  EXPECT_TRUE(identical(ask(1'100, {}), Value::real(498.0))) << "the first one has left the window";
  median.include_current = true;
  use(median);
  EXPECT_TRUE(identical(next(1'000, Value::int64(7)), Value::real(7.0)));
  EXPECT_TRUE(identical(next(1'001, Value::int64(8)), Value::real(7.5)));
  EXPECT_TRUE(identical(next(1'002, Value::absent()), Value::real(7.5)));
}

TEST_F(FeatureSetTest, AMedianIsOfTheLatestValuesAlone) {
  Definition median = definition_of(Aggregate::kMedian, kItems, 10'000);
  median.of_last = 3;
  use(median);
  for (const std::int64_t value : {100, 200, 1, 2, 3}) next(1'000, Value::int64(value));
  EXPECT_TRUE(identical(ask(1'001, {}), Value::real(2.0)));
  next(900, Value::int64(50));  // late: it is not among the latest
  EXPECT_TRUE(identical(ask(1'001, {}), Value::real(2.0)));
  EXPECT_TRUE(identical(ask(950, {}), Value::real(50.0)));
  median.include_current = true;
  use(median);
  for (const std::int64_t value : {100, 200, 1, 2, 3}) next(1'000, Value::int64(value));
  EXPECT_TRUE(identical(ask(1'001, Value::int64(9)), Value::real(3.0))) << "the event at hand is one of the three";
  median.of_last = 1;
  use(median);
  next(1'000, Value::int64(5));
  EXPECT_TRUE(identical(ask(1'001, Value::int64(9)), Value::real(9.0)));
  EXPECT_TRUE(identical(ask(1'001, Value::absent()), Value::real(5.0)));
}

TEST_F(FeatureSetTest, AMedianIsRoundedOnce) {
  use(definition_of(Aggregate::kMedian, kItems, 100));
  next(1'000, Value::int64(INT64_MAX));
  next(1'000, Value::int64(INT64_MAX - 1));
  EXPECT_TRUE(identical(ask(1'000, {}), Value::real(9223372036854775808.0)));
  use(definition_of(Aggregate::kMedian, kScore, 100));  // three decimals
  next(1'000, Value::real(0.1));
  next(1'000, Value::real(0.2004));
  EXPECT_TRUE(identical(ask(1'000, {}), Value::real(0.15)));
  // What does not scale matters only in the middle.
  next(1'000, Value::real(1e300));
  EXPECT_TRUE(identical(ask(1'000, {}), Value::real(0.2)));
  next(1'000, Value::real(1e300));
  const Value overflow = ask(1'000, {});
  ASSERT_TRUE(overflow.is_error());
  EXPECT_EQ(overflow.code(), ErrorCode::kOverflow);
  EXPECT_EQ(overflow.error_detail(), "card.feature");
}

TEST_F(FeatureSetTest, AMedianOfMoneyIsInMajorUnitsOfTheEventsCurrency) {
  use(definition_of(Aggregate::kMedian, kPrice, 1'000));
  next(1'000, Value::money(500, 978));
  next(1'001, Value::money(700, 392));
  next(1'002, Value::money(25, 978));
  EXPECT_TRUE(identical(ask(1'003, Value::money(1, 978)), Value::real(2.625)));
  EXPECT_TRUE(identical(ask(1'003, Value::money(1, 392)), Value::real(700.0)));
  EXPECT_TRUE(ask(1'003, Value::money(1, 840)).is_absent());
  EXPECT_TRUE(ask(1'003, Value::absent()).is_absent());
}

TEST_F(FeatureSetTest, RowsAtOrBeforeTheCutoffAreNotSeenThoughTheyAreThere) {
  use(definition_of(Aggregate::kCount, std::nullopt, 1'000));
  next(1'000, {});
  next(1'001, {});
  EXPECT_EQ(ask(1'500, {}, 999).as_int64(), 2);
  EXPECT_EQ(ask(1'500, {}, 1'000).as_int64(), 1);
  EXPECT_EQ(ask(1'500, {}, 2'000).as_int64(), 0);
}

TEST_F(FeatureSetTest, DistinctCountsAreExactUpToTheirSizeAndMarkedBeyond) {
  Definition distinct = definition_of(Aggregate::kDistinctCount, kItems, 1'000'000);
  distinct.exact_up_to = 100;
  use(distinct);
  for (std::int64_t i = 0; i < 100; ++i) next(1'000 + i, Value::int64(i));
  EXPECT_EQ(ask(2'000, {}).as_int64(), 100);
  EXPECT_EQ(features_->approximate()[0], 0U);
  next(1'100, Value::int64(100));
  EXPECT_NEAR(static_cast<double>(ask(2'000, {}).as_int64()), 101.0, 101 * 0.12);
  EXPECT_EQ(features_->approximate()[0], 1U);
}

TEST_F(FeatureSetTest, AnEventWithoutTheEntityHasNoneOfItsFeatures) {
  Definition mean = definition_of(Aggregate::kMean, kItems, 100);
  mean.default_value = Value::real(1.0);
  use(mean);
  event_.clear();
  event_.time_ms = 1'000;
  history::EntityHistory* const none[] = {nullptr};
  features_->evaluate(none, INT64_MIN, event_);
  EXPECT_TRUE(event_[schema_->slot_count()].is_absent());
}

TEST_F(FeatureSetTest, NamesAndTypesFollowTheDefinition) {
  use(definition_of(Aggregate::kSum, kAmount, 100));
  EXPECT_EQ(features_->names(), std::vector<std::string>{"card.feature"});
  const auto type = [this](Aggregate aggregate, std::optional<std::uint32_t> slot) {
    return FeatureSet::type_of(definition_of(aggregate, slot, 1), *schema_).name();
  };
  EXPECT_EQ(type(Aggregate::kSum, kAmount), "money");
  EXPECT_EQ(type(Aggregate::kMax, kAt), cel::Type::simple(cel::TypeKind::kTimestamp).name());
  EXPECT_EQ(type(Aggregate::kLast, kCard), "string");
  EXPECT_EQ(type(Aggregate::kMean, kAmount), "double");
  EXPECT_EQ(type(Aggregate::kShare, std::nullopt), "double");
  EXPECT_EQ(type(Aggregate::kCount, std::nullopt), "int");
  EXPECT_EQ(type(Aggregate::kTimeSinceLast, std::nullopt), cel::Type::simple(cel::TypeKind::kDuration).name());
}

TEST_F(FeatureSetTest, AnEventThatKnowsItsOutcomeOrLabelAlreadyIsOurOwnMistake) {
  use(definition_of(Aggregate::kCount, std::nullopt, 100));
  event_.clear();
  history::EntityHistory* const histories[] = {history_.get()};
  event_[schema_->outcome_slot()] = Value::string("approve");
  EXPECT_DEATH(features_->evaluate(histories, INT64_MIN, event_), "before its outcome");
}

}  // namespace
}  // namespace weir::features
