// The fuzzer's function on mutations of a good file from a fixed seed, so that it never rots. Damage to a weight is
// found by the examples; so some mutations change the examples' results along with it, or only bytes that no example
// reads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "models/bundle/model.h"
#include "tests/models/bundle/file_maker.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace weir::models {
namespace {

TEST(BundleFuzz, MutationsDoNoHarm) {
  const auto file = testing::WholeModel(3).file().file();
  testing::Dice dice(20260227);
  std::uint64_t header = 0;
  for (std::size_t i = 0; i < 8; ++i) header |= std::uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
  int loaded = 0, refused = 0;
  for (int round = 0; round < 3000; ++round) {
    auto bytes = file;
    for (std::int64_t changes = dice.between(1, 3); changes > 0; --changes) {
      // Half of them in the header, where the structure is.
      const auto end = dice.between(0, 1) == 0 ? std::min<std::size_t>(header + 8, bytes.size()) : bytes.size();
      const auto at = static_cast<std::size_t>(dice.between(0, static_cast<std::int64_t>(end) - 1));
      switch (dice.between(0, 5)) {
        case 0:
          bytes[at] = static_cast<char>(dice.between(0, 255));
          break;
        case 1:
          bytes[at] = "0123456789[]{}:,\""[dice.between(0, 16)];
          break;
        case 2:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.between(0, 7)));
          break;
        case 3:
          bytes.erase(at, static_cast<std::size_t>(dice.between(1, 4)));
          break;
        case 4:
          bytes.insert(at, 1, static_cast<char>(dice.between(0, 255)));
          break;
        default:
          bytes.resize(at);
          break;
      }
      if (bytes.empty()) break;
    }
    (Model::load(bytes).ok() ? loaded : refused) += 1;
    // A buffer of exactly this size: reading beyond it is found by the sanitizers.
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
  }
  EXPECT_GT(loaded, 20);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace weir::models
