// Honest look-alike of rapid movement: income has hardly arrived when most of it goes on, to savings elsewhere, to the
// partner, to the landlord; always the same ones.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class SalarySweep final : public Scenario {
 public:
  std::string_view name() const override { return "salary_sweep"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 10; }
  std::uint32_t typical_payments() const override { return 4; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(2 * kHourMs, 7 * kHourMs));
    const auto customer = world.customers.claim_member(2, regulars(world, 30), random, time_ms, time_ms + 24 * kDayMs);
    if (!customer) return;
    const std::uint8_t home = world.home_country(*customer);
    const std::uint32_t first = *customer * 8;  // the friends and the savings of Habits
    const auto employer = static_cast<std::uint32_t>(derive(world.options.seed, 0x5a1a, *customer));
    const std::int64_t cents = random.log_normal(310'000, 50, 120'000, 1'200'000);
    Step income = world.incoming(*customer, {PartyKind::kEmployer, home, employer}, cents, Memo::kSalary);
    income.instant = false;
    script.add(time_ms, income);
    std::int64_t left_cents = cents * random.between(60, 95) / 100;
    for (std::int64_t left = random.between(1, 4); left > 0; --left) {
      time_ms += random.log_normal(2 * kHourMs, 100, 10 * kMinuteMs, 6 * kHourMs);
      const std::int64_t part = left == 1 ? left_cents : left_cents / left;
      left_cents -= part;
      const Party to{PartyKind::kPerson, home, left % 2 == 1 ? first + 7 : first};
      const Device own =
          world.customers.some_device(*customer, day_of(time_ms), world.customers[*customer].city, random);
      script.add(time_ms, world.transfer(*customer, to, part / 500 * 500 + 500, Memo::kTransfer, own));
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_salary_sweep() { return std::make_unique<SalarySweep>(); }

}  // namespace weir::generator
