// One run of a policy over the past: the core that runs live, in memory of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/backtest/ledger.h"
#include "engine/backtest/source.h"
#include "engine/backtest/subjects.h"
#include "engine/backtest/truth.h"
#include "engine/base/result.h"
#include "engine/policy/list_entries.h"
#include "engine/policy/policy.h"
#include "engine/shard/step.h"

namespace weir::backtest {

// What a pass tells besides the ledger, row by row: values live until the return.
struct Row {
  std::uint64_t record = 0;  // as in the ledger
  const Value* amount = nullptr;
  const event::Event& event;
  const shard::Output& output;
};

struct PassOptions {
  std::string token_key;  // as for shard::Step
  Subjects subjects;
  Maturity maturity;
  // Payments before the first are part of the past and not in the ledger; those from the second on are left out.
  std::int64_t from_ms = INT64_MIN;
  std::int64_t until_ms = INT64_MAX;
  const Labels* labels = nullptr;  // besides those in the records
  const Decisions* decisions = nullptr;
  policy::ListContents lists;
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<void(const Row&)> row;
};

// Features see each label from the time on at which it was known; payments of the same bytes again are duplicates, as
// live. One thread; any number at the same time, each with its own source.
Result<Ledger> play(std::shared_ptr<const policy::Policy> policy, Source& source, const PassOptions& options);

}  // namespace weir::backtest
