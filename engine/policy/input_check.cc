#include "engine/policy/input_check.h"

#include <string>
#include <utility>

#include "rules/book/expression.h"

namespace weir::policy {

bool is_protected(const event::Schema& schema, std::uint32_t field) {
  return field < schema.field_count() && schema.fields[field].is_protected;
}

std::optional<std::uint32_t> protected_field(std::uint32_t slot, const event::Schema& schema,
                                             const std::vector<FeatureDraft>& features) {
  if (slot < schema.slot_count()) return is_protected(schema, slot) ? std::optional(slot) : std::nullopt;
  const auto& feature = features[slot - schema.slot_count()].definition;
  if (feature.slot && is_protected(schema, *feature.slot)) return feature.slot;
  for (const auto* program : {feature.where.get(), feature.share_of.get()}) {
    if (program == nullptr) continue;
    for (const auto read : program->slots()) {
      if (is_protected(schema, read)) return read;
    }
  }
  return std::nullopt;
}

void report_protected(const event::Schema& schema, Place place, const std::string& name, std::uint32_t field,
                      Issues& issues) {
  const auto& source = schema.fields[field].name;
  const auto what = name == source ? " is" : " reads `" + source + "`, which is";
  issues.error(std::move(place), "`" + name + "`" + what + " protected: no model may look at it");
}

void check_protected(const cel::Expression& expression, const yaml::Node& node, const event::Schema& schema,
                     const std::vector<FeatureDraft>& features, Issues& issues) {
  const auto& ast = expression.ast();
  for (const auto slot : expression.slots(ast.root)) {
    const auto field = protected_field(slot, schema, features);
    if (!field) continue;
    for (cel::NodeId id = 0; id < ast.size(); ++id) {
      const bool is_variable = ast[id].kind == cel::NodeKind::kSlot || ast[id].kind == cel::NodeKind::kOptionalSlot;
      if (!is_variable || ast[id].index != slot) continue;
      report_protected(schema, book::place_at_home(expression, node, ast[id].range), ast[id].name, *field, issues);
      break;
    }
  }
}

}  // namespace weir::policy
