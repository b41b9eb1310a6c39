#include "ops/generator/customers.h"

#include <algorithm>
#include <array>

#include "engine/base/civil_time.h"
#include "ops/generator/identifiers.h"
#include "ops/generator/words.h"

namespace weir::generator {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

// What a derived fact is about, so that no two facts share their draws.
enum Fact : std::uint64_t {
  kHabits = 0x100,
  kCircleCity,
  kNames,
  kMailbox,
  kBirth,
  kCard,
  kPhone,
  kLaptop,
  kAddress,
  kTrip,
  kOpened,
  kPool
};

struct TasteFacts {
  std::uint16_t weight;
  std::uint32_t income_median;  // cents a month
  int income_spread;
  std::uint16_t rents_percent;
  std::uint16_t first_birth_year;
  std::uint16_t birth_years;
};
constexpr std::array<TasteFacts, kTastes> kTasteFacts = {{
    {26, 340'000, 45, 50, 1968, 28},  // family
    {20, 290'000, 40, 55, 1963, 38},  // commuter
    {20, 310'000, 55, 85, 1972, 28},  // city
    {12, 95'000, 30, 60, 1998, 9},    // student
    {14, 175'000, 50, 45, 1938, 22},  // senior
    {8, 235'000, 45, 70, 1980, 24},   // gamer
}};

// Mean 100.
constexpr std::array<std::uint16_t, 8> kActivities = {30, 50, 70, 85, 100, 125, 150, 190};

std::uint16_t pick_city(Random& random, std::size_t begin, std::size_t end) {
  std::array<std::uint16_t, 64> weights{};
  for (std::size_t i = begin; i < end; ++i) weights[i - begin] = cities()[i].weight;
  return static_cast<std::uint16_t>(begin + random.weighted(std::span(weights).first(end - begin)));
}

std::uint16_t pick_second_city(Random& random, std::uint16_t city) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::uint16_t other = pick_city(random, 0, kHomeCities);
    if (cities()[other].country == cities()[city].country) return other;
  }
  return city;
}

Customer make_customer(Random random, std::uint16_t circle_city) {
  Customer customer;
  std::array<std::uint16_t, kTastes> weights;
  for (std::size_t i = 0; i < kTastes; ++i) weights[i] = kTasteFacts[i].weight;
  const std::size_t taste = random.weighted(weights);
  const TasteFacts& facts = kTasteFacts[taste];
  customer.taste = static_cast<Taste>(taste);
  customer.city = random.chance(750'000) ? circle_city : pick_city(random, 0, kHomeCities);
  customer.second_city = random.chance(400'000) ? pick_second_city(random, customer.city) : customer.city;
  customer.activity_percent = kActivities[random.below(kActivities.size())];
  customer.income_cents =
      static_cast<std::uint32_t>(random.log_normal(facts.income_median, facts.income_spread, 50'000, 2'500'000));
  // Who earns more buys dearer, but by less than in proportion.
  const std::int64_t level = 55 + customer.income_cents * 45LL / 280'000;
  customer.level_percent = static_cast<std::uint16_t>(random.log_normal(level, 30, 35, 400));
  if (random.chance(facts.rents_percent * 10'000U)) {
    customer.rent_cents = static_cast<std::uint32_t>(customer.income_cents * random.between(22, 36) / 100 / 500 * 500);
  }
  static constexpr std::array<std::uint8_t, 6> kIncomeDays = {25, 26, 27, 28, 28, 15};
  customer.income_day = customer.taste == Taste::kSenior ? 28 : kIncomeDays[random.below(kIncomeDays.size())];
  customer.rent_day = static_cast<std::uint8_t>(random.between(1, 3));
  customer.debit_count = static_cast<std::uint8_t>(random.between(2, 6));
  for (std::size_t i = 0; i < customer.debit_count; ++i) {
    customer.debit_days[i] =
        static_cast<std::uint8_t>(random.chance(500'000) ? random.between(1, 5) : random.between(1, 28));
  }
  if (random.chance(650'000)) customer.subscription_day = static_cast<std::uint8_t>(random.between(1, 28));
  return customer;
}

}  // namespace

Customers::Customers(std::uint64_t seed, std::uint32_t count) : seed_(derive(seed, 0xc057)) {
  customers_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Random circle(derive(seed_, kCircleCity, i / kCircle));
    const std::uint16_t circle_city = pick_city(circle, 0, kHomeCities);
    customers_.push_back(make_customer(Random(derive(seed_, kHabits, i)), circle_city));
  }
}

void Customers::append_name(std::string& out, std::uint32_t index) const {
  Random random(derive(seed_, kNames, index));
  // One in twelve has a name from elsewhere.
  const Language words = random.chance(80'000) ? Language::kOther : language(index);
  const Words given = given_names(words);
  const Words family = family_names(words);
  out.append(given[random.below(static_cast<std::uint32_t>(given.size()))]);
  out.push_back(' ');
  out.append(family[random.below(static_cast<std::uint32_t>(family.size()))]);
}

void Customers::append_email(std::string& out, std::uint32_t index, std::uint32_t contact) const {
  static constexpr std::array<std::string_view, 6> kDomains = {"postfach.example",    "mailhaus.example",
                                                               "briefkasten.example", "inbox.example",
                                                               "webpost.example",     "uni-mail.example"};
  Random random(derive(seed_, kMailbox, index, contact));
  if (contact >= kForeignContact) {
    for (int i = 0; i < 9; ++i) out.push_back(static_cast<char>('a' + random.below(26)));
    append_padded(out, random.below(1000), 2);
    out.append(random.chance(500'000) ? "@quickmail.example" : "@inbox.example");
    return;
  }
  std::string name;
  append_name(name, index);
  const std::size_t space = name.find(' ');
  const std::string_view family = std::string_view(name).substr(space + 1);
  const std::uint32_t style = random.below(4);
  if (style == 0) {
    append_ascii_folded(out, std::string_view(name).substr(0, 1));
    append_ascii_folded(out, family);
  } else {
    append_ascii_folded(out, std::string_view(name).substr(0, space));
    out.push_back(style == 1 ? '_' : '.');
    append_ascii_folded(out, family);
  }
  // Two people may well share a name, but not an address.
  append_padded(out, index, 1);
  out.push_back('@');
  out.append(kDomains[random.below(kDomains.size())]);
}

void Customers::append_account(std::string& out, std::uint32_t index) const {
  // The factor has no common divisor with 10^10, so no two customers share a number.
  append_iban(out, "DE", kOwnBank, (index + 17ULL) * 7'400'137'213ULL % 10'000'000'000ULL);
}

void Customers::append_savings_account(std::string& out, std::uint32_t index) const {
  append_account(out, index + 1'000'000);  // beyond the greatest number of customers
}

void Customers::append_opened(std::string& out, std::uint32_t index, bool savings) const {
  // Between 2000 and 2024.
  const std::int64_t day = 10'957 + static_cast<std::int64_t>(derive(seed_, kOpened, index, savings) % 9'132);
  const CivilTime date = civil_from_ms(day * kDayMs);
  append_padded(out, static_cast<std::uint64_t>(date.year), 4);
  out.push_back('-');
  append_padded(out, static_cast<std::uint64_t>(date.month), 2);
  out.push_back('-');
  append_padded(out, static_cast<std::uint64_t>(date.day), 2);
}

void Customers::append_birth_date(std::string& out, std::uint32_t index) const {
  Random random(derive(seed_, kBirth, index));
  const TasteFacts& facts = kTasteFacts[static_cast<std::size_t>(customers_[index].taste)];
  append_padded(out, facts.first_birth_year + random.below(facts.birth_years), 4);
  out.push_back('-');
  append_padded(out, 1 + random.below(12), 2);
  out.push_back('-');
  append_padded(out, 1 + random.below(28), 2);
}

void Customers::append_card(std::string& number, std::string& expiry, std::uint32_t index, std::int32_t day) const {
  static constexpr std::int32_t kValidDays = 1461;
  Random random(derive(seed_, kCard, index));
  const std::int32_t phase = static_cast<std::int32_t>(random.below(kValidDays));
  const std::int32_t generation = (day + phase) / kValidDays;
  const std::uint32_t version = static_cast<std::uint32_t>(generation) + customers_[index].cards_replaced;
  // Ten versions of a card are told apart; the factor has no common divisor with 10^7.
  const std::uint64_t serial = (index * 10ULL + version % 10) * 4'567'891ULL % 10'000'000ULL;
  append_card_number(number, random.below(8), static_cast<std::uint32_t>(serial));
  const CivilTime end = civil_from_ms(((generation + 1LL) * kValidDays - phase) * kDayMs);
  append_padded(expiry, static_cast<std::uint64_t>(end.year), 4);
  expiry.push_back('-');
  append_padded(expiry, static_cast<std::uint64_t>(end.month), 2);
}

std::uint64_t Customers::phone_id(std::uint32_t index, std::int32_t day) const {
  const std::uint64_t life = derive(seed_, kPhone, index);
  const std::int32_t period = 500 + static_cast<std::int32_t>(life % 601);
  const std::int32_t phase = static_cast<std::int32_t>((life >> 20) % static_cast<std::uint64_t>(period));
  return derive(life, (day + phase) / period) | 1;
}

bool Customers::phone_is_new(std::uint32_t index, std::int32_t day) const {
  return phone_id(index, day) != phone_id(index, day - 1);
}

Device Customers::phone(std::uint32_t index, std::int32_t day, std::uint16_t city, Random& random) const {
  const bool mobile = city != customers_[index].city || random.chance(500'000);
  const std::uint64_t address = mobile ? derive(seed_, kAddress, index, day) : derive(seed_, kAddress, index);
  return {phone_id(index, day), ip_address(cities()[city].country, address)};
}

Device Customers::some_device(std::uint32_t index, std::int32_t day, std::uint16_t city, Random& random) const {
  if (random.chance(15'000)) {  // through a private network that comes out anywhere
    const auto exit_country = static_cast<std::uint8_t>(random.below(static_cast<std::uint32_t>(countries().size())));
    return {phone_id(index, day), ip_address(exit_country, derive(seed_, kAddress, exit_country, day))};
  }
  const std::uint64_t laptop = derive(seed_, kLaptop, index);
  const bool has_laptop = laptop % 5 < 3;
  if (has_laptop && city == customers_[index].city && random.chance(400'000)) {
    return {derive(laptop, (day + static_cast<std::int32_t>(laptop % 1500)) / 1500) | 1,
            ip_address(cities()[city].country, derive(seed_, kAddress, index))};
  }
  return phone(index, day, city, random);
}

std::optional<Trip> Customers::trip_in_block(std::uint32_t index, std::int32_t block,
                                             std::uint32_t chance_per_million) const {
  Random random(derive(seed_, kTrip, index, block));
  if (!random.chance(chance_per_million)) return std::nullopt;
  const std::int32_t length = static_cast<std::int32_t>(random.log_normal(7, 70, 2, 21));
  const std::int32_t first =
      block * kTripBlockDays +
      static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(kTripBlockDays - length)));
  const std::int32_t lead = static_cast<std::int32_t>(random.between(5, 80));
  return Trip{first, first + length - 1, first - lead, pick_city(random, kHomeCities, cities().size())};
}

std::uint32_t Customers::friend_of(std::uint32_t index, Random& random) const {
  const std::uint32_t begin = index / kCircle * kCircle;
  const std::uint32_t end = std::min(begin + kCircle, size());
  if (end - begin < 2) return index == 0 ? 1 : index - 1;
  const std::uint32_t other = begin + random.below(end - begin - 1);
  return other >= index ? other + 1 : other;
}

std::optional<std::uint32_t> Customers::claim(Random& random, std::int64_t from_ms, std::int64_t until_ms) {
  for (int attempt = 0; attempt < 16; ++attempt) {
    const std::uint32_t index = random.below(size());
    Customer& customer = customers_[index];
    if (customer.busy_until_ms > from_ms) continue;
    customer.busy_until_ms = until_ms;
    return index;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Customers::claim_member(std::uint64_t pool, std::uint32_t members, Random& random,
                                                     std::int64_t from_ms, std::int64_t until_ms) {
  for (int attempt = 0; attempt < 16; ++attempt) {
    const auto index = static_cast<std::uint32_t>(derive(seed_, kPool, pool, random.below(members)) % size());
    Customer& customer = customers_[index];
    if (customer.busy_until_ms > from_ms) continue;
    customer.busy_until_ms = until_ms;
    return index;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Customers::claim_savings(Random& random, std::int64_t from_ms, std::int64_t until_ms) {
  for (int attempt = 0; attempt < 16; ++attempt) {
    const std::uint32_t index = random.below(size());
    Customer& customer = customers_[index];
    if (customer.busy_until_ms > from_ms || customer.savings_used_ms > from_ms - 400 * kDayMs) continue;
    customer.busy_until_ms = customer.savings_used_ms = until_ms;
    return index;
  }
  return std::nullopt;
}

}  // namespace weir::generator
