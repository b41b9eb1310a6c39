#include "engine/event/path_tree.h"

#include <algorithm>

#include "engine/base/check.h"

namespace weir::event {
namespace {

// Length first: names of one object seldom share it, so most comparisons end there.
bool name_before(std::string_view a, std::string_view b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

}  // namespace

PathTree::PathTree() : nodes_(1) {}

std::uint32_t PathTree::add(std::span<const std::string> path) {
  WEIR_CHECK(!path.empty(), "a JSON path has at least one member name");
  std::uint32_t node = kRoot;
  for (const std::string& name : path) {
    const std::uint32_t known = child(node, name);
    node = known != kNone ? known : add_child(node, name);
  }
  if (nodes_[node].path == kNone) nodes_[node].path = path_count_++;
  return nodes_[node].path;
}

std::uint32_t PathTree::add_child(std::uint32_t node, const std::string& name) {
  const std::uint32_t added = node_count();
  Node child_node;
  child_node.name = name;
  child_node.parent = node;
  nodes_.push_back(std::move(child_node));

  std::vector<std::uint32_t>& siblings = nodes_[node].children;
  const auto place =
      std::lower_bound(siblings.begin(), siblings.end(), name,
                       [this](std::uint32_t a, const std::string& b) { return name_before(nodes_[a].name, b); });
  siblings.insert(place, added);
  return added;
}

std::uint32_t PathTree::child(std::uint32_t node, std::string_view name) const {
  const std::vector<std::uint32_t>& children = nodes_[node].children;
  const auto place =
      std::lower_bound(children.begin(), children.end(), name,
                       [this](std::uint32_t a, std::string_view b) { return name_before(nodes_[a].name, b); });
  return place != children.end() && nodes_[*place].name == name ? *place : kNone;
}

std::string PathTree::dotted(std::uint32_t node) const {
  std::string out = nodes_[node].name;
  for (std::uint32_t up = nodes_[node].parent; up != kRoot && up != kNone; up = nodes_[up].parent) {
    out = nodes_[up].name + "." + out;
  }
  return out;
}

}  // namespace weir::event
