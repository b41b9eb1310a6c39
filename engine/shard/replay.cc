#include "engine/shard/replay.h"

#include <utility>

#include "engine/shard/author.h"
#include "engine/shard/recorded_policy.h"

namespace weir::shard {
namespace {

constexpr std::uint64_t kRecordsPerEpoch = 20'000;

}  // namespace

std::string_view replay_verdict_name(ReplayVerdict verdict) {
  switch (verdict) {
    case ReplayVerdict::kIdentical:
      return "identical";
    case ReplayVerdict::kDifferent:
      return "different";
    case ReplayVerdict::kAltered:
      return "altered";
    case ReplayVerdict::kMissing:
      return "missing";
    case ReplayVerdict::kNotCounted:
      return "not counted";
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
  PolicyParts policy_parts;
  audit::RecordReader reader;
  audit::ParsedRecord parsed;
  Output output;
  state::Batch batch;
  std::uint64_t since_epoch = 0;
  bool stepped = false;  // something was put into memory

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
  ReplayFinding finding(ReplayVerdict verdict, std::string difference) const;
  Result<ReplayFinding> step();
};

Replay::Replay(state::Store& store, const MemoryOptions& memory) : state_(std::make_unique<State>(store, memory)) {}
Replay::~Replay() = default;

Status Replay::State::use_recorded_policy() {
  if (auto status = policy_parts.add(parsed); !status) return status;
  if (!policy_parts.complete()) return {};
  auto whole = policy_parts.take();
  if (parsed.shadow && !core.step) return Error{"the stream has a policy for the shadow before the first that decides"};
  const bool is_there = core.policy && core.policy->hash == parsed.policy && core.shadow == nullptr;
  if (!parsed.shadow && is_there) return {};
  std::shared_ptr<const policy::Policy> policy;
  if (!parsed.shadow || !parsed.policy.empty()) {
    auto loaded = load_recorded_policy(std::move(whole), parsed.policy);
    if (!loaded) return loaded.error();
    policy = std::move(*loaded);
  }
  if (core.step) {
    if (auto status = write_epoch(); !status) return status;
    base = core.step->progress;
  }
  auto made = parsed.shadow ? make_core(core.policy, &store, options, nullptr, std::move(policy))
                            : make_core(std::move(policy), &store, options);
  if (!made) return made.error();
  core = std::move(*made);
  core.step->progress = base;
  return {};
}

ReplayFinding Replay::State::finding(ReplayVerdict verdict, std::string difference) const {
  return {verdict, parsed.kind, parsed.head.sequence, parsed.event_id, std::move(difference), {}};
}

Result<ReplayFinding> Replay::State::step() {
  auto found = finding(ReplayVerdict::kIdentical, "");
  switch (parsed.kind) {
    case audit::Kind::kStart:
      if (parsed.empty_memory && stepped) {
        return Error{"the stream was begun anew at record " + std::to_string(parsed.head.sequence) +
                     ": replay it from there"};
      }
      author = {parsed.engine, parsed.generation};
      policy_parts.clear();
      break;
    case audit::Kind::kPolicy:
      if (auto status = use_recorded_policy(); !status) return status.error();
      break;
    default: {
      stepped = true;
      if (!core.step) return Error{"the stream has transactions before its first policy record"};
      if (auto status = core.step->recorded(parsed, reader, output); !status) {
        found.verdict = ReplayVerdict::kDifferent;
        found.difference = status.error().message;
        progress().next_sequence = parsed.head.sequence + 1;
        return found;
      }
      found.difference = audit::first_difference(parsed.hashed_part, output.audit);
      if (!found.difference.empty()) found.verdict = ReplayVerdict::kDifferent;
      found.decision = output.decision;
      if (++since_epoch >= kRecordsPerEpoch) {
        if (auto status = write_epoch(); !status) return status.error();
      }
      return found;
    }
  }
  progress().clock_ms = parsed.head.clock_ms;
  progress().next_sequence = parsed.head.sequence + 1;
  return found;
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
  if (s.author.engine.empty()) {
    if (s.parsed.kind != audit::Kind::kStart) return s.finding(ReplayVerdict::kMissing, "a start record comes first");
    // A stream that was begun anew may be replayed from there.
    if (s.parsed.empty_memory) s.progress().next_sequence = s.parsed.head.sequence;
  } else if (!s.author.counts(s.parsed, next)) {
    return s.finding(ReplayVerdict::kNotCounted, "");
  }
  if (s.parsed.head.sequence == s.progress().next_sequence) return s.step();
  const auto message = "record " + std::to_string(next) + " should stand here";
  if (s.parsed.head.sequence < next) return s.finding(ReplayVerdict::kMissing, message);
  // Stepped all the same: what comes after it needs it.
  s.progress().next_sequence = s.parsed.head.sequence;
  auto finding = s.step();
  if (finding) {
    finding->verdict = ReplayVerdict::kMissing;
    finding->difference = message;
  }
  return finding;
}

}  // namespace weir::shard
