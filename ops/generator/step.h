// One thing that happens, before it is written as a record.
#pragma once

#include <cstdint>
#include <string_view>

#include "ops/generator/customers.h"
#include "ops/generator/parties.h"

namespace weir::generator {

enum class Action : std::uint8_t {
  kCardPayment,
  kTransferOut,
  kTransferIn,
  kProfileChange,
  kReplaceCard,  // no record: from now on the customer pays with a new card
};

enum class Channel : std::uint8_t {
  kOnline,
  kChip,
  kContactless,
  kAtm,  // card payments
  kMobile,
  kWeb,
  kStandingOrder,
  kDirectDebit,
  kBatch,  // account payments and profile changes
};
std::string_view channel_name(Channel channel);

// How a payer proved to be the cardholder.
enum class Authentication : std::uint8_t { kNone, kPin, kDevice, kThreeDs, kFrictionless };
std::string_view authentication_name(Authentication authentication);

enum class Memo : std::uint8_t {
  kNone,
  kSalary,
  kPension,
  kRent,
  kDebit,
  kFriends,
  kGift,
  kGiftBought,
  kInvoice,
  kDeposit,
  kMoving,
  kTransfer,
  kCash,
  kWages,
};

enum class Change : std::uint8_t { kDeviceEnrolled, kDeviceRemoved, kEmail, kPhoneNumber, kAddress, kLimitRaised };
std::string_view change_name(Change change);

struct Truth {
  bool fraud = false;
  std::string_view typology;  // the scenario it belongs to; empty for ordinary life; static storage
};

struct Step {
  Action action = Action::kCardPayment;
  Channel channel = Channel::kOnline;
  Authentication authentication = Authentication::kNone;
  Memo memo = Memo::kNone;
  Change change = Change::kDeviceEnrolled;
  bool instant = false;
  bool savings = false;  // account payments: on the customer's second account
  std::uint32_t customer = 0;
  std::uint32_t merchant = 0;  // card payments: index into Merchants
  std::int64_t amount = 0;     // card payments: minor units of the merchant's currency; else euro cents
  std::uint32_t contact = 0;   // Change::kEmail: the new one
  Party party;                 // account payments
  Device device;
  Truth truth;
  std::int64_t reported_ms = 0;  // fraud: when its victims, or for laundering an officer, report it; 0: never
  bool found_by_officer = false;
  std::uint64_t reference = 0;  // an account payment's second leg: the number of the first
};

}  // namespace weir::generator
