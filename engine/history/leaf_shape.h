// Where the arrays of a leaf stand in its one allocation.
#pragma once

#include <cstdint>
#include <vector>

namespace weir::history {

struct LeafShape {
  std::uint32_t capacity = 0;         // rows: a power of two up to 64
  std::uint32_t bitmap_bytes = 0;     // of one bitmap: capacity / 8, at least 1
  std::vector<std::uint32_t> arrays;  // byte offset of each array
  std::vector<std::uint32_t> held;    // which arrays it has: leaves without ids lack those of ids
  std::uint32_t bitmaps = 0;          // byte offset of the first bitmap
  std::uint32_t heap = 0;             // byte offset of the strings
};

}  // namespace weir::history
