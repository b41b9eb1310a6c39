// What the rules of a policy cost for one event: checked and compiled, then evaluated over a workload of
// bench/rule_mix.py. Every verdict is compared with that of a program of its own for each rule first.
//
//   rules WORKLOAD.json [--runs N] [--seconds S]
//
// The hash of the verdicts is that of bench/cel_go, and so is the way in which time is taken.
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
#include "rules/book/book.h"
#include "rules/cel/program.h"

namespace weir {
namespace {

using simdjson::dom::element;

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
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

// Of all events and rules: '0' a miss, '1' a hit, '2' an error.
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
    std::string row(programs.size(), '0');
    for (const auto hit : verdicts.hits) row[hit] = '1';
    for (const auto& failure : verdicts.errors) row[failure.rule] = '2';
    for (std::size_t i = 0; i < programs.size(); ++i) {
      const auto single = programs[i].evaluate(workload.events[e], scratch);
      const char expected = !single.is(ValueKind::kBool) ? '2' : single.as_bool() ? '1' : '0';
      if (row[i] != expected) {
        fail("event " + std::to_string(e) + ", " + workload.rules[i].first + ": the book has another verdict");
      }
    }
    all += row;
  }
  return all;
}

std::uint64_t fnv1a(const std::string& bytes) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211U;
  return hash;
}

// Nanoseconds an event, one figure for each run; the first run is a warm-up and doesn't count.
std::vector<double> measure(const book::Book& book, std::vector<std::vector<Value>>& slots, int runs, double seconds) {
  book::Workspace workspace(book);
  book::Verdicts verdicts;
  std::vector<double> out;
  for (int run = 0; run <= runs; ++run) {
    const auto begin = now_ns();
    std::int64_t taken = 0;
    std::size_t passes = 0;
    while (passes == 0 || static_cast<double>(taken) < seconds * 1e9) {
      for (auto& event : slots) book.evaluate(event, workspace, verdicts);
      ++passes;
      taken = now_ns() - begin;
    }
    if (run > 0) out.push_back(static_cast<double>(taken) / static_cast<double>(passes * slots.size()));
  }
  std::sort(out.begin(), out.end());
  return out;
}

void run(const Workload& workload, int runs, double seconds) {
  const auto environment = environment_of(workload);
  const auto before = now_ns();
  const auto book = compile(workload, environment);
  const auto compiled_ns = now_ns() - before;
  std::vector<std::vector<Value>> slots = workload.events;
  for (auto& event : slots) event.resize(book.slot_count());
  const auto verdicts = check(workload, environment, book, slots);
  const auto count = [&verdicts](char kind) { return std::count(verdicts.begin(), verdicts.end(), kind); };
  std::printf("%zu rules (%zu terms, %zu shared values, %zu rules not indexed), %zu events, %.2f %% of the rules hit\n",
              workload.rules.size(), book.term_count(), book.shared_count(), book.unfiled_count(), slots.size(),
              100 * static_cast<double>(count('1')) / static_cast<double>(verdicts.size()));
  std::printf("checked and compiled in %.1f ms\n", static_cast<double>(compiled_ns) / 1e6);
  std::printf("weir: verdicts %016llx: %td true, %td false, %td errors\n",
              static_cast<unsigned long long>(fnv1a(verdicts)), count('1'), count('0'), count('2'));
  const auto times = measure(book, slots, runs, seconds);
  std::printf("weir: %.1f ns per event, median of %zu runs, %.1f to %.1f\n", times[times.size() / 2], times.size(),
              times.front(), times.back());
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  int runs = 9;
  double seconds = 0.5;
  const char* path = nullptr;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
      runs = std::atoi(argv[++i]);
    } else if (std::strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      seconds = std::atof(argv[++i]);
    } else {
      path = argv[i];
    }
  }
  if (path == nullptr || runs < 1) {
    std::fprintf(stderr, "usage: rules WORKLOAD.json [--runs N] [--seconds S]\n");
    return 2;
  }
  weir::run(weir::read(path), runs, seconds);
  return 0;
}
