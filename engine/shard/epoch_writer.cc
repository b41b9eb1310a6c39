#include "engine/shard/epoch_writer.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/thread.h"

namespace weir::shard {
namespace {

Status write(state::Store& store, state::Batch& batch, bool sync) {
  if (auto status = store.write(batch); !status) return status;
  return sync ? store.sync() : Status();
}

class InlineEpochWriter final : public EpochWriter {
 public:
  explicit InlineEpochWriter(state::Store& store) : store_(store) {}
  void start(state::Batch& batch, bool sync) override { result_ = write(store_, batch, sync); }
  std::optional<Status> done() override { return std::exchange(result_, std::nullopt); }
  int ready_fd() const override { return -1; }

 private:
  state::Store& store_;
  std::optional<Status> result_;
};

class ThreadedEpochWriter final : public EpochWriter {
 public:
  explicit ThreadedEpochWriter(state::Store& store) : store_(store), event_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    WEIR_CHECK(event_ >= 0, "eventfd");
    thread_ = std::thread([this] { run(); });
  }
  ~ThreadedEpochWriter() override {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
    close(event_);
  }

  void start(state::Batch& batch, bool sync) override {
    {
      const std::lock_guard lock(mutex_);
      WEIR_CHECK(batch_ == nullptr && !result_, "one epoch at a time");
      batch_ = &batch;
      sync_ = sync;
    }
    wake_.notify_one();
  }

  std::optional<Status> done() override {
    const std::lock_guard lock(mutex_);
    if (!result_) return std::nullopt;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto drained = read(event_, &count, sizeof count);
    return std::exchange(result_, std::nullopt);
  }
  int ready_fd() const override { return event_; }

 private:
  void run() {
    name_thread("epochs");
    lower_thread_priority();
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || batch_ != nullptr; });
      // A started epoch is finished even when stopping: its caller owns the batch.
      if (batch_ == nullptr) return;
      auto* batch = batch_;
      const bool sync = sync_;
      lock.unlock();
      auto result = write(store_, *batch, sync);
      lock.lock();
      batch_ = nullptr;
      result_ = std::move(result);
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
    }
  }

  state::Store& store_;
  int event_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  bool sync_ = false;
  state::Batch* batch_ = nullptr;
  std::optional<Status> result_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<EpochWriter> make_threaded_epoch_writer(state::Store& store) {
  return std::make_unique<ThreadedEpochWriter>(store);
}
std::unique_ptr<EpochWriter> make_inline_epoch_writer(state::Store& store) {
  return std::make_unique<InlineEpochWriter>(store);
}

}  // namespace weir::shard
