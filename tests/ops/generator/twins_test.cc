// Frauds that only the order of events tells, and their honest twins: the two are alike in everything else.
#include "ops/generator/twins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "tests/ops/generator/sample.h"
#include "tests/ops/generator/two_samples.h"

namespace weir::generator {
namespace {

using Maker = std::unique_ptr<Scenario> (*)();
constexpr std::array<Maker, 3> kMakers = {make_scripted_prices, make_voucher_chain, make_proving_round};

struct Incident {
  bool fraud = false;
  std::size_t visits = 0;             // the rest are payments at the end
  std::vector<std::uint8_t> kinds;    // of the visits
  std::vector<std::int64_t> amounts;  // in cents
  std::vector<std::int64_t> gaps;
  Script script;
};

class TwinsTest : public ::testing::Test {
 protected:
  static constexpr std::int32_t kFirstDay = 20'458;

  // Ten incidents on each of so many days.
  static std::vector<Incident> incidents_of(Maker make, const GeneratorOptions& options, std::int32_t days) {
    World world(options);
    const auto scenario = make();
    Random random(7);
    std::vector<Incident> incidents;
    for (std::int32_t i = 0; i < days * 10; ++i) {
      Incident incident;
      scenario->plan(world, make_today(kFirstDay + i / 10), random, incident.script);
      if (incident.script.lines().empty()) continue;
      describe(world, incident);
      incidents.push_back(std::move(incident));
    }
    return incidents;
  }

  static void describe(const World& world, Incident& incident) {
    const std::vector<Script::Line>& lines = incident.script.lines();
    incident.visits = (world.options.order_rounds + 2) * kVisitKinds;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Step& step = lines[i].step;
      incident.fraud = incident.fraud || step.truth.fraud;
      incident.amounts.push_back(to_cents(step.amount, world.merchants.country(step.merchant)));
      if (i > 0) incident.gaps.push_back(lines[i].time_ms - lines[i - 1].time_ms);
      if (i < incident.visits) incident.kinds.push_back(kind_of(world, step, incident.amounts.back()));
    }
  }

  static std::uint8_t kind_of(const World& world, const Step& step, std::int64_t cents) {
    const std::string_view name = step.truth.typology;
    if (name == "scripted_prices" || name == "shopping_list") return cents < 2'600 ? 0 : cents < 9'000 ? 1 : 2;
    if (step.channel == Channel::kAtm) return 2;
    if (step.channel == Channel::kContactless) return 1;
    return world.merchants[step.merchant].category == Category::kGambling ? 1 : 0;
  }
};

// How many visits running are of the kind that came three visits before.
std::int64_t longest_repetition(const std::vector<std::uint8_t>& kinds) {
  std::int64_t longest = 0;
  std::int64_t run = 0;
  for (std::size_t i = kVisitKinds; i < kinds.size(); ++i) {
    run = kinds[i - kVisitKinds] == kinds[i] ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// The whole detector: it looks at nothing but the order.
bool looks_like_fraud(const std::vector<std::uint8_t>& kinds) { return longest_repetition(kinds) > 4; }

std::vector<Kinds> all_orders() {
  std::vector<Kinds> orders;
  Kinds order = {0, 1, 2};
  do {
    orders.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return orders;
}

std::vector<Route> all_routes(std::uint8_t rounds) {
  std::vector<Route> routes;
  for (const Kinds& opening : all_orders()) {
    for (const Kinds& closing : all_orders()) {
      for (const Kinds& first : all_orders()) {
        for (unsigned bits = 0; bits < 1U << (rounds - 1U); ++bits) {
          Route route{opening, closing, first, rounds, {}};
          for (unsigned i = 0; i + 1 < rounds; ++i) route.swaps[i] = ((bits >> i) & 1U) != 0;
          routes.push_back(route);
        }
      }
    }
  }
  return routes;
}

// How often each answer to a question about the visits comes over all routes.
template <class Question>
auto answers(bool honest, std::uint8_t rounds, Question question) {
  std::map<decltype(question(std::vector<Visit>{})), int> counts;
  for (const Route& route : all_routes(rounds)) ++counts[question(visits_of(route, honest))];
  return counts;
}

// All that one window which holds the last `length` visits can say of their kinds: how many of each, which is the first
// and how far back the last of every set of kinds.
std::vector<std::size_t> said_by_window(const std::vector<Visit>& visits, std::size_t length) {
  std::vector<std::size_t> out;
  for (unsigned set = 1; set < 1U << kVisitKinds; ++set) {
    std::size_t count = 0;
    std::size_t first = kVisitKinds;
    std::size_t last = 0;
    for (std::size_t i = visits.size() - length; i < visits.size(); ++i) {
      if (((set >> visits[i].kind) & 1U) == 0) continue;
      if (count++ == 0) first = visits[i].kind;
      last = visits.size() - i;
    }
    out.insert(out.end(), {count, first, last});
  }
  return out;
}

TEST(TwinRoutes, FraudAndTwinHaveTheSameVisitsRoundForRound) {
  for (const Route& route : all_routes(3)) {
    std::vector<Visit> fraud = visits_of(route, false);
    std::vector<Visit> honest = visits_of(route, true);
    ASSERT_EQ(fraud.size(), 15U);
    ASSERT_NE(fraud, honest);
    // Opening, first round and closing are the same visits in the same places.
    ASSERT_TRUE(std::equal(fraud.begin(), fraud.begin() + 6, honest.begin()));
    ASSERT_TRUE(std::equal(fraud.end() - 3, fraud.end(), honest.end() - 3));
    for (std::size_t i = 0; i < fraud.size(); ++i) ASSERT_EQ(fraud[i].turn, honest[i].turn);
    const auto less = [](const Visit& a, const Visit& b) {
      return std::tie(a.turn, a.kind) < std::tie(b.turn, b.kind);
    };
    std::sort(fraud.begin(), fraud.end(), less);
    std::sort(honest.begin(), honest.end(), less);
    ASSERT_EQ(fraud, honest);
  }
}

TEST(TwinRoutes, WhatAnyOneWindowSaysTogetherIsDistributedAlike) {
  for (const std::uint8_t rounds : std::initializer_list<std::uint8_t>{3, 4}) {
    for (std::size_t length = 1; length <= 6U + 3U * rounds; ++length) {
      const auto question = [&](const std::vector<Visit>& visits) { return said_by_window(visits, length); };
      EXPECT_EQ(answers(false, rounds, question), answers(true, rounds, question)) << length;
    }
  }
}

TEST(TwinRoutes, WhatComesFirstIsDistributedAlike) {
  const auto question = [](const std::vector<Visit>& visits) {
    std::array<std::size_t, kVisitKinds> first_at{};
    for (std::size_t i = visits.size(); i > 0; --i) first_at[visits[i - 1].kind] = i;
    return first_at;
  };
  EXPECT_EQ(answers(false, 3, question), answers(true, 3, question));
}

// The counterpart of the two tests above: they would notice a route that says something.
TEST(TwinRoutes, WhatFollowsWhatInTheMiddleIsNot) {
  const auto same = [](const std::vector<Visit>& visits) { return visits[5].kind == visits[6].kind; };
  EXPECT_EQ(answers(false, 3, same).count(true), 0U);
  EXPECT_EQ(answers(true, 3, same).count(false), 0U);
}

TEST(TwinRoutes, HonestRoundsGoOnInEitherOrder) {
  const auto back_to_first = [](const std::vector<Visit>& visits) { return visits[7].kind == visits[3].kind; };
  const auto counts = answers(true, 3, back_to_first);
  EXPECT_EQ(counts.at(true), counts.at(false));
}

TEST_F(TwinsTest, OrderTellsAndOnlyOrder) {
  for (const Maker make : kMakers) {
    const std::vector<Incident> incidents = incidents_of(make, options_with_seed(21), 300);
    ASSERT_GE(incidents.size(), 2'900U);
    std::size_t frauds = 0;
    for (const Incident& incident : incidents) {
      frauds += incident.fraud;
      ASSERT_EQ(looks_like_fraud(incident.kinds), incident.fraud) << make()->name();
      std::vector<std::uint8_t> sorted = incident.kinds;
      std::sort(sorted.begin(), sorted.end());
      ASSERT_EQ(sorted, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2}));
    }
    EXPECT_NEAR(static_cast<double>(frauds), static_cast<double>(incidents.size()) / 2, 85) << make()->name();
  }
}

// Figures of an incident in which the order of its visits has no part, or only one place of it.
std::map<std::string, std::function<std::int64_t(const Incident&)>> figures() {
  std::map<std::string, std::function<std::int64_t(const Incident&)>> out;
  const auto sum = [](const std::vector<std::int64_t>& values) {
    std::int64_t total = 0;
    for (const std::int64_t value : values) total += value;
    return total;
  };
  out["payments"] = [](const Incident& i) { return static_cast<std::int64_t>(i.amounts.size()); };
  out["sum"] = [sum](const Incident& i) { return sum(i.amounts); };
  out["duration"] = [sum](const Incident& i) { return sum(i.gaps); };
  out["least"] = [](const Incident& i) { return *std::min_element(i.amounts.begin(), i.amounts.end()); };
  out["largest"] = [](const Incident& i) { return *std::max_element(i.amounts.begin(), i.amounts.end()); };
  out["longest gap"] = [](const Incident& i) { return *std::max_element(i.gaps.begin(), i.gaps.end()); };
  out["shortest gap"] = [](const Incident& i) { return *std::min_element(i.gaps.begin(), i.gaps.end()); };
  out["shops"] = [](const Incident& i) {
    std::set<std::uint32_t> shops;
    for (std::size_t n = 0; n < i.amounts.size(); ++n) {
      shops.insert(i.script.lines()[n].step.merchant);
    }
    return static_cast<std::int64_t>(shops.size());
  };
  for (std::size_t place = 0; place < 16; ++place) {
    out["amount " + std::to_string(place)] = [place](const Incident& i) { return i.amounts[place]; };
    if (place == 15) continue;
    out["gap " + std::to_string(place)] = [place](const Incident& i) { return i.gaps[place]; };
    out["sum since " + std::to_string(place)] = [place](const Incident& i) {
      std::int64_t total = 0;
      for (std::size_t n = place; n < i.amounts.size(); ++n) total += i.amounts[n];
      return total;
    };
  }
  return out;
}

TEST_F(TwinsTest, FraudsAndTwinsAreAlikeInEveryFigureWithoutOrder) {
  for (const Maker make : kMakers) {
    const std::vector<Incident> incidents = incidents_of(make, options_with_seed(22), 300);
    for (const auto& [name, figure] : figures()) {
      TwoSamples samples;
      for (const Incident& incident : incidents) samples.add(incident.fraud, figure(incident));
      EXPECT_TRUE(samples.alike()) << make()->name() << ": " << name << " differs by " << samples.distance();
      // Nor does any threshold on it sort them: at best a few more than half come out right.
      EXPECT_LT(samples.best_accuracy(), 0.55) << make()->name() << ": " << name;
    }
  }
}

// What the test above would see: gaps a sixth longer, or one place that is dearer for frauds.
TEST_F(TwinsTest, ALeakWouldBeSeen) {
  TwoSamples longer;
  TwoSamples dearer;
  TwoSamples order;
  for (const Incident& incident : incidents_of(make_scripted_prices, options_with_seed(22), 300)) {
    longer.add(incident.fraud, incident.gaps[7] * (incident.fraud ? 7 : 6));
    const auto middle = incident.amounts.begin() + 6;
    dearer.add(incident.fraud, incident.fraud ? *std::max_element(middle, middle + 2) : *middle);
    order.add(incident.fraud, longest_repetition(incident.kinds));
  }
  EXPECT_FALSE(longer.alike());
  EXPECT_FALSE(dearer.alike());
  EXPECT_FALSE(order.alike());
  EXPECT_EQ(order.best_accuracy(), 1.0);
}

TEST_F(TwinsTest, TheKeyCallsOnlyTheLossFraud) {
  for (const Maker make : kMakers) {
    const auto scenario = make();
    for (Incident& incident : incidents_of(make, options_with_seed(23), 20)) {
      const std::vector<Script::Line>& lines = incident.script.lines();
      for (std::size_t i = 0; i < lines.size(); ++i) {
        ASSERT_EQ(lines[i].step.truth.fraud, incident.fraud && i >= incident.visits);
        ASSERT_EQ(lines[i].step.truth.typology, incident.fraud ? scenario->name() : scenario->twin_name());
        ASSERT_EQ(lines[i].step.customer, lines[0].step.customer);
        ASSERT_TRUE(i == 0 || lines[i].time_ms > lines[i - 1].time_ms);
      }
      ASSERT_TRUE(lines.size() == incident.visits + 1 || lines.size() == incident.visits + 2);
      ASSERT_EQ(incident.script.aftermath().size(), incident.fraud ? 1U : 0U);
    }
  }
}

std::int64_t median(const std::vector<Incident>& incidents, const std::function<std::int64_t(const Incident&)>& of) {
  std::vector<std::int64_t> values;
  for (const Incident& incident : incidents) values.push_back(of(incident));
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TEST_F(TwinsTest, ParametersCanBeShiftedAndOrderStillTells) {
  const auto duration = [](const Incident& i) { return figures().at("duration")(i); };
  const auto paid = [](const Incident& i) { return figures().at("sum")(i); };
  const std::vector<Incident> usual = incidents_of(make_voucher_chain, options_with_seed(24), 60);
  GeneratorOptions options = options_with_seed(24);
  options.order_gap_scale = 4;
  options.order_amount_scale = 0.5;
  const std::vector<Incident> shifted = incidents_of(make_voucher_chain, options, 60);
  const auto ratio = [](std::int64_t a, std::int64_t b) { return static_cast<double>(a) / static_cast<double>(b); };
  EXPECT_NEAR(ratio(median(shifted, duration), median(usual, duration)), 4, 0.4);
  EXPECT_NEAR(ratio(median(shifted, paid), median(usual, paid)), 0.5, 0.05);
  for (const std::uint32_t rounds : {4, 6}) {
    options.order_rounds = rounds;
    for (const Incident& incident : incidents_of(make_voucher_chain, options, 30)) {
      ASSERT_EQ(incident.kinds.size(), 3 * (rounds + 2));
      ASSERT_EQ(looks_like_fraud(incident.kinds), incident.fraud);
    }
  }
}

TEST_F(TwinsTest, TwinsAreAsManyAsChosen) {
  for (const double twins : {0.1, 1.0, 5.0}) {
    GeneratorOptions options = options_with_seed(25);
    options.order_twins = twins;
    const std::vector<Incident> incidents = incidents_of(make_proving_round, options, 200);
    const auto frauds = std::count_if(incidents.begin(), incidents.end(), [](const Incident& i) { return i.fraud; });
    EXPECT_NEAR(static_cast<double>(frauds), static_cast<double>(incidents.size()) / (1 + twins), 80) << twins;
  }
}

}  // namespace
}  // namespace weir::generator
