#include "engine/policy/sequence_reader.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/event_codes.h"
#include "engine/policy/input_check.h"
#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/policy/vocabulary.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

using event::FieldType;
using model::EventCode;

constexpr std::array<EventCode, 7> kCodes{EventCode::kLog,  EventCode::kGap,  EventCode::kAge, EventCode::kValue,
                                          EventCode::kHash, EventCode::kHour, EventCode::kSame};

// What a code takes; empty if the field is of such a type.
std::string_view wanted_types(EventCode code, const event::Field& field) {
  const auto any_of = [&](std::initializer_list<FieldType> types) {
    return !field.personal && std::find(types.begin(), types.end(), field.type) != types.end();
  };
  switch (code) {
    case EventCode::kLog:
      return any_of({FieldType::kInt64, FieldType::kMoney}) ? "" : "int64 or money";
    case EventCode::kValue:
      return any_of({FieldType::kEnum, FieldType::kBool}) ? "" : "enum or bool";
    case EventCode::kHash:
      return field.personal || any_of({FieldType::kString, FieldType::kInt64, FieldType::kEnum})
                 ? ""
                 : "string, int64 or enum";
    case EventCode::kHour:
      return any_of({FieldType::kTimestamp}) ? "" : "timestamp";
    case EventCode::kSame:
      return field.personal || any_of({FieldType::kBool, FieldType::kInt64, FieldType::kString, FieldType::kMoney,
                                       FieldType::kEnum})
                 ? ""
                 : "bool, int64, string, money or enum";
    case EventCode::kGap:
    case EventCode::kAge:
      return "";
  }
  return "";
}

class SequenceReader {
 public:
  SequenceReader(const SchemaDraft& draft, Issues& issues)
      : draft_(draft), schema_(draft.schema), vocabulary_(row_vocabulary(draft)), issues_(issues) {
    vocabulary_.protected_slots.clear();  // more than a warning here: check_protected()
  }

  model::SequenceInput read(const yaml::Node& node, const Place& at) {
    yaml::MapReader reader(&node, at, "the sequence", issues_);
    const auto* of = reader.required("of", "name the entity whose last events are read");
    const auto* events = reader.required("events", "say how many events with the one at hand: `events: 32`");
    const auto* where = reader.optional("where");
    const auto* fields = reader.required("fields", "say what is read of each event");
    reader.finish();
    if (!reader.is_map()) return {};
    read_entity(of);
    if (const auto value = yaml::as_integer(events, 1, kMaxSequenceEvents, issues_)) {
      sequence_.events = static_cast<std::uint32_t>(*value);
    }
    if (where != nullptr) read_where(*where);
    const auto& entries = yaml::entries_of(fields, "`fields`", issues_);
    if (fields != nullptr && fields->kind == yaml::NodeKind::kMap && entries.empty()) {
      issues_.error(fields->place, "a sequence reads at least one field of each event");
    }
    if (entries.size() > kMaxEventFields) {
      issues_.error(fields->place,
                    "a sequence reads at most " + std::to_string(kMaxEventFields) + " fields of each event");
      return {};
    }
    for (const auto& entry : entries) read_field(entry);
    return std::move(sequence_);
  }

 private:
  void read_entity(const yaml::Node* node) {
    const auto name = yaml::as_text(node, issues_);
    if (!name) return;
    std::vector<std::string> names;
    for (const auto& entity : schema_.entities) names.push_back(entity.name);
    const auto found = std::find(names.begin(), names.end(), *name);
    if (found == names.end()) {
      issues_.error(node->place, "there is no entity `" + *name + "`", yaml::did_you_mean(*name, names));
      return;
    }
    sequence_.rows.entity = *name;
    sequence_.entity = static_cast<std::uint32_t>(found - names.begin());
    const auto& entity = schema_.entities[sequence_.entity];
    if (!entity.zone.empty()) sequence_.zone = cel::TimeZone::find(entity.zone);
    sequence_.zone_slot = entity.zone_slot;
  }

  void read_where(const yaml::Node& node) {
    vocabulary_.zones = zones_of(schema_, sequence_.rows.entity);
    const auto expression =
        book::check_expression(&node, vocabulary_, cel::Type::simple(cel::TypeKind::kBool), issues_);
    if (expression == nullptr) return;
    check_protected(*expression, node, schema_, {}, issues_);
    sequence_.rows.where = std::make_shared<const cel::Program>(expression->compile(expression->ast().root));
    sequence_.rows.where_text = book::expression_text(node);
  }

  void read_field(const yaml::Entry& entry) {
    check_member_name(entry.key, "a field of the sequence", issues_);
    model::EventFieldInput field;
    field.id.name = entry.key.text;
    yaml::MapReader reader(&entry.value, entry.key.place, "the field `" + entry.key.text + "`", issues_);
    if (!reader.is_map()) return;
    const auto issues_before = issues_.all().size();
    const yaml::Node* of = nullptr;
    for (const auto code : kCodes) {
      const auto* node = reader.optional(model::event_code_name(code));
      if (node == nullptr) continue;
      if (of != nullptr) {
        issues_.error(
            reader.key(model::event_code_name(code))->place,
            "a field has one code, and `" + std::string(model::event_code_name(field.code)) + "` stands here too");
        return;
      }
      of = node;
      field.code = code;
    }
    const auto* codes = reader.optional("codes");
    reader.finish();
    if (issues_.has_errors(issues_before)) return;
    if (of == nullptr) {
      issues_.error(reader.at(), "the field does not say how it is coded",
                    "give it one of: log, gap, age, value, hash, hour, same");
      return;
    }
    read_slot(*of, field);
    read_codes(reader, codes, field);
    if (!issues_.has_errors(issues_before)) sequence_.fields.push_back(std::move(field));
  }

  void read_slot(const yaml::Node& node, model::EventFieldInput& field) {
    if (field.code == EventCode::kValue && node.kind == yaml::NodeKind::kScalar && node.text == "event_type") {
      field.slot = schema_.event_type_slot();
      field.codes = static_cast<std::uint32_t>(schema_.event_types.size()) + 1;
      if (schema_.type_path.empty()) issues_.error(node.place, "there is but one event type");
      return;
    }
    const auto slot = find_field(&node, draft_, issues_);
    if (!slot || draft_.is_faulty(*slot)) return;
    field.slot = *slot;
    const auto& source = schema_.fields[*slot];
    const auto code = std::string(model::event_code_name(field.code));
    const auto wanted = wanted_types(field.code, source);
    if (schema_.inline_label && schema_.inline_label->slot == *slot) {
      issues_.error(node.place, "`" + source.name + "` is the label, which is known later");
    } else if (!source.history) {
      issues_.error(node.place, "`" + source.name + "` is not kept in the history", "drop its `history: false`");
    } else if (is_protected(schema_, *slot)) {
      report_protected(schema_, node.place, source.name, *slot, issues_);
    } else if ((field.code == EventCode::kGap || field.code == EventCode::kAge) && *slot != schema_.time_slot) {
      issues_.error(node.place, "`" + code + "` is of the event's own time",
                    "write `" + code + ": " + schema_.fields[schema_.time_slot].name + "`");
    } else if (!wanted.empty()) {
      const std::string type = source.personal ? "a personal field" : "of type " + std::string(type_name(source.type));
      issues_.error(node.place, "`" + code + "` takes " + std::string(wanted) + ", `" + source.name + "` is " + type);
    }
    if (field.code == EventCode::kValue) {
      field.codes = source.type == FieldType::kBool ? model::kBoolCodes
                                                    : static_cast<std::uint32_t>(source.enum_values.size()) + 1;
    }
  }

  void read_codes(yaml::MapReader& reader, const yaml::Node* node, model::EventFieldInput& field) {
    switch (field.code) {
      case EventCode::kLog:
        field.codes = model::kNumberCodes;
        break;
      case EventCode::kGap:
      case EventCode::kAge:
        field.codes = model::kSpanCodes;
        break;
      case EventCode::kHour:
        field.codes = model::kHourCodes;
        break;
      case EventCode::kSame:
        field.codes = model::kBoolCodes;
        break;
      case EventCode::kValue:
        break;
      case EventCode::kHash:
        if (node == nullptr) {
          issues_.error(reader.at(), "`hash` needs to know how many codes there are", "write for example `codes: 64`");
        } else if (const auto codes = yaml::as_integer(node, 2, model::kMaxHashCodes, issues_)) {
          field.codes = static_cast<std::uint32_t>(*codes);
        }
        return;
    }
    if (node != nullptr) issues_.error(reader.key("codes")->place, "`codes` belongs to `hash`");
  }

  const SchemaDraft& draft_;
  const event::Schema& schema_;
  book::Vocabulary vocabulary_;
  Issues& issues_;
  model::SequenceInput sequence_;
};

}  // namespace

model::SequenceInput read_sequence(const yaml::Node& node, const Place& at, const SchemaDraft& draft, Issues& issues) {
  return SequenceReader(draft, issues).read(node, at);
}

}  // namespace weir::policy
