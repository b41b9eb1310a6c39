// What the names of an expression mean.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/environment.h"

namespace weir::cel {

// The variables of the macros and bindings around the place that is being checked, innermost last.
struct Local {
  std::string name;
  Type type;
  bool constant = false;  // the name of what is the same in every evaluation
};

class Names {
 public:
  explicit Names(const Environment& environment) : environment_(environment) {}

  void push(Local local) { locals_.push_back(std::move(local)); }
  void pop() { locals_.pop_back(); }
  std::uint32_t depth() const { return static_cast<std::uint32_t>(locals_.size()); }

  // Resolves the kIdent or kSelect `id` if it, or a part of the selection that begins with its first name, is known:
  // that node becomes a kLocal, a kSlot or a literal type, with its type set; the longest declared name wins. Returns
  // false if the first name is unknown.
  bool resolve(Ast& ast, NodeId id) const;

  // Whether resolve() would find the node, or the name that it begins with.
  bool knows(const Ast& ast, NodeId id) const;

  // "did you mean `x`?" for a name or selection, or empty.
  std::string suggestion(std::string_view name) const;

 private:
  // 1 + the place of the macro's variable of that name, or 0.
  std::size_t local_of(const Node& first) const;

  struct Known {
    std::size_t length = 0;  // of the part of the chain that has a meaning; 0 if none has
    const Variable* variable = nullptr;
    std::optional<TypeKind> type;  // where it is no variable
  };
  Known find(const Ast& ast, std::span<const NodeId> chain) const;

  const Environment& environment_;
  std::vector<Local> locals_;
};

// The selection as text, "a.b.c", if it consists of names alone.
std::optional<std::string> dotted_name(const Ast& ast, NodeId id);

}  // namespace weir::cel
