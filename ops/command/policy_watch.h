// Watches what the engine should decide by: the policy directory, its lists, and what `weir policy use` asks for. Reads
// and checks it on a thread of its own, so that a change of policy takes the engine no time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "engine/policy/list_entries.h"
#include "engine/policy/policy.h"

namespace weir::command {

struct PolicyWatchOptions {
  std::string policy_directory;
  std::string state_directory;
  std::string token_key;
  std::int64_t period_ms = 100;  // 0: looks once
};

class PolicyWatch {
 public:
  struct Change {
    std::shared_ptr<const policy::Policy> policy;  // nullptr: as it was
    std::optional<policy::ListContents> lists;     // nothing: as they were
    // The policy in the shadow, nullptr for none; nothing: as it was.
    std::optional<std::shared_ptr<const policy::Policy>> shadow;
    Issues issues;         // if it was refused: then nothing changes
    Issues shadow_issues;  // if only the one for the shadow was
  };

  // What is wanted now; issues if it can't run.
  static Result<std::unique_ptr<PolicyWatch>, Issues> start(PolicyWatchOptions options);
  ~PolicyWatch();

  // The next change, if there is one; the first is what start() found. Any thread, never blocks for long.
  std::optional<Change> take();
  // Says that this policy decides from now on, with this one in its shadow, which may be empty.
  void taken(const std::string& hash, const std::string& shadow);

 private:
  struct State;
  explicit PolicyWatch(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::command
