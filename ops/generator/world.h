// Everybody and every place that the stream is about, and what things cost there.
#pragma once

#include <cstdint>

#include "ops/generator/customers.h"
#include "ops/generator/merchants.h"
#include "ops/generator/options.h"
#include "ops/generator/parties.h"
#include "ops/generator/random.h"
#include "ops/generator/step.h"

namespace weir::generator {

struct World {
  explicit World(const GeneratorOptions& chosen);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  GeneratorOptions options;
  Customers customers;
  Merchants merchants;
  Parties parties;

  // Where outsiders whom a customer deals with have their accounts.
  std::uint8_t home_country(std::uint32_t customer) const { return cities()[customers[customer].city].country; }
  Party landlord(std::uint32_t customer, std::uint8_t moves) const;
  // Anybody's account at another bank.
  Party any_person(std::uint32_t customer, Random& random) const;

  // A company at another bank of the customer's country.
  Party any_company(std::uint32_t customer, Random& random) const;

  // One of a handful of exchanges, honest customers' and mules' alike.
  Party any_exchange(Random& random) const;

  // The online shops of a category that a customer considers: mostly those of the country or of a larger neighbour with
  // its language, and more so for what is delivered or used at home (tickets, meals) than for what comes by post.
  Merchants::Range online_shops(std::uint32_t customer, Category category, Random& random) const;

  // A card payment of about `cents` at the merchant, rounded as its prices are (or to the cent if `exact`).
  Step card_payment(std::uint32_t customer, std::uint32_t merchant, std::int64_t cents, bool exact,
                    Random& random) const;
  // The same at some online merchant of the category.
  Step online_payment(std::uint32_t customer, Category category, std::int64_t cents, bool exact, Random& random) const;
  Step transfer(std::uint32_t customer, Party to, std::int64_t cents, Memo memo, const Device& device) const;
  Step incoming(std::uint32_t customer, Party from, std::int64_t cents, Memo memo) const;
  // Notes put in at a machine of that city.
  Step cash_deposit(std::uint32_t customer, std::uint16_t city, std::int64_t cents) const;
  Step profile_change(std::uint32_t customer, Change change, const Device& device) const;
};

// Euro cents to minor units of a country's currency and back, rounded half up.
std::int64_t to_currency(std::int64_t cents, const Country& country);
std::int64_t to_cents(std::int64_t minor, const Country& country);

// Rounds minor units of the country's currency to what such a price looks like; above 0.
std::int64_t round_price(std::int64_t minor, Price price, const Country& country, Random& random);

}  // namespace weir::generator
