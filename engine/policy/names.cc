#include "engine/policy/names.h"

#include <algorithm>
#include <array>

#include "engine/policy/limits.h"
#include "rules/cel/environment.h"

namespace weir::policy {
namespace {

// Variables that the engine has or will have, and the type names of the rule language.
constexpr std::array<std::string_view, 16> kTaken{"event_type", "outcome", "label", "lists",    "model",  "screening",
                                                  "bool",       "int",     "uint",  "double",   "string", "bytes",
                                                  "list",       "map",     "type",  "null_type"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool check_member_name(const yaml::Node& key, std::string_view what, Issues& issues) {
  const std::string& name = key.text;
  const bool well_formed = !name.empty() && is_letter(name[0]) &&
                           std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
  if (!well_formed) {
    issues.error(key.place,
                 "`" + name + "` can't name " + std::string(what) + ": letters, digits and `_`, and not a digit first");
    return false;
  }
  if (name.size() > kMaxNameLength) {
    issues.error(key.place, "a name has at most " + std::to_string(kMaxNameLength) + " characters");
    return false;
  }
  if (cel::is_reserved_word(name)) {
    issues.error(key.place, "`" + name + "` can't name " + std::string(what) + ": the rule language reserves the word");
    return false;
  }
  return true;
}

bool check_variable_name(const yaml::Node& key, std::string_view what, Issues& issues) {
  if (!check_member_name(key, what, issues)) return false;
  if (std::find(kTaken.begin(), kTaken.end(), key.text) == kTaken.end()) return true;
  issues.error(key.place,
               "`" + key.text + "` can't name " + std::string(what) + ": it has a meaning of its own in rules");
  return false;
}

bool is_policy_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
  });
}

}  // namespace weir::policy
