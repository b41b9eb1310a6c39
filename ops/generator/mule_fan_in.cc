// A customer lends their account: many victims' money comes in within a day, and leaves within hours for accounts
// abroad, an exchange and a cash machine.
#include <algorithm>

#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class MuleFanIn final : public Scenario {
 public:
  std::string_view name() const override { return "mule_fan_in"; }
  Kind kind() const override { return Kind::kFraud; }
  std::uint32_t share_percent() const override { return 32; }
  std::uint32_t typical_payments() const override { return 20; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, random.between(7 * kHourMs, 16 * kHourMs));
    const auto mule = world.customers.claim(random, time_ms, time_ms + 4 * kDayMs);
    if (!mule) return;
    const std::uint32_t gang = random.below(gang_count(world));
    for (int waves = random.chance(300'000) ? 2 : 1; waves > 0; --waves) {
      const std::int64_t received = receive(world, *mule, random, time_ms, script);
      time_ms += random.log_normal(35 * kMinuteMs, 110, 5 * kMinuteMs, 4 * kHourMs);
      send_on(world, *mule, gang, received, random, time_ms, script);
      time_ms += random.between(10 * kHourMs, 24 * kHourMs);
    }
  }

 private:
  static std::int64_t receive(const World& world, std::uint32_t mule, Random& random, std::int64_t& time_ms,
                              Script& script) {
    std::int64_t received = 0;
    for (std::int64_t n = random.between(5, 12); n > 0; --n) {
      std::int64_t cents = random.log_normal(42'000, 80, 6'000, 250'000);
      if (random.chance(700'000)) cents = cents / 1'000 * 1'000;
      received += cents;
      if (random.chance(300'000)) {
        std::uint32_t victim = random.below(world.customers.size() - 1);
        if (victim >= mule) ++victim;
        const Device own = world.customers.some_device(victim, day_of(time_ms), world.customers[victim].city, random);
        script.add(time_ms, world.transfer(victim, {PartyKind::kCustomer, 0, mule}, cents, Memo::kInvoice, own));
      } else {
        Party victim = world.any_person(mule, random);
        if (random.chance(350'000)) victim.home = static_cast<std::uint8_t>(random.below(kHomeCountries));
        script.add(time_ms, world.incoming(mule, victim, cents, Memo::kInvoice));
      }
      time_ms += random.log_normal(55 * kMinuteMs, 120, 3 * kMinuteMs, 5 * kHourMs);
    }
    return received;
  }

  static void send_on(const World& world, std::uint32_t mule, std::uint32_t gang, std::int64_t received, Random& random,
                      std::int64_t& time_ms, Script& script) {
    const std::int32_t day = day_of(time_ms);
    const std::uint16_t city = world.customers[mule].city;
    std::int64_t left = received * random.between(85, 98) / 100;
    if (random.chance(400'000)) {
      const std::int64_t cash = std::min<std::int64_t>(left / 2, 100'000) / 5'000 * 5'000;
      if (cash > 0) {
        const auto machines = world.merchants.local(city, Category::kCash);
        Step withdrawal = world.card_payment(mule, machines.first + random.below(machines.count), cash, false, random);
        withdrawal.channel = Channel::kAtm;
        withdrawal.authentication = Authentication::kPin;
        script.add(time_ms, withdrawal);
        left -= cash;
        time_ms += random.log_normal(25 * kMinuteMs, 90, 3 * kMinuteMs, 2 * kHourMs);
      }
    }
    for (std::int64_t parts = random.between(2, 5); parts > 0; --parts) {
      const std::int64_t cents = parts == 1 ? left : left / parts * random.between(70, 125) / 100;
      left -= cents;
      const Party to = random.chance(300'000) ? world.any_exchange(random) : gang_mule(world, day, gang, random);
      script.add(time_ms,
                 world.transfer(mule, to, cents, Memo::kTransfer, world.customers.phone(mule, day, city, random)));
      time_ms += random.log_normal(14 * kMinuteMs, 110, kMinuteMs, 2 * kHourMs);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_mule_fan_in() { return std::make_unique<MuleFanIn>(); }

}  // namespace weir::generator
