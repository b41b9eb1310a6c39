#include "connectors/topicdir/layout.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace weir::topicdir {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;
constexpr std::size_t kOffsetDigits = 20;
constexpr std::string_view kSegmentSuffix = ".log";
constexpr std::string_view kWatermarkName = "durable";

using WatermarkBytes = std::array<char, 16>;

WatermarkBytes encode_watermark(std::int64_t end_offset) {
  WatermarkBytes bytes{};
  const std::int64_t complement = ~end_offset;
  std::memcpy(bytes.data(), &end_offset, 8);
  std::memcpy(bytes.data() + 8, &complement, 8);
  return bytes;
}

bool parse_digits(std::string_view text, std::int64_t& out) {
  if (text.empty()) return false;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    if (value > (UINT64_MAX - 9) / 10) return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value > static_cast<std::uint64_t>(INT64_MAX)) return false;
  out = static_cast<std::int64_t>(value);
  return true;
}

// {"name": number, ...} with small non-negative integers, which is all that topic.json ever holds.
class SettingsParser {
 public:
  explicit SettingsParser(std::string_view text) : rest_(text) {}

  bool parse(std::int64_t& format, std::int64_t& partitions) {
    if (!accept('{')) return false;
    do {
      std::string_view name;
      std::int64_t value = 0;
      if (!string(name) || !accept(':') || !number(value)) return false;
      if (name == "format") format = value;
      if (name == "partitions") partitions = value;
    } while (accept(','));
    if (!accept('}')) return false;
    skip_space();
    return rest_.empty();
  }

 private:
  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }
  bool accept(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool string(std::string_view& out) {
    if (!accept('"')) return false;
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos) return false;
    out = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return out.find('\\') == std::string_view::npos;
  }
  bool number(std::int64_t& out) {
    skip_space();
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (!parse_digits(rest_.substr(0, digits), out)) return false;
    rest_.remove_prefix(digits);
    return true;
  }

  std::string_view rest_;
};

Status write_new_file(const std::string& path, std::string_view bytes) {
  Result<File> file = File::open(path, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) return file.error();
  if (Status written = file->write_at(0, bytes); !written) return written;
  return file->sync();
}

Status make_partition(const std::string& path) {
  std::error_code error;
  if (!fs::create_directory(path, error) || error) return Error{"cannot make " + path + ": " + error.message()};
  if (Status made = write_new_file(segment_path(path, 0), {}); !made) return made;
  const WatermarkBytes bytes = encode_watermark(0);
  if (Status made = write_new_file(path + "/" + std::string(kWatermarkName), {bytes.data(), bytes.size()}); !made) {
    return made;
  }
  return sync_directory(path);
}

Status make_topic_files(const std::string& path, std::int32_t partitions) {
  for (std::int32_t p = 0; p < partitions; ++p) {
    if (Status made = make_partition(partition_path(path, p)); !made) return made;
  }
  const std::string settings =
      "{\"format\":" + std::to_string(kFormat) + ",\"partitions\":" + std::to_string(partitions) + "}\n";
  if (Status made = write_new_file(path + "/lock", {}); !made) return made;
  if (Status made = write_new_file(path + "/topic.json", settings); !made) return made;
  return sync_directory(path);
}

}  // namespace

Result<std::int32_t> read_partition_count(const std::string& topic_path) {
  const std::string path = topic_path + "/topic.json";
  std::error_code error;
  if (!fs::exists(path, error)) {
    return Error{"there is no topic " + topic_path + ": create it with `weir topics create dir:" + topic_path + "`"};
  }
  Result<File> file = File::open(path, O_RDONLY);
  if (!file) return file.error();
  std::array<char, 4096> buffer{};
  const Result<std::size_t> size = file->read_at(0, buffer.data(), buffer.size());
  if (!size) return size.error();
  std::int64_t format = -1;
  std::int64_t partitions = -1;
  if (!SettingsParser({buffer.data(), *size}).parse(format, partitions) || format < 0) {
    return Error{path + " is not understood: expected {\"format\":1,\"partitions\":N}"};
  }
  if (format != kFormat) {
    return Error{path + " has format version " + std::to_string(format) + ", and this program knows only version " +
                 std::to_string(kFormat)};
  }
  if (partitions < 1 || partitions > kMaxPartitions) {
    return Error{path + ": partitions must be 1 to " + std::to_string(kMaxPartitions)};
  }
  return static_cast<std::int32_t>(partitions);
}

Status make_topic(const std::string& topic_path, std::int32_t partitions) {
  const fs::path target(topic_path);
  const std::string parent = target.has_parent_path() ? target.parent_path().string() : ".";
  std::error_code error;
  fs::create_directories(parent, error);
  if (error) return Error{"cannot make " + parent + ": " + error.message()};
  // Everything is made under a passing name, so that the topic is there as a whole or not at all.
  const std::string passing =
      parent + "/." + target.filename().string() + ".making-" + std::to_string(static_cast<long>(::getpid()));
  fs::remove_all(passing, error);
  if (!fs::create_directory(passing, error)) return Error{"cannot make " + passing + ": " + error.message()};
  Status made = make_topic_files(passing, partitions);
  if (made && ::rename(passing.c_str(), topic_path.c_str()) != 0) made = file_error("make", topic_path);
  if (!made) {
    fs::remove_all(passing, error);
    return made;
  }
  return sync_directory(parent);
}

std::string partition_path(const std::string& topic_path, std::int32_t partition) {
  return topic_path + "/" + std::to_string(partition);
}

std::string segment_path(const std::string& partition_path, std::int64_t first_offset) {
  const std::string digits = std::to_string(first_offset);
  return partition_path + "/" + std::string(kOffsetDigits - digits.size(), '0') + digits + std::string(kSegmentSuffix);
}

Result<std::vector<std::int64_t>> list_segments(const std::string& partition_path) {
  std::vector<std::int64_t> offsets;
  std::error_code error;
  fs::directory_iterator entry(partition_path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == kWatermarkName) continue;
    std::int64_t offset = 0;
    if (name.size() != kOffsetDigits + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix) ||
        !parse_digits(std::string_view(name).substr(0, kOffsetDigits), offset)) {
      return Error{entry->path().string() + " does not belong into a topic's partition: move it away"};
    }
    offsets.push_back(offset);
  }
  if (error) return Error{"cannot list " + partition_path + ": " + error.message()};
  if (offsets.empty()) return Error{"corrupt topic: " + partition_path + " holds no segment"};
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

Result<Watermark> Watermark::open(const std::string& partition_path, bool writable) {
  Result<File> file = File::open(partition_path + "/" + std::string(kWatermarkName), writable ? O_RDWR : O_RDONLY);
  if (!file) return file.error();
  Watermark watermark;
  watermark.file_ = std::move(*file);
  return watermark;
}

Result<std::int64_t> Watermark::read() const {
  // A read may meet a write half done; the next one does not.
  constexpr int kTries = 1000;
  for (int i = 0; i < kTries; ++i) {
    WatermarkBytes bytes{};
    const Result<std::size_t> size = file_.read_at(0, bytes.data(), bytes.size());
    if (!size) return size.error();
    std::int64_t end_offset = -1;
    std::memcpy(&end_offset, bytes.data(), 8);
    if (*size == bytes.size() && end_offset >= 0 && bytes == encode_watermark(end_offset)) return end_offset;
    ::sched_yield();
  }
  return Error{"corrupt topic: " + path() + " does not hold an offset and its complement"};
}

Status Watermark::write(std::int64_t end_offset) {
  const WatermarkBytes bytes = encode_watermark(end_offset);
  return file_.write_at(0, {bytes.data(), bytes.size()});
}

}  // namespace weir::topicdir
