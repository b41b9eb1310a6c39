// Window features by going through all rows at every query, with arithmetic of its own: what the real thing must equal.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "engine/event/schema.h"
#include "engine/features/definition.h"
#include "engine/history/entity_history.h"

namespace weir::features {

struct ReferenceResult {
  Value value;
  bool approximate = false;
};

// The past of one entity. Nothing is ever dropped from it.
class Reference {
 public:
  explicit Reference(std::shared_ptr<const event::Schema> schema) : schema_(std::move(schema)) {}

  void append(std::span<const Value> slots, std::int64_t time_ms, std::uint64_t sequence,
              const history::LabelEntry* label);
  bool label(std::int64_t time_ms, std::uint64_t sequence, const history::LabelEntry& entry);

  ReferenceResult evaluate(const Definition& definition, const event::Event& event, std::int64_t cutoff_ms) const;

 private:
  struct Row {
    std::vector<Value> slots;
    std::int64_t time_ms = 0;
    std::uint64_t sequence = 0;
    std::vector<history::LabelEntry> labels;  // in the order in which they came
  };
  // A row's slots as a condition sees them at `at_ms`.
  std::vector<Value> seen(const Row& row, std::int64_t at_ms) const;

  std::shared_ptr<const event::Schema> schema_;
  std::vector<Row> rows_;  // by time, then sequence
  std::deque<std::string> texts_;
};

// The double nearest to numerator / denominator, found by comparing neighbours exactly. Decimal texts of integers.
double nearest_reference(const std::string& numerator, const std::string& denominator);

// `value` * 10^decimals rounded half to even; empty if it does not fit or is not finite.
std::optional<std::int64_t> scale_reference(double value, int decimals);

}  // namespace weir::features
