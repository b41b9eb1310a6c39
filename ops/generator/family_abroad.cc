// Honest look-alike of a high-risk corridor: customers with family far away send money home, to the same person each
// time; now and then more, for a house or a doctor.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class FamilyAbroad final : public Scenario {
 public:
  std::string_view name() const override { return "family_abroad"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 10; }
  std::uint32_t typical_payments() const override { return 2; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, pick_time_of_day(Hours::kOnline, today.weekend(), random));
    const auto customer = world.customers.claim_member(6, regulars(world, 30), random, time_ms, time_ms + 15 * kDayMs);
    if (!customer) return;
    Random family(derive(world.options.seed, 0xfa31, *customer));
    const auto country = static_cast<std::uint8_t>(family.below(static_cast<std::uint32_t>(far_countries().size())));
    const auto relative = static_cast<std::uint32_t>(family.next());
    for (std::int64_t left = random.between(1, 2); left > 0; --left) {
      std::int64_t cents = random.log_normal(18'000, 70, 4'000, 80'000) / 1'000 * 1'000;
      if (random.chance(60'000)) cents *= random.between(4, 12);
      const bool other = random.chance(120'000);
      const Device own =
          world.customers.some_device(*customer, day_of(time_ms), world.customers[*customer].city, random);
      Step step = world.transfer(*customer, {PartyKind::kFarAway, country, other ? relative + 1 : relative}, cents,
                                 Memo::kFriends, own);
      step.instant = false;
      script.add(time_ms, step);
      time_ms += random.between(kHourMs, 2 * kDayMs);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_family_abroad() { return std::make_unique<FamilyAbroad>(); }

}  // namespace weir::generator
