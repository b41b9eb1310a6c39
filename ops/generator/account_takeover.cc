// Somebody logs in as the customer from a new device, shuts the customer out by changing contact data, and sends money
// to a payee whom the customer has never paid.
#include "ops/generator/scenario.h"

namespace weir::generator {

namespace {

class AccountTakeover final : public Scenario {
 public:
  std::string_view name() const override { return "account_takeover"; }
  Kind kind() const override { return Kind::kFraud; }
  std::uint32_t share_percent() const override { return 18; }
  std::uint32_t typical_payments() const override { return 3; }

  void plan(World& world, const Today& today, Random& random, Script& script) const override {
    std::int64_t time_ms = today.at_local(0, pick_time_of_day(Hours::kOnline, today.weekend(), random));
    const auto victim = world.customers.claim(random, time_ms, time_ms + 2 * kDayMs);
    if (!victim) return;
    const std::uint32_t gang = random.below(gang_count(world));
    Device device = gang_device(world, today.day, gang, random);
    if (random.chance(600'000)) device.id = random.next() | 1;  // a device that nobody else was robbed from
    const Channel channel = random.chance(700'000) ? Channel::kMobile : Channel::kWeb;

    const auto change = [&](Change what) {
      Step step = world.profile_change(*victim, what, device);
      step.channel = channel;
      return step;
    };
    script.add(time_ms, change(Change::kDeviceEnrolled));
    const bool new_email = random.chance(450'000);
    const bool new_number = !new_email || random.chance(250'000);
    if (new_email) {
      time_ms += random.between(kMinuteMs, 20 * kMinuteMs);
      Step step = change(Change::kEmail);
      step.contact = kForeignContact + random.below(1U << 30);
      script.add(time_ms, step);
    }
    if (new_number) {
      time_ms += random.between(kMinuteMs, 20 * kMinuteMs);
      script.add(time_ms, change(Change::kPhoneNumber));
    }
    if (random.chance(300'000)) {
      time_ms += random.between(kMinuteMs, 10 * kMinuteMs);
      script.add(time_ms, change(Change::kLimitRaised));
    }

    time_ms += random.log_normal(50 * kMinuteMs, 150, 4 * kMinuteMs, 10 * kHourMs);
    Party payee = gang_mule(world, today.day, gang, random);
    const auto send = [&](std::int64_t cents) {
      Step step =
          world.transfer(*victim, payee, cents, random.chance(500'000) ? Memo::kInvoice : Memo::kTransfer, device);
      step.channel = channel;
      script.add(time_ms, step);
      time_ms += random.log_normal(12 * kMinuteMs, 120, kMinuteMs, 3 * kHourMs);
    };
    if (random.chance(350'000)) send(random.between(100, 2'000));  // does it go through?
    for (std::int64_t n = random.between(1, 4); n > 0; --n) {
      std::int64_t cents = random.log_normal(135'000, 80, 30'000, 600'000) / 1'000 * 1'000;
      if (random.chance(600'000)) cents += random.between(1, 999);
      send(cents);
      if (random.chance(200'000)) payee = gang_mule(world, today.day, gang, random);
    }

    Step removed = world.profile_change(*victim, Change::kDeviceRemoved, device);
    removed.channel = Channel::kBatch;  // the bank's own staff
    script.add_after_report(10 * kMinuteMs, removed);
    if (new_email) {
      Step restored = removed;
      restored.change = Change::kEmail;
      restored.device = {};
      restored.contact = world.customers[*victim].contact;
      script.add_after_report(25 * kMinuteMs, restored);
    }
  }
};

}  // namespace

std::unique_ptr<Scenario> make_account_takeover() { return std::make_unique<AccountTakeover>(); }

}  // namespace weir::generator
