#include "engine/backtest/truth.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/backtest/patience.h"
#include "engine/event/file_records.h"
#include "engine/event/json_walk.h"
#include "engine/event/label_reader.h"

namespace weir::backtest {
namespace {

constexpr std::size_t kPollRecords = 1'000;

Status read_all(event::FileRecords& file, const std::string& path, const RecordTaker& take) {
  std::string_view record;
  for (;;) {
    auto more = file.next(record);
    if (!more) return more.error();
    if (!*more) return {};
    if (auto status = take(record, path + ":" + std::to_string(file.line())); !status) return status;
  }
}

}  // namespace

Status read_lines(const std::string& path, const RecordTaker& take) {
  auto file = event::FileRecords::open(path);
  if (!file) return file.error();
  if (file->format() != event::FileFormat::kJsonLines) return Error{path + " must hold lines of JSON"};
  return read_all(*file, path, take);
}

Status read_topics(topic::Reader& reader, const RecordTaker& take) {
  std::uint64_t left = 0;
  std::vector<std::vector<topic::OffsetRange>> ranges;
  for (std::uint32_t topic = 0; topic < reader.topic_count(); ++topic) {
    auto& of_topic = ranges.emplace_back();
    for (std::int32_t partition = 0; partition < reader.partition_count(topic); ++partition) {
      auto range = reader.offsets(topic, partition);
      if (!range) return range.error();
      if (auto status = reader.seek(topic, partition, range->first); !status) return status;
      if (range->first < range->end) ++left;
      of_topic.push_back(*range);
    }
  }
  std::vector<topic::Record> records;
  Patience patience;
  while (left > 0) {
    if (auto status = reader.poll(kPollRecords, records); !status) return status;
    for (const auto& record : records) {
      const auto end = ranges[record.topic][static_cast<std::size_t>(record.partition)].end;
      if (record.offset >= end) continue;
      const auto origin = reader.topic_name(record.topic) + "/" + std::to_string(record.partition) + "@" +
                          std::to_string(record.offset);
      if (auto status = take(record.value.value_or(""), origin); !status) return status;
      if (record.offset + 1 == end) --left;
    }
    if (!records.empty()) {
      patience.reset();
    } else if (!patience.wait(reader.ready_fd())) {
      return Error{reader.topic_name(0) + ": no record for 30 s, and not at its end"};
    }
  }
  return {};
}

// --- Labels ----------------------------------------------------------------------------------------------------------

struct Labels::Reader {
  Reader(const event::Schema& the_schema, std::string_view the_token_key)
      : schema(the_schema), token_key(the_token_key), json(the_schema, the_token_key) {}
  const event::Schema& schema;
  std::string token_key;
  event::LabelReader json;
  event::Label label;
  event::Reject reject;
};

Labels::Labels(const event::Schema& schema, std::string_view token_key)
    : reader_(std::make_unique<Reader>(schema, token_key)) {}
Labels::~Labels() = default;

Status Labels::add(std::string_view bytes, const std::string& origin) { return add(reader_->json, bytes, origin); }

Status Labels::add(event::LabelReader& reader, std::string_view bytes, const std::string& origin) {
  auto& label = reader_->label;
  auto& reject = reader_->reject;
  if (!reader.read(bytes, label, reject)) {
    return Error{origin + ": no label: " + (reject.field.empty() ? "" : "`" + reject.field + "`: ") + reject.detail};
  }
  by_id_[label.event_id].push_back({label.fraud, label.known_at_ms});
  ++count_;
  known_.see(label.known_at_ms);
  return {};
}

Status Labels::add_file(const std::string& path) {
  auto file = event::FileRecords::open(path);
  if (!file) return file.error();
  std::optional<event::LabelReader> csv;
  if (file->format() == event::FileFormat::kCsv) {
    auto reader = event::LabelReader::of_csv(reader_->schema, file->csv_header(), reader_->token_key);
    if (!reader) return Error{path + ": " + reader.error().message};
    csv.emplace(std::move(*reader));
  }
  return read_all(*file, path, [&](std::string_view bytes, const std::string& origin) {
    return add(csv ? *csv : reader_->json, bytes, origin);
  });
}

std::span<const history::LabelEntry> Labels::of(std::string_view event_id) const {
  if (by_id_.empty()) return {};
  const auto found = by_id_.find(std::string(event_id));
  if (found == by_id_.end()) return {};
  return found->second;
}

// --- Decisions -------------------------------------------------------------------------------------------------------

struct Decisions::Reader {
  Reader()
      : id(walk.add_path(std::vector<std::string>{"id"})),
        outcome(walk.add_path(std::vector<std::string>{"outcome"})) {}
  event::JsonWalk walk;
  std::uint32_t id;
  std::uint32_t outcome;
  event::Limits limits;
  event::Reject reject;
};

Decisions::Decisions() : reader_(std::make_unique<Reader>()) {}
Decisions::~Decisions() = default;

Status Decisions::add(std::string_view bytes, const std::string& origin) {
  auto& r = *reader_;
  const auto text = [&](std::uint32_t path) {
    const auto& found = r.walk.found()[path];
    return found.form == event::RawForm::kString ? std::optional(found.text) : std::nullopt;
  };
  if (!r.walk.walk(bytes, r.limits, r.reject)) return Error{origin + ": no decision: " + r.reject.detail};
  const auto id = text(r.id);
  const auto name = text(r.outcome);
  if (!id || !name) return Error{origin + ": no decision: it needs the texts `id` and `outcome`"};
  const auto outcome = book::outcome_by_name(*name);
  if (!outcome) return Error{origin + ": no decision: `outcome` is `" + std::string(*name) + "`"};
  const Then then = *outcome == book::Outcome::kApprove  ? Then::kApprove
                    : *outcome == book::Outcome::kReview ? Then::kReview
                                                         : Then::kDecline;
  by_id_.try_emplace(std::string(*id), then);  // what comes again was answered with the first
  return {};
}

Then Decisions::of(std::string_view event_id) const {
  if (by_id_.empty()) return Then::kUnknown;
  const auto found = by_id_.find(std::string(event_id));
  return found == by_id_.end() ? Then::kUnknown : found->second;
}

void Verity::add(bool fraud, std::int64_t known_at_ms, const Maturity& maturity) {
  if (known_at_ms > maturity.until_ms || known_at_ms < known_at_ms_) return;
  known_at_ms_ = known_at_ms;
  truth_ = fraud ? Truth::kFraud : Truth::kHonest;
}

void judge_silence(Payments& payments, std::int64_t end_ms, const Maturity& maturity) {
  payments.young.assign(payments.size(), 0);
  if (!maturity.honest_after_ms) return;
  for (std::size_t row = 0; row < payments.size(); ++row) {
    if (end_ms - payments.time_ms[row] < *maturity.honest_after_ms) {
      payments.young[row] = 1;
    } else if (payments.truth[row] == Truth::kUnknown && payments.then[row] != Then::kDecline) {
      payments.truth[row] = Truth::kHonest;
    }
  }
}

}  // namespace weir::backtest
