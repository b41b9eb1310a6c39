#include "engine/backtest/source.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "engine/backtest/patience.h"

namespace weir::backtest {
namespace {

// --- Files -----------------------------------------------------------------------------------------------------------

class Files : public Source {
 public:
  Files(std::vector<std::string> paths, const event::Schema& schema, std::string_view token_key)
      : paths_(std::move(paths)), schema_(schema), token_key_(token_key) {}

  Status open() {
    auto file = event::FileRecords::open(paths_[at_]);
    if (!file) return file.error();
    file_.emplace(std::move(*file));
    json_.reset();
    csv_.reset();
    if (file_->format() == event::FileFormat::kJsonLines) {
      json_.emplace(schema_, token_key_);
      return {};
    }
    auto csv = event::CsvReader::create(schema_, file_->csv_header(), token_key_);
    if (!csv) return Error{paths_[at_] + ": " + csv.error().message};
    csv_.emplace(std::move(*csv));
    return {};
  }

  Result<bool> next() override {
    for (;;) {
      auto more = file_->next(bytes_);
      if (!more || *more) return more;
      if (++at_ == paths_.size()) return false;
      if (auto status = open(); !status) return status.error();
    }
  }
  std::string_view bytes() const override { return bytes_; }
  bool read(event::Event& event, event::Reject& reject) override {
    return json_ ? json_->read(bytes_, event::kNoClock, event, reject)
                 : csv_->read(bytes_, event::kNoClock, event, reject);
  }
  std::string origin() const override { return paths_[at_] + ":" + std::to_string(file_->line()); }
  std::uint64_t done() const override { return file_ ? file_->bytes_read() : 0; }
  std::uint64_t total() const override { return file_ && paths_.size() == 1 ? file_->bytes_total() : 0; }

 private:
  std::vector<std::string> paths_;
  const event::Schema& schema_;
  std::string token_key_;
  std::size_t at_ = 0;
  std::optional<event::FileRecords> file_;
  std::optional<event::JsonReader> json_;
  std::optional<event::CsvReader> csv_;
  std::string_view bytes_;
};

// --- Topics ----------------------------------------------------------------------------------------------------------

constexpr std::size_t kPollRecords = 1'000;
constexpr std::size_t kAheadPerPartition = 2'000;  // then the partition is paused until half of it is used

class Topics : public Source {
 public:
  Topics(std::unique_ptr<topic::Reader> reader, const event::Schema& schema, std::string_view token_key)
      : reader_(std::move(reader)), schema_(schema), json_(schema, token_key), head_(schema, 0) {}

  Status open() {
    for (std::uint32_t topic = 0; topic < reader_->topic_count(); ++topic) {
      for (std::int32_t number = 0; number < reader_->partition_count(topic); ++number) {
        auto range = reader_->offsets(topic, number);
        if (!range) return range.error();
        if (auto status = reader_->seek(topic, number, range->first); !status) return status;
        partitions_.push_back({topic, number, range->first, range->end, {}, false});
        total_ += static_cast<std::uint64_t>(range->end - range->first);
      }
    }
    return {};
  }

  Result<bool> next() override {
    Partition* first = nullptr;
    for (auto& partition : partitions_) {
      if (auto filled = fill(partition); !filled) return filled.error();
      if (partition.ahead.empty()) continue;
      if (first == nullptr || partition.ahead.front().time_ms < first->ahead.front().time_ms) first = &partition;
    }
    if (first == nullptr) return false;
    current_ = std::move(first->ahead.front());
    first->ahead.pop_front();
    origin_ =
        reader_->topic_name(first->topic) + "/" + std::to_string(first->number) + "@" + std::to_string(current_.offset);
    ++done_;
    if (first->paused && first->ahead.size() < kAheadPerPartition / 2) {
      if (auto status = reader_->resume(first->topic, first->number); !status) return status.error();
      first->paused = false;
    }
    return true;
  }
  std::string_view bytes() const override { return current_.bytes; }
  bool read(event::Event& event, event::Reject& reject) override {
    return json_.read(current_.bytes, event::kNoClock, event, reject);
  }
  std::string origin() const override { return origin_; }
  std::uint64_t done() const override { return done_; }
  std::uint64_t total() const override { return total_; }

 private:
  struct Waiting {
    std::int64_t offset = 0;
    std::int64_t time_ms = 0;
    std::string bytes;
  };
  struct Partition {
    std::uint32_t topic = 0;
    std::int32_t number = 0;
    std::int64_t next = 0;
    std::int64_t end = 0;
    std::deque<Waiting> ahead;
    bool paused = false;
  };

  // Until the partition has a record ahead, or is at its end.
  Status fill(Partition& wanted) {
    Patience patience;
    while (wanted.ahead.empty() && wanted.next < wanted.end) {
      if (auto status = reader_->poll(kPollRecords, polled_); !status) return status;
      for (const auto& record : polled_) take(record);
      for (auto& partition : partitions_) {
        if (partition.paused || partition.ahead.size() < kAheadPerPartition) continue;
        if (auto status = reader_->pause(partition.topic, partition.number); !status) return status;
        partition.paused = true;
      }
      if (!polled_.empty()) {
        patience.reset();
      } else if (!patience.wait(reader_->ready_fd())) {
        return Error{reader_->topic_name(wanted.topic) + "/" + std::to_string(wanted.number) +
                     " gave nothing from offset " + std::to_string(wanted.next) + " on, though it ends at " +
                     std::to_string(wanted.end)};
      }
    }
    return {};
  }

  void take(const topic::Record& record) {
    auto& partition = *std::find_if(partitions_.begin(), partitions_.end(), [&](const Partition& each) {
      return each.topic == record.topic && each.number == record.partition;
    });
    partition.next = record.offset + 1;
    if (record.offset >= partition.end) return;
    Waiting waiting{record.offset, INT64_MIN, std::string(record.value.value_or(""))};
    // What can't be read comes at once: it has no time to wait for.
    event::Reject reject;
    if (json_.read(waiting.bytes, event::kNoClock, head_, reject)) waiting.time_ms = head_.time_ms;
    partition.ahead.push_back(std::move(waiting));
  }

  std::unique_ptr<topic::Reader> reader_;
  const event::Schema& schema_;
  event::JsonReader json_;
  event::Event head_;
  std::vector<Partition> partitions_;
  std::vector<topic::Record> polled_;
  Waiting current_;
  std::string origin_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> open_files(const std::vector<std::string>& paths, const event::Schema& schema,
                                           std::string_view token_key) {
  auto files = std::make_unique<Files>(paths, schema, token_key);
  if (auto status = files->open(); !status) return status.error();
  return std::unique_ptr<Source>(std::move(files));
}

Result<std::unique_ptr<Source>> open_topics(std::unique_ptr<topic::Reader> reader, const event::Schema& schema,
                                            std::string_view token_key) {
  auto topics = std::make_unique<Topics>(std::move(reader), schema, token_key);
  if (auto status = topics->open(); !status) return status.error();
  return std::unique_ptr<Source>(std::move(topics));
}

}  // namespace weir::backtest
