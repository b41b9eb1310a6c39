#include "ops/command/engine.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connectors/http/server.h"
#include "connectors/topics/topics.h"
#include "engine/base/sha256.h"
#include "engine/shard/history_fetcher.h"
#include "ops/command/build_id.h"
#include "ops/command/policy_watch.h"
#include "ops/command/terminal.h"
#include "ops/command/token_key.h"
#include "ops/command/wait.h"

namespace weir::command {
namespace {

constexpr std::int64_t kPublishNs = 250'000'000;
constexpr std::int64_t kLagNs = 5'000'000'000;
constexpr std::string_view kRequired[] = {
    "policy", "state", "inputs.transactions", "outputs.decisions", "outputs.audit", "outputs.dead_letters"};

Issues one_issue(std::string message) {
  Issues issues;
  issues.error({}, std::move(message));
  return issues;
}

// Unlike any other engine's that may meet this one on an audit stream.
std::string instance_id() {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return std::string(host) + "-" + std::to_string(getpid()) + "-" + std::to_string(wall_ms());
}

topics::Options topic_options(const Settings& settings, std::string_view properties) {
  topics::Options options;
  options.kafka_properties = settings.properties("kafka");
  for (auto& [name, value] : settings.properties(properties)) options.kafka_properties[name] = value;
  options.log = [](topics::LogLevel level, std::string_view text) {
    if (level <= topics::LogLevel::kWarning) std::cerr << "weir: " << text << '\n';
  };
  return options;
}

}  // namespace

struct Engine::State {
  explicit State(std::size_t max_in_flight) : meter(max_in_flight) {}

  // Destroyed in reverse: the runner first, the server before what it reports on.
  Meter meter;
  std::unique_ptr<topic::Reader> inputs;
  std::unique_ptr<topic::Reader> audit_reader;
  std::unique_ptr<topic::Writer> audit;
  std::unique_ptr<topic::Writer> decisions;
  std::unique_ptr<topic::Writer> dead_letters;
  std::unique_ptr<state::Store> store;
  std::unique_ptr<shard::EpochWriter> epochs;
  std::unique_ptr<shard::HistoryFetcher> fetcher;
  std::unique_ptr<shard::Runner> runner;
  std::unique_ptr<PolicyWatch> watch;
  std::string taken_policy;
  std::string taken_shadow;
  std::shared_ptr<std::atomic<bool>> ready = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<http::Server> server;
  std::int64_t published_ns = 0;
  std::int64_t lag_ns = 0;
  std::uint64_t seen_records = 0;
  std::int64_t saved_wakes = 0;  // in nanoseconds of waiting
  std::int64_t paced_ns = 0;

  Status open_topics(const Settings& settings);
  Status open_state(const Settings& settings);
  void follow_policy();
  void publish(std::int64_t now_ns);
  void pace();
};

Status Engine::State::open_topics(const Settings& settings) {
  const auto reading = topic_options(settings, "kafka_consumer");
  const auto writing = topic_options(settings, "kafka_producer");
  auto urls = settings.list("inputs.transactions");
  for (auto& labels : settings.list("inputs.labels")) urls.push_back(std::move(labels));
  const auto assign = [](auto& target, auto opened) -> Status {
    if (!opened) return opened.error();
    target = std::move(*opened);
    return {};
  };
  if (auto s = assign(inputs, topics::open_reader(urls, reading)); !s) return s;
  if (auto s = assign(audit, topics::open_writer(settings.text("outputs.audit"), writing)); !s) return s;
  if (auto s = assign(audit_reader, topics::open_reader({settings.text("outputs.audit")}, reading)); !s) return s;
  if (auto s = assign(decisions, topics::open_writer(settings.text("outputs.decisions"), writing)); !s) return s;
  return assign(dead_letters, topics::open_writer(settings.text("outputs.dead_letters"), writing));
}

Status Engine::State::open_state(const Settings& settings) {
  state::StoreOptions options;
  options.directory = settings.text("state");
  options.shard = static_cast<std::uint32_t>(settings.number("shard"));
  options.cache_bytes = static_cast<std::size_t>(settings.number("memory.state_cache"));
  options.write_buffer_bytes = static_cast<std::size_t>(settings.number("memory.state_write_buffer"));
  auto opened = state::Store::open(options);
  if (!opened) return opened.error();
  store = std::move(*opened);
  epochs = shard::make_threaded_epoch_writer(*store);
  fetcher = shard::make_threaded_history_fetcher(*store, static_cast<int>(settings.number("memory.fetch_threads")));
  return {};
}

void Engine::State::follow_policy() {
  if (auto change = watch->take()) {
    if (change->shadow_issues.has_errors()) meter.policy_refused(change->shadow_issues);
    if (change->issues.has_errors()) {
      meter.policy_refused(change->issues);
    } else {
      if (change->policy != nullptr) runner->want_policy(change->policy);
      if (change->shadow) runner->want_shadow(*change->shadow);
      if (change->lists) runner->want_lists(*std::move(change->lists));
    }
  }
  if (meter.policy_hash() == taken_policy && meter.shadow_hash() == taken_shadow) return;
  taken_policy = meter.policy_hash();
  taken_shadow = meter.shadow_hash();
  watch->taken(taken_policy, taken_shadow);
}

void Engine::State::publish(std::int64_t now_ns) {
  if (now_ns - published_ns < kPublishNs) return;
  published_ns = now_ns;
  if (runner->core() != nullptr) meter.publish(runner->core()->memory->figures(), store->figures());
  ready->store(runner->live(), std::memory_order_relaxed);
  if (now_ns - lag_ns < kLagNs) return;
  lag_ns = now_ns;
  for (std::uint32_t t = 0; t < inputs->topic_count(); ++t) {
    for (std::int32_t p = 0; p < inputs->partition_count(t); ++p) {
      const auto range = inputs->known_offsets(t, p);
      if (!range || range->end < 0) continue;
      meter.set_lag(inputs->topic_name(t), p, range->end - std::max(range->first, runner->last_consumed(t, p) + 1));
    }
  }
}

std::span<const std::string_view> required_settings() { return kRequired; }

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>, Issues> Engine::start(const Settings& settings, shard::Begin begin) {
  if (auto status = settings.require(kRequired); !status) return one_issue(status.error().message);
  auto key = read_token_key(settings.text("token_key_file"));
  if (!key) return one_issue(key.error().message);
  auto watch = PolicyWatch::start({settings.text("policy"), settings.text("state"), key->bytes, 500});
  if (!watch.ok()) return watch.error();
  const auto first = (*watch)->take();

  shard::RunnerOptions options;
  options.outbox.max_deliveries = static_cast<std::size_t>(settings.number("limits.in_flight"));
  options.outbox.max_bytes = static_cast<std::size_t>(settings.number("limits.in_flight_bytes"));
  options.core.shard = static_cast<std::uint32_t>(settings.number("shard"));
  options.outbox.audit_partition = static_cast<std::int32_t>(options.core.shard);
  options.core.clock_source =
      settings.text("clock") == "event" ? shard::ClockSource::kEvent : shard::ClockSource::kGiven;
  options.core.token_key = key->bytes;
  options.core.memory.max_history_bytes = static_cast<std::size_t>(settings.number("memory.histories"));
  options.core.memory.max_known_ids = static_cast<std::size_t>(settings.number("memory.event_ids"));
  options.engine = instance_id();
  options.build = build_id();
  options.token_key_id = key->id;
  options.first_label_topic = static_cast<std::uint32_t>(settings.list("inputs.transactions").size());
  options.begin = begin;
  options.epoch_ms = settings.number("epoch");
  options.sync_ms = settings.number("sync");
  options.max_poll = static_cast<std::size_t>(settings.number("limits.poll"));

  auto state = std::make_unique<State>(options.outbox.max_deliveries + options.max_poll);
  if (auto status = state->open_topics(settings); !status) return one_issue(status.error().message);
  if (auto status = state->open_state(settings); !status) return one_issue(status.error().message);
  options.core.memory.fetcher = state->fetcher.get();
  auto runner =
      shard::Runner::open({state->inputs.get(), state->audit_reader.get(), state->audit.get(), state->decisions.get(),
                           state->dead_letters.get(), state->store.get(), state->epochs.get()},
                          first->policy, std::move(options), &state->meter, &state->meter);
  if (!runner) return one_issue(runner.error().message);
  state->runner = std::move(*runner);
  state->runner->want_lists(*first->lists);
  // What changes nothing does not keep the engine from starting either.
  if (first->shadow_issues.has_errors()) state->meter.policy_refused(first->shadow_issues);
  if (first->shadow) state->runner->want_shadow(*first->shadow);
  state->watch = *std::move(watch);
  if (settings.text("metrics.listen") != "off") {
    const auto ready = state->ready;
    http::ServerOptions server;
    server.address = settings.text("metrics.listen");
    server.registry = state->meter.registry();
    server.ready = [ready] {
      return ready->load(std::memory_order_relaxed) ? http::Health{true, "live"}
                                                    : http::Health{false, "recovering from the audit stream"};
    };
    auto started = http::Server::start(std::move(server));
    if (!started) return one_issue(started.error().message);
    state->server = std::move(*started);
  }
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

Result<bool> Engine::pump() {
  auto& s = *state_;
  s.follow_policy();
  auto moved = s.runner->pump(wall_ms());
  s.publish(monotonic_ns());
  return moved;
}

// A busy stream wakes us for every record and every acknowledgement. Beyond so many wakes a second they are let gather
// for half a millisecond. A quiet stream is answered at once.
void Engine::State::pace() {
  constexpr std::int64_t kWakeNs = 500'000;
  constexpr std::int64_t kMostSaved = 16;
  const auto now = monotonic_ns();
  saved_wakes = std::min(kMostSaved * kWakeNs, saved_wakes + now - paced_ns);
  paced_ns = now;
  if (saved_wakes >= kWakeNs) {
    saved_wakes -= kWakeNs;
  } else {
    std::this_thread::sleep_for(std::chrono::nanoseconds(kWakeNs));
  }
}

void Engine::wait(int timeout_ms) {
  auto& s = *state_;
  s.pace();
  // Live, nobody reads the audit stream: its descriptor stays readable and would end every wait at once.
  const int audit_fd = s.runner->live() ? -1 : s.audit_reader->ready_fd();
  wait_for({s.inputs->ready_fd(), audit_fd, s.audit->ready_fd(), s.decisions->ready_fd(), s.dead_letters->ready_fd(),
            s.epochs->ready_fd()},
           timeout_ms);
}

void Engine::request_stop() { state_->runner->request_stop(); }
bool Engine::stopped() const { return state_->runner->stopped(); }
bool Engine::live() const { return state_->runner->live(); }
Meter& Engine::meter() { return state_->meter; }

bool Engine::took_input() {
  const auto records = state_->meter.total().records;
  return std::exchange(state_->seen_records, records) != records;
}

}  // namespace weir::command
