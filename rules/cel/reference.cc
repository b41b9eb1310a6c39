#include "rules/cel/reference.h"

#include <string>
#include <utility>
#include <vector>

#include "rules/cel/analysis.h"
#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

constexpr std::uint64_t kMostSteps = 20'000'000;

class Walker {
 public:
  Walker(const Ast& ast, std::span<const Value> slots, const Exchange& exchange)
      : ast_(ast), slots_(slots), exchange_(exchange) {}

  ReferenceValue run() {
    auto result = used(ast_.root);
    return steps_ > kMostSteps ? reference_fault(ErrorCode::kCostLimit, "") : result;
  }

 private:
  // The node's value; an absent slot is a fault.
  ReferenceValue used(NodeId id) {
    auto value = evaluate(id);
    if (!value.is<ReferenceAbsent>()) return value;
    return reference_fault(ErrorCode::kAbsentValue, ast_[id].name);
  }

  ReferenceValue condition(NodeId id, std::string_view name) {
    auto value = used(id);
    if (value.is<bool>() || value.is_fault()) return value;
    return reference_fault(ErrorCode::kNoSuchOverload, name);
  }

  ReferenceValue evaluate(NodeId id) {
    if (++steps_ > kMostSteps) return reference_fault(ErrorCode::kCostLimit, "");
    const Node& node = ast_[id];
    switch (node.kind) {
      case NodeKind::kLiteral:
      case NodeKind::kFailing:
        return reference_from(node.literal);
      case NodeKind::kSlot:
        return reference_from(slots_[node.index]);
      case NodeKind::kOptionalSlot:
        return as_optional(reference_from(slots_[node.index]));
      case NodeKind::kLocal:
        return locals_[node.index];
      case NodeKind::kSelect:
        return select(node);
      case NodeKind::kHas:
        return has(ast_[node.children[0]]);
      case NodeKind::kOperator:
      case NodeKind::kCall:
      case NodeKind::kReceiverCall:
        return call(node);
      case NodeKind::kAnd:
        return logical(node, false, "&&");
      case NodeKind::kOr:
        return logical(node, true, "||");
      case NodeKind::kConditional: {
        const auto test = condition(node.children[0], "?:");
        if (test.is_fault()) return test;
        return used(node.children[test.as<bool>() ? 1 : 2]);
      }
      case NodeKind::kList: {
        ReferenceValue fault;
        auto elements = all_of(node, fault);
        std::erase_if(elements, [](const ReferenceValue& element) { return element.is<ReferenceAbsent>(); });
        return fault.is_fault() ? fault : ReferenceValue{std::move(elements)};
      }
      case NodeKind::kMap:
        return map(node);
      case NodeKind::kMacro:
        return macro(node);
      case NodeKind::kLet:
        return let(node);
      case NodeKind::kOptionalEntry:
      case NodeKind::kFaulty:
      case NodeKind::kIdent:
        break;
    }
    return reference_fault(ErrorCode::kNone, "");
  }

  // The children's values, or the first fault among them.
  std::vector<ReferenceValue> all_of(const Node& node, ReferenceValue& fault) {
    std::vector<ReferenceValue> out;
    for (const NodeId child : node.children) {
      const bool optional = ast_[child].kind == NodeKind::kOptionalEntry;
      out.push_back(optional ? entry(used(ast_[child].children[0])) : used(child));
      if (out.back().is_fault()) {
        fault = out.back();
        return out;
      }
    }
    return out;
  }

  // Absent if the optional is none.
  static ReferenceValue entry(const ReferenceValue& optional) {
    if (optional.is_fault()) return optional;
    if (!optional.is<ReferenceOptional>()) return reference_fault(ErrorCode::kNoSuchOverload, "?");
    const auto& held = optional.as<ReferenceOptional>().held;
    return held.empty() ? ReferenceValue{ReferenceAbsent{}} : held[0];
  }

  ReferenceValue select(const Node& node) {
    const auto map = used(node.children[0]);
    if (map.is_fault()) return map;
    return reference_call(node.optional ? Function::kOptionalIndex : Function::kIndex, {map, {node.name}});
  }

  // An absent value is none.
  static ReferenceValue as_optional(ReferenceValue value) {
    if (value.is_fault()) return value;
    ReferenceOptional out;
    if (!value.is<ReferenceAbsent>()) out.held.push_back(std::move(value));
    return {std::move(out)};
  }

  ReferenceValue has(const Node& target) {
    if (target.kind == NodeKind::kSlot || target.kind == NodeKind::kOptionalSlot) {
      auto value = reference_from(slots_[target.index]);
      if (value.is_fault()) return value;
      return {!value.is<ReferenceAbsent>()};
    }
    if (target.kind == NodeKind::kFailing) return reference_from(target.literal);
    auto map = used(target.children[0]);
    if (map.is_fault()) return map;
    if (map.is<ReferenceOptional>()) {
      if (map.as<ReferenceOptional>().held.empty()) return {false};
      map = ReferenceValue(map.as<ReferenceOptional>().held[0]);
    }
    if (!map.is<ReferenceMap>()) return reference_fault(ErrorCode::kNoSuchOverload, "has");
    return reference_call(Function::kIn, {{target.name}, map});
  }

  ReferenceValue call(const Node& node) {
    if (node.function == Function::kMoney) return reference_from(node.literal);
    if (node.function == Function::kOptionalOr || node.function == Function::kOrValue) return or_else(node);
    ReferenceValue fault;
    auto arguments = all_of(node, fault);
    if (!fault.is_fault()) fault = reference_exchange(node.function, arguments, exchange_);
    return fault.is_fault() ? fault : reference_call(node.function, arguments);
  }

  ReferenceValue or_else(const Node& node) {
    const auto optional = used(node.children[0]);
    if (optional.is_fault()) return optional;
    if (!optional.is<ReferenceOptional>()) {
      return reference_fault(ErrorCode::kNoSuchOverload, function_name(node.function));
    }
    const auto& held = optional.as<ReferenceOptional>().held;
    if (held.empty()) return used(node.children[1]);
    return node.function == Function::kOrValue ? held[0] : optional;
  }

  ReferenceValue logical(const Node& node, bool decisive, std::string_view name) {
    ReferenceValue fault;
    for (const NodeId child : node.children) {
      const auto value = condition(child, name);
      if (value.is<bool>() && value.as<bool>() == decisive) return value;
      if (value.is_fault() && !fault.is_fault()) fault = value;
    }
    return fault.is_fault() ? fault : ReferenceValue{!decisive};
  }

  ReferenceValue map(const Node& node) {
    ReferenceValue fault;
    const auto cells = all_of(node, fault);
    if (fault.is_fault()) return fault;
    ReferenceMap out;
    for (std::size_t i = 0; i < cells.size(); i += 2) {
      const auto& key = cells[i];
      if (cells[i + 1].is<ReferenceAbsent>()) continue;
      const bool allowed = key.is<bool>() || key.is<std::int64_t>() || key.is<std::uint64_t>() || key.is<std::string>();
      if (!allowed) return reference_fault(ErrorCode::kNoSuchOverload, "{}");
      for (const auto& other : out.keys) {
        if (reference_equal(other, key)) return reference_fault(ErrorCode::kInvalidArgument, "{}");
      }
      out.keys.push_back(key);
      out.values.push_back(cells[i + 1]);
    }
    return {std::move(out)};
  }

  // A value that fails does no harm where it isn't used.
  ReferenceValue let(const Node& node) {
    const std::size_t before = locals_.size();
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i) locals_.push_back(used(node.children[i]));
    auto result = used(node.children.back());
    locals_.resize(before);
    return result;
  }

  ReferenceValue optional_macro(const Node& node) {
    const auto optional = used(node.children[0]);
    if (optional.is_fault()) return optional;
    const bool flat = node.macro == Macro::kOptFlatMap;
    if (!optional.is<ReferenceOptional>()) {
      return reference_fault(ErrorCode::kNoSuchOverload, flat ? "optFlatMap" : "optMap");
    }
    const auto& held = optional.as<ReferenceOptional>().held;
    if (held.empty()) return optional;
    locals_.push_back(held[0]);
    auto result = used(node.children[1]);
    locals_.pop_back();
    return flat ? result : as_optional(std::move(result));
  }

  ReferenceValue macro(const Node& node) {
    if (node.macro >= Macro::kOptMap) return optional_macro(node);
    const auto range = used(node.children[0]);
    if (range.is_fault()) return range;
    if (!range.is<ReferenceList>() && !range.is<ReferenceMap>()) {
      return reference_fault(ErrorCode::kNoSuchOverload, "comprehension");
    }
    std::vector<Binding> bindings;
    if (range.is<ReferenceList>()) {
      std::int64_t place = 0;
      for (const auto& element : range.as<ReferenceList>()) {
        bindings.push_back(node.second_name.empty() ? Binding{element} : Binding{{place}, element});
        ++place;
      }
    } else {
      const auto& map = range.as<ReferenceMap>();
      for (std::size_t i = 0; i < map.keys.size(); ++i) {
        bindings.push_back(node.second_name.empty() ? Binding{map.keys[i]} : Binding{map.keys[i], map.values[i]});
      }
    }
    return over(node, bindings);
  }

  // The values of a macro's variables in one step.
  using Binding = std::vector<ReferenceValue>;

  template <class Result>
  auto bound(const Binding& binding, Result result) {
    for (const auto& value : binding) locals_.push_back(value);
    auto out = result();
    locals_.resize(locals_.size() - binding.size());
    return out;
  }

  ReferenceValue over(const Node& node, const std::vector<Binding>& bindings) {
    switch (node.macro) {
      case Macro::kAll:
        return quantified(node, bindings, false, "&&");
      case Macro::kExists:
        return quantified(node, bindings, true, "||");
      case Macro::kExistsOne: {
        int count = 0;
        for (const auto& binding : bindings) {
          const auto test = bound(binding, [&] { return condition(node.children[1], "exists_one"); });
          if (test.is_fault()) return test;
          if (test.as<bool>()) ++count;
        }
        return {count == 1};
      }
      default:
        return collected(node, bindings);
    }
  }

  ReferenceValue quantified(const Node& node, const std::vector<Binding>& bindings, bool decisive,
                            std::string_view name) {
    ReferenceValue fault;
    for (const auto& binding : bindings) {
      const auto test = bound(binding, [&] { return condition(node.children[1], name); });
      if (test.is<bool>() && test.as<bool>() == decisive) return test;
      if (test.is_fault() && !fault.is_fault()) fault = test;
    }
    return fault.is_fault() ? fault : ReferenceValue{!decisive};
  }

  ReferenceValue collected(const Node& node, const std::vector<Binding>& bindings) {
    ReferenceList list;
    ReferenceMap map;
    for (const auto& binding : bindings) {
      auto value = bound(binding, [&] { return step(node, binding); });
      if (value.is_fault()) return value;
      if (value.is<ReferenceAbsent>()) continue;
      if (node.macro == Macro::kTransformMapEntry) {
        const auto fault = add_entries(map, value);
        if (fault.is_fault()) return fault;
      } else if (node.macro == Macro::kTransformMap) {
        map.keys.push_back(binding[0]);
        map.values.push_back(std::move(value));
      } else {
        list.push_back(std::move(value));
      }
    }
    const bool makes_map = node.macro == Macro::kTransformMap || node.macro == Macro::kTransformMapEntry;
    return makes_map ? ReferenceValue{std::move(map)} : ReferenceValue{std::move(list)};
  }

  // What a step of a collecting macro adds; absent if nothing.
  ReferenceValue step(const Node& node, const Binding& binding) {
    if (node.macro == Macro::kFilter || node.children.size() == 3) {
      const auto test = condition(node.children[1], "filter");
      if (test.is_fault()) return test;
      if (!test.as<bool>()) return {ReferenceAbsent{}};
    }
    return node.macro == Macro::kFilter ? binding[0] : used(node.children.back());
  }

  static ReferenceValue add_entries(ReferenceMap& map, const ReferenceValue& entries) {
    if (!entries.is<ReferenceMap>()) return reference_fault(ErrorCode::kNoSuchOverload, "transformMapEntry");
    const auto& added = entries.as<ReferenceMap>();
    for (std::size_t i = 0; i < added.keys.size(); ++i) {
      for (const auto& key : map.keys) {
        if (reference_equal(key, added.keys[i])) {
          return reference_fault(ErrorCode::kInvalidArgument, "transformMapEntry");
        }
      }
      map.keys.push_back(added.keys[i]);
      map.values.push_back(added.values[i]);
    }
    return {true};
  }

  const Ast& ast_;
  std::span<const Value> slots_;
  Exchange exchange_;
  std::vector<ReferenceValue> locals_;
  std::uint64_t steps_ = 0;
};

}  // namespace

Result<Reference, Issues> Reference::make(std::string_view text, const Environment& environment, const Type& wanted,
                                          Checking checking) {
  const SourceMap source(text, Place{nullptr, 1, 1, 1});
  Issues issues;
  auto analysed = analyse(source, environment, wanted, checking, issues);
  if (issues.has_errors()) return issues;
  return Reference(std::move(analysed.ast));
}

ReferenceValue Reference::evaluate(std::span<const Value> slots, const Exchange& exchange) const {
  return Walker(ast_, slots, exchange).run();
}

}  // namespace weir::cel
