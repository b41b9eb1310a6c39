#include "engine/state/log_file.h"

#include <fcntl.h>
#include <rocksdb/env.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "engine/base/civil_time.h"

namespace weir::state {
namespace {

constexpr std::uintmax_t kLargestBytes = 16U << 20U;

class LogFile final : public rocksdb::Logger {
 public:
  explicit LogFile(int file) : file_(file) {}
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() override {
    if (file_ >= 0) ::close(file_);
  }

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (file_ < 0) return;
    std::array<char, 4096> text{};
    const auto now_ms = static_cast<std::int64_t>(rocksdb::Env::Default()->NowMicros() / 1000);
    const auto time = iso8601(now_ms) + ' ';
    auto length = time.copy(text.data(), text.size());
    const auto room = text.size() - length - 1;
    const int wanted = std::vsnprintf(text.data() + length, room, format, arguments);
    if (wanted < 0) return;
    length += std::min(static_cast<std::size_t>(wanted), room - 1);
    if (text[length - 1] != '\n') text[length++] = '\n';
    // One call, so that lines of several threads stay whole.
    [[maybe_unused]] const auto written = ::write(file_, text.data(), length);
  }

 private:
  int file_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> open_log_file(const std::string& directory) {
  if (directory.empty()) return std::make_shared<LogFile>(-1);
  std::error_code ignored;  // whatever is wrong with the directory, opening the database will say
  std::filesystem::create_directory(directory, ignored);
  const auto path = directory + "/LOG";
  const auto size = std::filesystem::file_size(path, ignored);
  if (!ignored && size > kLargestBytes) std::filesystem::rename(path, directory + "/LOG.old", ignored);
  return std::make_shared<LogFile>(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
}

}  // namespace weir::state
