// The paths that a schema reads, as a tree of JSON member names.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::event {

// A member name as it stands in JSON, with its closing quote, to be compared with a text in a few machine words.
class QuotedName {
 public:
  static constexpr std::size_t kReadable = 32;

  QuotedName() = default;
  // A name that is too long, or that JSON must escape, never matches.
  explicit QuotedName(std::string_view name);

  // Whether `text` begins with it; kReadable bytes must be readable there.
  bool begins(const char* text) const {
    for (std::size_t i = 0; i < words_; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, text + 8 * i, 8);
      if (((word ^ bytes_[i]) & mask_[i]) != 0) return false;
    }
    return words_ > 0;
  }

 private:
  std::array<std::uint64_t, kReadable / 8> bytes_{};
  std::array<std::uint64_t, kReadable / 8> mask_{};
  std::size_t words_ = 0;
};

class PathTree {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kRoot = 0;

  struct Node {
    std::string name;
    QuotedName quoted;
    std::uint32_t parent = kNone;
    std::uint32_t path = kNone;           // the number of the path that ends here
    std::vector<std::uint32_t> children;  // by length of the name, then by its bytes
  };

  PathTree();

  // The path's number, counted from 0 in the order in which paths are first added.
  std::uint32_t add(std::span<const std::string> path);

  std::uint32_t path_count() const { return path_count_; }
  std::uint32_t node_count() const { return static_cast<std::uint32_t>(nodes_.size()); }
  const Node& operator[](std::uint32_t node) const { return nodes_[node]; }
  // The child of that name, or kNone.
  std::uint32_t child(std::uint32_t node, std::string_view name) const;
  // "payer.account.id"
  std::string dotted(std::uint32_t node) const;

 private:
  std::uint32_t add_child(std::uint32_t node, const std::string& name);

  std::vector<Node> nodes_;
  std::uint32_t path_count_ = 0;
};

}  // namespace weir::event
