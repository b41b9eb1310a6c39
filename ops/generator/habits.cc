#include "ops/generator/habits.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/base/civil_time.h"

namespace weir::generator {

namespace {

enum class Habit : std::uint8_t {
  kCard,
  kIncome,
  kRent,
  kDebit,
  kFriend,
  kSubscription,
  kFlight,
  kLodging,
  kNewPhone,
  kNewContact,
};

enum Fact : std::uint64_t { kDay = 0x300, kAct, kFavourites, kEmployer, kDebits, kSubscriptions };

constexpr std::uint32_t kUtilities = 12;  // companies that collect by direct debit, in each country

constexpr std::string_view kHolidayAbroad = "holiday_abroad";
constexpr std::string_view kBlackFriday = "black_friday";
constexpr std::string_view kNewPhone = "new_phone";

bool is_shopping(Category category) {
  return category == Category::kElectronics || category == Category::kMarketplace || category == Category::kClothing ||
         category == Category::kGames || category == Category::kJewellery;
}

// Channel, proof and device of an honest card payment.
void complete_card_payment(const World& world, Step& step, std::int32_t day, std::uint16_t city, Random& random) {
  const std::int64_t cents = to_cents(step.amount, world.merchants.country(step.merchant));
  if (step.channel == Channel::kOnline) {
    step.device = world.customers.some_device(step.customer, day, city, random);
    const std::uint32_t ticket = random.below(100);
    const std::uint32_t three_ds = cents > 5'000 ? 74 : 48;
    step.authentication = ticket < three_ds        ? Authentication::kThreeDs
                          : ticket < three_ds + 20 ? Authentication::kFrictionless
                                                   : Authentication::kNone;
  } else if (world.merchants[step.merchant].category == Category::kCash) {
    step.channel = Channel::kAtm;
    step.authentication = Authentication::kPin;
  } else if (random.chance(cents <= 5'000 ? 820'000 : 340'000)) {
    step.channel = Channel::kContactless;
    step.authentication = cents > 5'000 || random.chance(450'000) ? Authentication::kDevice : Authentication::kNone;
  } else {
    step.channel = Channel::kChip;
    step.authentication = Authentication::kPin;
  }
}

}  // namespace

struct Habits::Plan {
  const Today& today;
  Agenda& agenda;
  std::uint32_t customer;
  const Customer& facts;
  std::uint8_t country;
  std::uint16_t city;  // where they are today
  bool abroad;
  Random random;
  std::vector<std::pair<std::int64_t, std::uint8_t>>& purchases;  // local time and category; memory to reuse

  void add(Habit habit, std::uint8_t detail, std::int64_t local_ms, std::uint16_t where) {
    const std::uint8_t clock = cities()[where].country;
    agenda.add(
        {today.at_local(clock, local_ms), 0, customer, where, Duty::kHabit, static_cast<std::uint8_t>(habit), detail});
  }
};

Habits::Habits(const World& world) : world_(world) {
  // Incomes, rents, debits and subscriptions come to 0.2 payments a day. Six in a hundred of the rest go to friends and
  // bills, which are 1.5 payments each, because a friend at this bank receives another. Trips add 4 % to what is paid
  // by card.
  const auto rate_q16 = static_cast<std::uint64_t>(world.options.payments_per_day * 65'536.0 + 0.5);
  transfers_q16_ = rate_q16 * 6 / 100;
  cards_q16_ = (rate_q16 - 65'536 / 5 - transfers_q16_ * 150 / 100) * 96 / 100;
}

void Habits::plan_day(const Today& today, Agenda& agenda) const {
  std::vector<std::pair<std::int64_t, std::uint8_t>> purchases;
  for (std::uint32_t i = 0; i < world_.customers.size(); ++i) {
    const Customer& facts = world_.customers[i];
    Plan plan{today,
              agenda,
              i,
              facts,
              world_.home_country(i),
              facts.city,
              false,
              Random(derive(world_.options.seed, kDay, i, today.day)),
              purchases};
    if (plan.random.chance(180'000)) plan.city = facts.second_city;
    const std::int32_t block = today.day / kTripBlockDays;
    const auto trip = world_.customers.trip_in_block(i, block, today.trip_chance);
    if (trip && today.day >= trip->first_day && today.day <= trip->last_day) {
      plan.city = trip->city;
      plan.abroad = true;
    }
    plan_cards(plan);
    plan_account(plan);
    plan_trip_booking(plan, block, today.trip_chance);
    plan_trip_booking(plan, block + 1, today.next_trip_chance);
  }
}

void Habits::plan_cards(Plan& plan) const {
  const Today& today = plan.today;
  const std::size_t taste = static_cast<std::size_t>(plan.facts.taste);
  const std::uint64_t percent = plan.abroad ? 170 : today.volume_percent[taste];
  const std::uint32_t payments = plan.random.count(cards_q16_ * plan.facts.activity_percent / 100 * percent / 100);
  const auto& weights = plan.abroad ? today.trip_weights : today.weights[taste];
  std::array<std::uint8_t, kCategories> times{};
  plan.purchases.clear();
  for (std::uint32_t i = 0; i < payments; ++i) {
    std::size_t category = plan.random.weighted(weights);
    if (times[category] > 0) category = plan.random.weighted(weights);  // the same twice a day is rarer than chance
    ++times[category];
    const Hours hours = category_table()[category].hours;
    plan.purchases.emplace_back(pick_time_of_day(hours, today.weekend() || plan.abroad, plan.random),
                                static_cast<std::uint8_t>(category));
  }
  std::sort(plan.purchases.begin(), plan.purchases.end());
  std::int64_t earliest_ms = 0;
  for (const auto& [picked_ms, category] : plan.purchases) {
    const std::int64_t local_ms = std::max(picked_ms, earliest_ms);
    plan.add(Habit::kCard, category, local_ms, plan.city);
    earliest_ms = local_ms + plan.random.between(4 * kMinuteMs, 16 * kMinuteMs);  // nobody is in two shops at once
  }
  if (plan.facts.subscription_day == today.day_of_month) {
    plan.add(Habit::kSubscription, 0, plan.random.between(2 * kHourMs, 9 * kHourMs), plan.facts.city);
  }
}

void Habits::plan_account(Plan& plan) const {
  const Today& today = plan.today;
  const Customer& customer = plan.facts;
  const auto due = [](std::uint32_t days, std::uint8_t day) { return ((days >> day) & 1) != 0; };
  if (due(today.incomes_due, customer.income_day)) {
    plan.add(Habit::kIncome, 0, plan.random.between(90 * kMinuteMs, 7 * kHourMs), customer.city);
  }
  if (customer.rent_cents > 0 && due(today.debits_due, customer.rent_day)) {
    plan.add(Habit::kRent, 0, plan.random.between(3 * kHourMs, 7 * kHourMs), customer.city);
  }
  for (std::uint8_t i = 0; i < customer.debit_count; ++i) {
    if (due(today.debits_due, customer.debit_days[i])) {
      plan.add(Habit::kDebit, i, plan.random.between(2 * kHourMs, 8 * kHourMs), customer.city);
    }
  }
  for (std::uint32_t n = plan.random.count(transfers_q16_ * customer.activity_percent / 100); n > 0; --n) {
    plan.add(Habit::kFriend, 0, pick_time_of_day(Hours::kOnline, today.weekend(), plan.random), plan.city);
  }
  if (world_.customers.phone_is_new(plan.customer, today.day)) {
    const std::int64_t local_ms = plan.random.between(10 * kHourMs, 20 * kHourMs);
    plan.add(Habit::kNewPhone, 0, local_ms, plan.city);
    // Some take the occasion to change their number or address.
    if (plan.random.chance(200'000)) {
      const bool email = plan.random.chance(400'000);
      plan.add(Habit::kNewContact, email, local_ms + plan.random.between(kMinuteMs, 90 * kMinuteMs), plan.city);
    }
  }
}

void Habits::plan_trip_booking(Plan& plan, std::int32_t block, std::uint32_t chance) const {
  const auto trip = world_.customers.trip_in_block(plan.customer, block, chance);
  if (!trip || trip->booking_day != plan.today.day) return;
  const std::int64_t local_ms = plan.random.between(18 * kHourMs, 22 * kHourMs);
  if (plan.random.chance(600'000)) plan.add(Habit::kFlight, 0, local_ms, plan.facts.city);
  plan.add(Habit::kLodging, 0, local_ms + plan.random.between(5 * kMinuteMs, 80 * kMinuteMs), plan.facts.city);
}

Step Habits::perform(const Entry& entry) const {
  Random random(derive(world_.options.seed, kAct, entry.index, entry.time_ms, entry.habit, entry.detail));
  const Customers& customers = world_.customers;
  const std::int32_t day = day_of(entry.time_ms);
  switch (static_cast<Habit>(entry.habit)) {
    case Habit::kCard:
      return pay_by_card(entry, random);
    case Habit::kIncome:
      return receive_income(entry);
    case Habit::kRent: {
      const Customer& customer = customers[entry.index];
      Step step = world_.transfer(entry.index, world_.landlord(entry.index, customer.moves), customer.rent_cents,
                                  Memo::kRent, {});
      step.channel = Channel::kStandingOrder;
      step.instant = false;
      return step;
    }
    case Habit::kDebit:
      return debit(entry);
    case Habit::kFriend:
      return pay_a_friend(entry, random);
    case Habit::kSubscription:
      return subscribe(entry, random);
    case Habit::kFlight:
    case Habit::kLodging: {
      const bool flight = static_cast<Habit>(entry.habit) == Habit::kFlight;
      const std::int64_t cents = random.log_normal(flight ? 42'000 : 55'000, 90, 6'000, 600'000);
      Step step =
          world_.online_payment(entry.index, flight ? Category::kAirline : Category::kHotel, cents, false, random);
      complete_card_payment(world_, step, day, entry.city, random);
      return step;
    }
    case Habit::kNewPhone: {
      Step step = world_.profile_change(entry.index, Change::kDeviceEnrolled,
                                        customers.phone(entry.index, day, entry.city, random));
      step.truth.typology = kNewPhone;
      return step;
    }
    case Habit::kNewContact: {
      const std::uint32_t contact = customers[entry.index].contact;
      const Change change = entry.detail != 0 && contact < kForeignContact ? Change::kEmail : Change::kPhoneNumber;
      Step step = world_.profile_change(entry.index, change, customers.phone(entry.index, day, entry.city, random));
      step.contact = contact + 1;
      step.truth.typology = kNewPhone;
      return step;
    }
  }
  return {};
}

Step Habits::pay_by_card(const Entry& entry, Random& random) const {
  const auto category = static_cast<Category>(entry.detail);
  const CategoryFacts& what = facts(category);
  const Customer& customer = world_.customers[entry.index];
  const std::int32_t day = day_of(entry.time_ms);
  const bool abroad = entry.city >= kHomeCities;
  const bool online = what.online_percent == 100 || (!abroad && random.chance(what.online_percent * 10'000U));
  const auto range =
      online ? world_.online_shops(entry.index, category, random) : world_.merchants.local(entry.city, category);
  const std::uint64_t habit = derive(world_.options.seed, kFavourites, entry.index, entry.detail);
  const std::uint32_t merchant = Merchants::pick(range, habit, random);
  // Tickets and withdrawals cost everyone the same.
  const std::int64_t level =
      category == Category::kTransit || category == Category::kCash ? 100 : customer.level_percent;
  const std::int64_t median = what.median_cents * level / 100 * world_.merchants.country(merchant).price_percent / 100;
  const std::int64_t cents = random.log_normal(median, what.spread_percent, median / 25, median * 25);
  Step step = world_.card_payment(entry.index, merchant, cents, false, random);
  complete_card_payment(world_, step, day, entry.city, random);
  if (abroad) {
    step.truth.typology = kHolidayAbroad;
  } else if (online && is_shopping(category) && season_on(day) == Season::kBlackFriday) {
    step.truth.typology = kBlackFriday;
  } else if (step.device.id != 0 && step.device.id == world_.customers.phone_id(entry.index, day) &&
             step.device.id != world_.customers.phone_id(entry.index, day - 2)) {
    step.truth.typology = kNewPhone;
  }
  return step;
}

Step Habits::pay_a_friend(const Entry& entry, Random& random) const {
  const Device device = world_.customers.some_device(entry.index, day_of(entry.time_ms), entry.city, random);
  Step step;
  if (random.chance(150'000)) {  // a bill
    const std::int64_t cents = random.log_normal(11'500, 130, 900, 900'000);
    step = world_.transfer(entry.index, world_.any_person(entry.index, random), cents, Memo::kInvoice, device);
    if (random.chance(600'000)) step.party.kind = PartyKind::kMover;
    step.instant = random.chance(300'000);
  } else if (random.chance(120'000)) {  // savings: an account elsewhere, always the same, or an exchange
    const Party savings{PartyKind::kPerson, world_.home_country(entry.index), entry.index * 8 + 7};
    const Party to = random.chance(120'000) ? world_.any_exchange(random) : savings;
    const std::int64_t cents = random.log_normal(22'000, 130, 1'000, 1'500'000) / 1'000 * 1'000;
    step = world_.transfer(entry.index, to, cents, Memo::kTransfer, device);
    step.instant = random.chance(600'000);
  } else {
    Party friend_party{PartyKind::kCustomer, 0, 0};
    if (random.chance(650'000)) {
      friend_party.number = world_.customers.friend_of(entry.index, random);
    } else {
      // Six friends at other banks.
      friend_party = {PartyKind::kPerson, world_.home_country(entry.index), entry.index * 8 + random.below(6)};
    }
    const Price price = random.chance(550'000) ? Price::kWhole : random.chance(500'000) ? Price::kHalf : Price::kAny;
    const std::int64_t cents =
        round_price(random.log_normal(1'900, 120, 100, 120'000), price, world_.customers.country(entry.index), random);
    step = world_.transfer(entry.index, friend_party, cents, Memo::kFriends, device);
    step.instant = random.chance(800'000);
  }
  if (random.chance(180'000)) step.channel = Channel::kWeb;
  return step;
}

Step Habits::receive_income(const Entry& entry) const {
  const Customer& customer = world_.customers[entry.index];
  const std::uint64_t work = derive(world_.options.seed, kEmployer, entry.index);
  const bool pension = customer.taste == Taste::kSenior || (customer.taste == Taste::kStudent && work % 2 == 0);
  std::int64_t cents = customer.income_cents;
  Party payer{pension ? PartyKind::kAuthority : PartyKind::kEmployer, world_.home_country(entry.index), 0};
  if (pension) {
    payer.number = static_cast<std::uint32_t>(work % 3);
  } else {
    payer.number = static_cast<std::uint32_t>((work >> 8) % (world_.customers.size() / 12 + 1));
    // Two in five are paid half a month more in November.
    if (civil_from_ms(entry.time_ms).month == 11 && (work >> 4) % 5 < 2) cents += cents / 2;
  }
  Step step = world_.incoming(entry.index, payer, cents, pension ? Memo::kPension : Memo::kSalary);
  step.instant = false;
  return step;
}

Step Habits::debit(const Entry& entry) const {
  Random contract(derive(world_.options.seed, kDebits, entry.index, entry.detail));
  // Contracts of one customer are with different companies.
  const auto first = static_cast<std::uint32_t>(derive(world_.options.seed, kDebits, entry.index) % kUtilities);
  const Party creditor{PartyKind::kUtility, world_.home_country(entry.index), (first + entry.detail) % kUtilities};
  const std::int64_t cents = contract.log_normal(4'200, 100, 499, 42'000);
  Step step = world_.transfer(entry.index, creditor, cents, Memo::kDebit, {});
  step.channel = Channel::kDirectDebit;
  step.instant = false;
  return step;
}

Step Habits::subscribe(const Entry& entry, Random& random) const {
  static constexpr std::array<std::int64_t, 5> kPrices = {599, 999, 1099, 1399, 1799};
  const std::uint64_t contract = derive(world_.options.seed, kSubscriptions, entry.index);
  // Always the same shop: the draw that chooses where to look is the contract's.
  Random choice(contract);
  const auto range = world_.online_shops(entry.index, Category::kStreaming, choice);
  const auto merchant = range.first + static_cast<std::uint32_t>((contract >> 8) % range.count);
  Step step = world_.card_payment(entry.index, merchant, kPrices[(contract >> 32) % kPrices.size()], true, random);
  return step;  // drawn by the merchant: no device, no proof
}

}  // namespace weir::generator
