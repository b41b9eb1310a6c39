#include "rules/cel/cost.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "rules/cel/call_cost.h"
#include "rules/cel/extent.h"

namespace weir::cel {
namespace {

constexpr std::uint64_t kInstructionsPerCost = 16;

struct Bound {
  std::uint64_t cost = 0;
  std::uint64_t instructions = 1;  // at most so many are made of it
  Extent extent;
};

class Estimate {
 public:
  Estimate(const Ast& ast, std::uint64_t text_bytes) : ast_(ast), text_bytes_(text_bytes), costs_(ast.size()) {}

  CostBound of(NodeId root) {
    const auto bound = visit(root);
    return {plus(bound.cost, 1 + bound.instructions / kInstructionsPerCost), costliest(root)};
  }

 private:
  Bound visit(NodeId id) {
    const Node& node = ast_[id];
    Bound out = bound_of(node);
    // It is computed when it is compiled, unless that takes too long.
    if (node.constant() && out.cost <= kMaxCost) out.cost = 0;
    costs_[id] = out.cost;
    return out;
  }

  NodeId costliest(NodeId id) const {
    const Node& node = ast_[id];
    const bool joins = node.kind == NodeKind::kAnd || node.kind == NodeKind::kOr ||
                       node.kind == NodeKind::kConditional || node.function == Function::kNot;
    if (!joins) return id;
    return costliest(*std::max_element(node.children.begin(), node.children.end(),
                                       [this](NodeId a, NodeId b) { return costs_[a] < costs_[b]; }));
  }

  Bound bound_of(const Node& node) {
    switch (node.kind) {
      case NodeKind::kLiteral:
        return {0, 1, literal(node.literal)};
      case NodeKind::kSlot:
        return {0, 1, Extent::of_type(node.type, text_bytes_)};
      case NodeKind::kOptionalSlot:
        return {0, 1, Extent::of_type(node.type, text_bytes_)};
      case NodeKind::kLocal:
        return {0, 1, node.index < locals_.size() ? locals_[node.index] : Extent::unknown()};
      case NodeKind::kMacro:
        return macro(node);
      case NodeKind::kLet:
        return let(node);
      case NodeKind::kHas:
        return has(node);
      default:
        return operation(node);
    }
  }

  static Extent literal(const Value& value) {
    return value.is(ValueKind::kString) || value.is(ValueKind::kBytes) ? Extent::of_text(value.as_string().size())
                                                                       : Extent();
  }

  // All operands, then what is made of them.
  Bound operation(const Node& node) {
    Bound out;
    std::vector<Extent> extents;
    std::vector<std::uint64_t> costs;
    for (const auto child : node.children) {
      auto bound = visit(child);
      out.cost = plus(out.cost, bound.cost);
      out.instructions = plus(out.instructions, plus(1, bound.instructions));
      costs.push_back(bound.cost);
      extents.push_back(std::move(bound.extent));
    }
    auto own = result(node, extents);
    if (node.kind == NodeKind::kConditional) out.cost = plus(costs[0], std::max(costs[1], costs[2]));
    out.cost = plus(out.cost, own.cost);
    out.extent = std::move(own.extent);
    return out;
  }

  CostAndExtent result(const Node& node, const std::vector<Extent>& extents) {
    switch (node.kind) {
      case NodeKind::kConditional:
        return {0, Extent::either(extents[1], extents[2])};
      case NodeKind::kSelect: {
        if (ast_[node.children[0]].type.kind() != TypeKind::kMap) return {kMaxCost, Extent::unknown()};
        const auto found = extents[0].element();
        return {look_up_cost(extents[0], Extent::of_text(node.name.size())),
                node.optional ? Extent::list(1, found) : found};
      }
      case NodeKind::kOptionalEntry:
        return {0, extents[0].element()};
      case NodeKind::kList:
        return {extents.size(), Extent::list(extents.size(), either(extents))};
      case NodeKind::kMap: {
        const auto all = Extent::list(extents.size() / 2, either(extents));
        return {plus(extents.size(), times(extents.size(), look_up_cost(all, all.element()))), all};
      }
      case NodeKind::kOperator:
      case NodeKind::kCall:
      case NodeKind::kReceiverCall:
        return call_cost(ast_, node, extents);
      default:
        return {};
    }
  }

  static Extent either(const std::vector<Extent>& extents) {
    Extent out;
    for (const auto& extent : extents) out = Extent::either(out, extent);
    return out;
  }

  // What is asked for is looked up, but no value.
  Bound has(const Node& node) {
    const Node& target = ast_[node.children[0]];
    if (target.kind != NodeKind::kSelect) return {};
    Bound out = operation(target);
    out.extent = {};
    return out;
  }

  void set_local(std::uint32_t index, Extent extent) {
    if (locals_.size() <= index) locals_.resize(index + 1);
    locals_[index] = std::move(extent);
  }

  Bound let(const Node& node) {
    Bound out;
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
      auto bound = visit(node.children[i]);
      out.cost = plus(out.cost, bound.cost);
      out.instructions = plus(out.instructions, bound.instructions);
      set_local(node.index + static_cast<std::uint32_t>(i), std::move(bound.extent));
    }
    auto body = visit(node.children.back());
    return {plus(out.cost, body.cost), plus(out.instructions, body.instructions), std::move(body.extent)};
  }

  Bound macro(const Node& node) {
    constexpr std::uint64_t kOwnInstructions = 12;
    constexpr std::uint64_t kMostUnrolled = 16;
    const auto range = visit(node.children[0]);
    const auto element = range.extent.element();
    set_local(node.index, element);
    if (!node.second_name.empty()) {
      // The first is a place in the list, or a key.
      set_local(node.index + 1, element);
    }
    Bound step;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
      auto bound = visit(node.children[i]);
      step.cost = plus(step.cost, bound.cost);
      step.instructions = plus(step.instructions, bound.instructions);
      step.extent = std::move(bound.extent);
    }
    const auto steps = range.extent.count();
    const auto length = plus(step.instructions, kOwnInstructions);
    const auto own = plus(1 + length / kInstructionsPerCost, step.cost);
    Bound out;
    out.cost = plus(plus(range.cost, times(steps, own)), entries_cost(node, steps, step.extent));
    const auto copies = steps <= kMostUnrolled ? std::max<std::uint64_t>(1, steps) : 1;
    out.instructions = plus(range.instructions, times(copies, length));
    out.extent = made(node, range.extent, step.extent);
    return out;
  }

  // New entries are looked for among those that are there already.
  static std::uint64_t entries_cost(const Node& node, std::uint64_t steps, const Extent& entries) {
    if (node.macro != Macro::kTransformMapEntry) return 0;
    const auto all = times(steps, entries.count());
    return times(all, look_up_cost(Extent::list(all, entries.element()), entries.element()));
  }

  static Extent made(const Node& node, const Extent& range, const Extent& step) {
    switch (node.macro) {
      case Macro::kMap:
      case Macro::kTransformList:
      case Macro::kOptMap:
        return Extent::list(range.count(), step);
      case Macro::kOptFlatMap:
        return step;
      case Macro::kFilter:
        return range;
      case Macro::kTransformMap:
        return Extent::list(range.count(), Extent::either(range.element(), step));
      case Macro::kTransformMapEntry:
        return Extent::list(times(range.count(), step.count()), step.element());
      default:
        return {};
    }
  }

  const Ast& ast_;
  std::uint64_t text_bytes_;
  std::vector<std::uint64_t> costs_;  // by NodeId
  std::vector<Extent> locals_;
};

}  // namespace

CostBound worst_case_cost(const Ast& ast, NodeId root, std::uint64_t text_bytes) {
  return Estimate(ast, text_bytes).of(root);
}

}  // namespace weir::cel
