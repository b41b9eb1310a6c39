// Decides terms that compare a slot with constants, all those of one slot at a stroke: equalities by one look-up,
// bounds by one search.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/value.h"
#include "rules/book/term.h"

namespace weir::book {

// What is known of a term for one event.
enum class TermState : std::uint8_t { kUnknown, kFalse, kTrue, kFailed };

// Terms [first, end).
struct TermRange {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
};

class TermIndex {
 public:
  // Puts `terms` into another order: those that the index decides first. `places[i]`: where the i-th has gone. The
  // elements stay where they are as long as the index lives.
  TermIndex(std::vector<Term>& terms, std::vector<std::uint32_t>& places);
  TermIndex(TermIndex&&) noexcept;
  ~TermIndex();

  // How many it decides: terms [0, size()).
  std::uint32_t size() const;
  // The slots that it looks at, ascending.
  std::vector<std::uint32_t> slots() const;
  // A guess of how many events a term lets through, in thousandths; kNotToFindBy if rules had better not be found by
  // it. None of it reaches a result.
  static constexpr int kNotToFindBy = 1000;
  int expected_share(std::uint32_t term) const;

  // Sets the states of terms [0, size()). Appends the terms worth finding rules by, that hold or are left unknown
  // because their slot has no value of the expected kind. `states` is as long as there are terms.
  void decide(std::span<const Value> slots, std::span<TermState> states, std::vector<TermRange>& found) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::book
