// A small schema of payments, and rows of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/value.h"
#include "engine/event/schema.h"

namespace weir::history {

enum PaymentSlot : std::uint32_t { kId, kAt, kAmount, kScore, kOnline, kChannel, kMerchant, kPaymentSlots };

// Fields id (int64), at (the event's time), amount (money, EUR), score (double, three decimals), online (bool), channel
// (pos, web, atm) and merchant (string).
std::shared_ptr<event::Schema> payment_schema();

// A row with every field set, derived from `number`. The strings live as long as the object.
class Payment {
 public:
  Payment(const event::Schema& schema, std::uint64_t number, std::int64_t time_ms);
  Payment(const Payment&) = delete;
  Payment& operator=(const Payment&) = delete;

  std::vector<Value> slots;

 private:
  std::string merchant_;
};

inline constexpr std::int64_t kStartMs = 1'700'000'000'000;

}  // namespace weir::history
