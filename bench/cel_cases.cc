// Expressions and what Weir makes of them, one case a line of JSON, for bench/cel_go to evaluate, too.
//
//   cel_cases made [--seed N] [--count N]    random ones: half of them well-typed and checked, half of them neither
//   cel_cases written FILE                   those of a file, each checked and unchecked (bench/cel_edges.txt)
//
// Both evaluators run; where they disagree the result says so. What is too costly for us is left out.
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/canonical.h"
#include "engine/base/check.h"
#include "engine/base/json_writer.h"
#include "rules/cel/program.h"
#include "rules/cel/reference.h"
#include "rules/cel/scratch.h"
#include "tests/rules/cel/both_ways.h"
#include "tests/rules/cel/expression_maker.h"

namespace weir::cel {
namespace {

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "cel_cases: %s\n", message.c_str());
  std::exit(1);
}

struct Outcome {
  std::string result;  // canonical, or "error", or "refused"
  std::string type;
  std::string message;  // the diagnostics
  bool too_costly = false;
};

Outcome outcome_of(const std::string& text, const World& world, Checking checking) {
  const auto file = std::make_shared<const SourceFile>(SourceFile{"expression", text});
  const auto program = compile(text, {file, 1, 1, 1}, world.environment(), Type::dyn(), checking);
  if (!program.ok()) return {"refused", "", program.error().render()};
  const auto reference = Reference::make(text, world.environment(), Type::dyn(), checking);
  WEIR_CHECK(reference.ok(), "what compiles passes the checker");
  static Scratch scratch;
  const Value value = program->evaluate(world.slots(), scratch);
  const auto plain = reference->evaluate(world.slots());
  const auto ours = reference_from(value);
  Outcome out{canonical(ours), program->type().name(), ours.is_fault() ? to_text(ours) : ""};
  out.too_costly = ours.is_fault() && ours.as<ReferenceFault>().code == ErrorCode::kCostLimit;
  if (!agree(plain, value)) out.result = "both " + to_text(ours) + " and, by the reference, " + to_text(plain);
  return out;
}

void write_variables(JsonWriter& json, const World& world) {
  json.key("variables");
  json.begin_array();
  for (const auto& variable : world.environment().variables()) {
    if (variable.type.kind() == TypeKind::kMoney) continue;
    json.begin_object();
    json.key("name");
    json.string(variable.name);
    json.key("type");
    json.string(variable.type.name());
    const auto value = reference_from(world.slots()[variable.slot]);
    if (!value.is<ReferenceAbsent>() && !value.is_fault()) {
      json.key("value");
      json.string(literal(value));
    }
    json.end_object();
  }
  json.end_array();
}

// Returns whether there is a line.
bool write_case(const std::string& text, const World& world, Checking checking) {
  const auto outcome = outcome_of(text, world, checking);
  if (outcome.too_costly) return false;
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.key("expression");
  json.string(text);
  json.key("container");
  json.string(world.environment().container());
  json.key("checked");
  json.boolean(checking == Checking::kStrict);
  write_variables(json, world);
  json.key("result");
  json.string(outcome.result);
  json.key("type");
  json.string(outcome.type);
  json.key("message");
  json.string(outcome.message);
  json.end_object();
  std::puts(line.c_str());
  return true;
}

void write_made(std::uint64_t seed, std::uint64_t count) {
  constexpr std::array kKinds{TypeKind::kBool,   TypeKind::kInt,   TypeKind::kUint,      TypeKind::kDouble,
                              TypeKind::kString, TypeKind::kBytes, TypeKind::kTimestamp, TypeKind::kDuration};
  std::mt19937_64 random(seed);
  auto world = maker_world();
  for (std::uint64_t done = 0; done < count;) {
    std::vector<std::uint8_t> bytes(40 + random() % 200);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const bool checked = done % 2 == 0;
    ExpressionMaker maker(bytes, checked ? Dialect::kCel : Dialect::kUntypedCel);
    maker.fill(world.slots());
    const auto text = maker.expression(kKinds[random() % kKinds.size()], 1 + static_cast<int>(random() % 4));
    if (write_case(text, world, checked ? Checking::kStrict : Checking::kDynamic)) ++done;
  }
}

// "int", "list(int)", "map(string, dyn)".
Type type_named(std::string_view name) {
  for (int kind = 0; kind <= static_cast<int>(TypeKind::kType); ++kind) {
    const auto type = Type::simple(static_cast<TypeKind>(kind));
    if (type.name() == name) return type;
  }
  if (name.starts_with("list(") && name.ends_with(")")) return Type::list(type_named(name.substr(5, name.size() - 6)));
  const auto comma = name.find(", ");
  if (!name.starts_with("map(") || !name.ends_with(")") || comma == std::string_view::npos) {
    fail("there is no type " + std::string(name));
  }
  return Type::map(type_named(name.substr(4, comma - 4)), type_named(name.substr(comma + 2, name.size() - comma - 3)));
}

// The file of written cases: an expression a line. `#: name: type = value` declares for the lines that follow, without
// a value if it is to be missing; `#: container a.b` sets the container; other lines that begin with # are remarks.
class WrittenCases {
 public:
  void read(const std::string& path) {
    std::ifstream in(path);
    if (!in.is_open()) fail(path + " can't be read");
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("#: container ")) {
        world_.environment().set_container(line.substr(13) == "-" ? "" : line.substr(13));
      } else if (line.starts_with("#: ")) {
        declare(line.substr(3));
      } else if (!line.empty() && line[0] != '#') {
        for (const auto checking : {Checking::kStrict, Checking::kDynamic}) write_case(line, world_, checking);
      }
    }
  }

 private:
  void declare(const std::string& line) {
    const auto colon = line.find(": ");
    const auto equals = line.find(" = ");
    if (colon == std::string::npos) fail("no declaration: " + line);
    const auto type = type_named(std::string_view(line).substr(colon + 2, equals - colon - 2));
    const Value value = equals == std::string::npos ? Value::absent() : evaluated(line.substr(equals + 3));
    world_.with(line.substr(0, colon), type, value);
  }

  Value evaluated(const std::string& text) {
    auto program = compile(text, {nullptr, 1, 1, 1}, Environment(), Type::dyn(), Checking::kDynamic);
    if (!program.ok()) fail("no value: " + text);
    kept_.push_back({std::make_unique<Program>(std::move(*program)), std::make_unique<Scratch>()});
    return kept_.back().program->evaluate({}, *kept_.back().scratch);
  }

  struct Kept {
    std::unique_ptr<Program> program;
    std::unique_ptr<Scratch> scratch;
  };
  World world_;
  std::vector<Kept> kept_;  // what values point into
};

std::uint64_t number(std::string_view text) {
  std::uint64_t out = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || stop != text.data() + text.size()) fail(std::string(text) + " is not a number");
  return out;
}

int run(const std::vector<std::string_view>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "written") {
    WrittenCases().read(std::string(arguments[1]));
    return 0;
  }
  if (arguments.empty() || arguments[0] != "made" || arguments.size() % 2 == 0) {
    fail("usage: cel_cases made [--seed N] [--count N] | cel_cases written FILE");
  }
  std::uint64_t seed = 1;
  std::uint64_t count = 10'000;
  for (std::size_t i = 1; i < arguments.size(); i += 2) {
    if (arguments[i] != "--seed" && arguments[i] != "--count") fail("there is no option " + std::string(arguments[i]));
    (arguments[i] == "--seed" ? seed : count) = number(arguments[i + 1]);
  }
  write_made(seed, count);
  return 0;
}

}  // namespace
}  // namespace weir::cel

int main(int count, char** arguments) { return weir::cel::run({arguments + 1, arguments + count}); }
