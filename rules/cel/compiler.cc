#include "rules/cel/compiler.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "rules/cel/collection.h"
#include "rules/cel/interpreter.h"
#include "rules/cel/time_zones.h"
#include "rules/cel/typed_op.h"

namespace weir::cel {
namespace {

using Register = std::uint16_t;
constexpr std::uint32_t kNowhere = 0xFFFFFFFFU;

class Generator {
 public:
  Generator(const Ast& ast, const SourceMap& source, Issues& issues, bool fold)
      : ast_(ast), source_(source), issues_(issues), fold_(fold), code_(std::make_unique<Code>()) {}

  std::unique_ptr<Code> run(NodeId root) {
    collect_slots(root);
    const std::uint32_t result = operand(root);
    emit({Op::kReturn, Function::kNone, 0, result, 0, 0});
    code_->type = ast_[root].type;
    code_->register_count = most_registers_;
    code_->slot_end = code_->slots.empty() ? 0 : code_->slots.back() + 1;
    return std::move(code_);
  }

 private:
  void collect_slots(NodeId id) {
    const Node& node = ast_[id];
    if (node.kind == NodeKind::kSlot || node.kind == NodeKind::kOptionalSlot) {
      auto& slots = code_->slots;
      const auto at = std::lower_bound(slots.begin(), slots.end(), node.index);
      if (at == slots.end() || *at != node.index) {
        slots.insert(at, node.index);
        code_->slot_names.push_back({node.index, node.name});
      }
    }
    for (const NodeId child : node.children) collect_slots(child);
  }

  std::uint32_t emit(Instruction instruction) {
    code_->instructions.push_back(instruction);
    return static_cast<std::uint32_t>(code_->instructions.size() - 1);
  }
  std::uint32_t here() const { return static_cast<std::uint32_t>(code_->instructions.size()); }
  void land(std::uint32_t jump) { code_->instructions[jump].c = here(); }

  Register take(std::size_t count = 1) {
    WEIR_CHECK(next_register_ + count <= std::numeric_limits<Register>::max(), "the limits keep registers few");
    const auto first = static_cast<Register>(next_register_);
    next_register_ += count;
    most_registers_ = std::max(most_registers_, next_register_);
    return first;
  }

  std::uint32_t constant(const Value& value) { return kept_constant(code_->keep(value)); }
  std::uint32_t kept_constant(const Value& value) {
    code_->constants.push_back(value);
    return kConstantSpace | static_cast<std::uint32_t>(code_->constants.size() - 1);
  }
  const Value* constant_at(std::uint32_t operand) const {
    return operand >> kSpaceShift == kConstantSpace >> kSpaceShift ? &code_->constants[operand & kIndexMask] : nullptr;
  }

  // The value of a subtree that is the same in every evaluation. One that is too costly to compute is left to fail in
  // each evaluation, and nothing is folded any more: what remains may be as costly.
  std::optional<Value> folded(NodeId id) {
    Generator part(ast_, source_, issues_, false);
    part.outer_ = this;
    const std::size_t issues_before = issues_.all().size();
    const auto code = part.run(id);
    if (issues_.all().size() != issues_before) return Value::boolean(false);
    const Value value = cel::run(*code, {}, folding_scratch_);
    if (value.is_error() && value.code() == ErrorCode::kCostLimit) {
      for (Generator* part_of = this; part_of != nullptr; part_of = part_of->outer_) {
        part_of->fold_ = false;
        part_of->fold_names_ = false;
      }
      return std::nullopt;
    }
    // Amounts of two currencies may meet at an event's rates.
    if (value.is_error() && value.code() == ErrorCode::kCurrencyMismatch) return std::nullopt;
    return code_->keep(value);  // it may point into the part's code, which ends here
  }

  // Where the node's value is found: a slot, a constant, a macro's variable, or a register of its own.
  std::uint32_t operand(NodeId id) {
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::kLiteral:
      case NodeKind::kFailing:
        return constant(node.literal);
      case NodeKind::kSlot:
        return kSlotSpace | node.index;
      case NodeKind::kLocal:
        return local(node.index);
      default:
        break;
    }
    if (node.function == Function::kMoney) return constant(node.literal);
    if (node.kind == NodeKind::kLet) {
      set_names(node);
      return operand(node.children.back());
    }
    if (fold_ && node.constant()) {
      if (const auto value = folded(id)) return kept_constant(*value);
    }
    const Register dst = take();
    into(dst, id);
    return kRegisterSpace | dst;
  }

  void set_local(std::uint32_t index, std::uint32_t operand) {
    if (locals_.size() <= index) locals_.resize(index + 1, kNowhere);
    locals_[index] = operand;
  }

  // A constant with a name is computed now even where its surroundings are: a pattern may be made of it.
  void set_names(const Node& let) {
    for (std::size_t i = 0; i + 1 < let.children.size(); ++i) {
      const NodeId id = let.children[i];
      const auto value = fold_names_ && ast_[id].constant() ? folded(id) : std::nullopt;
      set_local(let.index + static_cast<std::uint32_t>(i), value ? kept_constant(*value) : operand(id));
    }
  }

  std::uint32_t local(std::uint32_t index) {
    if (index < locals_.size() && locals_[index] != kNowhere) return locals_[index];
    const Value* value = outer_ == nullptr ? nullptr : outer_->known_local(index);
    return constant(value != nullptr ? *value : Value::error(ErrorCode::kCostLimit));
  }

  // The value of a constant that has a name, unless it was too costly to compute.
  const Value* known_local(std::uint32_t index) const {
    if (index < locals_.size() && locals_[index] != kNowhere) return constant_at(locals_[index]);
    return outer_ == nullptr ? nullptr : outer_->known_local(index);
  }

  void into(Register dst, NodeId id) {
    const Node& node = ast_[id];
    const std::size_t mark = next_register_;
    switch (node.kind) {
      case NodeKind::kAnd:
        logical(dst, node, Op::kAnd, Op::kJumpIfFalse);
        break;
      case NodeKind::kOr:
        logical(dst, node, Op::kOr, Op::kJumpIfTrue);
        break;
      case NodeKind::kConditional:
        conditional(dst, node);
        break;
      case NodeKind::kHas:
        has(dst, node);
        break;
      case NodeKind::kOptionalSlot:
        emit({Op::kSlotOptional, Function::kNone, dst, kSlotSpace | node.index, 0, 0});
        break;
      case NodeKind::kSelect: {
        const std::uint32_t map = operand(node.children[0]);
        const auto function = node.optional ? Function::kOptionalIndex : Function::kIndex;
        emit({Op::kCall2, function, dst, map, constant(Value::string(node.name)), 0});
        break;
      }
      case NodeKind::kOptionalEntry:
        placed(dst, node.children[0]);
        emit({Op::kOpenEntry, Function::kNone, dst, 0, 0, 0});
        break;
      case NodeKind::kList:
        in_a_row(Op::kMakeList, dst, node);
        break;
      case NodeKind::kMap:
        in_a_row(Op::kMakeMap, dst, node);
        break;
      case NodeKind::kMacro:
        macro(dst, node);
        break;
      case NodeKind::kLet:
        set_names(node);
        placed(dst, node.children.back());
        break;
      case NodeKind::kOperator:
      case NodeKind::kCall:
      case NodeKind::kReceiverCall:
        if (node.function != Function::kMoney) {
          call(dst, node);
          break;
        }
        [[fallthrough]];
      default:
        emit({Op::kMove, Function::kNone, dst, operand(id), 0, 0});
    }
    next_register_ = mark;
  }

  // As into(), but a constant subtree is computed now.
  void placed(Register dst, NodeId id) {
    const auto kind = ast_[id].kind;
    const bool apart = kind == NodeKind::kLet || kind == NodeKind::kOptionalEntry;  // no value of their own
    if (!ast_[id].constant() || !fold_ || apart) return into(dst, id);
    emit({Op::kMove, Function::kNone, dst, operand(id), 0, 0});
  }

  void logical(Register dst, const Node& node, Op op, Op jump) {
    placed(dst, node.children[0]);
    std::vector<std::uint32_t> jumps{emit({jump, Function::kNone, dst, 0, 0, 0})};
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      const std::size_t mark = next_register_;
      const std::uint32_t right = operand(node.children[i]);
      jumps.push_back(emit({op, Function::kNone, dst, right, 0, 0}));
      next_register_ = mark;
    }
    for (const auto at : jumps) land(at);
  }

  void conditional(Register dst, const Node& node) {
    const std::uint32_t test = operand(node.children[0]);
    const std::uint32_t branch = emit({Op::kBranch, Function::kNone, dst, test, 0, 0});
    placed(dst, node.children[1]);
    const std::uint32_t skip = emit({Op::kJump, Function::kNone, 0, 0, 0, 0});
    land(branch);
    placed(dst, node.children[2]);
    land(skip);
    code_->instructions[branch].b = here();
  }

  void has(Register dst, const Node& node) {
    const Node& target = ast_[node.children[0]];
    if (target.kind == NodeKind::kSlot || target.kind == NodeKind::kOptionalSlot) {
      emit({Op::kHas, Function::kNone, dst, kSlotSpace | target.index, 0, 0});
      return;
    }
    if (target.kind == NodeKind::kFailing) {
      emit({Op::kMove, Function::kNone, dst, operand(node.children[0]), 0, 0});
      return;
    }
    const std::uint32_t map = operand(target.children[0]);
    emit({Op::kHasKey, Function::kNone, dst, map, constant(Value::string(target.name)), 0});
  }

  void call(Register dst, const Node& node) {
    if (node.function == Function::kMatches) return matches(dst, node);
    if (node.function == Function::kOptionalOr || node.function == Function::kOrValue) return or_else(dst, node);
    if (node.function == Function::kHasValue && ast_[node.children[0]].kind == NodeKind::kOptionalSlot) {
      emit({Op::kHas, Function::kNone, dst, kSlotSpace | ast_[node.children[0]].index, 0, 0});
      return;
    }
    if (node.children.empty() || node.children.size() > 2) return in_a_row(Op::kCallN, dst, node);
    const std::uint32_t a = operand(node.children[0]);
    if (node.children.size() == 1) {
      const bool widens = node.function == Function::kToDouble && ast_[node.children[0]].type.kind() == TypeKind::kInt;
      emit({widens ? Op::kIntToReal : Op::kCall1, node.function, dst, a, 0, 0});
      return;
    }
    const std::uint32_t b = operand(node.children[1]);
    if (is_time_part(node.function)) return time_part({Op::kInZone, node.function, dst, a, b, 0});
    if (node.function == Function::kIn) {
      const Value* list = constant_at(b);
      auto set = list != nullptr && list->is(ValueKind::kList) ? ConstantSet::make(list_elements(*list)) : std::nullopt;
      if (set) {
        code_->sets.push_back(std::move(*set));
        emit({Op::kInSet, node.function, dst, a, b, static_cast<std::uint32_t>(code_->sets.size() - 1)});
        return;
      }
    }
    const TypeKind left = ast_[node.children[0]].type.kind();
    const TypeKind right = ast_[node.children[1]].type.kind();
    emit({binary_op(node.function, left, right), node.function, dst, a, b, 0});
  }

  // The second side is computed where the first holds nothing.
  void or_else(Register dst, const Node& node) {
    const Node& first = ast_[node.children[0]];
    std::uint32_t jump = 0;
    if (first.kind == NodeKind::kOptionalSlot && node.function == Function::kOrValue) {
      jump = emit({Op::kSlotOrElse, Function::kNone, dst, kSlotSpace | first.index, 0, 0});
    } else {
      placed(dst, node.children[0]);
      jump = emit({Op::kOrElse, node.function, dst, 0, 0, 0});
    }
    placed(dst, node.children[1]);
    land(jump);
  }

  void optional_macro(Register dst, const Node& node) {
    const std::uint32_t optional = operand(node.children[0]);
    const Register value = take();
    set_local(node.index, kRegisterSpace | value);
    const auto function = node.macro == Macro::kOptMap ? Function::kOptMap : Function::kOptFlatMap;
    const std::uint32_t jump = emit({Op::kOptionalOpen, function, value, optional, dst, 0});
    placed(dst, node.children[1]);
    if (node.macro == Macro::kOptMap) {
      emit({Op::kCall1, Function::kOptionalOf, dst, kRegisterSpace | dst, 0, 0});
    }
    land(jump);
  }

  // A constant zone is looked up now; any other must find the zones loaded, so that no evaluation allocates.
  void time_part(Instruction instruction) {
    const Value* name = constant_at(instruction.b);
    const auto zone =
        name != nullptr && name->is(ValueKind::kString) ? TimeZone::find(name->as_string()) : std::nullopt;
    if (zone) {
      instruction.c = static_cast<std::uint32_t>(code_->zones.size());
      code_->zones.push_back(*zone);
    } else {
      instruction.op = Op::kCall2;
      load_time_zones();
    }
    emit(instruction);
  }

  void matches(Register dst, const Node& node) {
    const std::uint32_t text = operand(node.children[0]);
    const NodeId pattern_id = node.children[1];
    const auto value = pattern_value(pattern_id);
    const auto place = source_.place(ast_[pattern_id].range);
    if (!value || !value->is(ValueKind::kString)) {
      issues_.error(place, "this pattern has no value", "write a literal, e.g. r'^4[0-9]+'");
      return;
    }
    auto pattern = Pattern::make(value->as_string());
    if (!pattern.ok()) {
      issues_.error(place, pattern.error().message);
      return;
    }
    code_->patterns.push_back(std::move(*pattern));
    emit({Op::kMatches, node.function, dst, text, static_cast<std::uint32_t>(code_->patterns.size() - 1), 0});
  }

  std::optional<Value> pattern_value(NodeId id) {
    if (ast_[id].kind == NodeKind::kLiteral) return ast_[id].literal;
    return ast_[id].constant() ? folded(id) : std::nullopt;
  }

  void in_a_row(Op op, Register dst, const Node& node) {
    const Register first = take(node.children.size());
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      placed(static_cast<Register>(first + i), node.children[i]);
    }
    emit({op, node.function, dst, first, static_cast<std::uint32_t>(node.children.size()), 0});
  }

  void macro(Register dst, const Node& node) {
    if (node.macro >= Macro::kOptMap) return optional_macro(dst, node);
    const std::uint32_t range = operand(node.children[0]);
    if (const Value* list = unrollable(node, range)) return unrolled(dst, node, *list);
    const Register loop = take(4);
    set_local(node.index, kRegisterSpace | static_cast<Register>(loop + 2));
    if (!node.second_name.empty()) set_local(node.index + 1, kRegisterSpace | static_cast<Register>(loop + 3));
    switch (node.macro) {
      case Macro::kAll:
        return quantifier(dst, node, range, loop, true);
      case Macro::kExists:
        return quantifier(dst, node, range, loop, false);
      case Macro::kExistsOne:
        return exists_one(dst, node, range, loop);
      case Macro::kMap:
      case Macro::kFilter:
      case Macro::kTransformList:
      case Macro::kTransformMap:
      case Macro::kTransformMapEntry:
      default:
        return collector(dst, node, range, loop);
    }
  }

  std::uint32_t begin_loop(Register dst, std::uint32_t range, Register loop) {
    return emit({Op::kLoopBegin, Function::kNone, loop, range, dst, 0});
  }

  std::uint32_t next_in_loop(const Node& node, Register loop) {
    return emit({node.second_name.empty() ? Op::kLoopNext : Op::kLoopNextPair, Function::kNone, loop, 0, 0, 0});
  }

  // A step costs as much as its body is long.
  void repeat(std::uint32_t next) {
    constexpr std::uint32_t kInstructionsPerCost = 16;
    emit({Op::kJump, Function::kNone, 0, 0, 0, next});
    code_->instructions[next].b = 1 + (here() - next) / kInstructionsPerCost;
  }

  void quantifier(Register dst, const Node& node, std::uint32_t range, Register loop, bool all) {
    emit({Op::kMove, Function::kNone, dst, constant(Value::boolean(all)), 0, 0});
    const std::uint32_t begin = begin_loop(dst, range, loop);
    const std::uint32_t next = next_in_loop(node, loop);
    const std::uint32_t test = operand(node.children[1]);
    const std::uint32_t decide = emit({all ? Op::kAnd : Op::kOr, Function::kNone, dst, test, 0, 0});
    repeat(next);
    for (const auto jump : {begin, next, decide}) land(jump);
  }

  // The list of a quantifier over a few constants, which needs no loop.
  const Value* unrollable(const Node& node, std::uint32_t range) const {
    constexpr std::size_t kMostElements = 16;
    constexpr std::size_t kMostCopies = 64;  // of what stands innermost
    if (node.macro != Macro::kAll && node.macro != Macro::kExists) return nullptr;
    const Value* list = constant_at(range);
    if (list == nullptr || !list->is(ValueKind::kList)) return nullptr;
    const std::size_t count = list_elements(*list).size();
    return count <= kMostElements && count * copies_ <= kMostCopies ? list : nullptr;
  }

  void unrolled(Register dst, const Node& node, const Value& list) {
    const bool all = node.macro == Macro::kAll;
    const auto elements = list_elements(list);
    emit({Op::kMove, Function::kNone, dst, constant(Value::boolean(all)), 0, 0});
    std::vector<std::uint32_t> jumps;
    const std::size_t copies = copies_;
    copies_ *= std::max<std::size_t>(1, elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const std::size_t mark = next_register_;
      const bool pairs = !node.second_name.empty();
      if (pairs) set_local(node.index, constant(Value::int64(static_cast<std::int64_t>(i))));
      set_local(node.index + (pairs ? 1 : 0), kept_constant(elements[i]));
      const std::uint32_t test = operand(node.children[1]);
      jumps.push_back(emit({all ? Op::kAnd : Op::kOr, Function::kNone, dst, test, 0, 0}));
      next_register_ = mark;
    }
    copies_ = copies;
    for (const auto jump : jumps) land(jump);
  }

  void exists_one(Register dst, const Node& node, std::uint32_t range, Register loop) {
    emit({Op::kMove, Function::kNone, dst, constant(Value::int64(0)), 0, 0});
    const std::uint32_t begin = begin_loop(dst, range, loop);
    const std::uint32_t next = next_in_loop(node, loop);
    const std::uint32_t test = operand(node.children[1]);
    const std::uint32_t count = emit({Op::kCount, Function::kNone, dst, test, 0, 0});
    repeat(next);
    land(next);
    emit({Op::kCountEnd, Function::kNone, dst, 0, 0, 0});
    for (const auto jump : {begin, count}) land(jump);
  }

  void collector(Register dst, const Node& node, std::uint32_t range, Register loop) {
    const Register first = take();
    emit({Op::kCollectBegin, Function::kNone, first, 0, 0, 0});
    const std::uint32_t begin = begin_loop(dst, range, loop);
    const std::uint32_t next = next_in_loop(node, loop);
    std::vector<std::uint32_t> failures;
    const bool filters = node.macro == Macro::kFilter || node.children.size() == 3;
    if (filters) {
      const std::uint32_t test = operand(node.children[1]);
      failures.push_back(emit({Op::kCollectTest, Function::kNone, dst, test, next, 0}));
    }
    const std::uint32_t variable = local(node.index);
    const std::uint32_t value = node.macro == Macro::kFilter ? variable : operand(node.children.back());
    if (node.macro == Macro::kTransformMapEntry) {
      failures.push_back(emit({Op::kCollectEntries, Function::kNone, dst, value, first, 0}));
    } else {
      // A failing value must not leave its key behind, so it is looked at first.
      failures.push_back(emit({Op::kCollectPush, Function::kNone, dst, value, 0, 0}));
      if (node.macro == Macro::kTransformMap) emit({Op::kCollectKey, Function::kNone, 0, variable, 0, 0});
    }
    repeat(next);
    land(next);
    const bool map = node.macro == Macro::kTransformMap || node.macro == Macro::kTransformMapEntry;
    emit({map ? Op::kCollectMap : Op::kCollectEnd, Function::kNone, dst, first, 0, 0});
    const std::uint32_t done = emit({Op::kJump, Function::kNone, 0, 0, 0, 0});
    for (const auto jump : failures) land(jump);
    emit({Op::kCollectDrop, Function::kNone, 0, first, 0, 0});
    for (const auto jump : {begin, done}) land(jump);
  }

  const Ast& ast_;
  const SourceMap& source_;
  Issues& issues_;
  bool fold_;
  std::unique_ptr<Code> code_;
  Scratch folding_scratch_;
  bool fold_names_ = true;
  Generator* outer_ = nullptr;         // of which this is a part, computed now
  std::vector<std::uint32_t> locals_;  // where the variables of macros and bindings are found
  std::size_t copies_ = 1;             // that quantifiers around this place make of it
  std::size_t next_register_ = 0;
  std::size_t most_registers_ = 0;
};

}  // namespace

std::unique_ptr<Code> generate(const Ast& ast, NodeId root, const SourceMap& source, Issues& issues) {
  return Generator(ast, source, issues, true).run(root);
}

}  // namespace weir::cel
