#include "engine/shard/outbox.h"

#include <gtest/gtest.h>

#include <deque>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace weir::shard {
namespace {

// Does what the test says and nothing else.
class ScriptedWriter final : public topic::Writer {
 public:
  explicit ScriptedWriter(std::string name) : name_(std::move(name)) {}
  const std::string& topic_name() const override { return name_; }
  std::int32_t partition_count() const override { return 8; }

  Result<bool> append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) override {
    if (!append_fault.empty()) return Error{append_fault};
    if (sent.size() >= bound) return false;
    Sent made{partition,
              record.key ? std::string(*record.key) : "(none)",
              std::string(record.value.value_or("(none)")),
              {},
              ticket};
    for (const auto& header : record.headers)
      made.headers += std::string(header.name) + "=" + std::string(header.value) + ";";
    sent.push_back(std::move(made));
    return true;
  }
  Status acknowledgements(std::vector<topic::Acknowledgement>& out) override {
    if (!acknowledge_fault.empty()) return Error{acknowledge_fault};
    out.insert(out.end(), ready.begin(), ready.end());
    ready.clear();
    return {};
  }
  Status flush() override { return {}; }
  int ready_fd() const override { return -1; }

  // The next sent record that was not acknowledged stands at `offset`.
  void acknowledge(std::int64_t offset) { ready.push_back({sent.at(acknowledged++).ticket, 0, offset}); }
  std::string values() const {
    std::string all;
    for (const auto& each : sent) all += each.value + " ";
    return all;
  }

  struct Sent {
    std::int32_t partition;
    std::string key;
    std::string value;
    std::string headers;
    std::uint64_t ticket;
  };
  std::vector<Sent> sent;
  std::vector<topic::Acknowledgement> ready;
  std::size_t acknowledged = 0;
  std::size_t bound = std::numeric_limits<std::size_t>::max();
  std::string append_fault;
  std::string acknowledge_fault;

 private:
  std::string name_;
};

class Listener final : public DeliveryObserver {
 public:
  void audited(std::uint64_t sequence) override { told += "a" + std::to_string(sequence) + " "; }
  void delivered(std::uint64_t sequence) override { told += "d" + std::to_string(sequence) + " "; }
  std::string told;
};

struct Post {
  explicit Post(OutboxOptions options = {}) : outbox(audit, decisions, dead_letters, options, &listener) {}

  void add(std::uint64_t sequence, Delivery::Output output = Delivery::Output::kDecision, bool on_stream = false) {
    auto delivery = outbox.take();
    delivery.sequence = sequence;
    if (!on_stream) delivery.audit = "audit" + std::to_string(sequence);
    delivery.output = output;
    if (output != Delivery::Output::kNone) delivery.value = "out" + std::to_string(sequence);
    outbox.add(std::move(delivery));
  }
  bool pump() {
    const auto moved = outbox.pump();
    EXPECT_TRUE(moved.ok()) << (moved.ok() ? "" : moved.error().message);
    return moved.ok() && *moved;
  }

  ScriptedWriter audit{"audit"};
  ScriptedWriter decisions{"decisions"};
  ScriptedWriter dead_letters{"dead-letters"};
  Listener listener;
  Outbox outbox;
};

constexpr auto kNone = Delivery::Output::kNone;
constexpr auto kDeadLetter = Delivery::Output::kDeadLetter;

TEST(Outbox, ADecisionLeavesOnlyOnceItsAuditRecordIsAcknowledged) {
  Post post;
  post.add(7);
  post.add(8);
  EXPECT_TRUE(post.pump());
  EXPECT_EQ(post.audit.values(), "audit7 audit8 ");
  EXPECT_EQ(post.decisions.values(), "");
  EXPECT_FALSE(post.pump()) << "nothing has happened since";
  EXPECT_EQ(post.decisions.values(), "");
  post.audit.acknowledge(0);
  EXPECT_TRUE(post.pump());
  EXPECT_EQ(post.decisions.values(), "out7 ");
  EXPECT_EQ(post.outbox.delivered_below(9), 7U);
  post.audit.acknowledge(1);
  post.decisions.acknowledge(0);
  EXPECT_TRUE(post.pump());
  EXPECT_EQ(post.decisions.values(), "out7 out8 ");
  EXPECT_EQ(post.outbox.delivered_below(9), 8U);
  post.decisions.acknowledge(1);
  EXPECT_TRUE(post.pump());
  EXPECT_TRUE(post.outbox.empty());
  EXPECT_EQ(post.outbox.delivered_below(9), 9U);
  EXPECT_EQ(post.audit.values(), "audit7 audit8 ") << "each is sent once";
  EXPECT_EQ(post.listener.told, "a7 a8 d7 d8 ");
}

TEST(Outbox, RecordsKeepKeyHeadersAndTheirPlace) {
  OutboxOptions options;
  options.audit_partition = 5;
  Post post(options);
  auto delivery = post.outbox.take();
  delivery.sequence = 0;
  delivery.audit = "a";
  delivery.output = Delivery::Output::kDecision;
  delivery.value = "v";
  delivery.has_key = true;
  delivery.key = "";
  delivery.headers = {{"traceparent", "00-1"}, {"traceparent", "again"}};
  post.outbox.add(std::move(delivery));
  post.add(1, kDeadLetter);
  post.pump();
  ASSERT_EQ(post.audit.sent.size(), 2U);
  EXPECT_EQ(post.audit.sent[0].partition, 5);
  EXPECT_EQ(post.audit.sent[0].key, "(none)");
  EXPECT_EQ(post.audit.sent[0].headers, "");
  post.audit.acknowledge(0);
  post.audit.acknowledge(1);
  post.pump();
  ASSERT_EQ(post.decisions.sent.size(), 1U);
  EXPECT_EQ(post.decisions.sent[0].partition, topic::kPartitionByKey);
  EXPECT_EQ(post.decisions.sent[0].key, "") << "an empty key is a key";
  EXPECT_EQ(post.decisions.sent[0].headers, "traceparent=00-1;traceparent=again;");
  ASSERT_EQ(post.dead_letters.sent.size(), 1U);
  EXPECT_EQ(post.dead_letters.sent[0].key, "(none)");
  EXPECT_EQ(post.dead_letters.sent[0].value, "out1");
  EXPECT_EQ(post.dead_letters.sent[0].headers, "");
}

TEST(Outbox, WritersMayAcknowledgeOutOfOrderBetweenThem) {
  Post post;
  post.add(0);
  post.add(1, kDeadLetter);
  post.add(2, kNone);
  post.add(3);
  post.pump();
  for (int i = 0; i < 4; ++i) post.audit.acknowledge(i);
  post.pump();
  EXPECT_EQ(post.decisions.values(), "out0 out3 ");
  post.dead_letters.acknowledge(0);
  EXPECT_TRUE(post.pump());
  EXPECT_EQ(post.outbox.delivered_below(4), 0U) << "the first is not there yet";
  // The two decisions went to different partitions: the later one may be acknowledged first.
  post.decisions.ready.push_back({3, 1, 0});
  post.pump();
  EXPECT_EQ(post.outbox.delivered_below(4), 0U);
  post.decisions.ready.push_back({0, 0, 0});
  post.pump();
  EXPECT_TRUE(post.outbox.empty());
  EXPECT_EQ(post.listener.told, "a0 a1 a2 a3 d1 d3 d0 ");
}

TEST(Outbox, AWriterAtItsBoundIsAskedAgainAndNothingIsLostOrRepeated) {
  Post post;
  post.audit.bound = 1;
  post.decisions.bound = 0;
  for (std::uint64_t i = 0; i < 3; ++i) post.add(i);
  post.pump();
  EXPECT_EQ(post.audit.values(), "audit0 ");
  EXPECT_FALSE(post.pump());
  post.audit.bound = 3;
  post.pump();
  EXPECT_EQ(post.audit.values(), "audit0 audit1 audit2 ");
  for (int i = 0; i < 3; ++i) post.audit.acknowledge(i);
  post.pump();
  EXPECT_EQ(post.decisions.values(), "");
  post.decisions.bound = 2;
  EXPECT_TRUE(post.pump());
  EXPECT_EQ(post.decisions.values(), "out0 out1 ");
  post.decisions.bound = 9;
  post.decisions.acknowledge(0);
  post.pump();
  EXPECT_EQ(post.decisions.values(), "out0 out1 out2 ");
  EXPECT_EQ(post.outbox.delivered_below(3), 1U);
}

TEST(Outbox, ADeadLetterBehindADecisionThatCanNotLeaveWaits) {
  Post post;
  post.decisions.bound = 0;
  post.add(0);
  post.add(1, kDeadLetter);
  post.pump();
  post.audit.acknowledge(0);
  post.audit.acknowledge(1);
  post.pump();
  EXPECT_EQ(post.dead_letters.values(), "") << "outputs leave in sequence order";
  post.decisions.bound = 1;
  post.pump();
  EXPECT_EQ(post.dead_letters.values(), "out1 ");
}

TEST(Outbox, WhatIsOnTheStreamAlreadyIsOnlyGivenOutAgain) {
  Post post;
  post.outbox.expect_audit_offset(12);
  post.add(10, Delivery::Output::kDecision, true);
  post.add(11, kNone, true);
  post.add(12);
  post.pump();
  EXPECT_EQ(post.audit.values(), "audit12 ");
  EXPECT_EQ(post.decisions.values(), "out10 ");
  post.audit.acknowledge(12);
  post.decisions.acknowledge(0);
  post.pump();
  EXPECT_FALSE(post.outbox.gap().has_value());
  EXPECT_EQ(post.decisions.values(), "out10 out12 ");
  EXPECT_EQ(post.outbox.delivered_below(13), 12U);
}

TEST(Outbox, IsFullAtItsBoundOfDeliveries) {
  OutboxOptions options;
  options.max_deliveries = 3;
  Post post(options);
  post.add(0, kNone);
  post.add(1, kNone);
  EXPECT_FALSE(post.outbox.full());
  post.add(2, kNone);
  EXPECT_TRUE(post.outbox.full());
  post.pump();
  EXPECT_TRUE(post.outbox.full()) << "sent is not delivered";
  post.audit.acknowledge(0);
  post.pump();
  EXPECT_FALSE(post.outbox.full());
  EXPECT_FALSE(post.outbox.half_empty()) << "two of three";
  post.audit.acknowledge(1);
  post.pump();
  EXPECT_TRUE(post.outbox.half_empty());
}

TEST(Outbox, IsFullAtItsBoundOfBytes) {
  OutboxOptions options;
  options.max_bytes = 2 * std::string("audit0out0").size();
  Post post(options);
  post.add(0);
  EXPECT_FALSE(post.outbox.full());
  post.add(1);
  EXPECT_TRUE(post.outbox.full());
  post.pump();
  post.audit.acknowledge(0);
  post.pump();
  post.decisions.acknowledge(0);
  post.pump();
  EXPECT_FALSE(post.outbox.full());
  EXPECT_TRUE(post.outbox.half_empty()) << "one of two";
  post.audit.acknowledge(1);
  post.pump();
  post.decisions.acknowledge(1);
  post.pump();
  EXPECT_TRUE(post.outbox.empty());
  post.add(2);
  EXPECT_FALSE(post.outbox.full()) << "the bytes of what is delivered are given back exactly";
}

TEST(Outbox, NothingIsReleasedBehindAGapUntilItIsPassed) {
  Post post;
  post.outbox.expect_audit_offset(100);
  for (std::uint64_t i = 0; i < 4; ++i) post.add(i);
  post.pump();
  post.audit.acknowledge(100);
  post.audit.acknowledge(103);  // two records of somebody else before it
  post.audit.acknowledge(104);
  post.pump();
  ASSERT_TRUE(post.outbox.gap().has_value());
  EXPECT_EQ(post.outbox.gap()->sequence, 1U);
  EXPECT_EQ(post.outbox.gap()->first, 101);
  EXPECT_EQ(post.outbox.gap()->end, 103);
  EXPECT_EQ(post.decisions.values(), "out0 ");
  post.audit.acknowledge(106);
  EXPECT_FALSE(post.pump());
  EXPECT_EQ(post.decisions.values(), "out0 ") << "acknowledgements behind the gap wait too";
  EXPECT_EQ(post.outbox.next_audit_offset(), 101);
  post.outbox.pass_gap();
  EXPECT_FALSE(post.outbox.gap().has_value());
  EXPECT_TRUE(post.pump());
  EXPECT_EQ(post.decisions.values(), "out0 out1 out2 ");
  ASSERT_TRUE(post.outbox.gap().has_value()) << "one more";
  EXPECT_EQ(post.outbox.gap()->sequence, 3U);
  EXPECT_EQ(post.outbox.gap()->first, 105);
  EXPECT_EQ(post.outbox.gap()->end, 106);
  post.outbox.pass_gap();
  post.pump();
  EXPECT_EQ(post.decisions.values(), "out0 out1 out2 out3 ");
  EXPECT_EQ(post.outbox.next_audit_offset(), 107);
  EXPECT_EQ(post.listener.told, "a0 a1 a2 a3 ");
}

TEST(Outbox, AnAcknowledgementThatDoesNotKnowItsOffsetTakesTheNextOne) {
  Post post;
  post.outbox.expect_audit_offset(100);
  for (std::uint64_t i = 0; i < 3; ++i) post.add(i);
  post.pump();
  post.audit.acknowledge(topic::kUnknownOffset);
  post.audit.acknowledge(101);
  post.pump();
  EXPECT_FALSE(post.outbox.gap().has_value());
  EXPECT_EQ(post.decisions.values(), "out0 out1 ");
  post.audit.acknowledge(103);
  post.pump();
  ASSERT_TRUE(post.outbox.gap().has_value());
  EXPECT_EQ(post.outbox.gap()->first, 102);
}

TEST(Outbox, AWritersErrorIsItsOwn) {
  Post post;
  post.add(0);
  post.audit.append_fault = "disk full";
  EXPECT_EQ(post.outbox.pump().error().message, "disk full");
  post.audit.append_fault.clear();
  post.pump();
  post.audit.acknowledge_fault = "fenced";
  EXPECT_EQ(post.outbox.pump().error().message, "fenced");
  post.audit.acknowledge_fault.clear();
  post.audit.acknowledge(0);
  post.decisions.append_fault = "too large";
  EXPECT_EQ(post.outbox.pump().error().message, "too large");
  post.decisions.append_fault.clear();
  post.dead_letters.acknowledge_fault = "gone";
  EXPECT_EQ(post.outbox.pump().error().message, "gone");
}

TEST(Outbox, AReusedDeliveryIsEmpty) {
  Post post;
  auto delivery = post.outbox.take();
  delivery.sequence = 0;
  delivery.audit = "a";
  delivery.output = Delivery::Output::kDecision;
  delivery.value = "v";
  delivery.has_key = true;
  delivery.key = "k";
  delivery.headers = {{"h", "v"}};
  post.outbox.add(std::move(delivery));
  post.pump();
  post.audit.acknowledge(0);
  post.pump();
  post.decisions.acknowledge(0);
  post.pump();
  ASSERT_TRUE(post.outbox.empty());
  const auto again = post.outbox.take();
  EXPECT_EQ(again.audit, "");
  EXPECT_EQ(again.value, "");
  EXPECT_EQ(again.key, "");
  EXPECT_FALSE(again.has_key);
  EXPECT_TRUE(again.headers.empty());
  EXPECT_EQ(again.output, kNone);
  EXPECT_FALSE(again.audited);
  EXPECT_FALSE(again.delivered);
}

TEST(OutboxDeathTest, OurOwnMistakesEndTheProcess) {
  Post post;
  post.add(5);
  EXPECT_DEATH(post.add(7), "in order");
  EXPECT_DEATH(post.add(6, kNone, true), "recovered records come before new ones");
  EXPECT_DEATH(post.outbox.pass_gap(), "no gap");
  post.decisions.ready.push_back({6, 0, 0});
  EXPECT_DEATH((void)post.outbox.pump(), "not in flight");
}

}  // namespace
}  // namespace weir::shard
