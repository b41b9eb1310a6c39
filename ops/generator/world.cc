#include "ops/generator/world.h"

#include <algorithm>
#include <array>

namespace weir::generator {

namespace {

std::int64_t to_multiple(std::int64_t value, std::int64_t step) {
  return std::max(step, (value + step / 2) / step * step);
}

}  // namespace

World::World(const GeneratorOptions& chosen)
    : options(chosen),
      customers(chosen.seed, chosen.customers),
      merchants(chosen.seed, chosen.merchants),
      parties(chosen.seed, customers) {}

std::int64_t to_currency(std::int64_t cents, const Country& country) {
  return (cents * country.per_thousand_cents + 500) / 1000;
}

std::int64_t to_cents(std::int64_t minor, const Country& country) {
  return (minor * 1000 + country.per_thousand_cents / 2) / country.per_thousand_cents;
}

std::int64_t round_price(std::int64_t minor, Price price, const Country& country, Random& random) {
  static constexpr std::array<std::int64_t, 4> kUnits = {100, 10, 100, 1000};  // no cents: hundreds look round
  const std::int64_t unit = kUnits[country.exponent];
  switch (price) {
    case Price::kAny:
      return std::max<std::int64_t>(1, minor);
    case Price::kTenth:
      return to_multiple(minor, unit / 10);
    case Price::kHalf:
      return to_multiple(minor, unit / 2);
    case Price::kWhole:
      return to_multiple(minor, unit);
    case Price::kNinety: {
      static constexpr std::array<std::uint16_t, 3> kWeights = {60, 20, 20};
      static constexpr std::array<std::int64_t, 3> kHundredths = {1, 5, 10};
      const std::int64_t cut = country.exponent == 0 ? 20 : unit / 100 * kHundredths[random.weighted(kWeights)];
      return to_multiple(minor, unit) - cut;
    }
    case Price::kCash:
      return to_multiple(minor, country.cash_step);
  }
  return minor;
}

Party World::landlord(std::uint32_t customer, std::uint8_t moves) const {
  const auto number = static_cast<std::uint32_t>(derive(options.seed, 0x1a4d, customer, moves));
  return {PartyKind::kLandlord, home_country(customer), number};
}

Party World::any_person(std::uint32_t customer, Random& random) const {
  return {PartyKind::kPerson, home_country(customer), static_cast<std::uint32_t>(random.next())};
}

Party World::any_company(std::uint32_t customer, Random& random) const {
  return {PartyKind::kEmployer, home_country(customer), static_cast<std::uint32_t>(random.next())};
}

Party World::any_exchange(Random& random) const {
  return {PartyKind::kExchange, 0, static_cast<std::uint32_t>(derive(options.seed, 0xec4a, random.below(5)))};
}

Merchants::Range World::online_shops(std::uint32_t customer, Category category, Random& random) const {
  if (!random.chance(facts(category).online_percent == 100 ? 720'000 : 960'000)) return merchants.online(category);
  static constexpr std::uint8_t kGermany = 0, kAustria = 1, kNetherlands = 2, kBelgium = 4;
  std::uint8_t country = home_country(customer);
  if (country == kAustria && random.chance(500'000)) country = kGermany;
  if (country == kBelgium && random.chance(400'000)) country = kNetherlands;
  return merchants.online_in(country, category);
}

Step World::card_payment(std::uint32_t customer, std::uint32_t merchant, std::int64_t cents, bool exact,
                         Random& random) const {
  Step step;
  step.action = Action::kCardPayment;
  step.customer = customer;
  step.merchant = merchant;
  const Merchant& shop = merchants[merchant];
  const Country& country = merchants.country(merchant);
  step.amount =
      round_price(to_currency(cents, country), exact ? Price::kAny : facts(shop.category).price, country, random);
  step.channel = shop.terminals == 0 ? Channel::kOnline : Channel::kChip;
  return step;
}

Step World::online_payment(std::uint32_t customer, Category category, std::int64_t cents, bool exact,
                           Random& random) const {
  const Merchants::Range shops = online_shops(customer, category, random);
  const std::uint32_t merchant = Merchants::pick(shops, random.next(), random);
  return card_payment(customer, merchant, cents, exact, random);
}

Step World::transfer(std::uint32_t customer, Party to, std::int64_t cents, Memo memo, const Device& device) const {
  Step step;
  step.action = Action::kTransferOut;
  step.customer = customer;
  step.party = to;
  step.amount = std::max<std::int64_t>(1, cents);
  step.memo = memo;
  step.channel = Channel::kMobile;
  step.device = device;
  step.instant = true;
  return step;
}

Step World::incoming(std::uint32_t customer, Party from, std::int64_t cents, Memo memo) const {
  Step step = transfer(customer, from, cents, memo, {});
  step.action = Action::kTransferIn;
  step.channel = Channel::kBatch;
  return step;
}

Step World::cash_deposit(std::uint32_t customer, std::uint16_t city, std::int64_t cents) const {
  Step step = incoming(customer, {PartyKind::kTill, 0, city}, cents, Memo::kCash);
  step.channel = Channel::kAtm;
  step.instant = false;
  return step;
}

Step World::profile_change(std::uint32_t customer, Change change, const Device& device) const {
  Step step;
  step.action = Action::kProfileChange;
  step.customer = customer;
  step.change = change;
  step.channel = Channel::kMobile;
  step.device = device;
  return step;
}

}  // namespace weir::generator
