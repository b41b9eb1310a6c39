// Ordinary life: what each customer does on a day because it is that day. The honest background, with its own
// look-alikes of fraud: trips abroad, Black Friday and new phones.
#pragma once

#include <cstdint>

#include "ops/generator/agenda.h"
#include "ops/generator/calendar.h"
#include "ops/generator/step.h"
#include "ops/generator/world.h"

namespace weir::generator {

class Habits {
 public:
  explicit Habits(const World& world);

  // Enters everybody's day. Entries lie between 12 hours before the day's UTC midnight and 48 hours after it.
  void plan_day(const Today& today, Agenda& agenda) const;

  // What exactly is done when an entry's time has come. It depends on the entry and on the customer as they are then,
  // on nothing else.
  Step perform(const Entry& entry) const;

 private:
  struct Plan;  // one customer's day in the making

  void plan_cards(Plan& plan) const;
  void plan_account(Plan& plan) const;
  void plan_trip_booking(Plan& plan, std::int32_t block, std::uint32_t chance) const;
  Step pay_by_card(const Entry& entry, Random& random) const;
  Step pay_a_friend(const Entry& entry, Random& random) const;
  Step receive_income(const Entry& entry) const;
  Step debit(const Entry& entry) const;
  Step subscribe(const Entry& entry, Random& random) const;

  const World& world_;
  std::uint64_t cards_q16_;      // card payments a day of a customer with activity 100, in 1/65536
  std::uint64_t transfers_q16_;  // payments to friends and bills
};

}  // namespace weir::generator
