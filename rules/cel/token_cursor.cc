#include "rules/cel/token_cursor.h"

#include <algorithm>
#include <utility>

namespace weir::cel {

void TokenCursor::advance() {
  if (!stopped_ && at_ + 1 < tokens_.size()) ++at_;
}

bool TokenCursor::accept(TokenKind kind) {
  if (!is(kind)) return false;
  advance();
  return true;
}

void TokenCursor::expect(TokenKind kind, const std::string& wanted) {
  if (accept(kind)) return;
  unexpected(wanted);
  skip_to({kind, TokenKind::kComma, TokenKind::kCloseParen, TokenKind::kCloseBracket, TokenKind::kCloseBrace});
  accept(kind);
}

void TokenCursor::skip_to(std::initializer_list<TokenKind> kinds) {
  int open = 0;
  for (; !is(TokenKind::kEnd); advance()) {
    if (open == 0 && std::find(kinds.begin(), kinds.end(), current().kind) != kinds.end()) return;
    if (is(TokenKind::kOpenParen) || is(TokenKind::kOpenBracket) || is(TokenKind::kOpenBrace)) ++open;
    if (is(TokenKind::kCloseParen) || is(TokenKind::kCloseBracket) || is(TokenKind::kCloseBrace)) --open;
  }
}

void TokenCursor::fault(SourceRange range, std::string message, std::string suggestion) {
  if (stopped_ || last_fault_ == at_ + 1) return;
  last_fault_ = at_ + 1;
  report(range, std::move(message), std::move(suggestion));
}

void TokenCursor::report(SourceRange range, std::string message, std::string suggestion) {
  issues_.error(source_.place(range), std::move(message), std::move(suggestion));
}

void TokenCursor::unexpected(const std::string& wanted) {
  if (is(TokenKind::kEnd)) {
    fault(current().range, "the expression ends where " + wanted + " is wanted");
  } else {
    fault(current().range, "found `" + spelled() + "` where " + wanted + " is wanted", operator_hint());
  }
}

void TokenCursor::unexpected_after_all() { fault(current().range, "unexpected `" + spelled() + "`", operator_hint()); }

void TokenCursor::stop(SourceRange range, std::string message) {
  if (stopped_) return;
  report(range, std::move(message));
  stopped_ = true;
}

std::string TokenCursor::spelled() const { return std::string(source_.text(current().range)); }

std::string TokenCursor::operator_hint() const {
  const auto name = spelled();
  if (name == "and" || name == "AND") return "write `&&`";
  if (name == "or" || name == "OR") return "write `||`";
  return {};
}

}  // namespace weir::cel
