// Runs the step again from audit records alone, in the order of the stream, and compares every hashed part.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/audit/parsed_record.h"
#include "engine/base/result.h"
#include "engine/shard/core.h"
#include "engine/state/store.h"

namespace weir::shard {

enum class ReplayVerdict : std::uint8_t {
  kIdentical,
  kDifferent,   // the step came to other bytes
  kAltered,     // the record's bytes don't have its leaf, or it is no audit record at all
  kMissing,     // one or more records before this one are not there, or it stands out of its place
  kNotCounted,  // written by an engine that another one had overtaken
};
std::string_view replay_verdict_name(ReplayVerdict verdict);

struct ReplayFinding {
  ReplayVerdict verdict = ReplayVerdict::kIdentical;
  audit::Kind kind = audit::Kind::kStart;
  std::uint64_t sequence = 0;
  std::string event_id;
  std::string difference;     // the first one, as "score: recorded 350, computed 0"
  std::string_view decision;  // as computed, for a transaction or duplicate; lives until the next record
};

class Replay {
 public:
  // `store` is an empty one of its own, in a scratch directory: histories may be larger than memory, and live on when
  // the recorded policy changes.
  Replay(state::Store& store, const MemoryOptions& memory);
  ~Replay();

  // The next record of the stream. A failure is of the store, or a recorded policy that this weir refuses.
  Result<ReplayFinding> next(std::string_view audit_record);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::shard
