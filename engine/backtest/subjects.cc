#include "engine/backtest/subjects.h"

#include <initializer_list>
#include <string_view>

#include "engine/backtest/ledger.h"

namespace weir::backtest {
namespace {

std::string names_of_entities(const event::Schema& schema) {
  std::string names;
  for (const auto& entity : schema.entities) names += (names.empty() ? "" : ", ") + entity.name;
  return names;
}

Result<std::optional<std::uint32_t>> find_entity(const event::Schema& schema, const std::string& wanted,
                                                 std::initializer_list<std::string_view> usual, const char* option) {
  const auto find = [&](std::string_view name) -> std::optional<std::uint32_t> {
    for (std::uint32_t i = 0; i < schema.entities.size(); ++i) {
      if (schema.entities[i].name == name) return i;
    }
    return std::nullopt;
  };
  if (!wanted.empty()) {
    const auto found = find(wanted);
    if (!found) {
      return Error{std::string(option) + " " + wanted + ": the policy's entities are " + names_of_entities(schema)};
    }
    return found;
  }
  for (const auto name : usual) {
    if (const auto found = find(name)) return found;
  }
  return schema.entities.empty() ? std::nullopt : std::optional<std::uint32_t>(0);
}

bool of_one_currency(const event::Field& field) {
  return field.type == event::FieldType::kMoney && field.currency != 0;
}

Result<std::optional<std::uint32_t>> find_amount(const event::Schema& schema, const std::string& wanted) {
  if (!wanted.empty()) {
    const auto slot = schema.find(wanted);
    if (slot && of_one_currency(schema.fields[*slot])) return slot;
    return Error{"--amount " + wanted + ": it must be a money field of one currency"};
  }
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    if (of_one_currency(schema.fields[slot])) return std::optional(slot);
  }
  return std::optional<std::uint32_t>();
}

}  // namespace

Result<Subjects> find_subjects(const event::Schema& schema, const SubjectNames& names) {
  auto amount = find_amount(schema, names.amount);
  if (!amount) return amount.error();
  auto card = find_entity(schema, names.card, {"card", "customer", "account"}, "--card");
  if (!card) return card.error();
  auto customer = find_entity(schema, names.customer, {"customer", "account", "card"}, "--customer");
  if (!customer) return customer.error();
  return Subjects{*amount, *card, *customer};
}

std::uint32_t Numbers::of(const event::Schema& schema, std::optional<std::uint32_t> entity, const event::Event& event) {
  if (!entity || !event::entity_key(schema.entities[*entity], event, key_)) return kNobody;
  return numbers_.try_emplace(key_, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

}  // namespace weir::backtest
