// What the typologies of money laundering have in common: where the money comes from and where it goes.
#pragma once

#include <cstdint>

#include "ops/generator/scenario.h"

namespace weir::generator {

// Mostly a person, else a company that nobody has heard of.
Party dirty_source(const World& world, std::uint32_t customer, Random& random);
// A mule's account, an exchange or a company: never paid before.
Party dirty_target(const World& world, std::uint32_t customer, std::int32_t day, Random& random);

struct Drain {
  std::uint32_t customer = 0;
  std::int64_t cents = 0;
  std::int64_t parts = 1;         // transfers
  std::int64_t gap_ms = kHourMs;  // the median between them
  bool savings = false;           // from the second account
};
// Sends an amount on; `time_ms` is that of the first transfer, and behind the last one afterwards.
void drain(const World& world, const Drain& what, Random& random, std::int64_t& time_ms, Script& script);

}  // namespace weir::generator
