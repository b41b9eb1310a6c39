#include "ops/command/topic_sink.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "ops/command/terminal.h"
#include "ops/command/wait.h"

namespace weir::command {
namespace {

constexpr int kWaitMs = 100;
constexpr std::uint64_t kCollectEvery = 256;

}  // namespace

Result<std::unique_ptr<TopicSink>> TopicSink::create(const TopicSinkOptions& options) {
  std::unique_ptr<TopicSink> sink(new TopicSink(options));
  auto transactions = topics::open_writer(options.transactions, options.topics);
  if (!transactions) return transactions.error();
  sink->transactions_ = std::move(*transactions);
  if (!options.labels.empty()) {
    auto labels = topics::open_writer(options.labels, options.topics);
    if (!labels) return labels.error();
    sink->labels_ = std::move(*labels);
  }
  return sink;
}

Status TopicSink::collect() {
  for (auto* writer : {transactions_.get(), labels_.get()}) {
    if (writer == nullptr) continue;
    acknowledgements_.clear();
    if (auto status = writer->acknowledgements(acknowledgements_); !status) return status;
    acknowledged_ += acknowledgements_.size();
  }
  return {};
}

Status TopicSink::wait_until_due() {
  if (options_.records_per_s == 0) return {};
  if (started_ns_ == 0) started_ns_ = monotonic_ns();
  const auto due_ns = started_ns_ + static_cast<std::int64_t>(sent_ * 1'000'000'000 / options_.records_per_s);
  while (true) {
    const auto left_ns = due_ns - monotonic_ns();
    if (left_ns <= 0) return {};
    if (auto status = collect(); !status) return status;
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<std::int64_t>(left_ns, 1'000'000)));
  }
}

Status TopicSink::write(const generator::GeneratedRecord& record) {
  const bool label = record.topic == generator::StreamTopic::kLabels;
  auto* writer = label ? labels_.get() : transactions_.get();
  if (writer == nullptr) return {};
  if (auto status = wait_until_due(); !status) return status;
  while (true) {
    auto taken = writer->append(topic::kPartitionByKey, {record.key, record.value, {}}, sent_);
    if (!taken) return taken.error();
    if (*taken) break;
    // In this order: what collect() has taken makes the descriptor ready no more.
    wait_for({writer->ready_fd()}, kWaitMs);
    if (auto status = collect(); !status) return status;
  }
  if (++sent_ % kCollectEvery == 0) return collect();
  return {};
}

Status TopicSink::finish() {
  for (auto* writer : {transactions_.get(), labels_.get()}) {
    if (writer == nullptr) continue;
    if (auto status = writer->flush(); !status) return status;
  }
  while (true) {
    if (auto status = collect(); !status) return status;
    if (acknowledged_ >= sent_) return {};
    wait_for({transactions_->ready_fd(), labels_ ? labels_->ready_fd() : -1}, kWaitMs);
  }
}

}  // namespace weir::command
