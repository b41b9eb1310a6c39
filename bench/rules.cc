// What the rules of a policy cost for one event: checked and compiled, then evaluated over a workload of
// bench/rule_mix.py. Every verdict is compared with that of a program of its own for each rule first.
//
//   rules WORKLOAD.json [--tiny] [--rounds N]
#include <simdjson.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/sha256.h"
#include "rules/book/book.h"
#include "rules/cel/program.h"

namespace weir {
namespace {

using simdjson::dom::element;

std::int64_t thread_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "rules: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T must(simdjson::simdjson_result<T> result, const char* what) {
  T value;
  if (std::move(result).get(value) != simdjson::SUCCESS) fail(std::string("the workload has no ") + what);
  return value;
}

cel::TypeKind type_named(std::string_view name) {
  if (name == "int") return cel::TypeKind::kInt;
  if (name == "double") return cel::TypeKind::kDouble;
  if (name == "string") return cel::TypeKind::kString;
  if (name == "bool") return cel::TypeKind::kBool;
  fail("type " + std::string(name) + " is not known");
}

struct Variable {
  std::string name;
  cel::TypeKind type;
};

struct Workload {
  std::vector<Variable> variables;
  std::vector<std::pair<std::string, std::string>> rules;  // id, when
  std::vector<std::vector<Value>> events;                  // by variable
  std::deque<std::string> texts;

  Value value(const Variable& variable, const element& json) {
    switch (variable.type) {
      case cel::TypeKind::kInt:
        return Value::int64(must(json.get_int64(), variable.name.c_str()));
      case cel::TypeKind::kDouble:
        return Value::real(must(json.get_double(), variable.name.c_str()));
      case cel::TypeKind::kBool:
        return Value::boolean(must(json.get_bool(), variable.name.c_str()));
      default:
        return Value::string(texts.emplace_back(must(json.get_string(), variable.name.c_str())));
    }
  }
};

Workload read(const char* path) {
  simdjson::dom::parser parser;
  const element root = must(parser.load(path), "JSON");
  Workload out;
  for (const auto item : must(root["variables"].get_array(), "variables")) {
    out.variables.push_back(
        {std::string(must(item["name"].get_string(), "name")), type_named(must(item["type"].get_string(), "type"))});
  }
  for (const auto item : must(root["rules"].get_array(), "rules")) {
    out.rules.emplace_back(must(item["id"].get_string(), "id"), must(item["when"].get_string(), "when"));
  }
  for (const auto item : must(root["events"].get_array(), "events")) {
    auto& event = out.events.emplace_back();
    for (const auto& variable : out.variables) {
      event.push_back(out.value(variable, must(item[variable.name], variable.name.c_str())));
    }
  }
  return out;
}

cel::Environment environment_of(const Workload& workload) {
  cel::Environment environment;
  for (std::uint32_t i = 0; i < workload.variables.size(); ++i) {
    const auto& [name, type] = workload.variables[i];
    if (!environment.declare({name, cel::Type::simple(type), i}).ok()) fail(name + " is no variable");
  }
  return environment;
}

book::Book compile(const Workload& workload, const cel::Environment& environment) {
  std::vector<book::Rule> rules;
  for (const auto& [id, when] : workload.rules) {
    auto condition = cel::Expression::check(when, {}, environment, cel::Type::simple(cel::TypeKind::kBool));
    if (!condition.ok()) fail(id + ": " + condition.error().render());
    auto& rule = rules.emplace_back();
    rule.id = id;
    rule.when = *std::move(condition);
  }
  return book::Book(std::move(rules), static_cast<std::uint32_t>(workload.variables.size()));
}

// All verdicts as bits, event after event, each beginning with a byte of its own; the first rule is the lowest bit.
std::string check(const Workload& workload, const cel::Environment& environment, const book::Book& book,
                  std::vector<std::vector<Value>>& slots) {
  std::vector<cel::Program> programs;
  for (const auto& [id, when] : workload.rules) {
    programs.push_back(std::move(*cel::compile(when, {}, environment, cel::Type::simple(cel::TypeKind::kBool))));
  }
  book::Workspace workspace(book);
  book::Verdicts verdicts;
  cel::Scratch scratch;
  std::string all;
  for (std::size_t e = 0; e < slots.size(); ++e) {
    book.evaluate(slots[e], workspace, verdicts);
    if (!verdicts.errors.empty()) fail("a rule fails");
    std::string bits((programs.size() + 7) / 8, '\0');
    for (const auto hit : verdicts.hits) bits[hit / 8] = static_cast<char>(bits[hit / 8] | 1 << (hit % 8));
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const auto single = programs[i].evaluate(workload.events[e], scratch);
      if (!single.is(ValueKind::kBool) || single.as_bool() != ((bits[i / 8] >> (i % 8) & 1) != 0)) {
        fail("event " + std::to_string(e) + ", " + workload.rules[i].first + ": the book has another verdict");
      }
    }
    all += bits;
  }
  return all;
}

double share_of_hits(const Workload& workload, const std::string& bits) {
  std::size_t hits = 0;
  for (const char byte : bits) hits += static_cast<std::size_t>(__builtin_popcount(static_cast<unsigned char>(byte)));
  return static_cast<double>(hits) / static_cast<double>(workload.rules.size() * workload.events.size());
}

void run(const Workload& workload, int rounds) {
  const auto environment = environment_of(workload);
  const auto before = thread_time_ns();
  const auto book = compile(workload, environment);
  const auto compiled_ns = thread_time_ns() - before;
  std::vector<std::vector<Value>> slots = workload.events;
  for (auto& event : slots) event.resize(book.slot_count());
  const auto bits = check(workload, environment, book, slots);

  book::Workspace workspace(book);
  book::Verdicts verdicts;
  std::vector<double> per_event;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = thread_time_ns();
    for (auto& event : slots) book.evaluate(event, workspace, verdicts);
    per_event.push_back(static_cast<double>(thread_time_ns() - begin) / static_cast<double>(slots.size()));
  }
  std::sort(per_event.begin(), per_event.end());
  std::printf("%zu rules (%zu terms, %zu shared values, %zu rules not indexed), %zu events, %.2f %% of the rules hit\n",
              workload.rules.size(), book.term_count(), book.shared_count(), book.unfiled_count(), slots.size(),
              100 * share_of_hits(workload, bits));
  std::printf("verdicts sha256 %s\n", hex(Sha256().hash(bits)).c_str());
  std::printf("checked and compiled in %.1f ms\n", static_cast<double>(compiled_ns) / 1e6);
  std::printf("%.3f us an event (median of %d rounds, %.3f to %.3f)\n", per_event[per_event.size() / 2] / 1e3, rounds,
              per_event.front() / 1e3, per_event.back() / 1e3);
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  int rounds = 51;
  const char* path = nullptr;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--tiny") == 0) {
      rounds = 1;
    } else if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else {
      path = argv[i];
    }
  }
  if (path == nullptr || rounds < 1) {
    std::fprintf(stderr, "usage: rules WORKLOAD.json [--tiny] [--rounds N]\n");
    return 2;
  }
  weir::run(weir::read(path), rounds);
  return 0;
}
