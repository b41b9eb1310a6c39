#include "ops/command/explain_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "engine/base/civil_time.h"
#include "engine/base/sha256.h"
#include "engine/shard/recorded_policy.h"
#include "models/bundle/model.h"
#include "models/kernels/fixed_point.h"
#include "ops/command/audit_stream.h"
#include "ops/command/rule_hint.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr std::size_t kToldContributions = 5;

constexpr const char* kExamples = R"(Examples:
  weir explain p-000000000123 --audit dir:run/audit
      why this payment was approved, sent to review or declined
  weir explain --last decline --audit dir:run/audit
      the last payment that was declined
  weir explain --rule card-reported --audit dir:run/audit
      the last payment that this rule hit, or failed at
  weir explain p-000000000123 --audit dir:run/audit --json
      its audit record(s) as they stand, one per line)";

struct Options {
  std::string id;
  std::string last;
  std::string rule;
  std::string audit;
  std::int32_t shard = 0;
  bool json = false;
};

const book::Rule* find_rule(const policy::Policy& policy, const std::string& id) {
  for (const auto& rule : policy.rules->rules()) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

std::string_view outcome_words(const std::string& outcome) {
  if (outcome == "decline") return "was DECLINED";
  if (outcome == "review") return "was sent to REVIEW";
  return "was APPROVED";
}

// What decided: the first of the rules that were hard enough, or else the score.
std::string decided_by(const policy::Policy& policy, const audit::TransactionDetails& details,
                       const std::string& outcome) {
  const auto is_of = [&](const book::Rule* rule) {
    return rule != nullptr && rule->outcome && book::outcome_name(*rule->outcome) == outcome;
  };
  for (const auto& reason : details.reasons) {
    if (is_of(find_rule(policy, reason))) return "by rule " + reason + " (hard)";
  }
  for (const auto& verdict : details.rules) {
    const auto* rule = find_rule(policy, verdict.rule);
    const bool counts = !verdict.shadow && verdict.suppressed_by.empty() && verdict.verdict != "hit";
    if (outcome == "review" && counts && rule != nullptr && rule->review_on_error) {
      return "because rule " + verdict.rule + " could not be evaluated (on_error: review)";
    }
  }
  return "by its score";
}

std::string decision_words(const policy::Policy& policy, const audit::ParsedRecord& record,
                           const audit::TransactionDetails& details) {
  if (!details.control.empty()) {
    return "was APPROVED: let through as control share (else " + details.control + " " +
           decided_by(policy, details, details.control) + ")";
  }
  return std::string(outcome_words(record.outcome)) + " " + decided_by(policy, details, record.outcome);
}

std::string flag_words(const std::string& flag, const std::string& control) {
  if (flag == "late") return "it came late: a newer event of one of its entities was known already";
  if (flag == "beyond_history") return "a window reaches back beyond the history that is held";
  if (flag == "id_conflict") return "its id was used before by a payment with other content";
  if (flag == "control") {
    return "it is of the control share and let through: else its outcome would be " + control;
  }
  return flag;
}

void tell_rule(const policy::Policy& policy, const audit::JudgedDetails::RuleVerdict& verdict) {
  const auto* rule = find_rule(policy, verdict.rule);
  std::cout << "  - " << verdict.rule;
  if (rule != nullptr) {
    std::cout << " (" << rule->reason;
    if (rule->outcome) std::cout << ", forces " << book::outcome_name(*rule->outcome);
    if (rule->points != 0) std::cout << ", " << (rule->points > 0 ? "+" : "") << rule->points << " points";
    std::cout << "): " << rule->description << '\n';
    auto when = rule->when_text;
    std::replace(when.begin(), when.end(), '\n', ' ');
    std::cout << "      rule: " << when << '\n';
  } else {
    std::cout << '\n';
  }
  std::cout << "      read: ";
  for (std::size_t i = 0; i < verdict.values.size(); ++i) {
    std::cout << (i == 0 ? "" : ", ") << verdict.values[i].name << " = " << verdict.values[i].text;
  }
  std::cout << '\n';
}

// Rules that did not decide: shadow rules, and failures.
void tell_others(const policy::Policy& policy, const audit::TransactionDetails& details) {
  const auto tell_all = [&](std::string_view title, const auto& wanted) {
    bool first = true;
    for (const auto& verdict : details.rules) {
      if (!wanted(verdict)) continue;
      if (first) std::cout << '\n' << title << '\n';
      first = false;
      tell_rule(policy, verdict);
      if (verdict.verdict != "hit") std::cout << "      failed: " << verdict.verdict << '\n';
    }
  };
  tell_all("Shadow rules that matched (recorded; they change nothing):",
           [](const auto& verdict) { return verdict.shadow && verdict.verdict == "hit"; });
  tell_all("Rules that could not be evaluated (recorded, and counted in the metrics):",
           [](const auto& verdict) { return verdict.verdict != "hit"; });
}

// "1.05" of 105.
std::string hundredths(std::int64_t number) {
  const auto rest = std::to_string(number % 100);
  return std::to_string(number / 100) + (rest.size() == 1 ? ".0" : ".") + rest;
}

// Whether the recorded inputs lead to the recorded score.
std::string computed_again(const policy::Policy& policy, const audit::ModelDetails& said) {
  if (policy.model == nullptr || hex(policy.model->model->hash()) != said.sha256) {
    return "The policy has another model, so the score can't be computed again.";
  }
  const auto& model = *policy.model->model;
  const auto inputs = models::read_inputs(said.inputs, model.shape());
  if (!inputs) return "The score can't be computed again: " + inputs.error().message + ".";
  const auto score = models::Model::Evaluator(model).score(*inputs);
  if (score.logit == said.logit && score.probability == said.probability) {
    return "Computed again from this record and the model's file alone, it is the same.";
  }
  return "COMPUTED AGAIN FROM THIS RECORD IT IS " + std::to_string(score.probability) + " BILLIONTHS.";
}

void tell_model(const policy::Policy& policy, const audit::ModelDetails& said) {
  std::cout << "\nThe model " << said.sha256.substr(0, 12) << " takes it for fraud with a probability of "
            << hundredths(said.probability / 100'000) << " %. " << computed_again(policy, said) << '\n';
  std::size_t told = 0;
  for (const auto& part : said.contributions) {
    if (part.logit <= 0 || told++ == kToldContributions) break;
    std::cout << "  +" << hundredths(part.logit * 100 >> models::kLogitBits) << ' ' << part.name << '\n';
  }
  if (told > 0) std::cout << "  (what raised it most, by how much it raised the logarithm of the odds)\n";
}

void tell(const audit::ParsedRecord& record, const audit::TransactionDetails& details, const policy::Policy& policy,
          std::int64_t audit_offset) {
  std::cout << "Payment " << record.event_id << " (" << details.type << ", " << iso8601(details.time_ms) << ") "
            << decision_words(policy, record, details) << ".\n";
  std::cout << "Its score is " << record.score << " of 1000; the policy asks for review at " << policy.thresholds.review
            << " and declines at " << policy.thresholds.decline << ".\n\n";
  if (details.reasons.empty()) {
    std::cout << "Why: none of the " << details.rule_count << " rules matched.\n";
  } else {
    std::cout << "Why: " << details.reasons.size() << " of " << details.rule_count
              << " rules matched, the weightiest first:\n";
    for (const auto& reason : details.reasons) {
      for (const auto& verdict : details.rules) {
        if (verdict.rule == reason) tell_rule(policy, verdict);
      }
    }
  }
  if (details.model) tell_model(policy, *details.model);
  if (!details.alert_case.empty()) {
    std::cout << "\nAlert of case " << details.alert_case
              << (details.alert_repeated ? ", repeated: each of its rules raised one about the same before" : "")
              << ".\n";
  }
  tell_others(policy, details);
  if (details.shadow) {
    std::cout << "\nThe policy in the shadow, " << details.shadow->policy << ", would have said "
              << details.shadow->outcome << " with score " << details.shadow->score;
    for (std::size_t i = 0; i < details.shadow->reasons.size(); ++i) {
      std::cout << (i == 0 ? ": " : ", ") << details.shadow->reasons[i];
    }
    std::cout << ".\n";
  }
  for (const auto& flag : details.flags) std::cout << "\nNote: " << flag_words(flag, details.control) << ".\n";
  std::cout << "\nThe payment as the engine saw it (personal fields as tokens):\n";
  for (const auto& field : details.fields) std::cout << "  " << field.name << " = " << field.text << '\n';
  std::cout << "Its history at that moment:\n";
  for (const auto& feature : details.features) std::cout << "  " << feature.name << " = " << feature.text << '\n';
  for (const auto& feature : details.approximate) std::cout << "  (" << feature << " is an estimate)\n";
  std::cout << "\nProof: audit record " << record.head.sequence << " at offset " << audit_offset << ", leaf "
            << hex(record.leaf) << "\n       input " << record.topic << "/" << record.input.partition << " offset "
            << record.input.offset << ", SHA-256 " << hex(record.input.digest) << "\n       policy " << policy.name
            << " " << policy.hash << '\n';
}

// Tells what the audit stream has about one event id, or about the last payment with one outcome or hit of one rule.
class Teller {
 public:
  explicit Teller(const Options& options) : options_(options) {
    if (!options.last.empty()) last_mark_ = "\"outcome\":\"" + options.last + "\",\"score\":";
    if (!options.rule.empty()) last_mark_ = "{\"rule\":\"" + options.rule + "\",";
  }

  Result<bool> take(std::int64_t offset, std::string_view text) {
    // Most records are not wanted; looking for bytes is far cheaper than reading them.
    if (text.find("\"kind\":\"policy\"") != std::string_view::npos) return remember_policy(offset, text);
    if (!last_mark_.empty()) {
      if (text.find(last_mark_) != std::string_view::npos) {
        last_offset_ = offset;
        last_text_ = text;
      }
      return true;
    }
    if (text.find(options_.id) == std::string_view::npos) return true;
    if (options_.json) return tell_one(offset, text, options_.id);
    return remember(offset, text);
  }

  Result<bool> finish() {
    if (!last_text_.empty()) return tell_one(last_offset_, last_text_, {});
    if (payments_ > 1) {
      std::cout << "Note: " << payments_ << " payments with other content have the id " << options_.id
                << "; each is told by itself, and a label may be of any of them.\n\n";
    }
    for (const auto& [offset, text] : waiting_) {
      if (auto told = tell_one(offset, text, options_.id); !told) return told.error();
    }
    return true;
  }
  int found() const { return found_; }
  // Of a rule that hit nothing: whether any policy of the stream has it, and else which may be meant.
  Result<std::string> about_rule(const std::string& id) const {
    std::string meant;
    for (const auto& [hash, recorded] : policies_) {
      auto policy = shard::load_recorded_policy(recorded, hash, shard::PolicyUse::kShow);
      if (!policy) return policy.error();
      if (find_rule(**policy, id) != nullptr) return "no payment in " + options_.audit + " was hit by rule " + id;
      if (meant.empty()) meant = did_you_mean_rule(id, *(*policy)->rules);
    }
    return "no policy in " + options_.audit + " has a rule `" + id + "`" + meant;
  }

 private:
  Status read(std::int64_t offset, std::string_view text) {
    if (auto status = reader_.read(text, record_); !status) {
      return Error{"offset " + std::to_string(offset) + ": " + status.error().message};
    }
    return {};
  }

  Result<bool> remember_policy(std::int64_t offset, std::string_view text) {
    if (auto status = read(offset, text); !status) return status.error();
    if (record_.kind != audit::Kind::kPolicy) return true;
    // What an engine that came to an end between two parts left of a policy is in force nowhere.
    if (auto status = parts_.add(record_); !status) return true;
    if (parts_.complete()) policies_[record_.policy] = parts_.take();
    return true;
  }

  // How many payments have the id is to be said before the first one is told.
  Result<bool> remember(std::int64_t offset, std::string_view text) {
    if (auto status = read(offset, text); !status) return status.error();
    if (record_.event_id != options_.id) return true;
    payments_ += record_.kind == audit::Kind::kTransaction ? 1 : 0;
    waiting_.emplace_back(offset, text);
    return true;
  }

  // An empty `id` takes any.
  Result<bool> tell_one(std::int64_t offset, std::string_view text, std::string_view id) {
    if (auto status = read(offset, text); !status) return status.error();
    if (!id.empty() && record_.event_id != id) return true;
    if (found_++ > 0 && !options_.json) std::cout << "\n---\n\n";
    if (options_.json) {
      std::cout << text << '\n';
    } else if (record_.kind == audit::Kind::kDuplicate) {
      std::cout << "The same record came again (audit record " << record_.head.sequence << ", " << record_.topic << "/"
                << record_.input.partition << " offset " << record_.input.offset << "): it was answered with decision "
                << record_.first_sequence << " and not counted again.\n";
    } else if (record_.kind == audit::Kind::kLabel) {
      std::cout << "A label came: " << (record_.fraud ? "fraud" : "honest") << ", known since "
                << iso8601(record_.known_at_ms) << " (audit record " << record_.head.sequence << ").\n";
    } else if (record_.kind == audit::Kind::kTransaction) {
      auto details = reader_.details();
      if (!details) return details.error();
      auto policy = shard::load_recorded_policy(policies_[record_.policy], record_.policy, shard::PolicyUse::kShow);
      if (!policy) return policy.error();
      tell(record_, *details, **policy, offset);
    }
    return true;
  }

  const Options& options_;
  std::string last_mark_;
  std::int64_t last_offset_ = 0;
  std::string last_text_;
  std::vector<std::pair<std::int64_t, std::string>> waiting_;  // what there is of the id
  std::size_t payments_ = 0;
  audit::RecordReader reader_;
  audit::ParsedRecord record_;
  shard::PolicyParts parts_;
  std::map<std::string, shard::RecordedPolicy> policies_;
  int found_ = 0;
};

int run(const Options& options) {
  if (!options.id.empty() + !options.last.empty() + !options.rule.empty() != 1) {
    fail("name one event id, or --last OUTCOME, or --rule ID");
    return kUsage;
  }
  Teller teller(options);
  const auto status = read_audit_stream(options.audit, options.shard, [&](std::int64_t offset, std::string_view text) {
    return teller.take(offset, text);
  });
  if (!status) return fail(status.error().message);
  if (auto told = teller.finish(); !told) return fail(told.error().message);
  if (teller.found() > 0) return kOk;
  if (!options.rule.empty()) {
    const auto about = teller.about_rule(options.rule);
    return fail(about ? *about : about.error().message);
  }
  if (!options.last.empty()) return fail("no payment in " + options.audit + " has outcome " + options.last);
  return fail("there is no record of event id " + options.id + " in " + options.audit +
              " (a personal id stands there as its token)");
}

}  // namespace

void add_explain_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("explain", "One decision in plain words, from its audit record");
  command->footer(kExamples);
  command->add_option("id", options->id, "The event id");
  command->add_option("--last", options->last, "The last payment with this outcome instead")
      ->check(CLI::IsMember({"approve", "review", "decline"}));
  command->add_option("--rule", options->rule, "The last payment that this rule hit, or failed at, instead");
  command->add_option("--audit", options->audit, "Audit topic: dir:PATH/topic or kafka://host:port/topic")->required();
  command->add_option("--shard", options->shard, "Shard, which is the partition");
  command->add_flag("--json", options->json, "The audit records as they stand, one per line");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace weir::command
