#include "ops/command/wait.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "engine/base/check.h"

namespace weir::command {
namespace {

constexpr std::size_t kMaxDescriptors = 8;
std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_stop_signal(int signal) {
  if (stop.exchange(true)) _exit(128 + signal);
}

}  // namespace

void wait_for(std::initializer_list<int> descriptors, int timeout_ms) {
  std::array<pollfd, kMaxDescriptors> polled{};
  nfds_t count = 0;
  for (const int descriptor : descriptors) {
    if (descriptor < 0) continue;
    WEIR_CHECK(count < kMaxDescriptors, "more descriptors than wait_for has room for");
    polled[count++] = {descriptor, POLLIN, 0};
  }
  // A signal ends the wait early, which is what it is for.
  poll(polled.data(), count, timeout_ms);
}

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

bool stop_requested() { return stop.load(std::memory_order_relaxed); }

ScratchDirectory::ScratchDirectory(const std::string& name) {
  std::string pattern = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
  WEIR_CHECK(mkdtemp(pattern.data()) != nullptr, "no scratch directory can be made under TMPDIR");
  path_ = pattern;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace weir::command
