#include "rules/book/text_check.h"

#include <algorithm>
#include <string>

#include "engine/yaml/scalars.h"
#include "rules/cel/ast.h"

namespace weir::book {
namespace {

bool compares(cel::Function function) {
  return function == cel::Function::kEqual || function == cel::Function::kNotEqual || function == cel::Function::kIn;
}

// A token may be compared and asked for its presence; everything else would look at its digits.
bool looks_into(cel::Function function) {
  return function != cel::Function::kNone && function != cel::Function::kDyn && function != cel::Function::kType &&
         !compares(function);
}

class TextCheck {
 public:
  TextCheck(cel::Ast& ast, const cel::SourceMap& source, const Vocabulary& vocabulary, Issues& issues)
      : ast_(ast), source_(source), vocabulary_(vocabulary), issues_(issues) {}

  void visit(cel::NodeId id) {
    const auto& node = ast_[id];
    if (node.function == cel::Function::kIn && node.children.size() == 2) look_up(node.children[0], node.children[1]);
    if (compares(node.function) && node.children.size() == 2) {
      compare(node.children[0], node.children[1]);
      compare(node.children[1], node.children[0]);
      compare_tokens(node.children[0], node.children[1]);
    }
    for (const auto child : node.children) {
      const auto* known = known_texts(child);
      if (known != nullptr && known->is_token && looks_into(node.function)) {
        error(child, "`" + ast_[child].name + "` is personal and stands here as a token: its text can't be looked at",
              "derive a field from it in schema.yaml (bin, last_four, email_domain, birth_year)");
      }
      visit(child);
      if (ast_[child].faulty) ast_[id].faulty = true;
    }
  }

 private:
  void error(cel::NodeId id, std::string message, std::string suggestion = {}) {
    ast_[id].faulty = true;
    issues_.error(source_.place(ast_[id].range), std::move(message), std::move(suggestion));
  }

  const KnownTexts* known_texts(cel::NodeId id) const {
    const auto& node = ast_[id];
    if (node.kind != cel::NodeKind::kSlot) return nullptr;
    const auto& texts = vocabulary_.texts;
    const auto found = std::find_if(texts.begin(), texts.end(), [&](const auto& t) { return t.slot == node.index; });
    return found == texts.end() ? nullptr : &*found;
  }

  void compare(cel::NodeId variable, cel::NodeId other) {
    const auto* known = known_texts(variable);
    if (known == nullptr) return;
    const auto& node = ast_[other];
    if (node.kind == cel::NodeKind::kList) {
      for (const auto element : node.children) compare_literal(ast_[variable].name, *known, element);
    } else {
      compare_literal(ast_[variable].name, *known, other);
    }
  }

  // A token is never a text, nor a token of another domain.
  void compare_tokens(cel::NodeId left, cel::NodeId right) {
    if (ast_[right].kind == cel::NodeKind::kList) {
      for (const auto element : ast_[right].children) compare_tokens(left, element);
      return;
    }
    const auto is_text = [&](cel::NodeId id) {
      return ast_[id].kind == cel::NodeKind::kSlot && ast_[id].type.kind() == cel::TypeKind::kString;
    };
    if (!is_text(left) || !is_text(right)) return;
    const auto domain_of = [&](cel::NodeId id) {
      const auto* known = known_texts(id);
      return known == nullptr ? std::string() : known->token_domain;
    };
    const auto says = [&](cel::NodeId id) {
      const auto domain = domain_of(id);
      return "`" + ast_[id].name + "` is a " + (domain.empty() ? "text" : "token of `" + domain + "`");
    };
    if (domain_of(left) == domain_of(right)) return;
    error(right, says(right) + ", and " + says(left) + ": they are never equal",
          domain_of(left).empty() || domain_of(right).empty() ? ""
                                                              : "give both fields one `token_domain` in schema.yaml");
  }

  // Tokens of one domain alone can be found among each other.
  void look_up(cel::NodeId element, cel::NodeId container) {
    const auto& node = ast_[container];
    const auto& lists = vocabulary_.lists;
    const auto list = std::find_if(lists.begin(), lists.end(), [&](const auto& known) {
      return node.kind == cel::NodeKind::kSlot && known.slot == node.index;
    });
    if (list == lists.end()) return;
    const auto* known = known_texts(element);
    const auto domain = known == nullptr ? std::string() : known->token_domain;
    if (domain == list->token_domain) return;
    const auto says = [](const std::string& of) { return of.empty() ? "texts" : "tokens of `" + of + "`"; };
    error(element,
          "this is never in `" + node.name + "`, which holds " + says(list->token_domain) + ", not " + says(domain));
  }

  void compare_literal(const std::string& name, const KnownTexts& known, cel::NodeId id) {
    const auto& literal = ast_[id];
    if (literal.kind != cel::NodeKind::kLiteral || !literal.literal.is(ValueKind::kString)) return;
    if (known.is_token) {
      error(id, "`" + name + "` is personal and stands here as a token: it never equals a written text");
      return;
    }
    const std::string text(literal.literal.as_string());
    if (std::find(known.values.begin(), known.values.end(), text) != known.values.end()) return;
    auto suggestion = yaml::did_you_mean(text, known.values);
    if (suggestion.empty()) {
      constexpr std::size_t kListed = 12;
      suggestion = "it may be: ";
      for (std::size_t i = 0; i < std::min(known.values.size(), kListed); ++i) {
        suggestion.append(i == 0 ? "" : ", ").append(known.values[i]);
      }
      if (known.values.size() > kListed) suggestion.append(", ...");
    }
    error(id, "`" + name + "` is never '" + text + "'", std::move(suggestion));
  }

  cel::Ast& ast_;
  const cel::SourceMap& source_;
  const Vocabulary& vocabulary_;
  Issues& issues_;
};

}  // namespace

void check_texts(cel::Expression& expression, const Vocabulary& vocabulary, Issues& issues) {
  TextCheck(expression.ast(), expression.source(), vocabulary, issues).visit(expression.ast().root);
}

}  // namespace weir::book
