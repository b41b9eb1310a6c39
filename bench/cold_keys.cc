// What one event costs when the past of its customer and terminal is on disk: the step over the real state directory,
// with epochs written by the other thread, and without any Kafka. The state is filled first, then opened again with a
// tenth of its size for block cache and histories together.
//
// Answers are checked first: a smaller stream gives the same decisions and leaves with everything in memory and with
// next to nothing in memory, across a restart; and an epoch is as large with long histories as with short ones.
//
//   cold_keys [--tiny] [--accounts N] [--fill N] [--events N] [--cache BYTES] [--dir DIR]
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "engine/policy/policy.h"
#include "engine/shard/core.h"
#include "engine/shard/epoch_writer.h"
#include "engine/shard/epochs.h"
#include "engine/shard/history_fetcher.h"
#include "engine/shard/position.h"
#include "engine/state/store.h"
#include "rules/packs/packs.h"

namespace weir {
namespace {

constexpr std::int64_t kStartMs = 1'767'225'600'000;  // 2026-01-01
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kSpanMs = 30 * kDayMs;  // of the whole stream: nothing expires
constexpr std::uint64_t kAccountsPerTerminal = 10;

constexpr int kFetchThreads = 4;
constexpr std::uint64_t kAhead = 31;

struct Options {
  std::uint64_t accounts = 5'000'000;
  std::uint64_t fill = 0;  // 0: twice the accounts
  std::uint64_t events = 200'000;
  std::size_t cache = 0;  // block cache and histories together; 0: a tenth of the state
  std::string directory;
  std::size_t write_buffer = 16U << 20U;
  std::int64_t epoch_ms = 200;  // the engine's default
};

template <class T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "cold_keys: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  return std::move(*result);
}
void must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "cold_keys: %s\n", status.error().message.c_str());
  std::exit(1);
}

// splitmix64 of a number: event n is the same whoever asks.
std::uint64_t mix(std::uint64_t n) {
  std::uint64_t z = n * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

// Every account pays once, then accounts are drawn evenly: no key is hotter than another.
class Stream {
 public:
  Stream(std::uint64_t accounts, std::uint64_t total)
      : accounts_(accounts), terminals_(std::max<std::uint64_t>(accounts / kAccountsPerTerminal, 1)), total_(total) {}

  void json(std::uint64_t n, std::string& out) const {
    constexpr std::uint64_t kStride = 982'451'653;  // a prime: visits every account in an order that is no order
    const std::uint64_t random = mix(n);
    const std::uint64_t account = n < accounts_ ? n * kStride % accounts_ : mix(random) % accounts_;
    const std::uint64_t terminal = mix(random + 1) % terminals_;
    auto time_ms = kStartMs + static_cast<std::int64_t>(n * (kSpanMs / 1000) / total_) * 1000;
    if (random % 10 == 0) time_ms -= static_cast<std::int64_t>(random >> 8U & 0xFFF) * 1000;
    const auto cents = random >> 20U & 0x3FFF;
    char text[256];
    const int size = std::snprintf(
        text, sizeof text,
        R"({"tx_id":%llu,"datetime":"%s","customer_id":%llu,"terminal_id":%llu,"amount":"%llu.%02llu","fraud":%d})",
        static_cast<unsigned long long>(mix(~n) >> 12U), iso8601(time_ms).c_str(),
        static_cast<unsigned long long>(account), static_cast<unsigned long long>(terminal),
        static_cast<unsigned long long>(cents / 100 + 1), static_cast<unsigned long long>(cents % 100),
        (random >> 40U & 63U) == 0 ? 1 : 0);
    out.assign(text, static_cast<std::size_t>(size));
  }

 private:
  std::uint64_t accounts_;
  std::uint64_t terminals_;
  std::uint64_t total_;
};

std::shared_ptr<const policy::Policy> handbook() {
  std::vector<policy::PolicyFile> files;
  for (const auto& file : packs::find("handbook")->files) {
    files.push_back({std::string(file.path), std::string(file.text)});
  }
  auto loaded = policy::load_policy(std::move(files), "");
  WEIR_CHECK(loaded.ok(), "a shipped policy loads");
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// A core with its state directory, driven as the runner drives it when every record is delivered at once.
class Engine {
 public:
  struct Sizes {
    std::size_t block_cache = 0;
    std::size_t histories = 0;
    std::size_t known_ids = 8U << 20U;
    std::size_t write_buffer = 16U << 20U;
  };

  // An empty directory: everything in memory. `epoch` and `sync` are in the unit of what pump() is given.
  Engine(std::shared_ptr<const policy::Policy> policy, const std::string& directory, const Sizes& sizes,
         std::int64_t epoch, std::int64_t sync, bool threaded) {
    shard::CoreOptions options;
    options.clock_source = shard::ClockSource::kEvent;
    options.memory.max_history_bytes = sizes.histories;
    options.memory.max_known_ids = sizes.known_ids;
    if (!directory.empty()) {
      state::StoreOptions store_options;
      store_options.directory = directory;
      store_options.cache_bytes = sizes.block_cache;
      store_options.write_buffer_bytes = sizes.write_buffer;
      store = must(state::Store::open(store_options));
      writer_ = threaded ? shard::make_threaded_epoch_writer(*store) : shard::make_inline_epoch_writer(*store);
      epochs_ = std::make_unique<shard::Epochs>(*store, *writer_, epoch, sync);
      if (threaded) fetcher_ = shard::make_threaded_history_fetcher(*store, kFetchThreads);
      options.memory.fetcher = fetcher_.get();
    }
    core = must(shard::make_core(std::move(policy), store.get(), options));
    if (!store) return;
    if (const auto text = must(store->position())) {
      const auto position = must(shard::read_position(*text));
      epochs_->resume(position);
      core.step->progress = position.progress;
    }
  }

  bool expect(std::uint64_t n, std::string_view value) { return core.step->expect(input_of(n, value)); }

  void step(std::uint64_t n, std::string_view value) {
    must(core.step->transaction(input_of(n, value), output));
    WEIR_CHECK(output.kind == audit::Kind::kTransaction, "the stream has neither broken records nor duplicates");
  }

  void pump(std::int64_t now) {
    if (epochs_->due(now)) cut(now, false);
    (void)must(epochs_->pump(core, core.step->progress.next_sequence));
  }

  void finish() {
    while (!epochs_->idle()) (void)must(epochs_->pump(core, core.step->progress.next_sequence));
    cut(INT64_MAX / 2, true);
    while (!epochs_->idle()) (void)must(epochs_->pump(core, core.step->progress.next_sequence));
  }

  std::unique_ptr<state::Store> store;

 private:
  static shard::Input input_of(std::uint64_t n, std::string_view value) {
    shard::Input input;
    input.topic = "transactions";
    input.offset = static_cast<std::int64_t>(n);
    input.previous = input.offset - 1;
    input.value = value;
    return input;
  }

  std::unique_ptr<shard::EpochWriter> writer_;
  std::unique_ptr<shard::HistoryFetcher> fetcher_;
  std::unique_ptr<shard::Epochs> epochs_;

 public:
  shard::Core core;
  shard::Output output;
  std::uint64_t epochs = 0;
  std::uint64_t epoch_bytes = 0;

 private:
  void cut(std::int64_t now, bool sync) {
    shard::Position position;
    position.progress = core.step->progress;
    position.policy = core.policy->hash;
    epochs_->cut(core, position, now, sync);
    ++epochs;
    epoch_bytes += epochs_->cut_bytes();
  }
};

void fresh(const std::string& directory) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
}

bool check_answers(const std::shared_ptr<const policy::Policy>& policy, const std::string& directory,
                   std::uint64_t accounts, std::uint64_t events) {
  constexpr std::int64_t kEpochEvents = 250;
  const Engine::Sizes tiny{64U << 10U, 32U << 10U, 1000, 64U << 10U};
  const Stream stream(accounts, events);
  Engine reference(policy, "", {0, SIZE_MAX, SIZE_MAX, 0}, 0, 0, false);
  fresh(directory);
  std::uint64_t misses = 0;
  std::uint64_t epochs = 0;
  std::uint64_t flagged = 0;
  std::string value;
  for (int half = 0; half < 2; ++half) {
    Engine cold(policy, directory, tiny, kEpochEvents, 4 * kEpochEvents, false);
    for (std::uint64_t n = half == 0 ? 0 : events / 2; n < (half == 0 ? events / 2 : events); ++n) {
      stream.json(n, value);
      reference.step(n, value);
      cold.step(n, value);
      if (reference.output.decision != cold.output.decision || reference.output.leaf != cold.output.leaf) {
        std::printf("answers differ at event %llu:\n  in memory %s\n  cold      %s\n",
                    static_cast<unsigned long long>(n), reference.output.decision.c_str(),
                    cold.output.decision.c_str());
        return false;
      }
      flagged += cold.output.outcome != book::Outcome::kApprove ? 1 : 0;
      cold.pump(static_cast<std::int64_t>(n));
    }
    cold.finish();
    misses += cold.core.memory->figures().history_misses;
    epochs += cold.epochs;
  }
  std::printf(
      "answers: %llu decisions and leaves (%llu not approved) are the same bytes with everything in memory\n"
      "         and with histories fetched from the state directory %llu times, %llu epochs, one restart\n",
      static_cast<unsigned long long>(events), static_cast<unsigned long long>(flagged),
      static_cast<unsigned long long>(misses), static_cast<unsigned long long>(epochs));
  const bool cold_enough = misses > 2 * accounts;
  if (!cold_enough) std::printf("answers: too few fetches to say anything\n");
  return cold_enough;
}

// Appends, not images: bytes of an epoch per event while histories grow from nothing to a thousand rows and more.
bool check_appends(const std::shared_ptr<const policy::Policy>& policy, const std::string& directory,
                   std::uint64_t events) {
  constexpr std::uint64_t kAccounts = 20;
  const Stream stream(kAccounts, events);
  fresh(directory);
  Engine engine(policy, directory, {1U << 20U, 1U << 20U, 8U << 20U, 1U << 20U}, 100, 1000, false);
  std::string value;
  std::uint64_t early = 0;
  const std::uint64_t part = events / 10;
  for (std::uint64_t n = 0; n < events; ++n) {
    stream.json(n, value);
    engine.step(n, value);
    engine.pump(static_cast<std::int64_t>(n));
    if (n + 1 == part) early = engine.epoch_bytes;
    if (n + 1 == events - part) engine.epoch_bytes = 0;
  }
  const auto per = [part](std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(part); };
  std::printf("appends: an epoch takes %.0f bytes per event while histories are short, %.0f when they have %llu rows\n",
              per(early), per(engine.epoch_bytes), static_cast<unsigned long long>(events / kAccounts));
  return per(engine.epoch_bytes) < 1.2 * per(early);
}

struct ProcessIo {
  std::uint64_t read_bytes = 0;   // fetched from the disk
  std::uint64_t write_bytes = 0;  // dirtied for the disk
};

ProcessIo process_io() {
  ProcessIo io;
  std::ifstream file("/proc/self/io");
  std::string name;
  std::uint64_t number = 0;
  while (file >> name >> number) {
    if (name == "read_bytes:") io.read_bytes = number;
    if (name == "write_bytes:") io.write_bytes = number;
  }
  return io;
}

// Takes the state's tables out of the kernel's page cache, which would else hide the disk.
void drop_page_cache(const std::string& directory) {
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".sst") continue;
    const int file = open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;  // a compaction has just removed it
    fdatasync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    close(file);
  }
}

double microseconds(const std::vector<std::int64_t>& sorted, double share) {
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[at]) * 1e-3;
}

void print_times(const char* what, std::vector<std::int64_t>& times) {
  std::sort(times.begin(), times.end());
  double sum = 0;
  for (const auto time : times) sum += static_cast<double>(time);
  std::printf("  %-44s %9.1f %9.1f %9.1f %9.1f %10.1f\n", what, microseconds(times, 0.5),
              sum * 1e-3 / static_cast<double>(times.size()), microseconds(times, 0.99), microseconds(times, 0.999),
              microseconds(times, 1.0));
}

// `events` timed events from `first` on. `drop_every`: 0 leaves the page cache alone. `ahead`: how many events the
// engine is told of before their turn, as when it polls more than one.
void measure(Engine& engine, const Stream& stream, const std::string& directory, std::uint64_t first,
             std::uint64_t events, std::uint64_t drop_every, std::uint64_t ahead) {
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> whole;
  std::vector<std::string> values(ahead + 1);
  const auto value_of = [&](std::uint64_t n) -> std::string& { return values[n % values.size()]; };
  for (std::uint64_t n = first; n < first + ahead; ++n) stream.json(n, value_of(n));
  std::uint64_t expected = first;
  const auto store_before = engine.store->figures();
  const auto memory_before = engine.core.memory->figures();
  const auto epochs_before = engine.epochs;
  const auto epoch_bytes_before = engine.epoch_bytes;
  const auto io_before = process_io();
  for (std::uint64_t n = first; n < first + events; ++n) {
    if (drop_every != 0 && (n - first) % drop_every == 0) drop_page_cache(directory);
    stream.json(n + ahead, value_of(n + ahead));
    const auto begin = now_ns();
    while (expected < std::min(n + ahead, first + events) && engine.expect(expected, value_of(expected))) ++expected;
    engine.step(n, value_of(n));
    const auto stepped = now_ns();
    engine.pump(stepped / 1'000'000);
    whole.push_back(now_ns() - begin);
    steps.push_back(stepped - begin);
  }
  const auto store = engine.store->figures();
  const auto memory = engine.core.memory->figures();
  const auto io = process_io();
  const auto per_event = [events](std::uint64_t now, std::uint64_t before) {
    return static_cast<double>(now - before) / static_cast<double>(events);
  };
  const auto share = [](std::uint64_t hits, std::uint64_t misses) {
    return 100.0 * static_cast<double>(hits) / static_cast<double>(std::max<std::uint64_t>(hits + misses, 1));
  };
  std::printf("  %-44s %9s %9s %9s %9s %10s\n", "microseconds per event (steady clock)", "median", "mean", "p99",
              "p99.9", "max");
  print_times("the step", steps);
  print_times("the step and the epochs on its thread", whole);
  std::printf(
      "  bytes read per event:    %8.0f by RocksDB (blocks into its cache, compactions; its tickers)\n"
      "                           %8.0f from the disk (read_bytes of /proc/self/io)\n",
      per_event(store.bytes_read, store_before.bytes_read), per_event(io.read_bytes, io_before.read_bytes));
  std::printf(
      "  bytes written per event: %8.0f in epochs (the batches' sizes), %llu epochs\n"
      "                           %8.0f by RocksDB (write-ahead file, flushes, compactions; its tickers)\n"
      "                           %8.0f to the disk (write_bytes of /proc/self/io)\n",
      per_event(engine.epoch_bytes, epoch_bytes_before), static_cast<unsigned long long>(engine.epochs - epochs_before),
      per_event(store.bytes_written, store_before.bytes_written), per_event(io.write_bytes, io_before.write_bytes));
  std::printf(
      "  found in memory:         %7.1f%% of histories (the engine's figures), %.1f%% of blocks (RocksDB's tickers)\n",
      share(memory.history_hits - memory_before.history_hits, memory.history_misses - memory_before.history_misses),
      share(store.cache_hits - store_before.cache_hits, store.cache_misses - store_before.cache_misses));
}

int run(const Options& options) {
  const auto policy = handbook();
  const auto directory = options.directory + "/cold_keys_state";
  if (!check_answers(policy, directory, std::min<std::uint64_t>(options.accounts, 4'000),
                     std::min<std::uint64_t>(options.fill, 40'000)) ||
      !check_appends(policy, directory, std::min<std::uint64_t>(options.fill, 40'000))) {
    return 1;
  }

  // What is timed: a fifth to warm up, three times the events; and some that the last of them are told of.
  const std::uint64_t warm_up = options.events / 5;
  const std::uint64_t total = options.fill + warm_up + 3 * options.events + kAhead;
  const Stream stream(options.accounts, total);
  fresh(directory);
  const auto fill_begin = now_ns();
  {
    const Engine::Sizes sizes{512U << 20U, 1U << 30U, 8U << 20U, 64U << 20U};
    Engine engine(policy, directory, sizes, options.epoch_ms, 5 * options.epoch_ms, true);
    std::string value;
    for (std::uint64_t n = 0; n < options.fill; ++n) {
      stream.json(n, value);
      engine.step(n, value);
      if (n % 16 == 0) engine.pump(now_ns() / 1'000'000);
      if (n % 1'000'000 == 999'999) {
        std::fprintf(stderr, "cold_keys: %llu events filled in, %.0f s\n", static_cast<unsigned long long>(n + 1),
                     static_cast<double>(now_ns() - fill_begin) * 1e-9);
      }
    }
    engine.finish();
  }
  const double fill_s = static_cast<double>(now_ns() - fill_begin) * 1e-9;

  std::uint64_t state_bytes = 0;
  {
    // Opening puts what stood in the write-ahead file into tables.
    state::StoreOptions look;
    look.directory = directory;
    state_bytes = must(state::Store::open(look))->figures().bytes_on_disk;
  }
  const std::size_t cache = options.cache != 0 ? options.cache : static_cast<std::size_t>(state_bytes / 10);
  const Engine::Sizes sizes{cache / 2, cache / 2, 8U << 20U, options.write_buffer};
  Engine engine(policy, directory, sizes, options.epoch_ms, 5 * options.epoch_ms, true);
  std::printf(
      "state:   %llu accounts, %llu terminals, %llu events in %.0f s, %.1f MiB of tables, %.0f bytes per event\n",
      static_cast<unsigned long long>(options.accounts),
      static_cast<unsigned long long>(options.accounts / kAccountsPerTerminal),
      static_cast<unsigned long long>(options.fill), fill_s, static_cast<double>(state_bytes) / (1U << 20U),
      static_cast<double>(state_bytes) / static_cast<double>(options.fill));
  std::printf(
      "memory:  %.1f MiB of block cache, as much of histories: the state is %.1f times both; write buffer %.0f MiB\n",
      static_cast<double>(sizes.block_cache) / (1U << 20U),
      static_cast<double>(state_bytes) / static_cast<double>(cache),
      static_cast<double>(sizes.write_buffer) / (1U << 20U));

  std::string value;
  std::uint64_t n = options.fill;
  for (; n < options.fill + warm_up; ++n) {
    stream.json(n, value);
    engine.step(n, value);
    engine.pump(now_ns() / 1'000'000);
  }
  constexpr std::uint64_t kDropEvery = 500;
  const auto timed = [&](const char* how, std::uint64_t drop_every, std::uint64_t ahead) {
    std::printf("\n%llu events, %s\n", static_cast<unsigned long long>(options.events), how);
    measure(engine, stream, directory, n, options.events, drop_every, ahead);
    n += options.events;
  };
  timed("tables taken out of the kernel's page cache every 500 events", kDropEvery, 0);
  timed("the same, and each known 31 events before its turn; 4 threads fetch", kDropEvery, kAhead);
  timed("the kernel's page cache as it comes", 0, 0);
  engine.finish();

  const auto per_event = [n](std::uint64_t bytes) { return static_cast<double>(bytes) / static_cast<double>(n); };
  const auto as_it_stands = engine.store->figures().bytes_on_disk;
  must(engine.store->settle());
  std::printf("\ndisk after the run: %.0f bytes per event as it stands, %.0f fully compacted (RocksDB's table files)\n",
              per_event(as_it_stands), per_event(engine.store->figures().bytes_on_disk));
  return 0;
}

}  // namespace
}  // namespace weir

int main(int argc, char** argv) {
  weir::Options options;
  const auto number = [&](int& i) { return std::stoull(argv[++i]); };
  for (int i = 1; i < argc; ++i) {
    const bool more = i + 1 < argc;
    if (std::strcmp(argv[i], "--tiny") == 0) {
      options.accounts = 3'000;
      options.fill = 20'000;
      options.events = 2'000;
      options.write_buffer = 64U << 10U;
      options.epoch_ms = 2;
    } else if (std::strcmp(argv[i], "--accounts") == 0 && more) {
      options.accounts = number(i);
    } else if (std::strcmp(argv[i], "--fill") == 0 && more) {
      options.fill = number(i);
    } else if (std::strcmp(argv[i], "--events") == 0 && more) {
      options.events = number(i);
    } else if (std::strcmp(argv[i], "--cache") == 0 && more) {
      options.cache = number(i);
    } else if (std::strcmp(argv[i], "--dir") == 0 && more) {
      options.directory = argv[++i];
    } else {
      std::fprintf(stderr,
                   "usage: cold_keys [--tiny] [--accounts N] [--fill N] [--events N] [--cache BYTES] [--dir DIR]\n");
      return 2;
    }
  }
  if (options.fill == 0) options.fill = 2 * options.accounts;
  const bool own = options.directory.empty();
  if (own) {
    auto pattern = (std::filesystem::temp_directory_path() / "cold_keys-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      std::perror("cold_keys: no directory can be made under TMPDIR");
      return 1;
    }
    options.directory = pattern;
  }
  const int code = weir::run(options);
  std::filesystem::remove_all(own ? options.directory : options.directory + "/cold_keys_state");
  return code;
}
