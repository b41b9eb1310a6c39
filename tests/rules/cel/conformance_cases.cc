#include "tests/rules/cel/conformance_cases.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/conformance_values.h"

namespace weir::cel {
namespace {

const std::set<std::string_view> kMembers{
    "file",      "section",    "name",          "description",     "expr",         "core_no_proto", "value",
    "container", "eval_error", "eval_errors",   "any_eval_errors", "unknown",      "unknowns",      "any_unknowns",
    "type_env",  "bindings",   "disable_check", "disable_macros",  "typed_result", "check_only",    "locale"};

// The first name of a message or enum in the expression, or empty: such names alone begin with a capital.
std::string protobuf_name(const std::string& expression) {
  static const RE2 kNoCode(R"((?s)//[^\n]*|"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\])*"|)"
                           R"('(?:\\.|[^'\\])*')");
  static const RE2 kOurs(R"(\bgoogle\.protobuf\.(?:Timestamp|Duration)\b|\bnet\.(?:IP|CIDR)\b)");
  static const RE2 kName(R"(\b([A-Z]\w*))");
  std::string code = expression;
  RE2::GlobalReplace(&code, kNoCode, "''");
  RE2::GlobalReplace(&code, kOurs, "");
  std::string name;
  RE2::PartialMatch(code, kName, &name);
  return name;
}

class CaseReader {
 public:
  explicit CaseReader(const Json& json) : json_(json), values_(out_) {}

  Result<ConformanceCase> read() {
    simdjson::dom::object object;
    if (json_.get(object) != simdjson::SUCCESS) return Error{"a case is a JSON object"};
    for (const auto member : object) {
      if (!kMembers.contains(member.key)) values_.malformed("no case has a member \"" + std::string(member.key) + "\"");
    }
    out_.file = required("file");
    out_.section = required("section");
    out_.name = required("name");
    out_.expression = required("expr");
    out_.checking = flag("disable_check") ? Checking::kDynamic : Checking::kStrict;
    out_.macros = !flag("disable_macros");
    out_.world.environment().set_container(text_of(json_, "container"));
    read_world();
    read_wanted();
    judge_protobuf();
    if (!values_.fault().empty()) return Error{values_.fault()};
    return std::move(out_);
  }

 private:
  std::string required(std::string_view key) {
    std::string_view text;
    if (json_[key].get(text) != simdjson::SUCCESS) values_.malformed("no text \"" + std::string(key) + "\"");
    return std::string(text);
  }

  bool flag(std::string_view key) {
    bool value = false;
    if (has_member(json_, key) && json_[key].get(value) != simdjson::SUCCESS) {
      values_.malformed("\"" + std::string(key) + "\" is neither true nor false");
    }
    return value;
  }

  void read_world() {
    std::map<std::string, Value> bound;
    for (const auto& binding : one_or_more(json_, "bindings")) {
      const auto name = text_of(binding, "key");
      if (name.empty()) values_.malformed("a binding without a key");
      bound[name] = bound_value(binding);
    }
    auto& environment = out_.world.environment();
    for (const auto& declaration : one_or_more(json_, "type_env")) {
      const auto name = text_of(declaration, "name");
      if (has_member(declaration, "function")) {
        for (const auto& overload : one_or_more(declaration["function"], "overloads")) {
          environment.declare(values_.function(overload, name));
        }
      } else if (!has_member(declaration, "ident") || !has_member(declaration["ident"], "type")) {
        values_.malformed("a declaration of neither a function nor a type");
      } else {
        declare(name, values_.type(declaration["ident"]["type"]), bound.contains(name) ? bound[name] : Value::absent());
      }
    }
    for (const auto& [name, value] : bound) {
      if (environment.find(name) == nullptr) declare(name, Type::dyn(), value);
    }
  }

  // The suite declares `true` to see that it can't be done.
  void declare(const std::string& name, Type type, const Value& value) {
    if (is_reserved_word(name)) return;
    auto& slots = out_.world.slots();
    const auto slot = static_cast<std::uint32_t>(slots.size());
    const auto declared = out_.world.environment().declare({name, std::move(type), slot});
    if (!declared.ok()) values_.malformed("\"" + name + "\" can't be declared: " + declared.error().message);
    slots.push_back(value);
  }

  Value bound_value(const Json& binding) {
    if (!has_member(binding, "value")) return values_.malformed("a binding without a value");
    const Json content = binding["value"];
    if (has_member(content, "value")) return values_.value(content["value"]);
    if (has_member(content, "error")) return Value::error(ErrorCode::kInvalidArgument, "binding");
    if (has_member(content, "unknown"))
      out_.beyond_us = "there are no unknown values";
    else
      values_.malformed("a binding without a value");
    return Value::null();
  }

  void read_wanted() {
    using Wanted = ConformanceCase::Wanted;
    if (has_member(json_, "value")) out_.value = values_.value(json_["value"]);
    if (has_member(json_, "typed_result")) {
      const Json typed = json_["typed_result"];
      if (!has_member(typed, "deduced_type"))
        values_.malformed("a typed result without a type");
      else
        out_.type = values_.type(typed["deduced_type"]);
      if (has_member(typed, "result"))
        out_.value = values_.value(typed["result"]);
      else
        out_.wanted = Wanted::kTypeAlone;
    }
    if (flag("check_only")) out_.wanted = Wanted::kTypeAlone;
    for (const auto* key : {"eval_error", "eval_errors", "any_eval_errors"}) {
      if (has_member(json_, key)) out_.wanted = Wanted::kError;
    }
    for (const auto* key : {"unknown", "unknowns", "any_unknowns"}) {
      if (has_member(json_, key)) out_.wanted = Wanted::kUnknown;
    }
    if (out_.wanted == Wanted::kUnknown) out_.beyond_us = "there are no unknown values";
    if (!out_.macros) out_.beyond_us = "macros are a part of the language";
  }

  // The suite's own mark is about the whole case; without it the case may still need no more than we have.
  void judge_protobuf() {
    if (flag("core_no_proto")) {
      if (!out_.needs_protobuf.empty()) out_.beyond_us = "it needs " + out_.needs_protobuf;
      out_.needs_protobuf.clear();
    } else if (const auto name = protobuf_name(out_.expression); !name.empty()) {
      values_.protobuf("the message or enum " + name);
    }
  }

  const Json json_;
  ConformanceCase out_;
  ConformanceValues values_;
};

Verdict refused(const Issues& issues, const ConformanceCase& test, std::string expected) {
  const auto rendered = issues.render();
  const auto says = [&](std::string_view words) { return rendered.find(words) != std::string::npos; };
  // What no evaluation could read, and what no function takes, is refused before any.
  const bool never_works = says("error: this is not a") || says(" doesn't go with ") || says(" can't combine ") ||
                           says("error: a key of a map is ") || says("error: the pattern is not valid");
  if (test.wanted == ConformanceCase::Wanted::kError && never_works) return {};
  // Some cases make google.protobuf.Value although they are marked as doing without protobuf.
  if (says("error: messages can't be made")) return {Outcome::kSkipped, {}, "a message"};
  return {Outcome::kRefused, std::move(expected), rendered};
}

bool as_wanted(const ReferenceValue& wanted, const ReferenceValue& got);

bool all_as_wanted(const ReferenceList& wanted, const ReferenceList& got) {
  return std::equal(wanted.begin(), wanted.end(), got.begin(), got.end(), as_wanted);
}

// Values of one kind and equal. Entries of maps have no order; a NaN is a NaN.
bool as_wanted(const ReferenceValue& wanted, const ReferenceValue& got) {
  if (wanted.data.index() != got.data.index()) return false;
  if (wanted.is<double>() && std::isnan(wanted.as<double>())) return std::isnan(got.as<double>());
  if (wanted.is<ReferenceList>()) return all_as_wanted(wanted.as<ReferenceList>(), got.as<ReferenceList>());
  if (!wanted.is<ReferenceMap>()) return reference_equal(wanted, got);
  const auto& map = wanted.as<ReferenceMap>();
  const auto& other = got.as<ReferenceMap>();
  const auto is_in_other = [&](std::size_t i) {
    for (std::size_t j = 0; j < other.keys.size(); ++j) {
      if (as_wanted(map.keys[i], other.keys[j])) return as_wanted(map.values[i], other.values[j]);
    }
    return false;
  };
  if (map.keys.size() != other.keys.size()) return false;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (!is_in_other(i)) return false;
  }
  return true;
}

Verdict different(std::string expected, const std::string& compiled, const std::string& reference) {
  const auto got = compiled == reference ? compiled : compiled + " compiled, " + reference + " by the reference";
  return {Outcome::kFailed, std::move(expected), got};
}

}  // namespace

Result<ConformanceCase> read_conformance_case(std::string_view line) {
  simdjson::dom::parser parser;
  Json json;
  if (const auto error = parser.parse(line.data(), line.size()).get(json)) {
    return Error{"not JSON: " + std::string(simdjson::error_message(error))};
  }
  return CaseReader(json).read();
}

Verdict judge(const ConformanceCase& test) {
  using Wanted = ConformanceCase::Wanted;
  if (!test.needs_protobuf.empty()) return {Outcome::kSkipped, {}, test.needs_protobuf};
  std::string expected = test.wanted == Wanted::kError ? "an error" : to_text(reference_from(test.value));
  if (test.wanted == Wanted::kTypeAlone) expected = test.type ? "type " + test.type->name() : "no fault";
  if (!test.beyond_us.empty()) return {Outcome::kRefused, std::move(expected), test.beyond_us};

  const auto file = std::make_shared<const SourceFile>(SourceFile{"expression", test.expression});
  const auto& environment = test.world.environment();
  const auto program = compile(test.expression, {file, 1, 1, 1}, environment, Type::dyn(), test.checking);
  if (!program.ok()) return refused(program.error(), test, std::move(expected));
  const auto reference = Reference::make(test.expression, environment, Type::dyn(), test.checking);
  if (!reference.ok()) return different(std::move(expected), "a program", "a fault");
  if (test.type && program->type() != *test.type) {
    return {Outcome::kFailed, "type " + test.type->name(), "type " + program->type().name()};
  }
  if (test.wanted == Wanted::kTypeAlone) return {};

  Scratch scratch;
  const Value value = program->evaluate(test.world.slots(), scratch);
  const auto plain = reference->evaluate(test.world.slots());
  const auto compiled_text = to_text(reference_from(value));
  const auto plain_text = to_text(plain);
  if (!same_result(plain, value)) return different(std::move(expected), compiled_text, plain_text);
  const bool passed = test.wanted == Wanted::kError ? value.is_error() : as_wanted(reference_from(test.value), plain);
  if (passed) return {Outcome::kPassed, std::move(expected), compiled_text};
  return different(std::move(expected), compiled_text, plain_text);
}

}  // namespace weir::cel
