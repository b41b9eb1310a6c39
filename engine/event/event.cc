#include "engine/event/event.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "engine/base/check.h"

namespace weir::event {
namespace {

constexpr std::size_t kFirstBlockBytes = 4096;

void append_number(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_key_text(std::string& out, const Value& value) {
  if (value.is(ValueKind::kString)) {
    out.append(value.as_string());
  } else {
    WEIR_CHECK(value.is(ValueKind::kInt64), "an entity's key is a string, an enumeration or an int64");
    append_number(out, value.as_int64());
  }
}

}  // namespace

Event::Event(const Schema& schema, std::uint32_t extra_slots) : slots_(schema.slot_count() + extra_slots) {
  add_block(kFirstBlockBytes);
}

void Event::clear() {
  std::fill(slots_.begin(), slots_.end(), Value::absent());
  if (blocks_.size() > 1) {
    std::size_t total = 0;
    for (const Block& block : blocks_) total += block.size;
    blocks_.clear();
    add_block(std::bit_ceil(total));
  }
  used_ = 0;
  type = 0;
  time_ms = 0;
  id = {};
}

void Event::add_block(std::size_t size) {
  blocks_.push_back({std::make_unique<char[]>(size), size});
  used_ = 0;
}

char* Event::room(std::size_t size) {
  if (size > blocks_.back().size - used_) add_block(std::max(std::bit_ceil(size), kFirstBlockBytes));
  char* const begin = blocks_.back().bytes.get() + used_;
  used_ += size;
  return begin;
}

std::string_view Event::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  char* const begin = room(bytes.size());
  std::memcpy(begin, bytes.data(), bytes.size());
  return {begin, bytes.size()};
}

std::optional<OwnLabel> own_label(const Schema& schema, const Event& event) {
  if (!schema.inline_label) return std::nullopt;
  const auto& [slot, fraud_value, delay_ms] = *schema.inline_label;
  const auto& value = event[slot];
  const std::int64_t known_at_ms = event.time_ms + delay_ms;
  switch (value.kind()) {
    case ValueKind::kString:
      return OwnLabel{value.as_string() == fraud_value, known_at_ms};
    case ValueKind::kBool:
      return OwnLabel{fraud_value == (value.as_bool() ? "true" : "false"), known_at_ms};
    case ValueKind::kInt64:
      return OwnLabel{std::to_string(value.as_int64()) == fraud_value, known_at_ms};
    case ValueKind::kAbsent:
      return std::nullopt;
    default:
      return OwnLabel{false, known_at_ms};
  }
}

bool entity_key(const Entity& entity, const Event& event, std::string& key) {
  key.clear();
  for (const std::uint32_t slot : entity.key_slots) {
    if (event[slot].is_absent()) return false;
  }
  if (entity.key_slots.size() == 1) {
    append_key_text(key, event[entity.key_slots.front()]);
    return true;
  }
  for (const std::uint32_t slot : entity.key_slots) {
    const Value& part = event[slot];
    char digits[24];
    std::size_t size = 0;
    if (part.is(ValueKind::kString)) {
      size = part.as_string().size();
    } else {
      size = static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, part.as_int64()).ptr - digits);
    }
    append_number(key, static_cast<std::int64_t>(size));
    key.push_back(':');
    append_key_text(key, part);
  }
  return true;
}

}  // namespace weir::event
