// Rule files to rules. A file holds one rule, or several under `rules:`.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/node.h"
#include "rules/book/expression.h"
#include "rules/book/rule.h"
#include "rules/book/rule_test.h"
#include "rules/cel/subtree_numbers.h"

namespace weir::book {

inline constexpr std::size_t kMaxRules = 20'000;
inline constexpr std::size_t kMaxRuleIdLength = 64;
inline constexpr std::size_t kMaxReasonLength = 32;
inline constexpr std::size_t kMaxDescriptionLength = 1'000;
inline constexpr std::int32_t kMaxPoints = 1'000;

// What rules may cost at worst, in units of rules/cel/limits.h.
struct CostLimits {
  std::uint64_t text_bytes = 8'192;   // of a text in a slot
  std::uint64_t rule = 100'000;       // each rule
  std::uint64_t policy = 10'000'000;  // all rules together
};

// Whom alerts may be about. `once_in` is from kMinOnceInMs to what is remembered.
struct AlertSubjects {
  std::vector<std::string> entities;  // of the schema, in its order
  std::int64_t history_ms = 0;        // 0 if it is not known
};
inline constexpr std::int64_t kMinOnceInMs = 3'600'000;

// `{per: card, once_in: 24h}`. Nothing, and an issue, if it is faulty.
std::optional<AlertScope> read_alert_scope(const yaml::Node& node, const AlertSubjects& subjects, Issues& issues);

// Reads the rule files of one policy, one after the other; ids are unique over all of them.
class RuleReader {
 public:
  // The first two outlive the reader.
  RuleReader(const Vocabulary& vocabulary, Issues& issues, const CostLimits& limits = {}, AlertSubjects subjects = {})
      : vocabulary_(vocabulary), issues_(issues), limits_(limits), subjects_(std::move(subjects)) {}

  void read_file(const yaml::Node& root);
  // Once all files are read: whether all rules together keep within their limit. The issue is about the `whole`.
  void check_cost(const Place& whole);

  // The rules without faults.
  std::vector<Rule> take() { return std::move(rules_); }
  // Their tests, if keep_tests() was called before.
  void keep_tests() { keeps_tests_ = true; }
  std::vector<TestedRule> take_tests() { return std::move(tested_); }
  // All rules met, faulty ones included.
  std::size_t count() const { return count_; }
  // Where each of them has its id.
  const std::map<std::string, Place>& ids() const { return places_; }

 private:
  void read_rule(const yaml::Node& node);
  void read_id(const yaml::Node* node, std::string& id);
  void read_tests_of(yaml::MapReader& reader, const Rule& rule);
  void read_cost(const yaml::Node& when, Rule& rule);
  void note_condition(const Rule& rule, const yaml::Node& when);
  void read_validity(const yaml::Node* node, Validity& valid);
  void read_effect(const yaml::Node* node, const Place& at, Rule& rule);
  bool is_bare_effect(const yaml::Node* node);

  const Vocabulary& vocabulary_;
  Issues& issues_;
  CostLimits limits_;
  AlertSubjects subjects_;
  bool keeps_tests_ = false;
  std::vector<Rule> rules_;
  std::vector<TestedRule> tested_;
  std::map<std::string, Place> places_;  // by id
  cel::SubtreeNumbers numbers_;
  std::map<std::vector<std::uint32_t>, std::pair<std::string, Place>> conditions_;  // by the numbers of their terms
  std::size_t count_ = 0;
};

}  // namespace weir::book
