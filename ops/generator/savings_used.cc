// Honest look-alike of a dormant account that wakes up: savings that rested for years are used for a car or a roof, or
// an inheritance is put there.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class SavingsUsed final : public Scenario {
 public:
  std::string_view name() const override { return "savings_used"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 7; }
  std::uint32_t typical_payments() const override { return 2; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(8 * kHourMs, 20 * kHourMs));
    const auto customer = world.customers.claim_savings(random, time_ms, time_ms + 6 * kDayMs);
    if (!customer) return;
    const std::uint16_t city = world.customers[*customer].city;
    const std::int64_t cents = random.log_normal(480'000, 110, 40'000, 6'000'000) / 1'000 * 1'000;
    if (random.chance(350'000)) {
      Step step = world.incoming(*customer, world.any_person(*customer, random), cents, Memo::kTransfer);
      step.savings = true;
      script.add(time_ms, step);
      if (random.chance(600'000)) return;
      time_ms += random.between(1, 4) * kDayMs;
    }
    const Device own = world.customers.some_device(*customer, day_of(time_ms), city, random);
    if (random.chance(350'000)) {  // straight to whom it is for
      const Party craftsman{PartyKind::kMover, world.home_country(*customer),
                            static_cast<std::uint32_t>(random.next())};
      Step step = world.transfer(*customer, craftsman, cents, Memo::kInvoice, own);
      step.savings = true;
      script.add(time_ms, step);
      return;
    }
    Step step = world.transfer(*customer, {PartyKind::kCustomer, 0, *customer}, cents, Memo::kTransfer, own);
    step.savings = true;
    script.add(time_ms, step);
    if (random.chance(500'000)) return;
    time_ms += random.between(kHourMs, 30 * kHourMs);
    const Party seller{PartyKind::kMover, world.home_country(*customer), static_cast<std::uint32_t>(random.next())};
    script.add(time_ms, world.transfer(*customer, seller, cents * random.between(80, 100) / 100, Memo::kInvoice, own));
  }
};

}  // namespace

std::unique_ptr<Scenario> make_savings_used() { return std::make_unique<SavingsUsed>(); }

}  // namespace weir::generator
