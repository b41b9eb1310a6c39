// Reads a mapping key by key. Whatever nobody asked for is an unknown key, with a "did you mean" over what was asked.
//
//   MapReader reader(node, node.place, "the thresholds", issues);
//   const auto review = as_integer(reader.required("review"), 0, 1000, issues);
//   reader.finish();
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"

namespace weir::yaml {

class MapReader {
 public:
  // `what` names the mapping in messages ("the rule"); `at` is where a missing key is reported. A node that is no
  // mapping is an issue, after which the reader has no keys and stays silent. Node and issues outlive the reader.
  MapReader(const Node* node, Place at, std::string what, Issues& issues);

  bool is_map() const { return node_ != nullptr; }
  const Place& at() const { return at_; }

  // The key's value, or nullptr. A key that is asked for is a known one.
  const Node* optional(std::string_view key);
  // As optional(), but its absence is an issue, with the suggestion.
  const Node* required(std::string_view key, std::string suggestion = {});
  // The key itself, for its place; nullptr if it is not there.
  const Node* key(std::string_view key) const;

  // Reports the keys that were not asked for, and those that are required and missing, unless an unknown key looks like
  // a slip of the pen for one.
  void finish();

 private:
  struct Missing {
    std::string key;
    std::string suggestion;
  };
  bool is_known(std::string_view key) const;
  void report_unknown(const Node& key);

  const Node* node_ = nullptr;
  Place at_;
  std::string what_;
  Issues& issues_;
  std::vector<std::string> known_;
  std::vector<Missing> missing_;
};

// The entries of a mapping with free keys (names), or the items of a list; empty if the node is something else, which
// is an issue unless it is nullptr or faulty.
const std::vector<Entry>& entries_of(const Node* node, std::string_view what, Issues& issues);
const std::vector<Node>& items_of(const Node* node, std::string_view what, Issues& issues);

}  // namespace weir::yaml
