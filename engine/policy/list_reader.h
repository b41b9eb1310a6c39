// lists/NAME.yaml: what a list is.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/node.h"
#include "rules/book/list.h"

namespace weir::policy {

struct ListDraft {
  book::ListDefinition definition;
  bool is_faulty = false;         // then rules that use it are not called wrong for it
  std::vector<Place> suppresses;  // of the rule ids in the definition
};

// "lists/trusted.yaml" -> "trusted".
std::string_view list_name_of(std::string_view path);

ListDraft read_list(const yaml::Node& root, std::string_view name, const SchemaDraft& draft, Issues& issues);

// Reports the rules named by allow lists that are not among `rules`, by id.
void check_suppressed_rules(const std::vector<ListDraft>& lists, const std::map<std::string, Place>& rules,
                            Issues& issues);

}  // namespace weir::policy
