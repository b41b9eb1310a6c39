// The checker's walk over the tree; see checker.h.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/diagnostics.h"
#include "rules/cel/ast.h"
#include "rules/cel/checking.h"
#include "rules/cel/environment.h"
#include "rules/cel/names.h"
#include "rules/cel/source_map.h"

namespace weir::cel {

class TypeChecker {
 public:
  TypeChecker(Ast& ast, const Environment& environment, const SourceMap& source, Issues& issues, Checking checking)
      : ast_(ast),
        environment_(environment),
        names_(environment),
        source_(source),
        issues_(issues),
        dynamic_(checking == Checking::kDynamic) {}

  void run(const Type& wanted);

 private:
  // What Checking::kDynamic leaves to the evaluation.
  void fault(SourceRange range, std::string message, std::string suggestion = {});
  // The type of what has just been found faulty.
  Type faulty() const;
  // The node as an error of any evaluation, in kDynamic.
  Type failing(NodeId id, ErrorCode code);

  const Type& check(NodeId id);
  Type type_of(NodeId id);
  std::vector<Type> check_children(NodeId id);
  void want_bool(NodeId id, const Type& type, const std::string& who);

  Type name_or_field(NodeId id);
  Type unknown_name(NodeId id);
  Type field_type(NodeId id, const Type& operand);
  std::string dotted_text(NodeId id) const;
  std::string unknown_name_hint(const std::string& name) const;
  Type has(NodeId id);

  Type operation(NodeId id);
  Type binary(Node& node, std::vector<Type> types);
  bool computed_beside_null(const Node& node, const std::vector<Type>& types) const;
  std::string operand_hint(const Node& node, const std::vector<Type>& types) const;
  bool promote_operands(const Node& node, std::vector<Type>& types);
  Type after_fault(Function function) const;
  Type logical(NodeId id);
  Type conditional(NodeId id);
  Type list(NodeId id);
  Type map(NodeId id);
  Type optional_entry(NodeId id);

  Type call(NodeId id);
  Type receiver_call(NodeId id);
  bool become_namespaced(NodeId id);
  Type declared_call(NodeId id);
  Type resolved(NodeId id, CallStyle style, const std::vector<Type>& types);
  Type default_of_another_type(NodeId id, const Type& wanted);
  Type constant_checked(NodeId id, Type type);
  Type unknown_function(NodeId id, CallStyle style);
  bool binds_a_name(const Node& node) const;
  std::string negation_hint(const Node& node) const;

  Type macro(NodeId id);
  Type macro_result(NodeId id, const Type& range);
  Type entries(NodeId id);
  Type let(NodeId id);
  Type optional_macro(NodeId id);
  Type as_optional(NodeId id);
  void condition(NodeId id);

  Ast& ast_;
  const Environment& environment_;
  Names names_;
  const SourceMap& source_;
  Issues& issues_;
  bool dynamic_;
};

}  // namespace weir::cel
