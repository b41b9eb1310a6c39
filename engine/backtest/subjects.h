// What figures are about: whose fraud comes in episodes, who flips, and which amount is added up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/base/result.h"
#include "engine/event/event.h"
#include "engine/event/schema.h"

namespace weir::backtest {

// As indices into the schema.
struct Subjects {
  std::optional<std::uint32_t> amount;    // a money field of one currency: events without it are no payments
  std::optional<std::uint32_t> card;      // the entity whose runs of fraud are episodes
  std::optional<std::uint32_t> customer;  // the entity that flips
};

// As somebody asked for them; what is empty was not given.
struct SubjectNames {
  std::string amount;
  std::string card;
  std::string customer;
};

// What is not given: the first money field of one currency; the first of card, customer, account, and of customer,
// account, card, that the schema has as an entity, else its first one. An error names the option: "--card X: ...".
Result<Subjects> find_subjects(const event::Schema& schema, const SubjectNames& names);

// Dense numbers for the keys of an entity, in the order in which they come.
class Numbers {
 public:
  // kNobody if the event has no such entity.
  std::uint32_t of(const event::Schema& schema, std::optional<std::uint32_t> entity, const event::Event& event);
  std::uint32_t count() const { return static_cast<std::uint32_t>(numbers_.size()); }

 private:
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::string key_;
};

}  // namespace weir::backtest
