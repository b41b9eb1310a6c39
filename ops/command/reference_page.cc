#include "ops/command/reference_page.h"

#include <algorithm>
#include <utility>

#include "engine/audit/value_json.h"
#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/base/json_writer.h"
#include "engine/features/feature_set.h"
#include "engine/policy/feature_reader.h"
#include "engine/policy/schema_draft.h"
#include "rules/cel/language.h"

namespace weir::command {
namespace {

using features::Aggregate;

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out.append(out.empty() ? "" : ", ").append(text);
  return out;
}

std::string type_text(const event::Field& field) {
  std::string text(policy::type_name(field.type));
  if (field.currency != 0) text.append(" ").append(currency_by_number(field.currency)->code);
  if (!field.currency_field.empty()) text.append(", its currency in ").append(field.currency_field);
  constexpr std::size_t kShown = 12;
  if (!field.enum_values.empty()) {
    const auto shown = std::min(field.enum_values.size(), kShown);
    text.append(": ").append(joined({field.enum_values.begin(), field.enum_values.begin() + static_cast<int>(shown)}));
    if (field.enum_values.size() > kShown) text.append(", ...");
  }
  return text;
}

std::string source_text(const event::Field& field) {
  if (field.derivation == event::Derivation::kNone) return "the record";
  return std::string(policy::derivation_name(field.derivation)) + " of " + field.derived_from;
}

std::string event_types_text(const event::Schema& schema, const event::Field& field) {
  std::vector<std::string> names;
  for (std::size_t type = 0; type < schema.event_types.size(); ++type) {
    if ((field.event_types >> type & 1U) != 0) names.push_back(schema.event_types[type].name);
  }
  return names.size() == schema.event_types.size() ? "all" : joined(names);
}

ReferenceTable fields_table(const event::Schema& schema, const cel::Environment& environment) {
  ReferenceTable table{
      "fields", "Fields", {"name", "type", "from", "event types", "always there", "personal", "protected"}, {}};
  for (const auto& field : schema.fields) {
    const auto* variable = environment.find(field.name);
    if (variable == nullptr) continue;  // the label
    table.rows.push_back({field.name, type_text(field), source_text(field), event_types_text(schema, field),
                          !variable->optional, field.personal, field.is_protected});
  }
  std::vector<std::string> types;
  for (const auto& type : schema.event_types) types.push_back(type.name);
  table.rows.push_back({std::string("event_type"), "enum: " + joined(types), std::string("the record"),
                        std::string("all"), true, false, false});
  return table;
}

ReferenceTable entities_table(const event::Schema& schema) {
  ReferenceTable table{"entities", "Entities", {"name", "key", "time zone"}, {}};
  for (const auto& entity : schema.entities) {
    std::vector<std::string> key;
    for (const auto slot : entity.key_slots) key.push_back(schema.fields[slot].name);
    std::string zone = entity.zone.empty() ? "none" : entity.zone;
    if (entity.zone_slot) zone = schema.fields[*entity.zone_slot].derived_from + ", else " + zone;
    table.rows.push_back({entity.name, joined(key), std::move(zone)});
  }
  return table;
}

std::string computed_text(const features::Definition& feature, const event::Schema& schema) {
  std::string text(policy::aggregate_name(feature.aggregate));
  if (feature.slot) text.append(" of ").append(schema.fields[*feature.slot].name);
  if (feature.aggregate == Aggregate::kMedian) text.append(", the last ").append(std::to_string(feature.of_last));
  if (!feature.share_of_text.empty()) text.append(" of ").append(feature.share_of_text);
  if (!feature.where_text.empty()) text.append(" where ").append(feature.where_text);
  return text;
}

std::string window_text(const features::Definition& feature) {
  if (feature.aggregate == Aggregate::kFirstSeen) return "all time";
  auto text = duration_text(feature.window_ms);
  if (feature.offset_ms > 0) text.append(", ").append(duration_text(feature.offset_ms)).append(" ago");
  if (feature.include_current) text.append(", with this event");
  return text;
}

std::string empty_text(const features::Definition& feature) {
  if (feature.default_value) return audit::value_text(*feature.default_value);
  const bool counts = feature.aggregate == Aggregate::kCount || feature.aggregate == Aggregate::kSum ||
                      feature.aggregate == Aggregate::kDistinctCount;
  return counts ? "0" : "absent";
}

ReferenceTable features_table(const policy::Policy& policy, const cel::Environment& environment) {
  ReferenceTable table{
      "features", "Features", {"name", "type", "what", "window", "over an empty window", "always there"}, {}};
  for (const auto& feature : policy.features) {
    const auto name = feature.entity + "." + feature.name;
    const auto* variable = environment.find(name);
    table.rows.push_back({name, variable->type.name(), computed_text(feature, *policy.schema), window_text(feature),
                          empty_text(feature), !variable->optional});
  }
  return table;
}

ReferenceTable lists_table(const policy::Policy& policy) {
  ReferenceTable table{"lists", "Lists", {"name", "kind", "holds", "suppresses", "meaning"}, {}};
  for (const auto& list : policy.lists) {
    table.rows.push_back({"lists." + list.name, std::string(book::list_kind_name(list.kind)),
                          policy.schema->fields[list.slot].name, joined(list.suppresses), list.description});
  }
  return table;
}

std::string event_field_text(const model::EventFieldInput& field, const event::Schema& schema) {
  std::string text(model::event_code_name(field.code));
  text.append(" of ").append(field.slot < schema.field_count() ? schema.fields[field.slot].name : "event_type");
  return text.append(", ").append(std::to_string(field.codes)).append(" codes");
}

std::string grams_text(const models::GramRules& rules) {
  std::vector<std::string> kinds;
  if (rules.whole) kinds.emplace_back("whole");
  if (rules.without_digits) kinds.emplace_back("without_digits");
  if (rules.words) kinds.emplace_back("words");
  if (rules.word_pairs) kinds.emplace_back("word_pairs");
  if (rules.longest > 0) {
    kinds.push_back(std::to_string(rules.shortest) + " to " + std::to_string(rules.longest) + " characters");
  }
  return joined(kinds) + "; at most " + std::to_string(rules.at_most) + " in " + std::to_string(rules.buckets) +
         " buckets";
}

ReferenceTable inputs_table(const policy::Policy& policy) {
  ReferenceTable table{"inputs", "What models may look at", {"name", "what", "version"}, {}};
  if (policy.inputs == nullptr) return table;
  const auto add = [&](const char* group, const model::InputName& id, std::string what) {
    table.rows.push_back({group + id.name, std::move(what), id.version});
  };
  for (const auto& input : policy.inputs->features) add("features.", input.id, input.text);
  if (const auto& sequence = policy.inputs->sequence) {
    auto of = " of the last " + std::to_string(sequence->events) + " events of " + sequence->rows.entity;
    if (!sequence->rows.where_text.empty()) of += " where " + sequence->rows.where_text;
    for (const auto& field : sequence->fields) {
      add("sequence.", field.id, event_field_text(field, *policy.schema) + of);
    }
  }
  for (const auto& text : policy.inputs->texts) {
    add("texts.", text.id, text.text + ": " + grams_text(text.rules));
  }
  return table;
}

// A bar would end the cell of a table, also within backticks.
std::string code(const std::string& text) {
  if (text.find('|') == std::string::npos) return "`" + text + "`";
  std::string out = "<code>";
  for (const char c : text) {
    if (c == '|') {
      out.append("&#124;");
    } else {
      out.push_back(c);
    }
  }
  return out.append("</code>");
}

std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') {
      out.append("&#124;");
    } else {
      out.push_back(c == '\n' ? ' ' : c);
    }
  }
  return out;
}

std::string markdown_cell(const ReferenceCell& cell, bool first) {
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "yes" : "no";
  if (const auto* text = std::get_if<std::string>(&cell)) return first ? code(*text) : plain(*text);
  std::string out;
  for (const auto& form : std::get<std::vector<std::string>>(cell))
    out.append(out.empty() ? "" : "<br>").append(code(form));
  return out;
}

void append_table(const ReferenceTable& table, std::string& out) {
  out.append("\n## ").append(table.heading).append("\n\n|");
  for (const auto& column : table.columns) out.append(" ").append(column).append(" |");
  out.append("\n|");
  for (std::size_t i = 0; i < table.columns.size(); ++i) out.append("---|");
  out.append("\n");
  for (const auto& row : table.rows) {
    out.append("|");
    for (std::size_t i = 0; i < row.size(); ++i) out.append(" ").append(markdown_cell(row[i], i == 0)).append(" |");
    out.append("\n");
  }
}

void append_cell(const ReferenceCell& cell, JsonWriter& json) {
  if (const auto* flag = std::get_if<bool>(&cell)) return json.boolean(*flag);
  if (const auto* text = std::get_if<std::string>(&cell)) return json.string(*text);
  json.begin_array();
  for (const auto& form : std::get<std::vector<std::string>>(cell)) json.string(form);
  json.end_array();
}

std::string json_key(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

}  // namespace

std::vector<ReferenceTable> language_tables() {
  std::vector<ReferenceTable> tables;
  for (const auto& entry : cel::language()) {
    if (tables.empty() || tables.back().heading != entry.theme) {
      tables.push_back({"language", std::string(entry.theme), {"name", "forms", "meaning"}, {}});
    }
    tables.back().rows.push_back({std::string(entry.name), entry.forms, std::string(entry.meaning)});
  }
  return tables;
}

std::vector<ReferenceTable> policy_tables(const policy::Policy& policy) {
  const auto environment = policy::rule_environment(*policy.schema, policy.features);
  return {fields_table(*policy.schema, environment), entities_table(*policy.schema),
          features_table(policy, environment), lists_table(policy), inputs_table(policy)};
}

std::string reference_markdown(std::string_view title, std::string_view introduction,
                               const std::vector<ReferenceTable>& tables) {
  std::string out = "# ";
  out.append(title).append("\n\n").append(introduction).append("\n");
  for (const auto& table : tables) {
    if (!table.rows.empty()) append_table(table, out);
  }
  return out;
}

std::string reference_json(const std::vector<ReferenceTable>& tables) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto& table = tables[i];
    if (i == 0 || tables[i - 1].key != table.key) {
      json.key(table.key);
      json.begin_array();
    }
    for (const auto& row : table.rows) {
      json.begin_object();
      if (table.key == "language") {
        json.key("theme");
        json.string(table.heading);
      }
      for (std::size_t column = 0; column < row.size(); ++column) {
        json.key(json_key(table.columns[column]));
        append_cell(row[column], json);
      }
      json.end_object();
    }
    if (i + 1 == tables.size() || tables[i + 1].key != table.key) json.end_array();
  }
  json.end_object();
  return out + "\n";
}

}  // namespace weir::command
