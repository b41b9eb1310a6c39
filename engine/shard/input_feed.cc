#include "engine/shard/input_feed.h"

#include "engine/base/check.h"

namespace weir::shard {
namespace {

constexpr std::size_t kMaxAhead = 4096;  // records per partition that recovery holds
constexpr std::size_t kPollRecords = 1024;

OwnedRecord own(const topic::Record& record) {
  OwnedRecord owned;
  owned.offset = record.offset;
  owned.has_key = record.key.has_value();
  if (record.key) owned.key = *record.key;
  if (record.value) owned.value = *record.value;
  for (const auto& header : record.headers) owned.headers.emplace_back(header.name, header.value);
  return owned;
}

std::string place(const std::string& topic, std::size_t partition) { return topic + "/" + std::to_string(partition); }

}  // namespace

InputFeed::InputFeed(topic::Reader& reader) : reader_(reader) {
  for (std::uint32_t t = 0; t < reader.topic_count(); ++t) {
    partitions_.emplace_back(static_cast<std::size_t>(reader.partition_count(t)));
  }
}

Status InputFeed::start(const std::map<std::pair<std::string, std::int32_t>, std::int64_t>& consumed) {
  for (const auto& [where, offset] : consumed) {
    std::uint32_t index = 0;
    auto* partition = find(where.first, where.second, index);
    if (partition == nullptr) {
      return Error{"the state has consumed input " + place(where.first, static_cast<std::size_t>(where.second)) +
                   ", which is not among the configured inputs"};
    }
    partition->last = offset;
  }
  for (std::uint32_t t = 0; t < partitions_.size(); ++t) {
    for (std::size_t p = 0; p < partitions_[t].size(); ++p) {
      const auto number = static_cast<std::int32_t>(p);
      const auto range = reader_.offsets(t, number);
      if (!range) return range.error();
      const auto last = partitions_[t][p].last;
      const auto next = last < 0 ? range->first : last + 1;
      if (next < range->first || next > range->end) {
        return Error{"input " + place(reader_.topic_name(t), p) + ": offset " + std::to_string(next) +
                     " is needed next, but the topic holds offsets " + std::to_string(range->first) + " to " +
                     std::to_string(range->end - 1) + "; records were lost, and skipping them would be silent"};
      }
      if (auto status = reader_.seek(t, number, next); !status) return status;
    }
  }
  return {};
}

InputFeed::Partition* InputFeed::find(const std::string& topic, std::int32_t partition, std::uint32_t& index) {
  for (index = 0; index < partitions_.size(); ++index) {
    if (reader_.topic_name(index) != topic) continue;
    const auto p = static_cast<std::size_t>(partition);
    return partition >= 0 && p < partitions_[index].size() ? &partitions_[index][p] : nullptr;
  }
  return nullptr;
}

Result<const OwnedRecord*> InputFeed::fetch(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  std::uint32_t index = 0;
  auto* wanted = find(topic, partition, index);
  if (wanted == nullptr) return Error{"the audit stream names input " + topic + ", which is not among the inputs"};
  if (wanted->ahead.empty()) {
    if (auto status = reader_.poll(kPollRecords, polled_); !status) return status.error();
    for (const auto& record : polled_) {
      auto& source = partitions_[record.topic][static_cast<std::size_t>(record.partition)];
      source.ahead.push_back(own(record));
      if (source.ahead.size() >= kMaxAhead && !source.held) {
        source.held = true;
        if (auto status = reader_.pause(record.topic, record.partition); !status) return status.error();
      }
    }
  }
  if (wanted->ahead.empty()) return static_cast<const OwnedRecord*>(nullptr);
  if (wanted->held && wanted->ahead.size() < kMaxAhead / 2) {
    wanted->held = false;
    if (auto status = reader_.resume(index, partition); !status) return status.error();
  }
  if (wanted->ahead.front().offset != offset) {
    return Error{"input " + place(topic, static_cast<std::size_t>(partition)) + ": the audit stream names offset " +
                 std::to_string(offset) + ", the topic gives " + std::to_string(wanted->ahead.front().offset)};
  }
  return &wanted->ahead.front();
}

Status InputFeed::go_live() {
  for (std::uint32_t t = 0; t < partitions_.size(); ++t) {
    for (std::size_t p = 0; p < partitions_[t].size(); ++p) {
      auto& partition = partitions_[t][p];
      const auto number = static_cast<std::int32_t>(p);
      if (partition.held) {
        partition.held = false;
        if (auto status = reader_.resume(t, number); !status) return status;
      }
      if (partition.ahead.empty() && partition.last < 0) continue;
      // Reading again from here is simpler than two ways to consume, and happens once per start.
      const auto next = partition.ahead.empty() ? partition.last + 1 : partition.ahead.front().offset;
      if (auto status = reader_.seek(t, number, next); !status) return status;
      partition.ahead.clear();
    }
  }
  return {};
}

Status InputFeed::poll(std::size_t max, std::vector<topic::Record>& out) { return reader_.poll(max, out); }

std::int64_t InputFeed::last_consumed(std::uint32_t topic, std::int32_t partition) const {
  return partitions_[topic][static_cast<std::size_t>(partition)].last;
}

void InputFeed::consumed(std::uint32_t topic, std::int32_t partition, std::int64_t offset) {
  auto& source = partitions_[topic][static_cast<std::size_t>(partition)];
  WEIR_CHECK(offset > source.last, "offsets are consumed in order, each once");
  source.last = offset;
  if (!source.ahead.empty()) source.ahead.pop_front();
}

Status InputFeed::consumed(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  std::uint32_t index = 0;
  if (find(topic, partition, index) == nullptr) {
    return Error{"the audit stream names input " + topic + ", which is not among the inputs"};
  }
  consumed(index, partition, offset);
  return {};
}

std::map<std::pair<std::string, std::int32_t>, std::int64_t> InputFeed::positions() const {
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> positions;
  for (std::uint32_t t = 0; t < partitions_.size(); ++t) {
    for (std::size_t p = 0; p < partitions_[t].size(); ++p) {
      const auto last = partitions_[t][p].last;
      if (last >= 0) positions[{reader_.topic_name(t), static_cast<std::int32_t>(p)}] = last;
    }
  }
  return positions;
}

Status InputFeed::pause(bool paused) {
  if (paused == paused_) return {};
  paused_ = paused;
  for (std::uint32_t t = 0; t < partitions_.size(); ++t) {
    for (std::size_t p = 0; p < partitions_[t].size(); ++p) {
      const auto number = static_cast<std::int32_t>(p);
      if (auto status = paused ? reader_.pause(t, number) : reader_.resume(t, number); !status) return status;
    }
  }
  return {};
}

void InputFeed::mirror(const std::map<std::pair<std::string, std::int32_t>, std::int64_t>& positions) {
  for (const auto& [where, offset] : positions) {
    std::uint32_t index = 0;
    if (find(where.first, where.second, index) != nullptr) reader_.mirror_position(index, where.second, offset + 1);
  }
}

}  // namespace weir::shard
