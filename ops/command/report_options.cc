#include "ops/command/report_options.h"

#include <fstream>

#include "engine/base/civil_time.h"
#include "ops/command/backtest_page.h"

namespace weir::command {
namespace {

Status write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  return out ? Status() : Status(Error{"can't write " + path});
}

}  // namespace

Status read_time(const std::string& text, const char* option, std::int64_t& out) {
  if (text.empty()) return {};
  const auto time_ms = parse_iso8601_ms(text, true);
  if (!time_ms.ok()) return Error{std::string(option) + " " + text + ": no date or time; write e.g. 2026-01-31"};
  out = *time_ms;
  return {};
}

Status read_duration(const std::string& text, const char* option, std::optional<std::int64_t>& out) {
  if (text.empty()) return {};
  const auto duration_ms = parse_duration_ms(text);
  if (!duration_ms.ok()) return Error{std::string(option) + " " + text + ": no duration; write e.g. 60d or 12h"};
  out = *duration_ms;
  return {};
}

Status write_report(const backtest::Report& report, const std::string& json_path, const std::string& html_path,
                    const std::string& rule, const std::vector<std::string>& hits) {
  std::string json;
  if (!json_path.empty() || !html_path.empty()) backtest::append_report_json(report, json);
  if (!json_path.empty()) {
    if (auto status = write_file(json_path, json + "\n"); !status) return status;
  }
  return html_path.empty() ? Status() : write_file(html_path, backtest_page(json, rule, hits));
}

}  // namespace weir::command
