#include "engine/policy/list_reader.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "engine/policy/names.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

constexpr std::array<std::string_view, 3> kKinds{"allow", "block", "watch"};

bool may_be_listed(const event::Field& field) {
  return field.type == event::FieldType::kString || field.type == event::FieldType::kEnum ||
         field.type == event::FieldType::kInt64;
}

}  // namespace

std::string_view list_name_of(std::string_view path) {
  constexpr std::string_view kFolder = "lists/";
  constexpr std::string_view kEnding = ".yaml";
  path.remove_prefix(kFolder.size());
  path.remove_suffix(kEnding.size());
  return path;
}

ListDraft read_list(const yaml::Node& root, std::string_view name, const SchemaDraft& draft, Issues& issues) {
  ListDraft out;
  out.definition.name = name;
  out.place = {root.place.file, 0, 0, 1};
  const auto faults_before = issues.all().size();
  yaml::Node key = root;
  key.text = name;
  key.place = {root.place.file, 0, 0, 1};
  (void)check_member_name(key, "a list", issues);
  yaml::MapReader reader(&root, root.place, "the list", issues);
  if (const auto kind = yaml::as_choice(reader.required("kind", "write `kind: allow`, `kind: block` or `kind: watch`"),
                                        kKinds, issues)) {
    out.definition.kind = static_cast<book::ListKind>(*kind);
  }
  if (auto text = yaml::as_text(reader.optional("description"), issues)) out.definition.description = *std::move(text);
  const auto* field = reader.required("field", "name the field that its values are of");
  if (const auto slot = find_field(field, draft, issues)) {
    out.definition.slot = *slot;
    if (!draft.is_faulty(*slot) && !may_be_listed(draft.schema.fields[*slot])) {
      issues.error(field->place, "a list holds values of a string, enum or int64 field");
    }
  }
  const auto* suppresses = reader.optional("suppresses");
  for (const auto& item : yaml::items_of(suppresses, "`suppresses`", issues)) {
    auto id = yaml::as_text(&item, issues);
    if (!id) continue;
    out.definition.suppresses.push_back(*std::move(id));
    out.suppresses.push_back(item.place);
  }
  if (suppresses != nullptr && out.definition.kind != book::ListKind::kAllow) {
    issues.error(reader.key("suppresses")->place, "`suppresses` is for lists of kind allow");
  }
  reader.finish();
  out.is_faulty = issues.all().size() != faults_before;
  return out;
}

void check_suppressed_rules(const std::vector<ListDraft>& lists, const std::map<std::string, Place>& rules,
                            Issues& issues) {
  std::vector<std::string> ids;
  for (const auto& [id, place] : rules) ids.push_back(id);
  for (const auto& list : lists) {
    for (std::size_t i = 0; i < list.suppresses.size(); ++i) {
      const auto& id = list.definition.suppresses[i];
      if (rules.contains(id)) continue;
      issues.error(list.suppresses[i], "there is no rule `" + id + "`", yaml::did_you_mean(id, ids));
    }
  }
}

void warn_of_unused_lists(const std::vector<ListDraft>& lists, const std::vector<book::Rule>& rules,
                          std::uint32_t first_slot, Issues& issues) {
  std::set<std::uint32_t> asked;
  for (const auto& rule : rules) {
    for (const auto slot : rule.when->slots(rule.when->ast().root)) asked.insert(slot);
  }
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const auto& list = lists[i].definition;
    const bool used = asked.contains(first_slot + static_cast<std::uint32_t>(i)) || list.kind == book::ListKind::kAllow;
    if (used || lists[i].is_faulty) continue;
    issues.warning(lists[i].place, "no rule asks this list: its entries have no effect",
                   "write a rule with `... in lists." + list.name + "`");
  }
}

}  // namespace weir::policy
