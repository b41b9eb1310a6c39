// The audit stream as two ledgers: what was decided, and what was in its shadow. Nothing is computed again but the
// outcome of shadow rules: verdicts stand in the records.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/backtest/ledger.h"
#include "engine/backtest/subjects.h"
#include "engine/backtest/truth.h"
#include "engine/base/result.h"
#include "engine/event/schema.h"

namespace weir::backtest {

struct RecordedOptions {
  SubjectNames subjects;
  Maturity maturity;
  // Payments from the first up to, and without, the second; labels count from all of the stream.
  std::int64_t from_ms = INT64_MIN;
  std::int64_t until_ms = INT64_MAX;
  // Compared is the policy in the shadow that the stream had last, or the one whose hash begins so. Else the policy
  // that decided the last payment of the period, as if its rules of `mode: shadow` were live.
  bool rules = false;
  std::string policy;
};

struct Compared {
  Ledger shadow;
  Ledger live;                    // row i is row i of the other; its policy is the one that decided most of them
  std::vector<Decider> deciders;  // all that decided some, in the order in which they came
  Subjects subjects;
  std::shared_ptr<const event::Schema> schema;
};

class Recorded {
 public:
  explicit Recorded(RecordedOptions options);
  ~Recorded();

  // In the order of the stream, from its beginning; an error says what is wrong with the record.
  Status add(std::string_view audit_record);
  Result<Compared> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::backtest
