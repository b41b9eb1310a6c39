#include "engine/shard/event_entry.h"

#include <utility>

#include "engine/base/varint.h"
#include "engine/shard/alerts.h"

namespace weir::shard {
namespace {

// `value` as a T; `fits` becomes false if it is none.
template <class T, class Wide>
T narrow(Wide value, bool& fits) {
  fits &= std::in_range<T>(value);
  return static_cast<T>(value);
}

}  // namespace

void append_event_entry(const EventEntry& entry, std::string& out) {
  out.append(entry.digest);
  append_varint(out, entry.sequence);
  append_zigzag(out, entry.time_ms);
  append_varint(out, entry.type);
  append_varint(out, entry.policy);
  append_varint(out, static_cast<std::uint64_t>(entry.outcome));
  append_zigzag(out, entry.score);
  append_varint(out, entry.flags);
  append_varint(out, entry.reasons.size());
  for (const auto& reason : entry.reasons) {
    append_varint(out, reason.rule);
    append_sized(out, reason.code);
    append_zigzag(out, reason.points);
  }
  // 0: no alert, 1: an alert, 2: a repeated one.
  append_varint(out, !entry.alert ? 0U : entry.alert->repeated ? 2U : 1U);
  if (entry.alert) {
    append_varint(out, entry.alert->subject);
    append_varint(out, entry.alert->sequence);
  }
  append_varint(out, entry.keys.size());
  for (const auto& key : entry.keys) {
    append_varint(out, key.entity);
    append_sized(out, key.key);
  }
  // Without a model there is nothing more.
  if (!entry.model) return;
  append_varint(out, entry.model->sha256);
  append_zigzag(out, entry.model->probability);
  append_varint(out, entry.model->reasons.size());
  for (const auto& reason : entry.model->reasons) {
    append_varint(out, reason.name);
    append_zigzag(out, reason.logit);
  }
}

Result<EventEntry> read_event_entry(std::string_view bytes) {
  VarintReader in(bytes);
  EventEntry entry;
  bool fits = true;
  entry.digest = in.bytes(kEntryDigestBytes);
  entry.sequence = in.varint();
  entry.time_ms = in.zigzag();
  entry.type = narrow<std::uint32_t>(in.varint(), fits);
  entry.policy = narrow<std::uint32_t>(in.varint(), fits);
  const auto outcome = in.varint();
  entry.score = narrow<std::int32_t>(in.zigzag(), fits);
  entry.flags = narrow<std::uint8_t>(in.varint(), fits);
  for (auto count = in.varint(); count > 0 && in.ok(); --count) {
    auto& reason = entry.reasons.emplace_back();
    reason.rule = narrow<std::uint32_t>(in.varint(), fits);
    reason.code = in.sized();
    reason.points = narrow<std::int32_t>(in.zigzag(), fits);
  }
  const auto alert = in.varint();
  if (alert > 0) {
    entry.alert.emplace();
    entry.alert->subject = narrow<std::uint32_t>(in.varint(), fits);
    entry.alert->sequence = in.varint();
    entry.alert->repeated = alert == 2;
  }
  for (auto count = in.varint(); count > 0 && in.ok(); --count) {
    auto& key = entry.keys.emplace_back();
    key.entity = narrow<std::uint32_t>(in.varint(), fits);
    key.key = in.sized();
  }
  if (in.ok() && !in.at_end()) {
    auto& model = entry.model.emplace();
    model.sha256 = narrow<std::uint32_t>(in.varint(), fits);
    model.probability = narrow<std::int32_t>(in.zigzag(), fits);
    for (auto count = in.varint(); count > 0 && in.ok(); --count) {
      auto& reason = model.reasons.emplace_back();
      reason.name = narrow<std::uint32_t>(in.varint(), fits);
      reason.logit = in.zigzag();
    }
  }
  if (!in.ok() || !in.at_end() || !fits || alert > 2 || outcome > static_cast<std::uint64_t>(book::Outcome::kDecline)) {
    return Error{"state store: damaged entry of an event id"};
  }
  entry.outcome = static_cast<book::Outcome>(outcome);
  return entry;
}

decide::ModelText told(const EventEntry::Model& model, const history::Catalogue& catalogue,
                       std::vector<decide::ModelReason>& reasons) {
  using history::CatalogueKind;
  reasons.clear();
  for (const auto& reason : model.reasons) {
    reasons.push_back({catalogue.name(CatalogueKind::kReason, reason.name), reason.logit});
  }
  return {catalogue.name(CatalogueKind::kModel, model.sha256), model.probability, reasons};
}

void append_first_decision(const EventEntry& entry, std::string_view event_id, std::uint32_t shard,
                           const history::Catalogue& catalogue, std::string& out) {
  using history::CatalogueKind;
  std::vector<decide::ReasonText> reasons;
  for (const auto& reason : entry.reasons) {
    reasons.push_back({catalogue.name(CatalogueKind::kRule, reason.rule), reason.code, reason.points});
  }
  decide::DecisionFacts facts;
  facts.id = event_id;
  facts.type = catalogue.name(CatalogueKind::kEventType, entry.type);
  facts.time_ms = entry.time_ms;
  facts.outcome = entry.outcome;
  facts.score = entry.score;
  facts.flags = entry.flags;
  facts.policy = catalogue.name(CatalogueKind::kPolicy, entry.policy);
  facts.shard = shard;
  facts.sequence = entry.sequence;
  facts.reasons = reasons;
  std::vector<decide::ModelReason> model_reasons;
  if (entry.model) facts.model = told(*entry.model, catalogue, model_reasons);
  if (entry.alert) facts.alert = Alerts::told(*entry.alert, catalogue);
  decide::append_decision_json(facts, out);
}

}  // namespace weir::shard
