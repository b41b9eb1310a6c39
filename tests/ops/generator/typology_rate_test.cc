// How much of the stream each typology and each look-alike is, over months of streams with seeds of no meaning.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "ops/generator/generator.h"
#include "ops/generator/scenario.h"
#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

struct Share {
  std::uint64_t fraud = 0;
  std::uint64_t honest = 0;
};

struct Tally {
  std::uint64_t payments = 0;
  std::map<std::string, Share, std::less<>> of;  // by typology

  std::uint64_t payments_of(std::string_view name) const {
    const auto found = name.empty() ? of.end() : of.find(name);
    return found == of.end() ? 0 : found->second.fraud + found->second.honest;
  }

  // The part of all payments that a kind of scenario makes up.
  double share(Kind kind) const {
    std::uint64_t sum = 0;
    for (const auto& scenario : make_scenarios()) {
      if (scenario->kind() != kind) continue;
      for (const std::string_view name : {scenario->name(), scenario->twin_name()}) sum += payments_of(name);
    }
    return static_cast<double>(sum) / static_cast<double>(payments);
  }
};

Tally tally(const GeneratorOptions& options, int days) {
  Tally out;
  Generator generator(options);
  GeneratedRecord record;
  // The first three weeks have less: incidents need days to unfold.
  const std::int64_t from_ms = options.start_ms + 21 * kDayMs;
  while (generator.next(record) && record.stream_time_ms < from_ms + days * kDayMs) {
    if (record.topic != StreamTopic::kTransactions || record.duplicate || record.id[0] != 'p') continue;
    if (record.event_time_ms < from_ms) continue;
    ++out.payments;
    Share& share = out.of[std::string(record.truth.typology)];
    ++(record.truth.fraud ? share.fraud : share.honest);
  }
  return out;
}

GeneratorOptions with_shares(std::uint64_t seed, double laundering, double lookalikes) {
  GeneratorOptions options = options_with_seed(seed);
  options.laundering_share = laundering;
  options.laundering_lookalike_share = lookalikes;
  return options;
}

TEST(TypologyRate, LaunderingAndItsLookalikesAreTheConfiguredShares) {
  for (const auto& [seed, laundering, lookalikes] :
       {std::tuple{71, 0.002, 0.008}, std::tuple{72, 0.01, 0.03}, std::tuple{73, 0.0, 0.01}}) {
    const Tally counted = tally(with_shares(static_cast<std::uint64_t>(seed), laundering, lookalikes), 60);
    EXPECT_NEAR(counted.share(Kind::kLaundering), laundering, laundering * 0.2) << seed;
    EXPECT_NEAR(counted.share(Kind::kLaunderingLookalike), lookalikes, lookalikes * 0.2) << seed;
    EXPECT_NEAR(counted.share(Kind::kFraud), 0.005, 0.001) << seed;
    EXPECT_NEAR(counted.share(Kind::kFraudLookalike), 0.01, 0.002) << seed;
  }
}

TEST(TypologyRate, EachIsItsPartOfItsKind) {
  GeneratorOptions options = with_shares(74, 0.01, 0.03);
  options.fraud_share = 0.01;
  const Tally counted = tally(options, 90);
  const std::map<Kind, double> shares = {{Kind::kFraud, 0.01},
                                         {Kind::kFraudLookalike, 0.01},
                                         {Kind::kLaundering, 0.01},
                                         {Kind::kLaunderingLookalike, 0.03}};
  for (const auto& scenario : make_scenarios()) {
    if (scenario->kind() == Kind::kOrder) continue;  // none by default; below
    const double expected =
        shares.at(scenario->kind()) * scenario->share_percent() / 100 * static_cast<double>(counted.payments);
    EXPECT_NEAR(static_cast<double>(counted.payments_of(scenario->name())), expected, expected * 0.25)
        << scenario->name();
  }
}

TEST(TypologyRate, FraudsThatOrderTellsAreTheConfiguredShareAndTheirTwinsAsMany) {
  for (const auto& [share, twins] : {std::pair{0.0, 1.0}, std::pair{0.002, 1.0}, std::pair{0.02, 2.0}}) {
    GeneratorOptions options = options_with_seed(77);
    options.order_share = share;
    options.order_twins = twins;
    const Tally counted = tally(options, 60);
    const auto payments = static_cast<double>(counted.payments);
    double losses = 0;
    for (const auto& scenario : make_scenarios()) {
      if (scenario->kind() != Kind::kOrder) continue;
      const double expected = share * payments * scenario->share_percent() / 100;
      const auto of_frauds = static_cast<double>(counted.payments_of(scenario->name()));
      const auto of_twins = static_cast<double>(counted.payments_of(scenario->twin_name()));
      // A fair draw for each incident of some seventeen payments.
      const double chance = 4 * std::sqrt(expected * 17);
      EXPECT_NEAR(of_frauds, expected, chance) << scenario->name();
      EXPECT_NEAR(of_twins, expected * twins, chance * std::sqrt(twins)) << scenario->name();
      if (share == 0) continue;
      losses += static_cast<double>(counted.of.at(std::string(scenario->name())).fraud);
      EXPECT_EQ(counted.of.at(std::string(scenario->twin_name())).fraud, 0U);
    }
    // One or two of an incident's sixteen or seventeen payments.
    EXPECT_NEAR(losses, share * payments * 1.5 / 16.5, share * payments * 0.03);
    EXPECT_NEAR(counted.share(Kind::kOrder), share * (1 + twins), share * (1 + twins) * 0.2);
    EXPECT_NEAR(counted.share(Kind::kFraud), 0.005, 0.001);
  }
}

TEST(TypologyRate, TheTruthNeverCallsALookalikeFraudNorTheReverse) {
  const Tally counted = tally(with_shares(75, 0.01, 0.03), 30);
  for (const auto& scenario : make_scenarios()) {
    const auto found = counted.of.find(scenario->name());
    if (found == counted.of.end()) continue;  // Kind::kOrder among them
    EXPECT_EQ(scenario->fraud() ? found->second.honest : found->second.fraud, 0U) << scenario->name();
  }
  EXPECT_EQ(counted.of.at("").fraud, 0U);
}

TEST(TypologyRate, SeedsDifferAndOneSeedDoesNot) {
  std::set<std::string> streams;
  for (const std::uint64_t seed : {81, 82, 83, 81}) {
    std::string keyed;
    Generator generator(with_shares(seed, 0.02, 0.03));
    GeneratedRecord record;
    for (int i = 0; i < 20'000 && generator.next(record); ++i) {
      if (!record.truth.typology.empty()) keyed += record.value;
    }
    streams.insert(keyed);
  }
  EXPECT_EQ(streams.size(), 3U);
}

TEST(TypologyRate, ASmallBankHasThemToo) {
  GeneratorOptions options = with_shares(76, 0.01, 0.03);
  options.customers = 300;
  const Tally counted = tally(options, 120);
  EXPECT_NEAR(counted.share(Kind::kLaundering), 0.01, 0.003);
  EXPECT_NEAR(counted.share(Kind::kLaunderingLookalike), 0.03, 0.009);
}

}  // namespace
}  // namespace weir::generator
