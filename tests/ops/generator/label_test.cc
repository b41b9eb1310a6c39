#include "ops/generator/labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/base/civil_time.h"
#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

TEST(Labels, ReferToPaymentsThatHaveArrivedBefore) {
  std::map<std::string, std::int64_t> arrived;
  std::size_t labels = 0;
  const Sample& sample = default_sample();
  for (std::size_t i = 0; i < sample.records.size(); ++i) {
    const GeneratedRecord& record = sample.records[i];
    if (record.topic == StreamTopic::kTransactions) {
      arrived.emplace(record.id, record.stream_time_ms);
      continue;
    }
    ++labels;
    const Members& label = sample.members[i];
    ASSERT_EQ(label.at("event_id"), record.id);
    ASSERT_EQ(record.id.substr(0, 2), "p-");
    ASSERT_EQ(*parse_iso8601_ms(label.at("known_at"), false), record.stream_time_ms);
    ASSERT_GE(record.stream_time_ms, arrived.at(record.id) + 60'000);
    ASSERT_TRUE(label.at("label") == "fraud" || label.at("label") == "honest");
  }
  EXPECT_GT(labels, 1'000U);
}

TEST(Labels, AFraudsReportComesSomeHoursToWeeksAfterIt) {
  const LabelProcess process{GeneratorOptions{}};
  Random random(1);
  std::vector<std::int64_t> delays;
  int never = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t reported_ms = process.report_time(1'000, random);
    if (reported_ms == 0) {
      ++never;
    } else {
      delays.push_back(reported_ms - 1'000);
    }
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_NEAR(never, 2'000, 200);
  EXPECT_NEAR(static_cast<double>(delays[delays.size() / 2]), 3.0 * 86'400'000, 0.1 * 86'400'000);
  EXPECT_GE(delays.front(), 3 * 3'600'000);
  EXPECT_LE(delays.back(), 36LL * 86'400'000);
}

std::vector<Label> labels_of(const Step& step, std::uint64_t number) {
  std::vector<Label> out;
  LabelProcess(GeneratorOptions{}).decide(step, number, 1'000'000, out);
  return out;
}

TEST(Labels, MostFraudOfAReportedIncidentIsLabelledAndNoneOfAnUnreportedOne) {
  Step step;
  step.truth = {true, "card_testing"};
  int fraud = 0;
  int cleared_first = 0;
  for (std::uint64_t number = 1; number <= 10'000; ++number) {
    step.reported_ms = 200'000'000;
    const std::vector<Label> labels = labels_of(step, number);
    fraud += !labels.empty() && labels.back().fraud;
    cleared_first += labels.size() == 2 && !labels[0].fraud && labels[1].fraud;
    step.reported_ms = 0;
    for (const Label& label : labels_of(step, number)) ASSERT_FALSE(label.fraud);
  }
  EXPECT_NEAR(fraud, 9'400, 100);
  EXPECT_NEAR(cleared_first, 190, 60);
}

TEST(Labels, SomeHonestCardPaymentsAreDisputedAndMostDisputesWithdrawn) {
  const Step step;
  int disputed = 0;
  int withdrawn = 0;
  int reviewed = 0;
  for (std::uint64_t number = 1; number <= 300'000; ++number) {
    const std::vector<Label> labels = labels_of(step, number);
    if (labels.empty()) continue;
    if (labels[0].fraud) {
      ++disputed;
      EXPECT_EQ(labels[0].source, LabelSource::kDispute);
      withdrawn += labels.size() == 2;
      if (labels.size() == 2) {
        EXPECT_FALSE(labels[1].fraud);
        EXPECT_GT(labels[1].known_at_ms, labels[0].known_at_ms);
      }
    } else {
      ++reviewed;
      EXPECT_EQ(labels.size(), 1U);
    }
  }
  EXPECT_NEAR(disputed, 90, 30);
  EXPECT_NEAR(withdrawn, disputed * 0.8, 15);
  EXPECT_NEAR(reviewed, 1'200, 150);
}

TEST(Labels, AsManyIncidentsStayUnreportedAsChosen) {
  for (const double share : {0.0, 0.1, 0.4, 1.0}) {
    GeneratorOptions options;
    options.unreported_share = share;
    const LabelProcess process{options};
    Random random(2);
    int never = 0;
    for (int i = 0; i < 10'000; ++i) never += process.report_time(1'000, random) == 0;
    EXPECT_NEAR(never, share * 10'000, share == 0 || share == 1 ? 0 : 200) << share;
  }
}

TEST(Labels, AsManyHonestCardPaymentsAreDisputedAsChosen) {
  for (const double share : {0.0, 0.0003, 0.02}) {
    GeneratorOptions options;
    options.false_dispute_share = share;
    const LabelProcess process{options};
    int disputed = 0;
    std::vector<Label> labels;
    for (std::uint64_t number = 1; number <= 100'000; ++number) {
      labels.clear();
      process.decide(Step{}, number, 1'000'000, labels);
      disputed += !labels.empty() && labels[0].source == LabelSource::kDispute;
    }
    EXPECT_NEAR(disputed, share * 100'000, share * 20'000) << share;
  }
}

TEST(Labels, LookalikesAreReviewedMoreOften) {
  Step step;
  step.truth = {false, "app_spree"};
  int reviewed = 0;
  for (std::uint64_t number = 1; number <= 20'000; ++number) reviewed += !labels_of(step, number).empty();
  EXPECT_NEAR(reviewed, 1'200, 150);
}

TEST(Labels, ProfileChangesGetNone) {
  const Sample& sample = default_sample();
  for (const GeneratedRecord& record : sample.records) {
    if (record.topic == StreamTopic::kLabels) {
      ASSERT_EQ(record.id[0], 'p');
    }
  }
}

}  // namespace
}  // namespace weir::generator
