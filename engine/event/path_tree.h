// The paths that a schema reads, as a tree of JSON member names.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::event {

class PathTree {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  static constexpr std::uint32_t kRoot = 0;

  struct Node {
    std::string name;
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
