// The names that expressions may use: those of a rule, and those of a feature's `where`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/features/definition.h"
#include "engine/policy/list_reader.h"
#include "engine/policy/schema_draft.h"
#include "rules/book/expression.h"
#include "rules/cel/environment.h"

namespace weir::policy {

// A feature as read. A faulty one has a name all the same, so that rules which use it are not called wrong for it.
struct FeatureDraft {
  features::Definition definition;
  bool is_faulty = false;
};

// The names of the time zones of the entities that have one; of all entities, or of the one named so.
std::vector<std::string> zones_of(const event::Schema& schema, std::string_view entity = {});

// Fields that are kept in the history, and the built-in event_type, outcome and label.
book::Vocabulary row_vocabulary(const SchemaDraft& draft);

// Fields without the inline label, event_type, the features, the lists and the model's score. Feature i is in slot
// schema.slot_count() + i, list i behind the features, the score behind the lists. `scored`: the types of events that a
// model scores, bit by bit; nothing if there is no model.
book::Vocabulary rule_vocabulary(const SchemaDraft& draft, const std::vector<FeatureDraft>& features,
                                 const std::vector<ListDraft>& lists, std::optional<std::uint32_t> scored = {});

// What a model's inputs may name: what rules may, less the lists. Nothing needs to be asked for by has(): an input
// whose value is absent is missing.
book::Vocabulary input_vocabulary(const SchemaDraft& draft, const std::vector<FeatureDraft>& features);

// What a model's inputs may name: what rules may, less the lists. Nothing needs to be asked for by has(): an input
// whose value is absent is missing.
book::Vocabulary input_vocabulary(const SchemaDraft& draft, const std::vector<FeatureDraft>& features);

}  // namespace weir::policy
