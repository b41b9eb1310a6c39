#include "rules/book/expression.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/yaml/scalar_place.h"
#include "engine/yaml/scalars.h"
#include "engine/yaml/source_text.h"
#include "rules/book/contradiction.h"
#include "rules/book/protected_check.h"
#include "rules/book/text_check.h"
#include "rules/book/zone_check.h"

namespace weir::book {
namespace {

// What the place underlines in its file.
std::string_view underlined(const Place& place) {
  const std::string_view text = place.file->text;
  yaml::Cursor cursor(text);
  cursor.seek(place.line, place.column);
  const auto begin = cursor.offset();
  for (std::uint32_t i = 0; i < place.length && !cursor.at_line_end(); ++i) cursor.advance();
  return text.substr(begin, cursor.offset() - begin);
}

// Whether that is the name of no variable, but a text that one may hold.
bool is_written_text(std::string_view name, const Vocabulary& vocabulary) {
  if (vocabulary.environment.find(name) != nullptr || vocabulary.unavailable.contains(name)) return false;
  return std::any_of(vocabulary.texts.begin(), vocabulary.texts.end(), [&](const KnownTexts& known) {
    return std::find(known.values.begin(), known.values.end(), name) != known.values.end();
  });
}

// Under its own name, or as one of a kind: "lists.*".
auto find_unavailable(const Vocabulary& vocabulary, std::string_view name) {
  const auto found = vocabulary.unavailable.find(name);
  const auto dot = name.find('.');
  if (found != vocabulary.unavailable.end() || dot == std::string_view::npos) return found;
  return vocabulary.unavailable.find(std::string(name.substr(0, dot)) + ".*");
}

// The issues of an expression that was compiled as a file of its own, at their places in the YAML file.
void append_at_home(const Issues& found, const yaml::Node& scalar, const Vocabulary& vocabulary, Issues& issues) {
  for (const auto& issue : found.all()) {
    const auto& place = issue.place;
    // No variable has such a name, so an issue that underlines it alone is about its being unknown.
    const auto unavailable = find_unavailable(vocabulary, underlined(place));
    auto suggestion = unavailable == vocabulary.unavailable.end() ? issue.suggestion : unavailable->second;
    if (is_written_text(underlined(place), vocabulary)) {
      suggestion = "write '" + std::string(underlined(place)) + "' in quotes, if the text is meant";
    }
    auto home = yaml::place_in_scalar(scalar, place.line, place.column, place.length);
    if (issue.severity == Severity::kError) {
      issues.error(std::move(home), issue.message, suggestion);
    } else {
      issues.warning(std::move(home), issue.message, suggestion);
    }
  }
}

}  // namespace

std::string expression_text(const yaml::Node& scalar) {
  const std::string& text = scalar.text;
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") + 1 - begin);
}

std::unique_ptr<cel::Expression> check_expression(const yaml::Node* node, const Vocabulary& vocabulary,
                                                  const cel::Type& wanted, Issues& issues) {
  node = yaml::as_scalar(node, issues);
  if (node == nullptr) return nullptr;
  // White space at the end would put "unexpected end" on a line of its own.
  const auto text = node->text.substr(0, node->text.find_last_not_of(" \t\n") + 1);
  if (text.empty()) {
    issues.error(node->place, "the expression is empty");
    return nullptr;
  }
  const Place start{std::make_shared<const SourceFile>(SourceFile{node->place.file->name, text}), 1, 1, 1};
  const auto issues_before = issues.all().size();
  Issues found;
  auto expression = cel::Expression::examine(text, start, vocabulary.environment, wanted, found);
  check_texts(*expression, vocabulary, found);
  check_zones(*expression, vocabulary, found);
  check_protected(*expression, vocabulary, found);
  append_at_home(found, *node, vocabulary, issues);
  if (wanted.kind() == cel::TypeKind::kBool && expression->parsed()) {
    check_contradictions(*expression, *node, vocabulary.exchange.table != nullptr, issues);
  }
  if (issues.has_errors(issues_before)) return nullptr;
  return expression;
}

Place place_at_home(const cel::Expression& expression, const yaml::Node& scalar, cel::SourceRange range) {
  const auto place = expression.source().place(range);
  return yaml::place_in_scalar(scalar, place.line, place.column, place.length);
}

std::shared_ptr<const cel::Program> compile_expression(const yaml::Node* node, const Vocabulary& vocabulary,
                                                       const cel::Type& wanted, Issues& issues) {
  const auto expression = check_expression(node, vocabulary, wanted, issues);
  if (expression == nullptr) return nullptr;
  return std::make_shared<const cel::Program>(expression->compile(expression->ast().root));
}

}  // namespace weir::book
