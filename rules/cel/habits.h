// What people write who come from other languages, and what to write here.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::cel {

enum class HabitKind : std::uint8_t {
  kFunction,  // name(...) or value.name(...)
  kName,      // a name that stands for a value
  kWord,      // a word behind a value: `text like 'a%'`
};

// Empty if the name is no such habit.
std::string_view habit_advice(HabitKind kind, std::string_view name);

// Whether it was to ask if something is there, as `isNull` is.
bool asks_for_presence(HabitKind kind, std::string_view name);

}  // namespace weir::cel
