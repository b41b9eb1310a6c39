#include "ops/command/settings.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "engine/base/check.h"
#include "engine/base/civil_time.h"
#include "engine/yaml/document.h"
#include "engine/yaml/scalars.h"

extern char** environ;

namespace weir::command {
namespace {

constexpr Setting kSettings[] = {
    {"policy", SettingKind::kPath, "", "", "the policy directory"},
    {"state", SettingKind::kPath, "", "", "the state directory; one per engine, on a local disk"},
    {"inputs.transactions", SettingKind::kTopicList, "", "", "topics with transactions"},
    {"inputs.labels", SettingKind::kTopicList, "", "", "topics with labels; may be left out"},
    {"outputs.decisions", SettingKind::kTopic, "", "", "where decisions go"},
    {"outputs.audit", SettingKind::kTopic, "", "", "the audit stream; one partition per shard, never compacted"},
    {"outputs.dead_letters", SettingKind::kTopic, "", "", "where records go that can't be read"},
    {"clock", SettingKind::kChoice, "wall", "wall|event",
     "`wall`: live; events too far ahead of it are dead letters. `event`: the stream's own time, for history that is "
     "played through"},
    {"shard", SettingKind::kInteger, "0", "0..65535", "the shard that this engine runs, and its audit partition"},
    {"token_key_file", SettingKind::kPath, "", "",
     "the key that personal fields are tokenised with: 32 bytes or more, readable by the engine alone; "
     "`weir config --new` makes one. With another key no history is found again"},
    {"epoch", SettingKind::kDuration, "200ms", "", "how often what is new goes to the state directory"},
    {"sync", SettingKind::kDuration, "1s", "", "how often the state directory is made to survive a power failure"},
    {"limits.in_flight", SettingKind::kInteger, "20000", "1..10000000",
     "records that are decided and not yet acknowledged; at the bound the inputs are paused"},
    {"limits.in_flight_bytes", SettingKind::kBytes, "64MiB", "1048576..1099511627776", "the same in bytes"},
    {"limits.poll", SettingKind::kInteger, "512", "1..100000", "records taken from the inputs at a time"},
    {"memory.histories", SettingKind::kBytes, "1GiB", "1048576..1099511627776",
     "entity histories held in memory; the others are fetched from the state directory"},
    {"memory.fetch_threads", SettingKind::kInteger, "4", "1..256",
     "threads that fetch histories from the state directory before their payments' turn comes"},
    {"memory.event_ids", SettingKind::kInteger, "8000000", "1000..1000000000",
     "event ids known without a look into the state directory"},
    {"memory.state_cache", SettingKind::kBytes, "256MiB", "1048576..1099511627776", "RocksDB's block cache"},
    {"memory.state_write_buffer", SettingKind::kBytes, "64MiB", "65536..17179869184", "RocksDB's write buffer"},
    {"metrics.listen", SettingKind::kText, "127.0.0.1:9464", "",
     "address of /metrics, /healthz, /readyz; `off` for none. It has no authentication: keep it on loopback or behind "
     "what has"},
    {"kafka", SettingKind::kProperties, "", "", "librdkafka properties for all connections, e.g. security.protocol"},
    {"kafka_consumer", SettingKind::kProperties, "", "", "librdkafka properties for reading"},
    {"kafka_producer", SettingKind::kProperties, "", "", "librdkafka properties for writing, e.g. linger.ms"},
};

const Setting* find_setting(std::string_view key) {
  const auto* found =
      std::find_if(std::begin(kSettings), std::end(kSettings), [&](const auto& s) { return s.key == key; });
  return found == std::end(kSettings) ? nullptr : found;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto at = text.find(separator);
    if (at != 0) parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + 1);
  }
  return parts;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> as_number(SettingKind kind, std::string_view text) {
  if (kind == SettingKind::kDuration) {
    const auto duration = parse_duration_ms(text);
    return duration ? std::optional(*duration) : std::nullopt;
  }
  if (kind == SettingKind::kBytes) {
    const auto bytes = parse_bytes(text);
    return bytes ? std::optional(*bytes) : std::nullopt;
  }
  return whole_number(text);
}

// What is wrong with a value; empty if nothing.
std::string fault_of(const Setting& setting, const std::string& text) {
  switch (setting.kind) {
    case SettingKind::kText:
    case SettingKind::kPath:
      return text.empty() ? "an empty text" : "";
    case SettingKind::kProperties:
      return {};
    case SettingKind::kTopic:
    case SettingKind::kTopicList:
      if (text.starts_with("dir:") || text.starts_with("kafka://")) return {};
      return "`" + text + "` is no topic: write kafka://host:port/topic or dir:PATH/topic";
    case SettingKind::kChoice: {
      const auto choices = split(setting.limits, '|');
      if (std::find(choices.begin(), choices.end(), text) != choices.end()) return {};
      return "`" + text + "` is none of " + std::string(setting.limits);
    }
    case SettingKind::kDuration:
    case SettingKind::kBytes:
    case SettingKind::kInteger:
      break;
  }
  const auto value = as_number(setting.kind, text);
  if (!value) {
    return "`" + text + "` is no " +
           (setting.kind == SettingKind::kDuration ? "duration: write 200ms, 5s or 1m"
            : setting.kind == SettingKind::kBytes  ? "size: write 64MiB or 1GiB"
                                                   : "whole number");
  }
  if (setting.limits.empty()) return {};
  const auto dots = setting.limits.find("..");
  const auto least = whole_number(setting.limits.substr(0, dots));
  const auto most = whole_number(setting.limits.substr(dots + 2));
  WEIR_CHECK(least && most, "a setting's limits are two numbers");
  if (*value >= *least && *value <= *most) return {};
  return "`" + text + "` is out of range: " + std::string(setting.limits);
}

std::string resolved(const Setting& setting, const std::string& text, const std::filesystem::path& base) {
  const bool directory_topic =
      (setting.kind == SettingKind::kTopic || setting.kind == SettingKind::kTopicList) && text.starts_with("dir:");
  if (setting.kind != SettingKind::kPath && !directory_topic) return text;
  const std::filesystem::path path = directory_topic ? text.substr(4) : text;
  const auto absolute = path.is_absolute() ? path : (base / path).lexically_normal();
  return (directory_topic ? "dir:" : "") + absolute.string();
}

// The file's leaves as key -> values with their places.
class FileReader {
 public:
  FileReader(std::filesystem::path base, Issues& issues,
             std::map<std::string, std::vector<std::string>, std::less<>>& values)
      : base_(std::move(base)), issues_(issues), values_(values) {}

  void read(const yaml::Node& node, const std::string& prefix) {
    if (node.kind == yaml::NodeKind::kNull) return;  // a group with all its settings commented out
    if (node.kind != yaml::NodeKind::kMap) {
      if (node.kind != yaml::NodeKind::kFaulty) issues_.error(node.place, "a mapping of settings is expected here");
      return;
    }
    for (const auto& entry : node.entries) {
      const auto key = prefix.empty() ? entry.key.text : prefix + "." + entry.key.text;
      if (const auto* setting = find_setting(key)) {
        read_value(*setting, entry.value);
      } else if (is_group(key)) {
        read(entry.value, key);
      } else {
        std::vector<std::string> names;
        for (const auto& known : kSettings) names.emplace_back(known.key);
        issues_.error(entry.key.place, "there is no setting `" + key + "`", yaml::did_you_mean(key, names));
      }
    }
  }

 private:
  static bool is_group(const std::string& key) {
    return std::any_of(std::begin(kSettings), std::end(kSettings),
                       [&](const auto& s) { return s.key.starts_with(key + "."); });
  }

  void read_value(const Setting& setting, const yaml::Node& node) {
    auto& values = values_[std::string(setting.key)];
    values.clear();
    if (node.kind == yaml::NodeKind::kFaulty) return;
    if (setting.kind == SettingKind::kProperties) {
      if (node.kind != yaml::NodeKind::kMap) {
        issues_.error(node.place, "`" + std::string(setting.key) + "` is a mapping of librdkafka properties");
        return;
      }
      for (const auto& property : node.entries) {
        if (!is_scalar(setting, property.value)) continue;
        values.push_back(property.key.text);
        values.push_back(property.value.text);
      }
      return;
    }
    if (setting.kind == SettingKind::kTopicList && node.kind == yaml::NodeKind::kSequence) {
      for (const auto& item : node.items) add(setting, item, values);
      return;
    }
    add(setting, node, values);
  }

  bool is_scalar(const Setting& setting, const yaml::Node& node) {
    if (node.kind == yaml::NodeKind::kScalar) return true;
    if (node.kind != yaml::NodeKind::kFaulty) {
      issues_.error(node.place, "`" + std::string(setting.key) + "`: a single value is expected here");
    }
    return false;
  }

  void add(const Setting& setting, const yaml::Node& node, std::vector<std::string>& values) {
    if (!is_scalar(setting, node)) return;
    if (auto fault = fault_of(setting, node.text); !fault.empty()) {
      issues_.error(node.place, "`" + std::string(setting.key) + "`: " + fault);
      return;
    }
    values.push_back(resolved(setting, node.text, base_));
  }

  std::filesystem::path base_;
  Issues& issues_;
  std::map<std::string, std::vector<std::string>, std::less<>>& values_;
};

// Blank lines and comments only: all settings keep their defaults, or come from elsewhere.
bool sets_nothing(std::string_view text) {
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') return false;
  }
  return true;
}

}  // namespace

std::span<const Setting> all_settings() { return kSettings; }

Result<std::int64_t> parse_bytes(std::string_view text) {
  std::int64_t unit = 1;
  for (const auto& [suffix, shift] : {std::pair{"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}}) {
    if (!text.ends_with(suffix)) continue;
    text.remove_suffix(3);
    unit = std::int64_t{1} << shift;
    break;
  }
  const auto value = whole_number(text);
  if (!value || *value < 0 || *value > INT64_MAX / unit) return Error{"no size"};
  return *value * unit;
}

Result<Settings, Issues> Settings::load(const std::string& file,
                                        const std::vector<std::pair<std::string, std::string>>& overrides,
                                        const std::map<std::string, std::string>& environment) {
  Settings settings;
  Issues issues;
  for (const auto& setting : kSettings) {
    if (!setting.preset.empty()) settings.values_[std::string(setting.key)] = {std::string(setting.preset)};
  }
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in || std::filesystem::is_directory(file)) {
      issues.error({std::make_shared<SourceFile>(SourceFile{file, ""})}, "can't be read",
                   "name the engine's configuration with --config FILE; `weir config --new weir.yaml` writes one");
      return issues;
    }
    std::ostringstream text;
    text << in.rdbuf();
    const auto source = std::make_shared<const SourceFile>(SourceFile{file, text.str()});
    const auto root = sets_nothing(source->text) ? std::nullopt : yaml::parse_document(source, issues);
    const auto base = std::filesystem::absolute(file).parent_path();
    if (root) FileReader(base, issues, settings.values_).read(*root, "");
  }
  const auto apply = [&](const std::string& key, const std::string& value, const std::string& from) {
    const auto place = Place{std::make_shared<SourceFile>(SourceFile{from, ""})};
    const auto* setting = find_setting(key);
    if (setting == nullptr) {
      std::vector<std::string> names;
      for (const auto& known : kSettings) names.emplace_back(known.key);
      issues.error(place, "there is no setting `" + key + "`", yaml::did_you_mean(key, names));
      return;
    }
    const bool many = setting->kind == SettingKind::kTopicList || setting->kind == SettingKind::kProperties;
    auto& values = settings.values_[key];
    values.clear();
    for (const auto& part : many ? split(value, ',') : std::vector<std::string>{value}) {
      if (setting->kind == SettingKind::kProperties) {
        const auto equals = part.find('=');
        if (equals == std::string::npos) issues.error(place, "`" + key + "` is written name=value,name=value");
        values.push_back(part.substr(0, equals));
        values.push_back(equals == std::string::npos ? "" : part.substr(equals + 1));
        continue;
      }
      if (auto fault = fault_of(*setting, part); !fault.empty()) issues.error(place, "`" + key + "`: " + fault);
      values.push_back(resolved(*setting, part, std::filesystem::current_path()));
    }
  };
  for (const auto& setting : kSettings) {
    std::string name = "WEIR_" + std::string(setting.key);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c == '.' ? '_' : (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
    });
    if (const auto found = environment.find(name); found != environment.end()) {
      apply(std::string(setting.key), found->second, "environment variable " + name);
    }
  }
  for (const auto& [key, value] : overrides) apply(key, value, "command line");
  if (issues.has_errors()) return issues;
  return settings;
}

bool Settings::has(std::string_view key) const {
  const auto found = values_.find(key);
  return found != values_.end() && !found->second.empty();
}

const std::string& Settings::text(std::string_view key) const {
  static const std::string kNone;
  const auto found = values_.find(key);
  return found == values_.end() || found->second.empty() ? kNone : found->second.front();
}

std::vector<std::string> Settings::list(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::int64_t Settings::number(std::string_view key) const {
  const auto* setting = find_setting(key);
  WEIR_CHECK(setting != nullptr, "a setting that is not in the table");
  const auto value = as_number(setting->kind, text(key));
  WEIR_CHECK(value.has_value(), "values are checked when they are loaded");
  return *value;
}

std::map<std::string, std::string> Settings::properties(std::string_view key) const {
  std::map<std::string, std::string> properties;
  const auto values = list(key);
  for (std::size_t i = 0; i + 1 < values.size(); i += 2) properties[values[i]] = values[i + 1];
  return properties;
}

Status Settings::require(std::span<const std::string_view> keys) const {
  std::string missing;
  for (const auto key : keys) {
    if (!has(key)) missing.append(missing.empty() ? "" : ", ").append(key);
  }
  if (missing.empty()) return {};
  return Error{"these settings are missing: " + missing + "; write them into weir.yaml, or give --set KEY=VALUE"};
}

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (text.starts_with("WEIR_") && equals != std::string_view::npos) {
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

std::string settings_reference() {
  std::string out =
      "# weir.yaml\n\nHow an engine is run. What a bank decides is in the policy directory (policy.md).\n\n"
      "Every setting can be given three ways; the later wins: in `weir.yaml`, as an environment variable `WEIR_` and "
      "the "
      "key in capitals with `_` for `.` (`WEIR_OUTPUTS_AUDIT`), as a flag `--set KEY=VALUE`. Lists are comma separated "
      "in the last two. Relative paths in the file are relative to the file, elsewhere to the working directory. This "
      "page is written by `weir config --reference`.\n\n| setting | default | meaning |\n| --- | --- | --- |\n";
  for (const auto& setting : kSettings) {
    out.append("| `").append(setting.key).append("` | ");
    if (!setting.preset.empty()) out.append("`").append(setting.preset).append("`");
    out.append(" | ").append(setting.description);
    if (setting.kind == SettingKind::kInteger) out.append(" (").append(setting.limits).append(")");
    out.append(" |\n");
  }
  return out;
}

std::string settings_template(const std::map<std::string, std::string>& values) {
  std::string out = "# How this engine is run. Relative paths are relative to this file.\n";
  std::string group;
  for (const auto& setting : kSettings) {
    const auto dot = setting.key.find('.');
    const auto own_group = dot == std::string_view::npos ? std::string() : std::string(setting.key.substr(0, dot));
    out.push_back('\n');
    if (own_group != group && !own_group.empty()) out.append(own_group).append(":\n");
    group = own_group;
    const std::string indent = group.empty() ? "" : "  ";
    const auto name = dot == std::string_view::npos ? setting.key : setting.key.substr(dot + 1);
    out.append(indent).append("# ").append(setting.description).append("\n").append(indent);
    const auto value = values.find(std::string(setting.key));
    if (value == values.end()) out.append("# ");
    out.append(name).append(":");
    if (value != values.end()) {
      out.append(" ").append(value->second);
    } else if (!setting.preset.empty()) {
      out.append(" ").append(setting.preset);
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace weir::command
