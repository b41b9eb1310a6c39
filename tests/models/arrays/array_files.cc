#include "tests/models/arrays/array_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

namespace weir::models::testing {

std::string npy_file(const std::string& type, const std::string& shape, const std::string& values) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  constexpr std::size_t kBefore = 10;
  header.resize((kBefore + header.size() + 1 + 63) / 64 * 64 - kBefore - 1, ' ');
  header.push_back('\n');
  std::string file("\x93NUMPY\x01\x00", 8);
  file.push_back(static_cast<char>(header.size() & 0xFFU));
  file.push_back(static_cast<char>(header.size() >> 8U));
  return file + header + values;
}

ArrayFiles::ArrayFiles() {
  constexpr auto kNone = std::numeric_limits<float>::quiet_NaN();
  files["inputs.json"] =
      R"({"policy":"abc","rows":3,"features":[{"name":"memo_length","version":"9"},)"
      R"({"name":"card.count_1h","version":"2"},{"name":"amount","version":"1"}],"events":5,)"
      R"("event_fields":[{"name":"channel","version":"1","codes":12},{"name":"hour","version":"1","codes":25},)"
      R"({"name":"gap","version":"1","codes":12},{"name":"amount","version":"1","codes":12}],)"
      R"("texts":[{"name":"memo","version":"1","buckets":64,"grams":5},)"
      R"({"name":"merchant","version":"1","buckets":32,"grams":6}]})";
  files["ids.txt"] = "a\nb,2\nc\n";
  files["features.npy"] =
      npy_file("<f4", "(3, 3)", bytes_of(std::vector<float>{1, -50, 0.5F, 2, kNone, 20, 3, 70, kNone}));
  // Of rows a, b, c the last 1, 5 and 2 events are there.
  std::vector<std::uint16_t> events(3 * 5 * 4);
  for (std::size_t row = 0; row < 3; ++row) {
    const std::size_t counts[] = {1, 5, 2};
    for (auto event = 5 - counts[row]; event < 5; ++event) {
      for (std::size_t field = 0; field < 4; ++field) {
        events[(row * 5 + event) * 4 + field] = static_cast<std::uint16_t>((row * 7 + event * 3 + field) % 12);
      }
    }
  }
  files["events.npy"] = npy_file("<u2", "(3, 5, 4)", bytes_of(events));
  files["event_counts.npy"] = npy_file("<u2", "(3,)", bytes_of(std::vector<std::uint16_t>{1, 5, 2}));
  files["text.0.starts.npy"] = npy_file("<u8", "(4,)", bytes_of(std::vector<std::uint64_t>{0, 0, 2, 3}));
  files["text.0.grams.npy"] = npy_file("<u4", "(3,)", bytes_of(std::vector<std::uint32_t>{63, 1, 2}));
  files["text.1.starts.npy"] = npy_file("<u8", "(4,)", bytes_of(std::vector<std::uint64_t>{0, 1, 1, 3}));
  files["text.1.grams.npy"] = npy_file("<u4", "(3,)", bytes_of(std::vector<std::uint32_t>{31, 4, 4}));
}

void ArrayFiles::write(const std::string& directory) const {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  for (const auto& [name, content] : files) std::ofstream(directory + "/" + name, std::ios::binary) << content;
}

void ArrayFiles::replace(const std::string& name, const std::string& what, const std::string& with) {
  auto& text = files.at(name);
  ASSERT_NE(text.find(what), std::string::npos) << what;
  text.replace(text.find(what), what.size(), with);
}

}  // namespace weir::models::testing
