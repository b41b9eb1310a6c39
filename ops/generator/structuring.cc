// Structuring: cash in notes, each time somewhat less than the sum from which a bank must ask for its origin, on one
// day after the other; then on by transfers of the same size. Some stay far below the limit.
#include <algorithm>

#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class Structuring final : public Scenario {
 public:
  std::string_view name() const override { return "structuring"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 22; }
  std::uint32_t typical_payments() const override { return 11; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    const std::int64_t begin_ms = today.at_local(0, random.between(8 * kHourMs, 18 * kHourMs));
    const auto customer = world.customers.claim(random, begin_ms, begin_ms + 20 * kDayMs);
    if (!customer) return;
    const bool low = random.chance(250'000);
    std::int64_t time_ms = begin_ms;
    std::int64_t paid_in = 0;
    for (std::int64_t left = low ? random.between(6, 11) : random.between(4, 8); left > 0; --left) {
      const std::int64_t cents = (low ? random.between(50, 98) : random.between(150, 199)) * 5'000;
      std::uint16_t city = world.customers[*customer].city;
      if (random.chance(300'000)) city = static_cast<std::uint16_t>(random.below(kHomeCities));
      script.add(time_ms, world.cash_deposit(*customer, city, cents));
      paid_in += cents;
      // The next one is made the next day, at times the same one at another machine.
      time_ms += random.chance(200'000) ? random.between(kHourMs, 4 * kHourMs) : random.between(17, 44) * kHourMs;
    }
    if (random.chance(200'000)) return;  // stays there
    const std::int64_t cents = paid_in * random.between(80, 97) / 100;
    const std::int64_t parts = std::max<std::int64_t>(1, cents / random.between(7'500'00, 9'500'00));
    drain(world, {*customer, cents, parts, 9 * kHourMs}, random, time_ms, script);
  }
};

}  // namespace

std::unique_ptr<Scenario> make_structuring() { return std::make_unique<Structuring>(); }

}  // namespace weir::generator
