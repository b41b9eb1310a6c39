// Waiting for a topic that has more, and not for ever.
#pragma once

#include <poll.h>

namespace weir::backtest {

class Patience {
 public:
  // Something came.
  void reset() { waited_ms_ = 0; }
  // Waits until the file descriptor is readable, if there is one, or a little; false once nothing came for 30 s.
  bool wait(int ready_fd) {
    constexpr int kAllMs = 30'000;
    const int step_ms = ready_fd < 0 ? 1 : 100;
    pollfd ready{ready_fd, POLLIN, 0};
    if (::poll(&ready, 1, step_ms) == 0) waited_ms_ += step_ms;
    return waited_ms_ < kAllMs;
  }

 private:
  int waited_ms_ = 0;
};

}  // namespace weir::backtest
