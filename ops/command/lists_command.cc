#include "ops/command/lists_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include "engine/base/civil_time.h"
#include "engine/event/personal_token.h"
#include "engine/policy/list_entries.h"
#include "engine/policy/policy.h"
#include "ops/command/terminal.h"
#include "ops/command/token_key.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples = R"(Examples:
  weir lists show my-policy trusted
  weir lists add my-policy trusted m9 --reason "partner since 2019" --author ann --expires 2027-01-01
  weir lists remove my-policy trusted m9
  weir lists add my-policy stolen 4000000000000002 --reason "reported by holder" --author bob --token-key weir.key
      values of a personal field are written down as tokens

An engine that runs on this policy directory takes the change within a second, and records it.)";

struct Options {
  std::string directory;
  std::string list;
  std::string value;
  std::string reason;
  std::string author;
  std::string expires;
  std::string rules;
  std::string token_key;
};

// A list of a policy with its entries, and how they are written.
struct Opened {
  policy::Policy policy;
  const book::ListDefinition* definition = nullptr;
  book::ListEntries entries;
  std::string key;
  bool personal = false;
  fs::path path;
};

Result<Opened, Issues> open_list(const Options& options) {
  const auto one_issue = [](std::string message) {
    Issues issues;
    issues.error({}, std::move(message));
    return issues;
  };
  auto policy = policy::load_policy_directory(options.directory);
  if (!policy.ok()) return policy.error();
  auto key = read_token_key(options.token_key);
  if (!key) return one_issue(key.error().message);
  auto contents = policy::read_list_contents(options.directory, *policy, key->bytes);
  if (!contents.ok()) return contents.error();
  Opened out{std::move(*policy), nullptr, {}, key->bytes, false, {}};
  for (const auto& list : out.policy.lists) {
    if (list.name == options.list) out.definition = &list;
  }
  if (out.definition == nullptr) return one_issue("the policy has no list `" + options.list + "`");
  out.entries = std::move((*contents)[options.list]);
  out.personal = out.policy.schema->fields[out.definition->slot].personal;
  if (out.personal && out.key.empty()) return one_issue("the list holds tokens: give --token-key");
  out.path = fs::path(options.directory) / "lists" / (options.list + ".csv");
  return out;
}

std::string cell(std::string_view text) {
  const bool has_blanks = text.starts_with(' ') || text.ends_with(' ');
  if (!has_blanks && text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? "\"\"" : std::string(1, c));
  return out + "\"";
}

std::string rules_text(const book::ListEntry& entry) {
  std::string out;
  for (const auto& rule : entry.rules) out.append(out.empty() ? "" : " ").append(rule);
  return out;
}

std::string csv_of(const book::ListEntries& entries, bool personal) {
  std::string out = "value,reason,author,expires,rules\n";
  for (const auto& [value, entry] : entries) {
    out += cell(personal ? "token:" + value : value) + "," + cell(entry.reason) + "," + cell(entry.author) + ",";
    out += (entry.expires_ms == INT64_MAX ? "" : iso8601(entry.expires_ms)) + "," + cell(rules_text(entry)) + "\n";
  }
  return out;
}

// All of it or nothing, also for an engine that reads meanwhile.
int write(const Opened& list) {
  auto draft = list.path;
  draft.replace_extension(".csv.new");
  std::ofstream out(draft, std::ios::binary | std::ios::trunc);
  out << csv_of(list.entries, list.personal) << std::flush;
  std::error_code error;
  if (out) fs::rename(draft, list.path, error);
  if (!out || error) return fail(list.path.string() + ": can't be written");
  return kOk;
}

int show(const Options& options) {
  const auto list = open_list(options);
  if (!list.ok()) return fail(list.error());
  std::cout << csv_of((*list).entries, (*list).personal);
  return kOk;
}

int add(const Options& options) {
  auto list = open_list(options);
  if (!list.ok()) return fail(list.error());
  // Read as the file's row would be: the same checks, the same messages.
  const auto row = cell(options.value) + "," + cell(options.reason) + "," + cell(options.author) + "," +
                   cell(options.expires) + "," + cell(options.rules) + "\n";
  auto added = policy::read_list_entries("the new entry", "value,reason,author,expires,rules\n" + row,
                                         *(*list).definition, (*list).policy, (*list).key);
  if (!added.ok()) return fail(added.error());
  for (auto& [value, entry] : *added) (*list).entries.insert_or_assign(value, std::move(entry));
  return write(*list);
}

int remove(const Options& options) {
  auto list = open_list(options);
  if (!list.ok()) return fail(list.error());
  auto value = options.value;
  if ((*list).personal && !value.starts_with("token:")) {
    const auto& field = (*list).policy.schema->fields[(*list).definition->slot];
    event::PersonalTokens tokens((*list).key);
    value = tokens.token(field.token_domain.empty() ? field.name : field.token_domain, value);
  } else if ((*list).personal) {
    value.erase(0, std::string_view("token:").size());
  }
  if ((*list).entries.erase(value) == 0) return fail("`" + options.value + "` is not in the list");
  return write(*list);
}

}  // namespace

void add_lists_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("lists", "Show and change the entries of a policy's lists");
  command->footer(kExamples);
  command->require_subcommand(1);
  const auto subcommand = [&](const char* name, const char* what, int (*run)(const Options&)) {
    auto* sub = command->add_subcommand(name, what);
    sub->footer(kExamples);
    sub->add_option("DIR", options->directory, "The policy directory")->required();
    sub->add_option("LIST", options->list, "The list's name")->required();
    sub->add_option("--token-key", options->token_key, "The file with the token key, for lists of a personal field");
    sub->callback([options, &exit_code, run] { exit_code = run(*options); });
    return sub;
  };
  subcommand("show", "The entries as CSV", show);
  auto* add_command = subcommand("add", "Put an entry in, or change it", add);
  add_command->add_option("VALUE", options->value, "The field's value")->required();
  add_command->add_option("--reason", options->reason, "Why it is in the list")->required();
  add_command->add_option("--author", options->author, "Who put it there")->required();
  add_command->add_option("--expires", options->expires, "The date or time from which on it does not count");
  add_command->add_option("--rules", options->rules, "Allow lists: the rules that it takes out, with blanks between");
  subcommand("remove", "Take an entry out", remove)
      ->add_option("VALUE", options->value, "The field's value")
      ->required();
}

}  // namespace weir::command
