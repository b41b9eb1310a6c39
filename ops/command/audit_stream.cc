#include "ops/command/audit_stream.h"

#include <vector>

#include "connectors/topics/topics.h"
#include "ops/command/terminal.h"
#include "ops/command/wait.h"

namespace weir::command {
namespace {

constexpr std::size_t kPollRecords = 1024;
constexpr int kWaitMs = 100;
constexpr std::int64_t kGiveUpNs = 30'000'000'000;

}  // namespace

Status read_audit_stream(const std::string& url, std::int32_t partition,
                         const std::function<Result<bool>(std::int64_t offset, std::string_view text)>& take) {
  auto reader = topics::open_reader({url});
  if (!reader) return reader.error();
  auto range = (*reader)->offsets(0, partition);
  if (!range) return range.error();
  if (auto status = (*reader)->seek(0, partition, range->first); !status) return status;
  auto next = range->first;
  auto last_came = monotonic_ns();
  std::vector<topic::Record> records;
  while (next < range->end) {
    if (auto status = (*reader)->poll(kPollRecords, records); !status) return status;
    if (records.empty()) {
      if (monotonic_ns() - last_came > kGiveUpNs) {
        return Error{url + ": no record for 30 s, at offset " + std::to_string(next) + " of " +
                     std::to_string(range->end)};
      }
      wait_for({(*reader)->ready_fd()}, kWaitMs);
      continue;
    }
    last_came = monotonic_ns();
    for (const auto& record : records) {
      next = record.offset + 1;
      auto more = take(record.offset, record.value.value_or(""));
      if (!more) return more.error();
      if (!*more) return {};
    }
  }
  return {};
}

}  // namespace weir::command
