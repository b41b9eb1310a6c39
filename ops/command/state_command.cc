#include "ops/command/state_command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "engine/audit/value_json.h"
#include "engine/base/civil_time.h"
#include "engine/shard/core.h"
#include "engine/shard/position.h"
#include "engine/shard/recorded_policy.h"
#include "engine/state/store.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr const char* kExamples = R"(Examples:
  weir state show card c-0042 --state run/state
      the card's events that are held, and its windows as of the newest of them
  weir state show account tok... --state run/state --last 5
  weir state position --state run/state
      where the engine stands in its inputs and its audit stream

A running engine's state may be looked at; it is at most an epoch behind.)";

struct Options {
  std::string state;
  std::uint32_t shard = 0;
  std::string entity;
  std::string key;
  std::uint64_t last = 20;
};

struct Opened {
  std::unique_ptr<state::Store> store;
  shard::Position position;
};

Result<Opened> open(const Options& options) {
  state::StoreOptions store_options;
  store_options.directory = options.state;
  store_options.shard = options.shard;
  store_options.read_only = true;
  auto store = state::Store::open(store_options);
  if (!store) return store.error();
  auto text = (*store)->position();
  if (!text) return text.error();
  if (!*text) return Error{options.state + " is a fresh state directory: nothing was consumed yet"};
  auto position = shard::read_position(**text);
  if (!position) return position.error();
  return Opened{std::move(*store), std::move(*position)};
}

// The policy of the state, with features that leave the current event out: there is none when one only looks.
Result<std::shared_ptr<const policy::Policy>> stored_policy(const state::Store& store, const std::string& hash) {
  auto bytes = store.read_policy(hash);
  if (!bytes) return bytes.error();
  if (!*bytes) return Error{"policy " + hash + " is missing from the state"};
  auto recorded = shard::read_policy_bytes(**bytes);
  if (!recorded) return recorded.error();
  auto loaded = shard::load_recorded_policy(std::move(*recorded), hash, shard::PolicyUse::kShow);
  if (!loaded) return loaded.error();
  auto policy = std::make_shared<policy::Policy>(**loaded);
  for (auto& feature : policy->features) feature.include_current = false;
  return std::shared_ptr<const policy::Policy>(std::move(policy));
}

void print_row(const history::RowView& row, const event::Schema& schema) {
  std::cout << "  " << iso8601(row.time_ms) << "  #" << row.sequence;
  for (std::uint32_t slot = 0; slot < schema.slot_count(); ++slot) {
    if (slot >= row.slots.size() || row.slots[slot].is_absent()) continue;
    const bool built_in = slot >= schema.field_count();
    const auto name = !built_in                          ? std::string_view(schema.fields[slot].name)
                      : slot == schema.event_type_slot() ? "event_type"
                      : slot == schema.outcome_slot()    ? "outcome"
                                                         : "label";
    std::cout << "  " << name << '=' << audit::value_text(row.slots[slot]);
  }
  const auto label = [](const history::LabelEntry& entry) {
    return std::string(entry.fraud ? "fraud" : "honest") + " known " + iso8601(entry.known_at_ms);
  };
  if (row.own_label != nullptr) std::cout << "  label=" << label(*row.own_label);
  for (const auto& entry : row.topic_labels) std::cout << "  label=" << label(entry);
  std::cout << '\n';
}

int show(const Options& options) {
  auto opened = open(options);
  if (!opened) return fail(opened.error().message);
  auto policy = stored_policy(*opened->store, opened->position.policy);
  if (!policy) return fail(policy.error().message);
  auto core = shard::make_core(*policy, opened->store.get(), {});
  if (!core) return fail(core.error().message);
  const auto& schema = *(*policy)->schema;
  std::uint32_t entity = 0;
  std::string names;
  for (; entity < schema.entities.size() && schema.entities[entity].name != options.entity; ++entity) {
    names.append(names.empty() ? "" : ", ").append(schema.entities[entity].name);
  }
  if (entity == schema.entities.size()) return fail("there is no entity `" + options.entity + "`; there are: " + names);
  auto resident = core->memory->entity(entity, options.key);
  if (!resident) return fail(resident.error().message);
  auto& history = shard::Memory::history(**resident);
  if (history.row_count() == 0) {
    return fail("no " + options.entity + " `" + options.key +
                "` is known (personal keys are looked up by their token)");
  }
  const auto rows = history.row_count();
  std::cout << options.entity << ' ' << options.key << ": " << grouped(rows) << " events held, first seen "
            << iso8601(history.first_seen_ms()) << '\n';
  std::uint64_t at = 0;
  history.visit([&](const history::RowView& row) {
    if (at++ + options.last >= rows) print_row(row, schema);
  });

  event::Event now(schema, static_cast<std::uint32_t>(core->features->definitions().size()));
  now.time_ms = history.newest_ms();
  std::vector<history::EntityHistory*> histories(schema.entities.size(), nullptr);
  histories[entity] = &history;
  core->features->evaluate(histories, opened->position.progress.clock_ms - (*policy)->history_ms, now);
  std::cout << "Its windows as of " << iso8601(now.time_ms) << ":\n";
  for (std::uint32_t i = 0; i < core->features->definitions().size(); ++i) {
    if (core->features->definitions()[i].entity != options.entity) continue;
    std::cout << "  " << core->features->names()[i] << " = " << audit::value_text(now[schema.slot_count() + i]) << '\n';
  }
  return kOk;
}

int position(const Options& options) {
  auto opened = open(options);
  if (!opened) return fail(opened.error().message);
  const auto& at = opened->position;
  std::cout << "next audit record " << at.progress.next_sequence << ", looked for from audit offset "
            << at.next_audit_offset << "\nclock " << iso8601(at.progress.clock_ms) << "\ngeneration " << at.generation
            << " of engine " << at.engine << "\npolicy " << at.policy << '\n';
  for (const auto& [place, offset] : at.consumed) {
    std::cout << "consumed " << place.first << '/' << place.second << " up to offset " << offset << '\n';
  }
  const auto figures = opened->store->figures();
  std::cout << "on disk " << grouped(figures.bytes_on_disk) << " bytes\n";
  return kOk;
}

}  // namespace

void add_state_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("state", "What the state directory knows");
  command->footer(kExamples);
  command->require_subcommand(1);
  const auto common = [&](CLI::App* sub) {
    sub->add_option("--state", options->state, "State directory")->required();
    sub->add_option("--shard", options->shard, "Shard");
    sub->footer(kExamples);
  };
  auto* show_command = command->add_subcommand("show", "One entity's history and windows");
  common(show_command);
  show_command->add_option("entity", options->entity, "The entity's name, e.g. card")->required();
  show_command->add_option("key", options->key, "Its key")->required();
  show_command->add_option("--last", options->last, "How many of its newest events to print");
  show_command->callback([options, &exit_code] { exit_code = show(*options); });
  auto* position_command = command->add_subcommand("position", "Where the engine stands");
  common(position_command);
  position_command->callback([options, &exit_code] { exit_code = position(*options); });
}

}  // namespace weir::command
