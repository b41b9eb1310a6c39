// The cases of CEL's own conformance suite that need no protobuf message.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "rules/cel/collection.h"
#include "rules/cel/program.h"
#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {
namespace {

using simdjson::dom::element;

// How many cases of each file pass.
const std::map<std::string, int, std::less<>> kFiles{
    {"basic", 34},     {"bindings_ext", 6}, {"block_ext", 18},      {"comparisons", 261}, {"conversions", 85},
    {"fields", 46},    {"fp_math", 24},     {"integer_math", 52},   {"lists", 33},        {"logic", 22},
    {"macros", 38},    {"macros2", 37},     {"math_ext", 162},      {"string_ext", 173},  {"encoders_ext", 3},
    {"namespace", 11}, {"optionals", 43},   {"type_deduction", 20}, {"parse", 149},       {"plumbing", 4},
    {"string", 38},    {"timestamps", 58},
};

// A member that the file writes as one object or as an array of them.
std::vector<element> one_or_more(const element& parent, std::string_view key) {
  element member;
  if (parent[key].get(member) != simdjson::SUCCESS) return {};
  simdjson::dom::array array;
  if (member.get(array) != simdjson::SUCCESS) return {member};
  return {array.begin(), array.end()};
}

std::string text_of(const element& parent, std::string_view key) {
  std::string_view text;
  return parent[key].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

bool flag(const element& parent, std::string_view key) {
  bool value = false;
  return parent[key].get(value) == simdjson::SUCCESS && value;
}

bool has_key(const element& parent, std::string_view key) { return parent[key].error() == simdjson::SUCCESS; }

// The values and types of the file, built into storage that lives as long as the reader.
class CaseReader {
 public:
  bool understood() const { return understood_; }

  Value value(const element& json) {
    simdjson::dom::object object;
    if (json.get(object) != simdjson::SUCCESS || object.size() != 1) return unknown();
    const auto field = *object.begin();
    const std::string_view kind = field.key;
    if (kind == "null_value") return Value::null();
    if (kind == "bool_value") return Value::boolean(bool(field.value));
    if (kind == "int64_value") return Value::int64(std::strtoll(number(field.value).c_str(), nullptr, 10));
    if (kind == "uint64_value") return Value::uint64(std::strtoull(number(field.value).c_str(), nullptr, 10));
    if (kind == "double_value") return Value::real(std::strtod(number(field.value).c_str(), nullptr));
    if (kind == "string_value") return Value::string(keep(std::string(std::string_view(field.value))));
    if (kind == "bytes_value") return Value::bytes(bytes(field.value));
    if (kind == "list_value") return list(field.value);
    if (kind == "map_value") return map(field.value);
    if (kind == "type_value") return type_value(std::string_view(field.value));
    if (kind == "object_value") return message(field.value);
    return unknown();
  }

  Type type(const element& json) {
    const auto primitive = text_of(json, "primitive");
    static const std::map<std::string, TypeKind, std::less<>> kPrimitives{
        {"BOOL", TypeKind::kBool},     {"INT64", TypeKind::kInt},     {"UINT64", TypeKind::kUint},
        {"DOUBLE", TypeKind::kDouble}, {"STRING", TypeKind::kString}, {"BYTES", TypeKind::kBytes}};
    if (const auto at = kPrimitives.find(primitive); at != kPrimitives.end()) return Type::simple(at->second);
    if (has_key(json, "null")) return Type::simple(TypeKind::kNull);
    if (has_key(json, "dyn")) return Type::dyn();
    if (has_key(json, "list_type")) return Type::list(type(json["list_type"]["elem_type"]));
    if (has_key(json, "map_type"))
      return Type::map(type(json["map_type"]["key_type"]), type(json["map_type"]["value_type"]));
    if (has_key(json, "type_param")) return Type::parameter(text_of(json, "type_param"));
    if (has_key(json, "abstract_type")) return abstract(json["abstract_type"]);
    const auto name = text_of(json, "message_type") + text_of(json, "well_known");
    if (name == "google.protobuf.Timestamp" || name == "TIMESTAMP") return Type::simple(TypeKind::kTimestamp);
    if (name == "google.protobuf.Duration" || name == "DURATION") return Type::simple(TypeKind::kDuration);
    understood_ = false;
    return Type::dyn();
  }

  FunctionDeclaration function(const element& json, std::string name) {
    FunctionDeclaration out{std::move(name), {}, type(json["result_type"])};
    for (const auto& parameter : one_or_more(json, "params")) out.parameters.push_back(type(parameter));
    return out;
  }

 private:
  Value unknown() {
    understood_ = false;
    return Value::null();
  }
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  static std::string number(const element& json) {
    std::string_view text;
    if (json.get(text) == simdjson::SUCCESS) return std::string(text);  // "Infinity", "NaN"
    return text_of(json, "$num");
  }

  std::string_view bytes(const element& json) {
    std::string_view text;
    if (json.get(text) == simdjson::SUCCESS) return keep(std::string(text));
    const auto hex = text_of(json, "$bytes_hex");
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
      out.push_back(static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16)));
    }
    return keep(std::move(out));
  }

  Value list(const element& json) {
    std::vector<Value> cells;
    for (const auto& item : one_or_more(json, "values")) cells.push_back(value(item));
    return make_list(cells_.emplace_back(std::move(cells)));
  }

  Value map(const element& json) {
    std::vector<Value> cells;
    for (const auto& entry : one_or_more(json, "entries")) {
      cells.push_back(value(entry["key"]));
      cells.push_back(value(entry["value"]));
    }
    return make_map(cells_.emplace_back(std::move(cells)));
  }

  Type abstract(const element& json) {
    std::vector<Type> parameters;
    for (const auto& parameter : one_or_more(json, "parameter_types")) parameters.push_back(type(parameter));
    const auto name = text_of(json, "name");
    if (name == "optional_type" && parameters.size() == 1) return Type::optional(parameters[0]);
    return Type::abstract(name, std::move(parameters));
  }

  // A timestamp or duration is the only message that a value may be.
  Value message(const element& json) {
    const simdjson::dom::object members = json;
    for (const auto& [name, fields] : members) {
      std::int64_t seconds =
          has_key(fields, "seconds") ? std::strtoll(number(fields["seconds"]).c_str(), nullptr, 10) : 0;
      std::int64_t nanos = has_key(fields, "nanos") ? std::strtoll(number(fields["nanos"]).c_str(), nullptr, 10) : 0;
      if (nanos < 0) --seconds, nanos += 1'000'000'000;
      if (name.ends_with("google.protobuf.Timestamp]")) {
        return Value::timestamp(seconds, static_cast<std::uint32_t>(nanos));
      }
      if (name.ends_with("google.protobuf.Duration]")) {
        return Value::duration(seconds, static_cast<std::uint32_t>(nanos));
      }
    }
    return unknown();
  }

  Value type_value(std::string_view name) {
    for (int kind = 0; kind <= static_cast<int>(TypeKind::kOptional); ++kind) {
      if (type_kind_name(static_cast<TypeKind>(kind)) == name) return make_type(static_cast<TypeKind>(kind));
    }
    return unknown();
  }

  std::deque<std::string> texts_;
  std::deque<std::vector<Value>> cells_;
  bool understood_ = true;
};

struct Count {
  std::map<std::string, int, std::less<>> passed;
  int refused = 0;  // what the language doesn't have
  int skipped = 0;  // what needs protobuf
  std::vector<std::string> failures;
};

bool declare_names(const element& test, CaseReader& reader, World& world) {
  world.environment().set_container(text_of(test, "container"));
  std::map<std::string, Value> bound;
  for (const auto& binding : one_or_more(test, "bindings")) {
    bound[text_of(binding, "key")] = reader.value(binding["value"]["value"]);
  }
  for (const auto& declaration : one_or_more(test, "type_env")) {
    const auto name = text_of(declaration, "name");
    if (has_key(declaration, "function")) {
      for (const auto& overload : one_or_more(declaration["function"], "overloads")) {
        world.environment().declare(reader.function(overload, name));
      }
      continue;
    }
    if (!has_key(declaration, "ident")) return false;
    if (is_reserved_word(name)) continue;  // the suite declares `true` to see that it can't be done
    const Type type = reader.type(declaration["ident"]["type"]);
    world.with(name, type, bound.contains(name) ? bound[name] : Value::absent());
  }
  for (const auto& [name, value] : bound) {
    if (is_reserved_word(name) || world.environment().find(name) != nullptr) continue;
    world.with(name, Type::dyn(), value);
  }
  return reader.understood();
}

// Empty if the case passes; "refused" for what the language doesn't have; else what is wrong.
std::string verdict(const element& test, CaseReader& reader, const World& world) {
  const auto expression = text_of(test, "expr");
  const auto checking = flag(test, "disable_check") ? Checking::kDynamic : Checking::kStrict;
  const bool wants_error = has_key(test, "eval_error");
  const auto result = world.result(expression, checking);
  if (result.starts_with("issues: ")) {
    if (result.find("supported yet") != std::string::npos) return "refused";
    // A literal that no evaluation could read is refused before any.
    return wants_error && result.find("this is not a ") != std::string::npos ? "" : result;
  }
  if (has_key(test, "typed_result")) {
    const auto program = compile(expression, {nullptr, 1, 1, 1}, world.environment(), Type::dyn(), checking);
    const Type wanted = reader.type(test["typed_result"]["deduced_type"]);
    if (!(program->type() == wanted)) return "deduced " + program->type().name() + ", wanted " + wanted.name();
  }
  if (flag(test, "check_only")) return "";
  Value wanted = Value::boolean(true);
  if (has_key(test, "typed_result")) wanted = reader.value(test["typed_result"]["result"]);
  if (has_key(test, "value")) wanted = reader.value(test["value"]);
  const auto expected = to_text(reference_from(wanted));
  if (wants_error ? result.starts_with("error ") : result == expected) return "";
  return "got " + result + ", wanted " + (wants_error ? "an error" : expected);
}

void run_case(const element& test, Count& count) {
  const auto file = text_of(test, "file");
  CaseReader reader;
  World world;
  if (!flag(test, "core_no_proto") && text_of(test, "file") != "timestamps") {
    ++count.skipped;
    return;
  }
  if (!declare_names(test, reader, world)) {
    ++count.skipped;
    return;
  }
  const auto problem = verdict(test, reader, world);
  if (!reader.understood()) {
    ++count.skipped;
  } else if (problem.empty()) {
    ++count.passed[file];
  } else if (problem == "refused") {
    ++count.refused;
  } else {
    count.failures.push_back(file + "/" + text_of(test, "section") + "/" + text_of(test, "name") + ": " +
                             text_of(test, "expr") + "\n  " + problem);
  }
}

std::filesystem::path data_folder() {
  if (const char* data = std::getenv("WEIR_DATA")) return data;
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / "../shared/data";
}

TEST(Conformance, TheStandardLanguagePassesWhateverItIsGiven) {
  const auto file = data_folder() / "cel" / "conformance.jsonl";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "skipped: no conformance cases at " << file;
  simdjson::dom::parser parser;
  simdjson::dom::document_stream cases;
  const auto text = simdjson::padded_string::load(file.string());
  ASSERT_EQ(text.error(), simdjson::SUCCESS);
  ASSERT_EQ(parser.parse_many(text.value_unsafe()).get(cases), simdjson::SUCCESS);
  Count count;
  for (const auto test : cases) {
    ASSERT_EQ(test.error(), simdjson::SUCCESS);
    if (kFiles.contains(text_of(test.value_unsafe(), "file"))) run_case(test.value_unsafe(), count);
  }
  for (const auto& failure : count.failures) ADD_FAILURE() << failure;
  for (const auto& [name, wanted] : kFiles) {
    std::cout << name << ": " << count.passed[name] << " passed\n";
    EXPECT_GE(count.passed[name], wanted) << name;
  }
  std::cout << count.failures.size() << " failed, " << count.refused << " refused, " << count.skipped << " skipped\n";
  EXPECT_LE(count.refused, 5);  // named time zones
}

}  // namespace
}  // namespace weir::cel
