// Fields that are kept to see whether decisions are fair, and that no model may look at.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/event/schema.h"
#include "engine/policy/vocabulary.h"
#include "engine/yaml/node.h"
#include "rules/cel/expression.h"

namespace weir::policy {

// Whether schema.yaml says so of the field, or of the one that it is derived from.
bool is_protected(const event::Schema& schema, std::uint32_t field);

// The protected field that a variable of a rule is, or that its window reads.
std::optional<std::uint32_t> protected_field(std::uint32_t slot, const event::Schema& schema,
                                             const std::vector<FeatureDraft>& features);

void report_protected(const event::Schema& schema, Place place, const std::string& name, std::uint32_t field,
                      Issues& issues);

// An issue for each protected field that the expression, which stands at `node`, names or reads through the field or a
// condition of a window feature. The key of an entity may be protected.
void check_protected(const cel::Expression& expression, const yaml::Node& node, const event::Schema& schema,
                     const std::vector<FeatureDraft>& features, Issues& issues);

}  // namespace weir::policy
