// The CEL expressions that stand in a policy's YAML files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"
#include "rules/cel/environment.h"
#include "rules/cel/exchange.h"
#include "rules/cel/expression.h"
#include "rules/cel/program.h"

namespace weir::book {

// What is known of a string variable beyond its type: the expression checker refuses a comparison that can't come true.
struct KnownTexts {
  std::uint32_t slot = 0;
  std::vector<std::string> values;  // all that it can hold; empty if it is a token
  bool is_token = false;            // personal data: the text itself is not there to be looked at
  std::string token_domain;         // of a token: those of two domains never meet
};

// What a named list holds.
struct KnownList {
  std::uint32_t slot = 0;
  std::string token_domain;  // empty: no tokens
};

// What an expression may name.
struct Vocabulary {
  cel::Environment environment;
  std::vector<KnownTexts> texts;
  std::vector<KnownList> lists;
  // Names that an author may well expect and that are no variables here, with what to do instead; "lists.*"
  // stands for all of them.
  std::map<std::string, std::string, std::less<>> unavailable;
  // Time zones at hand, by name ("card.zone"): a part of a time that is asked for without one may be a slip.
  std::vector<std::string> zones;
  // Fields, and features of them, that decisions should not depend on: an expression that names one is warned of.
  std::vector<std::uint32_t> protected_slots;
  // Amounts of different currencies meet by this, where the expressions are evaluated.
  cel::ExchangeSource exchange;
};

// The expression without the white space around it; the shared text of equal expressions.
std::string expression_text(const yaml::Node& scalar);

// The checked expression, or nullptr and issues at the places of the YAML file where they are, whatever its quoting
// and folding. `node` may be nullptr or faulty: then nothing is said. A condition that is never true is a fault, too.
std::unique_ptr<cel::Expression> check_expression(const yaml::Node* node, const Vocabulary& vocabulary,
                                                  const cel::Type& wanted, Issues& issues);

// Where a part of that expression stands in the YAML file.
Place place_at_home(const cel::Expression& expression, const yaml::Node& scalar, cel::SourceRange range);

// The same expression, compiled.
std::shared_ptr<const cel::Program> compile_expression(const yaml::Node* node, const Vocabulary& vocabulary,
                                                       const cel::Type& wanted, Issues& issues);

}  // namespace weir::book
