#include "ops/command/backtest_page.h"

#include "engine/base/check.h"
#include "engine/base/json_writer.h"

namespace weir::command {
namespace {

// Data within a script element ends it nowhere.
std::string within_script(std::string_view json) {
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// The cells of a line that append_csv_text() and its like have written.
void append_cells(std::string_view line, JsonWriter& json) {
  json.begin_array();
  std::string cell;
  bool quoted = false;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    if (i == line.size() || (line[i] == ',' && !quoted)) {
      json.string(cell);
      cell.clear();
    } else if (line[i] != '"') {
      cell.push_back(line[i]);
    } else if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cell.push_back('"');
      ++i;
    } else {
      quoted = !quoted;
    }
  }
  json.end_array();
}

std::string hits_json(std::string_view rule, const std::vector<std::string>& hits) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  if (!hits.empty()) {
    json.key("rule");
    json.string(rule);
    json.key("columns");
    append_cells(hits.front(), json);
    json.key("rows");
    json.begin_array();
    for (std::size_t i = 1; i < hits.size(); ++i) append_cells(hits[i], json);
    json.end_array();
  }
  json.end_object();
  return out;
}

void put(std::string& page, std::string_view place, const std::string& text) {
  const auto at = page.find(place);
  WEIR_CHECK(at != std::string::npos, "the page has a place for its data");
  page.replace(at, place.size(), text);
}

}  // namespace

std::string backtest_page(std::string_view report, std::string_view rule, const std::vector<std::string>& hits) {
  std::string page(backtest_template());
  put(page, "@HITS@", within_script(hits_json(rule, hits)));
  put(page, "@REPORT@", within_script(report));
  return page;
}

}  // namespace weir::command
