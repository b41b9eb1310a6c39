#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "engine/base/currency.h"
#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/policy/schema_draft.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

using event::Derivation;
using event::Field;
using event::FieldType;

constexpr std::array<std::string_view, 7> kTypes{"bool", "int64", "double", "string", "money", "timestamp", "enum"};
constexpr std::array<std::string_view, 5> kFormats{"iso8601", "iso8601_utc", "epoch_s", "epoch_ms", "epoch_us"};
constexpr std::array<std::string_view, 5> kDerivations{"bin", "last_four", "email_domain", "birth_year", "base_amount"};
constexpr std::int64_t kMaxDecimals = 12;

// References to other fields, resolved when all are read.
struct References {
  const yaml::Node* currency_from = nullptr;
  const yaml::Node* derived_from = nullptr;
};

class FieldReader {
 public:
  FieldReader(SchemaDraft& draft, Issues& issues) : draft_(draft), issues_(issues) {}

  void read(const yaml::Entry& entry) {
    const auto issues_before = issues_.all().size();
    Field field;
    field.name = entry.key.text;
    field.line = entry.key.place.line;
    References references;
    check_variable_name(entry.key, "a field", issues_);
    if (entry.value.kind == yaml::NodeKind::kScalar) {
      if (const auto type = yaml::as_choice(&entry.value, kTypes, issues_)) field.type = static_cast<FieldType>(*type);
      if (field.type == FieldType::kMoney) issues_.error(entry.value.place, kNoCurrency, kCurrencyAdvice);
      if (field.type == FieldType::kEnum) issues_.error(entry.value.place, "an enum needs its `values`");
      field.path = {field.name};
    } else {
      yaml::MapReader reader(&entry.value, entry.key.place, "the field `" + field.name + "`", issues_);
      read_keys(reader, field, references);
    }
    draft_.schema.fields.push_back(std::move(field));
    draft_.field_places.push_back(entry.key.place);
    draft_.faulty_fields.push_back(issues_.has_errors(issues_before));
    references_.push_back(references);
  }

  void resolve() {
    for (std::uint32_t slot = 0; slot < references_.size(); ++slot) {
      const auto issues_before = issues_.all().size();
      resolve_currency(references_[slot].currency_from, draft_.schema.fields[slot]);
      resolve_derivation(references_[slot].derived_from, draft_.schema.fields[slot]);
      if (issues_.has_errors(issues_before)) draft_.faulty_fields[slot] = true;
    }
  }

 private:
  static constexpr const char* kNoCurrency = "a money field needs its currency";
  static constexpr const char* kCurrencyAdvice = "write `currency: EUR`, or `currency_from:` and a field that holds it";

  void read_keys(yaml::MapReader& reader, Field& field, References& references) {
    (void)yaml::as_text(reader.optional("description"), issues_);
    const auto* derive = reader.optional("derive");
    if (derive != nullptr) {
      read_derived(reader, derive, field, references);
      return;
    }
    const auto* type = reader.required("type");
    const bool typed = read_type(type, field);
    const auto* path = reader.optional("path");
    field.path = path == nullptr ? std::vector<std::string>{field.name} : read_path(path, issues_);
    if (auto column = yaml::as_text(reader.optional("column"), issues_)) field.column = *std::move(column);
    if (const auto value = yaml::as_bool(reader.optional("required"), issues_)) field.required = *value;
    read_use(reader, field);
    read_event_types(reader.optional("in"), field);
    read_personal(reader, field, typed);
    read_of_type(reader, field, references, typed);
    if (reader.optional("from") != nullptr) {
      issues_.error(reader.key("from")->place, "`from` belongs to `derive`", "write for example `derive: bin`");
    }
    reader.finish();
  }

  void read_use(yaml::MapReader& reader, Field& field) {
    if (const auto value = yaml::as_bool(reader.optional("history"), issues_)) field.history = *value;
    if (const auto value = yaml::as_bool(reader.optional("protected"), issues_)) field.is_protected = *value;
  }

  bool read_type(const yaml::Node* node, Field& field) {
    const auto type = yaml::as_choice(node, kTypes, issues_);
    if (type) field.type = static_cast<FieldType>(*type);
    return type.has_value();
  }

  void read_personal(yaml::MapReader& reader, Field& field, bool typed) {
    const auto* node = reader.optional("personal");
    if (const auto value = yaml::as_bool(node, issues_)) field.personal = *value;
    field.token_domain = field.name;
    const auto* domain = reader.optional("token_domain");
    if (auto text = yaml::as_text(domain, issues_)) {
      if (text->empty()) issues_.error(domain->place, "a token domain has a name");
      field.token_domain = *std::move(text);
      if (!field.personal) issues_.error(domain->place, "only personal fields become tokens", "add `personal: true`");
    }
    if (field.personal && typed && field.type != FieldType::kString && field.type != FieldType::kInt64) {
      issues_.error(node->place, "only a string or int64 field can be personal, this is of type " +
                                     std::string(type_name(field.type)));
    }
  }

  // The keys that belong to one type each.
  void read_of_type(yaml::MapReader& reader, Field& field, References& references, bool typed) {
    const auto* format = take(reader, "format", FieldType::kTimestamp, field, typed);
    if (const auto choice = yaml::as_choice(format, kFormats, issues_)) {
      field.time_format = static_cast<event::TimeFormat>(*choice);
    }
    const auto* decimals = take(reader, "decimals", FieldType::kDouble, field, typed);
    if (const auto value = yaml::as_integer(decimals, 0, kMaxDecimals, issues_)) {
      field.decimals = static_cast<std::uint8_t>(*value);
    }
    const auto* currency = take(reader, "currency", FieldType::kMoney, field, typed);
    references.currency_from = take(reader, "currency_from", FieldType::kMoney, field, typed);
    if (typed && field.type == FieldType::kMoney) {
      if (currency == nullptr && references.currency_from == nullptr) {
        issues_.error(reader.at(), kNoCurrency, kCurrencyAdvice);
      }
      if (currency != nullptr && references.currency_from != nullptr) {
        issues_.error(currency->place, "`currency` and `currency_from` exclude each other");
      }
      read_currency(currency, field);
    }
    const auto* values = take(reader, "values", FieldType::kEnum, field, typed);
    if (typed && field.type == FieldType::kEnum) {
      if (values == nullptr) issues_.error(reader.at(), "an enum needs its `values`", "write `values: [online, chip]`");
      read_values(values, field);
    }
  }

  const yaml::Node* take(yaml::MapReader& reader, std::string_view key, FieldType type, const Field& field,
                         bool typed) {
    const auto* node = reader.optional(key);
    if (node == nullptr || !typed || field.type == type) return node;
    issues_.error(reader.key(key)->place, "`" + std::string(key) + "` is for fields of type " +
                                              std::string(type_name(type)) + ", this is of type " +
                                              std::string(type_name(field.type)));
    return nullptr;
  }

  void read_currency(const yaml::Node* node, Field& field) {
    const auto code = yaml::as_text(node, issues_);
    if (!code) return;
    const auto currency = currency_by_code(*code);
    if (currency) {
      field.currency = currency->numeric;
    } else {
      issues_.error(node->place, "`" + *code + "` is not a currency of ISO 4217", "write for example EUR, USD or JPY");
    }
  }

  void read_values(const yaml::Node* node, Field& field) {
    const auto& items = yaml::items_of(node, "`values`", issues_);
    if (node != nullptr && node->kind == yaml::NodeKind::kSequence && items.empty()) {
      issues_.error(node->place, "an enum has at least one value");
    }
    if (items.size() > kMaxEnumValues) {
      issues_.error(node->place, "an enum has at most " + std::to_string(kMaxEnumValues) + " values");
      return;
    }
    std::set<std::string> seen;
    for (const auto& item : items) {
      auto text = yaml::as_text(&item, issues_);
      if (!text) continue;
      if (!seen.insert(*text).second) issues_.error(item.place, "the value `" + *text + "` stands here twice");
      field.enum_values.push_back(*std::move(text));
    }
  }

  void read_event_types(const yaml::Node* node, Field& field) {
    if (node == nullptr) return;
    const auto& types = draft_.schema.event_types;
    if (draft_.schema.type_path.empty()) {
      issues_.error(node->place, "there is but one event type", "declare several under `event_types` first");
      return;
    }
    std::vector<std::string_view> names;
    for (const auto& type : types) names.push_back(type.name);
    field.event_types = 0;
    const auto add = [&](const yaml::Node& item) {
      if (const auto i = yaml::as_choice(&item, names, issues_)) field.event_types |= 1U << *i;
    };
    if (node->kind == yaml::NodeKind::kScalar) {
      add(*node);
    } else {
      for (const auto& item : yaml::items_of(node, "`in`", issues_)) add(item);
    }
    if (node->kind == yaml::NodeKind::kSequence && node->items.empty()) {
      issues_.error(node->place, "the field is in no event type", "leave `in` out if it is in all");
    }
  }

  void read_derived(yaml::MapReader& reader, const yaml::Node* derive, Field& field, References& references) {
    if (const auto choice = yaml::as_choice(derive, kDerivations, issues_)) {
      field.derivation = static_cast<Derivation>(*choice + 1);
      if (field.derivation == Derivation::kBirthYear) field.type = FieldType::kInt64;
      if (field.derivation == Derivation::kBaseAmount) read_base_amount(*derive, field);
    }
    references.derived_from = reader.required("from");
    read_use(reader, field);
    reader.finish();
  }

  void read_base_amount(const yaml::Node& derive, Field& field) {
    field.type = FieldType::kMoney;
    const auto& exchange = draft_.schema.exchange;
    if (exchange != nullptr) {
      field.currency = exchange->base().numeric;
    } else {
      issues_.error(derive.place, "the policy has no exchange rates",
                    "write `exchange: {base: EUR}` into policy.yaml, and the rates into exchange.csv");
    }
  }

  void resolve_currency(const yaml::Node* node, Field& money) {
    const auto slot = find_field(node, draft_, issues_);
    if (!slot) return;
    const auto& source = draft_.schema.fields[*slot];
    money.currency_field = source.name;
    if (draft_.is_faulty(*slot)) return;
    if ((source.type != FieldType::kString && source.type != FieldType::kEnum) || source.personal) {
      issues_.error(node->place, "a currency comes from a field of type string or enum that is not personal");
      return;
    }
    if ((money.event_types & ~source.event_types & all_types()) != 0) {
      issues_.error(node->place, "`" + source.name + "` is not in every event type that has `" + money.name + "`");
    }
    for (const auto& value : source.enum_values) {
      if (!currency_by_code(value)) {
        issues_.error(node->place, "the value `" + value + "` of `" + source.name + "` is not a currency of ISO 4217");
      }
    }
  }

  void resolve_derivation(const yaml::Node* node, Field& derived) {
    const auto slot = find_field(node, draft_, issues_);
    if (!slot) return;
    const auto& source = draft_.schema.fields[*slot];
    derived.derived_from = source.name;
    derived.event_types = source.event_types;
    derived.is_protected = derived.is_protected || source.is_protected;
    if (source.derivation != Derivation::kNone) {
      issues_.error(node->place, "`" + source.name + "` is derived itself");
    } else if (derived.derivation == Derivation::kBaseAmount) {
      if (draft_.is_faulty(*slot) || source.type == FieldType::kMoney) return;
      issues_.error(node->place, "`base_amount` is of money, `" + source.name + "` is of type " +
                                     std::string(type_name(source.type)));
    } else if (!draft_.is_faulty(*slot) && source.type != FieldType::kString) {
      issues_.error(node->place, "fields are derived from strings, `" + source.name + "` is of type " +
                                     std::string(type_name(source.type)));
    }
  }

  std::uint32_t all_types() const {
    const auto count = draft_.schema.event_types.size();
    return count >= 32 ? ~0U : (1U << count) - 1;
  }

  SchemaDraft& draft_;
  Issues& issues_;
  std::vector<References> references_;
};

// Two fields of one event type that read the same place, or one that reads a value where another wants an object.
class PathCheck {
 public:
  PathCheck(const SchemaDraft& draft, Issues& issues) : draft_(draft), issues_(issues) {}

  void run() {
    const auto& fields = draft_.schema.fields;
    for (std::uint32_t slot = 0; slot < fields.size(); ++slot) {
      if (fields[slot].path.empty()) continue;
      check_same(slot);
      readers_[fields[slot].path].push_back(slot);
    }
    for (std::uint32_t slot = 0; slot < fields.size(); ++slot) check_outer(slot);
  }

 private:
  void check_same(std::uint32_t slot) {
    const auto& field = draft_.schema.fields[slot];
    if (field.path == draft_.schema.type_path) {
      issues_.error(draft_.field_places[slot], "the event type is read from this path already",
                    "rules know it as `event_type`");
    }
    for (const auto other : readers_[field.path]) {
      const auto& same = draft_.schema.fields[other];
      if ((same.event_types & field.event_types) == 0) continue;
      issues_.error(draft_.field_places[slot], "`" + same.name + "` reads the same path");
      return;
    }
  }

  void check_outer(std::uint32_t slot) {
    auto path = draft_.schema.fields[slot].path;
    while (path.size() > 1) {
      path.pop_back();
      const auto outer = readers_.find(path);
      if (outer == readers_.end()) continue;
      const auto& name = draft_.schema.fields[outer->second.front()].name;
      issues_.error(draft_.field_places[slot], "this path needs an object where `" + name + "` reads a single value");
      return;
    }
  }

  const SchemaDraft& draft_;
  Issues& issues_;
  std::map<std::vector<std::string>, std::vector<std::uint32_t>> readers_;
};

}  // namespace

void read_fields(const yaml::Node* node, SchemaDraft& draft, Issues& issues) {
  FieldReader reader(draft, issues);
  const auto& entries = yaml::entries_of(node, "`fields`", issues);
  if (entries.size() > kMaxFields) {
    issues.error(node->place, "a schema has at most " + std::to_string(kMaxFields) + " fields");
    return;
  }
  for (const auto& entry : entries) reader.read(entry);
  reader.resolve();
  PathCheck(draft, issues).run();
}

std::string_view derivation_name(Derivation derivation) {
  if (derivation == Derivation::kTimeZone) return "zone";
  return derivation == Derivation::kNone ? "" : kDerivations[static_cast<std::size_t>(derivation) - 1];
}

std::string_view type_name(event::FieldType type) { return kTypes[static_cast<std::size_t>(type)]; }

}  // namespace weir::policy
