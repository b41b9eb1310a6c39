// A small vocabulary and rule files for the tests of rules/book.
#pragma once

#include <memory>
#include <string>

#include "engine/base/diagnostics.h"
#include "engine/yaml/document.h"
#include "rules/book/expression.h"

namespace weir::book {

enum Slot : std::uint32_t { kAmount, kChannel, kCard, kOtherCard, kNight, kCount, kName, kSlots };

inline Vocabulary test_vocabulary() {
  const auto simple = [](cel::TypeKind kind) { return cel::Type::simple(kind); };
  Vocabulary vocabulary;
  const auto declare = [&](const char* name, cel::TypeKind kind, std::uint32_t slot) {
    WEIR_CHECK(vocabulary.environment.declare({name, simple(kind), slot}).ok(), "a test variable");
  };
  declare("amount", cel::TypeKind::kMoney, kAmount);
  declare("channel", cel::TypeKind::kString, kChannel);
  declare("card_number", cel::TypeKind::kString, kCard);
  declare("other_card", cel::TypeKind::kString, kOtherCard);
  declare("night", cel::TypeKind::kBool, kNight);
  declare("card.count_1h", cel::TypeKind::kInt, kCount);
  declare("name", cel::TypeKind::kString, kName);
  vocabulary.texts.push_back({kChannel, {"online", "chip", "atm"}, false, {}});
  vocabulary.texts.push_back({kCard, {}, true, "card"});
  vocabulary.texts.push_back({kOtherCard, {}, true, "card"});
  return vocabulary;
}

inline yaml::Node parse(const std::string& text, const std::string& name = "rules.yaml") {
  Issues issues;
  auto root = yaml::parse_document(std::make_shared<const SourceFile>(SourceFile{name, text}), issues);
  WEIR_CHECK(root.has_value() && issues.all().empty(), "a test document");
  return *std::move(root);
}

}  // namespace weir::book
