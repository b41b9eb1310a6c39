// The other side of an account payment: a customer of this bank or somebody elsewhere. Outsiders are numbers from which
// name and account follow, so that there is no end to them and nothing to store.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ops/generator/customers.h"

namespace weir::generator {

enum class PartyKind : std::uint8_t {
  kCustomer,  // `number` is the customer
  kSavings,   // a customer's second account; `number` is the customer
  kPerson,    // an outsider; lives where customers live, one in twelve with an account at a fintech bank abroad
  kEmployer,
  kAuthority,  // pensions, grants
  kLandlord,   // a person or a housing company
  kUtility,    // energy, telephone, insurance: who collects by direct debit
  kMover,      // craftsmen and hauliers
  kMule,       // an outsider's account with a foreign fintech bank
  kExchange,   // turns money into crypto-assets
  kTill,       // cash that is paid in; `number` is the city of the machine
  kFarAway,    // a person or company outside Europe; `home` is an index into far_countries()
};

struct Party {
  PartyKind kind = PartyKind::kPerson;
  std::uint8_t home = 0;  // a home country: index into countries(); unused for customers, mules and exchanges
  std::uint32_t number = 0;

  bool of_this_bank() const { return kind == PartyKind::kCustomer || kind == PartyKind::kSavings; }
};

// Where families and launderers send money beyond Europe. The first eight are on FATF's list of jurisdictions under
// increased monitoring of October 2025; the others are not.
std::span<const std::string_view> far_countries();

class Parties {
 public:
  Parties(std::uint64_t seed, const Customers& customers) : seed_(seed), customers_(customers) {}

  void append_name(std::string& out, Party party) const;
  void append_account(std::string& out, Party party) const;
  // The country of the account.
  std::string_view country(Party party) const;

 private:
  Random facts_of(Party party, std::uint64_t fact) const;

  std::uint64_t seed_;
  const Customers& customers_;
};

}  // namespace weir::generator
