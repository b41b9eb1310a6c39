#include "tests/engine/shard/fake_topic.h"

#include <algorithm>
#include <functional>

namespace weir::shard::test {
namespace {

constexpr std::size_t kMaxQueued = 64;

}  // namespace

FakeReader::FakeReader(std::vector<FakeLog*> logs, Random& random) : logs_(std::move(logs)), random_(random) {
  for (const auto* log : logs_) places_.emplace_back(log->partitions.size());
}

FakeReader::Place& FakeReader::place(std::uint32_t topic, std::int32_t partition) {
  return places_.at(topic).at(static_cast<std::size_t>(partition));
}

std::int32_t FakeReader::partition_count(std::uint32_t topic) const {
  return static_cast<std::int32_t>(logs_[topic]->partitions.size());
}

Result<topic::OffsetRange> FakeReader::offsets(std::uint32_t topic, std::int32_t partition) {
  const auto& records = logs_[topic]->partitions[static_cast<std::size_t>(partition)];
  return topic::OffsetRange{place(topic, partition).first, static_cast<std::int64_t>(records.size())};
}

Status FakeReader::seek(std::uint32_t topic, std::int32_t partition, std::int64_t offset) {
  if (offset < place(topic, partition).first) return Error{"offset has expired"};
  place(topic, partition).next = offset;
  return {};
}

Status FakeReader::poll(std::size_t max, std::vector<topic::Record>& out) {
  out.clear();
  headers_.clear();
  // Partitions in an order of their own each time, each giving a part of what it has.
  std::vector<std::pair<std::uint32_t, std::int32_t>> order;
  for (std::uint32_t t = 0; t < logs_.size(); ++t) {
    for (std::int32_t p = 0; p < partition_count(t); ++p) order.emplace_back(t, p);
  }
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
  for (const auto& [t, p] : order) {
    auto& at = place(t, p);
    if (at.paused || at.next < 0 || random_.one_in(3)) continue;
    const auto& records = logs_[t]->partitions[static_cast<std::size_t>(p)];
    for (auto count = 1 + random_.below(8); count > 0 && out.size() < max; --count) {
      if (at.next >= static_cast<std::int64_t>(records.size())) break;
      const auto& stored = records[static_cast<std::size_t>(at.next)];
      auto& headers = headers_.emplace_back();
      for (const auto& [name, value] : stored.headers) headers.push_back({name, value});
      auto& record = out.emplace_back();
      record.topic = t;
      record.partition = p;
      record.offset = at.next++;
      if (stored.key) record.key = *stored.key;
      if (stored.value) record.value = *stored.value;
      record.headers = headers;
    }
  }
  return {};
}

Status FakeReader::pause(std::uint32_t topic, std::int32_t partition) {
  place(topic, partition).paused = true;
  return {};
}
Status FakeReader::resume(std::uint32_t topic, std::int32_t partition) {
  place(topic, partition).paused = false;
  return {};
}
void FakeReader::expire(std::uint32_t topic, std::int32_t partition, std::int64_t first) {
  place(topic, partition).first = first;
}

Result<bool> FakeWriter::append(std::int32_t partition, const topic::NewRecord& record, std::uint64_t ticket) {
  const auto p = partition >= 0 ? static_cast<std::size_t>(partition)
                                : std::hash<std::string_view>{}(record.key.value_or("")) % queues_.size();
  if (queues_.at(p).size() >= kMaxQueued) return false;
  FakeRecord stored;
  if (record.key) stored.key = std::string(*record.key);
  if (record.value) stored.value = std::string(*record.value);
  for (const auto& header : record.headers) stored.headers.emplace_back(header.name, header.value);
  stored.ticket = ticket;
  queues_[p].push_back(std::move(stored));
  return true;
}

Status FakeWriter::acknowledgements(std::vector<topic::Acknowledgement>& out) {
  out.insert(out.end(), ready_.begin(), ready_.end());
  ready_.clear();
  return {};
}

void FakeWriter::tick() {
  for (std::size_t p = 0; p < queues_.size(); ++p) {
    if (random_.one_in(2)) continue;
    auto& log = log_.partitions[p];
    for (auto count = random_.below(queues_[p].size() + 1); count > 0; --count) {
      waiting_[p].push_back(
          {queues_[p].front().ticket, static_cast<std::int32_t>(p), static_cast<std::int64_t>(log.size())});
      log.push_back(std::move(queues_[p].front()));
      queues_[p].pop_front();
    }
    if (random_.one_in(3)) continue;
    for (auto count = random_.below(waiting_[p].size() + 1); count > 0; --count) {
      ready_.push_back(waiting_[p].front());
      waiting_[p].pop_front();
    }
  }
}

void FakeWriter::crash() {
  for (std::size_t p = 0; p < queues_.size(); ++p) {
    for (auto count = random_.below(queues_[p].size() + 1); count > 0; --count) {
      log_.partitions[p].push_back(std::move(queues_[p].front()));
      queues_[p].pop_front();
    }
    queues_[p].clear();
    waiting_[p].clear();
  }
  ready_.clear();
}

}  // namespace weir::shard::test
