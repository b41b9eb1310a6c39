#include "engine/shard/history_fetcher.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/thread.h"

namespace weir::shard {
namespace {

using Name = std::pair<std::uint32_t, std::string>;  // entity number, key
using Found = std::optional<Result<state::StoredEntity>>;

class InlineHistoryFetcher final : public HistoryFetcher {
 public:
  explicit InlineHistoryFetcher(const state::Store& store) : store_(store) {}

  void begin(std::uint32_t entity, std::string_view key) override {
    const auto [job, added] = found_.try_emplace(Name(entity, key));
    if (added) job->second = store_.read_entity(entity, key);
  }
  Found take(std::uint32_t entity, std::string_view key) override {
    const auto job = found_.find(Name(entity, key));
    if (job == found_.end()) return std::nullopt;
    auto found = std::move(job->second);
    found_.erase(job);
    return found;
  }

 private:
  const state::Store& store_;
  std::map<Name, Found> found_;
};

class ThreadedHistoryFetcher final : public HistoryFetcher {
 public:
  ThreadedHistoryFetcher(const state::Store& store, int threads) : store_(store) {
    WEIR_CHECK(threads >= 1, "a fetcher has a thread");
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
  }
  ~ThreadedHistoryFetcher() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    work_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  void begin(std::uint32_t entity, std::string_view key) override {
    {
      const std::lock_guard lock(mutex_);
      const auto [job, added] = jobs_.try_emplace(Name(entity, key));
      if (!added) return;
      waiting_.push_back(job);
      // Most reads are short, and to wake a thread costs more than to read what is in memory: one that is awake takes a
      // few before another is asked.
      if (awake_ > 0 && waiting_.size() <= kPerThread * awake_) return;
    }
    work_.notify_one();
  }

  Found take(std::uint32_t entity, std::string_view key) override {
    std::unique_lock lock(mutex_);
    const auto job = jobs_.find(Name(entity, key));
    if (job == jobs_.end()) return std::nullopt;
    done_.wait(lock, [&] { return job->second.has_value(); });
    auto found = std::move(job->second);
    jobs_.erase(job);
    return found;
  }

 private:
  using Jobs = std::map<Name, Found>;  // its nodes stay where they are
  static constexpr std::size_t kPerThread = 4;

  void run() {
    name_thread("histories");
    std::unique_lock lock(mutex_);
    ++awake_;
    while (true) {
      --awake_;
      work_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      ++awake_;
      if (stop_) return;
      const auto job = waiting_.front();
      waiting_.pop_front();
      lock.unlock();
      auto found = store_.read_entity(job->first.first, job->first.second);
      lock.lock();
      job->second = std::move(found);
      done_.notify_one();
    }
  }

  const state::Store& store_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable done_;
  Jobs jobs_;
  std::deque<Jobs::iterator> waiting_;
  std::size_t awake_ = 0;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<HistoryFetcher> make_threaded_history_fetcher(const state::Store& store, int threads) {
  return std::make_unique<ThreadedHistoryFetcher>(store, threads);
}
std::unique_ptr<HistoryFetcher> make_inline_history_fetcher(const state::Store& store) {
  return std::make_unique<InlineHistoryFetcher>(store);
}

}  // namespace weir::shard
