// What each stage of the step costs by itself, in processor time of one thread: the policy retail-bank on the
// generator's stream, everything in memory, no files. Histories are filled first; then every stage takes block after
// block of the stream, one stage at a time, and the engine's own step takes the same blocks for comparison.
//
// Answers are checked while the histories are filled: the stages put together give the step's audit record, leaf and
// decision for every event, byte for byte, and the audit record read back gives the event.
//
//   stages [--tiny] [--events N] [--customers N] [--block N] [--repetitions N]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "bench/step_stages.h"
#include "engine/audit/parsed_record.h"
#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "engine/event/label_reader.h"
#include "engine/event/reader.h"
#include "ops/generator/generator.h"

namespace weir::bench {
namespace {

struct Options {
  std::uint64_t events = 200'000;  // that fill the histories
  std::uint32_t customers = 1'000;
  std::size_t block = 4'096;
  std::size_t repetitions = 15;
};

// Processor time of this thread: what others do on the machine counts only through the caches.
std::int64_t thread_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

// Slots of the schema; what the event has beyond them is the engine's.
bool same_fields(const event::Schema& schema, const event::Event& a, const event::Event& b, bool personal) {
  if (a.time_ms != b.time_ms || a.type != b.type) return false;
  for (std::uint32_t slot = 0; slot < schema.field_count(); ++slot) {
    if (!personal && schema.fields[slot].personal) continue;
    if (!identical(a[slot], b[slot])) return false;
  }
  return true;
}

struct Figure {
  const char* name;
  bool in_step;
  std::vector<double> ns;
  double bytes = 0;  // 0: says nothing
};

class Table {
 public:
  void add(const char* name, bool in_step, std::int64_t ns, std::size_t events, std::uint64_t bytes = 0) {
    auto at =
        std::find_if(figures_.begin(), figures_.end(), [&](const Figure& f) { return std::strcmp(f.name, name) == 0; });
    if (at == figures_.end()) at = figures_.insert(figures_.end(), {name, in_step, {}, 0});
    at->ns.push_back(static_cast<double>(ns) / static_cast<double>(events));
    at->bytes = static_cast<double>(bytes) / static_cast<double>(events);
  }
  void print() {
    std::printf("%-54s %10s %7s %12s %9s\n", "processor time of one thread", "ns/event", "spread", "bytes/event",
                "MB/s");
    double sum = 0;
    for (auto& figure : figures_) {
      std::sort(figure.ns.begin(), figure.ns.end());
      const double median = figure.ns[figure.ns.size() / 2];
      const double spread = (figure.ns.back() - figure.ns.front()) / median;
      std::printf("%-54s %10.0f %6.0f%%", figure.name, median, spread * 100);
      if (figure.bytes > 0) std::printf(" %12.0f %9.0f", figure.bytes, figure.bytes / median * 1e3);
      std::printf("\n");
      if (figure.in_step) sum += median;
    }
    std::printf("%-54s %10.0f\n", "sum of the medians marked *", sum);
  }

 private:
  std::vector<Figure> figures_;
};

class Bench {
 public:
  explicit Bench(const Options& options)
      : options_(options),
        policy_(shipped("retail-bank")),
        core_(in_memory(policy_)),
        stages_(policy_),
        generator_(generator_options(options)),
        labels_(*policy_->schema, token_key()) {}

  // Fills the histories on both sides; false if an answer differs.
  bool fill() {
    Transaction t(stages_.core());
    event::Event again(*policy_->schema, 0);
    std::uint64_t flagged = 0;
    for (std::uint64_t n = 0; n < options_.events; ++n) {
      next(t);
      for (const auto& label : waiting_) attach(label);
      waiting_.clear();
      step(t);
      stages_.parse(t);
      stages_.digest(t);
      stages_.find(t);
      stages_.evaluate(t);
      stages_.keep_texts(t);
      stages_.score(t);
      stages_.judge(t);
      stages_.decide(t);
      stages_.audit(t);
      stages_.leaf(t);
      stages_.decision(t);
      if (t.audit != t.step.audit || t.leaf != t.step.leaf || t.decision != t.step.decision) {
        std::printf("answers differ at event %llu:\n  step   %s\n  stages %s\n", static_cast<unsigned long long>(n),
                    t.step.audit.c_str(), t.audit.c_str());
        return false;
      }
      envelop(t);
      must(reader_.read(t.enveloped, parsed_));
      must(reader_.fill_event(*policy_->schema, again));
      if (parsed_.hashed_part != t.audit || !same_fields(*policy_->schema, t.event, again, true)) {
        std::printf("the audit record of event %llu does not read back\n", static_cast<unsigned long long>(n));
        return false;
      }
      stages_.encode(t);
      stages_.append(t);
      stages_.remember(t);
      flagged += t.step.outcome != book::Outcome::kApprove ? 1 : 0;
    }
    std::printf(
        "answers: for %llu events (%llu not approved) and %llu labels the stages put together give the step's audit\n"
        "         record, leaf and decision, byte for byte; each audit record read back gives its event\n",
        static_cast<unsigned long long>(options_.events), static_cast<unsigned long long>(flagged),
        static_cast<unsigned long long>(attached_));
    const auto figures = stages_.core().memory->figures();
    std::printf("memory:  %llu entities, %.1f MiB of histories\n", static_cast<unsigned long long>(figures.entities),
                static_cast<double>(figures.history_bytes) / (1U << 20U));
    return true;
  }

  // One untimed block, then the timed ones.
  bool measure() {
    block_.reserve(options_.block);
    for (std::size_t i = 0; i < options_.block; ++i) block_.emplace_back(stages_.core());
    auto open = *policy_->schema;
    for (auto& field : open.fields) field.personal = false;
    event::JsonReader plain(open, "");
    event::Event event(open, 0);
    event::Reject reject;
    Table untimed;
    for (std::size_t i = 0; i <= options_.repetitions; ++i) {
      auto& table = i == 0 ? untimed : table_;
      for (auto& t : block_) next(t);
      one_block(table);
      time(table, "  JSON to event, were nothing personal", false, [&](Transaction& t) {
        WEIR_CHECK(plain.read(t.value, event::kNoClock, event, reject), "the stream has no broken records");
        return t.value.size();
      });
      for (const auto& t : block_) {
        if (plain.read(t.value, event::kNoClock, event, reject) && same_fields(*policy_->schema, event, t.event, false))
          continue;
        std::printf("without tokens other fields differ: %s\n", t.value.c_str());
        return false;
      }
      for (const auto& label : waiting_) attach(label);
      waiting_.clear();
    }
    return true;
  }

  Table& table() { return table_; }

 private:
  static generator::GeneratorOptions generator_options(const Options& options) {
    generator::GeneratorOptions made;
    made.seed = 7;
    made.customers = options.customers;
    made.duplicate_share = 0;
    return made;
  }

  // The next transaction; labels before it wait.
  void next(Transaction& t) {
    for (;;) {
      WEIR_CHECK(generator_.next(record_), "the stream goes on for long");
      if (record_.topic == generator::StreamTopic::kTransactions) break;
      waiting_.push_back(record_.value);
    }
    t.value = record_.value;
    t.offset = offset_++;
  }

  void attach(const std::string& json) {
    event::Label label;
    event::Reject reject;
    WEIR_CHECK(labels_.read(json, label, reject), "the stream has no broken labels");
    if (!stages_.label(label)) return;
    shard::Input input;
    input.topic = "labels";
    input.offset = static_cast<std::int64_t>(attached_++);
    input.previous = input.offset - 1;
    input.value = json;
    must(core_.step->label(input, label_output_));
  }

  void step(Transaction& t) {
    must(core_.step->transaction(t.input(), t.step));
    t.after = core_.step->progress;
    WEIR_CHECK(t.step.kind == audit::Kind::kTransaction, "the stream has neither broken records nor duplicates");
  }

  void envelop(Transaction& t) const {
    t.enveloped.clear();
    audit::append_envelope(t.step.audit, t.step.leaf, {"bench", 1, {}}, t.enveloped);
  }

  // `stage` says how many bytes it read or made.
  template <class F>
  void time(Table& table, const char* name, bool in_step, F stage) {
    std::uint64_t bytes = 0;
    const auto begin = thread_time_ns();
    for (auto& t : block_) bytes += stage(t);
    table.add(name, in_step, thread_time_ns() - begin, block_.size(), bytes);
  }

  void one_block(Table& table) {
    using T = Transaction;
    auto& s = stages_;
    const auto none = std::size_t{0};
    time(table, "the engine's step, whole", false, [&](T& t) { return step(t), none; });
    time(table, "* JSON to event, personal fields to tokens", true, [&](T& t) { return s.parse(t), t.value.size(); });
    time(table, "* SHA-256 of the input", true, [&](T& t) { return s.digest(t), t.value.size(); });
    time(table, "* event id and histories looked up", true, [&](T& t) { return s.find(t), none; });
    time(table, "* features", true, [&](T& t) { return s.evaluate(t), none; });
    for (auto& t : block_) s.keep_texts(t);
    time(table, "* model", true, [&](T& t) { return s.score(t), none; });
    time(table, "* rules", true, [&](T& t) { return s.judge(t), none; });
    time(table, "* deciding, reasons of the score", true, [&](T& t) { return s.decide(t), none; });
    time(table, "* audit record's hashed part", true, [&](T& t) { return s.audit(t), t.audit.size(); });
    time(table, "* its leaf (SHA-256)", true, [&](T& t) { return s.leaf(t), t.audit.size(); });
    time(table, "* decision as JSON", true, [&](T& t) { return s.decision(t), t.decision.size(); });
    time(table, "* history row encoded for the state", true, [&](T& t) { return s.encode(t), t.row.size(); });
    time(table, "* appended to each history, windows, eviction", true, [&](T& t) { return s.append(t), none; });
    time(table, "* event id with its entry kept", true, [&](T& t) { return s.remember(t), none; });
    time(table, "  audit record's envelope", false, [&](T& t) { return envelop(t), t.enveloped.size(); });
    time(table, "  audit record read back, leaf checked", false, [&](T& t) {
      must(reader_.read(t.enveloped, parsed_));
      return t.enveloped.size();
    });
    event::Event event(*policy_->schema, 0);
    time(table, "  the same, and the event made from it", false, [&](T& t) {
      must(reader_.read(t.enveloped, parsed_));
      must(reader_.fill_event(*policy_->schema, event));
      return t.enveloped.size();
    });
  }

  Options options_;
  std::shared_ptr<const policy::Policy> policy_;
  shard::Core core_;  // the engine's own step
  Stages stages_;
  generator::Generator generator_;
  generator::GeneratedRecord record_;
  event::LabelReader labels_;
  std::vector<std::string> waiting_;
  std::uint64_t attached_ = 0;
  shard::Output label_output_;
  std::int64_t offset_ = 0;
  audit::RecordReader reader_;
  audit::ParsedRecord parsed_;
  std::vector<Transaction> block_;
  Table table_;
};

// The handbook's six fields as JSON and as CSV.
bool compare_formats(const Options& options, Table& table) {
  const auto policy = shipped("handbook");
  const auto& schema = *policy->schema;
  std::vector<std::string> json;
  std::vector<std::string> csv;
  std::uint64_t json_bytes = 0;
  std::uint64_t csv_bytes = 0;
  for (std::uint64_t n = 0; n < options.block; ++n) {
    const auto random = (n + 1) * 0x9E3779B97F4A7C15;
    const auto time = iso8601(1'767'225'600'000 + static_cast<std::int64_t>(n) * 7'000);
    const auto customer = std::to_string(random >> 50U);
    const auto terminal = std::to_string(random >> 36U & 0x3FFFU);
    const auto amount = std::to_string((random >> 20U & 0xFFU) + 1) + "." + std::to_string((random >> 10U) % 90 + 10);
    const std::string fraud = random % 100 == 0 ? "1" : "0";
    const auto id = std::to_string(n);
    json.push_back(R"({"tx_id":)" + id + R"(,"datetime":")" + time + R"(","customer_id":)" + customer +
                   R"(,"terminal_id":)" + terminal + R"(,"amount":")" + amount + R"(","fraud":)" + fraud + "}");
    csv.push_back(id + "," + time + "," + customer + "," + terminal + "," + amount + "," + fraud);
    json_bytes += json.back().size();
    csv_bytes += csv.back().size();
  }
  event::JsonReader from_json(schema, "");
  auto from_csv = must(event::CsvReader::create(schema, "tx_id,datetime,customer_id,terminal_id,amount,fraud", ""));
  event::Event a(schema, 0);
  event::Event b(schema, 0);
  event::Reject reject;
  for (std::size_t n = 0; n < json.size(); ++n) {
    if (from_json.read(json[n], event::kNoClock, a, reject) && from_csv.read(csv[n], event::kNoClock, b, reject) &&
        same_fields(schema, a, b, true) && a.id == std::to_string(n)) {
      continue;
    }
    std::printf("JSON and CSV give different events: %s\n", csv[n].c_str());
    return false;
  }
  for (std::size_t i = 0; i < options.repetitions; ++i) {
    const auto begin = thread_time_ns();
    for (const auto& text : json) from_json.read(text, event::kNoClock, a, reject);
    const auto middle = thread_time_ns();
    for (const auto& text : csv) from_csv.read(text, event::kNoClock, b, reject);
    const auto end = thread_time_ns();
    table.add("  JSON to event, the handbook's six fields", false, middle - begin, json.size(), json_bytes);
    table.add("  CSV row to event, the same", false, end - middle, csv.size(), csv_bytes);
  }
  return true;
}

int run(const Options& options) {
  Bench bench(options);
  if (!bench.fill() || !bench.measure() || !compare_formats(options, bench.table())) return 1;
  std::printf("timed:   median of %zu blocks of %zu events; spread from the fastest to the slowest\n\n",
              options.repetitions, options.block);
  bench.table().print();
  return 0;
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  weir::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--tiny") == 0) {
      options = {3'000, 200, 200, 3};
    } else if (std::strcmp(argv[i], "--events") == 0 && more) {
      options.events = std::stoull(argv[++i]);
    } else if (std::strcmp(argv[i], "--customers") == 0 && more) {
      options.customers = static_cast<std::uint32_t>(std::stoul(argv[++i]));
    } else if (std::strcmp(argv[i], "--block") == 0 && more) {
      options.block = std::stoull(argv[++i]);
    } else if (std::strcmp(argv[i], "--repetitions") == 0 && more) {
      options.repetitions = std::stoull(argv[++i]);
    } else {
      std::fprintf(stderr, "usage: stages [--tiny] [--events N] [--customers N] [--block N] [--repetitions N]\n");
      return 2;
    }
  }
  if (options.block == 0 || options.repetitions == 0) {
    std::fprintf(stderr, "stages: a block and a repetition at least\n");
    return 2;
  }
  return weir::bench::run(options);
}
