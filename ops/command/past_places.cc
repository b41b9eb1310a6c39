#include "ops/command/past_places.h"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "connectors/topics/topics.h"

namespace weir::command {
namespace {

bool is_topic(const std::string& text) { return text.starts_with("dir:") || text.starts_with("kafka:"); }

Status read_places(const std::vector<std::string>& places, const char* option, const backtest::RecordTaker& take,
                   const std::function<Status(const std::string& path)>& take_file) {
  if (places.empty()) return {};
  auto topics = are_topics(places, option);
  if (!topics) return topics.error();
  if (*topics) {
    auto reader = topics::open_reader(places);
    if (!reader) return reader.error();
    return backtest::read_topics(**reader, take);
  }
  for (const auto& path : places) {
    if (auto status = take_file(path); !status) return status;
  }
  return {};
}

}  // namespace

Result<bool> are_topics(const std::vector<std::string>& places, const char* option) {
  const auto topics = std::count_if(places.begin(), places.end(), is_topic);
  if (topics != 0 && topics != static_cast<std::ptrdiff_t>(places.size())) {
    return Error{std::string(option) + " takes files or topics, not both at once"};
  }
  return topics != 0;
}

Status read_labels(const std::vector<std::string>& places, const char* option, backtest::Labels& labels) {
  const auto take = [&](std::string_view bytes, const std::string& origin) { return labels.add(bytes, origin); };
  return read_places(places, option, take, [&](const std::string& path) { return labels.add_file(path); });
}

Status read_decisions(const std::vector<std::string>& places, const char* option, backtest::Decisions& decisions) {
  const auto take = [&](std::string_view bytes, const std::string& origin) { return decisions.add(bytes, origin); };
  return read_places(places, option, take, [&](const std::string& path) { return backtest::read_lines(path, take); });
}

}  // namespace weir::command
