// Where a shard stands: stored with every epoch, in the same batch as what the epoch appended.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/result.h"
#include "engine/shard/step.h"

namespace weir::shard {

struct Position {
  Progress progress;
  std::int64_t next_audit_offset = 0;  // the audit record with progress.next_sequence will stand there
  std::string engine;                  // whose audit records count from here on, and its generation: each start counts
  std::uint64_t generation = 0;        // one up
  std::string policy;                  // hash of the policy that was live
  std::string shadow;                  // and of the one in its shadow; empty if there was none
  std::string token_key_id;
  bool policy_recorded = false;  // it stands on the audit stream
  bool empty_memory = false;     // nothing was stepped yet
  // (topic, partition) -> the offset consumed last. Absent: none yet.
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> consumed;
};

std::string position_text(const Position& position);
Result<Position> read_position(std::string_view text);

}  // namespace weir::shard
