#include "rules/cel/constant_set.h"

#include <bit>
#include <cstring>

namespace weir::cel {
namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
  return hash ^ hash >> 29U;
}

// Where the elements stand in the table shows nowhere, so the byte order may differ between CPUs.
std::uint64_t hash_of(const Value& value) {
  if (value.is(ValueKind::kInt64)) return mixed(0, value.as_uint64());
  auto text = value.as_string();
  std::uint64_t hash = text.size();
  while (text.size() > sizeof hash) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    hash = mixed(hash, word);
    text.remove_prefix(sizeof word);
  }
  std::uint64_t word = 0;
  for (const char c : text) word = word << 8U | static_cast<unsigned char>(c);
  return mixed(hash, word);
}

bool same(const Value& a, const Value& b) {
  return a.is(ValueKind::kInt64) ? a.as_int64() == b.as_int64() : a.as_string() == b.as_string();
}

}  // namespace

// The value's place, or the free place where it belongs.
std::size_t ConstantSet::place_of(const Value& value) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t place = hash_of(value) & mask;
  while (!table_[place].is_absent() && !same(table_[place], value)) place = (place + 1) & mask;
  return place;
}

std::optional<ConstantSet> ConstantSet::make(std::span<const Value> elements) {
  if (elements.empty()) return std::nullopt;
  ConstantSet set;
  set.kind_ = elements[0].kind();
  if (set.kind_ != ValueKind::kInt64 && set.kind_ != ValueKind::kString) return std::nullopt;
  set.table_.resize(std::bit_ceil(elements.size() * 2));
  for (const Value& element : elements) {
    if (!element.is(set.kind_)) return std::nullopt;
    set.table_[set.place_of(element)] = element;
  }
  return set;
}

bool ConstantSet::contains(const Value& value) const { return !table_[place_of(value)].is_absent(); }

}  // namespace weir::cel
