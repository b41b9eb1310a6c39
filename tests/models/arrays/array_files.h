// The files that `weir features --arrays` writes, made by hand; tests then damage them.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace weir::models::testing {

// An .npy file. `type` and `shape` as the header writes them: "<f4", "(3, 4)".
std::string npy_file(const std::string& type, const std::string& shape, const std::string& values);

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// Name to content. Three rows of what testing::WholeModel looks at, in another order and with inputs that it does not
// know: features memo_length, card.count_1h, amount; event fields channel, hour, gap, amount, of up to 5 events; texts
// memo, merchant.
struct ArrayFiles {
  ArrayFiles();

  std::map<std::string, std::string> files;
  static constexpr std::uint64_t kRows = 3;

  void write(const std::string& directory) const;
  void replace(const std::string& name, const std::string& what, const std::string& with);
};

}  // namespace weir::models::testing
