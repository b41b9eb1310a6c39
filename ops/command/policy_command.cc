#include "ops/command/policy_command.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

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
      every policy that was ever taken on this state: * decides now, ~ is in its shadow
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

// The hash of what is asked for, kept beside the state.
Result<std::string, Issues> kept(const PolicyStore& store, const std::string& policy) {
  const auto one_issue = [](std::string message) {
    Issues issues;
    issues.error({}, std::move(message));
    return issues;
  };
  auto directory = policy;
  if (!std::filesystem::is_directory(policy)) {
    auto found = store.find(policy);
    if (!found) return one_issue(found.error().message + "; and there is no directory " + policy);
    directory = store.path_of(*found);
  }
  // With the time-zone data of another weir, a kept policy comes back under another hash.
  auto loaded = policy::load_policy_directory(directory);
  if (!loaded.ok()) return loaded.error();
  if (auto status = store.keep(loaded->files, loaded->hash); !status) return one_issue(status.error().message);
  return loaded->hash;
}

int use(const Options& options) {
  auto settings = load_settings(*options.config);
  if (!settings) return fail(settings.error());
  const PolicyStore store(settings->text("state"));
  auto hash = kept(store, options.policy);
  if (!hash.ok()) return fail(hash.error());
  auto files = policy::read_policy_files(settings->text("policy"));
  if (!files.ok()) return fail(files.error());
  if (auto status = store.wish({*hash, policy::policy_hash(*files)}); !status) return fail(status.error().message);
  const auto give_up_ns = monotonic_ns() + kWaitNs;
  while (store.live() != *hash) {
    if (monotonic_ns() > give_up_ns) {
      std::cout << "wanted: " << *hash << "\nNo engine has taken it within 10 s: if none is running on this state, the "
                << "next one begins with it; else see the engine's log.\n";
      return kFailed;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::cout << "live: " << *hash << '\n';
  return kOk;
}

// Why it can't be in the shadow of the policy that decides now; empty if it can, or if none decides yet.
Result<std::string, Issues> why_no_shadow(const PolicyStore& store, const std::string& hash) {
  const auto live = store.live();
  if (live.empty()) return std::string();
  auto candidate = policy::load_policy_directory(store.path_of(hash));
  if (!candidate.ok()) return candidate.error();
  auto deciding = policy::load_policy_directory(store.path_of(live));
  if (!deciding.ok()) return deciding.error();
  return shard::no_shadow_because(*candidate, *deciding);
}

int shadow(const Options& options) {
  auto settings = load_settings(*options.config);
  if (!settings) return fail(settings.error());
  const PolicyStore store(settings->text("state"));
  std::string wanted;
  if (options.policy != "off") {
    auto hash = kept(store, options.policy);
    if (!hash.ok()) return fail(hash.error());
    auto why = why_no_shadow(store, *hash);
    if (!why.ok()) return fail(why.error());
    if (!why->empty()) return fail(*hash + " can't be in the shadow: " + *why);
    wanted = *hash;
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

int list(const Options& options) {
  auto settings = load_settings(*options.config);
  if (!settings) return fail(settings.error());
  const PolicyStore store(settings->text("state"));
  const auto live = store.live();
  const auto in_shadow = store.live_shadow();
  for (const auto& policy : store.all()) {
    const auto* mark = policy.hash == live ? "* " : policy.hash == in_shadow ? "~ " : "  ";
    std::cout << mark << policy.hash << "  since " << iso8601(policy.kept_ms) << '\n';
  }
  return kOk;
}

int show(const Options& options) {
  auto settings = load_settings(*options.config);
  if (!settings) return fail(settings.error());
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
      ->add_option("POLICY", options->policy, "A policy directory, or the start of the hash of one that was live")
      ->required();
  add("shadow", "Put this policy into the shadow of the one that decides", shadow)
      ->add_option("POLICY", options->policy, "A policy directory, the start of a hash, or `off`")
      ->required();
  add("list", "The policies that were live", list);
  add("show", "Where the files of one stand", show)
      ->add_option("HASH", options->policy, "The start of its hash")
      ->required();
}

}  // namespace weir::command
