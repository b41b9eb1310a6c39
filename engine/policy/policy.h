// A policy: one directory, read and checked as a whole, with one hash.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "engine/decide/control.h"
#include "engine/decide/decision.h"
#include "engine/event/schema.h"
#include "engine/features/definition.h"
#include "engine/model/binding.h"
#include "engine/model/input_definitions.h"
#include "rules/book/book.h"
#include "rules/book/list.h"
#include "rules/book/rule_test.h"
#include "rules/cel/environment.h"
#include "rules/cel/time_zones.h"

namespace weir::policy {

// A file of the policy by its path from the policy directory, with '/' ("rules/cards.yaml").
struct PolicyFile {
  std::string path;
  std::string text;
};

// Immutable once loaded. The feature definitions hold views into what `schema` keeps alive.
struct Policy {
  std::string name;
  std::string hash;               // "sha256:" and 64 hexadecimal digits
  std::string time_zones;         // the version of the time-zone data, which is in the hash: "2025b"
  std::vector<PolicyFile> files;  // in the bytewise order of path: what the hash is over
  std::shared_ptr<const event::Schema> schema;
  std::int64_t history_ms = 0;  // how long events are kept; every window + offset is at most this
  std::vector<features::Definition> features;
  std::shared_ptr<const book::Book> rules;
  std::shared_ptr<const model::BoundModel> model;         // nullptr: there is none
  std::shared_ptr<const model::InputDefinitions> inputs;  // nullptr: no model looks at anything
  std::vector<book::ListDefinition> lists;                // by name; list i stands in slot list_slot(i)
  decide::Thresholds thresholds;
  std::optional<decide::Control> control;
  Issues warnings;

  bool has_personal_fields() const;
  // What rules call each slot.
  std::vector<std::string> slot_names() const;
  std::uint32_t list_slot(std::size_t list) const {
    return schema->slot_count() + static_cast<std::uint32_t>(features.size() + list);
  }
  // Of `model.score`, if there is a model.
  std::uint32_t model_slot() const { return list_slot(lists.size()); }
};

// What rules call the model's probability, a double from 0.0 to 1.0.
inline constexpr std::string_view kModelScore = "model.score";

// What rules may name: the fields (but personal text only as a token, and not the inline label) and the features.
// Feature i stands in slot schema.slot_count() + i.
cel::Environment rule_environment(const event::Schema& schema, const std::vector<features::Definition>& features);

// The hash of a set of files, in any order: SHA-256 over, for each file in the bytewise order of path, path and text,
// each preceded by its length as 8 bytes, most significant first. As the rules' meaning hangs on the time-zone data,
// the version of that is hashed like a file of the path kTimeZonesEntry, which no file of a policy may have.
inline constexpr std::string_view kTimeZonesEntry = ".time-zones";
std::string policy_hash(const std::vector<PolicyFile>& files, std::string_view time_zones = cel::time_zone_version());

// Reads the policy's files, in the order of path: policy.yaml, schema.yaml, features.yaml,
// features/*.yaml, inputs.yaml, lists/*.yaml, rules/**/*.yaml. Entries of lists (lists/*.csv) are read by
// list_entries.h. Other files are not part of the policy, but what looks like a slip of the pen is an issue: another
// .yaml beside these, a .yml, a symbolic link or a special file by such a name. Hidden files are never looked at.
Result<std::vector<PolicyFile>, Issues> read_policy_files(const std::string& directory);

// Checks everything and reports all faults at once, in the order of place; messages name files as `prefix` + path.
// Features and rules may be missing. On failure the issues hold the warnings too. `tests`: gets the tests beside
// the rules, if it isn't nullptr.
Result<Policy, Issues> load_policy(std::vector<PolicyFile> files, std::string_view prefix,
                                   std::vector<book::TestedRule>* tests = nullptr);

// Both together; messages name files by `directory`.
Result<Policy, Issues> load_policy_directory(const std::string& directory,
                                             std::vector<book::TestedRule>* tests = nullptr);

}  // namespace weir::policy
