// Bust-out: a cardholder who has paid well for long never means to pay again. The limit is raised, and within days the
// card is emptied, with the own phone and the right PIN: only how much and how fast is unlike before.
#include <array>

#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class BustOut final : public Scenario {
 public:
  std::string_view name() const override { return "bust_out"; }
  Kind kind() const override { return Kind::kFraud; }
  std::uint32_t share_percent() const override { return 10; }
  std::uint32_t typical_payments() const override { return 9; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(9 * kHourMs, 13 * kHourMs));
    const auto holder = world.customers.claim(random, time_ms, time_ms + 12 * kDayMs);
    if (!holder) return;
    const std::uint16_t city = world.customers[*holder].city;
    if (random.chance(600'000)) {
      const Device phone = world.customers.phone(*holder, today.day, city, random);
      script.add(time_ms, world.profile_change(*holder, Change::kLimitRaised, phone));
      time_ms += random.between(0, 6) * kDayMs + random.between(30 * kMinuteMs, 4 * kHourMs);
    }
    for (std::int64_t left = random.between(6, 12); left > 0; --left) {
      script.add(time_ms, spend(world, *holder, day_of(time_ms), random));
      time_ms += random.log_normal(70 * kMinuteMs, 110, 8 * kMinuteMs, 14 * kHourMs);
    }
  }

 private:
  static Step spend(const World& world, std::uint32_t holder, std::int32_t day, Random& random) {
    static constexpr std::array<Category, 5> kGoods = {Category::kElectronics, Category::kJewellery,
                                                       Category::kGiftCards, Category::kCash, Category::kDepartment};
    static constexpr std::array<std::uint16_t, 5> kWeights = {35, 15, 15, 20, 15};
    const Category category = kGoods[random.weighted(kWeights)];
    const bool cash = category == Category::kCash;
    const std::int64_t cents = cash ? random.between(8, 20) * 5'000 : random.log_normal(62'000, 70, 15'000, 300'000);
    const std::uint16_t city = world.customers[holder].city;
    const bool in_shop = cash || category == Category::kDepartment;
    if (in_shop || (category != Category::kGiftCards && random.chance(500'000))) {
      const auto shops = world.merchants.local(city, category);
      const std::uint32_t shop = shops.first + random.below(shops.count);
      Step step = world.card_payment(holder, shop, cents, false, random);
      if (cash) step.channel = Channel::kAtm;
      step.authentication = Authentication::kPin;
      return step;
    }
    Step step = world.online_payment(holder, category, cents, false, random);
    step.device = world.customers.phone(holder, day, city, random);
    step.authentication = random.chance(750'000) ? Authentication::kThreeDs : Authentication::kFrictionless;
    return step;
  }
};

}  // namespace

std::unique_ptr<Scenario> make_bust_out() { return std::make_unique<BustOut>(); }

}  // namespace weir::generator
