// Honest look-alike of fan-in and of rapid movement: flat-mates pay one of them, who pays the landlord the same day.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class RentSplit final : public Scenario {
 public:
  std::string_view name() const override { return "rent_split"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 12; }
  std::uint32_t typical_payments() const override { return 8; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    const std::int64_t begin_ms = today.at_local(0, 7 * kHourMs);
    const auto tenant = world.customers.claim_member(3, regulars(world, 30), random, begin_ms, begin_ms + 24 * kDayMs);
    if (!tenant) return;
    const std::int64_t each = random.between(48, 110) * 500;
    std::int64_t time_ms = begin_ms;
    const std::int64_t mates = random.between(2, 5);
    for (std::int64_t left = mates; left > 0; --left) {
      const std::uint32_t mate = world.customers.friend_of(*tenant, random);
      const Device phone = world.customers.phone(mate, day_of(time_ms), world.customers[mate].city, random);
      script.add(time_ms, world.transfer(mate, {PartyKind::kCustomer, 0, *tenant}, each, Memo::kRent, phone));
      time_ms += random.log_normal(80 * kMinuteMs, 100, 4 * kMinuteMs, 5 * kHourMs);
    }
    const Party landlord = world.landlord(*tenant, world.customers[*tenant].moves);
    const Device own = world.customers.phone(*tenant, day_of(time_ms), world.customers[*tenant].city, random);
    script.add(time_ms, world.transfer(*tenant, landlord, each * (mates + 1), Memo::kRent, own));
  }
};

}  // namespace

std::unique_ptr<Scenario> make_rent_split() { return std::make_unique<RentSplit>(); }

}  // namespace weir::generator
