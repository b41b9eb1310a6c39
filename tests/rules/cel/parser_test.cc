#include "rules/cel/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "rules/cel/lexer.h"
#include "rules/cel/limits.h"
#include "rules/cel/macros.h"

namespace weir::cel {
namespace {

// The tree in brackets: operators and calls by their names, macros as name<variable>.
std::string shown(const Ast& ast, NodeId id) {
  const Node& node = ast[id];
  std::string name = node.name;
  switch (node.kind) {
    case NodeKind::kFaulty:
      return "?";
    case NodeKind::kLiteral:
      return "#";
    case NodeKind::kIdent:
      return (node.rooted ? "." : "") + name;
    case NodeKind::kSelect:
      return shown(ast, node.children[0]) + "." + (node.rooted ? "`" + name + "`" : name);
    case NodeKind::kMacro:
      name = std::string(macro_name(node.macro)) + "<" + name + ">";
      break;
    case NodeKind::kReceiverCall:
      name = "." + name;
      break;
    case NodeKind::kList:
      name = "list";
      break;
    case NodeKind::kMap:
      name = "map";
      break;
    default:
      break;
  }
  std::string out = "(" + name;
  for (const NodeId child : node.children) out += " " + shown(ast, child);
  return out + ")";
}

struct Parsed {
  std::string tree;
  Issues issues;
};

Parsed parsed(std::string_view text) {
  Parsed out;
  const SourceMap source(text, Place{nullptr, 1, 1, 1});
  const Ast ast = parse(tokenize(source, out.issues), source, out.issues);
  out.tree = shown(ast, ast.root);
  return out;
}

std::string tree(std::string_view text) {
  const auto result = parsed(text);
  EXPECT_FALSE(result.issues.has_errors()) << text << "\n" << result.issues.render();
  return result.tree;
}

std::string messages(std::string_view text) {
  std::string out;
  const auto result = parsed(text);
  for (const auto& issue : result.issues.all()) out += issue.message + "\n";
  return out;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Parser, BindsOperatorsAsTheGrammarSays) {
  EXPECT_EQ(tree("a || b && c == d + e * -f"), "(|| a (&& b (== c (+ d (* e (- f))))))");
  EXPECT_EQ(tree("a - b - c"), "(- (- a b) c)");
  EXPECT_EQ(tree("a / b % c"), "(% (/ a b) c)");
  EXPECT_EQ(tree("a < b == c"), "(== (< a b) c)");
  EXPECT_EQ(tree("(a || b) && c"), "(&& (|| a b) c)");
  EXPECT_EQ(tree("a ? b : c ? d : e"), "(?: a b (?: c d e))");
  EXPECT_EQ(tree("a in b"), "(in a b)");
  EXPECT_EQ(tree("!a.b"), "(! a.b)");
  EXPECT_EQ(tree("--a"), "(- (- a))");
}

TEST(Parser, KeepsARunOfOneLogicalOperatorFlat) {
  EXPECT_EQ(tree("a && b && c && d"), "(&& a b c d)");
  EXPECT_EQ(tree("a || b && c && d || e"), "(|| a (&& b c d) e)");
}

TEST(Parser, TakesSelectionIndexAndCalls) {
  EXPECT_EQ(tree("a.b.c[d].e(f, g)"), "(.e ([] a.b.c d) f g)");
  EXPECT_EQ(tree(".a.b"), ".a.b");
  EXPECT_EQ(tree("a.`b.c`"), "a.`b.c`");
  EXPECT_EQ(tree("f()"), "(f)");
  EXPECT_EQ(tree("a.if"), "a.if");
  EXPECT_EQ(tree("[1, a, ]"), "(list # a)");
  EXPECT_EQ(tree("{'k': a, b: 1,}"), "(map # a b #)");
  EXPECT_EQ(tree("[]"), "(list)");
  EXPECT_EQ(tree("[,]"), "(list)");
  EXPECT_EQ(tree("{,}"), "(map)");
  EXPECT_EQ(tree("{}"), "(map)");
}

TEST(Parser, RecognisesMacrosByNameAndNumberOfArguments) {
  EXPECT_EQ(tree("has(a.b)"), "(has a.b)");
  EXPECT_EQ(tree("l.all(x, x > 1)"), "(all<x> l (> x #))");
  EXPECT_EQ(tree("l.map(x, p, x)"), "(map<x> l p x)");
  EXPECT_EQ(tree("l.filter(x, p).exists_one(y, y)"), "(exists_one<y> (filter<x> l p) y)");
  EXPECT_EQ(tree("l.exists(x)"), "(.exists l x)");
  EXPECT_EQ(tree("all(x, y)"), "(all x y)");
}

TEST(Parser, GoesOnAfterAFault) {
  EXPECT_EQ(messages("a == && b >"),
            "found `&&` where a value is wanted\nthe expression ends where a value is wanted\n");
  EXPECT_EQ(messages("f(a, , b) && )"), "found `,` where a value is wanted\nfound `)` where a value is wanted\n");
  EXPECT_EQ(messages("[,,]"), "found `,` where a value is wanted\nfound `,` where a value is wanted\n");
  EXPECT_EQ(messages("{,a: b}"), "found `,` where a value is wanted\n");
  EXPECT_EQ(messages("a b"), "unexpected `b`\n");
  EXPECT_EQ(messages("a ? b"), "the expression ends where `:` is wanted\n");
  EXPECT_EQ(messages(""), "the expression ends where a value is wanted\n");
  EXPECT_EQ(messages("[1, 2"), "the expression ends where `,` or `]` is wanted\n");
  EXPECT_EQ(messages("a."), "the expression ends where a field or function name is wanted\n");
}

TEST(Parser, RefusesReservedWordsAndBadMacros) {
  EXPECT_EQ(
      messages("for && if(1)"),
      "`for` is a reserved word of CEL and can't be a name\n`if` is a reserved word of CEL and can't be a name\n");
  EXPECT_EQ(messages("has(1)"), "has() asks for a field, e.g. has(card.country)\n");
  EXPECT_EQ(messages("l.all(a.b, true)"), "all() begins with the name of its variable\n");
}

TEST(Parser, RefusesMessages) {
  EXPECT_EQ(messages("a.B{c: 1, `d`: 2}"), "messages can't be made: the language has no message types here\n");
}

TEST(Parser, TakesOptionalPartsWhereTheyMayStand) {
  EXPECT_EQ(messages("a.?b.c[?d] == [?a, b, ?c,]"), "");
  EXPECT_EQ(messages("{?a: b, c: d}"), "");
  EXPECT_EQ(messages("has(a.?b)"), "has() asks for a field, e.g. has(card.country)\n");
  EXPECT_EQ(messages("a.?b()"), "unexpected `(`\n");
}

TEST(Parser, TakesTheWholeRangeOfInt) {
  EXPECT_EQ(messages("9223372036854775807"), "");
  EXPECT_EQ(messages("-9223372036854775808"), "");
  EXPECT_EQ(messages("9223372036854775808"), "this number does not fit int, which has 64 bits\n");
  EXPECT_EQ(messages("-9223372036854775809"), "this number does not fit int, which has 64 bits\n");
}

TEST(Parser, LimitsTheDepthOnBothSides) {
  const auto deep = std::to_string(kMaxDepth);
  const std::string too_deep = "the expression is nested more than " + deep + " levels deep\n";
  const auto parentheses = [](std::size_t n) { return repeated("(", n) + "1" + repeated(")", n); };
  EXPECT_EQ(messages(parentheses(kMaxDepth - 1)), "");
  EXPECT_EQ(messages(parentheses(kMaxDepth)), too_deep);
  EXPECT_EQ(messages(parentheses(20'000)), too_deep);
  const auto lists = [](std::size_t n) { return repeated("[", n) + repeated("]", n); };
  EXPECT_EQ(messages(lists(kMaxDepth)), "");
  EXPECT_EQ(messages(lists(kMaxDepth + 1)), too_deep);
  const auto negations = [](std::size_t n) { return repeated("!", n) + "a"; };
  EXPECT_EQ(messages(negations(kMaxDepth - 1)), "");
  EXPECT_EQ(messages(negations(kMaxDepth)), too_deep);
  const auto sum = [](std::size_t n) { return "a" + repeated("+a", n - 1); };
  EXPECT_EQ(messages(sum(kMaxDepth)), "");
  EXPECT_EQ(messages(sum(kMaxDepth + 1)), too_deep);
  EXPECT_EQ(messages("a" + repeated(".b", kMaxDepth - 1)), "");
  EXPECT_EQ(messages("a" + repeated(".b", kMaxDepth)), too_deep);
  EXPECT_EQ(messages(repeated("a?b:", kMaxDepth - 1) + "c"), "");
  EXPECT_EQ(messages(repeated("a?b:", kMaxDepth) + "c"), too_deep);
}

TEST(Parser, AChainOfConditionsIsNotDeep) { EXPECT_EQ(messages("a" + repeated(" && a", 5000)), ""); }

TEST(Parser, LimitsTheSizeOnBothSides) {
  const auto list = [](std::size_t elements) { return "[1" + repeated(",1", elements - 1) + "]"; };
  EXPECT_EQ(messages(list(kMaxNodes - 1)), "");
  EXPECT_EQ(messages(list(kMaxNodes)),
            "the expression is too large: it has more than " + std::to_string(kMaxNodes) + " parts\n");
}

}  // namespace
}  // namespace weir::cel
