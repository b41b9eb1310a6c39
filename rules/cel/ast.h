// The syntax tree: made by the parser, resolved and typed by the checker, read by the compiler and the reference.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/value.h"
#include "rules/cel/environment.h"
#include "rules/cel/functions.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

using NodeId = std::uint32_t;

enum class NodeKind : std::uint8_t {
  kFaulty,        // reported already
  kFailing,       // the error `literal` of any evaluation: what Checking::kDynamic leaves of a name that isn't there
  kLiteral,       // `literal`
  kIdent,         // `name`; after the checker it is kSlot, kLocal, or a kLiteral of kind kType
  kSelect,        // child 0 . `name`, or child 0 .? `name`
  kHas,           // child 0 is the kSelect, kSlot or kOptionalSlot that is asked for
  kOperator,      // `name` is the operator's text
  kCall,          // `name`(children)
  kReceiverCall,  // child 0 . `name`(other children)
  kAnd,           // two or more children
  kOr,
  kConditional,  // condition, then, else
  kList,
  kMap,            // key, value, key, value ...
  kOptionalEntry,  // an element of a list or a value of a map that may be missing: child 0 is the optional
  kMacro,          // child 0 is the range, then the macro's expressions; `name` and `second_name` are the variables
  kLet,   // values, each for the variables that follow, then the expression; `name` is the variable, or cel.block()
  kSlot,  // `index` is the slot, `name` the variable's whole name
  kOptionalSlot,  // the same as an optional: none if the slot is absent
  kLocal,         // `index` counts the variables of the enclosing macros and bindings from the outermost, 0
};

enum class Macro : std::uint8_t {
  kAll,
  kExists,
  kExistsOne,
  kMap,
  kFilter,
  kTransformList,
  kTransformMap,
  kTransformMapEntry,
  kOptMap,  // from here on child 0 is an optional
  kOptFlatMap,
};

inline constexpr std::uint32_t kNoLocal = 0xFFFFFFFFU;

struct Node {
  NodeKind kind = NodeKind::kFaulty;
  Macro macro = Macro::kAll;
  bool rooted = false;    // kIdent: has a leading dot and never means a macro's variable; kSelect: the name was quoted
  bool optional = false;  // kSelect: `.?`
  bool may_be_absent = false;  // kSlot, kOptionalSlot: Variable::optional
  bool reads_slots = false;
  bool faulty =
      false;  // a fault of this node or of one below it is reported: nothing is to be concluded from its value
  Function function = Function::kNone;
  std::uint32_t index = 0;
  std::uint32_t depth = 1;  // levels of the tree below and with this node
  // The outermost variable of an enclosing macro that is used in here; the name of a constant doesn't count.
  std::uint32_t lowest_local = kNoLocal;
  SourceRange range;
  SourceRange name_range;  // the name or operator
  std::string name;
  std::string second_name;  // kMacro: empty where one variable is enough
  Value literal;            // its text lives in Ast::keep; of a money call, the amount
  std::vector<NodeId> children;
  Type type;

  // The same in every evaluation.
  bool constant() const { return !reads_slots && lowest_local == kNoLocal; }
};

class Ast {
 public:
  Node& operator[](NodeId id) { return nodes_[id]; }
  const Node& operator[](NodeId id) const { return nodes_[id]; }
  std::size_t size() const { return nodes_.size(); }
  NodeId add(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<NodeId>(nodes_.size() - 1);
  }
  // A copy that lives as long as the tree.
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  NodeId root = 0;

 private:
  std::deque<Node> nodes_;  // references stay valid while the tree grows
  std::deque<std::string> texts_;
};

}  // namespace weir::cel
