#include "ops/generator/labels.h"

#include <algorithm>
#include <array>

namespace weir::generator {

std::string_view source_name(LabelSource source) {
  static constexpr std::array<std::string_view, 4> kNames = {"customer_report", "officer_review", "dispute",
                                                             "dispute_closed"};
  return kNames[static_cast<std::size_t>(source)];
}

std::int64_t LabelProcess::report_time(std::int64_t end_ms, Random& random) const {
  if (random.chance(per_million(options_.unreported_share))) return 0;
  return end_ms +
         random.log_normal(options_.label_delay_ms, 120, options_.label_delay_ms / 24, options_.label_delay_ms * 12);
}

void LabelProcess::decide(const Step& payment, std::uint64_t number, std::int64_t arrival_ms,
                          std::vector<Label>& out) const {
  Random random(derive(options_.seed, 0x1abe1, number));
  Label label;
  label.payment = number;
  label.customer = payment.customer;
  label.truth = payment.truth;
  if (payment.truth.fraud) {
    decide_fraud(payment, arrival_ms, label, random, out);
  } else {
    decide_honest(payment, arrival_ms, label, random, out);
  }
}

void LabelProcess::decide_fraud(const Step& payment, std::int64_t arrival_ms, Label label, Random& random,
                                std::vector<Label>& out) const {
  const std::int64_t earliest_ms = arrival_ms + kMinuteMs;
  // Of a reported incident some payments are overlooked.
  const bool reported = payment.reported_ms != 0 && !random.chance(60'000);
  const std::int64_t reported_ms = std::max(earliest_ms, payment.reported_ms + random.between(0, 20 * kMinuteMs));
  if (random.chance(20'000)) {
    const std::int64_t reviewed_ms = earliest_ms + random.log_normal(5 * kHourMs, 110, 20 * kMinuteMs, 2 * kDayMs);
    if (!reported || reviewed_ms < reported_ms) {  // cleared by mistake
      label.known_at_ms = reviewed_ms;
      label.fraud = false;
      label.source = LabelSource::kOfficerReview;
      out.push_back(label);
    }
  }
  if (!reported) return;
  label.known_at_ms = reported_ms;
  label.fraud = true;
  label.source = payment.found_by_officer ? LabelSource::kOfficerReview : LabelSource::kCustomerReport;
  out.push_back(label);
}

void LabelProcess::decide_honest(const Step& payment, std::int64_t arrival_ms, Label label, Random& random,
                                 std::vector<Label>& out) const {
  const std::int64_t earliest_ms = arrival_ms + kMinuteMs;
  if (payment.action == Action::kCardPayment && random.chance(per_million(options_.false_dispute_share))) {
    label.known_at_ms = earliest_ms + random.log_normal(9 * kDayMs, 90, kDayMs, 60 * kDayMs);
    label.fraud = true;
    label.source = LabelSource::kDispute;
    out.push_back(label);
    if (random.chance(800'000)) {  // the customer remembers after all
      label.known_at_ms += random.log_normal(10 * kDayMs, 70, 2 * kDayMs, 40 * kDayMs);
      label.fraud = false;
      label.source = LabelSource::kDisputeClosed;
      out.push_back(label);
    }
    return;
  }
  const bool conspicuous = !payment.truth.typology.empty();
  if (!random.chance(conspicuous ? 60'000 : 4'000)) return;
  label.known_at_ms = earliest_ms + random.log_normal(7 * kHourMs, 110, 20 * kMinuteMs, 4 * kDayMs);
  label.fraud = false;
  label.source = LabelSource::kOfficerReview;
  out.push_back(label);
}

}  // namespace weir::generator
