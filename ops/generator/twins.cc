#include "ops/generator/twins.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weir::generator {

namespace {

std::int64_t scaled(std::int64_t value, double scale) {
  return std::max<std::int64_t>(1, value * static_cast<std::int64_t>(scale * 1'000 + 0.5) / 1'000);
}

Kinds any_order(Random& random) {
  Kinds kinds = {0, 1, 2};
  std::swap(kinds[2], kinds[random.below(3)]);
  std::swap(kinds[1], kinds[random.below(2)]);
  return kinds;
}

// Some incidents are hurried and some are not: no window of fixed length cuts off the same part of all.
std::vector<std::int64_t> draw_gaps(std::size_t count, double scale, Random& random) {
  const std::int64_t tempo_ms = random.log_normal(4 * kMinuteMs, 60, 90 * kSecondMs, 12 * kMinuteMs);
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 0; i < count; ++i) {
    gaps.push_back(scaled(random.log_normal(tempo_ms, 60, tempo_ms / 4, tempo_ms * 4), scale));
  }
  return gaps;
}

}  // namespace

Route draw_route(std::uint32_t rounds, Random& random) {
  Route route;
  route.opening = any_order(random);
  route.closing = any_order(random);
  route.first = any_order(random);
  route.rounds = static_cast<std::uint8_t>(rounds);
  for (bool& swap : route.swaps) swap = random.chance(500'000);
  return route;
}

std::vector<Visit> visits_of(const Route& route, bool honest) {
  std::vector<Visit> visits;
  const auto add = [&](const Kinds& kinds, std::uint8_t turn) {
    for (const std::uint8_t kind : kinds) visits.push_back({kind, turn});
  };
  add(route.opening, 0);
  Kinds kinds = route.first;
  for (std::uint8_t round = 1; round <= route.rounds; ++round) {
    add(kinds, round);
    if (!honest) continue;
    std::swap(kinds[0], kinds[2]);
    if (route.swaps[round - 1U]) std::swap(kinds[1], kinds[2]);
  }
  add(route.closing, static_cast<std::uint8_t>(route.rounds + 1));
  return visits;
}

void TwinScenario::plan(World& world, const Today& today, Random& random, Script& script) const {
  const GeneratorOptions& options = world.options;
  const std::size_t visits = (options.order_rounds + 2) * kVisitKinds;
  const std::size_t payoffs = 1 + random.below(2);
  std::int64_t time_ms = today.at_local(0, pick_time_of_day(hours(), today.weekend(), random));
  const std::vector<std::int64_t> gaps = draw_gaps(visits + payoffs, options.order_gap_scale, random);
  const std::int64_t end_ms = std::accumulate(gaps.begin(), gaps.end(), time_ms);
  const auto customer = world.customers.claim(random, time_ms, end_ms + kDayMs);
  if (!customer) return;
  const std::uint16_t city = world.customers[*customer].city;
  const Payer payer{*customer, city, world.customers.phone(*customer, day_of(time_ms), city, random)};

  std::array<std::vector<Step>, kVisitKinds> steps;
  for (std::size_t i = 0; i < visits; ++i) {
    const std::size_t kind = i % kVisitKinds;
    steps[kind].push_back(visit(world, payer, kind, random));
  }
  std::vector<Step> last;
  for (std::size_t i = 0; i < payoffs; ++i) last.push_back(payoff(world, payer, random));
  const Route route = draw_route(options.order_rounds, random);

  // All is drawn but which of the two it is.
  const bool fraud = random.chance(per_million(1 / (1 + options.order_twins)));
  std::vector<Step> ordered;
  for (const Visit& visit : visits_of(route, !fraud)) ordered.push_back(steps[visit.kind][visit.turn]);
  ordered.insert(ordered.end(), last.begin(), last.end());
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    script.add(time_ms, ordered[i]);
    time_ms += gaps[i];
  }
  mark(script, visits, fraud);
}

// The answer key calls only the payments at the end fraud. Nobody could tell those before from the twin's until the
// rounds are done, so that their label would be the toss of a coin; and what the victim misses is what was lost.
void TwinScenario::mark(Script& script, std::size_t visits, bool fraud) const {
  std::vector<Script::Line>& lines = script.lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].step.truth = {fraud && i >= visits, fraud ? name() : twin_name()};
  }
  if (!fraud) return;
  Step replaced;
  replaced.action = Action::kReplaceCard;
  replaced.customer = lines.front().step.customer;
  script.add_after_report(5 * kMinuteMs, replaced);
}

std::int64_t TwinScenario::amount_near(const World& world, std::int64_t median_cents, int spread_percent,
                                       Random& random) {
  const std::int64_t median = scaled(median_cents, world.options.order_amount_scale);
  return random.log_normal(median, spread_percent, median * 6 / 10, median * 17 / 10);
}

Step TwinScenario::in_town(const World& world, const Payer& payer, Category category, std::int64_t cents,
                           Random& random) {
  const Merchants::Range shops = world.merchants.local(payer.city, category);
  const std::uint32_t shop = shops.first + random.below(shops.count);
  Step step = world.card_payment(payer.customer, shop, cents, false, random);
  step.authentication = Authentication::kPin;
  return step;
}

Step TwinScenario::cash(const World& world, const Payer& payer, std::int64_t cents, Random& random) {
  Step step = in_town(world, payer, Category::kCash, cents, random);
  step.channel = Channel::kAtm;
  return step;
}

Step TwinScenario::online(const World& world, const Payer& payer, Category category, std::int64_t cents, bool exact,
                          Random& random) {
  Step step = world.online_payment(payer.customer, category, cents, exact, random);
  step.device = payer.phone;
  const std::uint32_t ticket = random.below(100);
  step.authentication = ticket < 50   ? Authentication::kThreeDs
                        : ticket < 85 ? Authentication::kFrictionless
                                      : Authentication::kNone;
  return step;
}

}  // namespace weir::generator
