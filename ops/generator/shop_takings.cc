// Honest look-alike of structuring: a shop pays in what it took, nearly every evening of a week, and pays its
// suppliers. The same few shops do so again and again, and some take about as much as the limit.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class ShopTakings final : public Scenario {
 public:
  std::string_view name() const override { return "shop_takings"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 22; }
  std::uint32_t typical_payments() const override { return 6; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    const std::int64_t begin_ms = today.at_local(0, 17 * kHourMs);
    const auto trader = world.customers.claim_member(1, regulars(world, 7), random, begin_ms, begin_ms + 6 * kDayMs);
    if (!trader) return;
    Random shop(derive(world.options.seed, 0x7a2e, *trader));
    const std::int64_t usual = shop.log_normal(150'000, 110, 30'000, 900'000);
    std::int64_t taken = 0;
    for (std::int64_t day = 0; day < 7; ++day) {
      if ((today.weekday + day) % 7 == 0 || random.chance(250'000)) continue;  // shut on Sundays
      const std::int64_t cents = random.log_normal(usual, 45, 5'000, 2'000'000) / 500 * 500;
      const std::int64_t time_ms = today.at_local(0, day * kDayMs + random.between(17 * kHourMs, 22 * kHourMs));
      script.add(time_ms, world.cash_deposit(*trader, world.customers[*trader].city, cents));
      taken += cents;
    }
    for (std::int64_t left = random.between(1, 2); left > 0; --left) {
      const auto supplier = static_cast<std::uint32_t>(derive(world.options.seed, 0x5b, *trader, random.below(3)));
      const std::int64_t time_ms = today.at_local(0, random.between(0, 6) * kDayMs + 20 * kHourMs);
      const std::int64_t cents = (taken + 10'000) * random.between(15, 40) / 100;
      const Device own = world.customers.some_device(*trader, day_of(time_ms), world.customers[*trader].city, random);
      Step step = world.transfer(*trader, {PartyKind::kMover, world.home_country(*trader), supplier}, cents,
                                 Memo::kInvoice, own);
      step.channel = Channel::kWeb;
      step.instant = false;
      script.add(time_ms, step);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_shop_takings() { return std::make_unique<ShopTakings>(); }

}  // namespace weir::generator
