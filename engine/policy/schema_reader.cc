#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

using event::FieldType;

Place place_of(const yaml::MapReader& reader, std::string_view key) {
  const auto* node = reader.key(key);
  return node == nullptr ? reader.at() : node->place;
}

void add_event_type(const yaml::Node& name, std::string value, const Place& value_place, event::Schema& schema,
                    Issues& issues) {
  if (!check_member_name(name, "an event type", issues)) return;
  for (const auto& other : schema.event_types) {
    if (other.name == name.text) {
      issues.error(name.place, "the event type `" + name.text + "` stands here twice");
      return;
    }
    if (other.value == value) {
      issues.error(value_place, "the event type `" + other.name + "` is told by the same value");
    }
  }
  schema.event_types.push_back({name.text, std::move(value)});
}

void read_event_types(const yaml::Node* node, const Place& at, event::Schema& schema, Issues& issues) {
  yaml::MapReader reader(node, at, "`event_types`", issues);
  schema.type_path = read_path(reader.required("path"), issues);
  const auto* types = reader.required("types");
  reader.finish();
  if (types == nullptr) return;
  if (types->kind == yaml::NodeKind::kMap) {
    for (const auto& entry : types->entries) {
      if (auto value = yaml::as_text(&entry.value, issues)) {
        add_event_type(entry.key, *std::move(value), entry.value.place, schema, issues);
      }
    }
  } else {
    for (const auto& item : yaml::items_of(types, "`types`", issues)) {
      if (yaml::as_scalar(&item, issues) != nullptr) add_event_type(item, item.text, item.place, schema, issues);
    }
  }
  if (schema.event_types.empty()) issues.error(types->place, "there must be an event type");
  if (schema.event_types.size() > kMaxEventTypes) {
    issues.error(types->place, "a schema has at most " + std::to_string(kMaxEventTypes) + " event types");
    schema.event_types.resize(kMaxEventTypes);
  }
}

// A field that every event must have: its id and its time.
void read_mandatory(const yaml::Node* node, std::string_view role, std::initializer_list<FieldType> types,
                    const SchemaDraft& draft, std::uint32_t& out, Issues& issues) {
  const auto slot = find_field(node, draft, issues);
  if (!slot) return;
  out = *slot;
  if (draft.is_faulty(*slot)) return;
  const auto& field = draft.schema.fields[*slot];
  if (std::find(types.begin(), types.end(), field.type) == types.end()) {
    std::string wanted;
    for (const auto type : types) wanted.append(wanted.empty() ? "" : " or ").append(type_name(type));
    issues.error(node->place, "the " + std::string(role) + " must be of type " + wanted + ", `" + field.name +
                                  "` is of type " + std::string(type_name(field.type)));
  } else if (field.derivation != event::Derivation::kNone) {
    issues.error(node->place, "the " + std::string(role) + " can't be a derived field");
  } else if (!field.required || field.event_types != ~0U) {
    issues.error(node->place, "the " + std::string(role) + " must be in every event",
                 "give `" + field.name + "` a `required: true` and no `in`");
  }
}

bool is_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// Whether the label field can ever hold this text.
bool can_hold(const event::Field& field, const std::string& text) {
  switch (field.type) {
    case FieldType::kBool:
      return text == "true" || text == "false";
    case FieldType::kInt64:
      return is_integer(text);
    case FieldType::kEnum:
      return std::find(field.enum_values.begin(), field.enum_values.end(), text) != field.enum_values.end();
    default:
      return false;
  }
}

void read_label(const yaml::Node* node, const Place& at, SchemaDraft& draft, Issues& issues) {
  yaml::MapReader reader(node, at, "`label`", issues);
  event::InlineLabel label;
  const auto* field_node = reader.required("field");
  const auto slot = find_field(field_node, draft, issues);
  const auto* value_node = reader.required("fraud_value");
  const auto value = yaml::as_text(value_node, issues);
  const auto delay = yaml::as_duration_ms(reader.required("known_after"), issues);
  reader.finish();
  if (delay) label.delay_ms = *delay;
  if (value) label.fraud_value = *value;
  if (!slot) return;
  label.slot = *slot;
  draft.schema.inline_label = label;
  const auto& field = draft.schema.fields[*slot];
  if (draft.is_faulty(*slot)) return;
  const bool fits = field.type == FieldType::kBool || field.type == FieldType::kInt64 || field.type == FieldType::kEnum;
  if (!fits || field.personal) {
    issues.error(field_node->place, "a label is a bool, an int64 or an enum that is not personal; `" + field.name +
                                        "` is of type " + std::string(type_name(field.type)));
  } else if (value && !can_hold(field, *value)) {
    issues.error(value_node->place, "`" + field.name + "` is never `" + *value + "`");
  }
}

}  // namespace

std::vector<std::string> SchemaDraft::field_names() const {
  std::vector<std::string> names;
  for (const auto& field : schema.fields) names.push_back(field.name);
  return names;
}

std::optional<std::uint32_t> find_field(const yaml::Node* node, const SchemaDraft& draft, Issues& issues) {
  node = yaml::as_scalar(node, issues);
  if (node == nullptr) return std::nullopt;
  if (const auto slot = draft.schema.find(node->text)) return slot;
  issues.error(node->place, "there is no field `" + node->text + "`",
               yaml::did_you_mean(node->text, draft.field_names()));
  return std::nullopt;
}

std::vector<std::string> read_path(const yaml::Node* node, Issues& issues) {
  std::vector<std::string> path;
  if (node == nullptr || node->kind == yaml::NodeKind::kFaulty) return path;
  if (node->kind == yaml::NodeKind::kSequence) {
    for (const auto& item : node->items) {
      if (auto part = yaml::as_text(&item, issues)) path.push_back(*std::move(part));
    }
  } else if (const auto text = yaml::as_text(node, issues)) {
    std::string_view rest = *text;
    for (;;) {
      const auto dot = rest.find('.');
      path.emplace_back(rest.substr(0, dot));
      if (dot == std::string_view::npos) break;
      rest.remove_prefix(dot + 1);
    }
  }
  const bool empty_part = std::any_of(path.begin(), path.end(), [](const std::string& part) { return part.empty(); });
  if (path.empty() || empty_part || path.size() > kMaxPathParts) {
    issues.error(node->place,
                 "a path is 1 to " + std::to_string(kMaxPathParts) + " JSON member names with dots between",
                 "names that hold a dot go into a list: [card, \"number.masked\"]");
    path.clear();
  }
  return path;
}

std::optional<SchemaDraft> read_schema(const yaml::Node& root, std::shared_ptr<const cel::ExchangeTable> exchange,
                                       Issues& issues) {
  SchemaDraft draft;
  auto& schema = draft.schema;
  schema.exchange = std::move(exchange);
  yaml::MapReader reader(&root, root.place, "schema.yaml", issues);
  const auto* event_types = reader.optional("event_types");
  if (event_types != nullptr) {
    read_event_types(event_types, place_of(reader, "event_types"), schema, issues);
  }
  if (schema.event_types.empty()) schema.event_types.push_back({"event", ""});

  const auto* fields = reader.required("fields");
  read_fields(fields, draft, issues);
  if (schema.fields.empty()) {
    if (fields != nullptr && fields->kind == yaml::NodeKind::kMap) issues.error(fields->place, "there is no field");
    return std::nullopt;
  }
  read_mandatory(reader.required("event_id"), "event id", {FieldType::kString, FieldType::kInt64}, draft,
                 schema.id_slot, issues);
  read_mandatory(reader.required("event_time"), "event time", {FieldType::kTimestamp}, draft, schema.time_slot, issues);
  read_entities(reader.optional("entities"), draft, issues);
  const auto* label = reader.optional("label");
  if (label != nullptr) read_label(label, place_of(reader, "label"), draft, issues);
  reader.finish();
  return draft;
}

}  // namespace weir::policy
