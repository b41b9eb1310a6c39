// Amounts of other currencies in one base currency, by a dated table of rates.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/currency.h"
#include "engine/base/value.h"

namespace weir::cel {

inline constexpr int kMaxRateDecimals = 12;
inline constexpr int kMaxRateDigits = 18;

// One unit of the base currency is mantissa / 10^decimals units of `currency`, from that time on.
struct ExchangeRate {
  std::int64_t from_ms = 0;
  std::int64_t mantissa = 0;  // above 0, of at most kMaxRateDigits digits
  std::uint16_t currency = 0;
  std::uint8_t decimals = 0;  // at most kMaxRateDecimals
};

// Immutable.
class ExchangeTable {
 public:
  // At most one rate for each currency and time, in any order; none for the base. A rate counts until the next one of
  // its currency, and for less than `max_age_ms`.
  ExchangeTable(Currency base, std::vector<ExchangeRate> rates, std::int64_t max_age_ms);

  Currency base() const { return base_; }
  const std::vector<ExchangeRate>& rates() const { return rates_; }
  std::int64_t max_age_ms() const { return max_age_ms_; }

  // The amount in the base currency: computed exactly, and rounded once, half to even, to the smallest unit of the
  // base. Absent if no rate counts at that time, kOverflow if the result does not fit.
  Value to_base(const Value& money, std::int64_t time_ms) const;

 private:
  const ExchangeRate* rate_at(std::uint16_t currency, std::int64_t time_ms) const;

  Currency base_;
  std::vector<ExchangeRate> rates_;  // by currency, then time
  std::int64_t max_age_ms_;
};

// The table at the time of one event: what an evaluation has of it. No clock is asked.
struct Exchange {
  const ExchangeTable* table = nullptr;  // nullptr: there is none
  std::int64_t time_ms = 0;
};

// The table, and the slot that holds an event's time.
struct ExchangeSource {
  std::shared_ptr<const ExchangeTable> table;
  std::uint32_t time_slot = 0;

  Exchange at(std::span<const Value> slots) const {
    if (table == nullptr || !slots[time_slot].is(ValueKind::kTimestamp)) return {};
    return {table.get(), slots[time_slot].as_ms()};
  }
};

}  // namespace weir::cel
