#include "models/reasons/explainer.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace weir::models {
namespace {

static_assert(HeadReasons::kMaxGroups == kMaxHeadGroups);

// To nearest, halves away from zero. All trees' leaves together stay far below 2^63.
std::int64_t rounded(double value) { return static_cast<std::int64_t>(value < 0 ? value - 0.5 : value + 0.5); }

void pick(const std::vector<std::uint32_t>& features, const Inputs& inputs, std::vector<std::uint16_t>& codes) {
  for (std::size_t i = 0; i < features.size(); ++i) codes[i] = inputs.features[features[i]];
}

}  // namespace

Explainer::Explainer(const Model& model, Kernel kernel)
    : model_(model),
      kernel_(kernel),
      evaluator_(model, kernel),
      base_(model.base()),
      head_codes_(model.manifest().head_features.size()),
      tree_shares_(model.manifest().reasons.size()),
      shares_(model.manifest().reasons.size()) {
  WEIR_CHECK(model.outputs() == 1, "reasons are for a model of one output");
  const auto& groups = model.manifest().reasons;
  explanation_.contributions.resize(groups.size());
  if (model.trees()) {
    std::vector<std::uint32_t> group_of(model.manifest().features.size());
    for (std::uint32_t group = 0; group < groups.size(); ++group) {
      for (const auto feature : groups[group].features) group_of[feature] = group;
    }
    trees_.emplace(*model.trees(), group_of, groups.size());
    trees_scratch_.emplace(*trees_);
    base_ += rounded(trees_->expected());
  }
  if (model.head()) {
    auto seen = head_groups();
    head_shares_.resize(seen.size());
    evaluator_.score(model.neutral());
    pick(model.manifest().head_features, model.neutral(), head_codes_);
    head_.emplace(*model.head(), std::move(seen), head_codes_, evaluator_.vectors());
    head_scratch_.emplace(*head_);
    base_ += head_->neutral();
  }
}

// Those that the head sees; head_group_ keeps which they are.
std::vector<HeadReasons::Group> Explainer::head_groups() {
  const auto& manifest = model_.manifest();
  std::vector<std::uint32_t> text_begins = {model_.sequence() ? model_.sequence()->width() : 0};
  for (const auto& text : model_.texts()) text_begins.push_back(text_begins.back() + text.width());
  std::vector<HeadReasons::Group> seen;
  for (std::uint32_t group = 0; group < manifest.reasons.size(); ++group) {
    const auto& reasons = manifest.reasons[group];
    HeadReasons::Group made;
    for (std::uint32_t i = 0; i < manifest.head_features.size(); ++i) {
      if (std::ranges::find(reasons.features, manifest.head_features[i]) != reasons.features.end()) {
        made.features.push_back(i);
      }
    }
    if (reasons.events) made.vectors.emplace_back(0, text_begins[0]);
    for (const auto text : reasons.texts) made.vectors.emplace_back(text_begins[text], model_.texts()[text].width());
    if (made.features.empty() && made.vectors.empty()) continue;
    seen.push_back(std::move(made));
    head_group_.push_back(group);
  }
  return seen;
}

const Explanation& Explainer::explain(const Inputs& inputs) {
  explanation_.score = evaluator_.score(inputs);
  if (trees_) trees_->shares(kernel_, inputs.features, *trees_scratch_, tree_shares_);
  std::ranges::transform(tree_shares_, shares_.begin(), rounded);
  if (head_) {
    pick(model_.manifest().head_features, inputs, head_codes_);
    head_->shares(kernel_, head_codes_, evaluator_.vectors(), *head_scratch_, head_shares_);
    for (std::size_t i = 0; i < head_shares_.size(); ++i) shares_[head_group_[i]] += head_shares_[i];
  }
  explanation_.base = base_;
  explanation_.residual = explanation_.score.logit - base_;
  for (std::uint32_t group = 0; group < shares_.size(); ++group) {
    explanation_.contributions[group] = {group, shares_[group]};
    explanation_.residual -= shares_[group];
  }
  std::ranges::sort(explanation_.contributions, [](const Contribution& a, const Contribution& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.group < b.group;
  });
  return explanation_;
}

Score Explainer::neutralised(const Inputs& inputs, std::span<const std::uint32_t> groups) {
  changed_ = inputs;
  for (const auto group : groups) {
    const auto& reasons = model_.manifest().reasons[group];
    for (const auto feature : reasons.features) changed_.features[feature] = model_.neutral().features[feature];
    if (reasons.events) changed_.events = model_.neutral().events;
    for (const auto text : reasons.texts) changed_.texts[text].clear();
  }
  return evaluator_.score(changed_);
}

}  // namespace weir::models
