#include "ops/command/meter.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <iostream>
#include <utility>

#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr std::size_t kShownFlagged = 8;

// Every second of our fine buckets, in seconds: what Prometheus keeps.
std::vector<double> prometheus_bounds() {
  std::vector<double> bounds;
  const auto& fine = DurationHistogram::bounds_ns();
  for (std::size_t i = 0; i < fine.size(); i += 4) bounds.push_back(static_cast<double>(fine[i]) * 1e-9);
  return bounds;
}

}  // namespace

struct Meter::Metrics {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::array<prometheus::Histogram*, std::size(shard::kStageNames)> stages{};
  prometheus::Histogram* audit = nullptr;
  prometheus::Histogram* latency = nullptr;
  prometheus::Histogram* epoch = nullptr;
  prometheus::Family<prometheus::Counter>* records = nullptr;
  prometheus::Family<prometheus::Counter>* decisions = nullptr;
  prometheus::Family<prometheus::Counter>* dead_letters = nullptr;
  prometheus::Family<prometheus::Gauge>* lag = nullptr;
  prometheus::Family<prometheus::Counter>* rule_hits = nullptr;
  prometheus::Family<prometheus::Counter>* rule_errors = nullptr;
  prometheus::Family<prometheus::Gauge>* policy = nullptr;
  prometheus::Gauge* policy_now = nullptr;
  prometheus::Counter* policies_taken = nullptr;
  prometheus::Counter* policies_refused = nullptr;
  std::array<prometheus::Counter*, static_cast<std::size_t>(audit::Kind::kList) + 1> record_kinds{};
  std::array<prometheus::Counter*, 3> outcomes{};
  std::map<std::string, prometheus::Counter*> reasons;
  prometheus::Counter* late = nullptr;
  prometheus::Counter* conflicts = nullptr;
  prometheus::Counter* new_alerts = nullptr;
  prometheus::Counter* repeated_alerts = nullptr;
  prometheus::Counter* controlled = nullptr;
  prometheus::Family<prometheus::Counter>* shadow_decisions = nullptr;
  std::array<std::array<prometheus::Counter*, 3>, 3> shadow_outcomes{};  // by live outcome, then by the shadow's
  prometheus::Family<prometheus::Counter>* shadow_hits = nullptr;
  prometheus::Family<prometheus::Counter>* shadow_errors = nullptr;
  prometheus::Family<prometheus::Gauge>* shadow = nullptr;
  prometheus::Gauge* shadow_now = nullptr;
  prometheus::Counter* beyond = nullptr;
  prometheus::Counter* epochs = nullptr;
  prometheus::Counter* epoch_bytes = nullptr;
  prometheus::Counter* hits = nullptr;
  prometheus::Counter* misses = nullptr;
  prometheus::Gauge* entities = nullptr;
  prometheus::Gauge* history_bytes = nullptr;
  prometheus::Gauge* state_bytes = nullptr;
  prometheus::Gauge* generation = nullptr;
  prometheus::Counter* recovered = nullptr;

  prometheus::Counter& counter(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(*registry).Add({});
  }
  prometheus::Gauge& gauge(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(*registry).Add({});
  }
  prometheus::Histogram& histogram(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry).Add({}, prometheus_bounds());
  }

  // Adds what `durations` holds, bucket by bucket, and empties it.
  static void move(DurationHistogram& durations, prometheus::Histogram& target) {
    if (durations.count() == 0) return;
    std::vector<double> increments(prometheus_bounds().size() + 1, 0.0);
    const auto& counts = durations.counts();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      increments[std::min((i + 3) / 4, increments.size() - 1)] += static_cast<double>(counts[i]);
    }
    target.ObserveMultiple(increments, durations.sum_seconds());
    durations.clear();
  }
  static void raise(prometheus::Counter& target, std::uint64_t value) {
    const auto now = static_cast<double>(value);
    if (now > target.Value()) target.Increment(now - target.Value());
  }
};

Meter::Meter(std::size_t max_in_flight) : metrics_(std::make_unique<Metrics>()), taken_ns_(2 * max_in_flight + 1024) {
  auto& m = *metrics_;
  auto& stage = prometheus::BuildHistogram()
                    .Name("weir_stage_duration_seconds")
                    .Help("Time that one record spent in a stage of the step")
                    .Register(*m.registry);
  for (std::size_t i = 0; i < m.stages.size(); ++i) {
    m.stages[i] = &stage.Add({{"stage", std::string(shard::kStageNames[i])}}, prometheus_bounds());
  }
  m.audit =
      &m.histogram("weir_audit_latency_seconds", "From taking a record off its topic to its durable audit record");
  m.latency =
      &m.histogram("weir_decision_latency_seconds", "From taking a record off its topic to the acknowledged decision");
  m.epoch = &m.histogram("weir_epoch_duration_seconds", "From cutting an epoch to its being in the state directory");
  m.records = &prometheus::BuildCounter()
                   .Name("weir_records_total")
                   .Help("Consumed records by what they were")
                   .Register(*m.registry);
  m.decisions =
      &prometheus::BuildCounter().Name("weir_decisions_total").Help("Decisions by outcome").Register(*m.registry);
  m.dead_letters = &prometheus::BuildCounter()
                        .Name("weir_dead_letters_total")
                        .Help("Records that could not be read, by reason")
                        .Register(*m.registry);
  m.lag = &prometheus::BuildGauge()
               .Name("weir_consumer_lag_records")
               .Help("Records that wait on an input partition")
               .Register(*m.registry);
  for (std::size_t i = 0; i < m.outcomes.size(); ++i) {
    m.outcomes[i] = &m.decisions->Add({{"outcome", std::string(book::outcome_name(static_cast<book::Outcome>(i)))}});
  }
  m.rule_hits = &prometheus::BuildCounter()
                     .Name("weir_rule_hits_total")
                     .Help("Events that a rule hit; a shadow rule's change nothing")
                     .Register(*m.registry);
  m.rule_errors = &prometheus::BuildCounter()
                       .Name("weir_rule_errors_total")
                       .Help("Events for which a rule could not be evaluated")
                       .Register(*m.registry);
  m.policy = &prometheus::BuildGauge().Name("weir_policy_info").Help("The policy that decides").Register(*m.registry);
  auto& changes = prometheus::BuildCounter()
                      .Name("weir_policy_changes_total")
                      .Help("Policies and lists that were taken, or refused for their faults")
                      .Register(*m.registry);
  m.policies_taken = &changes.Add({{"result", "taken"}});
  m.policies_refused = &changes.Add({{"result", "refused"}});
  auto& alerts = prometheus::BuildCounter()
                     .Name("weir_alerts_total")
                     .Help("Alerts of payments that were not approved; a repeated one belongs to a case that is open")
                     .Register(*m.registry);
  m.new_alerts = &alerts.Add({{"repeated", "false"}});
  m.repeated_alerts = &alerts.Add({{"repeated", "true"}});
  m.controlled = &m.counter("weir_control_share_total", "Payments that were let through for the control share");
  m.shadow_decisions = &prometheus::BuildCounter()
                            .Name("weir_shadow_decisions_total")
                            .Help("What the policy in the shadow would have decided, by what was decided")
                            .Register(*m.registry);
  m.shadow_hits = &prometheus::BuildCounter()
                       .Name("weir_shadow_rule_hits_total")
                       .Help("Events that a rule of the policy in the shadow hit")
                       .Register(*m.registry);
  m.shadow_errors = &prometheus::BuildCounter()
                         .Name("weir_shadow_rule_errors_total")
                         .Help("Events for which such a rule could not be evaluated")
                         .Register(*m.registry);
  m.shadow = &prometheus::BuildGauge()
                  .Name("weir_shadow_policy_info")
                  .Help("The policy in the shadow of the one that decides")
                  .Register(*m.registry);
  m.late = &m.counter("weir_late_events_total", "Events that came after a newer one of the same entity");
  m.conflicts = &m.counter("weir_id_conflicts_total", "Events whose id was used before with other content");
  m.beyond = &m.counter("weir_beyond_history_total", "Events with a window that reaches back beyond the history held");
  m.epochs = &m.counter("weir_epochs_total", "Epochs written to the state directory");
  m.epoch_bytes = &m.counter("weir_epoch_bytes_total", "Bytes of the epochs that were cut");
  m.hits = &m.counter("weir_history_cache_hits_total", "Entities whose history was in memory");
  m.misses =
      &m.counter("weir_history_cache_misses_total", "Entities whose history was fetched from the state directory");
  m.entities = &m.gauge("weir_history_entities", "Entities in memory");
  m.history_bytes = &m.gauge("weir_history_bytes", "Memory of the histories");
  m.state_bytes = &m.gauge("weir_state_bytes", "Size of the state directory's tables");
  m.generation = &m.gauge("weir_generation", "Generation of this engine on its audit stream; 0 while it recovers");
  m.recovered = &m.counter("weir_recovered_records_total", "Records that were stepped again after the last start");
}

Meter::~Meter() = default;

std::shared_ptr<prometheus::Registry> Meter::registry() const { return metrics_->registry; }

void Meter::begin() {
  stages_.clear();
  stage_start_ns_ = monotonic_ns();
}

std::uint64_t Meter::elapsed_ns() const { return static_cast<std::uint64_t>(monotonic_ns() - stage_start_ns_); }

void Meter::done(Stage stage, std::uint64_t earlier_ns) {
  const auto now = monotonic_ns();
  const auto spent = now - stage_start_ns_ + static_cast<std::int64_t>(earlier_ns);
  stage_start_ns_ = now;
  stage_durations_[stage].add(spent);
  stages_.push_back({shard::kStageNames[stage], static_cast<std::uint64_t>(spent)});
}

void Meter::taken(std::size_t) { polled_ns_ = monotonic_ns(); }

void Meter::stepped(const topic::Record&, const shard::Output& output) {
  taken_ns_[output.sequence % taken_ns_.size()] = polled_ns_;
  auto& m = *metrics_;
  auto*& counter = m.record_kinds[static_cast<std::size_t>(output.kind)];
  if (counter == nullptr) counter = &m.records->Add({{"kind", std::string(audit::kind_name(output.kind))}});
  counter->Increment();
  ++period_.records;
  ++total_.records;
  switch (output.kind) {
    case audit::Kind::kTransaction: {
      const auto outcome = static_cast<std::size_t>(output.outcome);
      ++period_.outcomes[outcome];
      ++total_.outcomes[outcome];
      m.outcomes[outcome]->Increment();
      if ((output.flags & decide::kLate) != 0) {
        ++period_.late;
        ++total_.late;
        m.late->Increment();
      }
      for (const auto rule : output.verdicts->hits) ++rule_hits_[rule];
      for (const auto& failure : output.verdicts->errors) ++rule_errors_[failure.rule];
      if (output.shadow_weighed != nullptr) count_shadow(output);
      if ((output.flags & decide::kIdConflict) != 0) m.conflicts->Increment();
      if ((output.flags & decide::kControl) != 0) m.controlled->Increment();
      if (output.alert) (output.alert->repeated ? m.repeated_alerts : m.new_alerts)->Increment();
      if ((output.flags & decide::kBeyondHistory) != 0) m.beyond->Increment();
      if (output.outcome != book::Outcome::kApprove) {
        flagged_.push_back({output.decision});
        if (flagged_.size() > kShownFlagged) flagged_.pop_front();
      }
      break;
    }
    case audit::Kind::kDeadLetter: {
      ++period_.dead_letters;
      ++total_.dead_letters;
      const auto reason = std::string(event::reject_reason_name(output.reject.reason));
      auto& reason_counter = m.reasons[reason];
      if (reason_counter == nullptr) reason_counter = &m.dead_letters->Add({{"reason", reason}});
      reason_counter->Increment();
      break;
    }
    case audit::Kind::kDuplicate:
      ++period_.duplicates;
      ++total_.duplicates;
      break;
    case audit::Kind::kLabel:
      ++period_.labels;
      ++total_.labels;
      break;
    case audit::Kind::kStart:
    case audit::Kind::kPolicy:
    case audit::Kind::kList:
      break;
  }
}

void Meter::audited(std::uint64_t sequence) {
  const auto taken = taken_ns_[sequence % taken_ns_.size()];
  if (taken > 0) audit_latency_.add(monotonic_ns() - taken);
}

void Meter::delivered(std::uint64_t sequence) {
  auto& taken = taken_ns_[sequence % taken_ns_.size()];
  if (taken == 0) return;  // recovered, or the engine's own
  const auto spent = monotonic_ns() - taken;
  latency_.add(spent);
  period_.latency.add(spent);
  total_.latency.add(spent);
  taken = 0;
}

void Meter::recovered(std::uint64_t records) {
  metrics_->recovered->Increment(static_cast<double>(records));
  if (records > 0) std::cerr << "weir: " << grouped(records) << " records recovered from the audit stream\n";
}

void Meter::epoch_cut(std::size_t bytes) {
  epoch_cut_ns_ = monotonic_ns();
  metrics_->epoch_bytes->Increment(static_cast<double>(bytes));
}

void Meter::epoch_written() {
  metrics_->epochs->Increment();
  metrics_->epoch->Observe(static_cast<double>(monotonic_ns() - epoch_cut_ns_) * 1e-9);
}

void Meter::live(std::uint64_t generation) {
  metrics_->generation->Set(static_cast<double>(generation));
  std::cerr << "weir: live, generation " << generation << '\n';
}

void Meter::policy_taken(std::shared_ptr<const policy::Policy> policy, std::uint64_t sequence) {
  publish_rules();
  auto& m = *metrics_;
  if (m.policy_now != nullptr) m.policy->Remove(m.policy_now);
  m.policy_now = &m.policy->Add({{"name", policy->name}, {"hash", policy->hash}});
  m.policy_now->Set(1);
  m.policies_taken->Increment();
  std::cerr << "weir: policy " << policy->name << " " << policy->hash << " from record " << sequence << " on\n";
  policy_ = std::move(policy);
  rule_hits_.assign(policy_->rules->rules().size(), 0);
  rule_errors_.assign(policy_->rules->rules().size(), 0);
  // It ends the shadow of the one before.
  if (m.shadow_now != nullptr) m.shadow->Remove(m.shadow_now);
  m.shadow_now = nullptr;
  shadow_ = nullptr;
}

void Meter::shadow_taken(std::shared_ptr<const policy::Policy> policy, std::uint64_t sequence) {
  publish_rules();
  auto& m = *metrics_;
  if (m.shadow_now != nullptr) m.shadow->Remove(m.shadow_now);
  m.shadow_now = nullptr;
  shadow_ = std::move(policy);
  if (shadow_ == nullptr) {
    std::cerr << "weir: no policy is in the shadow from record " << sequence << " on\n";
    return;
  }
  m.shadow_now = &m.shadow->Add({{"name", shadow_->name}, {"hash", shadow_->hash}});
  m.shadow_now->Set(1);
  std::cerr << "weir: policy " << shadow_->name << " " << shadow_->hash << " is in the shadow from record " << sequence
            << " on\n";
  shadow_hits_.assign(shadow_->rules->rules().size(), 0);
  shadow_errors_.assign(shadow_->rules->rules().size(), 0);
}

void Meter::shadow_refused(const policy::Policy& policy, std::string_view why) {
  metrics_->policies_refused->Increment();
  std::cerr << "weir: policy " << policy.name << " " << policy.hash << " can't be in the shadow: " << why << '\n';
}

void Meter::count_shadow(const shard::Output& output) {
  const auto live = static_cast<std::size_t>(output.outcome);
  const auto shadow = static_cast<std::size_t>(output.shadow_weighed->outcome);
  auto*& counter = metrics_->shadow_outcomes[live][shadow];
  if (counter == nullptr) {
    counter =
        &metrics_->shadow_decisions->Add({{"outcome", std::string(book::outcome_name(output.shadow_weighed->outcome))},
                                          {"live", std::string(book::outcome_name(output.outcome))}});
  }
  counter->Increment();
  for (const auto rule : output.shadow_verdicts->hits) ++shadow_hits_[rule];
  for (const auto& failure : output.shadow_verdicts->errors) ++shadow_errors_[failure.rule];
}

void Meter::policy_refused(const Issues& issues) {
  metrics_->policies_refused->Increment();
  std::cerr << issues.render() << "weir: the policy or its lists have faults: what was in force goes on\n";
}

const std::string& Meter::policy_hash() const {
  static const std::string kNone;
  return policy_ == nullptr ? kNone : policy_->hash;
}

void Meter::publish_rules() {
  using Family = prometheus::Family<prometheus::Counter>;
  const auto add = [](const policy::Policy* policy, Family& family, std::vector<std::uint64_t>& counts) {
    if (policy == nullptr) return;
    const auto& rules = policy->rules->rules();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      const auto* mode = rules[i].mode == book::Mode::kShadow ? "shadow" : "live";
      family.Add({{"rule", rules[i].id}, {"mode", mode}}).Increment(static_cast<double>(std::exchange(counts[i], 0)));
    }
  };
  add(policy_.get(), *metrics_->rule_hits, rule_hits_);
  add(policy_.get(), *metrics_->rule_errors, rule_errors_);
  add(shadow_.get(), *metrics_->shadow_hits, shadow_hits_);
  add(shadow_.get(), *metrics_->shadow_errors, shadow_errors_);
}

void Meter::warning(std::string_view text) { std::cerr << "weir: warning: " << text << '\n'; }

void Meter::publish(const shard::MemoryFigures& memory, const state::StoreFigures& store) {
  auto& m = *metrics_;
  publish_rules();
  for (std::size_t i = 0; i < m.stages.size(); ++i) Metrics::move(stage_durations_[i], *m.stages[i]);
  Metrics::move(audit_latency_, *m.audit);
  Metrics::move(latency_, *m.latency);
  Metrics::raise(*m.hits, memory.history_hits);
  Metrics::raise(*m.misses, memory.history_misses);
  m.entities->Set(static_cast<double>(memory.entities));
  m.history_bytes->Set(static_cast<double>(memory.history_bytes));
  m.state_bytes->Set(static_cast<double>(store.bytes_on_disk));
}

void Meter::set_lag(const std::string& topic, std::int32_t partition, std::int64_t lag) {
  metrics_->lag->Add({{"topic", topic}, {"partition", std::to_string(partition)}}).Set(static_cast<double>(lag));
}

Meter::Period Meter::take_period() { return std::exchange(period_, {}); }

std::vector<Flagged> Meter::take_flagged() {
  std::vector<Flagged> taken(flagged_.begin(), flagged_.end());
  flagged_.clear();
  return taken;
}

}  // namespace weir::command
