// Topics in memory that behave as badly as real ones may: records become durable late and in pieces, acknowledgements
// come later still and out of order between partitions, a crash loses any tail. All of it drawn from one seed.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/topic/topic.h"

namespace weir::shard::test {

// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct FakeRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint64_t ticket = 0;
};

// What survives a crash.
struct FakeLog {
  FakeLog(std::string log_name, std::size_t partition_count) : name(std::move(log_name)), partitions(partition_count) {}
  std::string name;
  std::vector<std::vector<FakeRecord>> partitions;
};

class FakeReader final : public topic::Reader {
 public:
  FakeReader(std::vector<FakeLog*> logs, Random& random);
  std::size_t topic_count() const override { return logs_.size(); }
  const std::string& topic_name(std::uint32_t topic) const override { return logs_[topic]->name; }
  std::int32_t partition_count(std::uint32_t topic) const override;
  Result<topic::OffsetRange> offsets(std::uint32_t topic, std::int32_t partition) override;
  Status seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) override;
  Status poll(std::size_t max, std::vector<topic::Record>& out) override;
  Status pause(std::uint32_t topic, std::int32_t partition) override;
  Status resume(std::uint32_t topic, std::int32_t partition) override;
  void mirror_position(std::uint32_t, std::int32_t, std::int64_t) override {}
  int ready_fd() const override { return -1; }

  // The partition whose records before `first` have expired.
  void expire(std::uint32_t topic, std::int32_t partition, std::int64_t first);

 private:
  struct Place {
    std::int64_t next = -1;
    std::int64_t first = 0;
    bool paused = false;
  };
  Place& place(std::uint32_t topic, std::int32_t partition);
  std::vector<FakeLog*> logs_;
  Random& random_;
  std::vector<std::vector<Place>> places_;
  std::deque<std::vector<topic::Header>> headers_;
};

class FakeWriter final : public topic::Writer {
 public:
  FakeWriter(FakeLog& log, Random& random) : log_(log), random_(random), queues_(log.partitions.size()) {}
  const std::string& topic_name() const override { return log_.name; }
  std::int32_t partition_count() const override { return static_cast<std::int32_t>(log_.partitions.size()); }
  Result<bool> append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) override;
  Status acknowledgements(std::vector<topic::Acknowledgement>& out) override;
  Status flush() override { return {}; }
  int ready_fd() const override { return -1; }

  // Some of what is queued becomes durable; some of what is durable becomes acknowledged.
  void tick();
  // Any part of what is queued becomes durable, nobody learns of it, the rest is gone.
  void crash();

 private:
  FakeLog& log_;
  Random& random_;
  std::vector<std::deque<FakeRecord>> queues_;
  std::vector<std::deque<topic::Acknowledgement>> waiting_ =
      std::vector<std::deque<topic::Acknowledgement>>(queues_.size());
  std::vector<topic::Acknowledgement> ready_;
};

}  // namespace weir::shard::test
