// A checked expression whose tree can be looked into: for whoever compiles parts of it, as an index over many rules
// does, or has more to say about it than the checker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"
#include "rules/cel/ast.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/program.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

class Expression {
 public:
  // Parses and checks; arguments and faults are those of compile().
  static Result<std::unique_ptr<Expression>, Issues> check(std::string_view text, const Place& place,
                                                           const Environment& environment, const Type& wanted,
                                                           Checking checking = Checking::kStrict);
  // The same; a tree with faults is handed out, too, so that whoever has more to say about it can say it at once.
  // Nodes with faults are Node::faulty, and may not be compiled.
  static std::unique_ptr<Expression> examine(std::string_view text, const Place& place, const Environment& environment,
                                             const Type& wanted, Issues& issues);
  Expression(const Expression&) = delete;
  Expression& operator=(const Expression&) = delete;

  // Whoever changes the tree keeps it well typed.
  Ast& ast() { return ast_; }
  const Ast& ast() const { return ast_; }
  const SourceMap& source() const { return source_; }
  // Whether all of the text is in the tree: not so after a fault of its syntax.
  bool parsed() const { return parsed_; }

  // The slots that stand below `root`, ascending, each once.
  std::vector<std::uint32_t> slots(NodeId root) const;

  // The part of the tree below `root` as a program; it is_closed().
  Program compile(NodeId root) const;

 private:
  Expression(std::string_view text, const Place& place) : text_(text), source_(text_, place) {}
  static std::unique_ptr<Expression> analysed(std::string_view text, const Place& place, const Environment& environment,
                                              const Type& wanted, Checking checking, Issues& issues);

  std::string text_;
  SourceMap source_;
  Ast ast_;
  bool parsed_ = false;
};

// Whether the tree below `root` uses no variable of a macro or binding around it, and so means something by itself.
bool is_closed(const Ast& ast, NodeId root);

// The operands of the conjunction that the tree below `root` is, in the order of the source; of nested ones too. One
// node, `root` itself, if it is none. The whole is false if one of them is; else it fails if one of them does.
std::vector<NodeId> conjuncts(const Ast& ast, NodeId root);

}  // namespace weir::cel
