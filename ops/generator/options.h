// What a caller can choose about the generated stream. The same options give the same bytes, on every machine.
#pragma once

#include <cstdint>

#include "engine/base/result.h"

namespace weir::generator {

struct GeneratorOptions {
  std::uint64_t seed = 1;
  std::uint64_t first_id = 1;                      // number of the first event, in its id; 1 to 900,000,000,000
  std::uint32_t customers = 2'000;                 // 50 to 1,000,000
  std::uint32_t merchants = 2'000;                 // 1,000 to 200,000
  std::int64_t start_ms = 1'767'225'600'000;       // 2026-01-01T00:00:00Z; 2000-01-01 to 2099-12-31
  double payments_per_day = 2.0;                   // a customer's mean over an ordinary week, 0.5 to 20
  double fraud_share = 0.005;                      // of all payments, 0 to 0.2
  double lookalike_share = 0.01;                   // payments of scripted honest look-alikes, 0 to 0.2
  double laundering_share = 0.002;                 // of all payments, 0 to 0.2
  double laundering_lookalike_share = 0.008;       // payments of honest look-alikes of laundering, 0 to 0.2
  double order_share = 0;                          // payments of frauds that order alone tells, 0 to 0.05
  double order_twins = 1;                          // honest twins for each of these frauds, 0.1 to 5
  std::uint32_t order_rounds = 3;                  // how often they go round before the loss, 3 to 6
  double order_gap_scale = 1;                      // multiplies the gaps of frauds and twins alike, 0.25 to 8
  double order_amount_scale = 1;                   // multiplies their amounts, 0.25 to 4
  double late_share = 0.002;                       // events that arrive minutes to hours after they happened, 0 to 0.2
  double duplicate_share = 0.001;                  // events that arrive once more with the same bytes, 0 to 0.2
  double malformed_share = 0;                      // broken records put in beside the good ones, 0 to 0.2
  std::int64_t label_delay_ms = 3LL * 86'400'000;  // median from a fraud's last payment to its report, 1 h to 60 d
  double unreported_share = 0.1;                   // incidents of fraud and laundering that nobody reports, 0 to 1
  double false_dispute_share = 0.0003;             // honest card payments that are disputed, 0 to 0.2
};

// The first option that is out of its range, named with the range.
Status check_options(const GeneratorOptions& options);

// Where an endless stream ends after all: the first instant that is not generated (2200-01-01T00:00:00Z).
inline constexpr std::int64_t kStreamEndMs = 7'258'118'400'000;

}  // namespace weir::generator
