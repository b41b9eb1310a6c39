#include "tests/rules/cel/conformance_values.h"

#include <charconv>
#include <map>
#include <utility>

#include "rules/cel/collection.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::string spelled(const Json& json) { return simdjson::minify(json); }

}  // namespace

bool has_member(const Json& parent, std::string_view key) { return parent[key].error() == simdjson::SUCCESS; }

std::vector<Json> one_or_more(const Json& parent, std::string_view key) {
  Json member;
  if (parent[key].get(member) != simdjson::SUCCESS) return {};
  simdjson::dom::array array;
  if (member.get(array) != simdjson::SUCCESS) return {member};
  return {array.begin(), array.end()};
}

std::string text_of(const Json& parent, std::string_view key) {
  std::string_view text;
  return parent[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

Value ConformanceValues::malformed(std::string what) {
  if (fault_.empty()) fault_ = std::move(what);
  return Value::null();
}

Value ConformanceValues::protobuf(const std::string& what) {
  if (test_.needs_protobuf.empty()) test_.needs_protobuf = what;
  return Value::null();
}

Value ConformanceValues::value(const Json& json) {
  simdjson::dom::object object;
  if (json.get(object) != simdjson::SUCCESS || object.size() != 1) return malformed("not a value: " + spelled(json));
  const auto member = *object.begin();
  const std::string_view kind = member.key;
  const Json content = member.value;
  bool truth = false;
  std::string_view text;
  if (kind == "null_value") return Value::null();
  if (kind == "bool_value" && content.get(truth) == simdjson::SUCCESS) return Value::boolean(truth);
  if (kind == "int64_value") return Value::int64(number<std::int64_t>(content));
  if (kind == "uint64_value") return Value::uint64(number<std::uint64_t>(content));
  if (kind == "double_value") return Value::real(number<double>(content));
  if (kind == "bytes_value") return Value::bytes(bytes(content));
  if (kind == "string_value" && content.get(text) == simdjson::SUCCESS) return Value::string(keep(std::string(text)));
  if (kind == "type_value" && content.get(text) == simdjson::SUCCESS) return type_value(text);
  if (kind == "list_value") return list(content);
  if (kind == "map_value") return map(content);
  if (kind == "object_value") return message(content);
  if (kind == "enum_value") return protobuf("a value of an enum");
  return malformed("not a value: " + spelled(json));
}

// {"$num": "-1"}, or a text such as "Infinity".
template <class Number>
Number ConformanceValues::number(const Json& json) {
  std::string_view text;
  if (json.get(text) != simdjson::SUCCESS && json["$num"].get(text) != simdjson::SUCCESS) text = {};
  Number out{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) {
    malformed("not a number of that type: " + spelled(json));
  }
  return out;
}

std::string_view ConformanceValues::bytes(const Json& json) {
  std::string_view text;
  if (json.get(text) == simdjson::SUCCESS) return keep(std::string(text));
  const auto hex = text_of(json, "$bytes_hex");
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int byte = 0;
    const char* const end = hex.data() + i + 2;
    if (i + 2 > hex.size() || std::from_chars(hex.data() + i, end, byte, 16).ptr != end) {
      malformed("not bytes: " + spelled(json));
      break;
    }
    out.push_back(static_cast<char>(byte));
  }
  if (!has_member(json, "$bytes_hex")) malformed("not bytes: " + spelled(json));
  return keep(std::move(out));
}

Value ConformanceValues::list(const Json& json) {
  std::vector<Value> cells;
  for (const auto& item : one_or_more(json, "values")) cells.push_back(value(item));
  return make_list(test_.storage->cells.emplace_back(std::move(cells)));
}

Value ConformanceValues::map(const Json& json) {
  std::vector<Value> cells;
  for (const auto& entry : one_or_more(json, "entries")) {
    if (!has_member(entry, "key") || !has_member(entry, "value")) return malformed("not an entry: " + spelled(entry));
    cells.push_back(value(entry["key"]));
    cells.push_back(value(entry["value"]));
  }
  return make_map(test_.storage->cells.emplace_back(std::move(cells)));
}

// Times are messages in protobuf; no other message is a value here.
Value ConformanceValues::message(const Json& json) {
  simdjson::dom::object object;
  if (json.get(object) != simdjson::SUCCESS || object.size() != 1) return malformed("not a message: " + spelled(json));
  const auto member = *object.begin();
  const std::string_view name = member.key;
  const Json fields = member.value;
  const bool is_time = name.ends_with("/google.protobuf.Timestamp]");
  if (!is_time && !name.ends_with("/google.protobuf.Duration]")) {
    return protobuf("a message " + std::string(name));
  }
  std::int64_t seconds = has_member(fields, "seconds") ? number<std::int64_t>(fields["seconds"]) : 0;
  std::int64_t nanos = has_member(fields, "nanos") ? number<std::int64_t>(fields["nanos"]) : 0;
  if (nanos <= -kNanosPerSecond || nanos >= kNanosPerSecond) return malformed("not a time: " + spelled(json));
  if (nanos < 0) {
    --seconds;
    nanos += kNanosPerSecond;
  }
  const auto fraction = static_cast<std::uint32_t>(nanos);
  return is_time ? Value::timestamp(seconds, fraction) : Value::duration(seconds, fraction);
}

Value ConformanceValues::type_value(std::string_view name) {
  for (int kind = 0; kind <= static_cast<int>(TypeKind::kOptional); ++kind) {
    if (type_kind_name(static_cast<TypeKind>(kind)) == name) return make_type(static_cast<TypeKind>(kind));
  }
  return protobuf("the type " + std::string(name));
}

Type ConformanceValues::type(const Json& json) {
  static const std::map<std::string, TypeKind, std::less<>> kNamed{
      {"BOOL", TypeKind::kBool},           {"INT64", TypeKind::kInt},
      {"UINT64", TypeKind::kUint},         {"DOUBLE", TypeKind::kDouble},
      {"STRING", TypeKind::kString},       {"BYTES", TypeKind::kBytes},
      {"TIMESTAMP", TypeKind::kTimestamp}, {"google.protobuf.Timestamp", TypeKind::kTimestamp},
      {"DURATION", TypeKind::kDuration},   {"google.protobuf.Duration", TypeKind::kDuration}};
  const auto name = text_of(json, "primitive") + text_of(json, "well_known") + text_of(json, "message_type");
  if (const auto at = kNamed.find(name); at != kNamed.end()) return Type::simple(at->second);
  if (has_member(json, "null")) return Type::simple(TypeKind::kNull);
  if (has_member(json, "dyn")) return Type::dyn();
  if (has_member(json, "type")) return Type::simple(TypeKind::kType);
  if (has_member(json, "list_type") && has_member(json["list_type"], "elem_type")) {
    return Type::list(type(json["list_type"]["elem_type"]));
  }
  if (has_member(json, "map_type") && has_member(json["map_type"], "key_type") &&
      has_member(json["map_type"], "value_type")) {
    return Type::map(type(json["map_type"]["key_type"]), type(json["map_type"]["value_type"]));
  }
  if (has_member(json, "type_param")) return Type::parameter(text_of(json, "type_param"));
  if (has_member(json, "abstract_type")) return abstract(json["abstract_type"]);
  if (has_member(json, "wrapper")) {
    protobuf("the wrapper type of " + text_of(json, "wrapper"));
  } else if (!name.empty()) {
    protobuf("the type " + name);
  } else {
    malformed("not a type: " + spelled(json));
  }
  return Type::dyn();
}

Type ConformanceValues::abstract(const Json& json) {
  std::vector<Type> parameters;
  for (const auto& parameter : one_or_more(json, "parameter_types")) parameters.push_back(type(parameter));
  const auto name = text_of(json, "name");
  if (name == "optional_type" && parameters.size() == 1) return Type::optional(parameters[0]);
  return Type::abstract(name, std::move(parameters));
}

FunctionDeclaration ConformanceValues::function(const Json& overload, std::string name) {
  FunctionDeclaration out{std::move(name), {}, Type::dyn()};
  if (!has_member(overload, "result_type")) {
    malformed("a function without a result: " + spelled(overload));
    return out;
  }
  out.result = type(overload["result_type"]);
  for (const auto& parameter : one_or_more(overload, "params")) out.parameters.push_back(type(parameter));
  return out;
}

}  // namespace weir::cel
