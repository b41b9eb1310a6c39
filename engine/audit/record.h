// The audit record: one per consumed input record and per change of the engine, as canonical JSON. Its hashed part
// holds what a replay must reproduce; the leaf is RFC 6962's SHA-256(0x00 || hashed part).
// engine/audit/audit.schema.json says what it looks like.
//
//   {"record":{...hashed part...},"leaf":"<64 hex>","engine":{"id":"...","generation":3},"stages_ns":{...}}
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/decide/decision.h"
#include "engine/event/event.h"
#include "engine/event/reject.h"
#include "models/reasons/explainer.h"
#include "rules/book/book.h"
#include "rules/book/list.h"

namespace weir::audit {

inline constexpr int kRecordVersion = 1;
// Counts up when the same policy and events may give other decisions: changed arithmetic, order, defaults.
inline constexpr int kSemanticsVersion = 1;

enum class Kind : std::uint8_t { kStart, kPolicy, kTransaction, kDuplicate, kDeadLetter, kLabel, kList };
std::string_view kind_name(Kind kind);  // "transaction"

// Where a consumed record stood. `previous` is the offset consumed before it in that partition, -1 for the first.
struct InputPlace {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t previous = -1;
  Digest digest{};  // SHA-256 of the record's value
};

// What every record begins with. `clock_ms` is the clock value that the step used (a recorded choice).
struct Head {
  std::uint32_t shard = 0;
  std::uint64_t sequence = 0;
  std::int64_t clock_ms = 0;
};

// A rule that an allow entry took out.
struct Suppression {
  std::uint32_t rule = 0;
  std::string_view list;
};

// What the model of one policy said of an event, and what it looked at: the score can be computed again from this
// alone.
struct ModelFacts {
  const models::Model* model = nullptr;
  const models::Inputs* inputs = nullptr;
  models::Score score;
  const models::Explanation* explanation = nullptr;  // of a payment that is not approved
};

// What the model and rules of one policy made of an event.
struct Judged {
  std::string_view policy;  // its hash
  const book::Book* rules = nullptr;
  std::span<const std::string> slot_names;  // of all slots: what a rule's values are called
  std::span<const Value> slots;             // by this policy
  const book::Verdicts* verdicts = nullptr;
  const decide::Outcome* outcome = nullptr;
  std::span<const Suppression> suppressed;  // by rule
  std::optional<ModelFacts> model;          // nothing if no model looked at it
};

struct TransactionFacts : Judged {
  const event::Schema* schema = nullptr;
  const event::Event* event = nullptr;
  std::uint8_t flags = 0;                      // decide::Flag
  std::span<const std::string> feature_names;  // in the order of the event's feature slots
  std::span<const std::uint64_t> approximate;  // bit i: feature i is an estimate
  std::optional<book::Outcome> controlled;     // what it would have been but for the control share
  std::optional<decide::Alert> alert;
  std::span<const std::uint32_t> repeated;  // rules that had alerted about the same before, ascending
  const Judged* shadow = nullptr;           // a policy beside it that changes nothing
};

struct StartFacts {
  std::string_view engine;  // the engine instance's id
  std::uint64_t generation = 0;
  std::string_view build;
  std::string_view policy;
  std::string_view token_key_id;  // which token key; empty if none
  std::string_view clock;         // where clock values come from: "wall" or "event"
  bool empty_memory = false;      // it began without any history: a fresh stream, or begun anew
};

struct FileView {
  std::string_view path;
  std::string_view text;
  bool bytes = false;  // it is no text
};

// Each appends one hashed part to `out`.
void append_transaction(const Head& head, const InputPlace& input, const TransactionFacts& facts, std::string& out);
void append_duplicate(const Head& head, const InputPlace& input, std::string_view event_id,
                      std::uint64_t first_sequence, std::string& out);
void append_dead_letter(const Head& head, const InputPlace& input, const event::Reject& reject, std::string& out);
struct LabelFacts {
  std::string_view event_id;
  bool fraud = false;
  std::int64_t known_at_ms = 0;
  bool waits = false;  // its event has not come yet
};
void append_label(const Head& head, const InputPlace& input, const LabelFacts& facts, std::string& out);
void append_start(const Head& head, const StartFacts& facts, std::string& out);
struct PolicyFacts {
  std::string_view hash;
  std::string_view time_zones;  // the version of the time-zone data, which is in the hash
  std::span<const FileView> files;
  std::uint32_t part = 1;  // of a policy that one record can't hold: 1 to `parts`; the last one puts it in force
  std::uint32_t parts = 1;
  bool shadow = false;  // it goes into the shadow of the policy that decides, or, without a hash, none does any more
};
void append_policy(const Head& head, const PolicyFacts& facts, std::string& out);

struct ListFacts {
  std::string_view list;
  const book::ListDelta* delta = nullptr;
  std::size_t entries = 0;  // of the list, with the change
};
void append_list(const Head& head, const ListFacts& facts, std::string& out);

// Outside of the hash: who wrote it and how long it took.
struct Stage {
  std::string_view name;
  std::uint64_t nanoseconds = 0;
};
struct Envelope {
  std::string_view engine;
  std::uint64_t generation = 0;
  std::span<const Stage> stages;
};

Digest leaf_hash(std::string_view hashed_part, Sha256& sha256);
// Appends the whole record as it stands on the audit stream.
void append_envelope(std::string_view hashed_part, const Digest& leaf, const Envelope& envelope, std::string& out);

}  // namespace weir::audit
