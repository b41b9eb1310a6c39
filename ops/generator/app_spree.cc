// Honest look-alike of card testing: an evening of small purchases in app shops, from the customer's own phone, some
// before or after buying something dear.
#include <array>

#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class AppSpree final : public Scenario {
 public:
  std::string_view name() const override { return "app_spree"; }
  Kind kind() const override { return Kind::kFraudLookalike; }
  std::uint32_t share_percent() const override { return 36; }
  std::uint32_t typical_payments() const override { return 6; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, pick_time_of_day(Hours::kOnline, today.weekend(), random));
    const auto customer = world.customers.claim(random, time_ms, time_ms + kDayMs);
    if (!customer) return;
    const Device phone = world.customers.phone(*customer, day_of(time_ms), world.customers[*customer].city, random);

    if (random.chance(200'000)) {
      buy_dear(world, *customer, phone, random, time_ms, script);
      time_ms += random.between(30 * kMinuteMs, 5 * kHourMs);
    }
    static constexpr std::array<Category, 4> kApps = {Category::kGames, Category::kGames, Category::kStreaming,
                                                      Category::kTopUp};
    const Category category = kApps[random.below(kApps.size())];
    const auto range = world.merchants.online(category);
    const std::uint32_t merchant = range.first + random.below(range.count);
    for (std::int64_t n = random.between(3, 7); n > 0; --n) {
      // Mostly within one app, now and then another one.
      const std::uint32_t shop = random.chance(750'000) ? merchant : range.first + random.below(range.count);
      Step step = world.card_payment(*customer, shop, random.log_normal(299, 90, 60, 1'400), false, random);
      step.device = phone;
      step.authentication = random.chance(700'000) ? Authentication::kFrictionless : Authentication::kNone;
      script.add(time_ms, step);
      time_ms += random.log_normal(150 * kSecondMs, 130, 20 * kSecondMs, 25 * kMinuteMs);
    }
    if (random.chance(350'000)) {
      time_ms += random.log_normal(120 * kMinuteMs, 110, 20 * kMinuteMs, 8 * kHourMs);
      buy_dear(world, *customer, phone, random, time_ms, script);
    }
  }

 private:
  static void buy_dear(const World& world, std::uint32_t customer, const Device& phone, Random& random,
                       std::int64_t time_ms, Script& script) {
    static constexpr std::array<Category, 3> kGoods = {Category::kElectronics, Category::kMarketplace,
                                                       Category::kClothing};
    const Category category = kGoods[random.below(kGoods.size())];
    const std::int64_t cents = random.log_normal(24'000, 90, 8'000, 150'000);
    Step step = world.online_payment(customer, category, cents, false, random);
    step.device = phone;
    step.authentication = random.chance(700'000) ? Authentication::kThreeDs : Authentication::kFrictionless;
    script.add(time_ms, step);
  }
};

}  // namespace

std::unique_ptr<Scenario> make_app_spree() { return std::make_unique<AppSpree>(); }

}  // namespace weir::generator
