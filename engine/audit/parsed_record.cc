#include "engine/audit/parsed_record.h"

#include <simdjson.h>

#include <optional>

#include "engine/audit/value_json.h"
#include "engine/base/base64.h"
#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/base/decimal.h"

namespace weir::audit {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kRecordStart = "{\"record\":";
constexpr std::string_view kLeafStart = ",\"leaf\":\"";

Error bad(const std::string& what) { return {"not an audit record: " + what}; }

// Reads members of one object; the first member that is missing or of another type is remembered.
class Members {
 public:
  explicit Members(dom::object object) : object_(object) {}

  template <class T>
  T get(std::string_view name) {
    T value{};
    if (object_[name].get(value) != simdjson::SUCCESS && fault_.empty()) fault_ = name;
    return value;
  }
  std::string text(std::string_view name) { return std::string(get<std::string_view>(name)); }
  // Out of range, the clock's arithmetic and ISO 8601 would have no answer.
  std::int64_t time_ms(std::string_view name) {
    const auto time = get<std::int64_t>(name);
    if (time >= kMinTimeMs && time <= kMaxTimeMs) return time;
    if (fault_.empty()) fault_ = name;
    return 0;
  }
  // An object or array that is not there can't even be looked at: hence optional.
  std::optional<dom::object> object(std::string_view name) { return container<dom::object>(name); }
  std::optional<dom::array> array(std::string_view name) { return container<dom::array>(name); }
  Status status() const {
    if (fault_.empty()) return {};
    return bad("member \"" + fault_ + "\" is missing or of another type");
  }

 private:
  template <class T>
  std::optional<T> container(std::string_view name) {
    T value;
    if (object_[name].get(value) == simdjson::SUCCESS) return value;
    if (fault_.empty()) fault_ = name;
    return std::nullopt;
  }

  dom::object object_;
  std::string fault_;
};

std::string element_text(dom::element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return value.is_null() ? "-" : std::string(simdjson::minify(value));
}

std::vector<std::string> texts(const std::optional<dom::array>& array) {
  std::vector<std::string> found;
  if (!array) return found;
  for (const auto item : *array) found.push_back(element_text(item));
  return found;
}

std::optional<Kind> kind_by_name(std::string_view name) {
  for (const auto kind : {Kind::kStart, Kind::kPolicy, Kind::kTransaction, Kind::kDuplicate, Kind::kDeadLetter,
                          Kind::kLabel, Kind::kList}) {
    if (kind_name(kind) == name) return kind;
  }
  return std::nullopt;
}

std::optional<event::RejectReason> reason_by_name(std::string_view name) {
  for (std::size_t i = 0; i < event::kRejectReasonCount; ++i) {
    const auto reason = static_cast<event::RejectReason>(i);
    if (event::reject_reason_name(reason) == name) return reason;
  }
  return std::nullopt;
}

Status read_input(dom::object object, ParsedRecord& out) {
  Members members(object);
  out.has_input = true;
  out.topic = members.text("topic");
  out.input.partition = static_cast<std::int32_t>(members.get<std::int64_t>("partition"));
  out.input.offset = members.get<std::int64_t>("offset");
  out.input.previous = members.get<std::int64_t>("previous");
  const auto digest = members.get<std::string_view>("sha256");
  if (auto status = members.status(); !status) return status;
  if (!parse_hex(digest, out.input.digest)) return bad("input.sha256 is not a SHA-256");
  out.input.topic = out.topic;
  return {};
}

Status read_label(Members& members, ParsedRecord& out) {
  const auto label = members.get<std::string_view>("label");
  if (auto status = members.status(); !status) return status;
  if (label != "fraud" && label != "honest") return bad("a label is neither fraud nor honest");
  out.fraud = label == "fraud";
  return {};
}

Result<std::pair<std::string, book::ListEntry>> read_entry(dom::element item) {
  dom::object object;
  if (item.get(object) != simdjson::SUCCESS) return bad("an entry of a list is not an object");
  Members members(object);
  std::pair<std::string, book::ListEntry> out;
  out.first = members.text("value");
  out.second.reason = members.text("reason");
  out.second.author = members.text("author");
  if (object["expires_ms"].error() == simdjson::SUCCESS) out.second.expires_ms = members.time_ms("expires_ms");
  if (object["rules"].error() == simdjson::SUCCESS) out.second.rules = texts(members.array("rules"));
  if (auto status = members.status(); !status) return status.error();
  return out;
}

Status read_list(Members& members, ParsedRecord& out) {
  out.list = members.text("list");
  const auto put = members.array("put");
  out.list_delta.removed = texts(members.array("removed"));
  if (auto status = members.status(); !status) return status;
  for (const auto item : *put) {
    auto entry = read_entry(item);
    if (!entry) return entry.error();
    out.list_delta.put.push_back(*std::move(entry));
  }
  return {};
}

Status read_policy(Members& members, dom::object record, ParsedRecord& out) {
  if (record["role"].error() == simdjson::SUCCESS) {
    if (members.text("role") != "shadow") return bad("there is no such role of a policy");
    out.shadow = true;
  }
  out.policy = members.text("policy");
  out.time_zones = members.text("time_zones");
  if (record["parts"].error() == simdjson::SUCCESS) {
    const auto part = members.get<std::uint64_t>("part");
    const auto parts = members.get<std::uint64_t>("parts");
    if (part < 1 || part > parts || parts < 2 || parts > UINT32_MAX) return bad("there is no such part of a policy");
    out.part = static_cast<std::uint32_t>(part);
    out.parts = static_cast<std::uint32_t>(parts);
  }
  dom::object files;
  if (record["files"].get(files) != simdjson::SUCCESS) return bad("member \"files\" is missing");
  for (const auto file : files) {
    std::string_view text;
    if (file.value.get(text) == simdjson::SUCCESS) {
      out.files.push_back({std::string(file.key), std::string(text)});
      continue;
    }
    if (file.value["base64"].get(text) != simdjson::SUCCESS) return bad("a policy file is neither text nor base64");
    auto bytes = decode_base64(text);
    if (!bytes) return bad("the base64 of a policy file is damaged");
    out.files.push_back({std::string(file.key), std::move(*bytes)});
  }
  return members.status();
}

std::vector<NamedText> named_texts(const std::optional<dom::object>& object) {
  std::vector<NamedText> texts;
  if (!object) return texts;
  for (const auto member : *object) texts.push_back({std::string(member.key), element_text(member.value)});
  return texts;
}

Status read_model(Members& members, ModelDetails& out) {
  const auto object = members.object("model");
  if (!object) return members.status();
  Members model(*object);
  out.sha256 = model.text("sha256");
  auto inputs = decode_base64(model.text("inputs"));
  if (!inputs) return bad("the base64 of the model's inputs is damaged");
  out.inputs = std::move(*inputs);
  out.logit = model.get<std::int64_t>("logit");
  out.probability = model.get<std::int64_t>("probability");
  if ((*object)["contributions"].error() == simdjson::SUCCESS) {
    const auto contributions = model.array("contributions");
    if (auto status = model.status(); !status) return status;
    for (const auto item : *contributions) {
      dom::object each;
      if (item.get(each) != simdjson::SUCCESS) return bad("a contribution is not an object");
      Members part(each);
      out.contributions.push_back({std::string(part.text("name")), part.get<std::int64_t>("logit")});
      if (auto status = part.status(); !status) return status;
    }
  }
  return model.status();
}

// Verdicts and outcome, of a record or of the shadow in it.
Status read_judged(dom::object object, bool with_values, JudgedDetails& out) {
  Members members(object);
  out.policy = members.text("policy");
  out.outcome = members.text("outcome");
  out.score = members.get<std::int64_t>("score");
  out.reasons = texts(members.array("reasons"));
  const auto verdicts = members.object("verdicts");
  const auto rules = members.array("rules");
  if (auto status = members.status(); !status) return status;
  Members counts(*verdicts);
  out.rule_count = static_cast<std::size_t>(counts.get<std::uint64_t>("rules"));
  if (auto status = counts.status(); !status) return status;
  for (const auto item : *rules) {
    dom::object each;
    if (item.get(each) != simdjson::SUCCESS) return bad("a rule's verdict is not an object");
    Members rule(each);
    auto& verdict = out.rules.emplace_back();
    verdict.rule = rule.text("rule");
    if (each["suppressed_by"].error() == simdjson::SUCCESS) verdict.suppressed_by = rule.text("suppressed_by");
    verdict.shadow = each["mode"].error() == simdjson::SUCCESS;
    if (with_values) verdict.values = named_texts(rule.object("values"));
    dom::element outcome;
    if (each["verdict"].get(outcome) != simdjson::SUCCESS) return bad("a rule has no verdict");
    verdict.verdict = element_text(outcome);
    if (auto status = rule.status(); !status) return status;
  }
  if (object["model"].error() != simdjson::SUCCESS) return {};
  return read_model(members, out.model.emplace());
}

Status read_alert(Members& members, dom::object record, TransactionDetails& out) {
  if (record["control"].error() == simdjson::SUCCESS) out.control = members.text("control");
  if (record["alert"].error() != simdjson::SUCCESS) return {};
  const auto object = members.object("alert");
  if (!object) return members.status();
  Members alert(*object);
  out.alert_case = alert.text("case");
  out.alert_repeated = alert.get<bool>("repeated");
  out.repeated_rules = texts(alert.array("repeated_rules"));
  return alert.status();
}

Status read_kind(Members& members, dom::object record, ParsedRecord& out) {
  switch (out.kind) {
    case Kind::kTransaction: {
      out.policy = members.text("policy");
      out.outcome = members.text("outcome");
      out.score = members.get<std::int64_t>("score");
      const auto object = members.object("event");
      if (!object) break;
      Members event(*object);
      out.event_id = event.text("id");
      if (auto status = event.status(); !status) return status;
      break;
    }
    case Kind::kDuplicate:
      out.event_id = members.text("event_id");
      out.first_sequence = members.get<std::uint64_t>("first_sequence");
      break;
    case Kind::kDeadLetter: {
      const auto reason = reason_by_name(members.get<std::string_view>("reason"));
      if (!reason) return bad("unknown dead-letter reason");
      out.reject.reason = *reason;
      out.reject.field = members.text("field");
      out.reject.byte_offset = members.get<std::uint64_t>("byte_offset");
      out.reject.detail = members.text("detail");
      break;
    }
    case Kind::kLabel:
      out.event_id = members.text("event_id");
      out.known_at_ms = members.time_ms("known_at_ms");
      return read_label(members, out);
    case Kind::kList:
      return read_list(members, out);
    case Kind::kStart:
      out.policy = members.text("policy");
      out.token_key_id = members.text("token_key");
      out.clock = members.text("clock");
      out.empty_memory = members.get<bool>("empty_memory");
      break;
    case Kind::kPolicy:
      return read_policy(members, record, out);
  }
  return members.status();
}

std::optional<Value> money_value(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto currency = currency_by_code(text.substr(space + 1));
  if (!currency) return std::nullopt;
  const auto amount = parse_decimal(text.substr(0, space), currency->exponent);
  if (!amount) return std::nullopt;
  return Value::money(*amount, currency->numeric);
}

std::optional<Value> string_value(const event::Field& field, std::string_view text, event::Event& event) {
  switch (field.type) {
    case event::FieldType::kString:
      return Value::string(event.keep(text));
    case event::FieldType::kMoney: {
      const auto money = money_value(text);
      return money && field.currency != 0 && money->currency() != field.currency ? std::nullopt : money;
    }
    case event::FieldType::kTimestamp: {
      const auto time = parse_iso8601_ms(text, false);
      if (!time) return std::nullopt;
      return Value::timestamp_ms(*time);
    }
    case event::FieldType::kEnum:
      for (std::size_t code = 0; code < field.enum_values.size(); ++code) {
        if (field.enum_values[code] == text) {
          return Value::enumeration(field.enum_values[code], static_cast<std::uint16_t>(code));
        }
      }
      return std::nullopt;
    case event::FieldType::kInt64:  // a personal number is a token
      if (field.personal) return Value::string(event.keep(text));
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::optional<Value> field_value(const event::Field& field, dom::element json, event::Event& event) {
  std::string_view text;
  if (json.get(text) == simdjson::SUCCESS) return string_value(field, text, event);
  bool boolean = false;
  if (field.type == event::FieldType::kBool && json.get(boolean) == simdjson::SUCCESS) return Value::boolean(boolean);
  std::int64_t integer = 0;
  if (field.type == event::FieldType::kInt64 && json.get(integer) == simdjson::SUCCESS) return Value::int64(integer);
  double real = 0;
  if (field.type == event::FieldType::kDouble && json.get(real) == simdjson::SUCCESS) return Value::real(real);
  return std::nullopt;
}

}  // namespace

struct RecordReader::State {
  dom::parser parser;
  dom::element root;
  Sha256 sha256;
};

RecordReader::RecordReader() : state_(std::make_unique<State>()) {}
RecordReader::~RecordReader() = default;

Status RecordReader::read(std::string_view json, ParsedRecord& out) {
  out = {};
  const auto leaf_at = json.rfind(kLeafStart);
  if (!json.starts_with(kRecordStart) || leaf_at == std::string_view::npos) return bad("it has no record and leaf");
  out.hashed_part = json.substr(kRecordStart.size(), leaf_at - kRecordStart.size());

  if (const auto error = state_->parser.parse(json.data(), json.size()).get(state_->root)) {
    return bad(simdjson::error_message(error));
  }
  dom::object root;
  if (state_->root.get(root) != simdjson::SUCCESS) return bad("it is not an object");
  Members envelope(root);
  const auto record = envelope.object("record");
  const auto leaf = envelope.get<std::string_view>("leaf");
  const auto engine_object = envelope.object("engine");
  if (auto status = envelope.status(); !status) return status;
  Members engine(*engine_object);
  out.engine = engine.text("id");
  out.generation = engine.get<std::uint64_t>("generation");
  if (auto status = engine.status(); !status) return status;
  if (!parse_hex(leaf, out.leaf)) return bad("leaf is not a SHA-256");
  if (leaf_hash(out.hashed_part, state_->sha256) != out.leaf) {
    return Error{"audit record was altered: its leaf is not the hash of its content"};
  }

  Members members(*record);
  const auto version = members.get<std::int64_t>("v");
  out.semantics = static_cast<int>(members.get<std::int64_t>("semantics"));
  const auto kind = kind_by_name(members.get<std::string_view>("kind"));
  out.head.shard = static_cast<std::uint32_t>(members.get<std::uint64_t>("shard"));
  out.head.sequence = members.get<std::uint64_t>("sequence");
  out.head.clock_ms = members.time_ms("clock_ms");
  if (auto status = members.status(); !status) return status;
  if (version != kRecordVersion) return bad("version " + std::to_string(version) + " is not known");
  if (!kind) return bad("its kind is not known");
  out.kind = *kind;
  if (out.kind != Kind::kStart && out.kind != Kind::kPolicy && out.kind != Kind::kList) {
    const auto input = members.object("input");
    if (!input) return members.status();
    if (auto status = read_input(*input, out); !status) return status;
  }
  return read_kind(members, *record, out);
}

Status RecordReader::fill_event(const event::Schema& schema, event::Event& event) {
  event.clear();
  dom::object object;
  if (state_->root["record"]["event"].get(object) != simdjson::SUCCESS) return bad("it has no event");
  Members members(object);
  const auto id = members.get<std::string_view>("id");
  const auto type = members.get<std::string_view>("type");
  event.time_ms = members.time_ms("time_ms");
  const auto fields = members.object("fields");
  if (auto status = members.status(); !status) return status;
  event.id = event.keep(id);
  bool known_type = false;
  for (std::uint32_t i = 0; i < schema.event_types.size(); ++i) {
    if (schema.event_types[i].name != type) continue;
    event.type = i;
    known_type = true;
  }
  if (!known_type) return bad("event type \"" + std::string(type) + "\" is not in the schema");
  event[schema.event_type_slot()] =
      Value::enumeration(schema.event_types[event.type].name, static_cast<std::uint16_t>(event.type));
  for (const auto member : *fields) {
    const auto slot = schema.find(member.key);
    if (!slot) return bad("field \"" + std::string(member.key) + "\" is not in the schema");
    const auto value = field_value(schema.fields[*slot], member.value, event);
    if (!value) return bad("field \"" + std::string(member.key) + "\" is not of its type");
    event[*slot] = *value;
  }
  const auto& time = event[schema.time_slot];
  if (!time.is(ValueKind::kTimestamp) || time.as_ms() != event.time_ms) return bad("its time is not its time field's");
  if (value_text(event[schema.id_slot]) != event.id) return bad("its id is not its id field's");
  return {};
}

Result<TransactionDetails> RecordReader::details() const {
  dom::object record;
  if (state_->root["record"].get(record) != simdjson::SUCCESS) return bad("it has no record");
  Members members(record);
  const auto event_object = members.object("event");
  if (!event_object) return members.status().error();
  Members event(*event_object);
  TransactionDetails details;
  details.type = event.text("type");
  details.time_ms = event.get<std::int64_t>("time_ms");
  details.fields = named_texts(event.object("fields"));
  details.flags = texts(members.array("flags"));
  details.features = named_texts(members.object("features"));
  details.approximate = texts(members.array("approximate"));
  if (auto status = read_alert(members, record, details); !status) return status.error();
  if (auto status = members.status(); !status) return status.error();
  if (auto status = event.status(); !status) return status.error();
  if (auto status = read_judged(record, true, details); !status) return status.error();
  dom::object shadow;
  if (record["shadow"].get(shadow) != simdjson::SUCCESS) return details;
  if (auto status = read_judged(shadow, true, details.shadow.emplace()); !status) return status.error();
  return details;
}

Result<std::optional<JudgedDetails>> RecordReader::judged(bool shadow) const {
  dom::object record;
  if (state_->root["record"].get(record) != simdjson::SUCCESS) return bad("it has no record");
  if (shadow && record["shadow"].get(record) != simdjson::SUCCESS) return std::optional<JudgedDetails>();
  JudgedDetails details;
  if (auto status = read_judged(record, false, details); !status) return status.error();
  return std::optional(std::move(details));
}

}  // namespace weir::audit
