// From a start of the process to going live. See runner.h.
#include <utility>

#include "engine/base/check.h"
#include "engine/shard/runner_state.h"

namespace weir::shard {
namespace {

constexpr std::size_t kRecoverPerPump = 256;

std::string_view clock_name(ClockSource source) { return source == ClockSource::kEvent ? "event" : "wall"; }

}  // namespace

Status Runner::State::open() {
  auto stored = ports.store->position();
  if (!stored) return stored.error();
  auto range = ports.audit_reader->offsets(0, options.outbox.audit_partition);
  if (!range) return range.error();
  audit_end = range->end;
  if (!*stored) return open_without_position(*range);
  auto position = read_position(**stored);
  if (!position) return position.error();
  return open_position(*position, *range);
}

Status Runner::State::open_without_position(const topic::OffsetRange& audit) {
  const bool fresh = audit.first == audit.end;
  if (!fresh && options.begin == Begin::kContinue) {
    return Error{
        "the state directory is empty, but audit topic " + ports.audit->topic_name() + " holds " +
        std::to_string(audit.end - audit.first) +
        " records: the state was lost or this is the wrong directory. Start with --rebuild to fill it from the "
        "audit stream and the inputs, or with --begin-anew to go on without any history"};
  }
  if (options.begin == Begin::kRebuild && audit.first > 0) {
    return Error{"the state can't be rebuilt: audit topic " + ports.audit->topic_name() + " begins at offset " +
                 std::to_string(audit.first) + ", its earlier records have expired"};
  }
  next_audit_offset = audit.first;
  if (auto status = ports.audit_reader->seek(0, options.outbox.audit_partition, next_audit_offset); !status) {
    return status;
  }
  return feed.start({});
}

Status Runner::State::open_position(const Position& position, const topic::OffsetRange& audit) {
  if (options.begin != Begin::kContinue) {
    return Error{"--rebuild and --begin-anew need an empty state directory, and this one holds a state"};
  }
  if (position.next_audit_offset < audit.first || position.next_audit_offset > audit.end) {
    return Error{"the state stands at offset " + std::to_string(position.next_audit_offset) + " of audit topic " +
                 ports.audit->topic_name() + ", which holds offsets " + std::to_string(audit.first) + " to " +
                 std::to_string(audit.end - 1) + ": audit records were lost, or this is another stream's state"};
  }
  if (auto status = check_token_key(position.token_key_id); !status) return status;
  // If there is nothing to decide again, other time zones are no matter: the wanted policy takes over at once.
  const auto use = position.next_audit_offset == audit.end ? PolicyUse::kShow : PolicyUse::kDecide;
  auto policy = wanted_policy;
  if (policy->hash != position.policy) {
    auto stored = stored_policy(position.policy, use);
    if (!stored) return stored.error();
    policy = std::move(*stored);
  }
  std::shared_ptr<const policy::Policy> shadow;
  if (!position.shadow.empty()) {
    auto stored = stored_policy(position.shadow, use);
    if (!stored) return stored.error();
    shadow = std::move(*stored);
  }
  base = position.progress;
  if (auto status = use_policy(std::move(policy), std::move(shadow)); !status) return status;
  author = {position.engine, position.generation};
  next_audit_offset = position.next_audit_offset;
  position_stored = true;
  empty_memory = position.empty_memory;
  policy_recorded = position.policy_recorded;
  epochs.resume(position);
  if (auto status = ports.audit_reader->seek(0, options.outbox.audit_partition, next_audit_offset); !status) {
    return status;
  }
  return feed.start(position.consumed);
}

Result<std::shared_ptr<const policy::Policy>> Runner::State::stored_policy(const std::string& hash, PolicyUse use) {
  auto bytes = ports.store->read_policy(hash);
  if (!bytes) return bytes.error();
  if (!*bytes) return Error{"state store: policy " + hash + " is missing"};
  auto recorded = read_policy_bytes(**bytes);
  if (!recorded) return recorded.error();
  return load_recorded_policy(std::move(*recorded), hash, use);
}

Status Runner::State::check_token_key(const std::string& key_id) const {
  if (key_id == options.token_key_id) return {};
  return Error{"personal fields were tokenised with key " + (key_id.empty() ? "(none)" : key_id) +
               ", and the configured key is " + (options.token_key_id.empty() ? "(none)" : options.token_key_id) +
               ": with another key no history would be found again"};
}

Result<bool> Runner::State::recover(std::int64_t now_ms) {
  bool moved = false;
  for (std::size_t i = 0; i < kRecoverPerPump; ++i) {
    if (audit_ahead.empty()) {
      auto read = read_audit();
      if (!read) return read;
      moved |= *read;
      if (audit_ahead.empty()) break;
    }
    auto done = recover_record(now_ms);
    if (!done) return done;
    if (!*done) return moved;
    moved = true;
  }
  if (!audit_ahead.empty() || next_audit_offset < audit_end) return moved;
  // All that was there is applied. More may have come meanwhile, from an engine that is still running.
  auto range = ports.audit_reader->offsets(0, options.outbox.audit_partition);
  if (!range) return range.error();
  audit_end = range->end;
  if (next_audit_offset < audit_end) return true;
  auto announced = announce(now_ms);
  if (!announced) return announced;
  return moved || *announced;
}

Result<bool> Runner::State::read_audit() {
  if (next_audit_offset >= audit_end) return false;
  if (auto status = ports.audit_reader->poll(options.max_poll, polled); !status) return status.error();
  for (const auto& read : polled) audit_ahead.emplace_back(read.offset, read.value.value_or(""));
  return !polled.empty();
}

// True once the front of audit_ahead is dealt with, false if it has to wait.
Result<bool> Runner::State::recover_record(std::int64_t now_ms) {
  const auto& [offset, text] = audit_ahead.front();
  if (auto status = record_reader.read(text, parsed); !status) {
    return Error{"audit topic " + ports.audit->topic_name() + ", offset " + std::to_string(offset) + ": " +
                 status.error().message};
  }
  const auto next = progress().next_sequence;
  const bool applied = parsed.head.sequence < next;
  if (!applied && author.counts(parsed, next)) {
    if (parsed.head.sequence != next || parsed.head.shard != options.core.shard) {
      return Error{"audit topic " + ports.audit->topic_name() + ", offset " + std::to_string(offset) + ": record " +
                   std::to_string(parsed.head.sequence) + " of shard " + std::to_string(parsed.head.shard) +
                   " stands where record " + std::to_string(next) + " of shard " + std::to_string(options.core.shard) +
                   " should; audit records are missing"};
    }
    if (parsed.kind == audit::Kind::kStart) {
      if (auto status = recover_start(parsed); !status) return status.error();
    } else {
      auto done = parsed.kind == audit::Kind::kPolicy ? recover_policy(parsed, now_ms)
                  : parsed.kind == audit::Kind::kList ? recover_list(parsed)
                                                      : recover_input(parsed);
      if (!done || !*done) return done;
    }
  }
  next_audit_offset = offset + 1;
  audit_ahead.pop_front();
  return true;
}

Status Runner::State::recover_start(const audit::ParsedRecord& recorded) {
  if (auto status = check_token_key(recorded.token_key_id); !status) return status;
  if (recorded.empty_memory && recorded.head.sequence > 0 && !empty_memory && options.begin != Begin::kAnew) {
    return Error{"the audit stream was begun anew at record " + std::to_string(recorded.head.sequence) +
                 ": this state is from before, or can't be rebuilt across it; start with an empty state directory and "
                 "--begin-anew"};
  }
  author = {recorded.engine, recorded.generation};
  policy_parts.clear();
  progress().clock_ms = recorded.head.clock_ms;
  ++progress().next_sequence;
  return {};
}

// Whether the core is already as the record says. A policy that decides ends the shadow.
bool Runner::State::puts_in_force_what_is(const audit::ParsedRecord& recorded) const {
  if (recorded.shadow) return shadow_is(recorded.policy);
  return core.policy && core.policy->hash == recorded.policy && core.shadow == nullptr;
}

// The last part puts the policy in force.
Status Runner::State::add_policy_part(const audit::ParsedRecord& recorded) {
  if (auto status = policy_parts.add(recorded); !status) return status;
  if (!policy_parts.complete()) return {};
  auto whole = policy_parts.take();
  if (!recorded.shadow) policy_recorded = true;
  if (puts_in_force_what_is(recorded)) return {};
  if (recorded.shadow && recorded.policy.empty()) return use_policy(core.policy, nullptr);
  auto loaded = load_recorded_policy(std::move(whole), recorded.policy);
  if (!loaded) return loaded.error();
  if (!recorded.shadow) return use_policy(std::move(*loaded), nullptr);
  if (!core.step) return Error{"the audit stream has a policy for the shadow before the first that decides"};
  return use_policy(core.policy, std::move(*loaded));
}

Result<bool> Runner::State::recover_policy(const audit::ParsedRecord& recorded, std::int64_t now_ms) {
  if (options.begin != Begin::kAnew && !puts_in_force_what_is(recorded) && recorded.part == 1) {
    // The old core's changes must be stored before another one reads them.
    auto settled = settle(now_ms, false);
    if (!settled || !*settled) return settled;
  }
  if (options.begin == Begin::kAnew) {
    if (!recorded.shadow) policy_recorded = recorded.part == recorded.parts;
  } else if (auto status = add_policy_part(recorded); !status) {
    return status.error();
  }
  progress().clock_ms = recorded.head.clock_ms;
  ++progress().next_sequence;
  return true;
}

Result<bool> Runner::State::recover_list(const audit::ParsedRecord& recorded) {
  if (options.begin == Begin::kAnew) {
    progress().clock_ms = recorded.head.clock_ms;
    ++progress().next_sequence;
    return true;
  }
  if (!core.step) return Error{"the audit stream has lists before its first policy record"};
  if (outbox.full()) return false;
  core.step->list_record(recorded.head.clock_ms, recorded.list, recorded.list_delta, output);
  if (auto status = check_same(recorded); !status) return status.error();
  empty_memory = false;
  deliver(nullptr, true);
  ++recovered_records;
  return true;
}

Result<bool> Runner::State::recover_input(const audit::ParsedRecord& recorded) {
  const auto& place = recorded.input;
  if (options.begin == Begin::kAnew) {
    if (auto status = feed.consumed(recorded.topic, place.partition, place.offset); !status) return status.error();
    progress().clock_ms = recorded.head.clock_ms;
    ++progress().next_sequence;
    return true;
  }
  if (!core.step) return Error{"the audit stream has transactions before its first policy record"};
  if (outbox.full()) return false;
  auto fetched = feed.fetch(recorded.topic, place.partition, place.offset);
  if (!fetched) return fetched.error();
  const auto* owned = *fetched;
  if (owned == nullptr) return false;

  topic::Record again;
  again.topic = 0;
  while (ports.inputs->topic_name(again.topic) != recorded.topic) ++again.topic;
  again.partition = place.partition;
  again.offset = place.offset;
  if (owned->has_key) again.key = owned->key;
  again.value = owned->value;
  std::vector<topic::Header> headers;
  for (const auto& [name, value] : owned->headers) headers.push_back({name, value});
  again.headers = headers;

  Input input;
  input.topic = recorded.topic;
  input.partition = place.partition;
  input.offset = place.offset;
  input.previous = feed.last_consumed(again.topic, place.partition);
  input.clock_ms = recorded.head.clock_ms;
  input.value = owned->value;
  const auto status = again.topic >= options.first_label_topic ? core.step->label(input, output)
                                                               : core.step->transaction(input, output);
  if (!status) return status.error();
  if (auto same = check_same(recorded); !same) return same.error();
  empty_memory = false;
  deliver(&again, true);
  feed.consumed(again.topic, place.partition, place.offset);
  ++recovered_records;
  return true;
}

Status Runner::State::check_same(const audit::ParsedRecord& recorded) const {
  if (output.audit == recorded.hashed_part) return {};
  return Error{"recovery came to another result than the audit stream at record " +
               std::to_string(recorded.head.sequence) + ": " +
               audit::first_difference(recorded.hashed_part, output.audit)};
}

// Paused and sought: a connector need not even be ready to go on where it was.
Status Runner::State::leave_audit() {
  if (auto status = ports.audit_reader->pause(0, options.outbox.audit_partition); !status) return status;
  return ports.audit_reader->seek(0, options.outbox.audit_partition, next_audit_offset);
}

// The stream is applied to its end: exchange the policy if another one is wanted, make sure that the state directory
// knows where it stands, then say that we are here. False while one of them is under way.
Result<bool> Runner::State::announce(std::int64_t now_ms) {
  policy_parts.clear();
  const bool other = core.step && core.policy->hash != wanted_policy->hash;
  if (other || (!policy_recorded && core.shadow != nullptr)) {
    auto settled = settle(now_ms, false);
    if (!settled || !*settled) return settled;
    if (auto status = use_policy(wanted_policy, nullptr); !status) return status.error();
    policy_recorded = false;
  }
  if (!core.step) {
    if (auto status = use_policy(wanted_policy, nullptr); !status) return status.error();
    policy_recorded = false;
    empty_memory = true;
  }
  // Before the first record goes out there is a position to recover it from.
  auto settled = settle(now_ms, true);
  if (!settled || !*settled) return settled;

  // What we write there from now on needs no reading; look_into_gap() comes back to it.
  if (auto status = leave_audit(); !status) return status.error();

  if (observer != nullptr) observer->recovered(recovered_records);
  generation = author.generation + 1;
  outbox.expect_audit_offset(next_audit_offset);
  phase = Phase::kAnnouncing;
  audit::StartFacts facts;
  facts.engine = options.engine;
  facts.generation = generation;
  facts.build = options.build;
  facts.policy = core.policy->hash;
  facts.token_key_id = options.token_key_id;
  facts.clock = clock_name(options.core.clock_source);
  facts.empty_memory = empty_memory;
  core.step->start(now_ms, facts, output);
  deliver(nullptr, false);
  if (!policy_recorded) record_policy(now_ms);
  announced_below = progress().next_sequence;
  return true;
}

}  // namespace weir::shard
