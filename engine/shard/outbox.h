// What was stepped and is not all delivered yet, in sequence order: audit record out, acknowledged, then - and only
// then - decision or dead letter out, acknowledged.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/topic/topic.h"

namespace weir::shard {

// Told what becomes of each sequence number; the shell measures. Must not influence anything.
class DeliveryObserver {
 public:
  virtual ~DeliveryObserver() = default;
  virtual void audited(std::uint64_t sequence) = 0;    // the audit record is durable
  virtual void delivered(std::uint64_t sequence) = 0;  // so is the decision or dead letter
};

// One stepped record. Objects are reused, so that their strings keep their memory.
struct Delivery {
  std::uint64_t sequence = 0;
  std::string audit;  // the record as it goes out; empty if it is on the stream already (recovery)
  enum class Output : std::uint8_t { kNone, kDecision, kDeadLetter };
  Output output = Output::kNone;
  std::string value;
  bool has_key = false;
  std::string key;
  std::vector<std::pair<std::string, std::string>> headers;

  std::size_t bytes = 0;  // set by Outbox::add(): what it counts for in the bound
  bool audited = false;
  bool delivered = false;
};

struct OutboxOptions {
  std::int32_t audit_partition = 0;
  std::size_t max_deliveries = 20'000;
  std::size_t max_bytes = 64U << 20U;
};

class Outbox {
 public:
  // `observer` may be nullptr.
  Outbox(topic::Writer& audit, topic::Writer& decisions, topic::Writer& dead_letters, const OutboxOptions& options,
         DeliveryObserver* observer);

  // An empty Delivery to fill; hand it back with add(), in sequence order.
  Delivery take();
  void add(Delivery delivery);

  // Over its bounds: nothing more should be stepped until it is not.
  bool full() const;
  // At most half of its bounds. A full one should get that far before it is given more: to pause and resume the inputs
  // costs a fetch.
  bool half_empty() const;
  bool empty() const { return queue_.empty(); }
  // Everything below this sequence is delivered. `next` if all is.
  std::uint64_t delivered_below(std::uint64_t next) const { return queue_.empty() ? next : queue_.front().sequence; }

  // The offset at which the next audit record is expected to stand.
  void expect_audit_offset(std::int64_t offset) { next_audit_offset_ = offset; }
  std::int64_t next_audit_offset() const { return next_audit_offset_; }

  // Moves everything on as far as the writers allow; whether anything moved.
  Result<bool> pump();
  // The first part of it. Right behind add() the record is still in the CPU's cache, and the next one gets its memory.
  Result<bool> send_audit();

  // Somebody else's records stand between our records: in front of the one with `sequence`, from offset `first` up to
  // `end`. Nothing is audited, and so nothing released, until pass_gap() says that they don't count.
  struct Gap {
    std::uint64_t sequence = 0;
    std::int64_t first = 0;
    std::int64_t end = 0;
  };
  const std::optional<Gap>& gap() const { return gap_; }
  void pass_gap();

 private:
  Result<bool> take_audit_acknowledgements();
  Result<bool> send_outputs();
  Result<bool> take_output_acknowledgements(topic::Writer& writer);
  void finish_front();
  Delivery& at(std::uint64_t sequence);

  topic::Writer& audit_;
  topic::Writer& decisions_;
  topic::Writer& dead_letters_;
  OutboxOptions options_;
  DeliveryObserver* observer_;

  std::deque<Delivery> queue_;
  std::vector<Delivery> spare_;
  std::vector<std::string> spare_texts_;  // of audit records that are sent
  std::size_t bytes_ = 0;
  std::size_t audit_sent_ = 0;  // how many of queue_, from the front
  std::size_t audited_ = 0;
  std::size_t outputs_sent_ = 0;
  std::int64_t next_audit_offset_ = 0;
  std::optional<Gap> gap_;
  std::vector<topic::Acknowledgement> audit_acknowledgements_;  // from audit_taken_ on not processed yet
  std::size_t audit_taken_ = 0;
  std::vector<topic::Acknowledgement> acknowledgements_;
  std::vector<topic::Header> headers_;
};

}  // namespace weir::shard
