// What rules may name and write, as a page of Markdown or as JSON.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/policy/policy.h"

namespace weir::command {

using ReferenceCell = std::variant<std::string, bool, std::vector<std::string>>;  // a list is of code

struct ReferenceTable {
  std::string key;      // in JSON: "features"; tables of one key are one list
  std::string heading;  // "Features"
  std::vector<std::string> columns;
  std::vector<std::vector<ReferenceCell>> rows;
};

// Operators, functions and macros, a table for each theme.
std::vector<ReferenceTable> language_tables();
// Fields, entities, features, lists, and what models may look at.
std::vector<ReferenceTable> policy_tables(const policy::Policy& policy);

std::string reference_markdown(std::string_view title, std::string_view introduction,
                               const std::vector<ReferenceTable>& tables);
std::string reference_json(const std::vector<ReferenceTable>& tables);

}  // namespace weir::command
