// An audit record read back: for recovery, replay, explain. It comes from outside (a topic, an archive), so whatever is
// wrong with it is an error value.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/record.h"
#include "engine/base/result.h"
#include "engine/event/event.h"
#include "engine/event/reject.h"

namespace weir::audit {

struct NamedText {
  std::string name;
  std::string text;
};

// What every kind has, and what some have. Views point into the bytes that were read.
struct ParsedRecord {
  std::string_view hashed_part;
  Digest leaf{};
  Kind kind = Kind::kStart;
  int semantics = 0;
  Head head;
  std::string engine;            // from the envelope
  std::uint64_t generation = 0;  // from the envelope

  bool has_input = false;
  std::string topic;
  InputPlace input;  // its topic views `topic`

  std::string policy;            // transaction, start, policy
  bool shadow = false;           // policy: of the policy in the shadow; without a hash, none is there any more
  std::string time_zones;        // policy
  std::vector<NamedText> files;  // policy
  std::uint32_t part = 1;
  std::uint32_t parts = 1;
  std::string event_id;              // transaction, duplicate, label
  std::uint64_t first_sequence = 0;  // duplicate
  event::Reject reject;              // dead letter
  bool fraud = false;                // label
  std::int64_t known_at_ms = 0;
  std::string token_key_id;   // start
  std::string clock;          // start
  bool empty_memory = false;  // start
  std::string list;           // list
  book::ListDelta list_delta;
  std::string outcome;  // transaction
  std::int64_t score = 0;
};

// What a model said of a transaction.
struct ModelDetails {
  std::string sha256;
  std::string inputs;  // models::read_inputs
  std::int64_t logit = 0;
  std::int64_t probability = 0;
  struct Part {
    std::string name;
    std::int64_t logit = 0;
  };
  std::vector<Part> contributions;  // of a payment that is not approved
};

// What the rules of one policy made of a transaction, as text for people: numbers as they are, strings without quotes,
// "-" for null.
struct JudgedDetails {
  std::string policy;
  std::string outcome;
  std::int64_t score = 0;
  std::size_t rule_count = 0;
  struct RuleVerdict {
    std::string rule;
    std::string verdict;  // "hit", or the error as JSON
    bool shadow = false;
    std::string suppressed_by;  // a list; empty if it was not
    std::vector<NamedText> values;
  };
  std::vector<RuleVerdict> rules;  // hits and errors
  std::vector<std::string> reasons;
  std::optional<ModelDetails> model;
};

// What stands in a transaction's record; likewise.
struct TransactionDetails : JudgedDetails {
  std::string type;
  std::int64_t time_ms = 0;
  std::vector<std::string> flags;
  std::vector<NamedText> fields;
  std::vector<NamedText> features;
  std::vector<std::string> approximate;
  std::string control;     // what the outcome would have been but for the control share; else empty
  std::string alert_case;  // empty: no alert
  bool alert_repeated = false;
  std::vector<std::string> repeated_rules;
  std::optional<JudgedDetails> shadow;  // the policy in the shadow
};

// One per thread.
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();

  // Checks the shape, and that the leaf is the hash of the hashed part.
  Status read(std::string_view json, ParsedRecord& out);

  // After read() of a transaction: its event as the step saw it, under the record's own schema. `event` is cleared.
  Status fill_event(const event::Schema& schema, event::Event& event);
  Result<TransactionDetails> details() const;
  // The verdicts alone: by the policy that decided or, if there was one, by the one in its shadow. Without values.
  Result<std::optional<JudgedDetails>> judged(bool shadow) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Where two hashed parts differ first, as "features.card.count_1h: recorded 3, computed 4"; empty if they are equal.
std::string first_difference(std::string_view recorded, std::string_view computed);

}  // namespace weir::audit
