#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "engine/policy/control_reader.h"
#include "engine/policy/exchange_reader.h"
#include "engine/policy/feature_reader.h"
#include "engine/policy/inputs_reader.h"
#include "engine/policy/limits.h"
#include "engine/policy/list_reader.h"
#include "engine/policy/model_reader.h"
#include "engine/policy/policy.h"
#include "engine/policy/policy_paths.h"
#include "engine/policy/schema_draft.h"
#include "engine/policy/settings.h"
#include "engine/policy/vocabulary.h"
#include "engine/yaml/document.h"
#include "rules/book/rule_reader.h"

namespace weir::policy {
namespace {

// Keeps alive what feature definitions view besides the schema.
struct SchemaAndTexts {
  event::Schema schema;
  std::shared_ptr<std::deque<std::string>> texts;
};

class Loader {
 public:
  Loader(std::vector<PolicyFile> files, std::string_view prefix, std::vector<book::TestedRule>* tests)
      : files_(std::move(files)), prefix_(prefix), tests_(tests) {
    std::sort(files_.begin(), files_.end(), [](const PolicyFile& a, const PolicyFile& b) { return a.path < b.path; });
  }

  Result<Policy, Issues> load() {
    if (!check_files()) return in_order(issues_);
    parse_all();
    const auto* settings_root = root("policy.yaml");
    if (settings_root != nullptr) settings_ = read_settings(*settings_root, issues_);
    const auto exchange = load_exchange(settings_root != nullptr);
    if (const auto* schema_root = root("schema.yaml")) draft_ = read_schema(*schema_root, exchange, issues_);
    if (draft_) read_rest();
    if (issues_.has_errors()) return in_order(issues_);
    return finish();
  }

 private:
  // Whether the set of files is one at all.
  bool check_files() {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      const auto& path = files_[i].path;
      bytes += files_[i].text.size();
      std::string advice;
      if (classify_path(path, advice) != PathKind::kPart) error_of(path, "this file is not part of a policy", advice);
      if (i > 0 && files_[i - 1].path == path) error_of(path, "the file is there twice");
    }
    if (files_.size() > kMaxFiles) {
      error_of("", "a policy has at most " + std::to_string(kMaxFiles) + " files");
    }
    if (bytes > kMaxPolicyBytes) {
      error_of("",
               "the policy has " + std::to_string(bytes) + " bytes, the limit is " + std::to_string(kMaxPolicyBytes));
    }
    for (const auto* name : {"policy.yaml", "schema.yaml"}) {
      const bool found = std::any_of(files_.begin(), files_.end(), [&](const auto& file) { return file.path == name; });
      if (!found) error_of(name, "the policy has no such file", "`weir init` writes a template of it");
    }
    return !issues_.has_errors() || files_.size() <= kMaxFiles;
  }

  void error_of(const std::string& path, std::string message, std::string suggestion = {}) {
    issues_.error({std::make_shared<const SourceFile>(SourceFile{prefix_ + path, ""}), 0, 0, 1}, std::move(message),
                  std::move(suggestion));
  }

  void parse_all() {
    for (const auto& file : files_) {
      if (file.path == kExchangeFile || is_model_file(file.path)) continue;
      const auto source = std::make_shared<const SourceFile>(SourceFile{prefix_ + file.path, file.text});
      roots_[file.path] = yaml::parse_document(source, issues_);
    }
  }

  // nullptr if there is no such file or it is no YAML.
  const yaml::Node* root(const std::string& path) const {
    const auto found = roots_.find(path);
    return found == roots_.end() || !found->second ? nullptr : &*found->second;
  }

  // The rates, or nullptr if the policy has none. Faulty ones are better than none: what needs them is not wrong for
  // it.
  std::shared_ptr<const cel::ExchangeTable> load_exchange(bool settings_known) {
    const auto file = std::find_if(files_.begin(), files_.end(), [](const auto& f) { return f.path == kExchangeFile; });
    const auto& settings = settings_.exchange;
    if (!settings && settings_known) {
      if (file != files_.end()) {
        error_of(file->path, "policy.yaml does not say what the rates are for", "write `exchange: {base: EUR}` there");
      }
      return nullptr;
    }
    const auto base = settings && settings->base ? *settings->base : *currency_by_code("EUR");
    const auto max_age_ms = settings ? settings->max_age_ms : kMinExchangeAgeMs;
    if (file == files_.end()) {
      if (settings) issues_.error(settings->place, "the policy has no file exchange.csv with the rates");
      return std::make_shared<const cel::ExchangeTable>(base, std::vector<cel::ExchangeRate>(), max_age_ms);
    }
    const auto source = std::make_shared<const SourceFile>(SourceFile{prefix_ + file->path, file->text});
    return std::make_shared<const cel::ExchangeTable>(base, read_exchange_rates(source, base, issues_), max_age_ms);
  }

  // Features and rules. What can't be known for a fault elsewhere is not complained about.
  void read_rest() {
    for (const auto& [path, document] : roots_) {
      if (!is_feature_file(path)) continue;
      if (!document) return;
      read_features(*document, *draft_, settings_.history_ms, features_, issues_);
    }
    if (const auto* inputs = root("inputs.yaml")) {
      inputs_ = read_inputs(*inputs, *draft_, features_.drafts, settings_.cost_limits, issues_);
    }
    read_lists();
    const auto* model_file = find_model_file(files_, prefix_, issues_);
    const auto scored = model_file == nullptr ? std::nullopt : std::optional(inputs_ ? inputs_->event_types : ~0U);
    const auto vocabulary = rule_vocabulary(*draft_, features_.drafts, lists_, scored);
    const auto subjects = alert_subjects();
    if (settings_.alerts != nullptr) alerts_ = book::read_alert_scope(*settings_.alerts, subjects, issues_);
    book::RuleReader reader(vocabulary, issues_, settings_.cost_limits, subjects);
    if (tests_ != nullptr) reader.keep_tests();
    for (const auto& [path, document] : roots_) {
      if (path.starts_with("rules/") && document) reader.read_file(*document);
    }
    reader.check_cost(file_place("policy.yaml"));
    rules_ = reader.take();
    for (auto& rule : rules_) {
      if (!rule.alert) rule.alert = alerts_;
    }
    if (tests_ != nullptr) *tests_ = reader.take_tests();
    if (settings_.control != nullptr) {
      const bool all_known = all_rules_read() && reader.ids().size() == reader.count();
      control_ = read_control(*settings_.control, *draft_, all_known ? &reader.ids() : nullptr, issues_);
    }
    if (inputs_ && !issues_.has_errors()) set_versions(draft_->schema, features_.drafts, *inputs_);
    const bool wrong_inputs = roots_.contains("inputs.yaml") && issues_.has_errors();
    if (model_file != nullptr && !wrong_inputs) {
      model_ = read_model(*model_file, inputs_ ? &*inputs_ : nullptr, prefix_, issues_);
    }
    if (!all_rules_read()) return;
    if (reader.count() == 0) {
      issues_.warning(file_place("policy.yaml"), "the policy has no rules: every event is approved",
                      "put some into rules/");
    } else if (rules_.size() == reader.count()) {
      warn_of_unreachable_review();
      const auto first_list = draft_->schema.slot_count() + static_cast<std::uint32_t>(features_.drafts.size());
      warn_of_unused_lists(lists_, rules_, first_list, issues_);
    }
    // A rule whose id is not known may be the one that a list means.
    if (reader.ids().size() == reader.count()) check_suppressed_rules(lists_, reader.ids(), issues_);
  }

  book::AlertSubjects alert_subjects() const {
    book::AlertSubjects subjects;
    for (const auto& entity : draft_->schema.entities) subjects.entities.push_back(entity.name);
    subjects.history_ms = settings_.history_ms;
    return subjects;
  }

  // Whether each rule file is YAML at least: else there are rules that nobody has met.
  bool all_rules_read() const {
    return std::all_of(roots_.begin(), roots_.end(),
                       [](const auto& root) { return !root.first.starts_with("rules/") || root.second; });
  }

  void read_lists() {
    for (const auto& [path, document] : roots_) {
      if (!path.starts_with("lists/")) continue;
      if (lists_.size() == kMaxLists) {
        issues_.error(file_place(path), "a policy has at most " + std::to_string(kMaxLists) + " lists");
        return;
      }
      if (document) {
        lists_.push_back(read_list(*document, list_name_of(path), *draft_, issues_));
      } else {
        lists_.emplace_back().definition.name = list_name_of(path);
        lists_.back().is_faulty = true;
      }
    }
  }

  void warn_of_unreachable_review() {
    std::int64_t highest = 0;
    for (const auto& rule : rules_) {
      if (rule.outcome || rule.review_on_error) return;
      highest += std::max(rule.points, 0);
    }
    if (highest >= settings_.thresholds.review) return;
    issues_.warning(file_place("policy.yaml"),
                    "all rules together give " + std::to_string(highest) + " points, review begins at " +
                        std::to_string(settings_.thresholds.review) + ": every event is approved");
  }

  Place file_place(const std::string& path) const {
    const auto* node = root(path);
    return node == nullptr ? Place{} : Place{node->place.file, 0, 0, 1};
  }

  Result<Policy, Issues> finish() {
    Policy policy;
    policy.name = settings_.name;
    policy.hash = policy_hash(files_);
    policy.time_zones = cel::time_zone_version();
    policy.history_ms = settings_.history_ms;
    policy.thresholds = settings_.thresholds;
    policy.control = std::move(control_);
    if (inputs_) {
      policy.inputs = std::make_shared<const model::InputDefinitions>(*std::move(inputs_));
    }
    for (auto& draft : features_.drafts) policy.features.push_back(std::move(draft.definition));
    policy.model = std::move(model_);
    const auto score = policy.model != nullptr ? 1U : 0U;
    const auto named = static_cast<std::uint32_t>(features_.drafts.size() + lists_.size()) + score;
    const auto& draft = draft_->schema;
    policy.rules = std::make_shared<const book::Book>(std::move(rules_), draft.slot_count() + named,
                                                      cel::ExchangeSource{draft.exchange, draft.time_slot});
    for (auto& list : lists_) policy.lists.push_back(std::move(list.definition));
    policy.warnings = in_order(issues_);

    // Moving the schema moves its vectors, so that views of its enumeration names stay good.
    auto schema = std::make_shared<SchemaAndTexts>(SchemaAndTexts{std::move(draft_->schema), features_.texts});
    schema->schema.name = settings_.name;
    schema->schema.limits = settings_.limits;
    policy.schema = std::shared_ptr<const event::Schema>(schema, &schema->schema);
    policy.files = std::move(files_);
    return policy;
  }

  // By place, and no more than anybody reads.
  static Issues in_order(const Issues& issues) {
    auto all = issues.all();
    std::stable_sort(all.begin(), all.end(), [](const Issue& a, const Issue& b) {
      const auto name = [](const Issue& i) { return i.place.file ? std::string_view(i.place.file->name) : ""; };
      return std::make_tuple(name(a), a.place.line, a.place.column) <
             std::make_tuple(name(b), b.place.line, b.place.column);
    });
    Issues out;
    std::size_t errors = 0;
    std::size_t warnings = 0;
    for (auto& issue : all) {
      if (issue.severity == Severity::kWarning) {
        if (++warnings <= kMaxReportedIssues) out.warning(issue.place, issue.message, issue.suggestion);
      } else if (++errors <= kMaxReportedIssues) {
        out.error(issue.place, issue.message, issue.suggestion);
      }
    }
    if (errors > kMaxReportedIssues) {
      out.error({}, "these are the first " + std::to_string(kMaxReportedIssues) + " of " + std::to_string(errors) +
                        " errors");
    }
    return out;
  }

  std::vector<PolicyFile> files_;
  std::string prefix_;
  std::vector<book::TestedRule>* tests_;
  Issues issues_;
  std::map<std::string, std::optional<yaml::Node>> roots_;  // by path, ascending
  Settings settings_;
  std::optional<SchemaDraft> draft_;
  Features features_;
  std::optional<model::InputDefinitions> inputs_;
  std::shared_ptr<const model::BoundModel> model_;
  std::vector<ListDraft> lists_;
  std::vector<book::Rule> rules_;
  std::optional<book::AlertScope> alerts_;  // of rules that don't say
  std::optional<decide::Control> control_;
};

}  // namespace

Result<Policy, Issues> load_policy(std::vector<PolicyFile> files, std::string_view prefix,
                                   std::vector<book::TestedRule>* tests) {
  return Loader(std::move(files), prefix, tests).load();
}

}  // namespace weir::policy
