// Sums in whole thousands go to and fro between a customer and a few companies without a business, for weeks.
#include <array>

#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class RoundAmounts final : public Scenario {
 public:
  std::string_view name() const override { return "round_amounts"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 8; }
  std::uint32_t typical_payments() const override { return 10; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(8 * kHourMs, 17 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 25 * kDayMs);
    if (!customer) return;
    std::array<Party, 4> companies;
    for (Party& company : companies) company = world.any_company(*customer, random);
    const auto count = static_cast<std::uint32_t>(random.between(2, 4));
    bool in = true;  // first something must be there
    for (std::int64_t left = random.between(6, 14); left > 0; --left) {
      std::int64_t cents = random.between(1, 9) * 1'000'00;
      if (random.chance(200'000)) cents -= 500'00;
      const Party company = companies[random.below(count)];
      if (in) {
        script.add(time_ms, world.incoming(*customer, company, cents, Memo::kInvoice));
      } else {
        const std::int32_t day = day_of(time_ms);
        const Device own = world.customers.some_device(*customer, day, world.customers[*customer].city, random);
        Step step = world.transfer(*customer, company, cents, Memo::kInvoice, own);
        step.channel = Channel::kWeb;
        script.add(time_ms, step);
      }
      in = random.chance(500'000);
      time_ms += random.log_normal(32 * kHourMs, 70, 2 * kHourMs, 4 * kDayMs);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_round_amounts() { return std::make_unique<RoundAmounts>(); }

}  // namespace weir::generator
