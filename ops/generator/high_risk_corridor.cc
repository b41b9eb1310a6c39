// Money that came in as cash or from companies leaves for one or two far countries, to several people there whom the
// customer has never paid.
#include <array>

#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class HighRiskCorridor final : public Scenario {
 public:
  std::string_view name() const override { return "high_risk_corridor"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 10; }
  std::uint32_t typical_payments() const override { return 7; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(8 * kHourMs, 17 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 16 * kDayMs);
    if (!customer) return;
    const std::uint16_t city = world.customers[*customer].city;
    std::int64_t received = 0;
    for (std::int64_t left = random.between(1, 3); left > 0; --left) {
      const std::int64_t cents = random.log_normal(420'000, 60, 150'000, 1'500'000) / 5'000 * 5'000;
      script.add(time_ms, random.chance(500'000)
                              ? world.cash_deposit(*customer, city, cents)
                              : world.incoming(*customer, world.any_company(*customer, random), cents, Memo::kInvoice));
      received += cents;
      time_ms += random.log_normal(12 * kHourMs, 80, kHourMs, 2 * kDayMs);
    }
    std::array<Party, 5> payees;
    const auto countries = static_cast<std::uint32_t>(far_countries().size());
    const std::uint32_t there = random.below(countries);
    for (Party& payee : payees) {
      const std::uint32_t country = random.chance(750'000) ? there : random.below(countries);
      payee = {PartyKind::kFarAway, static_cast<std::uint8_t>(country), static_cast<std::uint32_t>(random.next())};
    }
    const auto count = static_cast<std::uint32_t>(random.between(2, 5));
    std::int64_t left_cents = received * random.between(85, 98) / 100;
    for (std::int64_t left = random.between(3, 7); left > 0; --left) {
      const std::int64_t cents = left == 1 ? left_cents : left_cents / left * random.between(75, 120) / 100;
      left_cents -= cents;
      const Device own = world.customers.some_device(*customer, day_of(time_ms), city, random);
      Step step = world.transfer(*customer, payees[random.below(count)], cents, Memo::kTransfer, own);
      step.instant = false;
      script.add(time_ms, step);
      time_ms += random.log_normal(18 * kHourMs, 90, kHourMs, 2 * kDayMs);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_high_risk_corridor() { return std::make_unique<HighRiskCorridor>(); }

}  // namespace weir::generator
