#include "engine/backtest/report.h"

#include <algorithm>

#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/base/decimal.h"
#include "engine/base/json_writer.h"

namespace weir::backtest {
namespace {

SideReport side_report(const Ledger& ledger, const ReportOptions& options, std::int64_t split_ms) {
  const auto& payments = ledger.payments;
  const auto& verdict = ledger.verdict;
  SideReport side;
  side.name = verdict.policy->name;
  side.hash = verdict.policy->hash;
  side.review = verdict.policy->thresholds.review;
  side.decline = verdict.policy->thresholds.decline;
  side.all = figures(payments, verdict, options.period, options.episodes);
  side.tuning = figures(payments, verdict, {options.period.from_ms, split_ms}, options.episodes);
  side.later = figures(payments, verdict, {split_ms, options.period.until_ms}, options.episodes);
  side.rules = rule_figures(payments, verdict, options.period);
  side.curve = threshold_curve(payments, verdict, options.period);
  side.queue = queue(payments, verdict, options.period, options.capacities);
  return side;
}

std::int64_t middle(const Payments& payments, const Period& period) {
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
  for (const auto time_ms : payments.time_ms) {
    if (time_ms < period.from_ms || time_ms >= period.until_ms) continue;
    first = std::min(first, time_ms);
    last = std::max(last, time_ms);
  }
  return first > last ? 0 : first + (last - first) / 2;
}

// --- JSON ------------------------------------------------------------------------------------------------------------

class Writer {
 public:
  Writer(const Report& report, std::string& out) : report_(report), json_(out) {}

  void write() {
    json_.begin_object();
    integer("v", 1);
    text("kind", report_.shadow ? "shadow" : "backtest");
    json_.key("policy");
    side(report_.now);
    if (report_.before) {
      json_.key("against");
      side(*report_.before);
      flips();
    }
    if (report_.shadow) deciders();
    conditions();
    failures();
    json_.end_object();
  }

 private:
  void text(const char* key, std::string_view value) {
    json_.key(key);
    json_.string(value);
  }
  void integer(const char* key, std::int64_t value) {
    json_.key(key);
    json_.integer(value);
  }
  void count(const char* key, std::uint64_t value) {
    json_.key(key);
    json_.unsigned_integer(value);
  }
  void time(const char* key, std::int64_t time_ms) {
    json_.key(key);
    if (time_ms < kMinTimeMs || time_ms > kMaxTimeMs) {
      json_.null();
    } else {
      json_.string(iso8601(time_ms));
    }
  }
  // As a decimal text in whole units: never a floating-point number.
  void amount(const char* key, std::int64_t minor_units) {
    std::string digits;
    append_decimal(digits, minor_units, report_.currency_exponent);
    text(key, digits);
  }
  void interval(const char* key, const Interval& interval) {
    json_.key(key);
    if (!interval.known) {
      json_.null();
      return;
    }
    json_.begin_object();
    json_.key("value");
    json_.real(interval.value);
    json_.key("low");
    json_.real(interval.low);
    json_.key("high");
    json_.real(interval.high);
    json_.end_object();
  }

  void figures(const char* key, const Figures& f) {
    json_.key(key);
    json_.begin_object();
    count("payments", f.payments);
    time("first", f.payments == 0 ? INT64_MIN : f.first_ms);
    time("last", f.payments == 0 ? INT64_MIN : f.last_ms);
    count("days", f.days);
    count("alerts", f.alerts);
    count("declines", f.declines);
    count("repeated_alerts", f.repeated_alerts);
    interval("alerts_per_day", f.alerts_per_day);
    count("busiest_day_alerts", f.busiest_day_alerts);
    count("fraud_alerts", f.fraud_alerts);
    count("honest_alerts", f.honest_alerts);
    count("fraud_passed", f.fraud_passed);
    count("honest_passed", f.honest_passed);
    count("unknown_alerts", f.unknown_alerts);
    count("unknown_passed", f.unknown_passed);
    count("declined_then", f.declined_then);
    count("declined_then_alerts", f.declined_then_alerts);
    count("declined_then_fraud", f.declined_then_fraud);
    count("too_young", f.too_young);
    count("too_young_alerts", f.too_young_alerts);
    count("too_young_fraud", f.too_young_fraud);
    interval("precision", f.precision);
    interval("recall", f.recall);
    interval("false_positive_rate", f.false_positive_rate);
    interval("false_per_fraud", f.false_per_fraud);
    interval("value_recall", f.value_recall);
    amount("fraud_amount", f.fraud_amount);
    amount("caught_amount", f.caught_amount);
    amount("honest_amount_stopped", f.honest_amount_stopped);
    count("episodes", f.episodes);
    count("caught_episodes", f.caught_episodes);
    interval("episode_recall", f.episode_recall);
    interval("saved", f.saved);
    json_.end_object();
  }

  void rule(const RuleFigures& rule) {
    json_.begin_object();
    text("rule", rule.rule);
    text("reason", rule.reason);
    text("mode", rule.shadow ? "shadow" : "live");
    count("cost", rule.cost);
    count("hits", rule.hits);
    count("errors", rule.failures);
    count("fraud", rule.fraud);
    count("honest", rule.honest);
    count("declined_then", rule.declined_then);
    count("too_young", rule.too_young);
    count("unknown", rule.unknown);
    amount("fraud_amount", rule.fraud_amount);
    interval("precision", rule.precision);
    interval("recall", rule.recall);
    json_.key("lift");
    json_.real(rule.lift);
    count("decisive", rule.decisive);
    count("decisive_fraud", rule.decisive_fraud);
    if (rule.overlap > 0) {
      text("overlaps", rule.overlaps);
      count("overlap", rule.overlap);
    }
    json_.end_object();
  }

  void side(const SideReport& side) {
    json_.begin_object();
    text("name", side.name);
    text("hash", side.hash);
    integer("review", side.review);
    integer("decline", side.decline);
    figures("all", side.all);
    figures("tuning", side.tuning);
    figures("later", side.later);
    json_.key("rules");
    json_.begin_array();
    for (const auto& each : side.rules) rule(each);
    json_.end_array();
    json_.key("curve");
    json_.begin_array();
    for (const auto& point : side.curve) {
      json_.begin_object();
      integer("threshold", point.threshold);
      count("alerts", point.alerts);
      count("fraud", point.fraud_alerts);
      count("honest", point.honest_alerts);
      amount("caught_amount", point.caught_amount);
      json_.end_object();
    }
    json_.end_array();
    json_.key("queue");
    json_.begin_array();
    for (const auto& point : side.queue) {
      json_.begin_object();
      count("capacity", point.capacity);
      count("looked_at", point.looked_at);
      count("fraud", point.fraud);
      count("honest", point.honest);
      count("unknown", point.unknown);
      amount("caught_amount", point.caught_amount);
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  void by_truth(const char* key, const std::array<std::uint64_t, 3>& counts) {
    json_.key(key);
    json_.begin_object();
    count("unknown", counts[0]);
    count("honest", counts[1]);
    count("fraud", counts[2]);
    json_.end_object();
  }

  void flips() {
    json_.key("flips");
    json_.begin_object();
    by_truth("payments_stopped", report_.flips.payments_stopped);
    by_truth("payments_released", report_.flips.payments_released);
    by_truth("customers_stopped", report_.flips.customers_stopped);
    by_truth("customers_released", report_.flips.customers_released);
    json_.end_object();
  }

  void deciders() {
    json_.key("deciders");
    json_.begin_array();
    for (const auto& decider : report_.deciders) {
      json_.begin_object();
      text("name", decider.name);
      text("hash", decider.hash);
      count("payments", decider.payments);
      json_.end_object();
    }
    json_.end_array();
  }

  void conditions() {
    json_.key("conditions");
    json_.begin_object();
    json_.key("sources");
    json_.begin_array();
    for (const auto& source : report_.sources) json_.string(source);
    json_.end_array();
    text("amount", report_.amount_field);
    text("currency", report_.currency);
    text("card", report_.card);
    text("customer", report_.customer);
    time("labels_until", report_.maturity.until_ms);
    time("labels_known", report_.labels_known_ms);
    time("seen_until", report_.seen_until_ms);
    json_.key("honest_after_ms");
    if (report_.maturity.honest_after_ms) {
      json_.integer(*report_.maturity.honest_after_ms);
    } else {
      json_.null();
    }
    json_.key("bounds");
    if (has_bounds(report_)) {
      json_.string(kBounds);
    } else {
      json_.null();
    }
    json_.key("decisions");
    json_.boolean(report_.has_decisions);
    time("split", report_.split_ms);
    integer("episode_gap_ms", report_.episode_gap_ms);
    count("replicates", kReplicates);
    json_.end_object();
  }

  void failures() {
    json_.key("records");
    json_.begin_object();
    count("all", report_.counts.records);
    count("duplicates", report_.counts.duplicates);
    count("other_types", report_.counts.other_types);
    count("failed", report_.counts.failed);
    count("repeated_ids", report_.counts.repeated_ids);
    count("early_labels", report_.counts.early_labels);
    count("unaligned", report_.unaligned);
    json_.key("failures");
    json_.begin_array();
    for (const auto& failure : report_.failures) {
      json_.begin_object();
      text("origin", failure.origin);
      text("what", failure.what);
      json_.end_object();
    }
    json_.end_array();
    json_.end_object();
  }

  const Report& report_;
  JsonWriter json_;
};

}  // namespace

bool has_bounds(const Report& report) {
  const auto& all = report.now.all;
  return report.maturity.honest_after_ms.has_value() && all.declined_then == 0 && all.precision.known;
}

void name_subjects(const event::Schema& schema, const Subjects& subjects, Report& report) {
  if (subjects.amount) {
    const auto& field = schema.fields[*subjects.amount];
    const auto currency = currency_by_number(field.currency);
    report.amount_field = field.name;
    report.currency = currency->code;
    report.currency_exponent = currency->exponent;
  }
  if (subjects.card) report.card = schema.entities[*subjects.card].name;
  if (subjects.customer) report.customer = schema.entities[*subjects.customer].name;
}

Report make_report(const Ledger& now, const Ledger* before, const ReportOptions& options) {
  Report report;
  report.split_ms = options.split_ms ? *options.split_ms : middle(now.payments, options.period);
  report.episode_gap_ms = options.episodes.gap_ms;
  report.counts = now.counts;
  report.failures = now.failures;
  report.labels_known_ms = now.labels_known_ms;
  report.seen_until_ms = now.seen_until_ms;
  report.now = side_report(now, options, report.split_ms);
  if (before != nullptr) {
    report.before = side_report(*before, options, report.split_ms);
    report.flips = flips(now.payments, before->verdict, now.verdict, options.period);
  }
  return report;
}

void append_report_json(const Report& report, std::string& out) { Writer(report, out).write(); }

}  // namespace weir::backtest
