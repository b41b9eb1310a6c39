#include "engine/shard/runner.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/sha256.h"
#include "engine/shard/dead_letter.h"
#include "engine/shard/list_store.h"
#include "engine/shard/runner_state.h"
#include "engine/shard/shadow.h"

namespace weir::shard {

namespace {

// Moves up to `most` of the last elements.
template <class T>
void take(std::vector<T>& from, std::size_t most, std::vector<T>& to) {
  for (; most > 0 && !from.empty(); --most) {
    to.push_back(std::move(from.back()));
    from.pop_back();
  }
}

}  // namespace

Runner::Runner(std::unique_ptr<State> state) : state_(std::move(state)) {}
Runner::~Runner() = default;

Result<std::unique_ptr<Runner>> Runner::open(const Ports& ports, std::shared_ptr<const policy::Policy> policy,
                                             RunnerOptions options, Observer* observer, StageClock* stages) {
  auto state = std::make_unique<State>(ports, std::move(policy), std::move(options), observer, stages);
  if (auto status = state->open(); !status) return status.error();
  return std::unique_ptr<Runner>(new Runner(std::move(state)));
}

void Runner::want_policy(std::shared_ptr<const policy::Policy> policy) { state_->wanted_policy = std::move(policy); }
void Runner::want_shadow(std::shared_ptr<const policy::Policy> policy) { state_->wanted_shadow = std::move(policy); }
void Runner::want_lists(policy::ListContents contents) {
  state_->wanted_lists = std::move(contents);
  state_->lists_differ = true;
}

void Runner::request_stop() { state_->stop_requested = true; }
bool Runner::stopped() const { return state_->phase == State::Phase::kStopped; }
bool Runner::live() const { return state_->phase == State::Phase::kLive; }
std::uint64_t Runner::next_sequence() const { return state_->progress().next_sequence; }
std::int64_t Runner::last_consumed(std::uint32_t topic, std::int32_t partition) const {
  return state_->feed.last_consumed(topic, partition);
}
const Core* Runner::core() const { return state_->core.step ? &state_->core : nullptr; }

Result<bool> Runner::pump(std::int64_t now_ms) {
  auto& s = *state_;
  bool moved = false;
  const auto add = [&](Result<bool> result) {
    if (result) moved |= *result;
    return result;
  };
  if (auto result = add(s.outbox.pump()); !result) return result;
  if (s.outbox.gap()) {
    if (auto result = add(s.look_into_gap()); !result) return result;
  }
  switch (s.phase) {
    case State::Phase::kRecovering:
      if (s.stop_requested && !s.policy_parts.begun()) {
        s.phase = State::Phase::kStopping;
        return true;
      }
      if (auto result = add(s.recover(now_ms)); !result) return result;
      break;
    case State::Phase::kAnnouncing:
      // Until the start record is acknowledged at its place, another engine's records may still count.
      if (s.outbox.delivered_below(s.progress().next_sequence) < s.announced_below) break;
      if (auto status = s.feed.go_live(); !status) return status.error();
      s.author = {s.options.engine, s.generation};
      s.phase = State::Phase::kLive;
      if (s.observer != nullptr) s.observer->live(s.generation);
      if (s.observer != nullptr) {
        s.observer->policy_taken(s.core.policy, s.progress().next_sequence);
        if (s.core.shadow != nullptr) s.observer->shadow_taken(s.core.shadow, s.progress().next_sequence);
      }
      moved = true;
      break;
    case State::Phase::kLive:
      if (s.stop_requested) {
        s.phase = State::Phase::kStopping;
        return true;
      }
      if (s.core.policy->hash != s.wanted_policy->hash) {
        if (auto result = add(s.take_policy(now_ms)); !result) return result;
      } else if (s.shadow_is_wanted()) {
        if (auto result = add(s.take_shadow(now_ms)); !result) return result;
      } else if (s.lists_differ) {
        if (auto result = add(s.record_lists(now_ms)); !result) return result;
      } else if (auto result = add(s.take_input(now_ms)); !result) {
        return result;
      }
      break;
    case State::Phase::kStopping: {
      auto settled = s.settle(now_ms, true);
      if (!settled) return settled;
      if (*settled) s.phase = State::Phase::kStopped;
      return true;
    }
    case State::Phase::kStopped:
      return false;
  }
  if (auto result = add(s.pump_epochs(now_ms)); !result) return result;
  return moved;
}

Result<bool> Runner::State::exchange(std::int64_t now_ms, std::shared_ptr<const policy::Policy> policy,
                                     std::shared_ptr<const policy::Policy> shadow) {
  if (keeps_histories(core, *policy, shadow.get())) {
    change_policy(core, std::move(policy), std::move(shadow), options.core);
    return true;
  }
  auto settled = settle(now_ms, false);
  if (!settled || !*settled) return settled;
  if (auto status = use_policy(std::move(policy), std::move(shadow)); !status) return status.error();
  return true;
}

// It ends the shadow, which may not go with it; if it does, it is taken again.
Result<bool> Runner::State::take_policy(std::int64_t now_ms) {
  auto exchanged = exchange(now_ms, wanted_policy, nullptr);
  if (!exchanged || !*exchanged) return exchanged;
  if (observer != nullptr) observer->policy_taken(core.policy, progress().next_sequence);
  record_policy(now_ms);
  lists_differ = !wanted_lists.empty();
  return true;
}

Result<bool> Runner::State::take_shadow(std::int64_t now_ms) {
  if (wanted_shadow != nullptr) {
    if (const auto why = no_shadow_because(*wanted_shadow, *core.policy); !why.empty()) {
      if (observer != nullptr) observer->shadow_refused(*wanted_shadow, why);
      wanted_shadow = core.shadow;
      return true;
    }
  }
  auto exchanged = exchange(now_ms, core.policy, wanted_shadow);
  if (!exchanged || !*exchanged) return exchanged;
  if (observer != nullptr) observer->shadow_taken(core.shadow, progress().next_sequence);
  record_shadow(now_ms);
  return true;
}

void Runner::State::record_policy(std::int64_t now_ms) {
  record_parts(now_ms, *core.policy, false);
  policy_recorded = true;
}

void Runner::State::record_shadow(std::int64_t now_ms) {
  if (core.shadow != nullptr) {
    record_parts(now_ms, *core.shadow, true);
    return;
  }
  audit::PolicyFacts none;
  none.shadow = true;
  core.step->policy_record(now_ms, none, output);
  deliver(nullptr, false);
}

// All its parts at once: nothing comes between them.
void Runner::State::record_parts(std::int64_t now_ms, const policy::Policy& policy, bool shadow) {
  const auto parts = parts_of(policy, options.policy_part_bytes);
  audit::PolicyFacts facts;
  facts.shadow = shadow;
  facts.hash = policy.hash;
  facts.time_zones = policy.time_zones;
  facts.parts = static_cast<std::uint32_t>(parts.size());
  for (facts.part = 1; facts.part <= facts.parts; ++facts.part) {
    facts.files = parts[facts.part - 1];
    core.step->policy_record(now_ms, facts, output);
    deliver(nullptr, false);
  }
}

// A part of the changes, so that records stay small; inputs wait until all are recorded.
Result<bool> Runner::State::record_lists(std::int64_t now_ms) {
  constexpr std::size_t kEntriesPerRecord = 1'000;
  if (outbox.full()) return false;
  for (const auto& list : core.policy->lists) {
    const auto wanted = wanted_lists.find(list.name);
    if (wanted == wanted_lists.end()) continue;
    auto delta = book::difference(core.memory->lists().entries(list.name), wanted->second);
    while (!delta.empty()) {
      book::ListDelta part;
      take(delta.removed, kEntriesPerRecord, part.removed);
      take(delta.put, kEntriesPerRecord - part.removed.size(), part.put);
      core.step->list_record(now_ms, list.name, part, output);
      deliver(nullptr, false);
      empty_memory = false;
      if (outbox.full()) return true;
    }
  }
  lists_differ = false;
  return true;
}

Result<bool> Runner::State::take_input(std::int64_t now_ms) {
  if (feed.paused() ? !outbox.half_empty() : outbox.full()) {
    // Polling goes on, so that the connection stays alive; the partitions are paused.
    if (auto status = feed.pause(true); !status) return status.error();
    if (auto status = feed.poll(options.max_poll, polled); !status) return status.error();
    WEIR_CHECK(polled.empty(), "a paused partition gives nothing");
    return false;
  }
  if (auto status = feed.pause(false); !status) return status.error();
  if (auto status = feed.poll(options.max_poll, polled); !status) return status.error();
  if (observer != nullptr && !polled.empty()) observer->taken(polled.size());
  std::size_t expected = 0;
  for (const auto& record : polled) {
    while (expected < polled.size() && expect(polled[expected], now_ms)) ++expected;
    if (auto status = consume(record, now_ms); !status) return status.error();
  }
  if (!polled.empty()) {
    if (auto result = outbox.pump(); !result) return result;
    if (auto status = ports.audit->flush(); !status) return status.error();
  }
  return !polled.empty();
}

Input Runner::State::input_of(const topic::Record& record, std::int64_t now_ms) const {
  Input input;
  input.topic = ports.inputs->topic_name(record.topic);
  input.partition = record.partition;
  input.offset = record.offset;
  input.previous = feed.last_consumed(record.topic, record.partition);
  input.clock_ms = now_ms;
  if (record.value) input.value = *record.value;
  return input;
}

// Whether it is expected now, or needs not be.
bool Runner::State::expect(const topic::Record& record, std::int64_t now_ms) {
  return is_label(record) || core.step->expect(input_of(record, now_ms), stages);
}

Status Runner::State::consume(const topic::Record& record, std::int64_t now_ms) {
  const auto input = input_of(record, now_ms);
  if (stages != nullptr) stages->begin();
  const auto status =
      is_label(record) ? core.step->label(input, output) : core.step->transaction(input, output, stages);
  if (!status) return status;
  empty_memory = false;
  feed.consumed(record.topic, record.partition, record.offset);
  if (observer != nullptr) observer->stepped(record, output);
  deliver(&record, false);
  const auto sent = outbox.send_audit();
  return sent ? Status() : Status(sent.error());
}

// `record` is nullptr for the engine's own records.
void Runner::State::deliver(const topic::Record* record, bool on_stream) {
  auto delivery = outbox.take();
  delivery.sequence = output.sequence;
  if (!on_stream) {
    audit::Envelope envelope;
    envelope.engine = options.engine;
    envelope.generation = generation;
    if (stages != nullptr && record != nullptr) envelope.stages = stages->stages();
    audit::append_envelope(output.audit, output.leaf, envelope, delivery.audit);
  }
  if (record != nullptr) {
    delivery.has_key = record->key.has_value();
    if (record->key) delivery.key.assign(*record->key);
    for (const auto& header : record->headers) {
      delivery.headers.emplace_back(std::string(header.name), std::string(header.value));
    }
    if (output.kind == audit::Kind::kDeadLetter) {
      delivery.output = Delivery::Output::kDeadLetter;
      if (record->value) delivery.value.assign(*record->value);
      append_dead_letter_headers(output, *record, ports.inputs->topic_name(record->topic), delivery.headers);
    } else if (!output.decision.empty()) {
      delivery.output = Delivery::Output::kDecision;
      delivery.value.assign(output.decision);
    }
  }
  outbox.add(std::move(delivery));
}

// Another engine's records stand between ours. They don't matter if they don't count; if one does, this engine is
// overtaken and must publish nothing more.
Result<bool> Runner::State::look_into_gap() {
  const auto gap = *outbox.gap();
  if (!gap_sought) {
    if (auto status = ports.audit_reader->seek(0, options.outbox.audit_partition, gap.first); !status) {
      return status.error();
    }
    if (auto status = ports.audit_reader->resume(0, options.outbox.audit_partition); !status) return status.error();
    gap_sought = true;
  }
  if (auto status = ports.audit_reader->poll(options.max_poll, polled); !status) return status.error();
  for (const auto& foreign : polled) {
    if (foreign.offset >= gap.end) break;
    if (auto status = record_reader.read(foreign.value.value_or(""), parsed); !status) return status.error();
    if (author.counts(parsed, gap.sequence)) {
      return Error{"another engine (" + parsed.engine + ", generation " + std::to_string(parsed.generation) +
                   ") has taken over audit topic " + ports.audit->topic_name() + " at offset " +
                   std::to_string(foreign.offset) + "; this engine stops, and what it had not published stays so"};
    }
    if (observer != nullptr)
      observer->warning("an engine that lost its start wrote to the audit stream: " + parsed.engine);
    if (foreign.offset + 1 == gap.end) {
      gap_sought = false;
      outbox.pass_gap();
      if (auto status = leave_audit(); !status) return status.error();
      return true;
    }
  }
  return !polled.empty();
}

Position Runner::State::position() {
  Position now;
  now.progress = progress();
  // A lower bound while records are in flight: recovery passes over sequence numbers that it has applied already.
  now.next_audit_offset = phase == Phase::kRecovering ? next_audit_offset : outbox.next_audit_offset();
  // An epoch that is cut while we announce ourselves is written once our start record stands in its place.
  const bool ours = phase == Phase::kAnnouncing;
  now.generation = ours ? generation : author.generation;
  now.engine = ours ? options.engine : author.engine;
  now.policy = core.policy ? core.policy->hash : "";
  now.shadow = core.shadow ? core.shadow->hash : "";
  now.token_key_id = options.token_key_id;
  now.policy_recorded = policy_recorded;
  now.empty_memory = empty_memory;
  now.consumed = feed.positions();
  return now;
}

Result<bool> Runner::State::pump_epochs(std::int64_t now_ms) {
  if (!core.step) return false;
  bool moved = false;
  // A position between the parts of a policy would be of no use.
  if (epochs.due(now_ms) && !policy_parts.begun() &&
      progress().next_sequence > epochs.written().progress.next_sequence) {
    epochs.cut(core, position(), now_ms, false);
    if (observer != nullptr) observer->epoch_cut(epochs.cut_bytes());
    moved = true;
  }
  auto written = epochs.pump(core, outbox.delivered_below(progress().next_sequence));
  if (!written) return written;
  if (*written) {
    position_stored = true;
    feed.mirror(epochs.written().consumed);
    if (observer != nullptr) observer->epoch_written();
  }
  return moved || *written;
}

Result<bool> Runner::State::settle(std::int64_t now_ms, bool sync) {
  if (!core.step) return true;
  if (auto result = pump_epochs(now_ms); !result) return result;
  if (!outbox.empty() || !epochs.idle()) return false;
  // A start record stands behind a position that nothing takes back: recovery never begins before it with records in
  // flight. Also the offset: a lower bound would make a successor read on in the audit stream, although nothing is left
  // there.
  const auto now = position();
  const auto& written = epochs.written();
  if (position_stored && written.progress.next_sequence == now.progress.next_sequence &&
      written.next_audit_offset == now.next_audit_offset && (epochs.written_survives() || !sync)) {
    return true;
  }
  epochs.cut(core, now, now_ms, sync);
  return false;
}

Status Runner::State::use_policy(std::shared_ptr<const policy::Policy> policy,
                                 std::shared_ptr<const policy::Policy> shadow) {
  base = progress();
  core.step = nullptr;  // it works on the memory that goes over to the successor
  auto predecessor = core.policy && same_rows(*core.policy, *policy) ? std::move(core.memory) : nullptr;
  auto made = make_core(std::move(policy), ports.store, options.core, std::move(predecessor), std::move(shadow));
  if (!made) return made.error();
  core = std::move(*made);
  core.step->progress = base;
  return {};
}

}  // namespace weir::shard
