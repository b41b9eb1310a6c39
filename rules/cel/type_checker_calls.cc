#include <algorithm>

#include "engine/base/diagnostics.h"
#include "rules/cel/constant_arguments.h"
#include "rules/cel/habits.h"
#include "rules/cel/macros.h"
#include "rules/cel/money_literal.h"
#include "rules/cel/promotion.h"
#include "rules/cel/type_checker.h"
#include "rules/cel/type_rules.h"

namespace weir::cel {
namespace {

bool is_faulty(const Type& type) { return type.kind() == TypeKind::kError; }

std::string in_lower_case(std::string name) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

// Whether an unknown name is more likely a function of a namespace than a call on an unknown variable.
bool is_slip_of(const std::string& name, bool on_values) {
  if (on_values) return false;
  return is_namespace(name.substr(0, name.rfind('.'))) ||
         closest_name(name, function_names(CallStyle::kGlobal)).find('.') != std::string_view::npos;
}

}  // namespace

Type TypeChecker::resolved(NodeId id, CallStyle style, const std::vector<Type>& types) {
  Node& node = ast_[id];
  if (auto type = call_type(node.function, style, types)) return *type;
  if (dynamic_) {
    // The evaluators take the arguments of some form, of whatever kinds; a pattern must be known before.
    const bool may_run = takes_count(node.function, types.size()) && node.function != Function::kMatches;
    return may_run ? Type::dyn() : failing(id, ErrorCode::kNoSuchOverload);
  }
  if (std::any_of(types.begin(), types.end(), is_faulty)) return faulty();
  if (style == CallStyle::kOperator) {
    fault(node.name_range, "`" + node.name + "` can't be applied to " + types[0].name(),
          node.function == Function::kNot ? negation_hint(node) : "");
    const Type type = after_fault(node.function);
    node.function = Function::kNone;
    return type;
  }
  std::vector<std::string> names;
  for (const auto& type : types) names.push_back(type.name());
  const auto hint = lookup_hint(types);
  fault(node.name_range, "`" + node.name + "` doesn't go with " + spelled_form(node.function, style, names),
        hint.empty() ? "it takes " + known_forms(node.function, style) : hint);
  return faulty();
}

std::string TypeChecker::negation_hint(const Node& node) const {
  const Node& operand = ast_[node.children[0]];
  if (operand.kind == NodeKind::kSlot && operand.may_be_absent) return "write !has(" + operand.name + ")";
  return "`!` wants a condition: write !(... in ...), !(... == ...)";
}

Type TypeChecker::call(NodeId id) {
  Node& node = ast_[id];
  node.function = find_function(node.name, CallStyle::kGlobal, node.children.size());
  if (node.function == Function::kMoney || (node.function == Function::kNone && is_currency_function(node.name))) {
    node.function = Function::kMoney;
    check_children(id);
    Issues found;
    check_money(ast_, id, source_, dynamic_ ? found : issues_);
    if (found.has_errors()) return failing(id, ErrorCode::kNoSuchOverload);
    return Type::simple(TypeKind::kMoney);
  }
  if (node.function == Function::kNone) return declared_call(id);
  return constant_checked(id, resolved(id, CallStyle::kGlobal, check_children(id)));
}

// A call of what is no function of the language.
Type TypeChecker::declared_call(NodeId id) {
  const auto types = check_children(id);
  const Node& node = ast_[id];
  for (const auto& function : environment_.functions()) {
    if (function.name != node.name) continue;
    const auto type = call_type(function, types);
    if (!type) continue;
    failing(id, ErrorCode::kNoSuchOverload);
    return *type;
  }
  return unknown_function(id, CallStyle::kGlobal);
}

// `math.abs(x)` is parsed as a call on `math`. Where that is a declared name, the call is one on its value, unless
// there is no such function on values.
bool TypeChecker::become_namespaced(NodeId id) {
  Node& node = ast_[id];
  const NodeId target = node.children[0];
  const auto space = dotted_name(ast_, target);
  if (!space) return false;
  const bool on_values = find_function(node.name, CallStyle::kReceiver, node.children.size()) != Function::kNone;
  const auto name = *space + "." + node.name;
  const bool known = find_function(name, CallStyle::kGlobal, node.children.size() - 1) != Function::kNone;
  if (names_.knows(ast_, target) ? on_values || !known : !known && !is_slip_of(name, on_values)) return false;
  node.kind = NodeKind::kCall;
  node.name = name;
  node.name_range = joined(ast_[target].range, node.name_range);
  node.children.erase(node.children.begin());
  return true;
}

Type TypeChecker::receiver_call(NodeId id) {
  if (become_namespaced(id)) return call(id);
  Node& node = ast_[id];
  node.function = find_function(node.name, CallStyle::kReceiver, node.children.size());
  if (node.function == Function::kNone) {
    // A namespace such as `math` and a macro's variable aren't declared names: saying so as well would hide what is
    // wrong.
    if (macro_usage(node.name).empty() && !binds_a_name(node)) check_children(id);
    return unknown_function(id, CallStyle::kReceiver);
  }
  const bool of_optional = node.function == Function::kHasValue || node.function == Function::kOptionalOr ||
                           node.function == Function::kOrValue;
  std::vector<Type> types;
  for (const NodeId child : node.children) {
    const bool here = of_optional && (types.empty() || node.function == Function::kOptionalOr);
    types.push_back(here ? as_optional(child) : check(child));
  }
  if (node.function == Function::kOrValue && types.size() == 2 && types[0].kind() == TypeKind::kOptional) {
    const Type& wanted = types[0].parameters()[0];
    if (!dynamic_ && !compatible(wanted, types[1])) {
      if (!promote_literal(ast_, node.children[1], wanted)) return default_of_another_type(id, wanted);
      types[1] = wanted;
    }
  }
  return constant_checked(id, resolved(id, CallStyle::kReceiver, types));
}

// Whether the call looks like a macro: `list.exsts(x, x > 5)`, `cel.bnd(x, 5, x > 3)`.
bool TypeChecker::binds_a_name(const Node& node) const {
  if (node.children.size() < 3) return false;
  const Node& first = ast_[node.children[1]];
  return first.kind == NodeKind::kIdent && !names_.knows(ast_, node.children[1]);
}

Type TypeChecker::default_of_another_type(NodeId id, const Type& wanted) {
  const Node& other = ast_[ast_[id].children[1]];
  std::string hint;
  if (wanted.kind() == TypeKind::kMoney) hint = "write an amount with its currency, e.g. eur('0.00')";
  if (wanted.kind() == TypeKind::kDuration) hint = "write e.g. duration('0s')";
  fault(other.range, "the default is " + other.type.name() + ", but " + wanted.name() + " is wanted", hint);
  return faulty();
}

Type TypeChecker::constant_checked(NodeId id, Type type) {
  // Without a constant pattern there is no code; other arguments may fail when they are used.
  const bool now = !dynamic_ || ast_[id].function == Function::kMatches;
  if (!now || is_faulty(type)) return type;
  Issues found;
  check_constant_arguments(ast_, id, source_, found);
  const auto& arguments = ast_[id].children;
  const bool literal = !arguments.empty() && ast_[arguments.back()].kind == NodeKind::kLiteral;
  if (dynamic_ && literal && found.has_errors()) return failing(id, ErrorCode::kInvalidArgument);
  issues_.append(found);
  return type;
}

Type TypeChecker::unknown_function(NodeId id, CallStyle style) {
  if (dynamic_) return failing(id, ErrorCode::kNoSuchOverload);
  const Node& node = ast_[id];
  const auto other = style == CallStyle::kGlobal ? CallStyle::kReceiver : CallStyle::kGlobal;
  std::string message = "there is no function `" + node.name + "`";
  std::string hint;
  const bool asks = style == CallStyle::kGlobal && asks_for_presence(HabitKind::kFunction, node.name);
  if (const auto usage = macro_usage(node.name); !usage.empty() && !asks) {
    message = "`" + node.name + "` is called in another way";
    hint = "write " + usage;
  } else if (const auto advice = habit_advice(HabitKind::kFunction, node.name); !advice.empty()) {
    hint = advice;
  } else if (find_function(node.name, other, node.children.size()) != Function::kNone) {
    message = "`" + node.name + "` is called in another way";
    hint = style == CallStyle::kGlobal ? "write value." + node.name + "(...)" : "write " + node.name + "(value)";
  } else {
    auto candidates = function_names(style);
    if (style == CallStyle::kReceiver)
      candidates.insert(candidates.end(), {"all", "exists", "exists_one", "map", "filter", "optMap", "optFlatMap"});
    if (style == CallStyle::kGlobal) candidates.emplace_back("has");
    if (style == CallStyle::kReceiver && ast_[node.children[0]].name == "cel") candidates = {"bind", "block"};
    if (style == CallStyle::kGlobal && is_currency_function(in_lower_case(node.name))) {
      candidates = {in_lower_case(node.name)};
    }
    const bool one = candidates.size() == 1;
    const auto closest = one ? std::string_view(candidates[0]) : closest_name(node.name, candidates);
    if (!closest.empty()) hint = "did you mean `" + std::string(closest) + "`?";
  }
  fault(node.name_range, message, hint);
  return faulty();
}

}  // namespace weir::cel
