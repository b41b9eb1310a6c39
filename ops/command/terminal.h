// What the commands print with: errors, progress, colours only on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"

namespace weir::command {

inline constexpr int kOk = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// "weir: MESSAGE" on stderr; gives kFailed.
int fail(std::string_view message);
// Issues as they are, on stderr; gives kFailed.
int fail(const Issues& issues);

// A line on stderr that is drawn again and again, on a terminal only.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  // `total` 0: not known.
  void show(std::uint64_t done, std::uint64_t total, std::string_view unit);
  void clear();

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::int64_t last_ns_ = 0;
};

// "1,236,698"
std::string grouped(std::uint64_t number);

// Nanoseconds of a clock that never goes back: for measuring, never for deciding.
std::int64_t monotonic_ns();
// Milliseconds since 1970.
std::int64_t wall_ms();

}  // namespace weir::command
