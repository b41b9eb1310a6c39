#include "ops/generator/options.h"

#include <string>

namespace weir::generator {

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kFirstStartMs = 946'684'800'000;   // 2000-01-01T00:00:00Z
constexpr std::int64_t kLastStartMs = 4'102'444'799'999;  // 2099-12-31T23:59:59.999Z

Error out_of_range(const char* option, const char* range) {
  return Error{std::string(option) + " is out of range: use " + range};
}

template <class T>
bool within(T value, T low, T high) {
  return value >= low && value <= high;  // false for NaN
}

Status check_order_options(const GeneratorOptions& options) {
  if (!within(options.order_share, 0.0, 0.05)) return out_of_range("order share", "0 to 0.05");
  if (!within(options.order_twins, 0.1, 5.0)) return out_of_range("order twins", "0.1 to 5");
  if (!within(options.order_rounds, 3U, 6U)) return out_of_range("order rounds", "3 to 6");
  if (!within(options.order_gap_scale, 0.25, 8.0)) return out_of_range("order gap scale", "0.25 to 8");
  if (!within(options.order_amount_scale, 0.25, 4.0)) return out_of_range("order amount scale", "0.25 to 4");
  return {};
}

}  // namespace

Status check_options(const GeneratorOptions& options) {
  if (!within(options.customers, 50U, 1'000'000U)) return out_of_range("customers", "50 to 1000000");
  // Ids have twelve digits, and an endless stream goes on for a while.
  if (!within(options.first_id, std::uint64_t{1}, std::uint64_t{900'000'000'000})) {
    return out_of_range("first id", "1 to 900000000000");
  }
  if (!within(options.merchants, 1'000U, 200'000U)) return out_of_range("merchants", "1000 to 200000");
  if (!within(options.start_ms, kFirstStartMs, kLastStartMs)) {
    return out_of_range("start", "2000-01-01T00:00:00Z to 2099-12-31T23:59:59Z");
  }
  if (!within(options.payments_per_day, 0.5, 20.0)) return out_of_range("payments per day", "0.5 to 20");
  if (!within(options.fraud_share, 0.0, 0.2)) return out_of_range("fraud share", "0 to 0.2");
  if (!within(options.lookalike_share, 0.0, 0.2)) return out_of_range("look-alike share", "0 to 0.2");
  if (!within(options.laundering_share, 0.0, 0.2)) return out_of_range("laundering share", "0 to 0.2");
  if (!within(options.laundering_lookalike_share, 0.0, 0.2)) {
    return out_of_range("laundering look-alike share", "0 to 0.2");
  }
  if (!within(options.late_share, 0.0, 0.2)) return out_of_range("late share", "0 to 0.2");
  if (!within(options.duplicate_share, 0.0, 0.2)) return out_of_range("duplicate share", "0 to 0.2");
  if (!within(options.malformed_share, 0.0, 0.2)) return out_of_range("malformed share", "0 to 0.2");
  if (!within(options.label_delay_ms, kHourMs, 60 * 24 * kHourMs)) return out_of_range("label delay", "1h to 60d");
  if (!within(options.unreported_share, 0.0, 1.0)) return out_of_range("unreported share", "0 to 1");
  if (!within(options.false_dispute_share, 0.0, 0.2)) return out_of_range("false dispute share", "0 to 0.2");
  return check_order_options(options);
}

}  // namespace weir::generator
