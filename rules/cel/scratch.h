// The memory of an evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/exchange.h"
#include "rules/cel/limits.h"

namespace weir::cel {

// What one evaluation needs besides its inputs: registers, room for strings and lists, and the cost spent. Make it once
// per thread and reuse it for any program; it grows to the largest evaluation and then stays. The methods are for the
// evaluator.
class Scratch {
 public:
  // Forgets the last evaluation. Afterwards there are at least `registers` registers.
  void begin(std::size_t registers) {
    if (registers_.size() < registers) registers_.resize(registers);
    if (total_ > 0) collect();
    pending_.clear();
    cost_left_ = kMaxCost;
    exhausted_ = false;
  }

  // What amounts of two currencies are compared and added by, until it is set again. Without one they aren't.
  void set_exchange(const Exchange& exchange) { exchange_ = exchange; }
  const Exchange& exchange() const { return exchange_; }

  Value* registers() { return registers_.data(); }
  // Elements of lists under construction, the innermost last.
  std::vector<Value>& pending() { return pending_; }

  // A text under construction.
  std::string& text() { return text_; }

  // Both return nullptr, and the evaluation is exhausted, if kMaxHeapBytes would be exceeded. The memory lives until
  // the next begin().
  char* allocate_text(std::size_t bytes);
  Value* allocate_values(std::size_t count);

  // Takes `units` from the budget of kMaxCost; false, and the evaluation is exhausted, if there are not so many left.
  bool spend(std::uint64_t units) {
    if (units > cost_left_) [[unlikely]] {
      exhaust();
      return false;
    }
    cost_left_ -= units;
    return true;
  }
  bool spend_text(std::size_t bytes) { return bytes < kTextBytesPerCost || spend(bytes / kTextBytesPerCost); }

  // What the evaluation has cost so far.
  std::uint64_t spent() const { return kMaxCost - cost_left_; }

  void exhaust() {
    cost_left_ = 0;
    exhausted_ = true;
  }
  // Once true, the evaluation's only result is kCostLimit.
  bool exhausted() const { return exhausted_; }

 private:
  struct Block {
    std::unique_ptr<Value[]> cells;
    std::size_t count = 0;
  };
  void collect();

  std::vector<Value> registers_;
  std::vector<Value> pending_;
  std::string text_;
  std::vector<Block> blocks_;
  std::size_t used_ = 0;   // cells of the last block
  std::size_t total_ = 0;  // cells handed out by this evaluation
  Exchange exchange_;
  std::uint64_t cost_left_ = kMaxCost;
  bool exhausted_ = false;
};

}  // namespace weir::cel
