// Honest look-alike of account take-over: a customer moves house. A changed address, sometimes a new device and number
// just before, then large payments to payees whom they have never paid.
#include <array>

#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class HouseMove final : public Scenario {
 public:
  std::string_view name() const override { return "house_move"; }
  Kind kind() const override { return Kind::kFraudLookalike; }
  std::uint32_t share_percent() const override { return 22; }
  std::uint32_t typical_payments() const override { return 7; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, pick_time_of_day(Hours::kOnline, today.weekend(), random));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 14 * kDayMs);
    if (!customer) return;
    const Customer& facts = world.customers[*customer];
    Device device = world.customers.some_device(*customer, day_of(time_ms), facts.city, random);

    if (random.chance(300'000)) {
      device.id = random.next() | 1;  // a tablet that came with the new contract
      script.add(time_ms, world.profile_change(*customer, Change::kDeviceEnrolled, device));
      time_ms += random.between(2 * kMinuteMs, 40 * kMinuteMs);
      if (random.chance(500'000)) {
        script.add(time_ms, world.profile_change(*customer, Change::kPhoneNumber, device));
        time_ms += random.between(2 * kMinuteMs, 30 * kMinuteMs);
      }
    }
    // The address is reported before the deposit is paid, or after.
    const bool reported_first = random.chance(650'000);
    const Step address = world.profile_change(*customer, Change::kAddress, device);
    if (reported_first) script.add(time_ms, address);
    std::int64_t paid_ms = time_ms + random.log_normal(3 * kHourMs, 160, 5 * kMinuteMs, 2 * kDayMs);

    const std::int64_t rent = facts.rent_cents > 0 ? facts.rent_cents : facts.income_cents * 28LL / 100;
    const Party landlord = world.landlord(*customer, static_cast<std::uint8_t>(facts.moves + 1));
    script.add(paid_ms, world.transfer(*customer, landlord, rent * random.between(2, 3), Memo::kDeposit, device));
    if (!reported_first) script.add(paid_ms + random.between(10 * kMinuteMs, kDayMs), address);

    Party mover = world.any_person(*customer, random);
    mover.kind = PartyKind::kMover;
    const std::int64_t later_ms = paid_ms + random.between(2 * kDayMs, 6 * kDayMs);
    script.add(later_ms,
               world.transfer(*customer, mover, random.log_normal(68'000, 60, 20'000, 250'000), Memo::kMoving, device));

    for (std::int64_t n = random.between(2, 6); n > 0; --n) {
      static constexpr std::array<Category, 4> kGoods = {Category::kHardware, Category::kHardware,
                                                         Category::kDepartment, Category::kElectronics};
      const auto range = world.merchants.local(facts.city, kGoods[random.below(kGoods.size())]);
      const std::uint32_t merchant = range.first + random.below(range.count);
      const std::int64_t cents = random.log_normal(14'000, 110, 2'000, 180'000);
      Step step = world.card_payment(*customer, merchant, cents, false, random);
      step.authentication = Authentication::kPin;
      // Shops are open from nine to seven, and shut on Sundays.
      std::int32_t shopping_day = today.day + static_cast<std::int32_t>(random.between(3, 12));
      if ((shopping_day + 4) % 7 == 0) ++shopping_day;  // day 0 was a Thursday
      script.add(today.at_local(0, (shopping_day - today.day) * kDayMs + random.between(9 * kHourMs, 19 * kHourMs)),
                 step);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_house_move() { return std::make_unique<HouseMove>(); }

}  // namespace weir::generator
