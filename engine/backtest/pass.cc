#include "engine/backtest/pass.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "engine/backtest/label_feed.h"
#include "engine/base/sha256.h"
#include "engine/shard/core.h"

namespace weir::backtest {
namespace {

constexpr std::uint64_t kRecordsPerProgress = 1'024;

class Pass {
 public:
  Pass(shard::Core core, Source& source, const PassOptions& options)
      : core_(std::move(core)), step_(*core_.step), source_(source), options_(options), feed_(options.labels, step_) {
    ledger_.verdict.policy = core_.policy;
    ledger_.verdict.failures.resize(core_.policy->rules->rules().size());
  }

  Result<Ledger> run() {
    for (const auto& [list, entries] : options_.lists) {
      book::ListDelta delta;
      delta.put.assign(entries.begin(), entries.end());
      if (!delta.put.empty()) step_.list_record(0, list, delta, output_);
    }
    for (;;) {
      auto more = source_.next();
      if (!more) return more.error();
      if (!*more) break;
      ++ledger_.counts.records;
      if (auto status = take(); !status) return status.error();
      if (ledger_.counts.records % kRecordsPerProgress == 0 && options_.progress) {
        options_.progress(source_.done(), source_.total());
      }
    }
    if (options_.labels != nullptr) horizon_.see(options_.labels->known());
    ledger_.counts.early_labels = feed_.left_out();
    ledger_.seen_until_ms = horizon_.end_ms(options_.maturity);
    judge_silence(ledger_.payments, ledger_.seen_until_ms, options_.maturity);
    ledger_.payments.cards = cards_.count();
    ledger_.payments.customers = customers_.count();
    return std::move(ledger_);
  }

 private:
  Status take() {
    auto& event = step_.event();
    if (!source_.read(event, reject_)) {
      fail();
      return {};
    }
    horizon_.see(event.time_ms);
    if (event.time_ms >= options_.until_ms) return {};
    if (auto status = step_.parsed(sha256_.hash(source_.bytes()), output_); !status) return status;
    if (output_.kind == audit::Kind::kDuplicate) {
      ++ledger_.counts.duplicates;
      return {};
    }
    const auto truth = learn(event);
    if (!truth) return truth.error();
    const auto& amount = options_.subjects.amount;
    if (amount && event[*amount].is_absent()) {
      ++ledger_.counts.other_types;
    } else if (event.time_ms >= options_.from_ms) {
      add_row(*truth);
    }
    return {};
  }

  void fail() {
    ++ledger_.counts.failed;
    if (ledger_.failures.size() == Ledger::kKeptFailures) return;
    std::string what(event::reject_reason_name(reject_.reason));
    if (!reject_.field.empty()) what += ", field " + reject_.field;
    ledger_.failures.push_back({source_.origin(), what + ": " + reject_.detail});
  }

  // The payment's labels: for the features of later ones, and for its truth.
  Result<Truth> learn(const event::Event& event) {
    if (!ids_.insert(short_digest(event.id)).second) ++ledger_.counts.repeated_ids;
    Verity verity;
    if (const auto own = event::own_label(*core_.policy->schema, event)) {
      verity.add(own->fraud, own->known_at_ms, options_.maturity);
    }
    const auto given = feed_.give(event);
    if (!given) return given.error();
    for (const auto& label : *given) verity.add(label.fraud, label.known_at_ms, options_.maturity);
    ledger_.labels_known_ms = std::max(ledger_.labels_known_ms, verity.known_at_ms());
    return verity.truth();
  }

  std::uint64_t short_digest(std::string_view text) {
    const auto digest = sha256_.hash(text);
    std::uint64_t out = 0;
    std::memcpy(&out, digest.data(), sizeof out);
    return out;
  }

  void add_row(Truth truth) {
    const auto& event = step_.event();
    const auto& schema = *core_.policy->schema;
    auto& payments = ledger_.payments;
    const auto& amount = options_.subjects.amount;
    payments.record.push_back(ledger_.counts.records);
    payments.time_ms.push_back(event.time_ms);
    payments.amount.push_back(amount && event[*amount].is(ValueKind::kMoney) ? event[*amount].minor_units() : 0);
    payments.truth.push_back(truth);
    payments.then.push_back(options_.decisions == nullptr ? Then::kUnknown : options_.decisions->of(event.id));
    payments.card.push_back(cards_.of(schema, options_.subjects.card, event));
    payments.customer.push_back(customers_.of(schema, options_.subjects.customer, event));
    add_verdict();
    if (options_.row) options_.row({ledger_.counts.records, amount ? &event[*amount] : nullptr, event, output_});
  }

  void add_verdict() {
    const auto& rules = core_.policy->rules->rules();
    const bool alert = output_.outcome != book::Outcome::kApprove;
    bool forced = false;
    for (const auto rule : output_.weighed->reasons) forced |= rules[rule].outcome.has_value();
    shadows_.clear();
    for (const auto rule : output_.verdicts->hits) {
      if (rules[rule].mode == book::Mode::kShadow) shadows_.push_back(rule);
    }
    for (const auto& failure : output_.verdicts->errors) {
      ++ledger_.verdict.failures[failure.rule];
      forced |= alert && rules[failure.rule].review_on_error && rules[failure.rule].mode == book::Mode::kLive;
    }
    ledger_.verdict.add(output_.score, output_.outcome, forced, output_.weighed->reasons, shadows_);
    if (output_.alert && output_.alert->repeated) ledger_.verdict.mark_repeated();
  }

  shard::Core core_;
  shard::Step& step_;
  Source& source_;
  const PassOptions& options_;
  LabelFeed feed_;
  Ledger ledger_;
  event::Reject reject_;
  shard::Output output_;
  Sha256 sha256_;
  Numbers cards_;
  Numbers customers_;
  std::vector<std::uint32_t> shadows_;
  Horizon horizon_;
  // Of 8 bytes each: ids themselves are several times as large, and one false alarm in a million backtests is bearable.
  std::unordered_set<std::uint64_t> ids_;
};

}  // namespace

Result<Ledger> play(std::shared_ptr<const policy::Policy> policy, Source& source, const PassOptions& options) {
  shard::CoreOptions core_options;
  core_options.clock_source = shard::ClockSource::kEvent;
  core_options.token_key = options.token_key;
  auto core = shard::make_core(std::move(policy), nullptr, core_options);
  if (!core) return core.error();
  return Pass(std::move(*core), source, options).run();
}

}  // namespace weir::backtest
