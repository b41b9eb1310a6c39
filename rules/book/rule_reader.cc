#include "rules/book/rule_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "engine/base/civil_time.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"
#include "rules/cel/cost.h"
#include "rules/cel/extent.h"

namespace weir::book {
namespace {

constexpr std::array<std::string_view, 2> kForcedOutcomes{"review", "decline"};
constexpr std::array<std::string_view, 2> kOnError{"ignore", "review"};
constexpr std::array<std::string_view, 2> kModes{"live", "shadow"};

bool made_of(std::string_view text, std::string_view punctuation, bool upper_case, std::size_t most) {
  if (text.empty() || text.size() > most) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (upper_case && c >= 'A' && c <= 'Z') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

std::string cost_text(std::uint64_t units) {
  return units < cel::kHugeCost ? std::to_string(units) + " units" : "more units than can be counted";
}

std::string trimmed(std::string text) {
  const auto end = text.find_last_not_of(" \n\t");
  text.erase(end == std::string::npos ? 0 : end + 1);
  return text;
}

}  // namespace

std::optional<AlertScope> read_alert_scope(const yaml::Node& node, const AlertSubjects& subjects, Issues& issues) {
  const auto issues_before = issues.all().size();
  yaml::MapReader reader(&node, node.place, "`alert`", issues);
  const auto* per = reader.required("per", "name the entity that an alert is about: `per: card`");
  const auto* once_in = reader.required("once_in", "write for example `once_in: 24h`");
  reader.finish();
  AlertScope scope;
  if (const auto name = yaml::as_text(per, issues)) {
    const auto found = std::find(subjects.entities.begin(), subjects.entities.end(), *name);
    if (found == subjects.entities.end()) {
      issues.error(per->place, "there is no entity `" + *name + "`", yaml::did_you_mean(*name, subjects.entities));
    }
    scope.entity = static_cast<std::uint32_t>(found - subjects.entities.begin());
  }
  if (const auto duration_ms = yaml::as_duration_ms(once_in, issues)) {
    scope.once_in_ms = *duration_ms;
    const auto longest_ms = subjects.history_ms;
    if (*duration_ms < kMinOnceInMs || (longest_ms > 0 && *duration_ms > longest_ms)) {
      issues.error(once_in->place, "`once_in` is from " + duration_text(kMinOnceInMs) + " to the policy's history" +
                                       (longest_ms > 0 ? " of " + duration_text(longest_ms) : ""));
    }
  }
  if (!reader.is_map() || issues.has_errors(issues_before)) return std::nullopt;
  return scope;
}

void RuleReader::read_file(const yaml::Node& root) {
  const auto* list = root.kind == yaml::NodeKind::kMap ? root.find("rules") : nullptr;
  if (list == nullptr) {
    read_rule(root);
    return;
  }
  yaml::MapReader reader(&root, root.place, "a file with `rules`", issues_);
  const auto& items = yaml::items_of(reader.required("rules"), "`rules`", issues_);
  if (items.empty() && list->kind == yaml::NodeKind::kSequence) issues_.error(list->place, "`rules` has no rule");
  for (const auto& item : items) read_rule(item);
  reader.finish();
}

void RuleReader::read_rule(const yaml::Node& node) {
  if (++count_ > kMaxRules) {
    if (count_ == kMaxRules + 1) {
      issues_.error(node.place, "a policy has at most " + std::to_string(kMaxRules) + " rules");
    }
    return;
  }
  const auto issues_before = issues_.all().size();
  yaml::MapReader reader(&node, node.place, "the rule", issues_);
  Rule rule;
  read_id(reader.required("id"), rule.id);

  const auto* description = reader.required("description");
  if (auto text = yaml::as_text(description, issues_)) {
    rule.description = trimmed(*std::move(text));
    if (rule.description.empty() || rule.description.size() > kMaxDescriptionLength) {
      issues_.error(description->place, "a description has 1 to " + std::to_string(kMaxDescriptionLength) + " bytes");
    }
  }
  if (auto owner = yaml::as_text(reader.optional("owner"), issues_)) rule.owner = *std::move(owner);

  const auto* reason = reader.required("reason");
  if (auto text = yaml::as_text(reason, issues_)) {
    rule.reason = *std::move(text);
    if (!made_of(rule.reason, "-_.", true, kMaxReasonLength)) {
      issues_.error(reason->place,
                    "a reason code is 1 to " + std::to_string(kMaxReasonLength) + " letters, digits, `-`, `_` or `.`");
    }
  }
  if (const auto choice = yaml::as_choice(reader.optional("mode"), kModes, issues_)) {
    rule.mode = *choice == 0 ? Mode::kLive : Mode::kShadow;
  }
  read_validity(reader.optional("valid"), rule.valid);
  const auto* when = reader.required("when");
  rule.when = check_expression(when, vocabulary_, cel::Type::simple(cel::TypeKind::kBool), issues_);
  if (rule.when != nullptr) {
    rule.when_text = expression_text(*when);
    read_cost(*when, rule);
    if (!rule.id.empty()) note_condition(rule, *when);
  }

  const auto* then = reader.required("then");
  const auto* then_key = reader.key("then");
  read_effect(then, then_key == nullptr ? reader.at() : then_key->place, rule);
  if (const auto* alert = reader.optional("alert")) rule.alert = read_alert_scope(*alert, subjects_, issues_);
  for (const auto& item : yaml::items_of(reader.optional("references"), "`references`", issues_)) {
    if (auto text = yaml::as_text(&item, issues_)) rule.references.push_back(*std::move(text));
  }
  read_tests_of(reader, rule);
  reader.finish();
  const bool good = reader.is_map() && !issues_.has_errors(issues_before) && rule.when != nullptr;
  if (good) rules_.push_back(std::move(rule));
}

void RuleReader::read_cost(const yaml::Node& when, Rule& rule) {
  const auto& ast = rule.when->ast();
  const auto bound = cel::worst_case_cost(ast, ast.root, limits_.text_bytes);
  rule.cost = bound.units;
  if (rule.cost <= limits_.rule) return;
  issues_.error(
      place_at_home(*rule.when, when, ast[bound.costliest].range),
      "the rule costs " + cost_text(rule.cost) + " at worst, most of it here; the limit is " + cost_text(limits_.rule),
      "use shorter lists or fewer loops within each other, or change `limits` in policy.yaml: `string_bytes` "
      "bounds texts, `rule_cost` the rule");
}

void RuleReader::check_cost(const Place& whole) {
  constexpr std::size_t kNamed = 5;
  std::uint64_t sum = 0;
  std::vector<const Rule*> costliest;
  for (const auto& rule : rules_) {
    sum = cel::plus(sum, rule.cost);
    costliest.push_back(&rule);
  }
  if (sum <= limits_.policy) return;
  const auto named = std::min(kNamed, costliest.size());
  std::partial_sort(
      costliest.begin(), costliest.begin() + static_cast<std::ptrdiff_t>(named), costliest.end(),
      [](const Rule* a, const Rule* b) { return a->cost != b->cost ? a->cost > b->cost : a->id < b->id; });
  std::string names;
  for (std::size_t i = 0; i < named; ++i) {
    names += (i == 0 ? "`" : ", `") + costliest[i]->id + "` (" + std::to_string(costliest[i]->cost) + ")";
  }
  issues_.error(whole,
                "all rules together cost " + cost_text(sum) + " at worst, the limit is " + cost_text(limits_.policy) +
                    "; the costliest: " + names,
                "simplify these, or raise `policy_cost` in `limits`");
}

// The same terms in another order are the same condition.
void RuleReader::note_condition(const Rule& rule, const yaml::Node& when) {
  const auto& ast = rule.when->ast();
  const auto numbers = numbers_.of(ast, ast.root);
  std::vector<std::uint32_t> terms;
  for (const auto term : cel::conjuncts(ast, ast.root)) terms.push_back(numbers[term]);
  std::sort(terms.begin(), terms.end());
  const auto [first, is_new] = conditions_.emplace(std::move(terms), std::pair(rule.id, when.place));
  if (is_new) return;
  const auto& [id, place] = first->second;
  issues_.warning(
      when.place,
      "the rule `" + id + "` has the same condition, at " + place.file->name + ":" + std::to_string(place.line),
      "let one rule do both, or drop one");
}

// Tests are checked with everything else, and kept for whoever runs them.
void RuleReader::read_tests_of(yaml::MapReader& reader, const Rule& rule) {
  const auto* tests = reader.optional("tests");
  if (tests == nullptr && !keeps_tests_) return;
  TestedRule tested;
  read_tests(tests, vocabulary_, tested, issues_);
  if (!keeps_tests_) return;
  tested.id = rule.id;
  tested.valid = rule.valid;
  if (const auto* id = reader.optional("id")) tested.place = id->place;
  if (const auto* when = reader.optional("when"); when != nullptr && rule.when != nullptr) {
    Issues again;  // they were reported with the rule
    tested.when_node = *when;
    tested.when = check_expression(when, vocabulary_, cel::Type::simple(cel::TypeKind::kBool), again);
  }
  tested_.push_back(std::move(tested));
}

void RuleReader::read_id(const yaml::Node* node, std::string& id) {
  auto text = yaml::as_text(node, issues_);
  if (!text) return;
  if (!made_of(*text, "-", false, kMaxRuleIdLength)) {
    issues_.error(node->place,
                  "a rule id is 1 to " + std::to_string(kMaxRuleIdLength) + " lower-case letters, digits or `-`");
    return;
  }
  const auto [first, is_new] = places_.emplace(*text, node->place);
  if (!is_new) {
    const auto& place = first->second;
    issues_.error(node->place,
                  "there is a rule `" + *text + "` already, at " + place.file->name + ":" + std::to_string(place.line));
    return;
  }
  id = *std::move(text);
}

void RuleReader::read_validity(const yaml::Node* node, Validity& valid) {
  if (node == nullptr) return;
  yaml::MapReader reader(node, node->place, "`valid`", issues_);
  const auto* from = reader.optional("from");
  const auto* until = reader.optional("until");
  reader.finish();
  const auto read = [&](const yaml::Node* time, std::int64_t& out) {
    const auto text = yaml::as_text(time, issues_);
    if (!text) return false;
    const auto time_ms = parse_iso8601_ms(*text, true);
    if (time_ms.ok()) {
      out = *time_ms;
    } else {
      issues_.error(time->place, "this is no date or time", "write e.g. 2027-01-01 or 2027-01-01T12:00:00Z");
    }
    return time_ms.ok();
  };
  const bool has_from = read(from, valid.from_ms);
  const bool has_until = read(until, valid.until_ms);
  if (has_from && has_until && valid.from_ms >= valid.until_ms) {
    issues_.error(until->place, "the rule is valid for no event: `until` is not later than `from`");
  }
}

// `then: review` and `then: 100`: what is meant is plain.
bool RuleReader::is_bare_effect(const yaml::Node* node) {
  if (node == nullptr || node->kind != yaml::NodeKind::kScalar) return false;
  const bool outcome =
      std::find(std::begin(kForcedOutcomes), std::end(kForcedOutcomes), node->text) != std::end(kForcedOutcomes);
  const auto digits = std::string_view(node->text).substr(node->text.starts_with('-') ? 1 : 0);
  const bool points = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  if (!outcome && !points) return false;
  issues_.error(node->place, "`then` must be a mapping, not a single value",
                "write then: {" + std::string(outcome ? "outcome: " : "points: ") + node->text + "}");
  return true;
}

void RuleReader::read_effect(const yaml::Node* node, const Place& at, Rule& rule) {
  if (is_bare_effect(node)) return;
  yaml::MapReader reader(node, at, "`then`", issues_);
  const auto* points = reader.optional("points");
  const auto* outcome = reader.optional("outcome");
  const auto* on_error = reader.optional("on_error");
  const auto faults_before = issues_.all().size();
  reader.finish();
  const bool has_unknown_key = issues_.all().size() != faults_before;
  if (!reader.is_map()) return;
  if (points == nullptr && outcome == nullptr && !has_unknown_key) {
    issues_.error(at, "`then` must give `points` or an `outcome`", "write { points: 100 } or { outcome: review }");
  }
  if (const auto value = yaml::as_integer(points, -kMaxPoints, kMaxPoints, issues_)) {
    rule.points = static_cast<std::int32_t>(*value);
    if (rule.points == 0) issues_.error(points->place, "0 points change nothing");
  }
  if (const auto choice = yaml::as_choice(outcome, kForcedOutcomes, issues_)) {
    rule.outcome = *choice == 0 ? Outcome::kReview : Outcome::kDecline;
  }
  if (const auto choice = yaml::as_choice(on_error, kOnError, issues_)) rule.review_on_error = *choice == 1;
  if (on_error != nullptr && outcome == nullptr) {
    issues_.error(reader.key("on_error")->place, "`on_error` is for rules with an `outcome`",
                  "the error of a rule with points is recorded and adds none");
  }
}

}  // namespace weir::book
