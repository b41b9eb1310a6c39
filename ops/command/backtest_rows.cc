#include "ops/command/backtest_rows.h"

#include <algorithm>

#include "engine/base/civil_time.h"
#include "engine/base/currency.h"
#include "engine/features/feature_set.h"
#include "ops/command/csv_cell.h"

namespace weir::command {
namespace {

using backtest::Standing;
using backtest::Then;
using backtest::Truth;

constexpr std::string_view kFacts =
    "record,id,time,amount,currency,truth,scored,decided_then,outcome,score,against_outcome,against_score";

std::string_view truth_name(Truth truth) {
  return truth == Truth::kFraud ? "fraud" : truth == Truth::kHonest ? "honest" : "unknown";
}

std::string_view standing_name(Standing standing) {
  switch (standing) {
    case Standing::kScored:
      return "yes";
    case Standing::kDeclinedThen:
      return "declined_then";
    case Standing::kTooYoung:
      return "too_young";
    case Standing::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view then_name(Then then) {
  switch (then) {
    case Then::kApprove:
      return "approve";
    case Then::kReview:
      return "review";
    case Then::kDecline:
      return "decline";
    case Then::kUnknown:
      break;
  }
  return "";
}

// Sums and extremes of amounts are amounts, too.
bool is_money(const policy::Policy& policy, std::uint32_t slot) {
  const auto& schema = *policy.schema;
  if (slot < schema.field_count()) return schema.fields[slot].type == event::FieldType::kMoney;
  if (slot < schema.slot_count()) return false;
  const auto& feature = policy.features[slot - schema.slot_count()];
  return features::FeatureSet::type_of(feature, schema).kind() == cel::TypeKind::kMoney;
}

Status open_file(const std::string& path, std::ofstream& out) {
  out.open(path, std::ios::binary | std::ios::trunc);
  return out ? Status() : Status(Error{"can't write " + path});
}

}  // namespace

Result<std::unique_ptr<BacktestRows>> BacktestRows::open(const BacktestRowsOptions& options,
                                                         const backtest::Ledger& now, const backtest::Ledger* before) {
  std::unique_ptr<BacktestRows> rows(new BacktestRows(options, now, before));
  if (!options.rows_out.empty()) {
    if (auto status = open_file(options.rows_out, rows->rows_); !status) return status.error();
    rows->rows_ << kFacts << '\n';
  }
  if (options.rule.empty()) return rows;
  const auto& policy = *now.verdict.policy;
  const auto& rules = policy.rules->rules();
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const book::Rule& each) { return each.id == options.rule; });
  if (rule == rules.end()) return Error{"policy " + policy.name + " has no rule `" + options.rule + "`"};
  rows->rule_ = static_cast<std::uint32_t>(rule - rules.begin());
  if (auto status = open_file(options.hits_out, rows->hits_); !status) return status.error();
  const auto names = policy.slot_names();
  std::string header(kFacts);
  header += ",verdict,flip";
  for (const auto slot : rule->slots) {
    if (slot >= policy.list_slot(0) && slot < policy.model_slot()) continue;
    rows->slots_.push_back(slot);
    header += ",values." + names[slot];  // a fact may have the same name
    if (is_money(policy, slot)) header += ",values." + names[slot] + ".currency";
  }
  rows->hits_ << header << '\n';
  rows->kept_.push_back(std::move(header));
  return rows;
}

void BacktestRows::take(const backtest::Row& row) {
  // What one of the policies could not screen is in neither ledger.
  const auto& records = now_.payments.record;
  while (next_ < records.size() && records[next_] < row.record) ++next_;
  if (next_ == records.size() || records[next_] != row.record) return;
  if (rows_.is_open()) {
    append_facts(next_, row);
    line_.push_back('\n');
    rows_ << line_;
  }
  if (!options_.rule.empty()) take_rule(next_, row);
}

// Its code, of an amount.
void BacktestRows::append_currency(const Value& value) {
  if (!value.is(ValueKind::kMoney)) return;
  if (const auto currency = currency_by_number(value.currency())) line_.append(currency->code);
}

void BacktestRows::append_facts(std::size_t number, const backtest::Row& row) {
  const auto& payments = now_.payments;
  line_ = std::to_string(row.record) + ",";
  append_csv_text(row.event.id, line_);
  line_.push_back(',');
  append_iso8601(line_, row.event.time_ms);
  line_.push_back(',');
  if (row.amount != nullptr) append_csv_value(*row.amount, line_);
  line_.push_back(',');
  if (row.amount != nullptr) append_currency(*row.amount);
  line_.append(",").append(truth_name(payments.truth[number]));
  line_.append(",").append(standing_name(payments.standing(number)));
  line_.append(",").append(then_name(payments.then[number]));
  line_.append(",").append(book::outcome_name(now_.verdict.outcome[number]));
  line_.append(",").append(std::to_string(now_.verdict.score[number])).append(",");
  if (before_ == nullptr) {
    line_.push_back(',');
    return;
  }
  line_.append(book::outcome_name(before_->verdict.outcome[number])).append(",");
  line_.append(std::to_string(before_->verdict.score[number]));
}

void BacktestRows::take_rule(std::size_t number, const backtest::Row& row) {
  const auto kind = row.output.verdicts->of(rule_);
  const bool missed = kind == book::VerdictKind::kMiss && now_.payments.truth[number] == Truth::kFraud;
  const bool flips = before_ != nullptr && before_->verdict.alerts(number) != now_.verdict.alerts(number);
  if (kind == book::VerdictKind::kMiss && !missed && !flips) return;
  append_facts(number, row);
  line_.append(kind == book::VerdictKind::kHit ? ",hit," : kind == book::VerdictKind::kError ? ",error," : ",miss,");
  if (flips) line_.append(now_.verdict.alerts(number) ? "stopped" : "released");
  for (const auto slot : slots_) {
    line_.push_back(',');
    append_csv_value(row.event[slot], line_);
    if (!is_money(*now_.verdict.policy, slot)) continue;
    line_.push_back(',');
    append_currency(row.event[slot]);
  }
  ++hits_written_;
  if (kept_.size() <= kKept) kept_.push_back(line_);
  line_.push_back('\n');
  hits_ << line_;
}

Status BacktestRows::close() {
  if (hits_.is_open() && !hits_.flush()) return Error{"can't write " + options_.hits_out};
  if (rows_.is_open() && !rows_.flush()) return Error{"can't write " + options_.rows_out};
  return {};
}

}  // namespace weir::command
