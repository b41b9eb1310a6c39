#include "ops/command/policy_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "engine/base/civil_time.h"
#include "engine/policy/policy.h"
#include "engine/shard/shadow.h"
#include "ops/command/config_options.h"
#include "ops/command/policy_store.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr std::int64_t kWaitNs = 10'000'000'000;

constexpr const char* kExamples = R"(Examples:
  weir policy use new-policy --config weir.yaml
      the running engine decides by this directory from the next payment on; it is checked first
  weir policy list --config weir.yaml
      every policy that an engine took on this state, the last one below: * decides now, ~ is in its shadow
  weir policy use sha256:4c33 --config weir.yaml
      back to one of them, by the start of its hash
  weir policy show sha256:4c33 --config weir.yaml
      where its files stand
  weir policy shadow candidate --config weir.yaml
      this policy sees every payment beside the one that decides, is recorded, and changes nothing; `weir shadow report`
      compares the two; `weir policy shadow off` ends it

A running engine also follows its policy directory by itself: who edits the files there changes the policy, if it has no
fault. What `weir policy use` asked for holds until then, also over a restart.)";

struct Options {
  std::shared_ptr<ConfigOptions> config = std::make_shared<ConfigOptions>();
  std::string policy;
};

Issues one_issue(std::string message) {
  Issues issues;
  issues.error({}, std::move(message));
  return issues;
}

// A directory, or a policy that was taken before.
Result<policy::Policy, Issues> asked_for(const PolicyStore& store, const std::string& policy) {
  if (std::filesystem::is_directory(policy)) return policy::load_policy_directory(policy);
  const auto found = store.find(policy);
  if (!found) return one_issue(found.error().message + "; and there is no directory " + policy);
  // With the time-zone data of another weir, a kept policy comes back under another hash.
  return policy::load_policy_directory(store.path_of(*found));
}

// What all of these need to know. 2, with a message, if they don't: nothing is looked for or written just anywhere.
int find_settings(const Options& options, std::span<const std::string_view> needed, std::optional<Settings>& out) {
  auto settings = load_settings(*options.config);
  if (!settings) return fail(settings.error());
  if (auto status = require_settings(*options.config, *settings, needed); !status) {
    fail(status.error().message);
    return kUsage;
  }
  out = *std::move(settings);
  return kOk;
}

constexpr std::string_view kState[] = {"state"};
constexpr std::string_view kStateAndPolicy[] = {"state", "policy"};

int use(const Options& options) {
  std::optional<Settings> settings;
  if (const int code = find_settings(options, kStateAndPolicy, settings); code != kOk) return code;
  const PolicyStore store(settings->text("state"));
  const auto wanted = asked_for(store, options.policy);
  if (!wanted.ok()) return fail(wanted.error());
  const auto files = policy::read_policy_files(settings->text("policy"));
  if (!files.ok()) return fail(files.error());
  const auto& hash = wanted->hash;
  if (auto status = store.keep(wanted->files, hash); !status) return fail(status.error().message);
  if (auto status = store.wish({hash, policy::policy_hash(*files)}); !status) return fail(status.error().message);
  const auto give_up_ns = monotonic_ns() + kWaitNs;
  while (store.live() != hash) {
    if (monotonic_ns() > give_up_ns) {
      std::cout << "wanted: " << hash << "\nNo engine has taken it within 10 s: if none is running on this state, the "
                << "next one begins with it; else see the engine's log.\n";
      return kFailed;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::cout << "live: " << hash << '\n';
  return kOk;
}

// Why it can't be in the shadow of the policy that decides now; empty if it can, or if none decides yet.
Result<std::string, Issues> why_no_shadow(const PolicyStore& store, const policy::Policy& candidate) {
  const auto live = store.live();
  if (live.empty()) return std::string();
  if (candidate.hash == live) return std::string("it is the policy that decides: there would be nothing to compare");
  auto deciding = policy::load_policy_directory(store.path_of(live));
  if (!deciding.ok()) return deciding.error();
  return shard::no_shadow_because(candidate, *deciding);
}

int shadow(const Options& options) {
  std::optional<Settings> settings;
  if (const int code = find_settings(options, kState, settings); code != kOk) return code;
  const PolicyStore store(settings->text("state"));
  std::string wanted;
  if (options.policy != "off") {
    const auto candidate = asked_for(store, options.policy);
    if (!candidate.ok()) return fail(candidate.error());
    const auto why = why_no_shadow(store, *candidate);
    if (!why.ok()) return fail(why.error());
    if (!why->empty()) return fail(candidate->hash + " can't be in the shadow: " + *why);
    // Only now: what was refused is not kept.
    if (auto status = store.keep(candidate->files, candidate->hash); !status) return fail(status.error().message);
    wanted = candidate->hash;
  }
  if (auto status = store.wish_shadow(wanted); !status) return fail(status.error().message);
  const auto give_up_ns = monotonic_ns() + kWaitNs;
  while (store.live_shadow() != wanted) {
    if (monotonic_ns() > give_up_ns) {
      std::cout << "wanted in the shadow: " << (wanted.empty() ? "none" : wanted)
                << "\nNo engine has taken it within 10 s: "
                << "if none is running on this state, the next one begins with it; else see the engine's log.\n";
      return kFailed;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::cout << "in the shadow: " << (wanted.empty() ? "none" : wanted) << '\n';
  return kOk;
}

std::string period_text(const char* role, const PolicyStore::Period& period) {
  return role + (period.until_ms ? " until " + iso8601(*period.until_ms) : " since " + iso8601(period.from_ms));
}

int list(const Options& options) {
  std::optional<Settings> settings;
  if (const int code = find_settings(options, kState, settings); code != kOk) return code;
  for (const auto& policy : PolicyStore(settings->text("state")).taken()) {
    const bool decides = policy.live && !policy.live->until_ms;
    const bool in_shadow = policy.shadow && !policy.shadow->until_ms;
    std::cout << (decides ? "* " : in_shadow ? "~ " : "  ") << policy.hash << "  ";
    if (policy.live) std::cout << period_text("live", *policy.live);
    if (policy.live && policy.shadow) std::cout << ", ";
    if (policy.shadow) std::cout << period_text("in the shadow", *policy.shadow);
    std::cout << '\n';
  }
  return kOk;
}

int show(const Options& options) {
  std::optional<Settings> settings;
  if (const int code = find_settings(options, kState, settings); code != kOk) return code;
  const PolicyStore store(settings->text("state"));
  const auto hash = store.find(options.policy);
  if (!hash) return fail(hash.error().message);
  std::cout << store.path_of(*hash) << '\n';
  return kOk;
}

}  // namespace

void add_policy_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("policy", "Exchange the policy of a running engine, and see which ones there were");
  command->footer(kExamples);
  command->require_subcommand(1);
  const auto add = [&](const char* name, const char* what, int (*run)(const Options&)) {
    auto* sub = command->add_subcommand(name, what);
    sub->footer(kExamples);
    add_config_options(*sub, options->config);
    sub->callback([options, &exit_code, run] { exit_code = run(*options); });
    return sub;
  };
  add("use", "Decide by this policy from now on", use)
      ->add_option("POLICY", options->policy, "A policy directory, or the start of the hash of one in the list")
      ->required();
  add("shadow", "Put this policy into the shadow of the one that decides", shadow)
      ->add_option("POLICY", options->policy, "A policy directory, the start of a hash, or `off`")
      ->required();
  add("list", "The policies that were live or in the shadow, and since or until when", list);
  add("show", "Where the files of one stand", show)
      ->add_option("HASH", options->policy, "The start of its hash")
      ->required();
}

}  // namespace weir::command
