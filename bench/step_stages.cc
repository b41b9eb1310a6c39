#include "bench/step_stages.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/base/check.h"
#include "engine/shard/alerts.h"
#include "rules/packs/packs.h"

namespace weir::bench {

using history::CatalogueKind;

void fail(const std::string& why) {
  std::fprintf(stderr, "stages: %s\n", why.c_str());
  std::exit(1);
}

std::string_view token_key() { return "the key of a bench, and of nothing else"; }

std::shared_ptr<const policy::Policy> shipped(std::string_view name) {
  std::vector<policy::PolicyFile> files;
  for (const auto& file : packs::find(name)->files) files.push_back({std::string(file.path), std::string(file.text)});
  auto loaded = policy::load_policy(std::move(files), "");
  WEIR_CHECK(loaded.ok(), "a shipped policy loads");
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

shard::Core in_memory(const std::shared_ptr<const policy::Policy>& policy) {
  shard::CoreOptions options;
  options.clock_source = shard::ClockSource::kEvent;
  options.token_key = token_key();
  return must(shard::make_core(policy, nullptr, options));
}

namespace {

std::string_view hash_of(const models::Model& model) {
  return {reinterpret_cast<const char*>(model.hash().data()), model.hash().size()};
}

// What raised the score, most first, as a decision tells it.
template <class F>
void for_each_reason(const models::Explanation& explanation, F f) {
  std::size_t told = 0;
  for (const auto& part : explanation.contributions) {
    if (part.logit <= 0 || told == decide::kMaxModelReasons) break;
    f(part);
    ++told;
  }
}

}  // namespace

Stages::Stages(const std::shared_ptr<const policy::Policy>& policy)
    : core_(in_memory(policy)),
      schema_(*policy->schema),
      json_(schema_, token_key()),
      workspace_(*core_.policy->rules) {
  auto& catalogue = core_.memory->catalogue();
  policy_number_ = catalogue.number(CatalogueKind::kPolicy, policy->hash);
  for (const auto& type : schema_.event_types) {
    type_numbers_.push_back(catalogue.number(CatalogueKind::kEventType, type.name));
  }
  for (const auto& rule : rules()) rule_numbers_.push_back(catalogue.number(CatalogueKind::kRule, rule.id));
  if (policy->model != nullptr) {
    const auto& model = *policy->model->model;
    scorer_.emplace(policy->model, policy->inputs, *core_.features);
    explainer_.emplace(model);
    model_number_ = catalogue.number(CatalogueKind::kModel, hash_of(model));
    for (const auto& group : model.manifest().reasons) {
      model_reason_numbers_.push_back(catalogue.number(CatalogueKind::kReason, group.name));
    }
  }
  for (std::uint32_t i = 0; i < core_.features->definitions().size(); ++i) {
    const auto type = features::FeatureSet::type_of(core_.features->definitions()[i], schema_);
    if (type.kind() == cel::TypeKind::kString) text_slots_.push_back(schema_.slot_count() + i);
  }
}

void Stages::parse(Transaction& t) {
  const bool readable = json_.read(t.value, event::kNoClock, t.event, reject_);
  WEIR_CHECK(readable, "the stream has no broken records");
}

void Stages::digest(Transaction& t) { t.digest = sha256_.hash(t.value); }

void Stages::find(Transaction& t) {
  WEIR_CHECK(must(core_.memory->find_event(t.event.id)).empty(), "the stream has no duplicates");
  for (std::uint32_t e = 0; e < t.residents.size(); ++e) {
    t.residents[e] = nullptr;
    t.histories[e] = nullptr;
    if (!event::entity_key(schema_.entities[e], t.event, t.keys[e])) continue;
    t.residents[e] = must(core_.memory->entity(e, t.keys[e]));
    t.histories[e] = &shard::Memory::history(*t.residents[e]);
  }
}

void Stages::evaluate(Transaction& t) {
  core_.features->evaluate(t.histories, t.after.history_cutoff_ms, t.event);
  const auto approximate = core_.features->approximate();
  t.approximate.assign(approximate.begin(), approximate.end());
}

void Stages::keep_texts(Transaction& t) {
  for (const auto slot : text_slots_) {
    auto& value = t.event[slot];
    if (value.is(ValueKind::kString) && !value.has_enum_code()) {
      value = Value::string(t.event.keep(value.as_string()));
    }
  }
}

void Stages::score(Transaction& t) {
  const auto& policy = *core_.policy;
  t.scored = scorer_ && policy.inputs->looks_at(t.event.type);
  if (!scorer_) return;
  t.event[policy.model_slot()] = Value();
  if (!t.scored) return;
  scorer_->score(t.event.slots(), t.event.time_ms, t.histories, t.after.history_cutoff_ms);
  t.inputs = scorer_->inputs();
  t.score = scorer_->result();
  t.event[policy.model_slot()] = Value::real(scorer_->probability());
}

void Stages::judge(Transaction& t) { core_.policy->rules->evaluate(t.event.slots(), workspace_, t.verdicts); }

void Stages::decide(Transaction& t) {
  decide::decide(*core_.policy->rules, t.verdicts, core_.policy->thresholds, {}, t.outcome);
  t.explanation.reset();
  if (t.scored && t.outcome.outcome != book::Outcome::kApprove) t.explanation = explainer_->explain(t.inputs);
}

void Stages::audit(Transaction& t) {
  audit::TransactionFacts facts;
  facts.schema = &schema_;
  facts.event = &t.event;
  facts.policy = core_.policy->hash;
  facts.flags = t.step.flags;
  facts.feature_names = core_.features->names();
  facts.approximate = t.approximate;
  facts.rules = core_.policy->rules.get();
  facts.slot_names = core_.step->slot_names();
  facts.slots = t.event.slots();
  facts.verdicts = &t.verdicts;
  facts.outcome = &t.outcome;
  if (t.scored) {
    facts.model = audit::ModelFacts{core_.policy->model->model.get(), &t.inputs, t.score,
                                    t.explanation ? &*t.explanation : nullptr};
  }
  if (t.step.alert) facts.alert = shard::Alerts::told(*t.step.alert, core_.memory->catalogue());
  facts.repeated = t.step.repeated;
  t.audit.clear();
  audit::append_transaction({0, t.step.sequence, t.after.clock_ms},
                            {"transactions", 0, t.offset, t.offset - 1, t.digest}, facts, t.audit);
}

void Stages::leaf(Transaction& t) { t.leaf = audit::leaf_hash(t.audit, sha256_); }

void Stages::decision(Transaction& t) {
  reasons_.clear();
  for (const auto rule : t.outcome.reasons) {
    reasons_.push_back({rules()[rule].id, rules()[rule].reason, rules()[rule].points});
  }
  decide::DecisionFacts facts;
  facts.id = t.event.id;
  facts.type = schema_.event_types[t.event.type].name;
  facts.time_ms = t.event.time_ms;
  facts.outcome = t.outcome.outcome;
  facts.score = t.outcome.score;
  facts.flags = t.step.flags;
  facts.policy = core_.policy->hash;
  facts.sequence = t.step.sequence;
  facts.reasons = reasons_;
  model_reasons_.clear();
  if (t.scored) {
    const auto& model = *core_.policy->model->model;
    if (t.explanation) {
      for_each_reason(*t.explanation, [&](const models::Contribution& part) {
        model_reasons_.push_back({model.manifest().reasons[part.group].name, part.logit});
      });
    }
    facts.model = decide::ModelText{hash_of(model), t.score.probability, model_reasons_};
  }
  if (t.step.alert) facts.alert = shard::Alerts::told(*t.step.alert, core_.memory->catalogue());
  t.decision.clear();
  decide::append_decision_json(facts, t.decision);
}

void Stages::encode(Transaction& t) {
  t.event[schema_.outcome_slot()] = Value::string(book::outcome_name(t.outcome.outcome));
  t.row.clear();
  core_.memory->codec().encode_row(t.event.slots(), t.event.time_ms, t.step.sequence, nullptr, t.row);
}

void Stages::append(Transaction& t) {
  for (std::uint32_t e = 0; e < t.residents.size(); ++e) {
    if (t.residents[e] == nullptr) continue;
    t.histories[e]->append(t.event.slots(), t.event.time_ms, t.step.sequence, nullptr);
    t.histories[e]->evict(t.after.history_cutoff_ms);
    core_.memory->remember_rows(*t.residents[e], t.event.time_ms, t.row);
  }
}

void Stages::remember(Transaction& t) {
  auto& memory = *core_.memory;
  entry_.digest.assign(reinterpret_cast<const char*>(t.digest.data()), shard::kEntryDigestBytes);
  entry_.sequence = t.step.sequence;
  entry_.time_ms = t.event.time_ms;
  entry_.type = type_numbers_[t.event.type];
  entry_.policy = policy_number_;
  entry_.outcome = t.outcome.outcome;
  entry_.score = t.outcome.score;
  entry_.flags = t.step.flags;
  entry_.reasons.clear();
  for (const auto rule : t.outcome.reasons) {
    entry_.reasons.push_back({rule_numbers_[rule], rules()[rule].reason, rules()[rule].points});
  }
  entry_.model.reset();
  if (t.scored) {
    entry_.model = shard::EventEntry::Model{model_number_, t.score.probability, {}};
    if (t.explanation) {
      for_each_reason(*t.explanation, [&](const models::Contribution& part) {
        entry_.model->reasons.push_back({model_reason_numbers_[part.group], part.logit});
      });
    }
  }
  entry_.keys.clear();
  for (std::uint32_t e = 0; e < t.residents.size(); ++e) {
    if (t.residents[e] != nullptr) entry_.keys.push_back({memory.entity_number(e), t.keys[e]});
  }
  bytes_.clear();
  shard::append_event_entry(entry_, bytes_);
  memory.remember_event(t.event.id, t.after.clock_ms, bytes_);
  memory.drop_events(t.after.event_cutoff_ms);
}

bool Stages::label(const event::Label& label) {
  const auto found = must(core_.memory->find_event(label.event_id));
  if (found.empty()) return false;
  const auto entry = must(shard::read_event_entry(found.front().bytes));
  for (const auto& key : entry.keys) {
    auto* resident = must(core_.memory->entity_by_number(key.entity, key.key));
    shard::Memory::history(*resident).label(entry.time_ms, entry.sequence, {label.fraud, label.known_at_ms});
  }
  return true;
}

}  // namespace weir::bench
