// How the engine is run: weir.yaml, overridden by environment variables, overridden by flags. One table of settings
// feeds the reader, `weir config` and the reference page.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/base/result.h"

namespace weir::command {

enum class SettingKind : std::uint8_t {
  kText,
  kPath,
  kTopic,
  kTopicList,
  kDuration,
  kBytes,
  kInteger,
  kChoice,
  kProperties
};

struct Setting {
  std::string_view key;  // "outputs.decisions"; the environment variable is WEIR_OUTPUTS_DECISIONS
  SettingKind kind;
  std::string_view preset;  // the default, as one would write it; empty: none
  std::string_view limits;  // kInteger, kBytes: "least..most"; kChoice: "wall|event"
  std::string_view description;
};

std::span<const Setting> all_settings();

class Settings {
 public:
  // `file` may be empty: presets and overrides alone. `overrides` are (key, value), later ones win; lists are comma
  // separated. Paths in the file are relative to the file; those of overrides and environment to the working directory.
  static Result<Settings, Issues> load(const std::string& file,
                                       const std::vector<std::pair<std::string, std::string>>& overrides,
                                       const std::map<std::string, std::string>& environment);

  bool has(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;
  std::int64_t number(std::string_view key) const;  // kDuration in ms, kBytes, kInteger
  std::map<std::string, std::string> properties(std::string_view key) const;
  // Fails with one message that names every key of `keys` that has no value.
  Status require(std::span<const std::string_view> keys) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;  // properties as name, value, name, value
};

// WEIR_* of this process.
std::map<std::string, std::string> process_environment();

// The reference page (ops/docs/weir-yaml.md) from the table.
std::string settings_reference();

// A weir.yaml with every setting: the given values, the others commented out with their defaults.
std::string settings_template(const std::map<std::string, std::string>& values);

// "64MiB", "1GiB", "512KiB", "1000": bytes.
Result<std::int64_t> parse_bytes(std::string_view text);

}  // namespace weir::command
