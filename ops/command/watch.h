// The live view of `weir run --watch`: a line a second, and the flagged payments.
#pragma once

#include <cstdint>

#include "ops/command/meter.h"

namespace weir::command {

class Watch {
 public:
  Watch(Meter& meter, bool on);
  void show(std::int64_t now_ns);
  void finish();

 private:
  void line(const Meter::Period& period, double seconds);
  void flagged();
  Meter& meter_;
  bool on_;
  std::int64_t started_ns_;
  std::int64_t last_ns_;
};

}  // namespace weir::command
