#include "connectors/topicdir/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace weir::topicdir {

Error file_error(std::string_view action, const std::string& path) {
  const int code = errno;
  std::string text = "cannot " + std::string(action) + " " + path + ": " + std::generic_category().message(code);
  if (code == ENOSPC) text += " (the disk is full: free some space and start again; nothing acknowledged is lost)";
  if (code == EMFILE) text += " (raise the limit with ulimit -n)";
  return Error{std::move(text)};
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

File::File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  return *this;
}

Result<File> File::open(const std::string& path, int flags) {
  File file;
  file.path_ = path;
  file.fd_ = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (file.fd_ < 0) return file_error("open", path);
  return file;
}

Result<File> File::adopt(int fd, const std::string& what) {
  if (fd < 0) return file_error("make", what);
  File file;
  file.path_ = what;
  file.fd_ = fd;
  return file;
}

Result<std::uint64_t> File::size() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return file_error("look at", path_);
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::size_t> File::read_at(std::uint64_t position, char* out, std::size_t size) const {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd_, out + done, size - done, static_cast<off_t>(position + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("read", path_);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

Status File::write_at(std::uint64_t position, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return file_error("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(n));
    position += static_cast<std::uint64_t>(n);
  }
  return {};
}

Status File::sync() {
  if (::fdatasync(fd_) != 0) return file_error("sync", path_);
  return {};
}

Status File::truncate(std::uint64_t size) {
  if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) return file_error("cut", path_);
  return {};
}

Status sync_directory(const std::string& path) {
  Result<File> directory = File::open(path, O_RDONLY | O_DIRECTORY);
  if (!directory) return directory.error();
  if (::fsync(directory->fd()) != 0) return file_error("sync", path);
  return {};
}

}  // namespace weir::topicdir
