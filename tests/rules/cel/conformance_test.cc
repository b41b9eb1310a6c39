// The cases of CEL's own conformance suite that this cut of the language takes on: those that need no protobuf message,
// no named time zone, no container, and that the checker is meant to check.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
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

const std::set<std::string, std::less<>> kFiles{"basic",        "comparisons", "conversions", "fields", "fp_math",
                                                "integer_math", "lists",       "logic",       "macros", "math_ext",
                                                "namespace",    "parse",       "plumbing",    "string", "timestamps",
                                                "string_ext",   "encoders_ext"};

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
    understood_ = false;
    return Type::dyn();
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
  int passed = 0;
  int refused = 0;  // what the language doesn't have yet
  int skipped = 0;  // what this test can't state: protobuf, containers, unchecked expressions
  std::vector<std::string> failures;
};

bool declare_bindings(const element& test, CaseReader& reader, World& world) {
  std::map<std::string, Value> bound;
  for (const auto& binding : one_or_more(test, "bindings")) {
    bound[text_of(binding, "key")] = reader.value(binding["value"]["value"]);
  }
  for (const auto& declaration : one_or_more(test, "type_env")) {
    const auto name = text_of(declaration, "name");
    if (!has_key(declaration, "ident")) return false;
    if (is_reserved_word(name)) continue;  // the suite declares `true` to see that it can't be done
    const Type type = reader.type(declaration["ident"]["type"]);
    world.with(name, type, bound.contains(name) ? bound[name] : Value::absent());
  }
  return reader.understood();
}

void run_case(const element& test, Count& count) {
  const auto name = text_of(test, "file") + "/" + text_of(test, "section") + "/" + text_of(test, "name");
  const bool stated = flag(test, "core_no_proto") && !flag(test, "disable_check") && !flag(test, "check_only") &&
                      text_of(test, "container").empty() && !has_key(test, "typed_result");
  CaseReader reader;
  World world;
  if (!stated || !declare_bindings(test, reader, world)) {
    ++count.skipped;
    return;
  }
  const bool wants_error = has_key(test, "eval_error");
  const Value wanted = has_key(test, "value") ? reader.value(test["value"]) : Value::boolean(true);
  if (!reader.understood()) {
    ++count.skipped;
    return;
  }
  const auto expression = text_of(test, "expr");
  const auto result = world.result(expression);
  if (result.starts_with("issues: ")) {
    // A literal that no evaluation could read is refused before any.
    const bool of_constant = result.find("this is not a ") != std::string::npos;
    if (result.find("supported yet") != std::string::npos) {
      ++count.refused;
    } else if (wants_error && of_constant) {
      ++count.passed;
    } else {
      count.failures.push_back(name + ": " + expression + "\n" + result);
    }
    return;
  }
  const auto expected = to_text(reference_from(wanted));
  if (wants_error ? result.starts_with("error ") : result == expected) {
    ++count.passed;
  } else {
    count.failures.push_back(name + ": " + expression + "\n  got " + result + ", wanted " +
                             (wants_error ? "an error" : expected));
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
  std::cout << count.passed << " passed, " << count.failures.size() << " failed, " << count.refused << " refused, "
            << count.skipped << " skipped\n";
  EXPECT_GE(count.passed, 1101);
  EXPECT_LE(count.refused, 5);  // named time zones
}

}  // namespace
}  // namespace weir::cel
