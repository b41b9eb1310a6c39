// What one event of a hot key costs, in processor time: one append and one window feature, with 100 and with 10,000,000
// events in the window, for every aggregate, with and without a condition, one event in ten late by up to an hour. The
// answers are checked against the brute-force reference on a smaller history first.
//
//   hot_keys [--tiny] [--events N] [--timed N] [--only NAME]
#include <time.h>
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/features/feature_set.h"
#include "tests/engine/features/reference.h"

namespace weir {
namespace {

using features::Aggregate;
using features::Definition;

enum Slot : std::uint32_t { kId, kAt, kMerchant, kAmount, kPrice, kScore, kDevice, kCountry, kOnline, kFraud };

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kWindowMs = 30 * kDayMs;
constexpr std::int64_t kStartMs = 1'700'000'000'000;

// Processor time of this thread: what others do on the machine counts only through the caches.
std::int64_t thread_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

std::shared_ptr<const event::Schema> make_schema() {
  auto schema = std::make_shared<event::Schema>();
  const auto add = [&schema](const char* name, event::FieldType type) {
    schema->fields.emplace_back();
    schema->fields.back().name = name;
    schema->fields.back().type = type;
  };
  add("id", event::FieldType::kInt64);
  add("at", event::FieldType::kTimestamp);
  add("merchant", event::FieldType::kString);
  add("amount", event::FieldType::kMoney);
  add("price", event::FieldType::kMoney);
  add("score", event::FieldType::kDouble);
  add("device", event::FieldType::kInt64);
  add("country", event::FieldType::kString);
  add("online", event::FieldType::kBool);
  add("fraud", event::FieldType::kBool);
  schema->fields[kMerchant].history = false;
  schema->fields[kAmount].currency = 978;
  schema->fields[kPrice].currency_field = "currency";
  schema->fields[kScore].decimals = 2;
  schema->event_types = {{"payment", "payment"}};
  schema->entities = {{"merchant", {kMerchant}}};
  schema->id_slot = kId;
  schema->time_slot = kAt;
  schema->inline_label = event::InlineLabel{kFraud, "true", 7 * kDayMs};
  return schema;
}

struct Case {
  const char* name;
  Aggregate aggregate;
  std::uint32_t slot = ~0U;
  const char* share_of = nullptr;
};

constexpr Case kCases[] = {
    {"count", Aggregate::kCount},
    {"sum", Aggregate::kSum, kAmount},
    {"sum of doubles", Aggregate::kSum, kScore},
    {"sum, mixed currencies", Aggregate::kSum, kPrice},
    {"mean", Aggregate::kMean, kAmount},
    {"median of 256", Aggregate::kMedian, kAmount},
    {"median, mixed currencies", Aggregate::kMedian, kPrice},
    {"min", Aggregate::kMin, kAmount},
    {"max", Aggregate::kMax, kAmount},
    {"standard deviation", Aggregate::kStandardDeviation, kAmount},
    {"distinct, 200 values", Aggregate::kDistinctCount, kCountry},
    {"distinct, millions", Aggregate::kDistinctCount, kDevice},
    {"first", Aggregate::kFirst, kCountry},
    {"last", Aggregate::kLast, kCountry},
    {"time since last", Aggregate::kTimeSinceLast},
    {"first seen", Aggregate::kFirstSeen},
    {"share", Aggregate::kShare, ~0U, "score > 0.5"},
    {"share of fraud", Aggregate::kShare, ~0U, "label == 'fraud'"},
};

std::shared_ptr<const cel::Program> compile(const event::Schema& schema, const std::string& text) {
  cel::Environment environment;
  const bool declared =
      environment.declare({"online", cel::Type::simple(cel::TypeKind::kBool), kOnline}).ok() &&
      environment.declare({"score", cel::Type::simple(cel::TypeKind::kDouble), kScore}).ok() &&
      environment.declare({"label", cel::Type::simple(cel::TypeKind::kString), schema.label_slot()}).ok();
  WEIR_CHECK(declared, "a name is declared once");
  const auto file = std::make_shared<const SourceFile>(SourceFile{"features.yaml", text});
  auto program = cel::compile(text, {file, 1, 1, 1}, environment, cel::Type::simple(cel::TypeKind::kBool));
  WEIR_CHECK(program.ok(), "the condition compiles");
  return std::make_shared<const cel::Program>(std::move(*program));
}

Definition definition_of(const Case& wanted, bool with_where, const event::Schema& schema) {
  Definition definition;
  definition.entity = "merchant";
  definition.name = "feature";
  definition.aggregate = wanted.aggregate;
  if (wanted.slot != ~0U) definition.slot = wanted.slot;
  definition.window_ms = kWindowMs;
  definition.include_current = wanted.aggregate != Aggregate::kTimeSinceLast && wanted.aggregate != Aggregate::kLast;
  if (with_where) {
    definition.where_text = "online";
    definition.where = compile(schema, definition.where_text);
  }
  if (wanted.share_of != nullptr) {
    definition.share_of_text = wanted.share_of;
    definition.share_of = compile(schema, definition.share_of_text);
  }
  return definition;
}

// A stream of events, `in_window` of them in every window, one in ten late by up to an hour.
class Stream {
 public:
  explicit Stream(std::uint64_t in_window) : step_us_(kWindowMs * 1000 / static_cast<std::int64_t>(in_window)) {}

  struct Item {
    std::int64_t time_ms;
    std::uint64_t random;
  };
  Item next() {
    now_us_ += step_us_;
    Item item{kStartMs + now_us_ / 1000, random()};
    if (item.random % 10 == 0) item.time_ms -= static_cast<std::int64_t>(random() % kHourMs);
    return item;
  }

 private:
  // splitmix64
  std::uint64_t random() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  std::int64_t step_us_;
  std::int64_t now_us_ = 0;
  std::uint64_t state_ = 20260227;
};

class HotKey {
 public:
  HotKey(const Case& wanted, bool with_where, std::uint64_t in_window)
      : schema_(make_schema()),
        features_(schema_, {definition_of(wanted, with_where, *schema_)}),
        history_(features_.layout(0)),
        event_(*schema_, 1),
        stream_(in_window) {
    for (int i = 0; i < 200; ++i) countries_.push_back("country " + std::to_string(i));
  }

  // Fills the window without asking for features.
  void fill(std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
      set_event(stream_.next());
      append();
    }
  }

  // Average time of one event in nanoseconds: the feature, the append, what eviction there is.
  double time(std::uint64_t events) {
    std::vector<Stream::Item> items(events);
    for (Stream::Item& item : items) item = stream_.next();
    history::EntityHistory* const histories[] = {&history_};
    const std::int64_t begin = thread_time_ns();
    for (const Stream::Item& item : items) {
      set_event(item);
      latest_ms_ = std::max(latest_ms_, item.time_ms);
      features_.evaluate(histories, latest_ms_ - kWindowMs - kHourMs, event_);
      append();
      history_.evict(latest_ms_ - kWindowMs - kHourMs);
    }
    return static_cast<double>(thread_time_ns() - begin) / static_cast<double>(events);
  }

  // Whether the feature equals the reference over this many events.
  bool check(std::uint64_t events) {
    features::Reference reference(schema_);
    history::EntityHistory* const histories[] = {&history_};
    for (std::uint64_t i = 0; i < events; ++i) {
      set_event(stream_.next());
      if (i % 16 == 0) {
        features_.evaluate(histories, INT64_MIN, event_);
        const features::ReferenceResult expected = reference.evaluate(features_.definitions()[0], event_, INT64_MIN);
        if (!identical(event_[schema_->slot_count()], expected.value)) return false;
      }
      const history::LabelEntry label = own_label();
      reference.append(event_.slots(), event_.time_ms, sequence_, &label);
      append();
    }
    return true;
  }

  std::size_t memory_bytes() const { return history_.memory_bytes(); }
  std::uint64_t row_count() const { return history_.row_count(); }

 private:
  void set_event(const Stream::Item& item) {
    event_.clear();
    event_.time_ms = item.time_ms;
    random_ = item.random;
    event_[kId] = Value::int64(static_cast<std::int64_t>(sequence_));
    event_[kAt] = Value::timestamp_ms(item.time_ms);
    event_[kMerchant] = Value::string("merchant");
    event_[kAmount] = Value::money(static_cast<std::int64_t>(random_ >> 8 & 0xFFFF), 978);
    event_[kPrice] = Value::money(static_cast<std::int64_t>(random_ >> 8 & 0xFFFF), random_ >> 60 < 11 ? 978 : 840);
    event_[kScore] = Value::real(static_cast<double>(random_ >> 24 & 0xFF) / 256);
    event_[kDevice] = Value::int64(static_cast<std::int64_t>(random_ >> 32 & 0x7FFFFF));
    event_[kCountry] = Value::string(countries_[(random_ >> 32) % countries_.size()]);
    event_[kOnline] = Value::boolean((random_ >> 56 & 7) < 3);
    event_[schema_->event_type_slot()] = Value::enumeration("payment", 0);
  }
  history::LabelEntry own_label() const { return {(random_ >> 16 & 63) == 0, event_.time_ms + 7 * kDayMs}; }
  void append() {
    const history::LabelEntry label = own_label();
    event_[schema_->outcome_slot()] = Value::string("approve");
    history_.append(event_.slots(), event_.time_ms, sequence_++, &label);
  }

  std::shared_ptr<const event::Schema> schema_;
  features::FeatureSet features_;
  history::EntityHistory history_;
  event::Event event_;
  Stream stream_;
  std::vector<std::string> countries_;
  std::uint64_t sequence_ = 0;
  std::uint64_t random_ = 0;
  std::int64_t latest_ms_ = 0;
};

struct Times {
  double median = 0;
  double spread = 0;  // from the smallest to the greatest, in parts of the median
};

Times timed(HotKey& key, std::uint64_t events) {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) times.push_back(key.time(events));
  std::sort(times.begin(), times.end());
  return {times[2], (times[4] - times[0]) / times[2]};
}

int run(std::uint64_t small, std::uint64_t large, std::uint64_t events, const std::string& only) {
  std::printf("%-24s %-8s %12s %7s %14s %7s %7s %10s\n", "aggregate", "where",
              ("ns at " + std::to_string(small)).c_str(), "spread", ("ns at " + std::to_string(large)).c_str(),
              "spread", "ratio", "bytes/row");
  int failures = 0;
  for (const Case& wanted : kCases) {
    if (!only.empty() && only != wanted.name) continue;
    for (const bool with_where : {false, true}) {
      if (with_where && wanted.aggregate == Aggregate::kFirstSeen) continue;
      if (!HotKey(wanted, with_where, 2'000).check(4'000)) {
        std::printf("%-24s %-8s differs from the reference\n", wanted.name, with_where ? "online" : "");
        ++failures;
        continue;
      }
      HotKey cold(wanted, with_where, small);
      cold.fill(small);
      const Times few = timed(cold, events);
      HotKey hot(wanted, with_where, large);
      hot.fill(large);
      const Times many = timed(hot, events);
      std::printf("%-24s %-8s %12.0f %6.0f%% %14.0f %6.0f%% %7.2f %10.1f\n", wanted.name, with_where ? "online" : "",
                  few.median, few.spread * 100, many.median, many.spread * 100, many.median / few.median,
                  static_cast<double>(hot.memory_bytes()) / static_cast<double>(hot.row_count()));
      std::fflush(stdout);
    }
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  std::uint64_t large = 10'000'000;
  std::uint64_t timed = 40'000;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--tiny") == 0) {
      large = 5'000;
      timed = 500;
    } else if (std::strcmp(argv[i], "--events") == 0 && i + 1 < argc) {
      large = std::stoull(argv[++i]);
    } else if (std::strcmp(argv[i], "--timed") == 0 && i + 1 < argc) {
      timed = std::stoull(argv[++i]);
    } else if (std::strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
      only = argv[++i];
    } else {
      std::fprintf(stderr, "usage: hot_keys [--tiny] [--events N] [--timed N] [--only NAME]\n");
      return 2;
    }
  }
  return weir::run(100, large, timed, only);
}
