#include "rules/cel/constant_arguments.h"

#include <string>
#include <string_view>

#include "rules/cel/address.h"
#include "rules/cel/calendar.h"
#include "rules/cel/money_literal.h"
#include "rules/cel/pattern.h"
#include "rules/cel/text_format.h"
#include "rules/cel/time_zones.h"

namespace weir::cel {
namespace {

bool is_text(const Node& node) { return node.kind == NodeKind::kLiteral && node.literal.is(ValueKind::kString); }

bool is_number(const Node& node) {
  if (node.kind != NodeKind::kLiteral) return false;
  return node.literal.is(ValueKind::kInt64) || node.literal.is(ValueKind::kUint64) ||
         node.literal.is(ValueKind::kDouble);
}

std::string zone_hint(std::string_view text) {
  const auto closest = closest_time_zone(text);
  return closest.empty() ? "write a name, e.g. 'Europe/Berlin', or an offset from UTC, e.g. '+02:00'"
                         : "did you mean '" + closest + "'?";
}

bool takes_address(Function function) {
  return function == Function::kIp || function == Function::kIpIsCanonical || function == Function::kContainsIp;
}

bool takes_network(Function function) { return function == Function::kCidr || function == Function::kContainsCidr; }

std::string upper_case(std::string name) {
  for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
  return name;
}

void check_format(const Ast& ast, const Node& node, const SourceMap& source, Issues& issues) {
  const Node& form = ast[node.children[0]];
  const Node& list = ast[node.children[1]];
  if (!is_text(form)) return;
  std::size_t clauses = 0;
  const auto text = form.literal.as_string();
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at)) {
    if (text.substr(at).starts_with("%%")) {
      at += 2;
      continue;
    }
    const auto clause = parse_clause(text.substr(at));
    if (!clause.fault.empty()) {
      issues.error(source.place(form.range), "this is not a format: " + std::string(clause.fault),
                   "write e.g. '%s: %d, %.2f', and %% for a percent sign");
      return;
    }
    at += clause.size;
    ++clauses;
    if (list.kind != NodeKind::kList || clauses > list.children.size()) continue;
    const Node& value = ast[list.children[clauses - 1]];
    const auto kind = value.type.kind();
    if (kind == TypeKind::kDyn || kind == TypeKind::kError || clause_takes(clause.verb, kind)) continue;
    issues.error(source.place(value.range),
                 std::string("this is not a value for `%") + clause.verb + "`: it is " + value.type.name());
  }
  if (list.kind != NodeKind::kList || clauses == list.children.size()) return;
  issues.error(source.place(list.range),
               "this is not a list that goes with the format (values: " + std::to_string(list.children.size()) +
                   ", clauses: " + std::to_string(clauses) + ")");
}

}  // namespace

void check_money(Ast& ast, NodeId id, const SourceMap& source, Issues& issues) {
  Node& node = ast[id];
  node.literal = Value::money(0, 0);
  const bool generic = node.name == "money";
  const std::string example = generic ? "money('150.00', 'EUR')" : node.name + "('150.00')";
  if (node.children.size() != (generic ? 2U : 1U)) {
    issues.error(source.place(node.name_range), "`" + node.name + "` has the wrong number of arguments",
                 "write " + example);
    return;
  }
  for (const NodeId child : node.children) {
    const Node& argument = ast[child];
    if (argument.kind == NodeKind::kFaulty || argument.type.kind() == TypeKind::kError) return;
    if (is_text(argument)) continue;
    std::string suggestion = "write e.g. " + example;
    if (is_number(argument) && child == node.children[0]) {
      const auto number = "'" + std::string(source.text(argument.range)) + "'";
      suggestion = generic ? "write " + number : "write " + node.name + "(" + number + ")";
    }
    issues.error(source.place(argument.range), "`" + node.name + "` takes literal text, so that it can be checked now",
                 suggestion);
    return;
  }
  const auto currency = generic ? std::string(ast[node.children[1]].literal.as_string()) : upper_case(node.name);
  const auto amount = money_literal(ast[node.children[0]].literal.as_string(), currency);
  if (amount.ok()) {
    node.literal = *amount;
    return;
  }
  const auto& fault = amount.error();
  issues.error(source.place(ast[node.children[fault.in_currency ? 1 : 0]].range), fault.message, fault.suggestion);
}

void check_constant_arguments(const Ast& ast, NodeId id, const SourceMap& source, Issues& issues) {
  const Node& node = ast[id];
  if (node.children.empty()) return;
  const Node& last = ast[node.children.back()];
  if (node.function == Function::kMatches && !last.constant()) {
    issues.error(source.place(last.range), "a pattern that is not a constant text is not supported yet",
                 "write a literal, e.g. r'^4[0-9]+'");
  }
  const bool extreme = node.function == Function::kGreatest || node.function == Function::kLeast;
  if (extreme && last.kind == NodeKind::kList && last.children.empty()) {
    issues.error(source.place(last.range), "an empty list has no element that `" + node.name + "` could find");
  }
  if (node.function == Function::kFormat) check_format(ast, node, source, issues);
  if (!is_text(last)) return;
  const auto text = last.literal.as_string();
  if (node.function == Function::kToTimestamp && !parse_timestamp(text)) {
    issues.error(source.place(last.range), "this is not a timestamp from year 1 to 9999",
                 "write e.g. timestamp('2026-02-27T09:30:00Z')");
  }
  if (node.function == Function::kToDuration && !parse_duration(text)) {
    issues.error(source.place(last.range), "this is not a duration of at most 292 years",
                 "write e.g. duration('1h30m')");
  }
  if (node.function == Function::kMatches) {
    const auto pattern = Pattern::make(text);
    if (!pattern.ok()) issues.error(source.place(last.range), pattern.error().message);
  }
  if (takes_address(node.function) && !parse_address(text)) {
    issues.error(source.place(last.range), "this is not a valid IP address",
                 "write e.g. '192.168.0.1' or '2001:db8::1'");
  }
  if (takes_network(node.function) && !parse_network(text)) {
    issues.error(source.place(last.range), "this is not a valid network",
                 "write an address and the length of its prefix, e.g. '10.0.0.0/8'");
  }
  if (is_time_part(node.function) && node.children.size() == 2 && !TimeZone::find(text)) {
    issues.error(source.place(last.range), "this is not a time zone", zone_hint(text));
  }
}

}  // namespace weir::cel
