// The generated stream into topics, at a rate or as fast as they take it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/topics/topics.h"
#include "ops/generator/stream.h"

namespace weir::command {

struct TopicSinkOptions {
  std::string transactions;         // URL
  std::string labels;               // URL; empty: labels are left out
  std::uint64_t records_per_s = 0;  // 0: as fast as the topics take them
  topics::Options topics;
};

// The topics must be there (`weir topics create`).
class TopicSink final : public generator::RecordSink {
 public:
  static Result<std::unique_ptr<TopicSink>> create(const TopicSinkOptions& options);

  // Open loop: a record that is due is sent, however late the ones before it were.
  Status write(const generator::GeneratedRecord& record) override;
  // Waits until all is acknowledged.
  Status finish() override;

 private:
  explicit TopicSink(const TopicSinkOptions& options) : options_(options) {}
  Status collect();
  Status wait_until_due();

  TopicSinkOptions options_;
  std::unique_ptr<topic::Writer> transactions_;
  std::unique_ptr<topic::Writer> labels_;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::int64_t started_ns_ = 0;
  std::vector<topic::Acknowledgement> acknowledgements_;
};

}  // namespace weir::command
