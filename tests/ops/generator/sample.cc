#include "tests/ops/generator/sample.h"

#include <simdjson.h>

#include <algorithm>
#include <stdexcept>

namespace weir::generator {

namespace {

bool add_members(simdjson::dom::object object, const std::string& prefix, Members& out) {
  for (const auto& field : object) {
    const std::string path = prefix + std::string(field.key);
    simdjson::dom::object inner;
    std::string_view text;
    bool fits = true;
    if (field.value.get(inner) == simdjson::SUCCESS) {
      if (!add_members(inner, path + ".", out)) return false;
      continue;
    }
    if (field.value.get(text) == simdjson::SUCCESS) {
      fits = out.emplace(path, text).second;
    } else if (field.value.is_bool()) {
      fits = out.emplace(path, simdjson::minify(field.value)).second;
    } else {
      return false;
    }
    if (!fits) return false;  // the same member twice
  }
  return true;
}

}  // namespace

bool parse_members(const std::string& json, Members& out) {
  static simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json).get(object) != simdjson::SUCCESS) return false;
  return add_members(object, "", out);
}

std::vector<std::size_t> Sample::events_by_time() const {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const GeneratedRecord& record = records[i];
    if (record.topic == StreamTopic::kTransactions && !record.duplicate && !record.malformed) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return records[a].event_time_ms < records[b].event_time_ms; });
  return order;
}

GeneratorOptions options_with_seed(std::uint64_t seed) {
  GeneratorOptions options;
  options.seed = seed;
  return options;
}

Sample take_sample(const GeneratorOptions& options, std::size_t records) {
  Generator generator(options);
  Sample sample;
  GeneratedRecord record;
  for (std::size_t i = 0; i < records && generator.next(record); ++i) {
    Members members;
    if (!record.malformed && !parse_members(record.value, members)) {
      throw std::runtime_error("not a JSON object of the expected form: " + record.value);
    }
    sample.records.push_back(record);
    sample.members.push_back(std::move(members));
  }
  return sample;
}

const Sample& default_sample() {
  static const Sample sample = take_sample(options_with_seed(11), 150'000);
  return sample;
}

}  // namespace weir::generator
