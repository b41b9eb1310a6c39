#include "engine/shard/shadow.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/audit/value_json.h"
#include "engine/base/civil_time.h"
#include "engine/shard/core.h"

namespace weir::shard {
namespace {

bool same_value(const std::optional<Value>& a, const std::optional<Value>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || audit::value_text(*a) == audit::value_text(*b);
}

// Of policies with the same schema: whether both give the same value for every event.
bool same_feature(const features::Definition& a, const features::Definition& b) {
  const auto facts = [](const features::Definition& d) {
    return std::tie(d.entity, d.aggregate, d.slot, d.window_ms, d.offset_ms, d.include_current, d.where_text,
                    d.share_of_text, d.exact_up_to, d.of_last);
  };
  return facts(a) == facts(b) && same_value(a.default_value, b.default_value);
}

// Which of the features of both is the shadow's feature, given those of the live policy and those added so far.
std::size_t place_of(const features::Definition& feature, const std::vector<features::Definition>& both) {
  const auto found =
      std::find_if(both.begin(), both.end(), [&](const auto& each) { return same_feature(each, feature); });
  return static_cast<std::size_t>(found - both.begin());
}

}  // namespace

std::string no_shadow_because(const policy::Policy& policy, const policy::Policy& live) {
  if (!same_rows(policy, live)) {
    return "its schema.yaml, base currency or time zones differ from those of the policy that decides";
  }
  if (policy.history_ms > live.history_ms) {
    return "it looks back on a history of " + duration_text(policy.history_ms) + ", and " +
           duration_text(live.history_ms) + " are held for the policy that decides";
  }
  for (const auto& list : policy.lists) {
    const auto same = [&](const book::ListDefinition& each) {
      return each.name == list.name && each.slot == list.slot;
    };
    if (std::none_of(live.lists.begin(), live.lists.end(), same)) {
      return "its list `" + list.name + "` is none of the policy that decides, or holds another field there";
    }
  }
  return {};
}

std::vector<features::Definition> features_of_both(const policy::Policy& live, const policy::Policy* shadow) {
  auto both = live.features;
  if (shadow == nullptr) return both;
  for (const auto& feature : shadow->features) {
    if (place_of(feature, both) == both.size()) both.push_back(feature);
  }
  return both;
}

bool same_features(const std::vector<features::Definition>& a, const std::vector<features::Definition>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.name == other.name && same_feature(one, other);
  });
}

Shadow::Shadow(std::shared_ptr<const policy::Policy> policy, const policy::Policy& live,
               const features::FeatureSet& features, ListStore& lists)
    : policy_(std::move(policy)),
      judgement_(*policy_, features, lists),
      slot_names_(policy_->slot_names()),
      slots_(policy_->rules->slot_count()) {
  const auto fields = policy_->schema->slot_count();
  for (std::uint32_t slot = 0; slot < fields; ++slot) sources_.push_back(slot);
  const auto both = features_of_both(live, policy_.get());
  for (const auto& feature : policy_->features) {
    sources_.push_back(fields + static_cast<std::uint32_t>(place_of(feature, both)));
  }
}

void Shadow::evaluate(const event::Event& event, std::span<history::EntityHistory* const> histories,
                      std::int64_t cutoff_ms) {
  for (std::size_t slot = 0; slot < sources_.size(); ++slot) slots_[slot] = event[sources_[slot]];
  judgement_.score(slots_, event.type, event.time_ms, histories, cutoff_ms);
  judgement_.evaluate(slots_, event.time_ms);
  judgement_.decide();
}

audit::Judged Shadow::judged() const {
  audit::Judged judged;
  judged.policy = policy_->hash;
  judged.rules = policy_->rules.get();
  judged.slot_names = slot_names_;
  judged.slots = slots_;
  judged.verdicts = &judgement_.verdicts();
  judged.outcome = &judgement_.outcome;
  judged.suppressed = judgement_.taken_out();
  judged.model = judgement_.model();
  return judged;
}

}  // namespace weir::shard
