#include "engine/history/node.h"

#include <algorithm>
#include <new>

#include "engine/base/check.h"

namespace weir::history {
namespace {

// Calls visit(words, word_count_per_child) for every group of words that is stored child by child.
template <class Visit>
void each_array(std::uint64_t* words, std::uint32_t capacity, const BlockShape& shape, Visit visit) {
  const auto part = [&](std::uint8_t word) { return words + std::size_t{word} * capacity; };
  visit(words, 1U);
  if (shape.bad) visit(part(shape.bad), 1U);
  if (shape.sum) visit(part(shape.sum), 2U);
  if (shape.squares) visit(part(shape.squares), 3U);
  if (shape.min) visit(part(shape.min), 1U);
  if (shape.max) visit(part(shape.max), 1U);
}

template <class Visit>
void each_fixed_array(const Layout& layout, Node& node, Visit visit) {
  const std::size_t capacity = node.capacity;
  for (std::size_t i = 0; i < 5; ++i) visit(node.words() + i * capacity, 1U);
  for (const Track& track : layout.tracks()) {
    each_array(node.words() + track.word * capacity, node.capacity, track.fixed, visit);
  }
}

template <class Visit>
void each_currency_array(const Layout& layout, Node& node, Visit visit) {
  for (Node::CurrencyBlock& block : node.currencies) {
    each_array(block.words.data(), node.capacity, layout.tracks()[block.track].per_currency, visit);
  }
}

// Copies the entries [from, to) of `source` behind the last entry of `target`.
void copy_entries(const Layout& layout, Node& source, std::uint32_t from, std::uint32_t to, Node& target) {
  const std::uint32_t at = target.children;
  for (std::uint32_t child = from; child < to; ++child) target.open_child(layout, target.children);
  const auto copy = [from, to, at](std::uint64_t* out, const std::uint64_t* in, std::uint32_t words) {
    std::copy(in + from * words, in + to * words, out + at * words);
  };
  std::vector<const std::uint64_t*> sources;
  each_fixed_array(layout, source, [&sources](std::uint64_t* words, std::uint32_t) { sources.push_back(words); });
  std::size_t next = 0;
  each_fixed_array(layout, target,
                   [&](std::uint64_t* words, std::uint32_t count) { copy(words, sources[next++], count); });
  for (Node::CurrencyBlock& block : source.currencies) {
    const BlockShape& shape = layout.tracks()[block.track].per_currency;
    Node::CurrencyBlock& own = target.add_currency(layout, block.track, block.currency);
    sources.clear();
    each_array(block.words.data(), source.capacity, shape,
               [&sources](std::uint64_t* words, std::uint32_t) { sources.push_back(words); });
    next = 0;
    each_array(own.words.data(), target.capacity, shape,
               [&](std::uint64_t* words, std::uint32_t count) { copy(words, sources[next++], count); });
  }
}

}  // namespace

Node* Node::make(const Layout& layout, std::uint8_t level, std::uint32_t capacity) {
  const std::size_t words = std::size_t{layout.node_words()} * capacity;
  void* memory = ::operator new(sizeof(Node) + words * sizeof(std::uint64_t));
  Node* node = new (memory) Node;
  node->level = level;
  node->capacity = static_cast<std::uint8_t>(capacity);
  const std::size_t distinct = layout.distinct_tracks().size();
  if (distinct != 0) node->distinct = std::make_unique<DistinctNode[]>(distinct);
  return node;
}

void Node::destroy(Node* node) {
  node->~Node();
  ::operator delete(node);
}

Node::CurrencyBlock* Node::find_currency(std::uint32_t track, std::uint16_t currency) {
  for (CurrencyBlock& block : currencies) {
    if (block.track == track && block.currency == currency) return &block;
  }
  return nullptr;
}

Node::CurrencyBlock& Node::add_currency(const Layout& layout, std::uint32_t track, std::uint16_t currency) {
  if (CurrencyBlock* block = find_currency(track, currency)) return *block;
  CurrencyBlock& block = currencies.emplace_back();
  block.track = track;
  block.currency = currency;
  const BlockShape& shape = layout.tracks()[track].per_currency;
  block.words.resize(std::size_t{shape.words} * capacity);
  Block view(block.words.data(), capacity, shape);
  for (std::uint32_t child = 0; child < children; ++child) view.set(child, Numbers{});
  return block;
}

std::uint32_t Node::child_for(std::int64_t time_ms) const {
  const std::int64_t* const all = times();
  std::uint32_t child = children - 1U;
  while (child > 0 && all[child] > time_ms) --child;
  return child;
}

std::uint32_t Node::child_for(std::int64_t time_ms, std::uint64_t sequence) const {
  std::uint32_t child = children - 1U;
  while (child > 0 && (times()[child] > time_ms || (times()[child] == time_ms && sequences()[child] > sequence))) {
    --child;
  }
  return child;
}

void Node::open_child(const Layout& layout, std::uint32_t child) {
  WEIR_CHECK(children < capacity, "a child is added to a node that is not full");
  const auto open = [this, child](std::uint64_t* words, std::uint32_t count) {
    std::copy_backward(words + child * count, words + children * count, words + (children + 1U) * count);
  };
  each_fixed_array(layout, *this, open);
  each_currency_array(layout, *this, open);
  ++children;
  times()[child] = INT64_MAX;
  sequences()[child] = 0;
  set_child(child, nullptr);
  row_counts()[child] = 0;
  known_at()[child] = INT64_MIN;
  for (const Track& track : layout.tracks()) block(track).set(child, Numbers{});
  for (CurrencyBlock& currency : currencies) block(layout.tracks()[currency.track], currency).set(child, Numbers{});
}

void Node::remove_first_child(const Layout& layout) {
  const auto close = [this](std::uint64_t* words, std::uint32_t count) {
    std::copy(words + count, words + children * count, words);
  };
  each_fixed_array(layout, *this, close);
  each_currency_array(layout, *this, close);
  --children;
}

void Node::move_children(const Layout& layout, std::uint32_t from, Node& target) {
  copy_entries(layout, *this, from, children, target);
  children = static_cast<std::uint8_t>(from);
}

Node* enlarge_node(const Layout& layout, Node* node, std::uint32_t capacity) {
  Node* larger = Node::make(layout, node->level, capacity);
  copy_entries(layout, *node, 0, node->children, *larger);
  larger->distinct = std::move(node->distinct);
  Node::destroy(node);
  return larger;
}

}  // namespace weir::history
