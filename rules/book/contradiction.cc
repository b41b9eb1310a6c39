#include "rules/book/contradiction.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/book/expression.h"
#include "rules/book/fact.h"

namespace weir::book {
namespace {

using cel::Function;
using cel::Node;
using cel::NodeId;
using cel::NodeKind;

// A part of the condition that is to be true, or false.
struct Part {
  NodeId id = 0;
  bool is_true = true;
  NodeId shown = 0;  // the same with its `!`, as the author sees it
  bool shown_is_true = true;
};

struct Known {
  Part part;
  Fact fact;
};

struct Finding {
  NodeId at = 0;
  std::string message;
  std::string suggestion;
};

// A range ends where its last operand does: the text with those parentheses, too, of which it has one side.
std::string_view with_parentheses(std::string_view source, cel::SourceRange range) {
  std::size_t missing_left = 0;
  std::size_t open = 0;
  char quote = 0;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const char c = source[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(') {
      ++open;
    } else if (c == ')') {
      open > 0 ? --open : ++missing_left;
    }
  }
  std::size_t begin = range.begin;
  std::size_t end = range.end;
  for (; missing_left > 0 && begin > 0; --begin) missing_left -= source[begin - 1] == '(' ? 1 : 0;
  for (; open > 0 && end < source.size(); ++end) open -= source[end] == ')' ? 1 : 0;
  return source.substr(begin, end - begin);
}

class Check {
 public:
  Check(const cel::Expression& expression, const yaml::Node& scalar, bool currencies_meet, Issues& issues)
      : expression_(expression),
        ast_(expression.ast()),
        scalar_(scalar),
        issues_(issues),
        reader_(expression),
        currencies_meet_(currencies_meet) {}

  void run() {
    if (reports_constant(whole(ast_.root))) return;
    for (const auto& found : impossible(whole(ast_.root), {})) {
      issues_.error(place(found.at), found.message + ": the condition is never true", found.suggestion);
    }
  }

 private:
  Part whole(NodeId id) const { return simplified({id, true, id, true}); }

  const Node* other_side_of(const Node& node, NodeId& condition) const {
    if (node.function != Function::kEqual && node.function != Function::kNotEqual) return nullptr;
    for (std::size_t i = 0; i < 2; ++i) {
      const Node& other = ast_[node.children[1 - i]];
      condition = node.children[i];
      const bool plain = ast_[condition].type.kind() == cel::TypeKind::kBool && !ast_[condition].constant();
      if (plain && other.kind == NodeKind::kLiteral && other.literal.is(ValueKind::kBool)) return &other;
    }
    return nullptr;
  }

  // Without `!`, `== true` and the like.
  Part simplified(Part part) const {
    for (;;) {
      const Node& node = ast_[part.id];
      NodeId condition = 0;
      if (node.kind != NodeKind::kOperator) break;
      if (node.function == Function::kNot) {
        part.id = node.children[0];
        part.is_true = !part.is_true;
      } else if (const Node* other = other_side_of(node, condition)) {
        part.id = condition;
        if (other->literal.as_bool() != (node.function == Function::kEqual)) part.is_true = !part.is_true;
      } else {
        break;
      }
    }
    const bool joins = ast_[part.id].kind == NodeKind::kAnd || ast_[part.id].kind == NodeKind::kOr;
    return joins ? Part{part.id, part.is_true, part.id, part.is_true} : part;
  }

  bool means_something(const Part& part) const {
    const auto kind = ast_[part.id].type.kind();
    return !ast_[part.id].faulty && (kind == cel::TypeKind::kBool || kind == cel::TypeKind::kDyn);
  }

  bool needs_all(const Part& part) const {
    return ast_[part.id].kind == (part.is_true ? NodeKind::kAnd : NodeKind::kOr);
  }
  bool needs_one(const Part& part) const {
    return ast_[part.id].kind == (part.is_true ? NodeKind::kOr : NodeKind::kAnd);
  }

  // The operands of what needs all of them, or one of them; of nested ones of that kind, too.
  void collect(const Part& part, bool all, std::vector<Part>& out) const {
    if (all ? !needs_all(part) : !needs_one(part)) {
      out.push_back(part);
      return;
    }
    for (const auto child : ast_[part.id].children) {
      collect(simplified({child, part.is_true, child, part.is_true}), all, out);
    }
  }

  // Why the part can't be as it is to be where `known` holds; empty if it can, or if nobody knows.
  std::vector<Finding> impossible(const Part& part, const std::vector<Known>& known) {
    std::vector<Part> parts;
    if (needs_one(part)) {
      collect(part, false, parts);
      return no_alternative(parts, known);
    }
    collect(part, true, parts);
    auto here = known;
    for (const auto& single : parts) {
      if (needs_one(single)) continue;
      if (auto found = contradicted(single, known.size(), here); !found.empty()) return found;
    }
    if (auto found = exhausted(here, known.size()); !found.empty()) return found;
    for (const auto& choice : parts) {
      if (!needs_one(choice)) continue;
      if (auto found = impossible(choice, here); !found.empty()) return found;
    }
    return {};
  }

  // Adds what a part without && and || says to what is known; the first `inherited` of that are of parts around it.
  std::vector<Finding> contradicted(const Part& part, std::size_t inherited, std::vector<Known>& known) {
    if (!means_something(part) || reports_constant(part)) return {};
    look_inside(part.id);
    Known added{part, reader_.read(part.id, part.is_true)};
    if (added.fact.set.empty()) return {{part.shown, text(part) + " holds for no value", {}}};
    if (const auto possible = reader_.possible(part.id); possible && disjoint(*possible, added.fact.set)) {
      const auto bound = [](const auto& end) { return std::to_string(end->value.as_int64()); };
      return {{part.shown, text(part) + " holds for no time",
               "it counts from " + bound(possible->low) + " to " + bound(possible->high)}};
    }
    const auto same_subject = [&](const Known& other) { return comparable(added.fact, other.fact); };
    for (const auto& other : known) {
      if (same_subject(other) && disjoint(added.fact.set, other.fact.set)) return {contradiction(added, other)};
    }
    for (const auto& other : known) {
      if (!same_subject(other) || !within(other.fact.set, added.fact.set)) continue;
      warn_of_nothing_new(added.part, other.part);
      return {};
    }
    const auto first = known.begin() + static_cast<std::ptrdiff_t>(inherited);
    known.erase(std::remove_if(first, known.end(),
                               [&](const Known& other) {
                                 const bool less = same_subject(other) && within(added.fact.set, other.fact.set);
                                 if (less) warn_of_nothing_new(other.part, added.part);
                                 return less;
                               }),
                known.end());
    known.push_back(std::move(added));
    return {};
  }

  // A list of values of which each is excluded by another part.
  std::vector<Finding> exhausted(const std::vector<Known>& known, std::size_t inherited) const {
    for (std::size_t i = 0; i < known.size(); ++i) {
      const auto& set = known[i].fact.set;
      if (set.form != ValueSet::Form::kOneOf || known.size() == inherited) continue;
      const bool none_left = std::all_of(set.values.begin(), set.values.end(), [&](const Value& value) {
        return std::any_of(known.begin(), known.end(), [&](const Known& other) {
          return comparable(known[i].fact, other.fact) && !other.fact.set.contains(value);
        });
      });
      if (none_left)
        return {{known[i].part.shown, "the other parts leave none of the values of " + text(known[i].part), {}}};
    }
    return {};
  }

  std::vector<Finding> no_alternative(const std::vector<Part>& parts, const std::vector<Known>& known) {
    std::vector<Finding> dead;
    std::vector<Part> alive;
    for (const auto& part : parts) {
      auto found = impossible(part, known);
      if (found.empty()) alive.push_back(part);
      dead.insert(dead.end(), found.begin(), found.end());
    }
    if (alive.empty()) return dead;
    for (const auto& found : dead) warn(found);
    compare_alternatives(alive);
    return {};
  }

  // Where one alternative is not met, another may be met always, or may not be either.
  void compare_alternatives(const std::vector<Part>& parts) {
    std::vector<Known> known;
    for (const auto& part : parts) {
      if (needs_all(part) || !means_something(part) || ast_[part.id].constant()) continue;
      Known added{part, reader_.read(part.id, !part.is_true)};
      for (const auto& other : known) {
        if (!comparable(other.fact, added.fact) || of_two_currencies(other.fact.set, added.fact.set)) continue;
        if (disjoint(other.fact.set, added.fact.set)) {
          issues_.warning(place(part.shown), "one of " + text(part) + " and " + named(other.part) + " always holds",
                          "write && if both are meant");
          return;
        }
        if (within(other.fact.set, added.fact.set)) {
          warn_of_useless(part, other.part);
        } else if (within(added.fact.set, other.fact.set)) {
          warn_of_useless(other.part, part);
        }
      }
      known.push_back(std::move(added));
    }
  }

  // Conditions within macros, calls and conditionals stand by themselves.
  void look_inside(NodeId id) {
    for (const auto child : ast_[id].children) {
      const auto part = whole(child);
      if (needs_all(part) || needs_one(part)) {
        for (const auto& found : impossible(part, {})) warn(found);
      } else {
        look_inside(child);
      }
    }
  }

  // With exchange rates, nothing is known of how amounts of two currencies lie to each other. `in` looks at amounts as
  // they are, and so its set has no currency.
  bool comparable(const Fact& a, const Fact& b) const {
    return a.subject == b.subject && !(currencies_meet_ && a.set.currency != b.set.currency);
  }

  bool reports_constant(const Part& part) {
    if (!means_something(part) || !ast_[part.id].constant()) return false;
    const auto value = reader_.constant(part.id);
    if (!value) return false;
    const std::string what = part.shown == ast_.root ? "the condition" : text({part.id, true, part.shown, true});
    if (value->is(ValueKind::kBool)) {
      const bool result = value->as_bool() == (part.is_true == part.shown_is_true);
      issues_.warning(place(part.shown), what + " is always " + (result ? "true" : "false"));
    } else if (value->is_error()) {
      issues_.warning(place(part.shown), what + " is an error for every event");
    }
    return true;
  }

  Finding contradiction(const Known& added, const Known& other) const {
    if (of_two_currencies(added.fact.set, other.fact.set)) {
      return {added.part.shown, text(added.part) + " and " + named(other.part) + " want two currencies of one amount",
              "ask for the currency first: one || for each"};
    }
    return {added.part.shown, text(added.part) + " can't hold together with " + named(other.part),
            "write || if one of them is enough"};
  }

  void warn(const Finding& found) {
    issues_.warning(place(found.at), found.message + ": this part is never true", found.suggestion);
  }
  void warn_of_nothing_new(const Part& part, const Part& reason) {
    issues_.warning(place(part.shown), text(part) + " adds nothing: it holds wherever " + named(reason) + " does",
                    "drop it, if the other is right");
  }
  void warn_of_useless(const Part& part, const Part& wider) {
    issues_.warning(place(part.shown), text(part) + " adds nothing: wherever it holds, " + named(wider) + " does, too",
                    "drop it, if the other is right");
  }

  Place place(NodeId id) const { return place_at_home(expression_, scalar_, ast_[id].range); }

  // The part's source on one line, and not too much of it.
  std::string text(const Part& part) const {
    constexpr std::size_t kMost = 60;
    std::string out = "`";
    for (const char c : with_parentheses(expression_.source().text(), ast_[part.shown].range)) {
      const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
      if (!space || out.back() != ' ') out.push_back(space ? ' ' : c);
    }
    if (out.size() > kMost) {
      auto end = kMost;
      while ((static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
      out.resize(end);
      out += " ...";
    }
    return out + (part.shown_is_true ? "`" : "` being false");
  }
  std::string named(const Part& part) const {
    const auto at = place(part.shown);
    return text(part) + " (" + std::to_string(at.line) + ":" + std::to_string(at.column) + ")";
  }

  const cel::Expression& expression_;
  const cel::Ast& ast_;
  const yaml::Node& scalar_;
  Issues& issues_;
  FactReader reader_;
  bool currencies_meet_;
};

}  // namespace

void check_contradictions(const cel::Expression& expression, const yaml::Node& scalar, bool currencies_meet,
                          Issues& issues) {
  Check(expression, scalar, currencies_meet, issues).run();
}

}  // namespace weir::book
