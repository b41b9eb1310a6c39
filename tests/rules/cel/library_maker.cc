// The calls of rules/cel/library.h that the expression maker makes.
#include <array>

#include "tests/rules/cel/expression_maker.h"

namespace weir::cel {

std::string ExpressionMaker::library(TypeKind kind, int depth) {
  switch (kind) {
    case TypeKind::kBool:
      return library_test(depth);
    case TypeKind::kInt:
      return library_integer(depth);
    case TypeKind::kUint:
      return below(2) == 0 ? bits(kind, depth)
                           : one_of({"math.abs(", "math.sign(", "math.greatest("}) + natural(depth) + ")";
    case TypeKind::kDouble:
      return below(3) == 0 ? one_of({"math.greatest(", "math.least("}) + real(depth) + ", " + real(depth) + ")"
                           : one_of({"math.ceil(", "math.floor(", "math.round(", "math.trunc(", "math.sqrt(",
                                     "math.abs(", "math.sign("}) +
                                 real(depth) + ")";
    case TypeKind::kString:
      return library_text(depth);
    case TypeKind::kBytes:
      return "base64.decode(" + one_of({"s1", "s2", "s1 + 'aGVsbG8'", "base64.encode(y1)"}) + ")";
    case TypeKind::kMoney:
      return below(2) == 0 ? "math.abs(" + money(depth) + ")"
                           : one_of({"math.greatest(", "math.least("}) + money(depth) + ", " + money(depth) + ")";
    default:
      return local(kind);
  }
}

std::string ExpressionMaker::one_of(std::initializer_list<const char*> choices) {
  return *(choices.begin() + below(choices.size()));
}

std::string ExpressionMaker::bits(TypeKind kind, int depth) {
  const auto operand = [&] { return kind == TypeKind::kInt ? integer(depth) : natural(depth); };
  switch (below(3)) {
    case 0:
      return "math.bitNot(" + operand() + ")";
    case 1:
      return one_of({"math.bitShiftLeft(", "math.bitShiftRight("}) + operand() + ", " + integer(depth) + " % 70)";
    default:
      return one_of({"math.bitAnd(", "math.bitOr(", "math.bitXor("}) + operand() + ", " + operand() + ")";
  }
}

// A list of texts.
std::string ExpressionMaker::parts(int depth) {
  switch (below(4)) {
    case 0:
      return "ls";
    case 1:
      return "['b', " + text(depth) + "]";
    default:
      return text(depth) + ".split(" + one_of({"''", "'a'", "s1", "', 2'", "'', 2", "'a', 1", "s2, i1 % 4"}) + ")";
  }
}

std::string ExpressionMaker::some_list(int depth) {
  const auto numbers = below(2) == 0 ? std::string("l1") : list(depth);
  switch (below(8)) {
    case 0:
      return numbers + ".distinct()";
    case 1:
      return numbers + ".sort()";
    case 2:
      return numbers + ".reverse()";
    case 3:
      return numbers + ".slice(" + one_of({"0, 1", "i1 % 3, i2 % 4", "1, 2"}) + ")";
    case 4:
      return "[" + numbers + ", l1].flatten()";
    case 5:
      return "lists.range(" + integer(depth) + " % 6)";
    case 6:
      return "[dyn(" + numbers + "), any, dyn([" + numbers + "])].flatten(" + one_of({"0", "1", "2", "i1"}) + ")";
    default:
      return "[dyn(any), dyn(" + integer(depth) + "), dyn(d1)]" + one_of({".sort()", ".distinct()", ".reverse()"});
  }
}

std::string ExpressionMaker::address() {
  return one_of({"ip(s1)", "ip(s2)", "ip('10.1.2.3')", "ip('2001:db8::1')", "cidr(s1).ip()", "ip(s1 + ':1')",
                 "ip('::ffff:' + s2)", "ip(string(i1 % 300) + '.0.0.' + string(i2 % 300))"});
}

std::string ExpressionMaker::network() {
  return one_of({"cidr(s1)", "cidr('10.0.0.0/8')", "cidr(s2).masked()", "cidr('2001:db8::/' + string(i1 % 140))",
                 "cidr(s1 + '/' + string(i2 % 40))"});
}

std::string ExpressionMaker::library_test(int depth) {
  switch (below(8)) {
    case 0:
      return one_of({"math.isNaN(", "math.isInf(", "math.isFinite("}) + real(depth) + ")";
    case 1:
      return one_of({"sets.contains(", "sets.equivalent(", "sets.intersects("}) + "dyn(" + some_list(depth) + "), " +
             some_list(depth) + ")";
    case 2:
      return "(" + some_list(depth) + " == " + some_list(depth) + ")";
    case 3:
      return one_of({"isIP(", "isCIDR("}) + one_of({"s1", "s2", "s1 + ':' + s2", "string(i1) + s1"}) + ")";
    case 4:
      return address() + "." +
             one_of({"isLoopback()", "isUnspecified()", "isGlobalUnicast()", "isLinkLocalMulticast()",
                     "isLinkLocalUnicast()"});
    case 5:
      return network() + ".containsIP(" + (below(2) == 0 ? address() : "s1") + ")";
    case 6:
      return network() + ".containsCIDR(" + (below(2) == 0 ? network() : "s2") + ")";
    default:
      return "(" + address() + one_of({" == ", " != "}) + address() + " || " + network() + " == " + network() + ")";
  }
}

std::string ExpressionMaker::library_integer(int depth) {
  switch (below(8)) {
    case 0:
      return one_of({"math.abs(", "math.sign(", "math.greatest(", "math.least("}) + integer(depth) + ")";
    case 1:
      return bits(TypeKind::kInt, depth);
    case 2:
      return one_of({"math.greatest(", "math.least("}) + integer(depth) + ", " + integer(depth) + ", i1)";
    case 3:
      return "int(" + one_of({"math.greatest(", "math.least("}) + integer(depth) + ", " + real(depth) + ", " +
             natural(depth) + "))";
    case 4:
      return "math.least([" + integer(depth) + "] + l1)";
    case 5:
      return text(depth) + one_of({".indexOf(", ".lastIndexOf("}) + text(depth) + one_of({")", ", 1)", ", i1)"});
    case 6:
      return "size(" + (below(2) == 0 ? parts(depth) : some_list(depth)) + ")";
    default:
      return below(2) == 0 ? network() + ".prefixLength()" : address() + ".family()";
  }
}

std::string ExpressionMaker::library_text(int depth) {
  switch (below(9)) {
    case 0:
      return text(depth) + ".charAt(" + integer(depth) + " % 5)";
    case 1:
      return text(depth) + ".substring(" + one_of({"0", "1", "i1", "0, i2", "1, 2", "i1 % 4, i2 % 4"}) + ")";
    case 2:
      return text(depth) + ".replace(" + text(depth) + ", " + text(depth) + one_of({")", ", 1)", ", i1)"});
    case 3:
      return text(depth) + one_of({".lowerAscii()", ".upperAscii()", ".reverse()", ".trim()"});
    case 4:
      return "strings.quote(" + text(depth) + ")";
    case 5:
      return parts(depth) + ".join(" + one_of({"", "'-'", "s1"}) + ")";
    case 6:
      return "base64.encode(" + bytes(depth) + ")";
    case 7:
      return "string(" + (below(2) == 0 ? address() : network()) + ")";
    default: {
      auto format = std::string("dyn('");
      auto values = std::string("[any");
      for (auto clauses = below(4); clauses > 0; --clauses) {
        format += one_of(
            {"%s", "%d", "%f", "%e", "%x", "%X", "%o", "%b", "%.0f", "%.17e", "%.3f", "%%", "%.1001f", "é", "%"});
        values += ", " + expression(std::array{TypeKind::kInt, TypeKind::kUint, TypeKind::kDouble, TypeKind::kString,
                                               TypeKind::kBytes, TypeKind::kTimestamp, TypeKind::kDuration,
                                               plain() ? TypeKind::kBool : TypeKind::kMoney, TypeKind::kBool}[below(9)],
                                    depth);
      }
      return format + one_of({"", "%s", "%d"}) + "').format(" + values + one_of({"]", ", l1, ls]", ", mp]"}) + ")";
    }
  }
}

}  // namespace weir::cel
