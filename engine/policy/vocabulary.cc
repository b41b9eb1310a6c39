#include "engine/policy/vocabulary.h"

#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/features/feature_set.h"
#include "engine/policy/input_check.h"
#include "engine/policy/policy.h"

namespace weir::policy {
namespace {

const cel::Type kString = cel::Type::simple(cel::TypeKind::kString);

// Names are checked where they are read; one that is refused here is refused there and needs no variable.
void declare(book::Vocabulary& vocabulary, std::string name, cel::Type type, std::uint32_t slot,
             bool optional = false) {
  (void)vocabulary.environment.declare({std::move(name), std::move(type), slot, optional});
}

// What a record of some type may lack. A derived field is there only if the text is of the right form.
bool always_there(const event::Schema& schema, std::uint32_t slot, std::uint32_t event_type) {
  const auto& field = schema.fields[slot];
  return field.required && (field.event_types >> event_type & 1U) != 0;
}

bool always_there(const event::Schema& schema, std::uint32_t slot) {
  for (std::uint32_t type = 0; type < schema.event_types.size(); ++type) {
    if (!always_there(schema, slot, type)) return false;
  }
  return true;
}

bool has_entity(const event::Schema& schema, const std::string& name, const auto& there) {
  for (const auto& entity : schema.entities) {
    if (entity.name != name) continue;
    return std::all_of(entity.key_slots.begin(), entity.key_slots.end(), there);
  }
  return false;
}

// Whether the feature has a value for each event of its entity: over an empty window, too.
bool always_has_value(const event::Schema& schema, const features::Definition& feature, const auto& there) {
  using features::Aggregate;
  if (feature.default_value) return true;
  // The event itself is in the window.
  const bool never_empty = feature.include_current && feature.where == nullptr;
  switch (feature.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kDistinctCount:
      return true;
    case Aggregate::kSum:
      // Without an amount of its own an event has no currency to sum in.
      return schema.fields[*feature.slot].type != event::FieldType::kMoney || there(*feature.slot);
    case Aggregate::kMean:
    case Aggregate::kMedian:
    case Aggregate::kMin:
    case Aggregate::kMax:
    case Aggregate::kFirst:
    case Aggregate::kLast:
      return never_empty && *feature.slot < schema.field_count() && there(*feature.slot);
    case Aggregate::kShare:
      return never_empty;
    default:
      return false;
  }
}

void know_values(book::Vocabulary& vocabulary, std::uint32_t slot, std::vector<std::string> values) {
  vocabulary.texts.push_back({slot, std::move(values), false, {}});
}

std::string token_domain(const event::Field& field) {
  return field.token_domain.empty() ? field.name : field.token_domain;
}

void know_field(book::Vocabulary& vocabulary, std::uint32_t slot, const event::Field& field) {
  if (field.personal) {
    vocabulary.texts.push_back({slot, {}, true, token_domain(field)});
  } else if (field.type == event::FieldType::kEnum) {
    know_values(vocabulary, slot, field.enum_values);
  }
}

void know_currency(book::Vocabulary& vocabulary, std::uint32_t slot, const event::Field& field,
                   const event::Schema& schema) {
  if (field.type != event::FieldType::kMoney || field.currency == 0 || schema.exchange != nullptr) return;
  vocabulary.environment.know_currency(slot, field.currency);
}

void declare_field(book::Vocabulary& vocabulary, const SchemaDraft& draft, std::uint32_t slot, bool optional) {
  const auto& field = draft.schema.fields[slot];
  const bool faulty = draft.is_faulty(slot);
  declare(vocabulary, field.name,
          faulty ? cel::Type::simple(cel::TypeKind::kError) : features::FeatureSet::type_of(field), slot,
          optional && !faulty);
  if (faulty) return;
  know_field(vocabulary, slot, field);
  know_currency(vocabulary, slot, field, draft.schema);
  if (field.is_protected) vocabulary.protected_slots.push_back(slot);
}

void declare_event_type(book::Vocabulary& vocabulary, const event::Schema& schema) {
  std::vector<std::string> names;
  for (const auto& type : schema.event_types) names.push_back(type.name);
  declare(vocabulary, "event_type", kString, schema.event_type_slot());
  know_values(vocabulary, schema.event_type_slot(), std::move(names));
}

// An event's type tells which fields, and so which entities, it has for sure.
void imply_by_event_type(book::Vocabulary& vocabulary, const event::Schema& schema,
                         const std::vector<FeatureDraft>& features, std::optional<std::uint32_t> scored,
                         std::uint32_t score_slot) {
  for (std::uint32_t type = 0; type < schema.event_types.size(); ++type) {
    const auto there = [&](std::uint32_t field) { return always_there(schema, field, type); };
    std::vector<std::uint32_t> present;
    for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
      if (there(slot)) present.push_back(slot);
    }
    for (std::uint32_t i = 0; i < features.size(); ++i) {
      if (features[i].is_faulty) continue;
      const auto& definition = features[i].definition;
      if (has_entity(schema, definition.entity, there) && always_has_value(schema, definition, there)) {
        present.push_back(schema.slot_count() + i);
      }
    }
    if (scored && (*scored >> type & 1U) != 0) present.push_back(score_slot);
    vocabulary.environment.imply(schema.event_type_slot(), schema.event_types[type].name, std::move(present));
  }
}

// A field that an entity is known by brings the entity's features.
void imply_by_keys(book::Vocabulary& vocabulary, const event::Schema& schema,
                   const std::vector<FeatureDraft>& features) {
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    if (always_there(schema, slot)) continue;
    const auto there = [&](std::uint32_t field) { return field == slot || always_there(schema, field); };
    std::vector<std::uint32_t> present;
    for (std::uint32_t i = 0; i < features.size(); ++i) {
      if (features[i].is_faulty) continue;
      const auto& definition = features[i].definition;
      if (has_entity(schema, definition.entity, there) && always_has_value(schema, definition, there)) {
        present.push_back(schema.slot_count() + i);
      }
    }
    vocabulary.environment.imply(slot, std::move(present));
  }
}

void declare_lists(book::Vocabulary& vocabulary, const SchemaDraft& draft, std::size_t features,
                   const std::vector<ListDraft>& lists) {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto& definition = lists[i].definition;
    const auto slot = draft.schema.slot_count() + static_cast<std::uint32_t>(features + i);
    const auto name = "lists." + definition.name;
    if (lists[i].is_faulty) {
      declare(vocabulary, name, cel::Type::lookup(cel::Type::simple(cel::TypeKind::kError)), slot);
      continue;
    }
    const auto& field = draft.schema.fields[definition.slot];
    declare(vocabulary, name, cel::Type::lookup(features::FeatureSet::type_of(field)), slot);
    vocabulary.lists.push_back({slot, field.personal ? token_domain(field) : std::string()});
  }
}

// The zones that are the same in every event are constants; the others are fields.
void declare_zones(book::Vocabulary& vocabulary, const event::Schema& schema) {
  for (const auto& entity : schema.entities) {
    const auto name = entity.name + ".zone";
    if (entity.zone.empty()) {
      vocabulary.unavailable[name] =
          "give `" + entity.name + "` a zone in schema.yaml: `" + entity.name + ": {key: ..., zone: Europe/Berlin}`";
    } else if (!entity.zone_slot) {
      (void)vocabulary.environment.declare({name, kString, 0, false, entity.zone});
    }
  }
}

bool is_inline_label(const event::Schema& schema, std::uint32_t slot) {
  return schema.inline_label && schema.inline_label->slot == slot;
}

}  // namespace

std::vector<std::string> zones_of(const event::Schema& schema, std::string_view entity) {
  std::vector<std::string> zones;
  for (const auto& candidate : schema.entities) {
    if (candidate.zone.empty() || !(entity.empty() || candidate.name == entity)) continue;
    zones.push_back(candidate.name + ".zone");
  }
  return zones;
}

book::Vocabulary row_vocabulary(const SchemaDraft& draft) {
  const auto& schema = draft.schema;
  book::Vocabulary vocabulary;
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    const auto& name = schema.fields[slot].name;
    if (is_inline_label(schema, slot)) {
      vocabulary.unavailable[name] = "it is the label: write label == 'fraud'";
    } else if (schema.fields[slot].history) {
      // A condition on the past passes over rows that lack what it asks for.
      declare_field(vocabulary, draft, slot, false);
    } else {
      vocabulary.unavailable[name] = "it has `history: false` in schema.yaml, so the past does not hold it";
    }
  }
  declare_zones(vocabulary, schema);
  declare_event_type(vocabulary, schema);
  declare(vocabulary, "outcome", kString, schema.outcome_slot());
  know_values(vocabulary, schema.outcome_slot(), {"approve", "review", "decline"});
  declare(vocabulary, "label", kString, schema.label_slot());
  know_values(vocabulary, schema.label_slot(), {"fraud", "honest"});
  return vocabulary;
}

book::Vocabulary rule_vocabulary(const SchemaDraft& draft, const std::vector<FeatureDraft>& features,
                                 const std::vector<ListDraft>& lists, std::optional<std::uint32_t> scored) {
  const auto& schema = draft.schema;
  book::Vocabulary vocabulary;
  const std::string later = "labels are known later: count earlier ones in a feature, `where: label == 'fraud'`";
  vocabulary.unavailable["label"] = later;
  vocabulary.unavailable["outcome"] = "it is what the rules are to find: count earlier ones in a feature";
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    if (is_inline_label(schema, slot)) {
      vocabulary.unavailable[schema.fields[slot].name] = later;
    } else {
      declare_field(vocabulary, draft, slot, !always_there(schema, slot));
    }
  }
  declare_zones(vocabulary, schema);
  vocabulary.zones = zones_of(schema);
  vocabulary.exchange = {schema.exchange, schema.time_slot};
  declare_event_type(vocabulary, schema);
  for (std::uint32_t i = 0; i < features.size(); ++i) {
    const auto& definition = features[i].definition;
    const auto slot = schema.slot_count() + i;
    auto type = features[i].is_faulty ? cel::Type::simple(cel::TypeKind::kError)
                                      : features::FeatureSet::type_of(definition, schema);
    const auto there = [&](std::uint32_t field) { return always_there(schema, field); };
    const bool optional = !features[i].is_faulty && !(has_entity(schema, definition.entity, there) &&
                                                      always_has_value(schema, definition, there));
    declare(vocabulary, definition.entity + "." + definition.name, std::move(type), slot, optional);
    if (!features[i].is_faulty && protected_field(slot, schema, features)) vocabulary.protected_slots.push_back(slot);
    const bool yields_field =
        definition.aggregate == features::Aggregate::kFirst || definition.aggregate == features::Aggregate::kLast;
    if (!features[i].is_faulty && yields_field) know_field(vocabulary, slot, schema.fields[*definition.slot]);
    const bool yields_amount = yields_field || definition.aggregate == features::Aggregate::kSum ||
                               definition.aggregate == features::Aggregate::kMin ||
                               definition.aggregate == features::Aggregate::kMax;
    if (!features[i].is_faulty && yields_amount && *definition.slot < schema.field_count()) {
      know_currency(vocabulary, slot, schema.fields[*definition.slot], schema);
    }
  }
  declare_lists(vocabulary, draft, features.size(), lists);
  vocabulary.unavailable["lists"] = "name the list: lists.NAME";
  for (const auto& entity : schema.entities) {
    if (vocabulary.environment.find(entity.name) != nullptr) continue;
    vocabulary.unavailable.emplace(entity.name, "it is an entity: write a feature of it, as features.yaml names it");
  }
  const auto score_slot = schema.slot_count() + static_cast<std::uint32_t>(features.size() + lists.size());
  if (scored) {
    const auto all = static_cast<std::uint32_t>((std::uint64_t{1} << schema.event_types.size()) - 1);
    declare(vocabulary, std::string(kModelScore), cel::Type::simple(cel::TypeKind::kDouble), score_slot,
            (*scored & all) != all);
    vocabulary.unavailable["model"] = "write " + std::string(kModelScore) + ", the probability of fraud";
  } else {
    vocabulary.unavailable[std::string(kModelScore)] = "the policy has no model: put its file into the folder model/";
  }
  imply_by_event_type(vocabulary, schema, features, scored, score_slot);
  imply_by_keys(vocabulary, schema, features);
  return vocabulary;
}

book::Vocabulary input_vocabulary(const SchemaDraft& draft, const std::vector<FeatureDraft>& features) {
  auto vocabulary = rule_vocabulary(draft, features, {});
  vocabulary.protected_slots.clear();  // more than a warning here: check_protected()
  vocabulary.unavailable["lists"] = "lists change while the engine runs: no model looks at them";
  vocabulary.unavailable["lists.*"] = vocabulary.unavailable["lists"];
  vocabulary.unavailable[std::string(kModelScore)] = "a model does not look at its own score";
  const auto rules = std::exchange(vocabulary.environment, {});
  for (auto variable : rules.variables()) {
    variable.optional = false;
    if (const auto currency = rules.currency_of(variable.slot)) {
      vocabulary.environment.know_currency(variable.slot, *currency);
    }
    (void)vocabulary.environment.declare(std::move(variable));
  }
  return vocabulary;
}

cel::Environment rule_environment(const event::Schema& schema, const std::vector<features::Definition>& features) {
  SchemaDraft draft;
  draft.schema = schema;
  std::vector<FeatureDraft> drafts;
  for (const auto& definition : features) drafts.push_back({definition, false});
  return rule_vocabulary(draft, drafts, {}).environment;
}

}  // namespace weir::policy
