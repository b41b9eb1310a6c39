// Honest look-alike of fan-out: a small company is paid by a customer of its own and then pays its people, always the
// same ones.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class WageDay final : public Scenario {
 public:
  std::string_view name() const override { return "wage_day"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 14; }
  std::uint32_t typical_payments() const override { return 11; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(8 * kHourMs, 12 * kHourMs));
    const auto trader = world.customers.claim_member(5, regulars(world, 30), random, time_ms, time_ms + 24 * kDayMs);
    if (!trader) return;
    Random company(derive(world.options.seed, 0x3a6e, *trader));
    const std::uint8_t home = world.home_country(*trader);
    const std::int64_t people = company.between(4, 14);
    const std::int64_t usual = company.between(700, 2'600) * 100;
    const Party client = world.any_company(*trader, random);
    script.add(time_ms,
               world.incoming(*trader, client, people * usual * random.between(90, 160) / 100, Memo::kInvoice));
    time_ms += random.between(3 * kHourMs, 30 * kHourMs);
    for (std::int64_t left = people; left > 0; --left) {
      // Now and then somebody new is paid.
      const std::uint64_t known = company.next();
      const Party worker{PartyKind::kPerson, home,
                         static_cast<std::uint32_t>(random.chance(40'000) ? random.next() : known)};
      const std::int64_t wage = usual * company.between(70, 140) / 100;
      const Device own = world.customers.some_device(*trader, day_of(time_ms), world.customers[*trader].city, random);
      Step step = world.transfer(*trader, worker, wage, Memo::kWages, own);
      step.channel = Channel::kWeb;
      script.add(time_ms, step);
      time_ms += random.between(20 * kSecondMs, 4 * kMinuteMs);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_wage_day() { return std::make_unique<WageDay>(); }

}  // namespace weir::generator
