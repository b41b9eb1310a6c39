#include "engine/backtest/ledger.h"

#include "engine/base/check.h"

namespace weir::backtest {
namespace {

template <class T>
void keep_rows(std::vector<T>& values, const std::vector<std::size_t>& kept) {
  for (std::size_t i = 0; i < kept.size(); ++i) values[i] = values[kept[i]];
  values.resize(kept.size());
}

void keep_lists(std::vector<std::uint32_t>& all, std::vector<std::uint64_t>& first,
                const std::vector<std::size_t>& kept) {
  std::uint64_t end = 0;
  std::uint64_t begin = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    begin = end;
    for (auto at = first[kept[i]]; at < first[kept[i] + 1]; ++at) all[end++] = all[at];
    first[i] = begin;
  }
  first.resize(kept.size() + 1);
  first.back() = end;
  all.resize(end);
}

void keep_payments(Payments& payments, const std::vector<std::size_t>& kept) {
  keep_rows(payments.record, kept);
  keep_rows(payments.time_ms, kept);
  keep_rows(payments.amount, kept);
  keep_rows(payments.truth, kept);
  keep_rows(payments.then, kept);
  keep_rows(payments.young, kept);
  keep_rows(payments.card, kept);
  keep_rows(payments.customer, kept);
}

}  // namespace

void Verdict::add(std::int32_t the_score, book::Outcome the_outcome, bool is_forced,
                  std::span<const std::uint32_t> the_reasons, std::span<const std::uint32_t> the_shadows) {
  score.push_back(static_cast<std::int16_t>(the_score));
  outcome.push_back(the_outcome);
  forced.push_back(is_forced ? 1 : 0);
  repeated.push_back(0);
  reasons_.insert(reasons_.end(), the_reasons.begin(), the_reasons.end());
  reasons_first_.push_back(reasons_.size());
  shadows_.insert(shadows_.end(), the_shadows.begin(), the_shadows.end());
  shadows_first_.push_back(shadows_.size());
}

void Verdict::keep(const std::vector<std::size_t>& kept) {
  keep_rows(score, kept);
  keep_rows(outcome, kept);
  keep_rows(forced, kept);
  keep_rows(repeated, kept);
  keep_lists(reasons_, reasons_first_, kept);
  keep_lists(shadows_, shadows_first_, kept);
}

std::uint64_t align(Ledger& a, Ledger& b) {
  if (a.payments.record == b.payments.record) return 0;
  std::vector<std::size_t> of_a;
  std::vector<std::size_t> of_b;
  std::size_t j = 0;
  for (std::size_t i = 0; i < a.payments.size(); ++i) {
    while (j < b.payments.size() && b.payments.record[j] < a.payments.record[i]) ++j;
    if (j == b.payments.size() || b.payments.record[j] != a.payments.record[i]) continue;
    of_a.push_back(i);
    of_b.push_back(j);
  }
  const auto dropped = a.payments.size() + b.payments.size() - 2 * of_a.size();
  keep_payments(a.payments, of_a);
  a.verdict.keep(of_a);
  keep_payments(b.payments, of_b);
  b.verdict.keep(of_b);
  WEIR_CHECK(a.payments.record == b.payments.record, "both ledgers hold the same rows");
  return dropped;
}

}  // namespace weir::backtest
