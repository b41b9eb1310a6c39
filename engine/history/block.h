// Summaries of rows, and arrays of them: the block of a track in a node has one entry per child, each part contiguous
// over the children. Internal to engine/history.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "engine/history/layout.h"
#include "engine/history/wide.h"

namespace weir::history {

// A summary of rows: how many there are, and the parts that a measure asked for. Minimum and maximum are values of the
// column in a form that orders as integers do (doubles through ordered_bits, times in microseconds).
struct Numbers {
  std::uint64_t count = 0;
  std::uint64_t bad = 0;  // rows whose value does not fit the scaled form
  Int128 sum = 0;
  Wide squares;
  std::int64_t min = INT64_MAX;
  std::int64_t max = INT64_MIN;

  void add(const Numbers& other) {
    count += other.count;
    bad += other.bad;
    sum += other.sum;
    squares.add(other.squares);
    min = std::min(min, other.min);
    max = std::max(max, other.max);
  }
  bool operator==(const Numbers&) const = default;
};

// The block at `words` of a node with room for `capacity` children.
class Block {
 public:
  Block(std::uint64_t* words, std::uint32_t capacity, const BlockShape& shape)
      : words_(words), capacity_(capacity), shape_(shape) {}

  std::uint64_t& count(std::uint32_t child) { return words_[child]; }
  std::uint64_t count(std::uint32_t child) const { return words_[child]; }

  void set(std::uint32_t child, const Numbers& numbers) {
    words_[child] = numbers.count;
    if (shape_.bad) part(shape_.bad)[child] = numbers.bad;
    if (shape_.sum) std::memcpy(part(shape_.sum) + 2 * child, &numbers.sum, sizeof numbers.sum);
    if (shape_.squares) std::memcpy(part(shape_.squares) + 3 * child, &numbers.squares, sizeof numbers.squares);
    if (shape_.min) part(shape_.min)[child] = static_cast<std::uint64_t>(numbers.min);
    if (shape_.max) part(shape_.max)[child] = static_cast<std::uint64_t>(numbers.max);
  }

  // Adds the entries of the children [from, to) to `numbers`; only the parts in `parts` beside the count.
  void gather(std::uint32_t from, std::uint32_t to, std::uint8_t parts, Numbers& numbers) const {
    for (std::uint32_t i = from; i < to; ++i) numbers.count += words_[i];
    if (shape_.bad) {
      for (std::uint32_t i = from; i < to; ++i) numbers.bad += part(shape_.bad)[i];
    }
    if (shape_.sum && (parts & kPartSum)) {
      for (std::uint32_t i = from; i < to; ++i) numbers.sum += load<Int128>(part(shape_.sum) + 2 * i);
    }
    if (shape_.squares && (parts & kPartSquares)) {
      for (std::uint32_t i = from; i < to; ++i) numbers.squares.add(load<Wide>(part(shape_.squares) + 3 * i));
    }
    if (shape_.min && (parts & kPartMin)) {
      for (std::uint32_t i = from; i < to; ++i) {
        numbers.min = std::min(numbers.min, static_cast<std::int64_t>(part(shape_.min)[i]));
      }
    }
    if (shape_.max && (parts & kPartMax)) {
      for (std::uint32_t i = from; i < to; ++i) {
        numbers.max = std::max(numbers.max, static_cast<std::int64_t>(part(shape_.max)[i]));
      }
    }
  }

  // Adds a summary to the entry of one child.
  void add(std::uint32_t child, const Numbers& numbers) {
    words_[child] += numbers.count;
    if (shape_.bad) part(shape_.bad)[child] += numbers.bad;
    if (shape_.sum) {
      std::uint64_t* at = part(shape_.sum) + 2 * child;
      const Int128 sum = load<Int128>(at) + numbers.sum;
      std::memcpy(at, &sum, sizeof sum);
    }
    if (shape_.squares) {
      std::uint64_t* at = part(shape_.squares) + 3 * child;
      Wide squares = load<Wide>(at);
      squares.add(numbers.squares);
      std::memcpy(at, &squares, sizeof squares);
    }
    if (shape_.min) {
      std::uint64_t& least = part(shape_.min)[child];
      least = static_cast<std::uint64_t>(std::min(static_cast<std::int64_t>(least), numbers.min));
    }
    if (shape_.max) {
      std::uint64_t& greatest = part(shape_.max)[child];
      greatest = static_cast<std::uint64_t>(std::max(static_cast<std::int64_t>(greatest), numbers.max));
    }
  }

 private:
  std::uint64_t* part(std::uint8_t word) const { return words_ + std::size_t{word} * capacity_; }
  template <class T>
  static T load(const std::uint64_t* at) {
    T value;
    std::memcpy(static_cast<void*>(&value), at, sizeof value);
    return value;
  }

  std::uint64_t* words_;
  std::uint32_t capacity_;
  const BlockShape& shape_;
};

}  // namespace weir::history
