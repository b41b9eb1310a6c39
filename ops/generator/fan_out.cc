// Fan-out: one or two large sums come in and are handed on to many people within a day, in parts of about one size.
#include <algorithm>

#include "ops/generator/laundering.h"

namespace weir::generator {

namespace {

class FanOut final : public Scenario {
 public:
  std::string_view name() const override { return "fan_out"; }
  Kind kind() const override { return Kind::kLaundering; }
  std::uint32_t share_percent() const override { return 18; }
  std::uint32_t typical_payments() const override { return 18; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(7 * kHourMs, 15 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 6 * kDayMs);
    if (!customer) return;
    std::int64_t received = 0;
    for (std::int64_t left = random.between(1, 2); left > 0; --left) {
      const std::int64_t cents = random.log_normal(1'500'000, 60, 600'000, 6'000'000) / 5'000 * 5'000;
      const Party from = world.any_company(*customer, random);
      script.add(time_ms, world.incoming(*customer, from, cents, Memo::kInvoice));
      received += cents;
      time_ms += random.log_normal(3 * kHourMs, 110, 15 * kMinuteMs, 20 * kHourMs);
    }
    const std::int64_t payees = random.between(8, 18);
    const std::int64_t each = received * random.between(88, 98) / 100 / payees;
    for (std::int64_t left = payees; left > 0; --left) {
      Party to = dirty_source(world, *customer, random);
      if (random.chance(200'000)) to = {PartyKind::kCustomer, 0, other_customer(world, *customer, random)};
      std::int64_t cents = each * random.between(80, 115) / 100;
      if (random.chance(600'000)) cents = cents / 1'000 * 1'000;
      cents = std::min(cents, received);
      received -= cents;
      const std::int32_t day = day_of(time_ms);
      const Device phone = world.customers.phone(*customer, day, world.customers[*customer].city, random);
      script.add(time_ms, world.transfer(*customer, to, cents, Memo::kTransfer, phone));
      time_ms += random.log_normal(35 * kMinuteMs, 110, 2 * kMinuteMs, 9 * kHourMs);
    }
  }

 private:
  static std::uint32_t other_customer(const World& world, std::uint32_t customer, Random& random) {
    const std::uint32_t other = random.below(world.customers.size() - 1);
    return other >= customer ? other + 1 : other;
  }
};

}  // namespace

std::unique_ptr<Scenario> make_fan_out() { return std::make_unique<FanOut>(); }

}  // namespace weir::generator
