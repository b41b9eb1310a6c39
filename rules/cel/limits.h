// How large an expression and one evaluation of it may be. All of them are part of the language: an expression within
// the limits means the same everywhere, and one beyond them is refused or fails in the same way everywhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::cel {

inline constexpr std::size_t kMaxSourceBytes = 65'536;
// Nodes of the syntax tree: each literal, name, operator, call and list element is one.
inline constexpr std::uint32_t kMaxNodes = 16'384;
// Levels of the syntax tree, and of parentheses and unary operators in the source.
inline constexpr std::uint32_t kMaxDepth = 200;
inline constexpr std::size_t kMaxPatternBytes = 1'024;

// One unit is 16 instructions within a step of a comprehension, one element that is compared, copied or searched, or 64
// bytes of text.
inline constexpr std::uint64_t kMaxCost = 100'000;
inline constexpr std::uint64_t kTextBytesPerCost = 64;
inline constexpr std::uint64_t kLookupCost = 4;  // of `in` a named list
// Strings, lists and maps that one evaluation may build.
inline constexpr std::size_t kMaxHeapBytes = 4U << 20U;

}  // namespace weir::cel
