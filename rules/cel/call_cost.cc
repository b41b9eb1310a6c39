#include "rules/cel/call_cost.h"

#include <algorithm>
#include <bit>

namespace weir::cel {
namespace {

using Arguments = std::span<const Extent>;

// More than that no evaluation spends.
CostAndExtent unknown() { return {kMaxCost, Extent::unknown()}; }

bool is_text(const Type& type) { return type.kind() == TypeKind::kString || type.kind() == TypeKind::kBytes; }

// The search may compare the part at every place.
std::uint64_t search_cost(const Extent& text, const Extent& part) {
  return times(text.text_cost(), 1 + part.text_cost());
}

CostAndExtent made_text(std::uint64_t cost, std::uint64_t bytes) {
  const auto made = std::min<std::uint64_t>(bytes, kMaxHeapBytes);
  return {plus(cost, made / kTextBytesPerCost), Extent::of_text(made)};
}

CostAndExtent sum(const Type& type, Arguments arguments) {
  if (is_text(type)) return made_text(0, plus(arguments[0].text(), arguments[1].text()));
  if (type.kind() == TypeKind::kList) {
    const auto count = plus(arguments[0].count(), arguments[1].count());
    return {count, Extent::list(count, Extent::either(arguments[0].element(), arguments[1].element()))};
  }
  return type.kind() == TypeKind::kDyn ? unknown() : CostAndExtent{};
}

CostAndExtent element_of(const Type& container, Arguments arguments, bool optional) {
  const auto element = arguments[0].element();
  const bool list = container.kind() == TypeKind::kList;
  const bool wrapped = container.kind() == TypeKind::kOptional;
  if (!list && container.kind() != TypeKind::kMap && !wrapped) return unknown();
  const Extent found = wrapped ? element.element() : element;
  const auto cost = list ? 0 : look_up_cost(wrapped ? element : arguments[0], arguments[1]);
  return {cost, optional || wrapped ? Extent::list(1, found) : found};
}

CostAndExtent replaced(Arguments arguments) {
  const auto text = arguments[0].text();
  const auto made = plus(text, times(text + 1, arguments[2].text()));
  return made_text(plus(arguments[0].text_cost(), search_cost(arguments[0], arguments[1])), made);
}

CostAndExtent split(Arguments arguments) {
  const auto pieces = arguments[0].text() + 2;
  const auto search = plus(arguments[0].text_cost(), search_cost(arguments[0], arguments[1]));
  return {plus(search, pieces), Extent::list(pieces, Extent::of_text(arguments[0].text()))};
}

CostAndExtent joined(Arguments arguments) {
  const auto count = arguments[0].count();
  const auto separator = arguments.size() == 2 ? arguments[1].text() : 0;
  return made_text(count, times(count, plus(arguments[0].element().text(), separator)));
}

// The longest clause is a double of 309 digits with 1000 decimals; a byte has at most four as a number or text.
CostAndExtent formatted(const Ast& ast, const Node& node, Arguments arguments) {
  constexpr std::uint64_t kLongestNumber = 1'400;
  const Node& list = ast[node.children[1]];
  if (list.kind != NodeKind::kList) return unknown();
  for (const auto child : list.children) {
    const auto kind = ast[child].type.kind();
    if (kind == TypeKind::kList || kind == TypeKind::kMap || kind == TypeKind::kDyn) return unknown();
  }
  const auto& parts = arguments[1];
  const auto made = plus(arguments[0].text(), times(parts.count(), plus(kLongestNumber, times(4, parts.text()))));
  return made_text(plus(arguments[0].text_cost(), times(parts.count(), parts.text_cost())), made);
}

CostAndExtent text_call_cost(const Node& node, Arguments arguments) {
  const Extent& text = arguments[0];
  switch (node.function) {
    case Function::kIndexOf:
    case Function::kLastIndexOf:
      return {plus(text.text_cost(), search_cost(text, arguments[1])), {}};
    case Function::kReplace:
      return replaced(arguments);
    case Function::kSplit:
      return split(arguments);
    case Function::kJoin:
      return joined(arguments);
    case Function::kQuote:
      return made_text(text.text_cost(), plus(2, times(2, text.text())));
    default:  // a part of it, or as long
      return {text.text_cost(), Extent::of_text(text.text())};
  }
}

CostAndExtent flattened(Arguments arguments) {
  const auto cells = arguments[0].cells();
  if (arguments.size() == 2) return {std::min(cells, kMaxCost), Extent::unknown()};
  const auto inner = arguments[0].element();
  const auto count = times(arguments[0].count(), std::max<std::uint64_t>(1, inner.count()));
  return {std::min(cells, kMaxCost), Extent::list(count, Extent::either(inner, inner.element()))};
}

CostAndExtent range(const Ast& ast, const Node& node) {
  const Node& size = ast[node.children[0]];
  const bool known =
      size.kind == NodeKind::kLiteral && size.literal.is(ValueKind::kInt64) && size.literal.as_int64() >= 0;
  const auto count = known ? std::min(size.literal.as_uint64(), kMaxCost) : kMaxCost;
  return {count, Extent::list(count, {})};
}

CostAndExtent list_call_cost(const Ast& ast, const Node& node, Arguments arguments) {
  const auto count = arguments[0].count();
  switch (node.function) {
    case Function::kDistinct:
      return {plus(count, times(count, look_up_cost(arguments[0], arguments[0].element()))), arguments[0]};
    case Function::kFlatten:
      return flattened(arguments);
    case Function::kRange:
      return range(ast, node);
    case Function::kSlice:
      return {0, arguments[0]};
    case Function::kSort:
      return {times(times(count, 1 + arguments[0].text_cost()), static_cast<std::uint64_t>(std::bit_width(count))),
              arguments[0]};
    case Function::kSetsContains:
    case Function::kSetsIntersects:
    case Function::kSetsEquivalent: {
      const auto there = times(arguments[1].count(), look_up_cost(arguments[0], arguments[1].element()));
      const auto back = times(count, look_up_cost(arguments[1], arguments[0].element()));
      return {plus(there, back), {}};
    }
    default:
      return {count, arguments[0]};  // reversed
  }
}

CostAndExtent optional_call_cost(const Ast& ast, const Node& node, Arguments arguments) {
  switch (node.function) {
    case Function::kOptionalIndex:
      return element_of(ast[node.children[0]].type, arguments, true);
    case Function::kOptionalOf:
    case Function::kOptionalOfNonZero:
      return {0, Extent::list(1, arguments[0])};
    case Function::kOptionalUnwrap:
    case Function::kUnwrapOpt:
      return {arguments[0].count(), Extent::list(arguments[0].count(), arguments[0].element().element())};
    case Function::kOptionalValue:
      return {0, arguments[0].element()};
    case Function::kOptionalOr:
      return {0, Extent::either(arguments[0], arguments[1])};
    case Function::kOrValue:
      return {0, Extent::either(arguments[0].element(), arguments[1])};
    case Function::kFirst:
    case Function::kLast:
      return {0, Extent::list(1, arguments[0].element())};
    default:
      return {};
  }
}

CostAndExtent conversion_cost(const Node& node, Arguments arguments) {
  constexpr std::uint64_t kLongestScalar = 64;
  switch (node.function) {
    case Function::kToString:
      return {arguments[0].text_cost(), Extent::of_text(std::max(arguments[0].text(), kLongestScalar))};
    case Function::kToBytes:
    case Function::kDyn:
      return {0, arguments[0]};
    default:
      return {};
  }
}

CostAndExtent operator_cost(const Ast& ast, const Node& node, Arguments arguments) {
  switch (node.function) {
    case Function::kAdd:
      return sum(node.type, arguments);
    case Function::kEqual:
    case Function::kNotEqual:
      return {equality_cost(arguments[0], arguments[1]), {}};
    case Function::kIn:
      if (ast[node.children[1]].type.kind() == TypeKind::kLookup) return {kLookupCost, {}};
      return {look_up_cost(arguments[1], arguments[0]), {}};
    case Function::kIndex:
      return element_of(ast[node.children[0]].type, arguments, false);
    case Function::kLess:
    case Function::kLessEqual:
    case Function::kGreater:
    case Function::kGreaterEqual:
      return {std::min(arguments[0].text_cost(), arguments[1].text_cost()), {}};
    default:
      return {};
  }
}

}  // namespace

std::uint64_t equality_cost(const Extent& a, const Extent& b) {
  const auto text = std::min(a.text_cost(), b.text_cost());
  if (a.cells() == 0 || b.cells() == 0) return text;
  return std::min(times(times(a.cells(), b.cells()), 1 + text), kMaxCost);
}

std::uint64_t look_up_cost(const Extent& container, const Extent& wanted) {
  return times(container.count(), 1 + equality_cost(container.element(), wanted));
}

CostAndExtent call_cost(const Ast& ast, const Node& node, Arguments arguments) {
  const auto function = node.function;
  if (function <= Function::kIndex) return operator_cost(ast, node, arguments);
  if (function == Function::kSize) return {arguments[0].text_cost(), {}};
  if (function == Function::kContains) return {search_cost(arguments[0], arguments[1]), {}};
  if (function == Function::kMatches) return {arguments[0].text_cost(), {}};
  if (function >= Function::kToInt && function <= Function::kDyn) return conversion_cost(node, arguments);
  if (function >= Function::kOptionalIndex && function <= Function::kLast) {
    return optional_call_cost(ast, node, arguments);
  }
  if (function == Function::kGreatest || function == Function::kLeast) {
    const auto listed = arguments.empty() ? 0 : arguments[0].count();
    return {std::max<std::uint64_t>(arguments.size(), listed), {}};
  }
  if (function == Function::kFormat) return formatted(ast, node, arguments);
  if (function == Function::kReverse && !is_text(node.type)) return list_call_cost(ast, node, arguments);
  if (function >= Function::kCharAt && function <= Function::kQuote) return text_call_cost(node, arguments);
  if (function == Function::kBase64Encode) return made_text(0, arguments[0].text() / 3 * 4 + 4);
  if (function == Function::kBase64Decode) return {arguments[0].text_cost(), Extent::of_text(arguments[0].text() + 3)};
  if (function >= Function::kDistinct && function <= Function::kSetsIntersects) {
    return list_call_cost(ast, node, arguments);
  }
  return {};
}

}  // namespace weir::cel
