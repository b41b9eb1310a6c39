#include "ops/command/replay_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/topics/topics.h"
#include "engine/base/json_writer.h"
#include "engine/base/sha256.h"
#include "engine/shard/replay.h"
#include "engine/state/store.h"
#include "ops/command/audit_stream.h"
#include "ops/command/terminal.h"
#include "ops/command/wait.h"

namespace weir::command {
namespace {

constexpr std::size_t kPollRecords = 1024;
constexpr int kWaitMs = 100;
constexpr std::int64_t kGiveUpNs = 30'000'000'000;

constexpr const char* kExamples = R"(Examples:
  weir replay --audit dir:run/audit
      every record of the stream: identical, or the first difference
  weir replay --audit kafka://localhost:9092/audit --quiet
      the count, and what is not identical
  weir replay --audit dir:run/audit --id p-000000000123
      the verdict on one transaction (the records before it are replayed too, they are its history)
  weir replay --audit dir:run/audit --decisions dir:run/decisions --quiet
      and every decision on that topic, repeats included: byte for byte what the replay comes to, none missing and
      none too many (the engine should be stopped, or its newest decisions may be under way; takes 24 bytes of memory
      for each audit record)

Exit code: 0 all identical, 1 something differs, is altered or missing, 2 wrong usage.)";

struct Options {
  std::string audit;
  std::string decisions;
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

// Which audit record a decision names. It stands at the end, behind everything that a stream can choose.
std::optional<std::uint64_t> named_sequence(std::string_view decision) {
  constexpr std::string_view kBefore = "\"sequence\":";
  const auto at = decision.rfind(kBefore);
  if (at == std::string_view::npos) return std::nullopt;
  const auto digits = decision.substr(at + kBefore.size());
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  if (error != std::errc() || end == digits.data() + digits.size()) return std::nullopt;
  return sequence;
}

// The decisions that a replay comes to, against those that were published. A duplicate is answered with the bytes of
// its first decision, so a sequence number is owed as many decisions as it has transactions and duplicates; what was
// sent again after a crash comes on top.
class DecisionCheck {
 public:
  // Opened before the audit stream is read: whatever stands on the topic by now must have its audit record.
  static Result<DecisionCheck> open(const std::string& url) {
    DecisionCheck check;
    check.url_ = url;
    auto reader = topics::open_reader({url});
    if (!reader) return reader.error();
    check.reader_ = std::move(*reader);
    for (std::int32_t p = 0; p < check.reader_->partition_count(0); ++p) {
      auto range = check.reader_->offsets(0, p);
      if (!range) return range.error();
      check.next_.push_back(range->first);
      check.ends_.push_back(range->end);
      if (range->first == range->end) continue;
      if (auto status = check.reader_->seek(0, p, range->first); !status) return status.error();
    }
    return check;
  }

  Status expect(std::string_view decision) {
    const auto sequence = named_sequence(decision);
    if (!sequence) return Error{"the replay came to a decision that names no audit record"};
    if (!first_) first_ = *sequence;
    if (*sequence < *first_) return {};  // A duplicate of what was before this stream was begun anew.
    const auto place = static_cast<std::size_t>(*sequence - *first_);
    if (place >= entries_.size()) entries_.resize(place + 1);
    auto& entry = entries_[place];
    const auto hash = short_hash(decision);
    if (entry.owed == 0) entry.hash = hash;
    if (entry.hash != hash) return Error{"the replay came to two decisions for record " + std::to_string(*sequence)};
    ++entry.owed;
    return {};
  }

  // Reads the topic; `tell` is given what is wrong with the decision at a place.
  Status compare(const std::function<void(const std::string& place, const std::string& what)>& tell) {
    std::vector<topic::Record> records;
    auto last_came = monotonic_ns();
    while (!std::equal(next_.begin(), next_.end(), ends_.begin(), [](auto next, auto end) { return next >= end; })) {
      if (auto status = reader_->poll(kPollRecords, records); !status) return status;
      if (records.empty()) {
        if (monotonic_ns() - last_came > kGiveUpNs) return Error{url_ + ": no record for 30 s"};
        wait_for({reader_->ready_fd()}, kWaitMs);
        continue;
      }
      last_came = monotonic_ns();
      for (const auto& record : records) {
        const auto partition = static_cast<std::size_t>(record.partition);
        next_[partition] = record.offset + 1;
        if (record.offset >= ends_[partition]) continue;
        ++total;
        const auto wrong = judge(record.value.value_or(""));
        if (wrong.empty()) continue;
        ++different;
        tell(std::to_string(record.partition) + ":" + std::to_string(record.offset), wrong);
      }
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& entry = entries_[i];
      if (entry.found > entry.owed) repeated += entry.found - entry.owed;
      if (entry.found >= entry.owed) continue;
      missing += entry.owed - entry.found;
      tell("-", "missing: the decision of record " + std::to_string(*first_ + i) + " stands there " +
                    std::to_string(entry.found) + " times, and " + std::to_string(entry.owed) + " are owed");
    }
    return {};
  }

  std::uint64_t total = 0;
  std::uint64_t different = 0;
  std::uint64_t missing = 0;
  std::uint64_t repeated = 0;

 private:
  using ShortHash = std::array<std::uint8_t, 16>;
  struct Entry {
    ShortHash hash{};
    std::uint32_t owed = 0;
    std::uint32_t found = 0;
  };

  DecisionCheck() = default;

  ShortHash short_hash(std::string_view bytes) {
    const auto digest = sha256_.hash(bytes);
    ShortHash hash;
    std::copy_n(digest.begin(), hash.size(), hash.begin());
    return hash;
  }

  std::string judge(std::string_view decision) {
    const auto sequence = named_sequence(decision);
    if (!sequence) return "it names no audit record";
    const auto place = first_ ? *sequence - *first_ : std::numeric_limits<std::uint64_t>::max();
    if (place >= entries_.size() || entries_[place].owed == 0) {
      return "no counted audit record " + std::to_string(*sequence) + " leads to a decision";
    }
    auto& entry = entries_[place];
    if (entry.hash != short_hash(decision)) return "not what record " + std::to_string(*sequence) + " leads to";
    ++entry.found;
    return {};
  }

  std::string url_;
  std::unique_ptr<topic::Reader> reader_;
  std::vector<std::int64_t> next_;
  std::vector<std::int64_t> ends_;
  Sha256 sha256_;
  std::optional<std::uint64_t> first_;
  std::vector<Entry> entries_;
};

void print_decision(const std::string& place, const std::string& what, bool json) {
  if (!json) {
    std::cout << "decision " << place << ": " << what << '\n';
    return;
  }
  std::string line;
  JsonWriter out(line);
  out.begin_object();
  out.key("decision");
  out.string(place);
  out.key("difference");
  out.string(what);
  out.end_object();
  std::cout << line << '\n';
}

int run(const Options& options) {
  std::optional<DecisionCheck> decisions;
  if (!options.decisions.empty()) {
    auto opened = DecisionCheck::open(options.decisions);
    if (!opened) return fail(opened.error().message);
    decisions.emplace(std::move(*opened));
  }
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
    if (decisions && !finding->decision.empty()) {
      if (auto kept = decisions->expect(finding->decision); !kept) return Result<bool>(kept.error());
    }
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
  auto bad = counts[1] + counts[2] + counts[3];
  if (decisions) {
    const auto compared = decisions->compare(
        [&](const std::string& place, const std::string& what) { print_decision(place, what, options.json); });
    if (!compared) return fail(compared.error().message);
    bad += decisions->different + decisions->missing;
    if (!options.json) {
      std::cout << grouped(decisions->total) << " decisions: " << grouped(decisions->total - decisions->different)
                << " identical (" << grouped(decisions->repeated) << " of them repeats), "
                << grouped(decisions->different) << " different, " << grouped(decisions->missing) << " missing\n";
    }
  }
  return bad == 0 ? kOk : kFailed;
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("replay", "Runs the core again from audit records alone");
  command->footer(kExamples);
  command->add_option("--audit", options->audit, "Audit topic: dir:PATH/topic or kafka://host:port/topic")->required();
  command->add_option("--decisions", options->decisions,
                      "Topic with the decisions, all of them: compare them too, repeats included");
  command->add_option("--shard", options->shard, "Shard, which is the partition");
  command->add_option("--id", options->id, "Print the verdict on this event id alone");
  command->add_flag("--quiet", options->quiet, "Print what is not identical, and the count");
  command->add_flag("--json", options->json, "One JSON object per record, no count");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
