// A savings account that rested for years wakes up: strangers pay in, and days later it is empty again.
#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class DormantAccount final : public Scenario {
 public:
  std::string_view name() const override { return "dormant_account"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 8; }
  std::uint32_t typical_payments() const override { return 6; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(8 * kHourMs, 17 * kHourMs));
    const auto customer = world.customers.claim_savings(random, time_ms, time_ms + 8 * kDayMs);
    if (!customer) return;
    const auto receive = [&](std::int64_t cents) {
      Step step = world.incoming(*customer, dirty_source(world, *customer, random), cents, Memo::kInvoice);
      step.savings = true;
      script.add(time_ms, step);
    };
    if (random.chance(400'000)) {  // is it still open?
      receive(random.between(100, 1'000));
      time_ms += random.between(2, 26) * kHourMs;
    }
    std::int64_t received = 0;
    for (std::int64_t left = random.between(1, 4); left > 0; --left) {
      const std::int64_t cents = random.log_normal(520'000, 80, 120'000, 3'000'000) / 1'000 * 1'000;
      receive(cents);
      received += cents;
      time_ms += random.log_normal(11 * kHourMs, 100, 20 * kMinuteMs, 2 * kDayMs);
    }
    const std::int64_t out = received * random.between(85, 99) / 100;
    drain(world, {*customer, out, random.between(1, 4), 5 * kHourMs, true}, random, time_ms, script);
  }
};

}  // namespace

std::unique_ptr<Scenario> make_dormant_account() { return std::make_unique<DormantAccount>(); }

}  // namespace weir::generator
