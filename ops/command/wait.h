// Waiting for descriptors, signals and scratch directories: what a process needs around the engine.
#pragma once

#include <initializer_list>
#include <string>

namespace weir::command {

// Until one of the descriptors is readable (-1 is ignored), a stop signal has come, or `timeout_ms` has passed.
void wait_for(std::initializer_list<int> descriptors, int timeout_ms);

// SIGTERM and SIGINT ask to stop from now on; a second one ends the process at once.
void catch_stop_signals();
bool stop_requested();

// A directory under TMPDIR that goes away with the object.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& name);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace weir::command
