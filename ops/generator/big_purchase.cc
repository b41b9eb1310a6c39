// Honest look-alike of a bust-out: a good customer furnishes a flat or marries, and buys dear things within two days,
// some after a raise of the limit.
#include <array>

#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class BigPurchase final : public Scenario {
 public:
  std::string_view name() const override { return "big_purchase"; }
  Kind kind() const override { return Kind::kFraudLookalike; }
  std::uint32_t share_percent() const override { return 10; }
  std::uint32_t typical_payments() const override { return 3; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(10 * kHourMs, 15 * kHourMs));
    const auto buyer = world.customers.claim(random, time_ms, time_ms + 3 * kDayMs);
    if (!buyer) return;
    const std::uint16_t city = world.customers[*buyer].city;
    if (random.chance(300'000)) {
      const Device phone = world.customers.phone(*buyer, today.day, city, random);
      script.add(time_ms, world.profile_change(*buyer, Change::kLimitRaised, phone));
      time_ms += random.between(20 * kMinuteMs, 2 * kHourMs);
    }
    static constexpr std::array<Category, 4> kGoods = {Category::kElectronics, Category::kDepartment,
                                                       Category::kJewellery, Category::kHardware};
    for (std::int64_t left = random.between(1, 5); left > 0; --left) {
      const auto shops = world.merchants.local(city, kGoods[random.below(kGoods.size())]);
      const std::uint32_t shop = shops.first + random.below(shops.count);
      const std::int64_t cents = random.log_normal(75'000, 80, 25'000, 500'000);
      Step step = world.card_payment(*buyer, shop, cents, false, random);
      step.authentication = Authentication::kPin;
      script.add(time_ms, step);
      time_ms += random.log_normal(75 * kMinuteMs, 90, 15 * kMinuteMs, 20 * kHourMs);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_big_purchase() { return std::make_unique<BigPurchase>(); }

}  // namespace weir::generator
