#include "ops/generator/agenda.h"

#include <algorithm>

#include "engine/base/check.h"

namespace weir::generator {

namespace {

// std::push_heap keeps the greatest in front, and the greatest is to be the one that comes first.
bool comes_later(const Entry& a, const Entry& b) {
  return a.time_ms != b.time_ms ? a.time_ms > b.time_ms : a.order > b.order;
}

}  // namespace

void Agenda::add(Entry entry) {
  entry.order = added_++;
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end(), comes_later);
}

Entry Agenda::take() {
  WEIR_CHECK(!heap_.empty(), "nothing left on the agenda");
  std::pop_heap(heap_.begin(), heap_.end(), comes_later);
  const Entry entry = heap_.back();
  heap_.pop_back();
  return entry;
}

}  // namespace weir::generator
