#include "ops/command/check_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

#include "engine/base/json_writer.h"
#include "engine/policy/list_entries.h"
#include "engine/policy/policy.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir check my-policy
      every fault with its place and what to do about it, or `ok` with the policy's hash
  weir check my-policy --json | jq -r .hash
      for programs

The exit status is 0 if the policy can run, 1 if it can't, 2 for a wrong command line.
ops/docs/policy.md describes the files of a policy.)";

struct Settings {
  std::string directory;
  bool json = false;
};

std::size_t count_errors(const Issues& issues) {
  std::size_t count = 0;
  for (const auto& issue : issues.all()) count += issue.severity == Severity::kError ? 1 : 0;
  return count;
}

std::size_t count_inputs(const policy::Policy& policy) {
  if (policy.inputs == nullptr) return 0;
  const auto& inputs = *policy.inputs;
  return inputs.features.size() + inputs.texts.size() + (inputs.sequence ? inputs.sequence->fields.size() : 0);
}

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// The policy, and the entries of its lists.
Result<policy::Policy, Issues> checked(const std::string& directory) {
  auto policy = policy::load_policy_directory(directory);
  if (!policy.ok()) return policy;
  auto& warnings = (*policy).warnings;
  warnings.append(policy::find_stray_entries(directory, *policy));
  const auto lists = policy::read_list_contents(directory, *policy, {});
  if (lists.ok()) return policy;
  warnings.append(lists.error());
  return warnings;
}

void print_text(const Result<policy::Policy, Issues>& policy, const std::string& directory) {
  if (!policy.ok()) {
    std::cout << policy.error().render() << directory << ": "
              << counted(count_errors(policy.error()), "error", "errors") << "\n";
    return;
  }
  const auto& schema = *(*policy).schema;
  std::cout << (*policy).warnings.render() << "ok: " << (*policy).name << " " << (*policy).hash << "\n    "
            << counted(schema.fields.size(), "field", "fields") << ", "
            << counted(schema.entities.size(), "entity", "entities") << ", "
            << counted((*policy).features.size(), "feature", "features") << ", "
            << counted((*policy).rules->rules().size(), "rule", "rules") << ", "
            << counted((*policy).lists.size(), "list", "lists") << ", "
            << counted(count_inputs(*policy), "model input", "model inputs") << "; time zones " << (*policy).time_zones
            << "\n";
}

void append_issue(JsonWriter& json, const Issue& issue) {
  json.begin_object();
  json.key("severity");
  json.string(issue.severity == Severity::kError ? "error" : "warning");
  json.key("file");
  json.string(issue.place.file ? issue.place.file->name : "");
  json.key("line");
  json.unsigned_integer(issue.place.line);
  json.key("column");
  json.unsigned_integer(issue.place.column);
  json.key("length");
  json.unsigned_integer(issue.place.length);
  json.key("message");
  json.string(issue.message);
  json.key("suggestion");
  json.string(issue.suggestion);
  json.end_object();
}

void append_count(JsonWriter& json, std::string_view name, std::size_t count) {
  json.key(name);
  json.unsigned_integer(count);
}

void print_json(const Result<policy::Policy, Issues>& policy) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("ok");
  json.boolean(policy.ok());
  if (policy.ok()) {
    json.key("name");
    json.string((*policy).name);
    json.key("hash");
    json.string((*policy).hash);
    json.key("time_zones");
    json.string((*policy).time_zones);
    append_count(json, "fields", (*policy).schema->fields.size());
    append_count(json, "entities", (*policy).schema->entities.size());
    append_count(json, "features", (*policy).features.size());
    append_count(json, "rules", (*policy).rules->rules().size());
    append_count(json, "lists", (*policy).lists.size());
    append_count(json, "inputs", count_inputs(*policy));
  }
  json.key("issues");
  json.begin_array();
  const auto& issues = policy.ok() ? (*policy).warnings : policy.error();
  for (const auto& issue : issues.all()) append_issue(json, issue);
  json.end_array();
  json.end_object();
  std::cout << out << "\n";
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  auto settings = std::make_shared<Settings>();
  CLI::App* command = app.add_subcommand("check", "List all faults of a policy, or print its hash");
  command->footer(kExamples);
  command->add_option("DIR", settings->directory, "The policy directory")->required();
  command->add_flag("--json", settings->json, "Print one JSON object instead of text");
  command->callback([settings, &exit_code] {
    const auto policy = checked(settings->directory);
    if (settings->json) {
      print_json(policy);
    } else {
      print_text(policy, settings->directory);
    }
    if (!policy.ok()) exit_code = 1;
  });
}

}  // namespace weir::command
