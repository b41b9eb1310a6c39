#include "engine/shard/position.h"

#include <utility>

#include "engine/base/varint.h"

namespace weir::shard {

std::string position_text(const Position& position) {
  std::string out;
  append_varint(out, position.progress.next_sequence);
  append_zigzag(out, position.progress.clock_ms);
  append_zigzag(out, position.progress.greatest_event_ms);
  append_zigzag(out, position.progress.history_cutoff_ms);
  append_zigzag(out, position.progress.event_cutoff_ms);
  append_zigzag(out, position.next_audit_offset);
  append_sized(out, position.engine);
  append_varint(out, position.generation);
  append_sized(out, position.policy);
  append_sized(out, position.shadow);
  append_sized(out, position.token_key_id);
  append_varint(out, position.policy_recorded ? 1 : 0);
  append_varint(out, position.empty_memory ? 1 : 0);
  append_varint(out, position.consumed.size());
  for (const auto& [place, offset] : position.consumed) {
    append_sized(out, place.first);
    append_zigzag(out, place.second);
    append_zigzag(out, offset);
  }
  return out;
}

Result<Position> read_position(std::string_view text) {
  VarintReader in(text);
  Position position;
  bool fits = true;
  position.progress.next_sequence = in.varint();
  position.progress.clock_ms = in.zigzag();
  position.progress.greatest_event_ms = in.zigzag();
  position.progress.history_cutoff_ms = in.zigzag();
  position.progress.event_cutoff_ms = in.zigzag();
  position.next_audit_offset = in.zigzag();
  position.engine = in.sized();
  position.generation = in.varint();
  position.policy = in.sized();
  position.shadow = in.sized();
  position.token_key_id = in.sized();
  position.policy_recorded = in.varint() != 0;
  position.empty_memory = in.varint() != 0;
  for (auto count = in.varint(); count > 0 && in.ok(); --count) {
    std::string topic(in.sized());
    const auto partition = in.zigzag();
    fits &= std::in_range<std::int32_t>(partition);
    position.consumed[{std::move(topic), static_cast<std::int32_t>(partition)}] = in.zigzag();
  }
  if (!in.ok() || !in.at_end() || !fits) return Error{"state store: damaged position"};
  return position;
}

}  // namespace weir::shard
