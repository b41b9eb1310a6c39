#include "rules/cel/token_cursor.h"

#include <algorithm>
#include <utility>

#include "engine/base/currency.h"
#include "rules/cel/habits.h"

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
  if (at_ == 0) return {};
  const Token& before = previous();
  if (is(TokenKind::kGreater) && before.kind == TokenKind::kLess) return "write `!=`";
  if (is(TokenKind::kEqual) && before.kind == TokenKind::kEqual) return "write `==`";
  const bool number = before.kind == TokenKind::kInt || before.kind == TokenKind::kDouble;
  if (is(TokenKind::kIdent) && number && currency_by_code(name)) {
    return "write money('" + std::string(source_.text(before.range)) + "', '" + name + "')";
  }
  const bool number_follows = ahead().kind == TokenKind::kInt;
  if (is(TokenKind::kComma) && number && number_follows) return "a number has no other mark than its point: 1000, 0.5";
  return std::string(habit_advice(HabitKind::kWord, name));
}

}  // namespace weir::cel
