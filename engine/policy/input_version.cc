#include "engine/policy/input_version.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "engine/base/currency.h"
#include "engine/base/json_writer.h"
#include "engine/base/sha256.h"
#include "engine/policy/feature_reader.h"
#include "engine/policy/schema_draft.h"

namespace weir::policy {
namespace {

std::string digest_of(const std::string& text) { return hex(Sha256().hash(text)).substr(0, 16); }

// One definition as canonical JSON.
class Text {
 public:
  Text(const event::Schema& schema, const std::vector<FeatureDraft>& features)
      : schema_(schema), features_(features), json_(out_) {
    json_.begin_object();
  }

  void add(std::string_view name, std::string_view text) {
    json_.key(name);
    json_.string(text);
  }
  void add(std::string_view name, std::int64_t number) {
    json_.key(name);
    json_.integer(number);
  }

  // An expression with what it names.
  void add_expression(std::string_view name, std::string_view text, const cel::Program* program) {
    add(name, text);
    if (program == nullptr) return;
    const auto window = schema_.slot_count();
    json_.key("names");
    json_.begin_array();
    for (const auto slot : program->slots()) {
      json_.begin_object();
      slot < window ? add_field(slot) : add_window(features_[slot - window].definition);
      json_.end_object();
    }
    json_.end_array();
    // A zone that is the same for all events is a text in the program.
    if (text.find(".zone") == std::string_view::npos) return;
    for (const auto& entity : schema_.entities) add(entity.name + ".zone", entity.zone);
  }

  void add_entity(std::string_view name) {
    add("entity", name);
    const auto entity = std::find_if(schema_.entities.begin(), schema_.entities.end(),
                                     [&](const event::Entity& each) { return each.name == name; });
    json_.key("key");
    json_.begin_array();
    for (const auto slot : entity->key_slots) json_.string(schema_.fields[slot].name);
    json_.end_array();
  }

  void add_field(std::uint32_t slot) {
    static constexpr std::string_view kBuiltIn[] = {"event_type", "outcome", "label"};
    if (slot >= schema_.field_count()) return add("field", kBuiltIn[slot - schema_.field_count()]);
    const auto& field = schema_.fields[slot];
    add("field", field.name);
    add("type", field.personal ? "token" : type_name(field.type));
    if (field.currency != 0) add("currency", currency_by_number(field.currency)->code);
    if (!field.currency_field.empty()) add("currency_from", field.currency_field);
    if (field.type == event::FieldType::kDouble) add("decimals", field.decimals);
    if (field.derivation == event::Derivation::kNone) return;
    add("derive", derivation_name(field.derivation));
    add("from", field.derived_from);
    add("default", field.derived_default);
  }

  // The order of what is coded by its place.
  void add_places(std::uint32_t slot) {
    json_.key("values");
    json_.begin_array();
    if (slot == schema_.event_type_slot()) {
      for (const auto& type : schema_.event_types) json_.string(type.name);
    } else {
      for (const auto& value : schema_.fields[slot].enum_values) json_.string(value);
    }
    json_.end_array();
  }

  void add_grams(const models::GramRules& rules) {
    for (const auto& [name, on] : {std::pair("whole", rules.whole),
                                   {"without_digits", rules.without_digits},
                                   {"words", rules.words},
                                   {"word_pairs", rules.word_pairs}}) {
      add(name, on ? 1 : 0);
    }
    add("shortest", rules.shortest);
    add("longest", rules.longest);
    add("buckets", rules.buckets);
    add("at_most", rules.at_most);
  }

  std::string digest() {
    json_.end_object();
    return digest_of(out_);
  }

 private:
  void add_window(const features::Definition& feature) {
    add_entity(feature.entity);
    add("aggregate", aggregate_name(feature.aggregate));
    if (feature.slot) add_field(*feature.slot);
    add("window_ms", feature.window_ms);
    add("offset_ms", feature.offset_ms);
    add("current", feature.include_current ? 1 : 0);
    if (feature.aggregate == features::Aggregate::kDistinctCount) add("exact_up_to", feature.exact_up_to);
    if (feature.aggregate == features::Aggregate::kMedian) add("of_last", feature.of_last);
    add_expression("where", feature.where_text, feature.where.get());
    add_expression("share", feature.share_of_text, feature.share_of.get());
    if (feature.default_value) add_value("default", *feature.default_value);
  }

  void add_value(std::string_view name, const Value& value) {
    switch (value.kind()) {
      case ValueKind::kBool:
        return add(name, value.as_bool() ? 1 : 0);
      case ValueKind::kString:
        return add(name, value.as_string());
      case ValueKind::kMoney:
        return add(name, value.minor_units());
      case ValueKind::kDuration:
        return add(name, value.as_ms());
      case ValueKind::kDouble:
        json_.key(name);
        return json_.real(value.as_double());
      default:
        return add(name, value.as_int64());
    }
  }

  const event::Schema& schema_;
  const std::vector<FeatureDraft>& features_;
  std::string out_;
  JsonWriter json_;
};

}  // namespace

std::string InputVersions::of(const model::NumberInput& input) const {
  Text text(schema_, features_);
  text.add_expression("number", input.text, input.program.get());
  return text.digest();
}

std::string InputVersions::of(const model::TextInput& input) const {
  Text text(schema_, features_);
  text.add_expression("text", input.text, input.program.get());
  text.add_grams(input.rules);
  return text.digest();
}

std::string InputVersions::of(const model::EventFieldInput& input, const model::SequenceInput& sequence) const {
  Text text(schema_, features_);
  text.add_entity(sequence.rows.entity);
  text.add("events", sequence.events);
  text.add_expression("where", sequence.rows.where_text, sequence.rows.where.get());
  text.add("code", model::event_code_name(input.code));
  text.add_field(input.slot);
  text.add("codes", input.codes);
  if (input.code == model::EventCode::kValue) text.add_places(input.slot);
  if (input.code == model::EventCode::kHour) {
    const auto& entity = schema_.entities[sequence.entity];
    text.add("zone", entity.zone);
    if (sequence.zone_slot) text.add_field(*sequence.zone_slot);
  }
  return text.digest();
}

}  // namespace weir::policy
