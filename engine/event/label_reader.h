// A record of the labels topic: {"event_id": "...", "label": "fraud" | "honest", "known_at": <ISO 8601 or epoch ms>}.
// Other members are ignored. `event_id` may be an integer where the schema's ids are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/event/reject.h"
#include "engine/event/schema.h"

namespace weir::event {

struct Label {
  std::string event_id;  // as Event::id: a token, if the schema says that the id is personal
  bool fraud = false;
  std::int64_t known_at_ms = 0;
};

// Made once per policy, or file, and reused; one thread.
class LabelReader {
 public:
  // As for JsonReader.
  LabelReader(const Schema& schema, std::string_view token_key);
  // Of rows of a CSV file with the columns event_id, label and known_at, in any order; others are passed over.
  static Result<LabelReader> of_csv(const Schema& schema, std::string_view header, std::string_view token_key);
  ~LabelReader();
  LabelReader(LabelReader&&) noexcept;
  LabelReader& operator=(LabelReader&&) noexcept;

  // On false `reject` says why, with the strictness of JsonReader or CsvReader; `label` is then unspecified.
  bool read(std::string_view record, Label& label, Reject& reject);

 private:
  struct State;
  explicit LabelReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::event
