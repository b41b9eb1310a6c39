#include "tests/engine/event/card_schema.h"

#include <utility>

#include "engine/base/check.h"

namespace weir::event {
namespace {

Field field(std::string name, FieldType type, std::vector<std::string> path) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  made.path = std::move(path);
  return made;
}

Field required(Field made) {
  made.required = true;
  return made;
}

Field enumeration(std::string name, std::vector<std::string> path, std::vector<std::string> values) {
  Field made = field(std::move(name), FieldType::kEnum, std::move(path));
  made.enum_values = std::move(values);
  return made;
}

Field derived(std::string name, FieldType type, Derivation derivation, std::string from) {
  Field made = field(std::move(name), type, {});
  made.derivation = derivation;
  made.derived_from = std::move(from);
  return made;
}

}  // namespace

Schema card_schema() {
  Schema schema;
  schema.name = "payments";
  schema.event_types = {{"card_payment", "card"}, {"transfer", "transfer"}};
  schema.type_path = {"type"};
  schema.fields = {
      required(field("id", FieldType::kString, {"id"})),
      required(field("time", FieldType::kTimestamp, {"ts"})),
      required(field("amount", FieldType::kMoney, {"amount", "value"})),
      field("currency", FieldType::kString, {"amount", "currency"}),
      field("card", FieldType::kString, {"card", "token"}),
      field("card_age_days", FieldType::kInt64, {"card", "age_days"}),
      field("account", FieldType::kString, {"account"}),
      field("merchant", FieldType::kString, {"merchant", "id"}),
      field("merchant_name", FieldType::kString, {"merchant", "name"}),
      field("mcc", FieldType::kInt64, {"merchant", "mcc"}),
      enumeration("channel", {"channel"}, {"pos", "ecom", "atm"}),
      enumeration("entry", {"entry"}, {"chip", "contactless", "swipe", "manual"}),
      field("country", FieldType::kString, {"country"}),
      field("device", FieldType::kString, {"device"}),
      field("latitude", FieldType::kDouble, {"lat"}),
      field("longitude", FieldType::kDouble, {"lon"}),
      field("recurring", FieldType::kBool, {"recurring"}),
      field("balance", FieldType::kMoney, {"balance"}),
      field("counterparty", FieldType::kString, {"to"}),
  };
  schema.fields[2].currency_field = "currency";
  schema.fields[17].currency = 978;
  schema.fields[4].event_types = 1;   // card: card payments only
  schema.fields[18].event_types = 2;  // counterparty: transfers only
  schema.fields[18].required = true;
  schema.entities = {{"card", {4}}, {"account_merchant", {6, 7}}, {"mcc", {9}}};
  schema.id_slot = 0;
  schema.time_slot = 1;
  return schema;
}

Schema personal_schema() {
  Schema schema = card_schema();
  Field pan = field("pan", FieldType::kString, {"pan"});
  pan.personal = true;
  pan.token_domain = "card";
  Field email = field("email", FieldType::kString, {"email"});
  email.personal = true;
  Field customer = field("customer", FieldType::kInt64, {"customer"});
  customer.personal = true;
  Field born = field("born", FieldType::kString, {"born"});
  born.personal = true;
  schema.fields.insert(schema.fields.end(),
                       {pan, derived("pan_bin", FieldType::kString, Derivation::kBin, "pan"),
                        derived("pan_last_four", FieldType::kString, Derivation::kLastFour, "pan"), email,
                        derived("email_domain", FieldType::kString, Derivation::kEmailDomain, "email"), customer, born,
                        derived("birth_year", FieldType::kInt64, Derivation::kBirthYear, "born")});
  return schema;
}

std::string card_payment() {
  return R"({"type":"card","id":"tx-0000000000000001","ts":"2026-02-27T09:30:00.125Z",)"
         R"("amount":{"value":1234.56,"currency":"EUR"},"card":{"token":"c-4711-0815-0001","age_days":731},)"
         R"("account":"DE-0001-2345-6789","merchant":{"id":"m-90210","name":"Caf\u00e9 Zentral, Wien","mcc":5812},)"
         R"("channel":"pos","entry":"contactless","country":"AT","device":"d-7f","lat":48.2104,"lon":16.3655,)"
         R"("recurring":false,"balance":"98765.43","note":""})";
}

std::string with(std::string record, std::string_view from, std::string_view to) {
  const std::size_t place = record.find(from);
  WEIR_CHECK(place != std::string::npos, "the record has the text that is to be replaced");
  return record.replace(place, from.size(), to);
}

}  // namespace weir::event
