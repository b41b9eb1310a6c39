// A place among tokens, and the reporting of what is wrong there.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <vector>

#include "engine/base/diagnostics.h"
#include "rules/cel/source_map.h"
#include "rules/cel/token.h"

namespace weir::cel {

class TokenCursor {
 public:
  TokenCursor(const std::vector<Token>& tokens, const SourceMap& source, Issues& issues)
      : tokens_(tokens), source_(source), issues_(issues) {}

  const Token& current() const { return tokens_[stopped_ ? tokens_.size() - 1 : at_]; }
  const Token& previous() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }
  const Token& ahead() const { return tokens_[at_ + 1 < tokens_.size() ? at_ + 1 : at_]; }
  bool is(TokenKind kind) const { return current().kind == kind; }
  void advance();
  // Whether the token is of that kind; then it is passed.
  bool accept(TokenKind kind);
  // The same, but anything else is reported and skipped, to the next such token, comma or closing bracket.
  void expect(TokenKind kind, const std::string& wanted);
  // Skips to one of `kinds` or to an unmatched closing bracket, over whole brackets.
  void skip_to(std::initializer_list<TokenKind> kinds);

  // Reports at most one issue per token: what follows from a fault is not another fault.
  void fault(SourceRange range, std::string message, std::string suggestion = {});
  // The token is none that may stand here; `wanted` says what may.
  void unexpected(const std::string& wanted);
  void unexpected_after_all();
  // From here on everything looks like the end of the text.
  void stop(SourceRange range, std::string message);
  bool stopped() const { return stopped_; }

  // Reports whatever token it is about.
  void report(SourceRange range, std::string message, std::string suggestion = {});

 private:
  std::string spelled() const;
  std::string operator_hint() const;

  const std::vector<Token>& tokens_;
  const SourceMap& source_;
  Issues& issues_;
  std::size_t at_ = 0;
  std::size_t last_fault_ = 0;  // 1 + the token of the last issue
  bool stopped_ = false;
};

}  // namespace weir::cel
