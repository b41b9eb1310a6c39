// Checks of our own promises. They are always on: a wrong promise ends the process, because going on would put a wrong
// answer into the audit log. Never used on anything that comes from outside.
#pragma once

namespace weir {

// Prints `message`, the condition and its place to stderr and aborts.
[[noreturn]] void check_failed(const char* condition, const char* message, const char* file, int line);

}  // namespace weir

#define WEIR_CHECK(condition, message)                               \
  do {                                                               \
    if (!(condition)) [[unlikely]]                                   \
      ::weir::check_failed(#condition, message, __FILE__, __LINE__); \
  } while (false)
