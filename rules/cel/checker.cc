#include "rules/cel/checker.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rules/cel/constant_arguments.h"
#include "rules/cel/macros.h"
#include "rules/cel/money_literal.h"
#include "rules/cel/names.h"
#include "rules/cel/promotion.h"
#include "rules/cel/type_rules.h"

namespace weir::cel {
namespace {

const Type kFaulty = Type::simple(TypeKind::kError);
const Type kBool = Type::simple(TypeKind::kBool);

bool is_faulty(const Type& type) { return type.kind() == TypeKind::kError; }
bool is_dyn(const Type& type) { return type.kind() == TypeKind::kDyn; }

Type literal_type(const Value& literal) {
  switch (literal.kind()) {
    case ValueKind::kNull:
      return Type::simple(TypeKind::kNull);
    case ValueKind::kBool:
      return kBool;
    case ValueKind::kInt64:
      return Type::simple(TypeKind::kInt);
    case ValueKind::kUint64:
      return Type::simple(TypeKind::kUint);
    case ValueKind::kDouble:
      return Type::simple(TypeKind::kDouble);
    case ValueKind::kString:
      return Type::simple(TypeKind::kString);
    case ValueKind::kBytes:
      return Type::simple(TypeKind::kBytes);
    default:
      return Type::simple(TypeKind::kType);
  }
}

class Checker {
 public:
  Checker(Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues)
      : ast_(ast), names_(environment), source_(source), issues_(issues) {}

  void run(const Type& wanted) {
    const Type& type = check(ast_.root);
    if (compatible(type, wanted) || promote_literal(ast_, ast_.root, wanted)) return;
    fault(ast_[ast_.root].range, "this is " + type.name() + ", but " + wanted.name() + " is wanted");
  }

 private:
  void fault(SourceRange range, std::string message, std::string suggestion = {}) {
    issues_.error(source_.place(range), std::move(message), std::move(suggestion));
  }

  const Type& check(NodeId id) {
    Type type = type_of(id);
    Node& node = ast_[id];
    node.type = std::move(type);
    for (const NodeId child : node.children) {
      node.reads_slots = node.reads_slots || ast_[child].reads_slots;
      node.lowest_local = std::min(node.lowest_local, ast_[child].lowest_local);
    }
    // A macro binds its own variable.
    if (node.kind == NodeKind::kMacro && node.lowest_local != kNoLocal && node.lowest_local >= names_.depth()) {
      node.lowest_local = kNoLocal;
    }
    return node.type;
  }

  Type type_of(NodeId id) {
    switch (ast_[id].kind) {
      case NodeKind::kFaulty:
        return kFaulty;
      case NodeKind::kLiteral:
        return literal_type(ast_[id].literal);
      case NodeKind::kSlot:
      case NodeKind::kLocal:
        return ast_[id].type;
      case NodeKind::kIdent:
      case NodeKind::kSelect:
        return name_or_field(id);
      case NodeKind::kHas:
        return has(id);
      case NodeKind::kOperator:
        return operation(id);
      case NodeKind::kCall:
        return call(id);
      case NodeKind::kReceiverCall:
        return receiver_call(id);
      case NodeKind::kAnd:
      case NodeKind::kOr:
        return logical(id);
      case NodeKind::kConditional:
        return conditional(id);
      case NodeKind::kList:
        return list(id);
      case NodeKind::kMap:
        return map(id);
      case NodeKind::kMacro:
        return macro(id);
    }
    return kFaulty;
  }

  Type name_or_field(NodeId id) {
    if (!names_.resolve(ast_, id)) {
      const auto name = dotted_name(ast_, id);
      fault(ast_[id].range, "`" + *name + "` is not declared", unknown_name_hint(*name));
      ast_[id].kind = NodeKind::kFaulty;
      ast_[id].children.clear();
      return kFaulty;
    }
    if (ast_[id].kind != NodeKind::kSelect) return ast_[id].type;
    const Node& node = ast_[id];
    const Type operand = check(node.children[0]);
    if (is_faulty(operand) || is_dyn(operand)) return operand;
    if (operand.kind() == TypeKind::kMap && compatible(operand.parameters()[0], Type::simple(TypeKind::kString))) {
      return operand.parameters()[1];
    }
    const auto name = dotted_text(id);
    fault(node.name_range, "a value of type " + operand.name() + " has no field `" + node.name + "`",
          name.empty() ? "" : names_.suggestion(name));
    return kFaulty;
  }

  // The names of a partly resolved selection: a slot's name holds its dots already.
  std::string dotted_text(NodeId id) const {
    const Node& node = ast_[id];
    if (node.kind == NodeKind::kSlot) return node.name;
    if (node.kind != NodeKind::kSelect) return {};
    auto out = dotted_text(node.children[0]);
    if (!out.empty()) out.append(".").append(node.name);
    return out;
  }

  std::string unknown_name_hint(const std::string& name) const {
    auto hint = names_.suggestion(name);
    if (hint.empty() && name == "now") hint = "there is no clock here: use the event's own time";
    return hint;
  }

  Type has(NodeId id) {
    const NodeId target = ast_[id].children[0];
    const Type type = check(target);
    if (is_faulty(type)) return kBool;
    if (ast_[target].kind == NodeKind::kSlot || ast_[target].kind == NodeKind::kSelect) return kBool;
    fault(ast_[target].range, "has() asks for a field, e.g. has(card.country)");
    return kBool;
  }

  std::vector<Type> check_children(NodeId id) {
    std::vector<Type> types;
    for (const NodeId child : ast_[id].children) types.push_back(check(child));
    return types;
  }

  Type operation(NodeId id) {
    const auto types = check_children(id);
    Node& node = ast_[id];
    node.function = find_function(node.name, CallStyle::kOperator, types.size());
    return types.size() == 2 ? binary(node, types) : resolved(node, CallStyle::kOperator, types);
  }

  Type binary(Node& node, std::vector<Type> types) {
    if (std::any_of(types.begin(), types.end(), is_faulty)) return after_fault(node.function);
    if (auto type = call_type(node.function, CallStyle::kOperator, types)) return *type;
    if (promote_operands(node, types)) {
      if (auto type = call_type(node.function, CallStyle::kOperator, types)) return *type;
    }
    const bool ordered = node.function >= Function::kEqual && node.function <= Function::kGreaterEqual;
    const std::string verb = ordered ? " can't compare " : " can't combine ";
    std::string message = "`" + node.name + "`" + verb + types[0].name() + " and " + types[1].name();
    if (node.function == Function::kIn) message = "`in` can't look for " + types[0].name() + " in " + types[1].name();
    if (node.function == Function::kIndex) message = types[0].name() + " can't be indexed with " + types[1].name();
    fault(node.name_range, message, operand_hint(node, types));
    return after_fault(node.function);
  }

  std::string operand_hint(const Node& node, const std::vector<Type>& types) const {
    if (node.function == Function::kIn || node.function == Function::kIndex) {
      if (types[1].kind() == TypeKind::kString && types[0].kind() == TypeKind::kString) {
        return "write text.contains(part) to look into a string";
      }
      return {};
    }
    return mixing_suggestion(ast_, source_, node.function, node.children[0], node.children[1]);
  }

  bool promote_operands(const Node& node, std::vector<Type>& types) {
    if (node.function == Function::kIndex) return false;
    const NodeId left = node.children[0];
    const NodeId right = node.children[1];
    bool promoted = false;
    if (node.function == Function::kIn) {
      if (types[1].kind() != TypeKind::kList) return false;
      promoted =
          promote_literal(ast_, left, types[1].parameters()[0]) || promote_literal(ast_, right, Type::list(types[0]));
    } else {
      promoted = promote_literal(ast_, left, types[1]) || promote_literal(ast_, right, types[0]);
    }
    types = {ast_[left].type, ast_[right].type};
    return promoted;
  }

  static Type after_fault(Function function) {
    const bool yields_bool = function == Function::kIn || function == Function::kNot ||
                             (function >= Function::kEqual && function <= Function::kGreaterEqual);
    return yields_bool ? kBool : kFaulty;
  }

  Type resolved(Node& node, CallStyle style, const std::vector<Type>& types) {
    if (auto type = call_type(node.function, style, types)) return *type;
    if (std::any_of(types.begin(), types.end(), is_faulty)) return kFaulty;
    if (style == CallStyle::kOperator) {
      const bool on_name = node.function == Function::kNot && types[0].kind() != TypeKind::kBool;
      fault(node.name_range, "`" + node.name + "` can't be applied to " + types[0].name(),
            on_name ? "`!` wants a condition" : "");
      return after_fault(node.function);
    }
    std::vector<std::string> names;
    for (const auto& type : types) names.push_back(type.name());
    fault(node.name_range, "`" + node.name + "` doesn't go with " + spelled_form(node.function, style, names),
          "it takes " + known_forms(node.function, style));
    return kFaulty;
  }

  Type call(NodeId id) {
    Node& node = ast_[id];
    node.function = find_function(node.name, CallStyle::kGlobal, node.children.size());
    if (node.function == Function::kMoney || (node.function == Function::kNone && is_currency_function(node.name))) {
      node.function = Function::kMoney;
      check_children(id);
      check_money(ast_, id, source_, issues_);
      return Type::simple(TypeKind::kMoney);
    }
    const auto types = check_children(id);
    if (node.function == Function::kNone) return unknown_function(node, CallStyle::kGlobal);
    return constant_checked(id, resolved(node, CallStyle::kGlobal, types));
  }

  // `math.abs(x)` is parsed as a call on `math`. Where that is a declared name, the call is one on its value, unless
  // there is no such function on values.
  bool become_namespaced(NodeId id) {
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

  // Whether an unknown name is more likely a function of a namespace than a call on an unknown variable.
  static bool is_slip_of(const std::string& name, bool on_values) {
    if (on_values) return false;
    return is_namespace(name.substr(0, name.rfind('.'))) ||
           closest_name(name, function_names(CallStyle::kGlobal)).find('.') != std::string_view::npos;
  }

  Type receiver_call(NodeId id) {
    if (become_namespaced(id)) return call(id);
    Node& node = ast_[id];
    node.function = find_function(node.name, CallStyle::kReceiver, node.children.size());
    if (node.function == Function::kNone) {
      // A namespace such as `math` and a macro's variable aren't declared names: saying so as well would hide what is
      // wrong.
      if (!is_known_extension(node.name) && macro_usage(node.name).empty()) check_children(id);
      return unknown_function(node, CallStyle::kReceiver);
    }
    const auto types = check_children(id);
    return constant_checked(id, resolved(node, CallStyle::kReceiver, types));
  }

  Type constant_checked(NodeId id, Type type) {
    if (!is_faulty(type)) check_constant_arguments(ast_, id, source_, issues_);
    return type;
  }

  Type unknown_function(const Node& node, CallStyle style) {
    const auto other = style == CallStyle::kGlobal ? CallStyle::kReceiver : CallStyle::kGlobal;
    std::string message = "there is no function `" + node.name + "`";
    std::string hint;
    if (const auto usage = macro_usage(node.name); !usage.empty()) {
      message = "`" + node.name + "` is called in another way";
      hint = "write list." + std::string(usage);
    } else if (node.name == "has") {
      message = "`has` is called in another way";
      hint = "write has(field)";
    } else if (is_known_extension(node.name)) {
      message = "`" + node.name + "` is not supported yet";
    } else if (find_function(node.name, other, node.children.size()) != Function::kNone) {
      message = "`" + node.name + "` is called in another way";
      hint = style == CallStyle::kGlobal ? "write value." + node.name + "(...)" : "write " + node.name + "(value)";
    } else {
      auto candidates = function_names(style);
      if (style == CallStyle::kReceiver)
        candidates.insert(candidates.end(), {"all", "exists", "exists_one", "map", "filter"});
      if (style == CallStyle::kGlobal) candidates.emplace_back("has");
      const auto closest = closest_name(node.name, candidates);
      if (!closest.empty()) hint = "did you mean `" + std::string(closest) + "`?";
    }
    fault(node.name_range, message, hint);
    return kFaulty;
  }

  Type logical(NodeId id) {
    const auto types = check_children(id);
    const Node& node = ast_[id];
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (compatible(types[i], kBool)) continue;
      fault(ast_[node.children[i]].range, "`" + node.name + "` wants bool, but this is " + types[i].name());
    }
    return kBool;
  }

  Type conditional(NodeId id) {
    auto types = check_children(id);
    const Node& node = ast_[id];
    if (!compatible(types[0], kBool)) {
      fault(ast_[node.children[0]].range, "the condition before `?` is " + types[0].name() + ", but bool is wanted");
    }
    if (!compatible(types[1], types[2])) {
      if (promote_literal(ast_, node.children[1], types[2])) return types[2];
      if (promote_literal(ast_, node.children[2], types[1])) return types[1];
      fault(node.name_range, "both sides of `:` must have one type, not " + types[1].name() + " and " + types[2].name(),
            mixing_suggestion(ast_, source_, Function::kNone, node.children[1], node.children[2]));
      return kFaulty;
    }
    return joined(types[1], types[2]);
  }

  Type list(NodeId id) {
    const auto types = check_children(id);
    if (types.empty()) return Type::list(Type::dyn());
    Type element = types[0];
    for (const auto& type : types) element = joined(element, type);
    return Type::list(std::move(element));
  }

  Type map(NodeId id) {
    const auto types = check_children(id);
    if (types.empty()) return Type::map(Type::dyn(), Type::dyn());
    Type key = types[0];
    Type value = types[1];
    for (std::size_t i = 0; i < types.size(); i += 2) {
      const auto kind = types[i].kind();
      const bool may_be_key = kind == TypeKind::kInt || kind == TypeKind::kUint || kind == TypeKind::kBool ||
                              kind == TypeKind::kString || kind == TypeKind::kDyn || kind == TypeKind::kError;
      if (!may_be_key) {
        fault(ast_[ast_[id].children[i]].range, "a key of a map is int, uint, bool or string, not " + types[i].name());
      }
      key = joined(key, types[i]);
      value = joined(value, types[i + 1]);
    }
    return Type::map(std::move(key), std::move(value));
  }

  Type macro(NodeId id) {
    const Type range = check(ast_[id].children[0]);
    Type element = range;
    if (range.kind() == TypeKind::kList || range.kind() == TypeKind::kMap) {
      element = range.parameters()[0];
    } else if (!is_dyn(range) && !is_faulty(range)) {
      fault(ast_[ast_[id].children[0]].range,
            std::string(macro_name(ast_[id].macro)) + "() goes over a list or a map, not " + range.name());
      element = kFaulty;
    }
    ast_[id].index = names_.depth();
    names_.push({ast_[id].name, element});
    const Type result = macro_result(id, element);
    names_.pop();
    return result;
  }

  Type macro_result(NodeId id, const Type& element) {
    const auto children = ast_[id].children;
    const auto condition = [this](NodeId child) {
      const Type type = check(child);
      if (!compatible(type, kBool))
        fault(ast_[child].range, "the condition is " + type.name() + ", but bool is wanted");
    };
    switch (ast_[id].macro) {
      case Macro::kAll:
      case Macro::kExists:
      case Macro::kExistsOne:
        condition(children[1]);
        return kBool;
      case Macro::kFilter:
        condition(children[1]);
        return Type::list(element);
      case Macro::kMap:
        break;
    }
    if (children.size() == 3) condition(children[1]);
    return Type::list(check(children.back()));
  }

  Ast& ast_;
  Names names_;
  const SourceMap& source_;
  Issues& issues_;
};

}  // namespace

void check(Ast& ast, const Environment& environment, const Type& wanted, const SourceMap& source, Issues& issues) {
  Checker(ast, environment, source, issues).run(wanted);
}

}  // namespace weir::cel
