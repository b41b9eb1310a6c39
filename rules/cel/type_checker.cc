#include "rules/cel/type_checker.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "rules/cel/checker.h"
#include "rules/cel/habits.h"
#include "rules/cel/promotion.h"
#include "rules/cel/type_rules.h"

namespace weir::cel {
namespace {

const Type kFaulty = Type::simple(TypeKind::kError);
const Type kBool = Type::simple(TypeKind::kBool);

bool is_faulty(const Type& type) { return type.kind() == TypeKind::kError; }
bool is_simple(const Type& type) { return type.parameters().empty(); }
bool is_open(const Type& type) { return type.kind() == TypeKind::kDyn || type.kind() == TypeKind::kFree; }

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

}  // namespace

void TypeChecker::run(const Type& wanted) {
  Node& root = ast_[ast_.root];
  (void)check(ast_.root);
  root.type = settled(root.type);
  if (dynamic_ || compatible(root.type, wanted) || promote_literal(ast_, ast_.root, wanted)) return;
  if (root.faulty && !is_simple(root.type)) return;  // what it was to be is not known
  fault(root.range, "this is " + root.type.name() + ", but " + wanted.name() + " is wanted");
}

void TypeChecker::fault(SourceRange range, std::string message, std::string suggestion) {
  if (!dynamic_) issues_.error(source_.place(range), std::move(message), std::move(suggestion));
}

Type TypeChecker::faulty() const { return dynamic_ ? Type::dyn() : kFaulty; }

Type TypeChecker::failing(NodeId id, ErrorCode code) {
  Node& node = ast_[id];
  node.kind = NodeKind::kFailing;
  node.function = Function::kNone;
  node.literal = Value::error(code, ast_.keep(node.name));
  node.children.clear();
  return Type::dyn();
}

const Type& TypeChecker::check(NodeId id) {
  const auto faults_before = issues_.all().size();
  Type type = type_of(id);
  Node& node = ast_[id];
  node.type = std::move(type);
  node.faulty = node.kind == NodeKind::kFaulty || issues_.all().size() != faults_before;
  for (const NodeId child : node.children) {
    node.faulty = node.faulty || ast_[child].faulty;
    node.reads_slots = node.reads_slots || ast_[child].reads_slots;
    node.lowest_local = std::min(node.lowest_local, ast_[child].lowest_local);
  }
  const bool binds = node.kind == NodeKind::kMacro || node.kind == NodeKind::kLet;
  if (binds && node.lowest_local != kNoLocal && node.lowest_local >= names_.depth()) {
    node.lowest_local = kNoLocal;
  }
  return node.type;
}

Type TypeChecker::type_of(NodeId id) {
  switch (ast_[id].kind) {
    case NodeKind::kFaulty:
      (void)check_children(id);
      return kFaulty;
    case NodeKind::kFailing:
      return Type::dyn();
    case NodeKind::kLiteral:
      return literal_type(ast_[id].literal);
    case NodeKind::kSlot:
    case NodeKind::kOptionalSlot:
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
    case NodeKind::kOptionalEntry:
      return optional_entry(id);
    case NodeKind::kMacro:
      return macro(id);
    case NodeKind::kLet:
      return let(id);
  }
  return kFaulty;
}

std::vector<Type> TypeChecker::check_children(NodeId id) {
  std::vector<Type> types;
  for (const NodeId child : ast_[id].children) types.push_back(check(child));
  return types;
}

void TypeChecker::want_bool(NodeId id, const Type& type, const std::string& who) {
  if (!compatible(type, kBool)) fault(ast_[id].range, who + type.name() + ", but bool is wanted");
}

Type TypeChecker::name_or_field(NodeId id) {
  if (!names_.resolve(ast_, id)) return unknown_name(id);
  const Node& node = ast_[id];
  if (node.kind != NodeKind::kSelect) return node.type;
  const Type operand = check(node.children[0]);
  const bool of_optional = operand.kind() == TypeKind::kOptional;
  const Type type = field_type(id, of_optional ? operand.parameters()[0] : operand);
  return (of_optional || node.optional) && !is_faulty(type) ? Type::optional(type) : type;
}

Type TypeChecker::unknown_name(NodeId id) {
  const auto name = *dotted_name(ast_, id);
  Node& node = ast_[id];
  node.name = name;
  if (dynamic_) return failing(id, ErrorCode::kAbsentValue);
  fault(node.range, "`" + name + "` is not declared", unknown_name_hint(name));
  node.kind = NodeKind::kFaulty;
  node.children.clear();
  return kFaulty;
}

Type TypeChecker::field_type(NodeId id, const Type& operand) {
  if (is_faulty(operand) || is_open(operand)) return operand;
  if (operand.kind() == TypeKind::kMap && compatible(operand.parameters()[0], Type::simple(TypeKind::kString))) {
    return operand.parameters()[1];
  }
  const Node& node = ast_[id];
  const auto name = dotted_text(id);
  const bool of_type = operand.kind() == TypeKind::kType && !name.empty();
  std::string hint = name.empty() ? "" : names_.suggestion(name);
  const auto function = find_function(node.name, CallStyle::kReceiver, 1);
  if (hint.empty() && function != Function::kNone && call_type(function, CallStyle::kReceiver, {&operand, 1})) {
    hint = "write `" + node.name + "()`";
  }
  fault(node.name_range,
        (of_type ? "`" + ast_[node.children[0]].name + "` is a type and" : "a value of type " + operand.name()) +
            " has no field `" + node.name + "`",
        hint);
  return faulty();
}

// The names of a partly resolved selection: a slot's name holds its dots already.
std::string TypeChecker::dotted_text(NodeId id) const {
  const Node& node = ast_[id];
  if (node.kind == NodeKind::kSlot || node.kind == NodeKind::kOptionalSlot) return node.name;
  if (node.kind == NodeKind::kLiteral && node.type.kind() == TypeKind::kType) return node.name;
  if (node.kind != NodeKind::kSelect) return {};
  auto out = dotted_text(node.children[0]);
  if (!out.empty()) out.append(".").append(node.name);
  return out;
}

std::string TypeChecker::unknown_name_hint(const std::string& name) const {
  const auto advice = habit_advice(HabitKind::kName, name);
  if (!advice.empty()) return std::string(advice);
  auto suggestion = names_.suggestion(name);
  constexpr std::string_view kLists = "lists.";
  if (!name.starts_with(kLists) || suggestion.find(kLists) != std::string::npos) return suggestion;
  return "add lists/" + name.substr(kLists.size()) + ".yaml, which says what the list holds";
}

Type TypeChecker::has(NodeId id) {
  const NodeId target = ast_[id].children[0];
  const Type type = check(target);
  const auto kind = ast_[target].kind;
  if (kind == NodeKind::kLiteral && !ast_[target].name.empty() && type.kind() == TypeKind::kString) {
    Node& node = ast_[id];  // a variable that is a constant
    node.kind = NodeKind::kLiteral;
    node.literal = Value::boolean(true);
    node.children.clear();
    return kBool;
  }
  const bool field = kind == NodeKind::kSlot || kind == NodeKind::kOptionalSlot || kind == NodeKind::kSelect ||
                     kind == NodeKind::kFailing;
  if (!field && !is_faulty(type)) {
    issues_.error(source_.place(ast_[target].range), "has() asks for a field, e.g. has(card.country)");
  }
  return kBool;
}

Type TypeChecker::operation(NodeId id) {
  const auto types = check_children(id);
  Node& node = ast_[id];
  node.function = find_function(node.name, CallStyle::kOperator, types.size());
  return types.size() == 2 ? binary(node, types) : resolved(id, CallStyle::kOperator, types);
}

Type TypeChecker::binary(Node& node, std::vector<Type> types) {
  if (std::any_of(types.begin(), types.end(), is_faulty)) return after_fault(node.function);
  if (auto type = call_type(node.function, CallStyle::kOperator, types)) return *type;
  if (promote_operands(node, types)) {
    if (auto type = call_type(node.function, CallStyle::kOperator, types)) return *type;
  }
  if (computed_beside_null(node, types)) return kBool;
  const bool ordered = node.function >= Function::kEqual && node.function <= Function::kGreaterEqual;
  const std::string verb = ordered ? " can't compare " : " can't combine ";
  std::string message = "`" + node.name + "`" + verb + types[0].name() + " and " + types[1].name();
  if (node.function == Function::kIn) message = "`in` can't look for " + types[0].name() + " in " + types[1].name();
  if (node.function == Function::kIndex) message = types[0].name() + " can't be indexed with " + types[1].name();
  fault(node.name_range, message, operand_hint(node, types));
  const Type type = after_fault(node.function);
  if (!dynamic_) node.function = Function::kNone;
  return type;
}

// CEL compares times, spans and optionals with null. A field that is null is absent, so that one would hide a mistake.
bool TypeChecker::computed_beside_null(const Node& node, const std::vector<Type>& types) const {
  if (node.function != Function::kEqual && node.function != Function::kNotEqual) return false;
  return one_is_null(types[0], types[1]) && std::none_of(node.children.begin(), node.children.end(), [&](NodeId child) {
           return ast_[child].kind == NodeKind::kSlot || ast_[child].kind == NodeKind::kOptionalSlot;
         });
}

std::string TypeChecker::operand_hint(const Node& node, const std::vector<Type>& types) const {
  if (auto hint = lookup_hint(types); !hint.empty()) return hint;
  if (node.function == Function::kIn || node.function == Function::kIndex) {
    if (types[1].kind() == TypeKind::kString && types[0].kind() == TypeKind::kString) {
      return "write text.contains(part) to look into a string";
    }
    const bool looks = node.function == Function::kIn;
    if (looks && types[0].kind() == TypeKind::kMoney) return "write amounts, e.g. [eur('150.00')]";
    if (!looks && types[0].kind() == TypeKind::kString) return "write text.charAt(0)";
    return {};
  }
  return mixing_suggestion(ast_, source_, node.function, node.children[0], node.children[1]);
}

bool TypeChecker::promote_operands(const Node& node, std::vector<Type>& types) {
  if (dynamic_ || node.function == Function::kIndex) return false;
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

Type TypeChecker::after_fault(Function function) const {
  const bool yields_bool =
      function == Function::kIn || (function >= Function::kEqual && function <= Function::kGreaterEqual);
  return yields_bool ? kBool : faulty();
}

Type TypeChecker::logical(NodeId id) {
  const auto types = check_children(id);
  const Node& node = ast_[id];
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (compatible(types[i], kBool)) continue;
    fault(ast_[node.children[i]].range, "`" + node.name + "` wants bool, but this is " + types[i].name());
  }
  return kBool;
}

Type TypeChecker::conditional(NodeId id) {
  auto types = check_children(id);
  const Node& node = ast_[id];
  want_bool(node.children[0], types[0], "the condition before `?` is ");
  if (!dynamic_ && !compatible(types[1], types[2]) && !one_is_null(types[1], types[2])) {
    if (promote_literal(ast_, node.children[1], types[2])) return types[2];
    if (promote_literal(ast_, node.children[2], types[1])) return types[1];
    fault(node.name_range, "both sides of `:` must have one type, not " + types[1].name() + " and " + types[2].name(),
          mixing_suggestion(ast_, source_, Function::kNone, node.children[1], node.children[2]));
    return kFaulty;
  }
  return joined(types[1], types[2]);
}

Type TypeChecker::list(NodeId id) {
  const auto types = check_children(id);
  if (types.empty()) return Type::list(Type::free());
  Type element = types[0];
  for (const auto& type : types) element = joined(element, type);
  return Type::list(std::move(element));
}

Type TypeChecker::map(NodeId id) {
  const auto types = check_children(id);
  if (types.empty()) return Type::map(Type::free(), Type::free());
  Type key = types[0];
  Type value = types[1];
  for (std::size_t i = 0; i < types.size(); i += 2) {
    const auto kind = types[i].kind();
    const bool may_be_key = kind == TypeKind::kInt || kind == TypeKind::kUint || kind == TypeKind::kBool ||
                            kind == TypeKind::kString || is_open(types[i]) || is_faulty(types[i]);
    if (!may_be_key) {
      fault(ast_[ast_[id].children[i]].range, "a key of a map is int, uint, bool or string, not " + types[i].name());
    }
    key = joined(key, types[i]);
    value = joined(value, types[i + 1]);
  }
  return Type::map(std::move(key), std::move(value));
}

Type TypeChecker::optional_entry(NodeId id) {
  const NodeId child = ast_[id].children[0];
  const Type type = check(child);
  if (type.kind() == TypeKind::kOptional) return type.parameters()[0];
  if (is_faulty(type) || is_open(type)) return type;
  fault(ast_[child].range, "after `?` an optional is wanted, not " + type.name(),
        "leave out the `?`, or write optional.of(...)");
  return faulty();
}

void check(Ast& ast, const Environment& environment, const Type& wanted, const SourceMap& source, Issues& issues,
           Checking checking) {
  TypeChecker(ast, environment, source, issues, checking).run(wanted);
}

}  // namespace weir::cel
