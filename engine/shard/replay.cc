#include "engine/shard/replay.h"

#include <utility>

#include "engine/shard/author.h"

namespace weir::shard {
namespace {

constexpr std::uint64_t kRecordsPerEpoch = 20'000;

}  // namespace

std::string_view replay_verdict_name(ReplayVerdict verdict) {
  switch (verdict) {
    case ReplayVerdict::kIdentical: return "identical";
    case ReplayVerdict::kDifferent: return "different";
    case ReplayVerdict::kAltered: return "altered";
    case ReplayVerdict::kMissing: return "missing";
    case ReplayVerdict::kNotCounted: return "not counted";
  }
  return "unknown";
}

struct Replay::State {
  State(state::Store& the_store, const MemoryOptions& memory) : store(the_store) { options.memory = memory; }

  state::Store& store;
  CoreOptions options;
  Core core;
  Progress base;
  Author author;
  audit::RecordReader reader;
  audit::ParsedRecord parsed;
  Output output;
  state::Batch batch;
  std::uint64_t since_epoch = 0;

  Progress& progress() { return core.step ? core.step->progress : base; }

  Status write_epoch() {
    batch.clear();
    core.memory->cut(batch);
    if (auto status = store.write(batch); !status) return status;
    core.memory->written();
    core.memory->trim();
    since_epoch = 0;
    return {};
  }
  Status use_recorded_policy();
  Result<ReplayFinding> step();
};

Replay::Replay(state::Store& store, const MemoryOptions& memory) : state_(std::make_unique<State>(store, memory)) {}
Replay::~Replay() = default;

Status Replay::State::use_recorded_policy() {
  if (core.policy && core.policy->hash == parsed.policy) return {};
  std::vector<policy::PolicyFile> files;
  for (const auto& file : parsed.files) files.push_back({file.name, file.text});
  auto policy = load_recorded_policy(std::move(files), parsed.policy);
  if (!policy) return policy.error();
  if (core.step) {
    if (auto status = write_epoch(); !status) return status;
    base = core.step->progress;
  }
  auto made = make_core(std::move(*policy), &store, options);
  if (!made) return made.error();
  core = std::move(*made);
  core.step->progress = base;
  return {};
}

Result<ReplayFinding> Replay::State::step() {
  ReplayFinding finding;
  finding.kind = parsed.kind;
  finding.sequence = parsed.head.sequence;
  finding.event_id = parsed.event_id;
  switch (parsed.kind) {
    case audit::Kind::kStart:
      if (parsed.empty_memory && parsed.head.sequence > 0) {
        return Error{"the stream was begun anew at record " + std::to_string(parsed.head.sequence) +
                     ": replay it from there"};
      }
      author = {parsed.engine, parsed.generation};
      break;
    case audit::Kind::kPolicy:
      if (auto status = use_recorded_policy(); !status) return status.error();
      break;
    default: {
      if (!core.step) return Error{"the stream has transactions before its first policy record"};
      if (auto status = core.step->recorded(parsed, reader, output); !status) {
        finding.verdict = ReplayVerdict::kDifferent;
        finding.difference = status.error().message;
        progress().next_sequence = parsed.head.sequence + 1;
        return finding;
      }
      finding.difference = audit::first_difference(parsed.hashed_part, output.audit);
      if (!finding.difference.empty()) finding.verdict = ReplayVerdict::kDifferent;
      if (++since_epoch >= kRecordsPerEpoch) {
        if (auto status = write_epoch(); !status) return status.error();
      }
      return finding;
    }
  }
  progress().clock_ms = parsed.head.clock_ms;
  progress().next_sequence = parsed.head.sequence + 1;
  return finding;
}

Result<ReplayFinding> Replay::next(std::string_view audit_record) {
  auto& s = *state_;
  if (auto status = s.reader.read(audit_record, s.parsed); !status) {
    ReplayFinding finding;
    finding.verdict = ReplayVerdict::kAltered;
    finding.sequence = s.progress().next_sequence++;
    finding.difference = status.error().message;
    return finding;
  }
  const auto next = s.progress().next_sequence;
  if (!s.author.counts(s.parsed, next)) {
    ReplayFinding finding;
    finding.verdict = ReplayVerdict::kNotCounted;
    finding.kind = s.parsed.kind;
    finding.sequence = s.parsed.head.sequence;
    return finding;
  }
  if (s.parsed.head.sequence != next) {
    ReplayFinding finding;
    finding.verdict = ReplayVerdict::kMissing;
    finding.kind = s.parsed.kind;
    finding.sequence = s.parsed.head.sequence;
    finding.difference = "record " + std::to_string(next) + " should stand here";
    s.progress().next_sequence = s.parsed.head.sequence + 1;
    return finding;
  }
  return s.step();
}

}  // namespace weir::shard
