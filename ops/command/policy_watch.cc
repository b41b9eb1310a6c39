#include "ops/command/policy_watch.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/thread.h"
#include "ops/command/policy_store.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

namespace fs = std::filesystem;

// What the files look like from outside: when it changes, they are read.
std::string fingerprint(const fs::path& directory) {
  std::vector<std::string> seen;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    struct stat info {};
    if (at->path().filename().string().starts_with('.') || stat(at->path().c_str(), &info) != 0) continue;
    seen.push_back(at->path().string() + " " + std::to_string(info.st_ino) + " " + std::to_string(info.st_size) + " " +
                   std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec));
  }
  std::sort(seen.begin(), seen.end());
  std::string all;
  for (const auto& one : seen) all.append(one).append("\n");
  return all;
}

}  // namespace

struct PolicyWatch::State {
  explicit State(PolicyWatchOptions the_options) : options(std::move(the_options)), store(options.state_directory) {}

  PolicyWatchOptions options;
  PolicyStore store;
  std::string seen;    // the fingerprint of what was read last
  std::string wished;  // and of the wish
  std::string hash;    // of the policy that was handed out last
  std::string shadow;  // of the one for the shadow
  // The last ones handed out: the last hold on a large policy is let go here, and not between two payments.
  std::deque<std::shared_ptr<const policy::Policy>> handed_out;
  policy::ListContents lists;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Change> changes;
  struct Taken {
    std::string policy;
    std::string shadow;
  };
  std::optional<Taken> live;  // to be written down
  bool stopping = false;
  std::thread thread;

  Result<std::shared_ptr<const policy::Policy>, Issues> load() const;
  Change look();
  void look_at_shadow(Change& change);
  void hand_out(std::shared_ptr<const policy::Policy> policy);
  Status write_down(const Taken& taken) const;
  bool changed();
  void run();
};

// The policy directory's, or the one that is wanted instead of it.
Result<std::shared_ptr<const policy::Policy>, Issues> PolicyWatch::State::load() const {
  auto files = policy::read_policy_files(options.policy_directory);
  if (!files.ok()) return files.error();
  auto directory = options.policy_directory;
  const auto wish = store.wish();
  if (wish && wish->instead_of == policy::policy_hash(*files)) directory = store.path_of(wish->hash);
  auto policy = policy::load_policy_directory(directory);
  if (!policy.ok()) return policy.error();
  if (policy->has_personal_fields() && options.token_key.empty()) {
    Issues issues;
    issues.error({}, "the policy has personal fields: set token_key_file to the key that they are tokenised with");
    return issues;
  }
  return std::make_shared<const policy::Policy>(std::move(*policy));
}

PolicyWatch::Change PolicyWatch::State::look() {
  Change change;
  auto loaded = load();
  if (!loaded.ok()) {
    change.issues = loaded.error();
    return change;
  }
  auto contents = policy::read_list_contents(options.policy_directory, **loaded, options.token_key);
  if (!contents.ok()) {
    change.issues = contents.error();
    return change;
  }
  if ((*loaded)->hash != hash) {
    if (auto status = store.keep((*loaded)->files, (*loaded)->hash); !status) {
      change.issues.error({}, status.error().message);
      return change;
    }
    hash = (*loaded)->hash;
    change.policy = *loaded;
    hand_out(*loaded);
  }
  if (*contents != lists || change.policy != nullptr) {
    lists = *contents;
    change.lists = *std::move(contents);
  }
  look_at_shadow(change);
  return change;
}

void PolicyWatch::State::look_at_shadow(Change& change) {
  const auto wanted = store.shadow_wish();
  if (wanted == shadow) return;
  shadow = wanted;
  if (wanted.empty()) {
    change.shadow.emplace(nullptr);
  } else {
    auto loaded = policy::load_policy_directory(store.path_of(wanted));
    if (!loaded.ok()) {
      change.shadow_issues = loaded.error();
      return;
    }
    change.shadow = std::make_shared<const policy::Policy>(std::move(*loaded));
    hand_out(*change.shadow);
  }
}

void PolicyWatch::State::hand_out(std::shared_ptr<const policy::Policy> policy) {
  handed_out.push_back(std::move(policy));
  if (handed_out.size() > 4) handed_out.pop_front();
}

Status PolicyWatch::State::write_down(const Taken& taken) const {
  const auto now_ms = wall_ms();
  if (auto status = store.set_live(taken.policy, now_ms); !status) return status;
  return store.set_live_shadow(taken.shadow, now_ms);
}

// Whether anything looks different from what was read, and has come to rest.
bool PolicyWatch::State::changed() {
  const auto wish = store.wish();
  const auto wish_now = (wish ? wish->hash + " " + wish->instead_of : "") + " " + store.shadow_wish();
  auto now = fingerprint(options.policy_directory);
  if (now == seen && wish_now == wished) return false;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  if (fingerprint(options.policy_directory) != now) return false;
  seen = std::move(now);
  wished = wish_now;
  return true;
}

void PolicyWatch::State::run() {
  name_thread("weir-policy");
  lower_thread_priority();
  std::unique_lock lock(mutex);
  while (!stopping) {
    wake.wait_for(lock, std::chrono::milliseconds(options.period_ms));
    auto now_live = std::exchange(live, std::nullopt);
    lock.unlock();
    if (now_live) {
      if (auto status = write_down(*now_live); !status) fail(status.error().message);
    }
    auto change = changed() ? look() : Change();
    lock.lock();
    const bool any = change.policy || change.lists || change.shadow || change.issues.has_errors() ||
                     change.shadow_issues.has_errors();
    if (any) changes.push_back(std::move(change));
  }
}

PolicyWatch::PolicyWatch(std::unique_ptr<State> state) : state_(std::move(state)) {}

PolicyWatch::~PolicyWatch() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

Result<std::unique_ptr<PolicyWatch>, Issues> PolicyWatch::start(PolicyWatchOptions options) {
  auto state = std::make_unique<State>(std::move(options));
  (void)state->changed();
  auto first = state->look();
  if (first.issues.has_errors()) return first.issues;
  state->changes.push_back(std::move(first));
  auto* running = state.get();
  if (state->options.period_ms > 0) state->thread = std::thread([running] { running->run(); });
  return std::unique_ptr<PolicyWatch>(new PolicyWatch(std::move(state)));
}

std::optional<PolicyWatch::Change> PolicyWatch::take() {
  const std::lock_guard lock(state_->mutex);
  if (state_->changes.empty()) return std::nullopt;
  auto change = std::move(state_->changes.front());
  state_->changes.pop_front();
  return change;
}

void PolicyWatch::taken(const std::string& hash, const std::string& shadow) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->live = {hash, shadow};
  }
  state_->wake.notify_all();
}

}  // namespace weir::command
