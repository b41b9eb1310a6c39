#include "rules/cel/presence.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/cel/habits.h"

namespace weir::cel {
namespace {

// Slots that are known to be there. What can't happen knows everything.
struct Facts {
  bool everything = false;
  std::set<std::uint32_t> slots;

  bool has(std::uint32_t slot) const { return everything || slots.contains(slot); }
  // Both hold.
  void add(const Facts& other) {
    everything = everything || other.everything;
    slots.insert(other.slots.begin(), other.slots.end());
  }
  // One or the other holds.
  void share(const Facts& other) {
    if (other.everything) return;
    if (everything) {
      *this = other;
      return;
    }
    std::erase_if(slots, [&other](std::uint32_t slot) { return !other.slots.contains(slot); });
  }
};

Facts impossible() { return {true, {}}; }

// Functions that ask for presence.
const std::vector<std::string> kAsking{"has", "hasValue", "orValue", "optMap", "optFlatMap"};

// What is known where an expression is true, where it is false, and where as an optional it holds something. Where it
// is an error nothing is known, and nothing needs to be: the leftmost error is the result of && and ||, and of whatever
// else it is part of.
struct Outcome {
  Facts yes;
  Facts no;
  Facts held;
};

// A default for a suggestion; empty where none comes to mind.
std::string example_of(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kBool:
      return "false";
    case TypeKind::kInt:
      return "0";
    case TypeKind::kUint:
      return "0u";
    case TypeKind::kDouble:
      return "0.0";
    case TypeKind::kString:
      return "''";
    case TypeKind::kMoney:
      return "eur('0.00')";
    case TypeKind::kDuration:
      return "duration('0s')";
    default:
      return {};
  }
}

// What a part without a meaning was to say can't be told: nothing that hangs on it is called wrong.
Outcome anything() { return {impossible(), impossible(), impossible()}; }

class Analysis {
 public:
  Analysis(const Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues)
      : ast_(ast), environment_(environment), source_(source), issues_(issues) {}

  // Looks at the node where `known` holds.
  Outcome visit(NodeId id, const Facts& known) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::kFaulty:
        return anything();
      case NodeKind::kSlot:
        use(node, known);
        return {};
      case NodeKind::kOptionalSlot:
        return {{}, {}, present(node.index)};
      case NodeKind::kLiteral:
        return literal(node);
      case NodeKind::kLocal:
        return node.index < locals_.size() ? locals_[node.index] : Outcome{};
      case NodeKind::kHas:
        return has(node, known);
      case NodeKind::kAnd:
        return every(node, known, true);
      case NodeKind::kOr:
        return every(node, known, false);
      case NodeKind::kConditional:
        return conditional(node, known);
      case NodeKind::kMacro:
        return macro(node, known);
      case NodeKind::kLet:
        return let(node, known);
      default:
        return call(node, known);
    }
  }

 private:
  void use(const Node& slot, const Facts& known) {
    if (!slot.may_be_absent || known.has(slot.index) || !reported_.insert(slot.index).second) return;
    std::string hint = "write has(" + slot.name + ") && ...";
    const auto example = example_of(slot.type);
    if (!example.empty()) hint += ", or " + slot.name + ".orValue(" + example + ")";
    const auto telling = comparison_that_implies(slot.index);
    if (!telling.empty()) hint += "; it is always there where " + telling;
    issues_.error(source_.place(slot.range), "`" + slot.name + "` may be absent: then there is nothing to use here",
                  std::move(hint));
  }

  // "event_type == 'card_payment'"; empty if there is none.
  std::string comparison_that_implies(std::uint32_t slot) const {
    for (const auto& variable : environment_.variables()) {
      for (const auto& text : environment_.telling_texts(variable.slot)) {
        const auto present = environment_.implied_by(variable.slot, text);
        if (std::find(present.begin(), present.end(), slot) == present.end()) continue;
        return variable.name + " == '" + text + "'";
      }
    }
    return {};
  }

  static Outcome literal(const Node& node) {
    Outcome out;
    if (!node.literal.is(ValueKind::kBool)) return out;
    (node.literal.as_bool() ? out.no : out.yes) = impossible();
    return out;
  }

  Facts present(std::uint32_t slot) const {
    const auto also = environment_.implied_by(slot);
    Facts out{false, {also.begin(), also.end()}};
    out.slots.insert(slot);
    return out;
  }

  Outcome has(const Node& node, const Facts& known) {
    const Node& target = ast_[node.children[0]];
    if (target.kind == NodeKind::kSlot || target.kind == NodeKind::kOptionalSlot) {
      return {present(target.index), {}, {}};
    }
    if (target.kind == NodeKind::kFaulty) return has_misspelt(target.name);
    for (const NodeId child : target.children) (void)visit(child, known);
    return {};
  }

  Outcome has_misspelt(const std::string& name) const {
    const Variable* meant = nearest_variable(name);
    return meant == nullptr ? anything() : Outcome{present(meant->slot), {}, {}};
  }

  const Variable* nearest_variable(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& variable : environment_.variables()) names.push_back(variable.name);
    return environment_.find(closest_name(name, names));
  }

  // && (where `all`) or ||: each operand is looked at where those before it did not decide.
  Outcome every(const Node& node, const Facts& known, bool all) {
    Facts here = known;
    Facts undecided;
    Facts decided = impossible();
    for (const NodeId child : node.children) {
      const Outcome outcome = visit(child, here);
      here.add(all ? outcome.yes : outcome.no);
      undecided.add(all ? outcome.yes : outcome.no);
      decided.share(all ? outcome.no : outcome.yes);
    }
    return all ? Outcome{undecided, decided, {}} : Outcome{decided, undecided, {}};
  }

  Outcome conditional(const Node& node, const Facts& known) {
    const Outcome test = visit(node.children[0], known);
    const auto branch = [&](NodeId id, const Facts& added) {
      Facts here = known;
      here.add(added);
      Outcome outcome = visit(id, here);
      for (Facts* facts : {&outcome.yes, &outcome.no, &outcome.held}) facts->add(added);
      return outcome;
    };
    Outcome out = branch(node.children[1], test.yes);
    const Outcome other = branch(node.children[2], test.no);
    out.yes.share(other.yes);
    out.no.share(other.no);
    out.held.share(other.held);
    return out;
  }

  void forget(std::uint32_t local, std::size_t count = 1) {
    if (locals_.size() < local + count) locals_.resize(local + count);
    for (std::size_t i = 0; i < count; ++i) locals_[local + i] = {};
  }

  Outcome macro(const Node& node, const Facts& known) {
    const Outcome range = visit(node.children[0], known);
    forget(node.index, 2);
    Facts here = known;
    if (node.macro == Macro::kOptMap || node.macro == Macro::kOptFlatMap) {
      here.add(range.held);
      Outcome inside = visit(node.children[1], here);
      if (node.macro == Macro::kOptMap) inside.held = {};
      inside.held.add(range.held);
      return {{}, {}, inside.held};
    }
    const Outcome first = visit(node.children[1], here);
    if (node.children.size() == 3) {
      here.add(first.yes);
      (void)visit(node.children[2], here);
    }
    // Some element made exists() true, or all() false.
    if (node.macro == Macro::kExists || node.macro == Macro::kExistsOne) return {first.yes, {}, {}};
    return node.macro == Macro::kAll ? Outcome{{}, first.no, {}} : Outcome{};
  }

  // A name knows what its value does.
  Outcome let(const Node& node, const Facts& known) {
    const std::size_t values = node.children.size() - 1;
    for (std::size_t i = 0; i < values; ++i) {
      Outcome value = visit(node.children[i], known);
      const auto local = node.index + static_cast<std::uint32_t>(i);
      forget(local);
      locals_[local] = std::move(value);
    }
    return visit(node.children.back(), known);
  }

  Outcome call(const Node& node, const Facts& known) {
    if (asks_wrongly(node)) return anything();
    std::vector<Outcome> outcomes;
    for (const NodeId child : node.children) outcomes.push_back(visit(child, known));
    switch (node.function) {
      case Function::kNot:
        return {outcomes[0].no, outcomes[0].yes, {}};
      case Function::kHasValue:
        return {outcomes[0].held, {}, {}};
      case Function::kEqual:
      case Function::kNotEqual:
        return comparison(node, outcomes);
      case Function::kIn:
        return {implied_by_one_of(node), {}, {}};
      default:
        return {};
    }
  }

  // A fault in how presence is asked for is enough: `!email`, `email != null`, `email.orVaule('')`, `has(x) == 'yes'`.
  bool asks_wrongly(const Node& node) const {
    if (!node.faulty) return false;
    if (std::any_of(node.children.begin(), node.children.end(), [&](NodeId child) {
          return ast_[child].kind == NodeKind::kFaulty && asks_for_presence(HabitKind::kName, ast_[child].name);
        })) {
      return true;
    }
    if (node.function != Function::kNone) return false;
    const auto is = [&](NodeId id, TypeKind kind) { return ast_[id].type.kind() == kind; };
    if (node.kind == NodeKind::kOperator) {
      return node.name == "!" || std::any_of(node.children.begin(), node.children.end(), [&](NodeId child) {
               return is(child, TypeKind::kNull) || is(child, TypeKind::kBool);
             });
    }
    const bool call = node.kind == NodeKind::kCall || node.kind == NodeKind::kReceiverCall;
    return call && (asks_for_presence(HabitKind::kFunction, node.name) || !closest_name(node.name, kAsking).empty());
  }

  // `condition == true` and the like are the condition or its opposite.
  Outcome comparison(const Node& node, const std::vector<Outcome>& outcomes) const {
    for (std::size_t i = 0; i < 2; ++i) {
      const Node& other = ast_[node.children[1 - i]];
      if (other.kind != NodeKind::kLiteral || !other.literal.is(ValueKind::kBool)) continue;
      const bool same = other.literal.as_bool() == (node.function == Function::kEqual);
      return same ? Outcome{outcomes[i].yes, outcomes[i].no, {}} : Outcome{outcomes[i].no, outcomes[i].yes, {}};
    }
    const auto kind = ast_[node.children[0]].kind;
    const bool right_is_text = ast_[node.children[1]].kind == NodeKind::kLiteral;
    const bool left_is_slot = kind == NodeKind::kSlot || (kind == NodeKind::kFaulty && right_is_text);
    const auto implied =
        implied_by(ast_[node.children[left_is_slot ? 0 : 1]], ast_[node.children[left_is_slot ? 1 : 0]]);
    return node.function == Function::kEqual ? Outcome{implied, {}, {}} : Outcome{{}, implied, {}};
  }

  Facts implied_by(const Node& slot, const Node& value) const {
    const bool is_text = value.kind == NodeKind::kLiteral && value.literal.is(ValueKind::kString);
    if (slot.kind == NodeKind::kSlot && is_text) return implied_by(slot.index, value.literal.as_string());
    if (slot.kind == NodeKind::kSlot && value.kind == NodeKind::kFaulty) return implied_by(slot.index, value.name);
    if (slot.kind != NodeKind::kFaulty || !is_text) return {};
    const Variable* meant = nearest_variable(slot.name);
    return meant == nullptr ? Facts{} : implied_by(meant->slot, value.literal.as_string());
  }

  // A text that never stands in the slot is another one, misspelt; who looks at texts says so.
  Facts implied_by(std::uint32_t slot, std::string_view text) const {
    const auto telling = environment_.telling_texts(slot);
    if (telling.empty()) return {};
    const bool known = std::find(telling.begin(), telling.end(), text) != telling.end();
    const auto meant = known ? text : closest_name(text, telling);
    if (meant.empty()) return impossible();
    const auto present = environment_.implied_by(slot, meant);
    return {false, {present.begin(), present.end()}};
  }

  // What all elements of a written list imply.
  Facts implied_by_one_of(const Node& node) const {
    const Node& list = ast_[node.children[1]];
    if (list.kind != NodeKind::kList || list.children.empty()) return {};
    Facts out = impossible();
    for (const NodeId element : list.children) out.share(implied_by(ast_[node.children[0]], ast_[element]));
    return out;
  }

  const Ast& ast_;
  const Environment& environment_;
  const SourceMap& source_;
  Issues& issues_;
  std::vector<Outcome> locals_;
  std::set<std::uint32_t> reported_;
};

}  // namespace

void check_presence(const Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues) {
  (void)Analysis(ast, environment, source, issues).visit(ast.root, {});
}

}  // namespace weir::cel
