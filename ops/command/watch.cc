#include "ops/command/watch.h"

#include <cstdio>
#include <iostream>
#include <string>

#include "ops/command/terminal.h"

namespace weir::command {
namespace {

constexpr std::int64_t kPeriodNs = 1'000'000'000;
constexpr std::size_t kShownPerPeriod = 2;

std::string milliseconds(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", static_cast<double>(ns) * 1e-6);
  return text;
}

// The value of a member of our own decision JSON, as it stands.
std::string member(const std::string& json, const std::string& name) {
  const auto at = json.find("\"" + name + "\":");
  if (at == std::string::npos) return {};
  auto from = at + name.size() + 3;
  const bool text = json[from] == '"';
  if (text) ++from;
  return json.substr(from, json.find_first_of(text ? "\"" : ",}]", from) - from);
}

}  // namespace

Watch::Watch(Meter& meter, bool on) : meter_(meter), on_(on), started_ns_(monotonic_ns()), last_ns_(started_ns_) {}

void Watch::show(std::int64_t now_ns) {
  if (!on_ || now_ns - last_ns_ < kPeriodNs) return;
  const auto seconds = static_cast<double>(now_ns - last_ns_) * 1e-9;
  last_ns_ = now_ns;
  const auto period = meter_.take_period();
  if (period.records == 0) return;
  line(period, seconds);
  flagged();
}

void Watch::line(const Meter::Period& period, double seconds) {
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(period.records) / seconds);
  std::cout << "  " << grouped(rate) << " records/s   p50 " << milliseconds(period.latency.quantile_ns(0.5)) << "  p99 "
            << milliseconds(period.latency.quantile_ns(0.99)) << "   approve " << grouped(period.outcomes[0])
            << "  review " << grouped(period.outcomes[1]) << "  decline " << grouped(period.outcomes[2]) << "   late "
            << grouped(period.late) << "  duplicates " << grouped(period.duplicates) << "  dead letters "
            << grouped(period.dead_letters) << "  labels " << grouped(period.labels) << '\n';
}

void Watch::flagged() {
  const auto flagged = meter_.take_flagged();
  const auto from = flagged.size() > kShownPerPeriod ? flagged.size() - kShownPerPeriod : 0;
  for (auto i = from; i < flagged.size(); ++i) {
    const auto& decision = flagged[i].decision;
    std::cout << "      " << member(decision, "outcome") << ' ' << member(decision, "id") << "  score "
              << member(decision, "score") << "  " << member(decision, "time") << "  " << member(decision, "rule")
              << '\n';
  }
  std::cout << std::flush;
}

void Watch::finish() {
  if (!on_) return;
  const auto& total = meter_.total();
  const auto seconds = static_cast<double>(monotonic_ns() - started_ns_) * 1e-9;
  std::cout << "  in all: ";
  line(total, seconds);
  std::cout << "  p99.9 " << milliseconds(total.latency.quantile_ns(0.999)) << '\n' << std::flush;
}

}  // namespace weir::command
