// The forms of stored values; see row_codec.h. The numbers stand in stores: they never change. Internal.
#pragma once

#include <cstdint>

namespace weir::history {

enum class RowKind : std::uint8_t { kRow = 0, kLabel = 1 };

enum class RowForm : std::uint8_t {
  kSigned = 0,
  kEightBytes = 1,
  kBytes = 2,
  kFalse = 3,
  kTrue = 4,
  kAmount = 5,
  kUnsigned = 6,
};

}  // namespace weir::history
