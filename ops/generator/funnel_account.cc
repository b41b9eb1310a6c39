// Fan-in over weeks, a funnel account: many people in many towns pay small sums into one account, some of them in cash,
// and every few days what has come together is moved on. Slower than a mule of fraud, so that no day stands out.
#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class FunnelAccount final : public Scenario {
 public:
  std::string_view name() const override { return "funnel_account"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 18; }
  std::uint32_t typical_payments() const override { return 17; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(8 * kHourMs, 16 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 25 * kDayMs);
    if (!customer) return;
    std::int64_t collected = 0;
    for (std::int64_t left = random.between(8, 20); left > 0; --left) {
      std::int64_t cents = random.log_normal(88'000, 60, 25'000, 290'000) / 1'000 * 1'000;
      if (random.chance(300'000)) {
        const auto city = static_cast<std::uint16_t>(random.below(kHomeCities));
        cents = (cents + 2'500) / 5'000 * 5'000;
        script.add(time_ms, world.cash_deposit(*customer, city, cents));
      } else {
        const Party from = dirty_source(world, *customer, random);
        script.add(time_ms, world.incoming(*customer, from, cents, Memo::kInvoice));
      }
      collected += cents;
      time_ms += random.log_normal(14 * kHourMs, 90, 20 * kMinuteMs, 2 * kDayMs);
      if (left > 1 && !random.chance(120'000)) continue;
      const std::int64_t out = collected * random.between(85, 97) / 100;
      collected -= out;
      drain(world, {*customer, out, random.between(1, 2), 50 * kMinuteMs}, random, time_ms, script);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_funnel_account() { return std::make_unique<FunnelAccount>(); }

}  // namespace weir::generator
