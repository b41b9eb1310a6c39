#include "ops/generator/incidents.h"

#include <algorithm>

namespace weir::generator {

namespace {

enum Fact : std::uint64_t { kPhase = 0x500, kIncidents };

}  // namespace

Incidents::Incidents(World& world)
    : world_(world),
      expected_a_day_(static_cast<std::uint64_t>(world.options.payments_per_day * world.options.customers + 0.5)) {
  for (std::unique_ptr<Scenario>& scenario : make_scenarios()) {
    Random random(derive(world.options.seed, kPhase, paces_.size()));
    Pace pace;
    pace.owed_millionths = -random.between(0, scenario->typical_payments()) * 1'000'000;
    pace.scenario = std::move(scenario);
    paces_.push_back(std::move(pace));
  }
}

void Incidents::plan_day(const Today& today, std::uint64_t payments, const LabelProcess& labels, const AddStep& add) {
  const GeneratorOptions& options = world_.options;
  // The first days are planned before any payment was counted.
  const std::uint64_t grown = payments - payments_ > 0 ? payments - payments_ : expected_a_day_;
  payments_ = payments;
  for (std::size_t i = 0; i < paces_.size(); ++i) {
    Pace& pace = paces_[i];
    const Scenario& scenario = *pace.scenario;
    const double share = share_of(scenario.kind(), options);
    const auto share_ppm = static_cast<std::int64_t>(share * 1e6 + 0.5) * scenario.share_percent() / 100;
    pace.owed_millionths += static_cast<std::int64_t>(grown) * share_ppm;
    if (share_ppm == 0) continue;
    const std::int64_t typical = scenario.typical_payments() * 1'000'000LL;
    Random random(derive(options.seed, kIncidents, i, today.day));
    // Half of the days begin nothing new, so that incidents don't come by the clock.
    if (random.chance(500'000) && pace.owed_millionths < 3 * typical) continue;
    while (pace.owed_millionths > 0) {
      script_.clear();
      scenario.plan(world_, today, random, script_);
      if (script_.lines().empty()) {
        // Nobody is free: what is owed beyond a few incidents is forgone, or it would all come at once later.
        pace.owed_millionths = std::min(pace.owed_millionths, 3 * typical);
        break;
      }
      pace.owed_millionths -= script_.payments() * 1'000'000LL;
      begin(scenario, labels, random, add);
    }
  }
}

void Incidents::begin(const Scenario& scenario, const LabelProcess& labels, Random& random, const AddStep& add) {
  std::vector<Script::Line>& lines = script_.lines();
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Script::Line& a, const Script::Line& b) { return a.time_ms < b.time_ms; });
  // The first day's incidents may have been planned into the night before the stream begins.
  const std::int64_t shift_ms = std::max<std::int64_t>(0, world_.options.start_ms - lines.front().time_ms);
  if (scenario.kind() != Kind::kOrder) {
    for (Script::Line& line : lines) line.step.truth = {scenario.fraud(), scenario.name()};
  }
  const bool fraud = lines.back().step.truth.fraud;
  const std::int64_t reported_ms = fraud ? labels.report_time(lines.back().time_ms + shift_ms, random) : 0;
  for (Script::Line& line : lines) {
    line.step.reported_ms = reported_ms;
    line.step.found_by_officer = scenario.kind() == Kind::kLaundering;
    add(line.time_ms + shift_ms, line.step);
  }
  if (reported_ms == 0) return;
  for (Script::Line& line : script_.aftermath()) {
    line.step.truth = {false, scenario.name()};
    add(reported_ms + line.time_ms, line.step);
  }
}

}  // namespace weir::generator
