#include "ops/command/terminal.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>

namespace weir::command {
namespace {

constexpr std::int64_t kRedrawNs = 200'000'000;

}  // namespace

int fail(std::string_view message) {
  std::cerr << "weir: " << message << '\n';
  return kFailed;
}

int fail(const Issues& issues) {
  std::cerr << issues.render();
  return kFailed;
}

ProgressLine::ProgressLine(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}
ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(std::uint64_t done, std::uint64_t total, std::string_view unit) {
  if (!terminal_) return;
  const auto now = monotonic_ns();
  if (shown_ && now - last_ns_ < kRedrawNs) return;
  last_ns_ = now;
  shown_ = true;
  std::string line = "\r\033[K" + what_ + ": " + grouped(done) + " " + std::string(unit);
  if (total > 0) line += " (" + std::to_string(done * 100 / total) + " %)";
  std::cerr << line << std::flush;
}

void ProgressLine::clear() {
  if (shown_) std::cerr << "\r\033[K" << std::flush;
  shown_ = false;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace weir::command
