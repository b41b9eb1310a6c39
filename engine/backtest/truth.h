// What has become known of payments since: labels, and what was decided at the time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/backtest/ledger.h"
#include "engine/base/result.h"
#include "engine/event/schema.h"
#include "engine/history/entity_history.h"
#include "engine/topic/topic.h"

namespace weir::event {
class LabelReader;
}

namespace weir::backtest {

// Takes a record and where it stood.
using RecordTaker = std::function<Status(std::string_view bytes, const std::string& origin)>;
// All records of a file of JSON lines, or of topics as they are now, each partition in its order.
Status read_lines(const std::string& path, const RecordTaker& take);
Status read_topics(topic::Reader& reader, const RecordTaker& take);

// Which labels count, and what silence means.
struct Maturity {
  std::int64_t until_ms = INT64_MAX;  // labels that became known later do not count
  // A payment without a label for so long is taken for honest; with one or without, a younger one is not judged.
  std::optional<std::int64_t> honest_after_ms;
};

// Where the past that is at hand ends: at the latest time that two of its events and labels have reached, so that one
// wrong date moves nothing, or where labels end that count. Which of its payments are looked at plays no part, so that
// a period more or less changes nobody's truth.
class Horizon {
 public:
  void see(std::int64_t time_ms) {
    reached_ms_ = std::max(reached_ms_, std::min(newest_ms_, time_ms));
    newest_ms_ = std::max(newest_ms_, time_ms);
  }
  void see(const Horizon& other) {
    see(other.reached_ms_);
    see(other.newest_ms_);
  }
  // INT64_MIN before two were seen.
  std::int64_t end_ms(const Maturity& maturity) const { return std::min(maturity.until_ms, reached_ms_); }

 private:
  std::int64_t newest_ms_ = INT64_MIN;
  std::int64_t reached_ms_ = INT64_MIN;
};

// Label records by the event id that they name.
class Labels {
 public:
  // The schema is that of the policy that will look at them: its tokens are the ids' tokens.
  Labels(const event::Schema& schema, std::string_view token_key);
  ~Labels();

  // One record; an error names its place.
  Status add(std::string_view bytes, const std::string& origin);
  // All of a file: JSON lines, or CSV with the columns event_id, label and known_at.
  Status add_file(const std::string& path);
  // In the order in which they came.
  std::span<const history::LabelEntry> of(std::string_view event_id) const;
  std::size_t size() const { return count_; }
  // When they became known.
  const Horizon& known() const { return known_; }

 private:
  struct Reader;
  Status add(event::LabelReader& reader, std::string_view bytes, const std::string& origin);

  std::unique_ptr<Reader> reader_;
  std::unordered_map<std::string, std::vector<history::LabelEntry>> by_id_;
  std::size_t count_ = 0;
  Horizon known_;
};

// Decisions by event id, as the engine wrote them.
class Decisions {
 public:
  Decisions();
  ~Decisions();
  Status add(std::string_view bytes, const std::string& origin);
  Then of(std::string_view event_id) const;
  std::size_t size() const { return by_id_.size(); }

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
  std::unordered_map<std::string, Then> by_id_;
};

// The truth of a payment by the labels that are known; of several the one that became known last, of equal ones the
// later.
class Verity {
 public:
  void add(bool fraud, std::int64_t known_at_ms, const Maturity& maturity);
  Truth truth() const { return truth_; }
  std::int64_t known_at_ms() const { return known_at_ms_; }

 private:
  Truth truth_ = Truth::kUnknown;
  std::int64_t known_at_ms_ = INT64_MIN;
};

// Marks payments that are too young to judge at `end_ms`, and takes the older ones without a label for honest. What was
// declined at the time has no label that means anything, and stays as it is.
void judge_silence(Payments& payments, std::int64_t end_ms, const Maturity& maturity);

}  // namespace weir::backtest
