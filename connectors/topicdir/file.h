// A file descriptor with an owner. Every failure names the file and what the system said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace weir::topicdir {

class File {
 public:
  File() = default;
  ~File();
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;

  // `flags` as for open(2); O_CLOEXEC is added. A new file gets mode 0644.
  static Result<File> open(const std::string& path, int flags);
  // Takes over a descriptor that is no file (eventfd, inotify, epoll); -1 is a failure of `what` with errno set.
  static Result<File> adopt(int fd, const std::string& what);

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  const std::string& path() const { return path_; }

  Result<std::uint64_t> size() const;
  // Up to `size` bytes from `position`; fewer only at the end of the file.
  Result<std::size_t> read_at(std::uint64_t position, char* out, std::size_t size) const;
  Status write_at(std::uint64_t position, std::string_view bytes);
  // fdatasync.
  Status sync();
  Status truncate(std::uint64_t size);

 private:
  int fd_ = -1;
  std::string path_;
};

// Makes the names in a directory durable.
Status sync_directory(const std::string& path);

// "cannot ACTION PATH: what errno says".
Error file_error(std::string_view action, const std::string& path);

}  // namespace weir::topicdir
