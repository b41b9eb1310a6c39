#include "ops/generator/laundering.h"

namespace weir::generator {

Party dirty_source(const World& world, std::uint32_t customer, Random& random) {
  if (random.chance(350'000)) return world.any_company(customer, random);
  Party person = world.any_person(customer, random);
  if (random.chance(300'000)) person.home = static_cast<std::uint8_t>(random.below(kHomeCountries));
  return person;
}

Party dirty_target(const World& world, std::uint32_t customer, std::int32_t day, Random& random) {
  const std::uint32_t ticket = random.below(100);
  if (ticket < 20) return world.any_exchange(random);
  if (ticket < 55) return world.any_company(customer, random);
  const std::uint32_t gang = random.below(gang_count(world));
  return gang_mule(world, day, gang, random);
}

void drain(const World& world, const Drain& what, Random& random, std::int64_t& time_ms, Script& script) {
  std::int64_t left = what.cents;
  const std::uint16_t city = world.customers[what.customer].city;
  for (std::int64_t parts = what.parts; parts > 0; --parts) {
    const std::int64_t cents = parts == 1 ? left : left / parts * random.between(70, 125) / 100;
    left -= cents;
    const std::int32_t day = day_of(time_ms);
    const Party to = dirty_target(world, what.customer, day, random);
    Step step = world.transfer(what.customer, to, cents, random.chance(500'000) ? Memo::kInvoice : Memo::kTransfer,
                               world.customers.some_device(what.customer, day, city, random));
    step.savings = what.savings;
    if (random.chance(400'000)) step.channel = Channel::kWeb;
    script.add(time_ms, step);
    time_ms += random.log_normal(what.gap_ms, 90, kMinuteMs, 20 * what.gap_ms);
  }
}

}  // namespace weir::generator
