// What is kept of an event id: enough to answer a duplicate with the first decision, byte for byte, and to find the
// histories that a label for it belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/sha256.h"
#include "engine/decide/decision.h"
#include "engine/history/catalogue.h"

namespace weir::shard {

inline constexpr std::size_t kEntryDigestBytes = 16;

struct EventEntry {
  std::string digest;  // the first 16 bytes of the record's SHA-256
  std::uint64_t sequence = 0;
  std::int64_t time_ms = 0;
  std::uint32_t type = 0;  // permanent numbers (history::Catalogue)
  std::uint32_t policy = 0;
  book::Outcome outcome = book::Outcome::kApprove;
  std::int32_t score = 0;
  std::uint8_t flags = 0;
  struct Reason {
    std::uint32_t rule = 0;
    std::string code;
    std::int32_t points = 0;
  };
  std::vector<Reason> reasons;
  struct Alert {
    std::uint32_t subject = 0;  // the entity's permanent number, and 1 more; 0: the payment itself
    std::uint64_t sequence = 0;
    bool repeated = false;
  };
  std::optional<Alert> alert;
  struct ModelReason {
    std::uint32_t name = 0;  // permanent number
    std::int64_t logit = 0;
  };
  struct Model {
    std::uint32_t sha256 = 0;  // permanent number
    std::int32_t probability = 0;
    std::vector<ModelReason> reasons;
  };
  std::optional<Model> model;
  struct Key {
    std::uint32_t entity = 0;  // the entity's permanent number
    std::string key;
  };
  std::vector<Key> keys;
};

void append_event_entry(const EventEntry& entry, std::string& out);
Result<EventEntry> read_event_entry(std::string_view bytes);

// What a decision tells of it. `reasons` gets what the result views.
decide::ModelText told(const EventEntry::Model& model, const history::Catalogue& catalogue,
                       std::vector<decide::ModelReason>& reasons);

// The decision that was given then.
void append_first_decision(const EventEntry& entry, std::string_view event_id, std::uint32_t shard,
                           const history::Catalogue& catalogue, std::string& out);

}  // namespace weir::shard
