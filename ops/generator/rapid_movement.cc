// Rapid movement: a large sum comes in and nearly all of it is gone within hours; days later the same again.
#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class RapidMovement final : public Scenario {
 public:
  std::string_view name() const override { return "rapid_movement"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 16; }
  std::uint32_t typical_payments() const override { return 7; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(7 * kHourMs, 17 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 12 * kDayMs);
    if (!customer) return;
    for (std::int64_t passes = random.between(1, 4); passes > 0; --passes) {
      std::int64_t cents = random.log_normal(680'000, 80, 180'000, 4'000'000);
      if (random.chance(500'000)) cents = cents / 10'000 * 10'000;
      const Party from = dirty_source(world, *customer, random);
      script.add(time_ms, world.incoming(*customer, from, cents, Memo::kInvoice));
      time_ms += random.log_normal(90 * kMinuteMs, 120, 6 * kMinuteMs, 9 * kHourMs);
      const std::int64_t out = cents * random.between(91, 99) / 100;
      drain(world, {*customer, out, random.between(1, 3), 20 * kMinuteMs}, random, time_ms, script);
      time_ms += random.between(14, 70) * kHourMs;
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_rapid_movement() { return std::make_unique<RapidMovement>(); }

}  // namespace weir::generator
