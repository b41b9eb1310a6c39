#include "engine/policy/vocabulary.h"

#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/features/feature_set.h"
#include "engine/policy/policy.h"

namespace weir::policy {
namespace {

const cel::Type kString = cel::Type::simple(cel::TypeKind::kString);

// Names are checked where they are read; one that is refused here is refused there and needs no variable.
void declare(book::Vocabulary& vocabulary, std::string name, cel::Type type, std::uint32_t slot) {
  (void)vocabulary.environment.declare({std::move(name), std::move(type), slot});
}

void know_values(book::Vocabulary& vocabulary, std::uint32_t slot, std::vector<std::string> values) {
  vocabulary.texts.push_back({slot, std::move(values), false});
}

void know_field(book::Vocabulary& vocabulary, std::uint32_t slot, const event::Field& field) {
  if (field.personal) {
    vocabulary.texts.push_back({slot, {}, true});
  } else if (field.type == event::FieldType::kEnum) {
    know_values(vocabulary, slot, field.enum_values);
  }
}

void declare_field(book::Vocabulary& vocabulary, const SchemaDraft& draft, std::uint32_t slot) {
  const auto& field = draft.schema.fields[slot];
  const bool faulty = draft.is_faulty(slot);
  declare(vocabulary, field.name,
          faulty ? cel::Type::simple(cel::TypeKind::kError) : features::FeatureSet::type_of(field), slot);
  if (!faulty) know_field(vocabulary, slot, field);
}

void declare_event_type(book::Vocabulary& vocabulary, const event::Schema& schema) {
  std::vector<std::string> names;
  for (const auto& type : schema.event_types) names.push_back(type.name);
  declare(vocabulary, "event_type", kString, schema.event_type_slot());
  know_values(vocabulary, schema.event_type_slot(), std::move(names));
}

bool is_inline_label(const event::Schema& schema, std::uint32_t slot) {
  return schema.inline_label && schema.inline_label->slot == slot;
}

}  // namespace

book::Vocabulary row_vocabulary(const SchemaDraft& draft) {
  const auto& schema = draft.schema;
  book::Vocabulary vocabulary;
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    const auto& name = schema.fields[slot].name;
    if (is_inline_label(schema, slot)) {
      vocabulary.unavailable[name] = "it is the label: write label == 'fraud'";
    } else if (schema.fields[slot].history) {
      declare_field(vocabulary, draft, slot);
    } else {
      vocabulary.unavailable[name] = "it has `history: false` in schema.yaml, so the past does not hold it";
    }
  }
  declare_event_type(vocabulary, schema);
  declare(vocabulary, "outcome", kString, schema.outcome_slot());
  know_values(vocabulary, schema.outcome_slot(), {"approve", "review", "decline"});
  declare(vocabulary, "label", kString, schema.label_slot());
  know_values(vocabulary, schema.label_slot(), {"fraud", "honest"});
  return vocabulary;
}

book::Vocabulary rule_vocabulary(const SchemaDraft& draft, const std::vector<FeatureDraft>& features) {
  const auto& schema = draft.schema;
  book::Vocabulary vocabulary;
  const std::string later = "labels are known later: count earlier ones in a feature, `where: label == 'fraud'`";
  vocabulary.unavailable["label"] = later;
  vocabulary.unavailable["outcome"] = "it is what the rules are to find: count earlier ones in a feature";
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    if (is_inline_label(schema, slot)) {
      vocabulary.unavailable[schema.fields[slot].name] = later;
    } else {
      declare_field(vocabulary, draft, slot);
    }
  }
  declare_event_type(vocabulary, schema);
  for (std::uint32_t i = 0; i < features.size(); ++i) {
    const auto& definition = features[i].definition;
    const auto slot = schema.slot_count() + i;
    auto type = features[i].is_faulty ? cel::Type::simple(cel::TypeKind::kError)
                                      : features::FeatureSet::type_of(definition, schema);
    declare(vocabulary, definition.entity + "." + definition.name, std::move(type), slot);
    const bool yields_field =
        definition.aggregate == features::Aggregate::kFirst || definition.aggregate == features::Aggregate::kLast;
    if (!features[i].is_faulty && yields_field) know_field(vocabulary, slot, schema.fields[*definition.slot]);
  }
  return vocabulary;
}

cel::Environment rule_environment(const event::Schema& schema, const std::vector<features::Definition>& features) {
  SchemaDraft draft;
  draft.schema = schema;
  std::vector<FeatureDraft> drafts;
  for (const auto& definition : features) drafts.push_back({definition, false});
  return rule_vocabulary(draft, drafts).environment;
}

}  // namespace weir::policy
