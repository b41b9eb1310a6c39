#include "ops/command/replay_command.h"

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <memory>
#include <string>

#include "engine/base/json_writer.h"
#include "engine/shard/replay.h"
#include "engine/state/store.h"
#include "ops/command/audit_stream.h"
#include "ops/command/terminal.h"
#include "ops/command/wait.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir replay --audit dir:run/audit
      every record of the stream: identical, or the first difference
  weir replay --audit kafka://localhost:9092/audit --quiet
      the count, and what is not identical
  weir replay --audit dir:run/audit --id p-000000000123
      the verdict on one transaction (the records before it are replayed too, they are its history)

Exit code: 0 all identical, 1 something differs, is altered or missing, 2 wrong usage.)";

struct Options {
  std::string audit;
  std::int32_t shard = 0;
  std::string id;
  bool quiet = false;
  bool json = false;
};

void print(const shard::ReplayFinding& finding, std::int64_t offset, bool json) {
  const auto verdict = shard::replay_verdict_name(finding.verdict);
  if (json) {
    std::string line;
    JsonWriter out(line);
    out.begin_object();
    out.key("sequence");
    out.unsigned_integer(finding.sequence);
    out.key("offset");
    out.integer(offset);
    out.key("kind");
    out.string(audit::kind_name(finding.kind));
    out.key("event_id");
    out.string(finding.event_id);
    out.key("verdict");
    out.string(verdict);
    out.key("difference");
    out.string(finding.difference);
    out.end_object();
    std::cout << line << '\n';
    return;
  }
  std::cout << finding.sequence << ' ' << audit::kind_name(finding.kind);
  if (!finding.event_id.empty()) std::cout << ' ' << finding.event_id;
  std::cout << ": " << verdict;
  if (!finding.difference.empty()) std::cout << ", " << finding.difference;
  std::cout << '\n';
}

int run(const Options& options) {
  const ScratchDirectory scratch("weir-replay");
  state::StoreOptions store_options;
  store_options.directory = scratch.path() + "/state";
  auto store = state::Store::open(store_options);
  if (!store) return fail(store.error().message);
  shard::Replay replay(**store, {});
  std::array<std::uint64_t, 5> counts{};
  std::uint64_t total = 0;
  bool seen = options.id.empty();
  ProgressLine progress("weir replay");
  const auto started = monotonic_ns();
  const auto status = read_audit_stream(options.audit, options.shard, [&](std::int64_t offset, std::string_view text) {
    auto finding = replay.next(text);
    if (!finding) return Result<bool>(finding.error());
    ++counts[static_cast<std::size_t>(finding->verdict)];
    ++total;
    const bool wanted = options.id.empty() || finding->event_id == options.id;
    seen |= wanted;
    const bool fine = finding->verdict == shard::ReplayVerdict::kIdentical;
    if (wanted && (!options.quiet || !fine)) {
      progress.clear();
      print(*finding, offset, options.json);
    }
    progress.show(total, 0, "records");
    return Result<bool>(true);
  });
  progress.clear();
  if (!status) return fail(status.error().message);
  if (!seen) return fail("there is no record of event id " + options.id + " in " + options.audit);
  if (!options.json) {
    const auto count = [&](shard::ReplayVerdict verdict) { return grouped(counts[static_cast<std::size_t>(verdict)]); };
    std::cout << grouped(total) << " records: " << count(shard::ReplayVerdict::kIdentical) << " identical, "
              << count(shard::ReplayVerdict::kDifferent) << " different, " << count(shard::ReplayVerdict::kAltered)
              << " altered, " << count(shard::ReplayVerdict::kMissing) << " gaps, "
              << count(shard::ReplayVerdict::kNotCounted) << " not counted (" << (monotonic_ns() - started) / 1'000'000
              << " ms)\n";
  }
  const auto bad = counts[1] + counts[2] + counts[3];
  return bad == 0 ? kOk : kFailed;
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("replay", "Runs the core again from audit records alone");
  command->footer(kExamples);
  command->add_option("--audit", options->audit, "Audit topic: dir:PATH/topic or kafka://host:port/topic")->required();
  command->add_option("--shard", options->shard, "Shard, which is the partition");
  command->add_option("--id", options->id, "Print the verdict on this event id alone");
  command->add_flag("--quiet", options->quiet, "Print what is not identical, and the count");
  command->add_flag("--json", options->json, "One JSON object per record, no count");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
