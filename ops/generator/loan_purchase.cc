// Honest look-alike of rapid movement, and the hardest: a loan is paid out, and within a day it has gone to the dealer
// who sells the car.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class LoanPurchase final : public Scenario {
 public:
  std::string_view name() const override { return "loan_purchase"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 5; }
  std::uint32_t typical_payments() const override { return 2; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(7 * kHourMs, 16 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 4 * kDayMs);
    if (!customer) return;
    const std::uint8_t home = world.home_country(*customer);
    const std::int64_t cents = random.log_normal(1'100'000, 70, 300'000, 4'000'000) / 50'000 * 50'000;
    const Party lender{PartyKind::kEmployer, home, static_cast<std::uint32_t>(derive(world.options.seed, 0x10a4) % 4)};
    script.add(time_ms, world.incoming(*customer, lender, cents, Memo::kInvoice));
    time_ms += random.log_normal(7 * kHourMs, 130, 20 * kMinuteMs, 3 * kDayMs);
    const Party dealer{PartyKind::kMover, home, static_cast<std::uint32_t>(random.next())};
    const Device own = world.customers.some_device(*customer, day_of(time_ms), world.customers[*customer].city, random);
    script.add(time_ms, world.transfer(*customer, dealer, cents * random.between(88, 112) / 100, Memo::kInvoice, own));
  }
};

}  // namespace

std::unique_ptr<Scenario> make_loan_purchase() { return std::make_unique<LoanPurchase>(); }

}  // namespace weir::generator
