// Honest look-alike of a mule: somebody collects for a present, a team or a journey; many pay in within days, and
// nearly all of it goes out at once.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class GroupCollection final : public Scenario {
 public:
  std::string_view name() const override { return "group_collection"; }
  Kind kind() const override { return Kind::kFraudLookalike; }
  std::uint32_t share_percent() const override { return 32; }
  std::uint32_t typical_payments() const override { return 15; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    const std::int64_t begin_ms = today.at_local(0, 8 * kHourMs);
    const auto collector = world.customers.claim(random, begin_ms, begin_ms + 6 * kDayMs);
    if (!collector) return;
    const bool journey = random.chance(250'000);
    const std::int64_t each = journey ? random.between(12, 40) * 1'000 : random.between(2, 12) * 500;

    std::int64_t collected = 0;
    std::int64_t last_ms = begin_ms;
    const std::int64_t days = random.between(1, 3);
    for (std::int64_t n = random.between(6, 14); n > 0; --n) {
      const std::int64_t day_ms = random.between(0, days - 1) * kDayMs;
      const std::int64_t time_ms = today.at_local(0, day_ms + random.between(8 * kHourMs, 23 * kHourMs));
      if (time_ms > last_ms) last_ms = time_ms;
      const std::int64_t cents = random.chance(150'000) ? each + 500 : each;
      collected += cents;
      if (random.chance(700'000)) {
        const std::uint32_t payer = world.customers.friend_of(*collector, random);
        const Device phone = world.customers.phone(payer, day_of(time_ms), world.customers[payer].city, random);
        script.add(time_ms, world.transfer(payer, {PartyKind::kCustomer, 0, *collector}, cents, Memo::kGift, phone));
      } else {
        script.add(time_ms, world.incoming(*collector, world.any_person(*collector, random), cents, Memo::kGift));
      }
    }

    const std::int64_t spent = collected * random.between(88, 100) / 100;
    const std::int64_t spent_ms = last_ms + random.log_normal(9 * kHourMs, 150, 20 * kMinuteMs, 2 * kDayMs);
    const Device phone = world.customers.phone(*collector, day_of(spent_ms), world.customers[*collector].city, random);
    if (random.chance(450'000)) {
      const Category category = journey ? Category::kHotel : Category::kGiftCards;
      Step step = world.online_payment(*collector, category, spent, true, random);
      step.device = phone;
      step.authentication = Authentication::kThreeDs;
      script.add(spent_ms, step);
    } else {
      script.add(spent_ms,
                 world.transfer(*collector, world.any_person(*collector, random), spent, Memo::kGiftBought, phone));
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_group_collection() { return std::make_unique<GroupCollection>(); }

}  // namespace weir::generator
