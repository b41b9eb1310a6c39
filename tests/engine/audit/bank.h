// A schema with every type of field, an event that has them all, features of every kind, rules that hit, miss and fail:
// what the tests of audit records are made of.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/record.h"
#include "engine/event/event.h"
#include "engine/event/schema.h"

namespace weir::audit {

enum Slot : std::uint32_t {
  kId,
  kTime,
  kAmount,  // EUR
  kFee,     // in fee_currency
  kFeeCurrency,
  kRate,
  kFlag,
  kCount,
  kChannel,
  kCard,       // personal
  kCustomer,   // personal int64
  kCardBin,    // derived
  kBirthYear,  // derived int64
  kMemo,
  kBooked,
  kFieldCount,
};

event::Schema bank_schema();

class Bank {
 public:
  Bank();

  // All fields and features set, the rules evaluated, the decision made.
  void fill();
  // No optional field, every feature absent.
  void fill_sparse();
  // Evaluates the rules on the event as it is, and decides.
  void screen();

  TransactionFacts facts() const;
  Value& feature(std::string_view name);

  std::shared_ptr<const event::Schema> schema;
  event::Event event;
  std::vector<std::string> feature_names;
  std::vector<std::string> slot_names;
  std::unique_ptr<book::Book> rules;
  book::Verdicts verdicts;
  decide::Outcome outcome;
  std::uint8_t flags = 0;
  std::vector<std::uint64_t> approximate;
};

inline constexpr std::string_view kPolicyHash =
    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

InputPlace bank_input();
inline constexpr Head kBankHead{0, 17, 1'772'184'600'125};

// The hashed part with its leaf in an envelope, as it stands on the stream.
std::string enveloped(std::string_view hashed_part);

// The hashed part of a transaction with everything in it.
std::string full_transaction();

// `text` with its first `from` replaced, which must be there.
std::string with(std::string text, std::string_view from, std::string_view to);

// Whole records by a name that says what is in them; every kind, and what is special in it.
struct NamedRecord {
  std::string name;
  std::string text;
};
std::vector<NamedRecord> bank_records();

}  // namespace weir::audit
