#include "tests/engine/features/scenario.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "engine/history/verify.h"

namespace weir::features {
namespace {

enum Slot : std::uint32_t {
  kId,
  kAt,
  kCard,
  kAmount,
  kPrice,
  kScore,
  kItems,
  kOnline,
  kChannel,
  kMerchant,
  kBooked,
  kSecret,
  kFraud
};

constexpr std::int64_t kStartMs = 1'700'000'000'000;
constexpr std::array kConditions = {"online",
                                    "channel == 'web'",
                                    "items > 3",
                                    "label == 'fraud'",
                                    "label != 'fraud'",
                                    "!has(label)",
                                    "label == 'honest' && online",
                                    "outcome == 'decline'",
                                    "event_type == 'transfer'",
                                    "items / (items - 3) > 0",
                                    "true"};

event::Field field(std::string name, event::FieldType type) {
  event::Field result;
  result.name = std::move(name);
  result.type = type;
  return result;
}

std::string shown(const Value& value) {
  switch (value.kind()) {
    case ValueKind::kAbsent:
      return "absent";
    case ValueKind::kError:
      return "error " + std::string(error_code_name(value.code()));
    case ValueKind::kDouble: {
      char text[64];
      std::snprintf(text, sizeof text, "%.17g", value.as_double());
      return text;
    }
    case ValueKind::kString:
      return "'" + std::string(value.as_string()) + "'";
    case ValueKind::kMoney:
      return std::to_string(value.minor_units()) + " of " + std::to_string(value.currency());
    case ValueKind::kTimestamp:
    case ValueKind::kDuration:
      return std::to_string(value.seconds()) + "s" + std::to_string(value.nanoseconds());
    default:
      return std::to_string(value.as_int64());
  }
}

bool same(const Value& a, const Value& b) {
  if (a.is_error() && b.is_error()) return a.code() == b.code();
  return identical(a, b);
}

}  // namespace

std::shared_ptr<const event::Schema> scenario_schema(bool inline_label) {
  using event::FieldType;
  auto schema = std::make_shared<event::Schema>();
  schema->name = "scenario";
  schema->event_types = {{"payment", "p"}, {"transfer", "t"}};
  schema->fields = {field("id", FieldType::kInt64),         field("at", FieldType::kTimestamp),
                    field("card", FieldType::kString),      field("amount", FieldType::kMoney),
                    field("price", FieldType::kMoney),      field("score", FieldType::kDouble),
                    field("items", FieldType::kInt64),      field("online", FieldType::kBool),
                    field("channel", FieldType::kEnum),     field("merchant", FieldType::kString),
                    field("booked", FieldType::kTimestamp), field("secret", FieldType::kString)};
  schema->fields[kAmount].currency = 978;
  schema->fields[kPrice].currency_field = "currency";
  schema->fields[kScore].decimals = 3;
  schema->fields[kChannel].enum_values = {"pos", "web", "atm"};
  schema->fields[kSecret].history = false;
  if (inline_label) {
    schema->fields.push_back(field("fraud", FieldType::kBool));
    schema->inline_label = event::InlineLabel{kFraud, "true", 40};
  }
  schema->entities = {{"card", {kCard}}};
  schema->id_slot = kId;
  schema->time_slot = kAt;
  return schema;
}

Scenario::Scenario(std::uint64_t seed, const ScenarioShape& shape)
    : random_(seed), shape_(shape), schema_(scenario_schema(shape.inline_label)), event_(*schema_, shape.features) {
  std::vector<Definition> definitions;
  for (std::uint32_t i = 0; i < shape.features; ++i) definitions.push_back(random_definition(i));
  history::LayoutSpec tree;
  tree.leaf_rows = shape.leaf_rows;
  tree.fanout = shape.fanout;
  tree.dense_ids = shape.dense_ids;
  features_ = std::make_unique<FeatureSet>(schema_, std::move(definitions), tree);
  codec_ = std::make_unique<history::RowCodec>(schema_, catalogue_);
  history_ = std::make_unique<history::EntityHistory>(features_->layout(0));
  reference_ = std::make_unique<Reference>(schema_);
  latest_ms_ = kStartMs;
}

std::shared_ptr<const cel::Program> Scenario::compile(const std::string& text) const {
  cel::Environment environment;
  const auto declare = [&](const std::string& name, cel::TypeKind type, std::uint32_t slot) {
    WEIR_CHECK(environment.declare({name, cel::Type::simple(type), slot}).ok(), "a name is declared once");
  };
  declare("online", cel::TypeKind::kBool, kOnline);
  declare("channel", cel::TypeKind::kString, kChannel);
  declare("items", cel::TypeKind::kInt, kItems);
  declare("event_type", cel::TypeKind::kString, schema_->event_type_slot());
  declare("outcome", cel::TypeKind::kString, schema_->outcome_slot());
  declare("label", cel::TypeKind::kString, schema_->label_slot());
  const auto file = std::make_shared<const SourceFile>(SourceFile{"features.yaml", text});
  auto program = cel::compile(text, {file, 1, 1, 1}, environment, cel::Type::simple(cel::TypeKind::kBool));
  WEIR_CHECK(program.ok(), "the scenario's conditions compile");
  return std::make_shared<const cel::Program>(std::move(*program));
}

Definition Scenario::random_definition(std::uint32_t number) {
  constexpr std::array kNumbers = {kAmount, kPrice, kScore, kItems};
  constexpr std::array kOrdered = {kAmount, kPrice, kScore, kItems, kBooked, kAt};
  constexpr std::array kAny = {kId, kAt, kAmount, kPrice, kScore, kItems, kOnline, kChannel, kMerchant, kBooked};
  Definition definition;
  definition.entity = "card";
  definition.name = "f" + std::to_string(number);
  definition.aggregate = static_cast<Aggregate>(draw(13));
  switch (definition.aggregate) {
    case Aggregate::kSum:
    case Aggregate::kMean:
    case Aggregate::kMedian:
    case Aggregate::kStandardDeviation:
      definition.slot = kNumbers[draw(kNumbers.size())];
      break;
    case Aggregate::kMin:
    case Aggregate::kMax:
      definition.slot = kOrdered[draw(kOrdered.size())];
      break;
    case Aggregate::kDistinctCount:
    case Aggregate::kFirst:
    case Aggregate::kLast:
      definition.slot = kAny[draw(kAny.size())];
      break;
    default:
      break;
  }
  constexpr std::array<std::int64_t, 6> kWindows = {1, 7, 60, 400, 3'000, 1'000'000};
  definition.window_ms = kWindows[draw(kWindows.size())];
  if (chance(30)) definition.offset_ms = static_cast<std::int64_t>(1 + draw(300));
  definition.include_current = definition.offset_ms == 0 && chance(50);
  if (definition.aggregate == Aggregate::kFirstSeen) return definition;
  if (chance(60)) {
    definition.where_text = kConditions[draw(kConditions.size())];
    definition.where = compile(definition.where_text);
  }
  if (definition.aggregate == Aggregate::kShare) {
    definition.share_of_text = kConditions[draw(kConditions.size())];
    definition.share_of = compile(definition.share_of_text);
    if (chance(50)) definition.default_value = Value::real(0.0);
  }
  definition.exact_up_to = static_cast<std::uint32_t>(1 + draw(shape_.exact_most));
  constexpr std::array<std::uint32_t, 5> kOfLast = {1, 2, 5, 64, 1024};
  definition.of_last = kOfLast[draw(kOfLast.size())];
  return definition;
}

void Scenario::fill_event(std::int64_t time_ms) {
  event_.clear();
  event_.time_ms = time_ms;
  event_[kId] = Value::int64(static_cast<std::int64_t>(sequence_));
  event_[kAt] = Value::timestamp(time_ms / 1000, static_cast<std::uint32_t>(time_ms % 1000 * 1'000'000 +
                                                                            static_cast<std::int64_t>(draw(3)) * 1000));
  event_[kCard] = Value::string("card");
  const auto text = [this](const char* prefix, std::uint64_t number) {
    std::string name = prefix + std::to_string(number);
    if (number % 7 == 3) name += std::string(number % 300, 'x');
    return Value::string(event_.keep(name));
  };
  const auto whole = [this] {
    if (chance(2)) return chance(50) ? INT64_MAX - static_cast<std::int64_t>(draw(2)) : INT64_MIN;
    if (chance(10)) return -static_cast<std::int64_t>(draw(1'000'000'000'000));
    return static_cast<std::int64_t>(draw(shape_.values)) * 25;
  };
  const auto present = [this] { return !chance(12); };
  if (present()) event_[kAmount] = Value::money(whole(), 978);
  if (present()) {
    constexpr std::array<std::uint16_t, 4> kCurrencies = {978, 840, 392, 48};
    event_[kPrice] = Value::money(whole(), kCurrencies[chance(60) ? 0 : draw(kCurrencies.size())]);
  }
  if (present()) {
    constexpr std::array kScores = {0.0, -0.0, 0.0005, 0.0015, -0.0025, 1e300, 5e-324, 9.2e15, 0.1, 123456.7895};
    event_[kScore] =
        Value::real(chance(90) ? static_cast<double>(draw(shape_.values)) / 8 : kScores[draw(kScores.size())]);
  }
  if (present()) event_[kItems] = Value::int64(chance(95) ? static_cast<std::int64_t>(draw(8)) : whole());
  if (present()) event_[kOnline] = Value::boolean(chance(40));
  if (present()) {
    const auto code = static_cast<std::uint16_t>(draw(3));
    event_[kChannel] = Value::enumeration(schema_->fields[kChannel].enum_values[code], code);
  }
  if (present()) event_[kMerchant] = text("shop ", draw(shape_.values));
  if (present()) event_[kBooked] = Value::timestamp(static_cast<std::int64_t>(draw(shape_.values)) - 5, 125'000'000);
  event_[kSecret] = Value::string("not kept");
  event_.type = static_cast<std::uint32_t>(draw(2));
  event_[schema_->event_type_slot()] =
      Value::enumeration(schema_->event_types[event_.type].name, static_cast<std::uint16_t>(event_.type));
}

std::string Scenario::compare() {
  history::EntityHistory* const histories[] = {history_.get()};
  features_->evaluate(histories, cutoff_ms_, event_);
  for (std::uint32_t i = 0; i < shape_.features; ++i) {
    const Definition& definition = features_->definitions()[i];
    const ReferenceResult expected = reference_->evaluate(definition, event_, cutoff_ms_);
    const Value& found = event_[schema_->slot_count() + i];
    const bool approximate = (features_->approximate()[i / 64] >> i % 64 & 1) != 0;
    if (same(found, expected.value) && approximate == expected.approximate) continue;
    return "event " + std::to_string(sequence_) + " at " + std::to_string(event_.time_ms - kStartMs) + ": aggregate " +
           std::to_string(static_cast<int>(definition.aggregate)) + " of slot " +
           std::to_string(definition.slot.value_or(99)) + " window " + std::to_string(definition.window_ms) +
           " offset " + std::to_string(definition.offset_ms) + (definition.include_current ? " with itself" : "") +
           " where `" + definition.where_text + "` share of `" + definition.share_of_text + "` is " + shown(found) +
           ", not " + shown(expected.value);
  }
  return {};
}

void Scenario::append() {
  constexpr std::array kOutcomes = {"approve", "review", "decline"};
  event_[schema_->outcome_slot()] = Value::string(kOutcomes[draw(3)]);
  history::LabelEntry own;
  const history::LabelEntry* label = nullptr;
  if (shape_.inline_label && !chance(10)) {
    own = {chance(30), event_.time_ms + schema_->inline_label->delay_ms};
    label = &own;
  }
  history_->append(event_.slots(), event_.time_ms, sequence_, label);
  reference_->append(event_.slots(), event_.time_ms, sequence_, label);
  codec_->encode_row(event_.slots(), event_.time_ms, sequence_, label, stored_);
  rows_.emplace_back(event_.time_ms, sequence_);
  ++sequence_;
}

void Scenario::give_label() {
  const std::size_t recent = std::min<std::size_t>(rows_.size(), 60);
  const auto [time_ms, sequence] = rows_[rows_.size() - 1 - draw(chance(70) ? recent : rows_.size())];
  history::LabelEntry entry;
  entry.fraud = chance(50);
  switch (draw(4)) {
    case 0:
      entry.known_at_ms = time_ms + 40;
      break;  // as the record's own
    case 1:
      entry.known_at_ms = latest_ms_ - 30 + static_cast<std::int64_t>(draw(60));
      break;
    case 2:
      entry.known_at_ms = latest_ms_ + static_cast<std::int64_t>(draw(2'000));
      break;
    default:
      entry.known_at_ms = time_ms - 5;
      break;
  }
  const bool there = reference_->label(time_ms, sequence, entry);
  WEIR_CHECK(there, "the reference keeps every row");
  // The real history may have dropped the row already; then the label no longer matters.
  history_->label(time_ms, sequence, entry);
  codec_->encode_label(time_ms, sequence, entry, stored_);
}

std::string Scenario::restart() {
  const std::int64_t first_seen_ms = history_->first_seen_ms();
  history_ = std::make_unique<history::EntityHistory>(features_->layout(0));
  const Status status = codec_->decode_into(stored_, *history_);
  if (!status.ok()) return "a restart fails: " + status.error().message;
  if (history_->first_seen_ms() != first_seen_ms) return "a restart forgets when the entity was first seen";
  return {};
}

std::string Scenario::run() {
  const std::int64_t kept_ms = static_cast<std::int64_t>(200 + draw(5'000));
  for (std::uint32_t i = 0; i < shape_.events; ++i) {
    // Bursts of events of one millisecond, steps, and now and then a pause.
    if (!chance(30)) latest_ms_ += static_cast<std::int64_t>(chance(3) ? draw(500) : draw(6));
    std::int64_t time_ms = latest_ms_;
    if (chance(shape_.late_in_100)) time_ms -= static_cast<std::int64_t>(draw(chance(80) ? 60 : 3'000));
    fill_event(time_ms);
    if (chance(shape_.queried_in_100)) {
      if (std::string difference = compare(); !difference.empty()) return difference;
    }
    append();
    while (chance(shape_.label_in_100)) give_label();
    if (shape_.eviction && chance(5)) {
      cutoff_ms_ = std::max(cutoff_ms_, latest_ms_ - kept_ms);
      history_->evict(cutoff_ms_);
    }
    if (shape_.restarts && draw(shape_.events) < 3) {
      if (std::string fault = restart(); !fault.empty()) return fault;
    }
    if (draw(shape_.events) < 4 || i + 1 == shape_.events) {
      const Status status = history::verify(*history_);
      if (!status.ok()) return "event " + std::to_string(sequence_) + ": " + status.error().message;
    }
  }
  return {};
}

}  // namespace weir::features
