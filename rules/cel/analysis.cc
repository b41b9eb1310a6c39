#include "rules/cel/analysis.h"

#include <string>
#include <utility>

#include "rules/cel/checker.h"
#include "rules/cel/lexer.h"
#include "rules/cel/limits.h"
#include "rules/cel/parser.h"
#include "rules/cel/presence.h"
#include "rules/cel/utf8.h"

namespace weir::cel {

Result<Ast, Issues> analyse(const SourceMap& source, const Environment& environment, const Type& wanted,
                            Checking checking) {
  Issues issues;
  const auto text = source.text();
  if (text.size() > kMaxSourceBytes) {
    issues.error(source.place({0, 1}), "the expression is longer than " + std::to_string(kMaxSourceBytes) + " bytes");
    return issues;
  }
  if (const auto bad = static_cast<std::uint32_t>(first_invalid_utf8(text)); bad != text.size()) {
    issues.error(source.place({bad, bad + 1}), "this is not valid UTF-8");
    return issues;
  }
  auto ast = parse(tokenize(source, issues), source, issues);
  check(ast, environment, wanted, source, issues, checking);
  if (!issues.has_errors() && checking == Checking::kStrict) check_presence(ast, environment, source, issues);
  if (issues.has_errors()) return issues;
  return ast;
}

}  // namespace weir::cel
