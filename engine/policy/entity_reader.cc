#include <algorithm>
#include <utility>

#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"
#include "rules/cel/time_zones.h"

namespace weir::policy {
namespace {

using event::FieldType;

std::string zone_hint(const std::string& text) {
  const auto closest = cel::closest_time_zone(text);
  return closest.empty() ? "write a name, e.g. Europe/Berlin, or an offset from UTC, e.g. '+02:00'"
                         : "did you mean `" + closest + "`?";
}

// The text of a zone that is known.
std::string read_zone_name(const yaml::Node* node, Issues& issues) {
  const auto text = yaml::as_text(node, issues);
  if (!text) return {};
  if (cel::TimeZone::find(*text)) return *text;
  issues.error(node->place, "`" + *text + "` is not a time zone", zone_hint(*text));
  return {};
}

class EntityReader {
 public:
  EntityReader(SchemaDraft& draft, Issues& issues) : draft_(draft), issues_(issues) {}

  void read(const yaml::Entry& entry) {
    event::Entity entity;
    entity.name = entry.key.text;
    if (check_variable_name(entry.key, "an entity", issues_) && draft_.schema.find(entity.name)) {
      issues_.error(entry.key.place, "`" + entity.name + "` is a field already",
                    "in rules `" + entity.name + ".` begins the name of a feature: call one of the two otherwise");
    }
    if (entry.value.kind == yaml::NodeKind::kMap) {
      yaml::MapReader reader(&entry.value, entry.key.place, "the entity `" + entity.name + "`", issues_);
      const auto* key = reader.required("key", "write for example `key: card_number`");
      const auto* zone = reader.optional("zone");
      reader.finish();
      if (key != nullptr) read_key(*key, entity);
      if (zone != nullptr) read_zone(*zone, entity);
    } else {
      read_key(entry.value, entity);
    }
    draft_.schema.entities.push_back(std::move(entity));
  }

 private:
  void read_key(const yaml::Node& node, event::Entity& entity) {
    std::uint32_t types = ~0U;
    if (node.kind != yaml::NodeKind::kSequence) {
      add_key_field(node, entity, types);
      return;
    }
    for (const auto& item : node.items) add_key_field(item, entity, types);
    if (node.items.empty() || node.items.size() > kMaxEntityKeys) {
      issues_.error(node.place, "a key has 1 to " + std::to_string(kMaxEntityKeys) + " fields");
    }
  }

  void add_key_field(const yaml::Node& node, event::Entity& entity, std::uint32_t& types) {
    const auto slot = find_field(&node, draft_, issues_);
    if (!slot) return;
    const auto& field = draft_.schema.fields[*slot];
    const bool fits =
        field.type == FieldType::kString || field.type == FieldType::kInt64 || field.type == FieldType::kEnum;
    if (!draft_.is_faulty(*slot) && !fits) {
      issues_.error(node.place, "a key is a string, an int64 or an enum; `" + field.name + "` is of type " +
                                    std::string(type_name(field.type)));
    }
    if (std::count(entity.key_slots.begin(), entity.key_slots.end(), *slot) > 0) {
      issues_.error(node.place, "`" + field.name + "` stands in this key twice");
    }
    if ((types & field.event_types) == 0) {
      issues_.error(node.place, "no event type has all fields of this key");
    }
    types &= field.event_types;
    entity.key_slots.push_back(*slot);
  }

  // In place of a faulty one: rules that use it are not wrong for that.
  std::string zone_or_some(const yaml::Node* node) {
    auto zone = read_zone_name(node, issues_);
    return zone.empty() ? "UTC" : zone;
  }

  // One zone for all, or a field with each event's.
  void read_zone(const yaml::Node& node, event::Entity& entity) {
    if (node.kind != yaml::NodeKind::kMap) {
      entity.zone = zone_or_some(&node);
      return;
    }
    yaml::MapReader reader(&node, node.place, "the zone of `" + entity.name + "`", issues_);
    const auto* field = reader.required("field", "write for example `field: home_zone`");
    entity.zone = zone_or_some(reader.required("default", "the zone where the field holds none"));
    reader.finish();
    const auto slot = find_field(field, draft_, issues_);
    if (slot) add_zone_field(*field, *slot, entity);
  }

  void add_zone_field(const yaml::Node& node, std::uint32_t source_slot, event::Entity& entity) {
    const auto& source = draft_.schema.fields[source_slot];
    const bool is_text = source.type == FieldType::kString || source.type == FieldType::kEnum;
    const bool faulty = draft_.is_faulty(source_slot);
    if (!faulty && (!is_text || source.personal || source.derivation != event::Derivation::kNone)) {
      issues_.error(node.place,
                    "a zone comes from a field of type string or enum that is neither personal nor derived");
    }
    for (const auto& value : source.enum_values) {
      if (faulty || cel::TimeZone::find(value)) continue;
      issues_.warning(
          node.place,
          "the value `" + value + "` of `" + source.name + "` is not a time zone: it counts as " + "the default",
          zone_hint(value));
    }
    event::Field zone;
    zone.name = entity.name + ".zone";
    zone.required = true;
    zone.derivation = event::Derivation::kTimeZone;
    zone.derived_from = source.name;
    zone.is_protected = source.is_protected;
    zone.derived_default = entity.zone;
    zone.line = node.place.line;
    entity.zone_slot = draft_.schema.field_count();
    draft_.schema.fields.push_back(std::move(zone));
    draft_.field_places.push_back(node.place);
    draft_.faulty_fields.push_back(faulty);
  }

  SchemaDraft& draft_;
  Issues& issues_;
};

}  // namespace

void read_entities(const yaml::Node* node, SchemaDraft& draft, Issues& issues) {
  EntityReader reader(draft, issues);
  for (const auto& entry : yaml::entries_of(node, "`entities`", issues)) reader.read(entry);
  if (draft.schema.entities.size() > kMaxEntities) {
    issues.error(node->place, "a schema has at most " + std::to_string(kMaxEntities) + " entities");
  }
}

}  // namespace weir::policy
