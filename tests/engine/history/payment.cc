#include "tests/engine/history/payment.h"

namespace weir::history {

std::shared_ptr<event::Schema> payment_schema() {
  using event::FieldType;
  auto schema = std::make_shared<event::Schema>();
  schema->name = "payments";
  schema->event_types = {{"payment", "payment"}};
  const auto add = [&schema](const char* name, FieldType type) {
    schema->fields.emplace_back();
    schema->fields.back().name = name;
    schema->fields.back().type = type;
  };
  add("id", FieldType::kInt64);
  add("at", FieldType::kTimestamp);
  add("amount", FieldType::kMoney);
  add("score", FieldType::kDouble);
  add("online", FieldType::kBool);
  add("channel", FieldType::kEnum);
  add("merchant", FieldType::kString);
  schema->fields[kAmount].currency = 978;
  schema->fields[kScore].decimals = 3;
  schema->fields[kChannel].enum_values = {"pos", "web", "atm"};
  schema->entities = {{"card", {kId}}};
  schema->id_slot = kId;
  schema->time_slot = kAt;
  return schema;
}

Payment::Payment(const event::Schema& schema, std::uint64_t number, std::int64_t time_ms)
    : slots(schema.slot_count()), merchant_("merchant " + std::to_string(number * number % 97)) {
  const auto signed_number = static_cast<std::int64_t>(number);
  slots[kId] = Value::int64(signed_number);
  slots[kAt] = Value::timestamp_ms(time_ms);
  slots[kAmount] = Value::money(signed_number * 37 % 10'000, 978);
  slots[kScore] = Value::real(static_cast<double>(number % 16) / 8);
  slots[kOnline] = Value::boolean(number % 3 == 0);
  const auto code = static_cast<std::uint16_t>(number % 3);
  slots[kChannel] = Value::enumeration(schema.fields[kChannel].enum_values[code], code);
  slots[kMerchant] = Value::string(merchant_);
  slots[schema.event_type_slot()] = Value::enumeration(schema.event_types[0].name, 0);
  slots[schema.outcome_slot()] = Value::string(number % 5 == 0 ? "decline" : "approve");
}

}  // namespace weir::history
