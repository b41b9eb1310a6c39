// schema.yaml as read, faults and all: later files are checked against it as far as it is known.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/event/schema.h"
#include "engine/yaml/node.h"

namespace weir::policy {

struct SchemaDraft {
  event::Schema schema;             // with every field and entity that has a name, faulty ones included
  std::vector<bool> faulty_fields;  // nothing is said about the type of these
  std::vector<Place> field_places;  // of their names

  bool is_faulty(std::uint32_t slot) const { return slot < faulty_fields.size() && faulty_fields[slot]; }
  std::vector<std::string> field_names() const;
};

// Nothing if the file does not even have fields.
// `exchange` are the policy's rates, or nullptr.
std::optional<SchemaDraft> read_schema(const yaml::Node& root, std::shared_ptr<const cel::ExchangeTable> exchange,
                                       Issues& issues);

// The `fields` mapping. Types of events are in `draft.schema` already.
void read_fields(const yaml::Node* node, SchemaDraft& draft, Issues& issues);

// The `entities` mapping. The fields are in `draft` already; zones that come with the event are fields of their own.
void read_entities(const yaml::Node* node, SchemaDraft& draft, Issues& issues);

// The slot of the field that `node` names; nothing, and an issue, if there is none.
std::optional<std::uint32_t> find_field(const yaml::Node* node, const SchemaDraft& draft, Issues& issues);

// A path of JSON member names: "card.number", or a list of them. Empty, and an issue, if it is faulty.
std::vector<std::string> read_path(const yaml::Node* node, Issues& issues);

// "string", "int64", "money": as written in schema.yaml.
std::string_view type_name(event::FieldType type);

// "bin", "base_amount": as written in schema.yaml; "zone" for the zone of an entity.
std::string_view derivation_name(event::Derivation derivation);

}  // namespace weir::policy
