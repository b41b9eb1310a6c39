#include "rules/book/rule_test.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/base/decimal.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"
#include "rules/cel/literal.h"
#include "rules/cel/scratch.h"

namespace weir::book {
namespace {

using cel::TypeKind;

constexpr std::array<std::string_view, 3> kExpected{"miss", "hit", "error"};

// "180.00 EUR"
std::optional<Value> money_of(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto currency = currency_by_code(text.substr(blank + 1));
  if (!currency) return std::nullopt;
  const auto amount = parse_decimal(text.substr(0, blank), currency->exponent);
  if (!amount.ok()) return std::nullopt;
  return Value::money(*amount, currency->numeric);
}

std::optional<Value> real_of(std::string_view text) {
  const auto real = cel::parse_real(text);
  if (real.fault != cel::RealFault::kNone) return std::nullopt;
  return Value::real(real.value);
}

std::optional<Value> time_of(std::string_view text) {
  const auto time_ms = parse_iso8601_ms(text, true);
  if (!time_ms.ok()) return std::nullopt;
  return Value::timestamp_ms(*time_ms);
}

std::optional<Value> duration_of(std::string_view text) {
  const auto duration_ms = parse_duration_ms(text);
  if (!duration_ms.ok()) return std::nullopt;
  return Value::duration_ms(*duration_ms);
}

class TestReader {
 public:
  TestReader(const Vocabulary& vocabulary, TestedRule& rule, Issues& issues)
      : vocabulary_(vocabulary), rule_(rule), issues_(issues) {}

  void read(const yaml::Node& node) {
    yaml::MapReader reader(&node, node.place, "the test", issues_);
    const auto* given = reader.required("given");
    const auto* expect = reader.required("expect");
    reader.finish();
    RuleTest test;
    for (const auto& [key, value] : yaml::entries_of(given, "`given`", issues_)) read_given(key, value, test);
    const auto choice = yaml::as_choice(expect, kExpected, issues_);
    if (!choice) return;
    test.expected = static_cast<VerdictKind>(*choice);
    test.place = expect->place;
    rule_.tests.push_back(std::move(test));
  }

 private:
  void read_given(const yaml::Node& key, const yaml::Node& node, RuleTest& test) {
    const auto* variable = vocabulary_.environment.find(key.text);
    if (variable == nullptr) return report_unknown(key);
    if (variable->constant) {
      issues_.error(key.place, "`" + variable->name + "` is always '" + *variable->constant + "'");
      return;
    }
    if (node.kind == yaml::NodeKind::kNull) return;
    if (const auto value = value_of(node, *variable)) test.given.emplace_back(variable->slot, *value);
  }

  void report_unknown(const yaml::Node& key) {
    const auto unavailable = vocabulary_.unavailable.find(key.text);
    if (unavailable != vocabulary_.unavailable.end()) {
      issues_.error(key.place, "`" + key.text + "` is not there for rules", unavailable->second);
      return;
    }
    std::vector<std::string> names;
    for (const auto& variable : vocabulary_.environment.variables()) names.push_back(variable.name);
    issues_.error(key.place, "there is no `" + key.text + "`", yaml::did_you_mean(key.text, names));
  }

  std::optional<Value> value_of(const yaml::Node& node, const cel::Variable& variable) {
    switch (variable.type.kind()) {
      case TypeKind::kBool: {
        const auto flag = yaml::as_bool(&node, issues_);
        return flag ? std::optional(Value::boolean(*flag)) : std::nullopt;
      }
      case TypeKind::kInt: {
        using Limits = std::numeric_limits<std::int64_t>;
        const auto number = yaml::as_integer(&node, Limits::min(), Limits::max(), issues_);
        return number ? std::optional(Value::int64(*number)) : std::nullopt;
      }
      case TypeKind::kString:
        return text_of(node, variable);
      case TypeKind::kDouble:
        return converted(node, real_of, "a number, e.g. 0.25");
      case TypeKind::kMoney:
        return amount_of(node, variable);
      case TypeKind::kTimestamp:
        return converted(node, time_of, "a time, e.g. 2026-02-27T09:30:00Z");
      case TypeKind::kDuration:
        return converted(node, duration_of, "a duration, e.g. 1h30m");
      case TypeKind::kLookup:
        return list_of(node);
      default:
        issues_.error(node.place, "a test can't give a value of type " + variable.type.name());
        return std::nullopt;
    }
  }

  std::optional<Value> amount_of(const yaml::Node& node, const cel::Variable& variable) {
    const auto amount = converted(node, money_of, "an amount with its currency, e.g. 180.00 EUR");
    const auto currency = vocabulary_.environment.currency_of(variable.slot);
    if (!amount || !currency || amount->currency() == *currency) return amount;
    issues_.error(node.place,
                  "`" + variable.name + "` is always in " + std::string(currency_by_number(*currency)->code));
    return std::nullopt;
  }

  template <class Convert>
  std::optional<Value> converted(const yaml::Node& node, Convert convert, std::string_view wanted) {
    const auto text = yaml::as_text(&node, issues_);
    if (!text) return std::nullopt;
    auto value = convert(*text);
    if (!value) issues_.error(node.place, "this is not " + std::string(wanted));
    return value;
  }

  std::optional<Value> list_of(const yaml::Node& node) {
    ListEntries entries;
    for (const auto& item : yaml::items_of(&node, "a list's values", issues_)) {
      if (auto text = yaml::as_text(&item, issues_)) entries.emplace(*std::move(text), ListEntry());
    }
    auto& list = rule_.lists.emplace_back();
    list.assign(entries);
    return cel::make_lookup(list);
  }

  std::optional<Value> text_of(const yaml::Node& node, const cel::Variable& variable) {
    auto text = yaml::as_text(&node, issues_);
    if (!text) return std::nullopt;
    for (const auto& known : vocabulary_.texts) {
      if (known.slot != variable.slot || known.is_token) continue;
      if (std::find(known.values.begin(), known.values.end(), *text) != known.values.end()) break;
      issues_.error(node.place, "`" + variable.name + "` is never '" + *text + "'",
                    yaml::did_you_mean(*text, known.values));
      return std::nullopt;
    }
    return Value::string(rule_.texts.emplace_back(*std::move(text)));
  }

  const Vocabulary& vocabulary_;
  TestedRule& rule_;
  Issues& issues_;
};

}  // namespace

void read_tests(const yaml::Node* node, const Vocabulary& vocabulary, TestedRule& rule, Issues& issues) {
  const auto& items = yaml::items_of(node, "`tests`", issues);
  if (items.size() > kMaxTestsOfARule) {
    issues.error(node->place, "a rule has at most " + std::to_string(kMaxTestsOfARule) + " tests");
    return;
  }
  rule.lists.emplace_back();
  for (const auto& list : vocabulary.lists) rule.list_slots.push_back(list.slot);
  rule.exchange = vocabulary.exchange;
  TestReader reader(vocabulary, rule, issues);
  for (const auto& item : items) reader.read(item);
}

// --- Running ---------------------------------------------------------------------------------------------------------

namespace {

// A part of a condition: an operand of && or ||, or what stands before a `?`. Its outcomes are branches.
struct Part {
  Part(cel::NodeId the_id, cel::Program the_program) : id(the_id), program(std::move(the_program)) {}

  cel::NodeId id;
  cel::Program program;
  bool reached = false;
  std::array<bool, 2> came_out{};  // false, true
};

class Runner {
 public:
  Runner(const TestedRule& rule, std::uint32_t slots, Issues& issues, TestTally& tally)
      : rule_(rule), ast_(rule.when->ast()), issues_(issues), tally_(tally), slots_(slots) {
    add_part(ast_.root);
    find_parts(ast_.root);
  }

  void run(const RuleTest& test) {
    std::fill(slots_.begin(), slots_.end(), Value());
    for (const auto slot : rule_.list_slots) slots_[slot] = cel::make_lookup(rule_.lists.front());
    for (const auto& [slot, value] : test.given) slots_[slot] = value;
    scratch_.set_exchange(rule_.exchange.at(slots_));
    const auto result = outcome(ast_.root);
    const bool valid = rule_.valid.holds_at(slots_[rule_.exchange.time_slot]);
    const auto kind = !valid                         ? VerdictKind::kMiss
                      : !result.is(ValueKind::kBool) ? VerdictKind::kError
                      : result.as_bool()             ? VerdictKind::kHit
                                                     : VerdictKind::kMiss;
    walk(ast_.root, true);
    if (kind == test.expected) {
      ++tally_.passed;
      return;
    }
    ++tally_.failed;
    issues_.error(test.place,
                  "rule `" + rule_.id + "` comes to " + std::string(kExpected[static_cast<std::size_t>(kind)]),
                  !valid                      ? "the rule is not valid at the given time"
                  : kind == VerdictKind::kHit ? "every part of the condition holds"
                                              : why_not(result));
  }

  void report_unreached() {
    for (const auto& part : parts_) {
      tally_.branches += 2;
      const auto text = "`" + source(part.id) + "`";
      if (!part.reached) {
        tally_.unreached += 2;
        warn(part.id, "no test comes to " + text);
        continue;
      }
      for (const bool wanted : {false, true}) {
        if (part.came_out[wanted ? 1 : 0]) continue;
        ++tally_.unreached;
        warn(part.id, "no test makes " + text + (wanted ? " true" : " false"));
      }
    }
  }

 private:
  // Only what has the same meaning by itself: not what uses a macro's variable.
  void add_part(cel::NodeId id) {
    const auto& node = ast_[id];
    if (node.constant() || !cel::is_closed(ast_, id)) return;
    if (part(id) == nullptr) parts_.emplace_back(id, rule_.when->compile(id));
  }

  void find_parts(cel::NodeId id) {
    const auto& node = ast_[id];
    if (node.kind == cel::NodeKind::kAnd || node.kind == cel::NodeKind::kOr) {
      for (const auto child : node.children) add_operand(child);
    } else if (node.kind == cel::NodeKind::kConditional) {
      add_operand(node.children[0]);
      find_parts(node.children[1]);
      find_parts(node.children[2]);
    } else if (node.function == cel::Function::kNot) {
      find_parts(node.children[0]);
    }
  }

  // An operand that is a conjunction itself is known by its own operands.
  void add_operand(cel::NodeId id) {
    const auto kind = ast_[id].kind;
    if (kind != cel::NodeKind::kAnd && kind != cel::NodeKind::kOr) add_part(id);
    find_parts(id);
  }

  Part* part(cel::NodeId id) {
    for (auto& part : parts_) {
      if (part.id == id) return &part;
    }
    return nullptr;
  }

  Value outcome(cel::NodeId id) {
    auto* known = part(id);
    if (known != nullptr) return known->program.evaluate(slots_, scratch_);
    return rule_.when->compile(id).evaluate(slots_, scratch_);
  }

  // Marks what evaluation comes to, left to right.
  void walk(cel::NodeId id, bool reached) {
    const auto& node = ast_[id];
    const auto result = outcome_if_closed(id);
    if (auto* known = part(id); known != nullptr && reached) {
      known->reached = true;
      if (result.is(ValueKind::kBool)) known->came_out[result.as_bool() ? 1 : 0] = true;
    }
    if (node.kind == cel::NodeKind::kAnd || node.kind == cel::NodeKind::kOr) {
      const bool decisive = node.kind == cel::NodeKind::kOr;
      for (const auto child : node.children) {
        walk(child, reached);
        const auto value = outcome_if_closed(child);
        if (value.is(ValueKind::kBool) && value.as_bool() == decisive) reached = false;
      }
    } else if (node.kind == cel::NodeKind::kConditional) {
      walk(node.children[0], reached);
      const auto test = outcome_if_closed(node.children[0]);
      const bool decided = test.is(ValueKind::kBool);
      walk(node.children[1], reached && decided && test.as_bool());
      walk(node.children[2], reached && decided && !test.as_bool());
    } else if (node.function == cel::Function::kNot) {
      walk(node.children[0], reached);
    }
  }
  Value outcome_if_closed(cel::NodeId id) { return cel::is_closed(ast_, id) ? outcome(id) : Value(); }

  // The parts of the conjunction that don't hold.
  std::string why_not(const Value& result) {
    if (result.is_error()) {
      return std::string(error_code_name(result.code())) + ": `" + std::string(result.error_detail()) + "`";
    }
    std::string out;
    for (const auto id : cel::conjuncts(ast_, ast_.root)) {
      const auto value = outcome(id);
      if (!value.is(ValueKind::kBool) || value.as_bool()) continue;
      out.append(out.empty() ? "false is " : ", ").append("`" + source(id) + "`");
    }
    return out;
  }

  std::string source(cel::NodeId id) const {
    std::string text(rule_.when->source().text(ast_[id].range));
    for (auto& c : text) c = c == '\n' ? ' ' : c;
    return text;
  }
  void warn(cel::NodeId id, std::string message) {
    issues_.warning(place_at_home(*rule_.when, rule_.when_node, ast_[id].range), std::move(message));
  }

  const TestedRule& rule_;
  const cel::Ast& ast_;
  Issues& issues_;
  TestTally& tally_;
  std::vector<Value> slots_;
  std::vector<Part> parts_;
  cel::Scratch scratch_;
};

}  // namespace

void run_tests(const TestedRule& rule, std::uint32_t slots, Issues& issues, TestTally& tally) {
  Runner runner(rule, slots, issues, tally);
  for (const auto& test : rule.tests) runner.run(test);
  if (!rule.tests.empty()) runner.report_unreached();
}

}  // namespace weir::book
