#include "tests/engine/audit/bank.h"

#include <limits>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "models/reasons/explainer.h"
#include "rules/cel/scratch.h"
#include "tests/models/bundle/file_maker.h"

namespace weir::audit {
namespace {

using cel::TypeKind;
using event::FieldType;

event::Field field(std::string name, FieldType type) {
  event::Field made;
  made.path = {name};
  made.name = std::move(name);
  made.type = type;
  return made;
}

constexpr struct {
  const char* name;
  TypeKind type;
} kFeatures[] = {
    {"card.count_1h", TypeKind::kInt},        {"card.spent_1d", TypeKind::kMoney},
    {"card.mean_rate", TypeKind::kDouble},    {"card.seen", TypeKind::kTimestamp},
    {"card.since_last", TypeKind::kDuration}, {"card.last_memo", TypeKind::kString},
    {"card.nothing", TypeKind::kDouble},      {"card.last_flag", TypeKind::kBool},
    {"card.places", TypeKind::kInt},          {"card.too_much", TypeKind::kMoney},
};

book::Rule rule(const cel::Environment& environment, std::string id, std::string when, std::int32_t points) {
  auto condition = cel::Expression::check(when, {nullptr, 1, 1, 1}, environment, cel::Type::dyn());
  WEIR_CHECK(condition.ok(), "a rule of the sample bank does not compile");
  book::Rule made;
  made.id = std::move(id);
  made.reason = "R-" + made.id;
  made.when_text = std::move(when);
  made.when = std::move(*condition);
  made.points = points;
  return made;
}

}  // namespace

event::Schema bank_schema() {
  event::Schema schema;
  schema.name = "bank";
  schema.event_types = {{"card_payment", "card"}, {"transfer", "transfer"}};
  schema.type_path = {"type"};
  schema.fields = {field("id", FieldType::kString),           field("time", FieldType::kTimestamp),
                   field("amount", FieldType::kMoney),        field("fee", FieldType::kMoney),
                   field("fee_currency", FieldType::kString), field("rate", FieldType::kDouble),
                   field("flag", FieldType::kBool),           field("count", FieldType::kInt64),
                   field("channel", FieldType::kEnum),        field("card", FieldType::kString),
                   field("customer", FieldType::kInt64),      field("card_bin", FieldType::kString),
                   field("birth_year", FieldType::kInt64),    field("memo", FieldType::kString),
                   field("booked", FieldType::kTimestamp)};
  schema.fields[kId].required = true;
  schema.fields[kTime].required = true;
  schema.fields[kAmount].currency = 978;
  schema.fields[kFee].currency_field = "fee_currency";
  schema.fields[kChannel].enum_values = {"online", "chip", "à distance"};
  schema.fields[kCard].personal = true;
  schema.fields[kCustomer].personal = true;
  schema.fields[kCardBin].derivation = event::Derivation::kBin;
  schema.fields[kCardBin].derived_from = "card";
  schema.fields[kBirthYear].derivation = event::Derivation::kBirthYear;
  schema.fields[kBirthYear].derived_from = "memo";
  schema.entities = {{"card", {kCard}}};
  schema.id_slot = kId;
  schema.time_slot = kTime;
  return schema;
}

Bank::Bank()
    : schema(std::make_shared<const event::Schema>(bank_schema())),
      event(*schema, static_cast<std::uint32_t>(std::size(kFeatures))) {
  cel::Environment environment;
  const auto declare = [&](std::string name, TypeKind type) {
    const auto slot = static_cast<std::uint32_t>(slot_names.size());
    WEIR_CHECK(environment.declare({name, cel::Type::simple(type), slot}).ok(), "a name of the sample bank");
    slot_names.push_back(std::move(name));
  };
  for (const auto& each : schema->fields) {
    switch (each.type) {
      case FieldType::kBool:
        declare(each.name, TypeKind::kBool);
        break;
      case FieldType::kInt64:
        declare(each.name, each.personal ? TypeKind::kString : TypeKind::kInt);
        break;
      case FieldType::kDouble:
        declare(each.name, TypeKind::kDouble);
        break;
      case FieldType::kMoney:
        declare(each.name, TypeKind::kMoney);
        break;
      case FieldType::kTimestamp:
        declare(each.name, TypeKind::kTimestamp);
        break;
      case FieldType::kString:
      case FieldType::kEnum:
        declare(each.name, TypeKind::kString);
        break;
    }
  }
  for (const auto* name : {"event_type", "outcome", "label"}) declare(name, TypeKind::kString);
  for (const auto& each : kFeatures) {
    feature_names.emplace_back(each.name);
    declare(each.name, each.type);
  }
  std::vector<book::Rule> made;
  made.push_back(rule(environment, "a-busy", "card.count_1h > 3 && amount > eur('10.00')", 400));
  made.push_back(rule(environment, "b-quiet", "count < -100 && has(memo)", 100));
  made.push_back(rule(environment, "c-far-off", "rate > 2.0 * card.nothing", 50));
  made.push_back(rule(environment, "d-divided", "count / (count - count) == 1", 0));
  made.push_back(rule(environment, "e-hard", "channel == 'online' && card.since_last < duration('1h')", 25));
  made.back().outcome = book::Outcome::kReview;
  made.push_back(rule(environment, "f-always", "true", -10));
  rules = std::make_unique<book::Book>(std::move(made), static_cast<std::uint32_t>(slot_names.size()));
}

Value& Bank::feature(std::string_view name) {
  for (std::uint32_t i = 0; i < feature_names.size(); ++i) {
    if (feature_names[i] == name) return event[schema->slot_count() + i];
  }
  WEIR_CHECK(false, "no such feature");
}

void Bank::fill_sparse() {
  event.clear();
  event.type = 1;
  event.time_ms = -1;
  event.id = "sparse";
  event[kId] = Value::string("sparse");
  event[kTime] = Value::timestamp_ms(-1);
  event[schema->event_type_slot()] = Value::enumeration(schema->event_types[1].name, 1);
  flags = 0;
  approximate.clear();
  screen();
}

void Bank::fill() {
  event.clear();
  event.type = 0;
  event.time_ms = 1'772'184'600'125;
  event.id = "tx-1";
  event[kId] = Value::string("tx-1");
  event[kTime] = Value::timestamp_ms(event.time_ms);
  event[kAmount] = Value::money(-1250, 978);
  event[kFee] = Value::money(7, 392);
  event[kFeeCurrency] = Value::string("JPY");
  event[kRate] = Value::real(0.1);
  event[kFlag] = Value::boolean(true);
  event[kCount] = Value::int64(std::numeric_limits<std::int64_t>::min());
  event[kChannel] = Value::enumeration(schema->fields[kChannel].enum_values[0], 0);
  event[kCard] = Value::string("00112233445566778899aabbccddeeff");
  event[kCustomer] = Value::string("ffeeddccbbaa99887766554433221100");
  event[kCardBin] = Value::string("40000000");
  event[kBirthYear] = Value::int64(1984);
  event[kMemo] = Value::string("a \"memo\"\n\x01 Zürich 😀");
  event[kBooked] = Value::timestamp_ms(1'772'184'600'000);
  event[schema->event_type_slot()] = Value::enumeration(schema->event_types[0].name, 0);
  feature("card.count_1h") = Value::int64(4);
  feature("card.spent_1d") = Value::money(123'456, 978);
  feature("card.mean_rate") = Value::real(2);
  feature("card.seen") = Value::timestamp_ms(1'700'000'000'000);
  feature("card.since_last") = Value::duration_ms(90'500);
  feature("card.last_memo") = Value::string("before");
  feature("card.last_flag") = Value::boolean(false);
  feature("card.places") = Value::int64(5000);
  feature("card.too_much") = Value::error(ErrorCode::kOverflow, "card.too_much");
  flags = decide::kLate | decide::kIdConflict;
  approximate = {1U << 8U};
  screen();
}

void Bank::screen() {
  book::Workspace workspace(*rules);
  rules->evaluate(event.slots(), workspace, verdicts);
  decide::decide(*rules, verdicts, {300, 600}, {}, outcome);
}

TransactionFacts Bank::facts() const {
  TransactionFacts facts;
  facts.schema = schema.get();
  facts.event = &event;
  facts.policy = kPolicyHash;
  facts.flags = flags;
  facts.feature_names = feature_names;
  facts.approximate = approximate;
  facts.rules = rules.get();
  facts.slot_names = slot_names;
  facts.slots = event.slots();
  facts.verdicts = &verdicts;
  facts.outcome = &outcome;
  return facts;
}

InputPlace bank_input() {
  InputPlace input{"payments", 3, 4711, 4709, {}};
  for (std::size_t i = 0; i < input.digest.size(); ++i) input.digest[i] = static_cast<std::uint8_t>(i * 8 + 1);
  return input;
}

std::string enveloped(std::string_view hashed_part) {
  static constexpr Stage kStages[] = {{"parse", 812}, {"rules", 18'446'744'073'709'551'615U}};
  Sha256 sha256;
  std::string out;
  append_envelope(hashed_part, leaf_hash(hashed_part, sha256), {"engine-1", 3, kStages}, out);
  return out;
}

std::string full_transaction() {
  Bank bank;
  bank.fill();
  std::string out;
  append_transaction(kBankHead, bank_input(), bank.facts(), out);
  return out;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  WEIR_CHECK(at != std::string::npos, "the text to replace is there");
  return text.replace(at, from.size(), to);
}

std::vector<NamedRecord> bank_records() {
  std::vector<NamedRecord> records;
  const auto add = [&](std::string name, const std::string& hashed_part) {
    records.push_back({std::move(name), enveloped(hashed_part)});
  };
  Bank bank;
  std::string out;
  bank.fill();
  append_transaction(kBankHead, bank_input(), bank.facts(), out);
  add("transaction_full", std::exchange(out, {}));
  const std::uint32_t repeated[] = {0, 1};
  for (const bool is_alert : {true, false}) {
    auto facts = bank.facts();
    if (is_alert) facts.alert = decide::Alert{"customer_device", 17, true};
    if (is_alert) facts.repeated = repeated;
    if (!is_alert) facts.controlled = book::Outcome::kDecline;
    if (!is_alert) facts.flags = decide::kControl;
    append_transaction(kBankHead, bank_input(), facts, out);
    add(is_alert ? "transaction_alert" : "transaction_control", std::exchange(out, {}));
  }
  const auto loaded = models::Model::load(models::testing::WholeModel(5).file().file());
  WEIR_CHECK(loaded.ok(), "the model is one");
  const auto& model = **loaded;
  std::vector<float> drawn;
  const auto inputs = models::testing::WholeModel(6).draw(drawn);
  models::Explainer explainer(model);
  for (const bool is_flagged : {true, false}) {
    auto facts = bank.facts();
    const auto& told = explainer.explain(inputs);
    facts.model = ModelFacts{&model, &inputs, told.score, is_flagged ? &told : nullptr};
    append_transaction(kBankHead, bank_input(), facts, out);
    add(is_flagged ? "transaction_model" : "transaction_model_approved", std::exchange(out, {}));
  }
  const auto beside = bank.facts();
  auto shadowed = bank.facts();
  shadowed.shadow = &beside;
  append_transaction(kBankHead, bank_input(), shadowed, out);
  add("transaction_shadow", std::exchange(out, {}));
  bank.fill_sparse();
  append_transaction({1, 18, kMinTimeMs}, {"t", 0, 0, -1, {}}, bank.facts(), out);
  add("transaction_sparse", std::exchange(out, {}));
  const double numbers[] = {0.0, -0.0, 1e300, -5e-324, 1e22, 0.30000000000000004};
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    bank.fill();
    bank.event[kRate] = Value::real(numbers[i]);
    bank.feature("card.since_last") = Value::duration_ms(-1 - static_cast<std::int64_t>(i));
    bank.flags = decide::kBeyondHistory;
    bank.screen();
    append_transaction(kBankHead, bank_input(), bank.facts(), out);
    add("transaction_number_" + std::to_string(i), std::exchange(out, {}));
  }
  append_duplicate(kBankHead, bank_input(), "tx-\"1\"", 12, out);
  add("duplicate", std::exchange(out, {}));
  for (std::size_t i = 1; i < event::kRejectReasonCount; ++i) {
    const auto reason = static_cast<event::RejectReason>(i);
    append_dead_letter(kBankHead, bank_input(), {reason, i % 2 == 0 ? "" : "payer.name", i, "a \\ \"detail\""}, out);
    add("dead_letter_" + std::string(event::reject_reason_name(reason)), std::exchange(out, {}));
  }
  append_label(kBankHead, bank_input(), {"tx-1", true, 1'772'184'600'000, false}, out);
  add("label_fraud", std::exchange(out, {}));
  append_label(kBankHead, bank_input(), {"tx-2", false, -1, true}, out);
  add("label_waits", std::exchange(out, {}));
  append_start({0, 0, 0}, {"engine-1", 1, "0.1.0 abcdef", kPolicyHash, "0123456789abcdef", "wall", true}, out);
  add("start_fresh", std::exchange(out, {}));
  append_start(kBankHead, {"engine-2", 18'446'744'073'709'551'615U, "0.1.0", kPolicyHash, "", "event", false}, out);
  add("start_without_key", std::exchange(out, {}));
  const FileView files[] = {{"policy.yaml", "name: x\n"}, {"rules/ü.yaml", "# \"tabs\"\t\r\n"}, {"schema.yaml", ""}};
  append_policy(kBankHead, {kPolicyHash, "2025b", files}, out);
  add("policy", std::exchange(out, {}));
  const FileView with_model[] = {{"model/a.safetensors", std::string_view("\x00\xff\x80", 3), true},
                                 {"policy.yaml", "name: x\n"}};
  append_policy(kBankHead, {kPolicyHash, "2025b", with_model}, out);
  add("policy_model", std::exchange(out, {}));
  append_policy(kBankHead, {kPolicyHash, "2025b", files, 2, 3, true}, out);
  add("policy_shadow", std::exchange(out, {}));
  append_policy(kBankHead, {"", "", {}, 1, 1, true}, out);
  add("policy_no_shadow", std::exchange(out, {}));
  book::ListDelta delta;
  delta.put.emplace_back("m9", book::ListEntry{"partner, \"since\" 2019", "ann", 1'798'761'600'000, {"a-busy"}});
  delta.put.emplace_back("m10", book::ListEntry{"partner", "bob", INT64_MAX, {}});
  delta.removed = {"m8"};
  append_list(kBankHead, {"trusted", &delta, 2}, out);
  add("list", std::exchange(out, {}));
  return records;
}

}  // namespace weir::audit
