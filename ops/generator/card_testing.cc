// Stolen card data is tried with small payments at careless merchants; what works is emptied within hours.
#include <array>

#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class CardTesting final : public Scenario {
 public:
  std::string_view name() const override { return "card_testing"; }
  Kind kind() const override { return Kind::kFraud; }
  std::uint32_t share_percent() const override { return 40; }
  std::uint32_t typical_payments() const override { return 9; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    const bool at_night = random.chance(500'000);
    std::int64_t time_ms =
        today.at_local(0, pick_time_of_day(at_night ? Hours::kNight : Hours::kOnline, today.weekend(), random));
    const auto victim = world.customers.claim(random, time_ms, time_ms + 2 * kDayMs);
    if (!victim) return;
    const std::uint32_t gang = random.below(gang_count(world));
    const Device device = gang_device(world, today.day, gang, random);

    const std::int64_t probes = random.between(3, 8);
    for (std::int64_t i = 0; i < probes; ++i) {
      const std::uint32_t merchant = probe_merchant(world, today.day, gang, random);
      Step probe = world.card_payment(*victim, merchant, random.between(50, 499), true, random);
      probe.device = device;
      probe.authentication = random.chance(800'000) ? Authentication::kNone : Authentication::kFrictionless;
      script.add(time_ms, probe);
      time_ms += random.log_normal(90 * kSecondMs, 120, 15 * kSecondMs, 15 * kMinuteMs);
    }

    time_ms += random.log_normal(100 * kMinuteMs, 120, 20 * kMinuteMs, 10 * kHourMs);
    const std::int64_t purchases = random.between(2, 6);
    for (std::int64_t i = 0; i < purchases; ++i) {
      static constexpr std::array<Category, 5> kGoods = {Category::kElectronics, Category::kJewellery,
                                                         Category::kGiftCards, Category::kMarketplace,
                                                         Category::kAirline};
      static constexpr std::array<std::uint16_t, 5> kWeights = {35, 10, 25, 20, 10};
      const std::int64_t cents = random.log_normal(36'000, 80, 15'000, 180'000);
      Step purchase = world.online_payment(*victim, kGoods[random.weighted(kWeights)], cents, false, random);
      // A few are made from the gang's next device.
      purchase.device = random.chance(850'000) ? device : gang_device(world, today.day, gang, random);
      const std::uint32_t ticket = random.below(100);
      purchase.authentication = ticket < 55   ? Authentication::kNone
                                : ticket < 90 ? Authentication::kFrictionless
                                              : Authentication::kThreeDs;
      script.add(time_ms, purchase);
      time_ms += random.log_normal(9 * kMinuteMs, 110, kMinuteMs, 90 * kMinuteMs);
    }

    Step replaced;
    replaced.action = Action::kReplaceCard;
    replaced.customer = *victim;
    script.add_after_report(5 * kMinuteMs, replaced);
  }

 private:
  // A gang knows three merchants that let small payments pass.
  static std::uint32_t probe_merchant(const World& world, std::int32_t day, std::uint32_t gang, Random& random) {
    static constexpr std::array<Category, 4> kCareless = {Category::kCharity, Category::kGames, Category::kTopUp,
                                                          Category::kMarketplace};
    Random favourite(derive(world.options.seed, 0x9b0b, day / kCampaignDays, gang, random.below(3)));
    const auto range = world.merchants.online(kCareless[favourite.below(kCareless.size())]);
    return range.first + favourite.below(range.count);
  }
};

}  // namespace

std::unique_ptr<Scenario> make_card_testing() { return std::make_unique<CardTesting>(); }

}  // namespace weir::generator
