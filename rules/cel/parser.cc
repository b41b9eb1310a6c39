#include "rules/cel/parser.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "rules/cel/limits.h"
#include "rules/cel/macros.h"
#include "rules/cel/operators.h"
#include "rules/cel/token_cursor.h"

namespace weir::cel {
namespace {

constexpr std::uint64_t kInt64MinMagnitude = 1ULL << 63U;

class Parser {
 public:
  Parser(const std::vector<Token>& tokens, const SourceMap& source, Issues& issues) : cursor_(tokens, source, issues) {}

  Ast run() {
    std::vector<NodeId> parts{expression()};
    while (!cursor_.is(TokenKind::kEnd)) {
      cursor_.unexpected_after_all();
      parts.back() = broken_off(parts.back());
      cursor_.skip_to({TokenKind::kAnd, TokenKind::kOr});
      if (cursor_.accept(TokenKind::kAnd) || cursor_.accept(TokenKind::kOr)) parts.push_back(expression());
    }
    ast_.root = parts.size() == 1 ? parts[0] : logical(NodeKind::kAnd, "&&", std::move(parts), {});
    return std::move(ast_);
  }

 private:
  NodeId add(Node node) {
    for (const NodeId child : node.children) node.depth = std::max(node.depth, ast_[child].depth + 1);
    const auto range = node.range;
    const bool too_deep = node.depth > kMaxDepth;
    const NodeId id = ast_.add(std::move(node));
    if (too_deep) cursor_.stop(range, too_deep_message());
    if (ast_.size() > kMaxNodes) {
      cursor_.stop(range, "the expression is too large: it has more than " + std::to_string(kMaxNodes) + " parts");
    }
    return id;
  }
  static std::string too_deep_message() {
    return "the expression is nested more than " + std::to_string(kMaxDepth) + " levels deep";
  }

  Node make(NodeKind kind, SourceRange range, SourceRange name_range, std::string name = {},
            std::vector<NodeId> children = {}) const {
    Node node;
    node.kind = kind;
    node.range = range;
    node.name_range = name_range;
    node.name = std::move(name);
    node.children = std::move(children);
    return node;
  }
  NodeId faulty(SourceRange range) { return add(make(NodeKind::kFaulty, range, range)); }
  // The expression with its last operand as a faulty node around it: `a && text like 'x'` was to say something of text.
  NodeId broken_off(NodeId id) {
    const bool joins = ast_[id].kind == NodeKind::kAnd || ast_[id].kind == NodeKind::kOr;
    if (joins) {
      const NodeId last = broken_off(ast_[id].children.back());
      ast_[id].children.back() = last;
      return id;
    }
    const auto range = ast_[id].range;
    return add(make(NodeKind::kFaulty, range, range, {}, {id}));
  }
  NodeId literal(SourceRange range, Value value) {
    Node node = make(NodeKind::kLiteral, range, range);
    node.literal = value;
    return add(std::move(node));
  }
  NodeId logical(NodeKind kind, std::string_view name, std::vector<NodeId> children, SourceRange name_range) {
    const auto range = joined(ast_[children.front()].range, ast_[children.back()].range);
    return add(make(kind, range, name_range, std::string(name), std::move(children)));
  }

  NodeId expression() {
    if (++recursion_ > kMaxDepth) cursor_.stop(cursor_.current().range, too_deep_message());
    const NodeId condition = binary(1);
    NodeId result = condition;
    if (cursor_.is(TokenKind::kQuestion)) {
      const auto name_range = cursor_.current().range;
      cursor_.advance();
      const NodeId then = binary(1);
      cursor_.expect(TokenKind::kColon, "`:`");
      const NodeId otherwise = expression();
      const auto range = joined(ast_[condition].range, ast_[otherwise].range);
      result = add(make(NodeKind::kConditional, range, name_range, "?:", {condition, then, otherwise}));
    }
    --recursion_;
    return result;
  }

  NodeId binary(int lowest) {
    NodeId left = unary();
    for (;;) {
      const TokenKind kind = cursor_.current().kind;
      const int level = precedence(kind);
      if (level < lowest || level == 0) return left;
      const auto name_range = cursor_.current().range;
      const std::string name = operator_name(kind);
      if (kind == TokenKind::kAnd || kind == TokenKind::kOr) {
        std::vector<NodeId> operands{left};
        while (cursor_.accept(kind)) operands.push_back(binary(level + 1));
        left = logical(kind == TokenKind::kAnd ? NodeKind::kAnd : NodeKind::kOr, name, std::move(operands), name_range);
        continue;
      }
      cursor_.advance();
      const NodeId right = binary(level + 1);
      const auto range = joined(ast_[left].range, ast_[right].range);
      left = add(make(NodeKind::kOperator, range, name_range, name, {left, right}));
    }
  }

  NodeId unary() {
    const auto begin = cursor_.current().range;
    const bool number_follows = cursor_.ahead().kind == TokenKind::kInt || cursor_.ahead().kind == TokenKind::kDouble;
    if (cursor_.is(TokenKind::kMinus) && number_follows) {
      cursor_.advance();
      return postfix(number(begin, true));
    }
    if (!cursor_.is(TokenKind::kMinus) && !cursor_.is(TokenKind::kNot)) return postfix(primary());
    if (++recursion_ > kMaxDepth) cursor_.stop(begin, too_deep_message());
    const std::string name = operator_name(cursor_.current().kind);
    cursor_.advance();
    const NodeId operand = unary();
    --recursion_;
    return add(make(NodeKind::kOperator, joined(begin, ast_[operand].range), begin, name, {operand}));
  }

  NodeId number(SourceRange begin, bool negative) {
    const Token& token = cursor_.current();
    const auto range = joined(begin, token.range);
    cursor_.advance();
    if (token.kind == TokenKind::kDouble) return literal(range, Value::real(negative ? -token.real : token.real));
    if (token.kind == TokenKind::kUint) return literal(range, Value::uint64(token.integer));
    if (token.integer > kInt64MinMagnitude || (token.integer == kInt64MinMagnitude && !negative)) {
      cursor_.report(range, "this number does not fit int, which has 64 bits",
                     negative ? "" : "write it as uint, with the suffix u");
      return faulty(range);
    }
    const auto magnitude = negative ? 0 - token.integer : token.integer;
    return literal(range, Value::int64(static_cast<std::int64_t>(magnitude)));
  }

  NodeId primary() {
    const Token& token = cursor_.current();
    switch (token.kind) {
      case TokenKind::kInt:
      case TokenKind::kUint:
      case TokenKind::kDouble:
        return number(token.range, false);
      case TokenKind::kString:
        cursor_.advance();
        return literal(token.range, Value::string(ast_.keep(token.text)));
      case TokenKind::kBytes:
        cursor_.advance();
        return literal(token.range, Value::bytes(ast_.keep(token.text)));
      case TokenKind::kTrue:
        cursor_.advance();
        return literal(token.range, Value::boolean(true));
      case TokenKind::kFalse:
        cursor_.advance();
        return literal(token.range, Value::boolean(false));
      case TokenKind::kNull:
        cursor_.advance();
        return literal(token.range, Value::null());
      case TokenKind::kFaulty:
        cursor_.advance();
        return faulty(token.range);
      case TokenKind::kIdent:
        return name(token.range, false);
      case TokenKind::kDot:
        cursor_.advance();
        return rooted_name(token.range);
      case TokenKind::kOpenParen:
        return parenthesis();
      case TokenKind::kOpenBracket:
        return list();
      case TokenKind::kOpenBrace:
        return map();
      default:
        break;
    }
    cursor_.unexpected("a value");
    const auto range = token.range;
    cursor_.skip_to({TokenKind::kComma, TokenKind::kAnd, TokenKind::kOr, TokenKind::kQuestion, TokenKind::kColon,
                     TokenKind::kCloseParen, TokenKind::kCloseBracket, TokenKind::kCloseBrace});
    return faulty(range);
  }

  NodeId rooted_name(SourceRange dot) {
    if (cursor_.is(TokenKind::kIdent)) return name(dot, true);
    cursor_.unexpected("a name");
    return faulty(dot);
  }

  NodeId name(SourceRange begin, bool rooted) {
    const Token token = cursor_.current();
    cursor_.advance();
    const bool reserved = is_reserved_word(token.text);
    if (reserved) {
      cursor_.report(token.range, "`" + token.text + "` is a reserved word of CEL and can't be a name");
    }
    const auto range = joined(begin, token.range);
    if (cursor_.is(TokenKind::kOpenParen)) {
      auto arguments = call_arguments();
      const auto whole = joined(range, cursor_.previous().range);
      if (reserved) return faulty(whole);
      if (token.text == "has" && arguments.size() == 1) return has(arguments[0], whole, token.range);
      return add(make(NodeKind::kCall, whole, token.range, token.text, std::move(arguments)));
    }
    if (reserved) return faulty(range);
    Node node = make(NodeKind::kIdent, range, token.range, token.text);
    node.rooted = rooted;
    return add(std::move(node));
  }

  NodeId has(NodeId argument, SourceRange range, SourceRange name_range) {
    const Node& field = ast_[argument];
    if ((field.kind == NodeKind::kSelect && !field.optional) || field.kind == NodeKind::kIdent) {
      return add(make(NodeKind::kHas, range, name_range, "has", {argument}));
    }
    if (field.kind != NodeKind::kFaulty) {
      cursor_.report(field.range, "has() asks for a field, e.g. has(card.country)",
                     field.optional ? "an optional is asked with x.?y.hasValue()" : "");
    }
    return faulty(range);
  }

  NodeId parenthesis() {
    cursor_.advance();
    const auto begin = cursor_.previous().range;
    const NodeId inside = expression();
    if (cursor_.is(TokenKind::kComma)) return list_in_other(begin, TokenKind::kCloseParen, "`)`");
    cursor_.expect(TokenKind::kCloseParen, "`)`");
    return inside;
  }

  // `x in ('a', 'b')` and `x in {'a', 'b'}`, at the comma.
  NodeId list_in_other(SourceRange begin, TokenKind close, const std::string& wanted) {
    cursor_.fault(cursor_.current().range, "found `,` where " + wanted + " is wanted",
                  "a list stands in brackets: ['a', 'b']");
    cursor_.skip_to({close});
    cursor_.accept(close);
    return faulty(joined(begin, cursor_.previous().range));
  }

  // At `(`; leaves after `)`.
  std::vector<NodeId> call_arguments() {
    cursor_.advance();
    return elements(TokenKind::kCloseParen, "`,` or `)`");
  }

  // Those of a list may be optional, and a comma may follow the last.
  std::vector<NodeId> elements(TokenKind close, const std::string& wanted) {
    const bool of_list = close == TokenKind::kCloseBracket;
    std::vector<NodeId> out;
    if (of_list) lone_comma(close);
    while (!cursor_.is(TokenKind::kEnd) && !(cursor_.is(close) && (out.empty() || of_list))) {
      const auto mark = cursor_.current().range;
      const bool optional = of_list && cursor_.accept(TokenKind::kQuestion);
      out.push_back(entry(optional, mark, expression()));
      if (cursor_.is(close)) break;
      if (cursor_.accept(TokenKind::kComma)) continue;
      cursor_.unexpected(wanted);
      cursor_.skip_to({TokenKind::kComma});
      if (!cursor_.accept(TokenKind::kComma)) break;
    }
    cursor_.expect(close, wanted);
    return out;
  }

  // The grammar has the comma behind the last element also where there is none.
  void lone_comma(TokenKind close) {
    if (cursor_.is(TokenKind::kComma) && cursor_.ahead().kind == close) cursor_.advance();
  }

  NodeId entry(bool optional, SourceRange mark, NodeId value) {
    if (!optional) return value;
    return add(make(NodeKind::kOptionalEntry, joined(mark, ast_[value].range), mark, "?", {value}));
  }

  NodeId list() {
    const auto begin = cursor_.current().range;
    cursor_.advance();
    auto children = elements(TokenKind::kCloseBracket, "`,` or `]`");
    const auto range = joined(begin, cursor_.previous().range);
    return add(make(NodeKind::kList, range, range, {}, std::move(children)));
  }

  NodeId map() {
    const auto begin = cursor_.current().range;
    cursor_.advance();
    std::vector<NodeId> children;
    lone_comma(TokenKind::kCloseBrace);
    while (!cursor_.is(TokenKind::kCloseBrace) && !cursor_.is(TokenKind::kEnd)) {
      const auto mark = cursor_.current().range;
      const bool optional = cursor_.accept(TokenKind::kQuestion);
      children.push_back(expression());
      if (cursor_.is(TokenKind::kComma)) return list_in_other(begin, TokenKind::kCloseBrace, "`:`");
      cursor_.expect(TokenKind::kColon, "`:`");
      children.push_back(entry(optional, mark, expression()));
      if (!cursor_.accept(TokenKind::kComma)) break;
    }
    cursor_.expect(TokenKind::kCloseBrace, "`,` or `}`");
    const auto range = joined(begin, cursor_.previous().range);
    return add(make(NodeKind::kMap, range, range, {}, std::move(children)));
  }

  NodeId postfix(NodeId operand) {
    for (;;) {
      if (cursor_.is(TokenKind::kDot)) {
        operand = member(operand);
      } else if (cursor_.is(TokenKind::kOpenBracket)) {
        operand = index(operand);
      } else if (cursor_.is(TokenKind::kOpenBrace) && is_name_chain(operand)) {
        operand = message(operand);
      } else {
        return operand;
      }
    }
  }

  bool is_name_chain(NodeId id) const {
    while (ast_[id].kind == NodeKind::kSelect) id = ast_[id].children[0];
    return ast_[id].kind == NodeKind::kIdent;
  }

  NodeId member(NodeId operand) {
    const auto dot = cursor_.current().range;
    cursor_.advance();
    const bool optional = cursor_.accept(TokenKind::kQuestion);
    const Token token = cursor_.current();
    const bool quoted = token.kind == TokenKind::kQuotedIdent;
    if (token.kind != TokenKind::kIdent && !quoted) {
      cursor_.unexpected("a field or function name");
      if (token.kind == TokenKind::kFaulty) cursor_.advance();
      return faulty(joined(ast_[operand].range, dot));
    }
    cursor_.advance();
    if (cursor_.is(TokenKind::kOpenParen) && !quoted && !optional) return receiver_call(operand, token);
    const auto range = joined(ast_[operand].range, token.range);
    Node node = make(NodeKind::kSelect, range, token.range, token.text, {operand});
    node.optional = optional;
    node.rooted = quoted;  // a quoted field is never part of a dotted variable name
    return add(std::move(node));
  }

  NodeId receiver_call(NodeId operand, const Token& token) {
    auto arguments = call_arguments();
    const auto range = joined(ast_[operand].range, cursor_.previous().range);
    if (is_cel(operand)) {
      if (const auto id = cel_macro(token, arguments, range)) return *id;
    }
    if (const auto* form = find_macro(token.text, arguments.size())) {
      arguments.insert(arguments.begin(), operand);
      return macro(*form, make(NodeKind::kMacro, range, token.range, {}, std::move(arguments)));
    }
    arguments.insert(arguments.begin(), operand);
    return add(make(NodeKind::kReceiverCall, range, token.range, token.text, std::move(arguments)));
  }

  bool is_cel(NodeId id) const {
    return ast_[id].kind == NodeKind::kIdent && ast_[id].name == "cel" && !ast_[id].rooted;
  }

  // cel.bind(x, value, expression), cel.block([value, ...], expression) and the names that blocks use.
  std::optional<NodeId> cel_macro(const Token& token, const std::vector<NodeId>& arguments, SourceRange range) {
    const auto is = [&](std::string_view name, std::size_t count) {
      return token.text == name && arguments.size() == count;
    };
    if (is("bind", 3)) return binding(token, arguments, range);
    if (is("block", 2) && ast_[arguments[0]].kind == NodeKind::kList) {
      auto children = ast_[arguments[0]].children;
      children.push_back(arguments[1]);
      return add(make(NodeKind::kLet, range, token.range, {}, std::move(children)));
    }
    if (!is("index", 1) && !is("iterVar", 2) && !is("accuVar", 2)) return std::nullopt;
    std::string name;
    for (const NodeId id : arguments) {
      const Node& number = ast_[id];
      if (number.kind != NodeKind::kLiteral || !number.literal.is(ValueKind::kInt64)) return std::nullopt;
      name.append(name.empty() ? "" : ", ").append(std::to_string(number.literal.as_int64()));
    }
    return add(make(NodeKind::kIdent, range, range, "cel." + token.text + "(" + name + ")"));
  }

  NodeId binding(const Token& token, const std::vector<NodeId>& arguments, SourceRange range) {
    const Node& variable = ast_[arguments[0]];
    if (variable.kind == NodeKind::kIdent && !variable.rooted) {
      return add(make(NodeKind::kLet, range, token.range, variable.name, {arguments[1], arguments[2]}));
    }
    if (variable.kind != NodeKind::kFaulty) {
      cursor_.report(variable.range, "cel.bind() begins with the name of its variable", "write " + macro_usage("bind"));
    }
    return faulty(range);
  }

  // `node` has all arguments as children still.
  NodeId macro(const MacroForm& form, Node node) {
    const auto first = node.children.begin() + 1;
    const std::vector<NodeId> variables(first, first + static_cast<std::ptrdiff_t>(form.variables));
    for (const NodeId id : variables) {
      const Node& variable = ast_[id];
      if (variable.kind == NodeKind::kIdent && !variable.rooted) continue;
      if (variable.kind != NodeKind::kFaulty) {
        cursor_.report(variable.range, std::string(form.name) + "() begins with the name of its variable",
                       "write " + std::string(form.usage));
      }
      return faulty(node.range);
    }
    node.macro = form.macro;
    node.name = ast_[variables[0]].name;
    if (form.variables == 2) {
      node.second_name = ast_[variables[1]].name;
      if (node.second_name == node.name) {
        cursor_.report(ast_[variables[1]].range, "both variables are called `" + node.name + "`");
        return faulty(node.range);
      }
    }
    node.children.erase(first, first + static_cast<std::ptrdiff_t>(form.variables));
    return add(std::move(node));
  }

  NodeId index(NodeId operand) {
    const auto begin = cursor_.current().range;
    cursor_.advance();
    const bool optional = cursor_.accept(TokenKind::kQuestion);
    const NodeId key = expression();
    cursor_.expect(TokenKind::kCloseBracket, "`]`");
    const auto range = joined(ast_[operand].range, cursor_.previous().range);
    const auto name_range = joined(begin, cursor_.previous().range);
    return add(make(NodeKind::kOperator, range, name_range, optional ? "[?]" : "[]", {operand, key}));
  }

  NodeId message(NodeId operand) {
    const auto begin = ast_[operand].range;
    cursor_.fault(begin, "messages can't be made: the language has no message types here",
                  "write a map, e.g. {'a': 1}");
    cursor_.advance();
    while (!cursor_.is(TokenKind::kCloseBrace) && !cursor_.is(TokenKind::kEnd)) {
      cursor_.accept(TokenKind::kQuestion);
      if (!cursor_.accept(TokenKind::kIdent) && !cursor_.accept(TokenKind::kQuotedIdent))
        cursor_.unexpected("a field name");
      cursor_.expect(TokenKind::kColon, "`:`");
      expression();
      if (!cursor_.accept(TokenKind::kComma)) break;
    }
    cursor_.expect(TokenKind::kCloseBrace, "`,` or `}`");
    return faulty(joined(begin, cursor_.previous().range));
  }

  TokenCursor cursor_;
  Ast ast_;
  std::uint32_t recursion_ = 0;
};

}  // namespace

Ast parse(const std::vector<Token>& tokens, const SourceMap& source, Issues& issues) {
  return Parser(tokens, source, issues).run();
}

}  // namespace weir::cel
