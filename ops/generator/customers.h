// The bank's customers: who they are and how they live. Nearly all of it is derived from the seed and the customer's
// number; what the stream itself can change is stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ops/generator/categories.h"
#include "ops/generator/geography.h"
#include "ops/generator/random.h"

namespace weir::generator {

// What an online payment or a log-in came from. Id 0: none.
struct Device {
  std::uint64_t id = 0;
  std::uint32_t ip = 0;
};

// Days abroad, both included; days count from 1970-01-01.
struct Trip {
  std::int32_t first_day = 0;
  std::int32_t last_day = 0;
  std::int32_t booking_day = 0;
  std::uint16_t city = 0;
};

struct Customer {
  std::int64_t busy_until_ms = 0;                // no scenario may claim the customer before
  std::int64_t savings_used_ms = INT64_MIN / 2;  // when a scenario last laid hands on the savings account
  std::uint32_t income_cents = 0;                // a month, net
  std::uint32_t rent_cents = 0;                  // 0: pays none (own home, lives with parents)
  std::uint32_t contact = 0;                     // which e-mail address the bank has: see append_email
  std::uint16_t city = 0;
  std::uint16_t second_city = 0;  // where they spend a day now and then, in their country; may be their own
  std::uint16_t activity_percent = 100;
  std::uint16_t level_percent = 100;  // how dearly they buy
  Taste taste = Taste::kFamily;
  std::uint8_t income_day = 27;  // of the month, as rent_day and the days below
  std::uint8_t rent_day = 1;
  std::uint8_t debit_count = 0;
  std::uint8_t debit_days[6] = {};
  std::uint8_t subscription_day = 0;  // a media subscription by card; 0: none
  std::uint8_t cards_replaced = 0;
  std::uint8_t moves = 0;  // how often they have moved house since the stream began
};

// Contact numbers from here on are an attacker's.
inline constexpr std::uint32_t kForeignContact = 1U << 31;

class Customers {
 public:
  Customers(std::uint64_t seed, std::uint32_t count);

  std::uint32_t size() const { return static_cast<std::uint32_t>(customers_.size()); }
  const Customer& operator[](std::uint32_t index) const { return customers_[index]; }
  Customer& mutate(std::uint32_t index) { return customers_[index]; }

  const Country& country(std::uint32_t index) const { return countries()[cities()[customers_[index].city].country]; }
  Language language(std::uint32_t index) const { return country(index).language; }

  void append_name(std::string& out, std::uint32_t index) const;
  // `contact` 0 is the first address of their own, 1 and on later ones; from kForeignContact on somebody else's.
  void append_email(std::string& out, std::uint32_t index, std::uint32_t contact) const;
  void append_account(std::string& out, std::uint32_t index) const;
  // Everybody has a second account for savings; most rest for years.
  void append_savings_account(std::string& out, std::uint32_t index) const;
  // On which day the account was opened, as 2014-03-07.
  void append_opened(std::string& out, std::uint32_t index, bool savings) const;
  void append_birth_date(std::string& out, std::uint32_t index) const;
  // The card that is valid on `day`: replaced every four years, and after each fraud.
  void append_card(std::string& number, std::string& expiry, std::uint32_t index, std::int32_t day) const;

  std::uint64_t phone_id(std::uint32_t index, std::int32_t day) const;
  // A phone is replaced every 500 to 1,100 days; true on the day of it.
  bool phone_is_new(std::uint32_t index, std::int32_t day) const;
  // The customer's phone on `day`, in that city: at home half of the time by Wi-Fi, else on a mobile address of the
  // day.
  Device phone(std::uint32_t index, std::int32_t day, std::uint16_t city, Random& random) const;
  // The phone or the laptop that some have; now and then behind an address somewhere else.
  Device some_device(std::uint32_t index, std::int32_t day, std::uint16_t city, Random& random) const;

  // At most one trip in each block of kTripBlockDays; `chance_per_million` is the season's.
  std::optional<Trip> trip_in_block(std::uint32_t index, std::int32_t block, std::uint32_t chance_per_million) const;

  // Another customer of the same circle of kCircle, three quarters of whom live in one city.
  std::uint32_t friend_of(std::uint32_t index, Random& random) const;

  // A customer whom no scenario holds at `from_ms`, then held until `until_ms`; none if sixteen draws found none.
  std::optional<std::uint32_t> claim(Random& random, std::int64_t from_ms, std::int64_t until_ms);
  // The same among few who do a thing again and again: the `members` of that pool.
  std::optional<std::uint32_t> claim_member(std::uint64_t pool, std::uint32_t members, Random& random,
                                            std::int64_t from_ms, std::int64_t until_ms);
  // One whose savings account no scenario has used in the 400 days before `from_ms`.
  std::optional<std::uint32_t> claim_savings(Random& random, std::int64_t from_ms, std::int64_t until_ms);

 private:
  std::uint64_t seed_;
  std::vector<Customer> customers_;
};

inline constexpr std::int32_t kTripBlockDays = 91;
inline constexpr std::uint32_t kCircle = 20;

}  // namespace weir::generator
