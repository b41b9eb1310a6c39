#include "engine/shard/outbox.h"

#include <utility>

#include "engine/base/check.h"

namespace weir::shard {

Outbox::Outbox(topic::Writer& audit, topic::Writer& decisions, topic::Writer& dead_letters,
               const OutboxOptions& options, DeliveryObserver* observer)
    : audit_(audit), decisions_(decisions), dead_letters_(dead_letters), options_(options), observer_(observer) {}

Delivery Outbox::take() {
  Delivery delivery;
  if (!spare_.empty()) {
    delivery = std::move(spare_.back());
    spare_.pop_back();
  }
  if (!spare_texts_.empty()) {
    delivery.audit = std::move(spare_texts_.back());
    spare_texts_.pop_back();
  }
  delivery.audit.clear();
  delivery.value.clear();
  delivery.key.clear();
  delivery.headers.clear();
  delivery.has_key = false;
  delivery.audited = false;
  delivery.delivered = false;
  delivery.output = Delivery::Output::kNone;
  return delivery;
}

void Outbox::add(Delivery delivery) {
  WEIR_CHECK(queue_.empty() || queue_.back().sequence + 1 == delivery.sequence, "deliveries are added in order");
  delivery.bytes = delivery.audit.size() + delivery.value.size();
  bytes_ += delivery.bytes;
  const bool on_stream = delivery.audit.empty();
  queue_.push_back(std::move(delivery));
  if (on_stream) {
    WEIR_CHECK(audited_ + 1 == queue_.size(), "recovered records come before new ones");
    queue_.back().audited = true;
    ++audited_;
    ++audit_sent_;
  }
}

bool Outbox::full() const { return queue_.size() >= options_.max_deliveries || bytes_ >= options_.max_bytes; }

bool Outbox::half_empty() const {
  return queue_.size() <= options_.max_deliveries / 2 && bytes_ <= options_.max_bytes / 2;
}

Delivery& Outbox::at(std::uint64_t sequence) {
  WEIR_CHECK(!queue_.empty() && sequence >= queue_.front().sequence && sequence <= queue_.back().sequence,
             "an acknowledgement for a record that is not in flight");
  return queue_[static_cast<std::size_t>(sequence - queue_.front().sequence)];
}

Result<bool> Outbox::pump() {
  bool moved = false;
  for (const auto part : {&Outbox::send_audit, &Outbox::take_audit_acknowledgements, &Outbox::send_outputs}) {
    auto result = (this->*part)();
    if (!result) return result;
    moved |= *result;
  }
  for (auto* writer : {&decisions_, &dead_letters_}) {
    auto result = take_output_acknowledgements(*writer);
    if (!result) return result;
    moved |= *result;
  }
  finish_front();
  return moved;
}

Result<bool> Outbox::send_audit() {
  bool moved = false;
  while (audit_sent_ < queue_.size()) {
    auto& delivery = queue_[audit_sent_];
    auto sent = audit_.append(options_.audit_partition, {std::nullopt, delivery.audit, {}}, delivery.sequence);
    if (!sent) return sent.error();
    if (!*sent) break;
    spare_texts_.push_back(std::move(delivery.audit));
    ++audit_sent_;
    moved = true;
  }
  return moved;
}

Result<bool> Outbox::take_audit_acknowledgements() {
  if (gap_) return false;
  if (audit_taken_ == audit_acknowledgements_.size()) {
    audit_acknowledgements_.clear();
    audit_taken_ = 0;
  }
  if (auto status = audit_.acknowledgements(audit_acknowledgements_); !status) return status.error();
  bool moved = false;
  for (; audit_taken_ < audit_acknowledgements_.size(); ++audit_taken_) {
    const auto& acknowledgement = audit_acknowledgements_[audit_taken_];
    auto& delivery = at(acknowledgement.ticket);
    WEIR_CHECK(&delivery == &queue_[audited_], "audit acknowledgements come in order");
    if (acknowledgement.offset != topic::kUnknownOffset && acknowledgement.offset != next_audit_offset_) {
      gap_ = Gap{delivery.sequence, next_audit_offset_, acknowledgement.offset};
      return moved;
    }
    ++next_audit_offset_;
    delivery.audited = true;
    ++audited_;
    moved = true;
    if (observer_ != nullptr) observer_->audited(delivery.sequence);
  }
  return moved;
}

void Outbox::pass_gap() {
  WEIR_CHECK(gap_.has_value(), "there is no gap");
  next_audit_offset_ = gap_->end;
  gap_.reset();
}

// Decisions leave in sequence order, each once its audit record is durable.
Result<bool> Outbox::send_outputs() {
  bool moved = false;
  while (outputs_sent_ < audited_) {
    auto& delivery = queue_[outputs_sent_];
    if (delivery.output == Delivery::Output::kNone) {
      delivery.delivered = true;
    } else {
      headers_.clear();
      for (const auto& [name, value] : delivery.headers) headers_.push_back({name, value});
      topic::NewRecord record;
      if (delivery.has_key) record.key = delivery.key;
      record.value = delivery.value;
      record.headers = headers_;
      auto& writer = delivery.output == Delivery::Output::kDecision ? decisions_ : dead_letters_;
      auto sent = writer.append(topic::kPartitionByKey, record, delivery.sequence);
      if (!sent) return sent.error();
      if (!*sent) break;
    }
    ++outputs_sent_;
    moved = true;
  }
  return moved;
}

Result<bool> Outbox::take_output_acknowledgements(topic::Writer& writer) {
  acknowledgements_.clear();
  if (auto status = writer.acknowledgements(acknowledgements_); !status) return status.error();
  for (const auto& acknowledgement : acknowledgements_) {
    auto& delivery = at(acknowledgement.ticket);
    delivery.delivered = true;
    if (observer_ != nullptr) observer_->delivered(delivery.sequence);
  }
  return !acknowledgements_.empty();
}

void Outbox::finish_front() {
  while (!queue_.empty() && queue_.front().delivered) {
    bytes_ -= queue_.front().bytes;
    spare_.push_back(std::move(queue_.front()));
    queue_.pop_front();
    --audit_sent_;
    --audited_;
    --outputs_sent_;
  }
}

}  // namespace weir::shard
