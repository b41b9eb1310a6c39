#include "engine/policy/inputs_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "engine/policy/input_check.h"
#include "engine/policy/input_version.h"
#include "engine/policy/limits.h"
#include "engine/policy/names.h"
#include "engine/policy/sequence_reader.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"
#include "rules/cel/cost.h"
#include "rules/cel/extent.h"

namespace weir::policy {
namespace {

constexpr std::array<std::string_view, 5> kGrams{"whole", "without_digits", "words", "word_pairs", "characters"};

bool is_number(const cel::Type& type) {
  switch (type.kind()) {
    case cel::TypeKind::kInt:
    case cel::TypeKind::kUint:
    case cel::TypeKind::kDouble:
    case cel::TypeKind::kBool:
    case cel::TypeKind::kDuration:
    case cel::TypeKind::kError:
      return true;
    default:
      return false;
  }
}

std::string number_hint(const cel::Type& type) {
  switch (type.kind()) {
    case cel::TypeKind::kMoney:
      return "write double(...) for whole units";
    case cel::TypeKind::kTimestamp:
      return "write how long ago it was: take it off the event's time";
    case cel::TypeKind::kString:
      return "a text belongs under `texts`; a comparison with one is a bool";
    case cel::TypeKind::kOptional:
      return "write the value itself: where it is absent, the feature is missing";
    default:
      return {};
  }
}

class InputsReader {
 public:
  InputsReader(const SchemaDraft& draft, const std::vector<FeatureDraft>& features, const book::CostLimits& limits,
               Issues& issues)
      : draft_(draft),
        schema_(draft.schema),
        features_(features),
        limits_(limits),
        vocabulary_(input_vocabulary(draft, features)),
        issues_(issues) {}

  model::InputDefinitions read(const yaml::Node& root) {
    yaml::MapReader reader(&root, root.place, "inputs.yaml", issues_);
    const auto* event_types = reader.optional("event_types");
    const auto* features = reader.optional("features");
    const auto* sequence = reader.optional("sequence");
    const auto* texts = reader.optional("texts");
    reader.finish();
    if (!reader.is_map()) return {};
    if (features == nullptr && sequence == nullptr && texts == nullptr && root.entries.empty()) {
      issues_.error(root.place, "the file names nothing that a model may look at");
    }
    read_event_types(event_types);
    read_features(features);
    if (sequence != nullptr) {
      out_.sequence = read_sequence(*sequence, reader.key("sequence")->place, draft_, issues_);
    }
    read_texts(texts);
    if (cost_ > limits_.policy) {
      issues_.error({root.place.file, 0, 0, 1},
                    "all inputs together cost more than " + std::to_string(limits_.policy) + " units at worst",
                    "simplify them, or raise `policy_cost` in `limits`");
    }
    out_.exchange = {schema_.exchange, schema_.time_slot};
    return std::move(out_);
  }

 private:
  void read_event_types(const yaml::Node* node) {
    if (node == nullptr) return;
    std::vector<std::string_view> names;
    for (const auto& type : schema_.event_types) names.push_back(type.name);
    out_.event_types = 0;
    const auto& items = yaml::items_of(node, "`event_types`", issues_);
    if (node->kind == yaml::NodeKind::kSequence && items.empty()) {
      issues_.error(node->place, "a model scores at least one type of events", "leave the key out for all of them");
    }
    for (const auto& item : items) {
      if (const auto i = yaml::as_choice(&item, names, issues_)) out_.event_types |= 1U << *i;
    }
  }

  void read_features(const yaml::Node* node) {
    const auto& entries = yaml::entries_of(node, "`features`", issues_);
    if (entries.size() > kMaxInputFeatures) {
      issues_.error(node->place, "a model looks at at most " + std::to_string(kMaxInputFeatures) + " features");
      return;
    }
    for (const auto& entry : entries) {
      check_member_name(entry.key, "a feature", issues_);
      const auto expression = check(&entry.value, cel::Type::dyn());
      if (expression == nullptr) continue;
      const auto& type = expression->ast()[expression->ast().root].type;
      if (!is_number(type)) {
        issues_.error(entry.value.place,
                      "a feature is an int, a uint, a double, a bool or a duration; this is of type " + type.name(),
                      number_hint(type));
        continue;
      }
      out_.features.push_back({{entry.key.text, {}}, book::expression_text(entry.value), compiled(*expression)});
    }
  }

  // An expression over the event at hand, or nullptr and issues.
  std::unique_ptr<cel::Expression> check(const yaml::Node* node, const cel::Type& wanted) {
    const auto issues_before = issues_.all().size();
    auto expression = book::check_expression(node, vocabulary_, wanted, issues_);
    if (expression == nullptr) return nullptr;
    check_protected(*expression, *node, schema_, features_, issues_);
    check_cost(*expression, *node);
    return issues_.has_errors(issues_before) ? nullptr : std::move(expression);
  }

  static std::shared_ptr<const cel::Program> compiled(const cel::Expression& expression) {
    return std::make_shared<const cel::Program>(expression.compile(expression.ast().root));
  }

  void check_cost(const cel::Expression& expression, const yaml::Node& node) {
    const auto bound = cel::worst_case_cost(expression.ast(), expression.ast().root, limits_.text_bytes);
    cost_ = cel::plus(cost_, bound.units);
    if (bound.units <= limits_.rule) return;
    issues_.error(book::place_at_home(expression, node, expression.ast()[bound.costliest].range),
                  "the input may cost more than " + std::to_string(limits_.rule) + " units, most of it here",
                  "use shorter lists or texts, or raise `rule_cost` in `limits`");
  }

  void read_texts(const yaml::Node* node) {
    const auto& entries = yaml::entries_of(node, "`texts`", issues_);
    if (entries.size() > kMaxInputTexts) {
      issues_.error(node->place, "a model looks at at most " + std::to_string(kMaxInputTexts) + " texts");
      return;
    }
    for (const auto& entry : entries) read_text(entry);
  }

  void read_text(const yaml::Entry& entry) {
    check_member_name(entry.key, "a text", issues_);
    model::TextInput text;
    text.id.name = entry.key.text;
    yaml::MapReader reader(&entry.value, entry.key.place, "the text `" + entry.key.text + "`", issues_);
    const auto* of = reader.required("of", "write the text's field, or an expression that yields a string");
    const auto* grams = reader.required("grams", "write for example `grams: [whole, words, characters]`");
    const auto* characters = reader.optional("characters");
    const auto* buckets = reader.required("buckets", "write for example `buckets: 32768`");
    const auto* at_most = reader.required("at_most", "write for example `at_most: 128`");
    reader.finish();
    if (!reader.is_map()) return;
    if (const auto expression = check(of, cel::Type::simple(cel::TypeKind::kString))) {
      check_tokens(*expression, *of);
      text.text = book::expression_text(*of);
      text.program = compiled(*expression);
    }
    read_grams(reader, grams, characters, text.rules);
    if (const auto value = yaml::as_integer(buckets, 2, kMaxGramBuckets, issues_)) {
      text.rules.buckets = static_cast<std::uint32_t>(*value);
      if (!std::has_single_bit(text.rules.buckets)) {
        issues_.error(buckets->place, "the number of buckets is a power of two",
                      "write for example " + std::to_string(std::bit_floor(text.rules.buckets)));
      }
    }
    if (const auto value = yaml::as_integer(at_most, 1, kMaxGrams, issues_)) {
      text.rules.at_most = static_cast<std::uint32_t>(*value);
    }
    out_.texts.push_back(std::move(text));
  }

  // Parts of a token say nothing.
  void check_tokens(const cel::Expression& expression, const yaml::Node& node) {
    const auto slots = expression.slots(expression.ast().root);
    for (const auto& known : vocabulary_.texts) {
      if (!known.is_token || !std::binary_search(slots.begin(), slots.end(), known.slot)) continue;
      issues_.error(node.place, "a personal field stands here as a token: its text can't be looked at");
    }
  }

  void read_grams(yaml::MapReader& reader, const yaml::Node* node, const yaml::Node* characters,
                  models::GramRules& rules) {
    const std::array<bool*, 4> members{&rules.whole, &rules.without_digits, &rules.words, &rules.word_pairs};
    std::set<std::size_t> chosen;
    const auto& items = yaml::items_of(node, "`grams`", issues_);
    if (node != nullptr && node->kind == yaml::NodeKind::kSequence && items.empty()) {
      issues_.error(node->place, "a text without n-grams says nothing");
    }
    for (const auto& item : items) {
      const auto choice = yaml::as_choice(&item, kGrams, issues_);
      if (!choice) continue;
      if (!chosen.insert(*choice).second) issues_.error(item.place, "`" + item.text + "` stands here twice");
      if (*choice < members.size()) *members[*choice] = true;
    }
    const bool wants_characters = chosen.contains(members.size());
    if (wants_characters && characters == nullptr) {
      issues_.error(reader.at(), "n-grams of characters need their lengths", "write for example `characters: [2, 5]`");
    } else if (characters != nullptr && !wants_characters) {
      issues_.error(reader.key("characters")->place, "`characters` needs to stand among the `grams`, too");
    }
    const auto& lengths = yaml::items_of(characters, "`characters`", issues_);
    if (characters == nullptr || characters->kind != yaml::NodeKind::kSequence) return;
    if (lengths.size() != 2) {
      issues_.error(characters->place, "`characters` has two lengths, the shortest and the longest");
      return;
    }
    const auto shortest = yaml::as_integer(&lengths[0], 1, kMaxGramLength, issues_);
    const auto longest = yaml::as_integer(&lengths[1], 1, kMaxGramLength, issues_);
    if (!shortest || !longest) return;
    if (*shortest > *longest) issues_.error(lengths[0].place, "the shortest is longer than the longest");
    rules.shortest = static_cast<std::uint8_t>(*shortest);
    rules.longest = static_cast<std::uint8_t>(*longest);
  }

  const SchemaDraft& draft_;
  const event::Schema& schema_;
  const std::vector<FeatureDraft>& features_;
  book::CostLimits limits_;
  book::Vocabulary vocabulary_;
  Issues& issues_;
  std::uint64_t cost_ = 0;
  model::InputDefinitions out_;
};

}  // namespace

model::InputDefinitions read_inputs(const yaml::Node& root, const SchemaDraft& draft,
                                    const std::vector<FeatureDraft>& features, const book::CostLimits& limits,
                                    Issues& issues) {
  return InputsReader(draft, features, limits, issues).read(root);
}

void set_versions(const event::Schema& schema, const std::vector<FeatureDraft>& features,
                  model::InputDefinitions& inputs) {
  const InputVersions versions(schema, features);
  for (auto& input : inputs.features) input.id.version = versions.of(input);
  for (auto& input : inputs.texts) input.id.version = versions.of(input);
  if (!inputs.sequence) return;
  for (auto& input : inputs.sequence->fields) input.id.version = versions.of(input, *inputs.sequence);
}

}  // namespace weir::policy
