// lists/NAME.yaml: what a list is.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/node.h"
#include "rules/book/list.h"
#include "rules/book/rule.h"

namespace weir::policy {

struct ListDraft {
  book::ListDefinition definition;
  bool is_faulty = false;         // then rules that use it are not called wrong for it
  std::vector<Place> suppresses;  // of the rule ids in the definition
  Place place;                    // the file as a whole
};

// "lists/trusted.yaml" -> "trusted".
std::string_view list_name_of(std::string_view path);

ListDraft read_list(const yaml::Node& root, std::string_view name, const SchemaDraft& draft, Issues& issues);

// Reports the rules named by allow lists that are not among `rules`, by id.
void check_suppressed_rules(const std::vector<ListDraft>& lists, const std::map<std::string, Place>& rules,
                            Issues& issues);

// Warns of lists that no rule asks and that take out none: their entries have no effect. Those of an allow list may
// name rules themselves. List i stands in slot first_slot + i.
void warn_of_unused_lists(const std::vector<ListDraft>& lists, const std::vector<book::Rule>& rules,
                          std::uint32_t first_slot, Issues& issues);

}  // namespace weir::policy
