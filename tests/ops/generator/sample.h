// A piece of the generated stream, parsed, for tests to look at.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "ops/generator/generator.h"

namespace weir::generator {

// A record's members by path ("merchant.category"); strings without quotes, the rest as JSON text.
using Members = std::unordered_map<std::string, std::string>;

// False if `json` is not one valid JSON object of strings, booleans and such objects.
bool parse_members(const std::string& json, Members& out);

struct Sample {
  std::vector<GeneratedRecord> records;  // as they came
  std::vector<Members> members;          // the same, parsed; empty for malformed ones

  // The transactions, without duplicates and malformed ones, in the order of the events' times.
  std::vector<std::size_t> events_by_time() const;
};

GeneratorOptions options_with_seed(std::uint64_t seed);
Sample take_sample(const GeneratorOptions& options, std::size_t records);

// 150,000 records of seed 11 with default options; generated once.
const Sample& default_sample();

}  // namespace weir::generator
