// What is still to happen, by time; what was entered first comes first among equals.
#pragma once

#include <cstdint>
#include <vector>

namespace weir::generator {

enum class Duty : std::uint8_t {
  kHabit,    // `index` is the customer; performed by Habits
  kStep,     // `index` is a slot of planned steps
  kArrival,  // `index` is a slot of written records that arrive late or once more
  kLabel,    // `index` is a slot of labels
};

struct Entry {
  std::int64_t time_ms = 0;
  std::uint64_t order = 0;  // set by the agenda
  std::uint32_t index = 0;
  std::uint16_t city = 0;  // kHabit: where the customer is
  Duty duty = Duty::kHabit;
  std::uint8_t habit = 0;   // kHabit: a Habit
  std::uint8_t detail = 0;  // kHabit: a Category, or which of several debits
};

class Agenda {
 public:
  void add(Entry entry);
  bool empty() const { return heap_.empty(); }
  const Entry& next() const { return heap_.front(); }
  Entry take();
  std::size_t size() const { return heap_.size(); }

 private:
  std::vector<Entry> heap_;
  std::uint64_t added_ = 0;
};

}  // namespace weir::generator
