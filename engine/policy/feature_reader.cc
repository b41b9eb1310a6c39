#include "engine/policy/feature_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "engine/base/civil_time.h"
#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

using event::FieldType;
using features::Aggregate;
using features::Definition;

// What stands behind the name of an aggregate.
enum class Argument : std::uint8_t { kEvents, kEvent, kField, kCondition };

struct AggregateKey {
  std::string_view name;
  Aggregate aggregate;
  Argument argument;
};

constexpr std::array<AggregateKey, 13> kAggregates{{
    {"count", Aggregate::kCount, Argument::kEvents},
    {"sum", Aggregate::kSum, Argument::kField},
    {"mean", Aggregate::kMean, Argument::kField},
    {"median", Aggregate::kMedian, Argument::kField},
    {"min", Aggregate::kMin, Argument::kField},
    {"max", Aggregate::kMax, Argument::kField},
    {"standard_deviation", Aggregate::kStandardDeviation, Argument::kField},
    {"distinct", Aggregate::kDistinctCount, Argument::kField},
    {"first", Aggregate::kFirst, Argument::kField},
    {"last", Aggregate::kLast, Argument::kField},
    {"share", Aggregate::kShare, Argument::kCondition},
    {"time_since_last", Aggregate::kTimeSinceLast, Argument::kEvent},
    {"first_seen", Aggregate::kFirstSeen, Argument::kEvent},
}};

constexpr std::array<std::string_view, 1> kEvents{"events"};
constexpr std::array<std::string_view, 1> kEvent{"event"};
constexpr std::array<std::string_view, 2> kCurrent{"exclude", "include"};

// Whether the aggregate can be taken of the field's type; else what it takes, for the message.
std::string_view wanted_types(Aggregate aggregate, const event::Field& field) {
  const bool is_number = !field.personal && (field.type == FieldType::kInt64 || field.type == FieldType::kDouble ||
                                             field.type == FieldType::kMoney);
  switch (aggregate) {
    case Aggregate::kSum:
    case Aggregate::kMean:
    case Aggregate::kMedian:
    case Aggregate::kStandardDeviation:
      return is_number ? "" : "int64, double or money";
    case Aggregate::kMin:
    case Aggregate::kMax:
      return is_number || field.type == FieldType::kTimestamp ? "" : "int64, double, money or timestamp";
    case Aggregate::kDistinctCount:
      return field.type == FieldType::kDouble ? "bool, int64, string, money, timestamp or enum" : "";
    default:
      return "";
  }
}

class FeatureReader {
 public:
  FeatureReader(const SchemaDraft& draft, std::int64_t history_ms, Issues& issues)
      : draft_(draft), history_ms_(history_ms), vocabulary_(row_vocabulary(draft)), issues_(issues) {}

  void read(const std::string& entity, const yaml::Entry& entry, Features& out) {
    const auto issues_before = issues_.all().size();
    FeatureDraft feature;
    feature.definition.entity = entity;
    feature.definition.name = entry.key.text;
    if (check_member_name(entry.key, "a feature", issues_) && entry.key.text == "zone") {
      issues_.error(entry.key.place, "`zone` can't name a feature: `" + entity + ".zone` is the entity's time zone");
    }
    vocabulary_.zones = zones_of(draft_.schema, entity);
    yaml::MapReader reader(&entry.value, entry.key.place, "the feature `" + entry.key.text + "`", issues_);
    if (reader.is_map()) read_keys(reader, feature.definition, *out.texts);
    feature.is_faulty = issues_.has_errors(issues_before) || !reader.is_map();
    out.drafts.push_back(std::move(feature));
  }

 private:
  void read_keys(yaml::MapReader& reader, Definition& definition, std::deque<std::string>& texts) {
    const auto faults_before = issues_.all().size();
    const auto* aggregate = read_aggregate(reader, definition);
    (void)yaml::as_text(reader.optional("description"), issues_);
    const bool is_windowed = aggregate != nullptr && aggregate->aggregate != Aggregate::kFirstSeen;
    const auto* window =
        is_windowed ? reader.required("window", "write for example `window: 24h`") : reader.optional("window");
    const auto* offset = reader.optional("offset");
    const auto* where = reader.optional("where");
    const auto* current = reader.optional("current");
    const auto* default_value = reader.optional("default");
    const auto* exact_up_to = reader.optional("exact_up_to");
    const auto* of_last = reader.optional("of_last");
    reader.finish();
    if (aggregate == nullptr) {
      // Otherwise an unknown key is its name misspelt, or there are two.
      if (issues_.all().size() == faults_before) report_no_aggregate(reader);
      return;
    }

    if (!is_windowed) {
      for (const auto* name : {"window", "offset", "where", "current"}) {
        if (const auto* key = reader.key(name)) {
          issues_.error(key->place,
                        std::string("`first_seen` looks at all time and all events: it has no `") + name + "`");
        }
      }
    } else {
      read_window(window, offset, definition);
      read_where(where, definition);
      read_current(current, definition);
    }
    read_exact_up_to(reader, exact_up_to, definition);
    read_of_last(reader, of_last, definition);
    const bool typed = !definition.slot || !draft_.is_faulty(*definition.slot);
    const bool has_argument = aggregate->argument != Argument::kField || definition.slot.has_value();
    if (default_value != nullptr && typed && has_argument) {
      definition.default_value = read_default(*default_value, definition, draft_.schema, texts, issues_);
    }
  }

  void report_no_aggregate(const yaml::MapReader& reader) {
    std::string names;
    for (const auto& candidate : kAggregates) names.append(names.empty() ? "" : ", ").append(candidate.name);
    issues_.error(reader.at(), "the feature does not say what to compute", "give it one of: " + names);
  }

  // The one aggregate of the feature with its argument; nullptr if there is none, or two, which is an issue.
  const AggregateKey* read_aggregate(yaml::MapReader& reader, Definition& definition) {
    const AggregateKey* found = nullptr;
    const yaml::Node* argument = nullptr;
    for (const auto& candidate : kAggregates) {
      const auto* node = reader.optional(candidate.name);
      if (node == nullptr) continue;
      if (found != nullptr) {
        issues_.error(reader.key(candidate.name)->place,
                      "a feature computes one thing, and `" + std::string(found->name) + "` stands here too");
        return nullptr;
      }
      found = &candidate;
      argument = node;
    }
    if (found == nullptr) return nullptr;
    definition.aggregate = found->aggregate;
    read_argument(*found, argument, definition);
    return found;
  }

  void read_argument(const AggregateKey& key, const yaml::Node* node, Definition& definition) {
    switch (key.argument) {
      case Argument::kEvents:
        (void)yaml::as_choice(node, kEvents, issues_);
        break;
      case Argument::kEvent:
        (void)yaml::as_choice(node, kEvent, issues_);
        break;
      case Argument::kField:
        read_field(key, node, definition);
        break;
      case Argument::kCondition:
        definition.share_of = read_condition(node, definition.share_of_text, definition);
        break;
    }
  }

  void read_field(const AggregateKey& key, const yaml::Node* node, Definition& definition) {
    const auto slot = find_field(node, draft_, issues_);
    if (!slot) return;
    definition.slot = *slot;
    if (draft_.is_faulty(*slot)) return;
    const auto& field = draft_.schema.fields[*slot];
    const auto& label = draft_.schema.inline_label;
    const auto wanted = wanted_types(key.aggregate, field);
    if (label && label->slot == *slot) {
      issues_.error(node->place, "`" + field.name + "` is the label, which is known later",
                    "write label == 'fraud' in `where` or `share`");
    } else if (!field.history) {
      issues_.error(node->place, "`" + field.name + "` is not kept in the history", "drop its `history: false`");
    } else if (!wanted.empty()) {
      const std::string type = field.personal ? "a personal field" : std::string(type_name(field.type));
      issues_.error(node->place, "`" + std::string(key.name) + "` takes " + std::string(wanted) + ", `" + field.name +
                                     "` is " + (field.personal ? type : "of type " + type));
    }
  }

  std::shared_ptr<const cel::Program> read_condition(const yaml::Node* node, std::string& text,
                                                     Definition& definition) {
    auto program = book::compile_expression(node, vocabulary_, cel::Type::simple(cel::TypeKind::kBool), issues_);
    if (program == nullptr) return nullptr;
    text = book::expression_text(*node);
    const auto slots = program->slots();
    if (std::find(slots.begin(), slots.end(), draft_.schema.label_slot()) != slots.end()) definition.uses_label = true;
    return program;
  }

  void read_where(const yaml::Node* node, Definition& definition) {
    if (node != nullptr) definition.where = read_condition(node, definition.where_text, definition);
  }

  void read_window(const yaml::Node* window, const yaml::Node* offset, Definition& definition) {
    const auto window_ms = yaml::as_duration_ms(window, issues_);
    const auto offset_ms = yaml::as_duration_ms(offset, issues_);
    if (window_ms) definition.window_ms = *window_ms;
    if (offset_ms) definition.offset_ms = *offset_ms;
    const auto reach = definition.window_ms + definition.offset_ms;
    if (window_ms && history_ms_ > 0 && reach > history_ms_) {
      issues_.error(
          window->place,
          "the feature looks back " + duration_text(reach) + ", the history is kept for " + duration_text(history_ms_),
          "shorten it, or raise `history` in policy.yaml");
    }
  }

  void read_current(const yaml::Node* node, Definition& definition) {
    if (const auto choice = yaml::as_choice(node, kCurrent, issues_)) definition.include_current = *choice == 1;
    if (!definition.include_current) return;
    if (definition.offset_ms > 0) {
      issues_.error(node->place, "with an `offset` the current event is never in the window");
    } else if (definition.aggregate == Aggregate::kTimeSinceLast) {
      issues_.error(node->place, "the time since the current event is always 0");
    }
  }

  void read_exact_up_to(yaml::MapReader& reader, const yaml::Node* node, Definition& definition) {
    const auto value = yaml::as_integer(node, 1, kMaxExactUpTo, issues_);
    if (value) definition.exact_up_to = static_cast<std::uint32_t>(*value);
    if (node != nullptr && definition.aggregate != Aggregate::kDistinctCount) {
      issues_.error(reader.key("exact_up_to")->place, "`exact_up_to` belongs to `distinct`; all else is always exact");
    }
  }

  void read_of_last(yaml::MapReader& reader, const yaml::Node* node, Definition& definition) {
    const auto value = yaml::as_integer(node, 1, kMaxOfLast, issues_);
    if (value) definition.of_last = static_cast<std::uint32_t>(*value);
    if (node != nullptr && definition.aggregate != Aggregate::kMedian) {
      issues_.error(reader.key("of_last")->place, "`of_last` belongs to `median`; all else is of the whole window");
    }
  }

  const SchemaDraft& draft_;
  std::int64_t history_ms_;
  book::Vocabulary vocabulary_;
  Issues& issues_;
};

}  // namespace

std::string_view aggregate_name(Aggregate aggregate) {
  return std::find_if(kAggregates.begin(), kAggregates.end(),
                      [&](const AggregateKey& key) { return key.aggregate == aggregate; })
      ->name;
}

void read_features(const yaml::Node& root, const SchemaDraft& draft, std::int64_t history_ms, Features& out,
                   Issues& issues) {
  FeatureReader reader(draft, history_ms, issues);
  std::vector<std::string> entities;
  for (const auto& entity : draft.schema.entities) entities.push_back(entity.name);
  for (const auto& entity : yaml::entries_of(&root, "a file of features", issues)) {
    const auto& name = entity.key.text;
    if (std::find(entities.begin(), entities.end(), name) == entities.end()) {
      auto suggestion = yaml::did_you_mean(name, entities);
      if (suggestion.empty()) suggestion = "declare it under `entities` in schema.yaml";
      issues.error(entity.key.place, "there is no entity `" + name + "`", std::move(suggestion));
    }
    for (const auto& entry : yaml::entries_of(&entity.value, "the features of `" + name + "`", issues)) {
      if (out.drafts.size() == kMaxFeatures) {
        issues.error(entry.key.place, "a policy has at most " + std::to_string(kMaxFeatures) + " features");
        return;
      }
      const auto [known, is_new] = out.places.emplace(name + "." + entry.key.text, entry.key.place);
      if (is_new) {
        reader.read(name, entry, out);
      } else {
        issues.error(entry.key.place,
                     "there is a feature `" + known->first + "` already, in " + known->second.file->name + ", line " +
                         std::to_string(known->second.line),
                     "keep one of them, or give this one another name");
      }
    }
  }
}

}  // namespace weir::policy
