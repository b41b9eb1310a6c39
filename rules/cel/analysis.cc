#include "rules/cel/analysis.h"

#include <string>
#include <utility>

#include "rules/cel/checker.h"
#include "rules/cel/currencies.h"
#include "rules/cel/lexer.h"
#include "rules/cel/limits.h"
#include "rules/cel/parser.h"
#include "rules/cel/presence.h"
#include "rules/cel/utf8.h"

namespace weir::cel {

namespace {

// Whether the text can be read at all.
bool is_readable(const SourceMap& source, Issues& issues) {
  const auto text = source.text();
  if (text.size() > kMaxSourceBytes) {
    issues.error(source.place({0, 1}), "the expression is longer than " + std::to_string(kMaxSourceBytes) + " bytes");
    return false;
  }
  const auto bad = static_cast<std::uint32_t>(first_invalid_utf8(text));
  if (bad == text.size()) return true;
  issues.error(source.place({bad, bad + 1}), "this is not valid UTF-8");
  return false;
}

}  // namespace

Analysed analyse(const SourceMap& source, const Environment& environment, const Type& wanted, Checking checking,
                 Issues& issues) {
  Analysed out;
  if (!is_readable(source, issues)) {
    out.ast.root = out.ast.add({});
    return out;
  }
  const auto faults_before = issues.all().size();
  out.ast = parse(tokenize(source, issues), source, issues);
  out.parsed = issues.all().size() == faults_before;
  check(out.ast, environment, wanted, source, issues, checking);
  if (checking == Checking::kStrict) check_currencies(out.ast, environment, source, issues);
  // Where a part of the text is missing, what asks for presence may be.
  if (out.parsed && checking == Checking::kStrict) check_presence(out.ast, environment, source, issues);
  return out;
}

}  // namespace weir::cel
