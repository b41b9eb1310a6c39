// Honest look-alike of round amounts: a builder is paid by instalments in whole thousands.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class BuilderInstalments final : public Scenario {
 public:
  std::string_view name() const override { return "builder_instalments"; }
  Kind kind() const override { return Kind::kLaunderingLookalike; }
  std::uint32_t share_percent() const override { return 5; }
  std::uint32_t typical_payments() const override { return 4; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(9 * kHourMs, 20 * kHourMs));
    const auto customer = world.customers.claim(random, time_ms, time_ms + 30 * kDayMs);
    if (!customer) return;
    const Party builder{PartyKind::kMover, world.home_country(*customer), static_cast<std::uint32_t>(random.next())};
    for (std::int64_t left = random.between(3, 6); left > 0; --left) {
      const std::int64_t cents = random.between(1, 6) * 1'000'00;
      const Device own =
          world.customers.some_device(*customer, day_of(time_ms), world.customers[*customer].city, random);
      Step step = world.transfer(*customer, builder, cents, Memo::kInvoice, own);
      step.channel = Channel::kWeb;
      step.instant = false;
      script.add(time_ms, step);
      time_ms += random.between(2, 9) * kDayMs;
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_builder_instalments() { return std::make_unique<BuilderInstalments>(); }

}  // namespace weir::generator
