// Thousands of crashes. A seeded world feeds four payment partitions and two label partitions; the runner is killed at
// any point, also while it recovers, over a RocksDB whose file system loses what was not synced and over topics that
// lose what was not acknowledged. The oracle is the audit order fed to a fresh core in memory: every decision and dead
// letter that was ever emitted, repeats included, must equal what the oracle gives for that input, and each input
// offset must be there.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "engine/shard/author.h"
#include "engine/shard/history_fetcher.h"
#include "engine/shard/replay.h"
#include "engine/shard/runner.h"
#include "rules/cel/time_zones.h"
#include "tests/engine/shard/crash_file_system.h"
#include "tests/engine/shard/fake_topic.h"
#include "tests/engine/shard/scoring.h"
#include "tests/engine/shard/world.h"

namespace weir::shard::test {
namespace {

class ScratchDirectory {
 public:
  ScratchDirectory() {
    const std::filesystem::path base = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
    path_ = base / ("weir-simulation-" + std::to_string(getpid()) + "-" + std::to_string(counter_++));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  std::string state() const { return (path_ / "state").string(); }

 private:
  static inline int counter_ = 0;
  std::filesystem::path path_;
};

// Everything that survives crashes.
struct Site {
  explicit Site(std::uint64_t seed) : random(seed), world(seed * 7 + 1) {}
  Random random;
  World world;
  FakeLog payments{"payments", 4};
  FakeLog labels{"labels", 2};
  FakeLog audit{"audit", 1};
  FakeLog decisions{"decisions", 4};
  FakeLog dead_letters{"dead-letters", 1};
  ScratchDirectory directory;
  CrashFileSystem disk;
  std::int64_t now_ms = 0;
  int crashes = 0;
};

// One life of the engine process.
class Life {
 public:
  Life(Site& site, std::shared_ptr<const policy::Policy> policy, int number, Begin begin = Begin::kContinue)
      : site_(site),
        inputs_({&site.payments, &site.labels}, site.random),
        audit_reader_({&site.audit}, site.random),
        audit_(site.audit, site.random),
        decisions_(site.decisions, site.random),
        dead_letters_(site.dead_letters, site.random) {
    state::StoreOptions store_options;
    store_options.directory = site.directory.state();
    store_options.environment = site.disk.environment();
    store_options.cache_bytes = 1U << 20U;
    store_options.write_buffer_bytes = 64U << 10U;  // flushes and compactions happen too
    auto store = state::Store::open(store_options);
    if (!store) {
      error_ = store.error().message;
      return;
    }
    store_ = std::move(*store);
    epochs_ = make_inline_epoch_writer(*store_);
    fetcher_ = make_inline_history_fetcher(*store_);
    RunnerOptions options;
    options.engine = "life-" + std::to_string(number);
    options.build = "simulation";
    options.first_label_topic = 1;
    options.begin = begin;
    options.epoch_ms = 20;
    options.sync_ms = 60;
    options.max_poll = 16;
    options.policy_part_bytes = 200;  // so that a crash falls between the records of one policy, too
    options.outbox.max_deliveries = 40;
    // Most entities are cold most of the time; or all stay, and go over to the next policy's memory.
    options.core.memory.max_history_bytes = number % 2 == 0 ? 20'000 : 10'000'000;
    options.core.memory.max_known_ids = 50;
    options.core.memory.fetcher = fetcher_.get();
    auto runner =
        Runner::open({&inputs_, &audit_reader_, &audit_, &decisions_, &dead_letters_, store_.get(), epochs_.get()},
                     std::move(policy), options, nullptr, nullptr);
    if (!runner) {
      error_ = runner.error().message;
      return;
    }
    runner_ = std::move(*runner);
  }

  const std::string& error() const { return error_; }
  Runner& runner() { return *runner_; }

  // Runs one round; false once there is an error.
  bool round() {
    site_.now_ms += static_cast<std::int64_t>(site_.random.below(10));
    for (auto* writer : {&audit_, &decisions_, &dead_letters_}) {
      if (site_.random.one_in(2)) writer->tick();
    }
    auto result = runner_->pump(site_.now_ms);
    if (!result) error_ = result.error().message;
    return result.ok();
  }

  void crash() {
    site_.disk.freeze();
    for (auto* writer : {&audit_, &decisions_, &dead_letters_}) writer->crash();
    runner_.reset();
    epochs_.reset();
    fetcher_.reset();
    store_.reset();
    site_.disk.restart(site_.random);
    ++site_.crashes;
  }

 private:
  Site& site_;
  FakeReader inputs_;
  FakeReader audit_reader_;
  FakeWriter audit_;
  FakeWriter decisions_;
  FakeWriter dead_letters_;
  std::unique_ptr<state::Store> store_;
  std::unique_ptr<EpochWriter> epochs_;
  std::unique_ptr<HistoryFetcher> fetcher_;
  std::unique_ptr<Runner> runner_;
  std::string error_;
};

std::size_t records_of(const FakeLog& log) {
  std::size_t count = 0;
  for (const auto& partition : log.partitions) count += partition.size();
  return count;
}

// What the audit order gives on a fresh core, compared with everything that was emitted.
class Oracle {
 public:
  void check(const Site& site) {
    audit::RecordReader reader;
    audit::ParsedRecord parsed;
    Author author;
    Progress progress;
    for (const auto& stored : site.audit.partitions[0]) {
      ASSERT_TRUE(reader.read(*stored.value, parsed).ok());
      if (!author.counts(parsed, progress.next_sequence)) continue;
      ASSERT_EQ(parsed.head.sequence, progress.next_sequence);
      ++progress.next_sequence;
      if (parsed.kind == audit::Kind::kStart) {
        author = {parsed.engine, parsed.generation};
      } else if (parsed.kind == audit::Kind::kPolicy) {
        use_policy();
      } else {
        input(site, parsed);
      }
      if (::testing::Test::HasFatalFailure()) return;
      if (step_ != nullptr) step_->progress.next_sequence = progress.next_sequence;
    }
    compare_emitted(site.decisions, decisions_);
    compare_emitted(site.dead_letters, dead_letters_);
    EXPECT_EQ(consumed_.size(), records_of(site.payments) + records_of(site.labels)) << "an input offset is missing";
    for (const auto& [sequence, value] : decisions_) {
      EXPECT_TRUE(emitted_.contains(sequence)) << "no decision was emitted for record " << sequence;
    }
  }

 private:
  // One policy per oracle: the simulator's plain runs never change it.
  void use_policy() {
    if (core_) return;
    core_.emplace();
    auto made = make_core(small_policy(), nullptr, {});
    ASSERT_TRUE(made.ok());
    *core_ = std::move(*made);
    step_ = core_->step.get();
  }

  void input(const Site& site, const audit::ParsedRecord& parsed) {
    const auto& log = parsed.topic == "labels" ? site.labels : site.payments;
    const auto& record = log.partitions.at(static_cast<std::size_t>(parsed.input.partition))
                             .at(static_cast<std::size_t>(parsed.input.offset));
    auto& last = last_.try_emplace({parsed.topic, parsed.input.partition}, -1).first->second;
    ASSERT_EQ(parsed.input.previous, last);
    last = parsed.input.offset;
    ASSERT_TRUE(consumed_.insert({parsed.topic, parsed.input.partition, parsed.input.offset}).second);
    Input input;
    input.topic = parsed.topic;
    input.partition = parsed.input.partition;
    input.offset = parsed.input.offset;
    input.previous = parsed.input.previous;
    input.clock_ms = parsed.head.clock_ms;
    input.value = *record.value;
    Output out;
    step_->progress.next_sequence = parsed.head.sequence;
    const auto status = parsed.topic == "labels" ? step_->label(input, out) : step_->transaction(input, out);
    ASSERT_TRUE(status.ok());
    ASSERT_EQ(out.audit, parsed.hashed_part) << audit::first_difference(parsed.hashed_part, out.audit);
    if (out.kind == audit::Kind::kDeadLetter) {
      dead_letters_[out.sequence] = *record.value;
    } else if (!out.decision.empty()) {
      decisions_[out.sequence] = out.decision;
    }
  }

  void compare_emitted(const FakeLog& log, const std::map<std::uint64_t, std::string>& wanted) {
    for (const auto& partition : log.partitions) {
      for (const auto& record : partition) {
        const auto found = wanted.find(record.ticket);
        ASSERT_NE(found, wanted.end()) << "emitted for record " << record.ticket << ", which gives nothing";
        ASSERT_EQ(found->second, *record.value) << "record " << record.ticket;
        emitted_.insert(record.ticket);
      }
    }
  }

  std::optional<Core> core_;
  Step* step_ = nullptr;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> last_;
  std::set<std::tuple<std::string, std::int32_t, std::int64_t>> consumed_;
  std::map<std::uint64_t, std::string> decisions_;
  std::map<std::uint64_t, std::string> dead_letters_;
  std::set<std::uint64_t> emitted_;
};

// Now and then another policy, or other entries of its list.
void change_something(Site& site, Runner& runner) {
  static const std::vector<std::shared_ptr<const policy::Policy>> kPolicies{
      small_policy(), changed_policy(), stricter_policy(), slimmer_policy(), scoring_policy()};
  if (site.random.one_in(30)) runner.want_policy(kPolicies[site.random.below(kPolicies.size())]);
  if (site.random.one_in(30)) {
    const auto number = site.random.below(kPolicies.size() + 1);
    runner.want_shadow(number < kPolicies.size() ? kPolicies[number] : nullptr);
  }
  if (!site.random.one_in(30)) return;
  book::ListEntries entries;
  for (int i = 0; i < 3; ++i) {
    book::ListEntry entry{"seen often", "ann", INT64_MAX, {}};
    if (site.random.one_in(2)) entry.expires_ms = site.now_ms + 60'000;
    entries.insert_or_assign("m" + std::to_string(site.random.below(5)), entry);
  }
  runner.want_lists({{"known", entries}});
}

// Crashes until `crashes` have happened, then runs to a clean stop.
void run_site(Site& site, int records, int crashes, bool changes = false) {
  const auto policy = small_policy();
  ASSERT_NE(policy, nullptr);
  site.world.produce(site.payments, site.labels, records / 2);
  site.now_ms = site.world.now_ms();
  int produced = records / 2;
  for (int life = 0; life <= crashes; ++life) {
    Life engine(site, policy, life);
    ASSERT_EQ(engine.error(), "") << "life " << life;
    const bool last = life == crashes;
    // Short lives crash while they recover, longer ones after it.
    auto rounds = last ? UINT64_MAX : site.random.below(site.random.one_in(3) ? 12 : 150);
    std::uint64_t idle = 0;
    for (; rounds > 0; --rounds) {
      if (changes && engine.runner().live()) change_something(site, engine.runner());
      ASSERT_TRUE(engine.round()) << "life " << life << ": " << engine.error();
      if (produced < records && site.random.one_in(4)) {
        site.world.produce(site.payments, site.labels, 3);
        site.now_ms = std::max(site.now_ms, site.world.now_ms());
        produced += 3;
      }
      if (!last) continue;
      if (engine.runner().stopped()) break;
      if (++idle > 200 + static_cast<std::uint64_t>(records) * 4) engine.runner().request_stop();
      ASSERT_LT(idle, 1'000'000U) << "the engine does not come to an end";
    }
    if (!last) engine.crash();
  }
}

// What a weir with other time zones would have made of the same policy.
std::shared_ptr<const policy::Policy> policy_of_older_weir() {
  auto policy = std::make_shared<policy::Policy>(*small_policy());
  policy->time_zones = "1999z";
  policy->hash = policy::policy_hash(policy->files, policy->time_zones);
  return policy;
}

// Runs until it has stopped in good order.
void run_to_stop(Life& engine) {
  int idle = 0;
  while (!engine.runner().stopped()) {
    ASSERT_TRUE(engine.round()) << engine.error();
    if (++idle == 2'000) engine.runner().request_stop();
    ASSERT_LT(idle, 100'000) << "the engine does not come to an end";
  }
}

int scale() {
  const char* text = std::getenv("WEIR_SIMULATION_SCALE");
  return text == nullptr ? 1 : std::atoi(text);
}

TEST(Simulation, ACleanRunEqualsTheOracle) {
  Site site(1);
  run_site(site, 400, 0);
  if (HasFatalFailure()) return;
  Oracle().check(site);
  EXPECT_GT(records_of(site.decisions), 300U);
  EXPECT_GT(records_of(site.dead_letters), 0U);
}

TEST(Simulation, CrashesAnywhereChangeNoDecision) {
  int crashes = 0;
  for (std::uint64_t seed = 100; seed < 100 + 60U * static_cast<unsigned>(scale()); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Site site(seed);
    run_site(site, 240, 34);
    if (HasFatalFailure()) return;
    Oracle().check(site);
    if (HasFailure()) return;
    crashes += site.crashes;
  }
  RecordProperty("crashes", crashes);
  std::printf("%d crashes\n", crashes);
  EXPECT_GE(crashes, 2000);
}

// What each record of the audit stream comes to again, and whether exactly that was emitted.
class Again {
 public:
  void check(const Site& site) {
    const ScratchDirectory directory;
    auto store = state::Store::open({.directory = directory.state()});
    ASSERT_TRUE(store.ok());
    Replay replay(**store, {});
    for (const auto& stored : site.audit.partitions[0]) {
      auto finding = replay.next(*stored.value);
      ASSERT_TRUE(finding.ok()) << finding.error().message;
      if (finding->verdict == ReplayVerdict::kNotCounted) continue;
      ASSERT_EQ(finding->verdict, ReplayVerdict::kIdentical) << finding->difference;
      ++kinds[finding->kind];
      if (!finding->decision.empty()) decisions_[finding->sequence] = finding->decision;
    }
    std::set<std::uint64_t> emitted;
    for (const auto& partition : site.decisions.partitions) {
      for (const auto& record : partition) {
        ASSERT_EQ(decisions_[record.ticket], *record.value) << "record " << record.ticket;
        emitted.insert(record.ticket);
      }
    }
    EXPECT_EQ(emitted.size(), decisions_.size()) << "a decision was never emitted";
  }

  std::map<audit::Kind, int> kinds;

 private:
  std::map<std::uint64_t, std::string> decisions_;
};

TEST(Simulation, PoliciesAndListsChangeBetweenTwoRecordsWhateverCrashes) {
  std::map<audit::Kind, int> kinds;
  for (std::uint64_t seed = 500; seed < 500 + 20U * static_cast<unsigned>(scale()); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Site site(seed);
    run_site(site, 240, 12, true);
    if (HasFatalFailure()) return;
    Again again;
    again.check(site);
    if (HasFailure()) return;
    for (const auto& [kind, count] : again.kinds) kinds[kind] += count;
  }
  EXPECT_GT(kinds[audit::Kind::kPolicy], 100);
  EXPECT_GT(kinds[audit::Kind::kList], 100);
}

std::string online_count(std::string_view record) {
  const auto at = record.find("\"merchant.online_1h\":");
  return at == std::string_view::npos ? "" : std::string(record.substr(at, record.find(',', at) - at));
}

// A window that comes with a new policy has the value that it would have had from the beginning on.
TEST(Simulation, ANewWindowIsExactFromItsFirstEvent) {
  Site site(9);
  site.world.produce(site.payments, site.labels, 400);
  site.now_ms = site.world.now_ms();
  Life engine(site, small_policy(), 1);
  ASSERT_EQ(engine.error(), "");
  for (int round = 0; round < 50'000 && !engine.runner().stopped(); ++round) {
    if (engine.runner().next_sequence() > 200) engine.runner().want_policy(changed_policy());
    ASSERT_TRUE(engine.round()) << engine.error();
    if (round == 20'000) engine.runner().request_stop();
  }
  ASSERT_TRUE(engine.runner().stopped());

  auto made = make_core(changed_policy(), nullptr, {});
  ASSERT_TRUE(made.ok());
  audit::RecordReader reader;
  audit::ParsedRecord parsed;
  Output out;
  int compared = 0;
  for (const auto& stored : site.audit.partitions[0]) {
    ASSERT_TRUE(reader.read(*stored.value, parsed).ok());
    if (!parsed.has_input) continue;
    const auto& log = parsed.topic == "labels" ? site.labels : site.payments;
    Input input;
    input.topic = parsed.topic;
    input.partition = parsed.input.partition;
    input.offset = parsed.input.offset;
    input.clock_ms = parsed.head.clock_ms;
    input.value = *log.partitions.at(static_cast<std::size_t>(parsed.input.partition))
                       .at(static_cast<std::size_t>(parsed.input.offset))
                       .value;
    auto& step = *made->step;
    ASSERT_TRUE((parsed.topic == "labels" ? step.label(input, out) : step.transaction(input, out)).ok());
    const auto value = online_count(parsed.hashed_part);
    if (value.empty()) continue;
    ++compared;
    EXPECT_EQ(value, online_count(out.audit)) << parsed.event_id;
  }
  EXPECT_GT(compared, 100);
}

TEST(Simulation, AnEngineWithOtherTimeZonesGoesOnAfterACleanStop) {
  Site site(41);
  site.world.produce(site.payments, site.labels, 60);
  site.now_ms = site.world.now_ms();
  {
    Life older(site, policy_of_older_weir(), 0);
    ASSERT_EQ(older.error(), "");
    run_to_stop(older);
  }
  site.world.produce(site.payments, site.labels, 20);
  site.now_ms = site.world.now_ms();
  {
    Life newer(site, small_policy(), 1);
    ASSERT_EQ(newer.error(), "");
    run_to_stop(newer);
  }
  // From its policy record on it decides with its own time zones.
  audit::RecordReader reader;
  audit::ParsedRecord parsed;
  std::vector<std::string> versions;
  std::string policy;
  for (const auto& stored : site.audit.partitions[0]) {
    ASSERT_TRUE(reader.read(*stored.value, parsed).ok());
    if (parsed.kind == audit::Kind::kTransaction) {
      EXPECT_EQ(parsed.policy, policy);
    }
    if (parsed.kind != audit::Kind::kPolicy || parsed.part < parsed.parts) continue;
    versions.push_back(parsed.time_zones);
    policy = parsed.policy;
  }
  EXPECT_EQ(versions, (std::vector<std::string>{"1999z", std::string(cel::time_zone_version())}));
  EXPECT_EQ(policy, small_policy()->hash);
}

TEST(Simulation, AnEngineWithOtherTimeZonesDecidesNothingAgain) {
  Site site(42);
  site.world.produce(site.payments, site.labels, 200);
  site.now_ms = site.world.now_ms();
  {
    Life older(site, policy_of_older_weir(), 0);
    ASSERT_EQ(older.error(), "");
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(older.round()) << older.error();
    older.crash();
  }
  Life newer(site, small_policy(), 1);
  auto error = newer.error();
  for (int i = 0; i < 40 && error.empty(); ++i) {
    if (!newer.round()) error = newer.error();
  }
  EXPECT_NE(error.find("decided with the time zones of 1999z, and this weir has those of " +
                       std::string(cel::time_zone_version())),
            std::string::npos)
      << error;
}

}  // namespace
}  // namespace weir::shard::test
