// Honest look-alike of fan-in: a landlord of many flats gets the rents of the month within days, always from the same
// tenants, and pays the bank and the caretaker.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class LandlordRents final : public Scenario {
 public:
  std::string_view name() const override { return "landlord_rents"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 15; }
  std::uint32_t typical_payments() const override { return 10; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    // The rents of the coming month.
    std::int32_t ahead = 1;
    while (make_today(today.day + ahead).day_of_month != 1) ++ahead;
    const auto at = [&](std::int64_t days, std::int64_t time) {
      return today.at_local(0, (ahead + days) * kDayMs + time);
    };
    const auto landlord = world.customers.claim_member(4, regulars(world, 30), random, today.start_ms(), at(7, 0));
    if (!landlord) return;
    Random house(derive(world.options.seed, 0x4005, *landlord));
    const std::uint8_t home = world.home_country(*landlord);
    std::int64_t received = 0;
    for (std::int64_t left = house.between(4, 14); left > 0; --left) {
      const Party tenant{PartyKind::kPerson, home, static_cast<std::uint32_t>(house.next())};
      const std::int64_t rent = house.between(84, 290) * 500;
      Step step = world.incoming(*landlord, tenant, rent, Memo::kRent);
      step.instant = false;
      const std::int64_t day = random.between(0, 4);
      script.add(at(day, random.between(5 * kHourMs, 12 * kHourMs)), step);
      received += rent;
    }
    const auto caretaker = static_cast<std::uint32_t>(house.next());
    const Device own =
        world.customers.some_device(*landlord, today.day + ahead + 5, world.customers[*landlord].city, random);
    const std::int64_t loan = received * house.between(30, 70) / 100;
    script.add(at(5, 8 * kHourMs),
               world.transfer(*landlord, {PartyKind::kAuthority, home, caretaker}, loan, Memo::kTransfer, own));
    script.add(at(5, 8 * kHourMs + random.between(2 * kMinuteMs, kHourMs)),
               world.transfer(*landlord, {PartyKind::kMover, home, caretaker}, received / 12, Memo::kInvoice, own));
  }
};

}  // namespace

std::unique_ptr<Scenario> make_landlord_rents() { return std::make_unique<LandlordRents>(); }

}  // namespace weir::generator
