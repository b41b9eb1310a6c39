#include <algorithm>
#include <filesystem>
#include <system_error>

#include "connectors/topicdir/layout.h"
#include "connectors/topicdir/topicdir.h"

namespace weir::topicdir {

namespace fs = std::filesystem;

Result<bool> create_topic(const std::string& topic_path, std::int32_t partitions) {
  if (partitions < 1 || partitions > kMaxPartitions) {
    return Error{"a topic has 1 to " + std::to_string(kMaxPartitions) + " partitions, not " +
                 std::to_string(partitions)};
  }
  std::error_code error;
  if (fs::exists(topic_path, error)) {
    const Result<std::int32_t> there = read_partition_count(topic_path);
    if (!there) return Error{topic_path + " is there, but is no topic: " + there.error().message};
    if (*there == partitions) return false;
    return Error{"topic " + topic_path + " is there with " + std::to_string(*there) + " partitions instead of " +
                 std::to_string(partitions)};
  }
  if (Status made = make_topic(topic_path, partitions); !made) return made.error();
  return true;
}

Result<std::int32_t> partition_count(const std::string& topic_path) { return read_partition_count(topic_path); }

Result<std::vector<std::string>> list_topics(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(".")) continue;
    std::error_code no_topic;
    if (fs::exists(entry->path() / "topic.json", no_topic)) names.push_back(name);
  }
  if (error) return Error{"cannot list " + directory + ": " + error.message()};
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace weir::topicdir
