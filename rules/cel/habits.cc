#include "rules/cel/habits.h"

#include <algorithm>
#include <array>

namespace weir::cel {
namespace {

struct Habit {
  HabitKind kind;
  std::string_view name;
  std::string_view advice;
};

constexpr auto kFunction = HabitKind::kFunction;
constexpr auto kName = HabitKind::kName;
constexpr auto kWord = HabitKind::kWord;

constexpr std::string_view kPresence = "write has(field), or !has(field)";
constexpr std::string_view kDefault = "write field.orValue(...) with what counts where it is absent";
constexpr std::string_view kSize = "write size(value)";
constexpr std::string_view kUpper = "write text.upperAscii()";
constexpr std::string_view kLower = "write text.lowerAscii()";
constexpr std::string_view kClock = "there is no clock here: use the event's own time";
constexpr std::string_view kChance = "there is no chance here: an event always has the same result";
constexpr std::string_view kHours = "write time.getHours()";
constexpr std::string_view kWeekday = "write time.getDayOfWeek(): Sunday is 0";
constexpr std::string_view kMonth = "write time.getMonth(): January is 0";
constexpr std::string_view kPattern = "write text.matches('...') with a regular expression";
constexpr std::string_view kExists = "write list.exists(x, condition)";

constexpr std::array kHabits{
    Habit{kFunction, "isNull", kPresence},
    Habit{kFunction, "isnull", kPresence},
    Habit{kFunction, "is_null", kPresence},
    Habit{kFunction, "isEmpty", kPresence},
    Habit{kFunction, "is_empty", kPresence},
    Habit{kFunction, "empty", kPresence},
    Habit{kFunction, "exists", kPresence},  // of a list it is a macro
    Habit{kFunction, "present", kPresence},
    Habit{kFunction, "defined", kPresence},
    Habit{kFunction, "isset", kPresence},
    Habit{kFunction, "coalesce", kDefault},
    Habit{kFunction, "ifnull", kDefault},
    Habit{kFunction, "ifNull", kDefault},
    Habit{kFunction, "nvl", kDefault},
    Habit{kFunction, "orElse", kDefault},
    Habit{kFunction, "getOrDefault", kDefault},
    Habit{kFunction, "default", kDefault},
    Habit{kFunction, "len", kSize},
    Habit{kFunction, "length", kSize},
    Habit{kFunction, "count", kSize},
    Habit{kFunction, "upper", kUpper},
    Habit{kFunction, "toUpper", kUpper},
    Habit{kFunction, "toUpperCase", kUpper},
    Habit{kFunction, "lower", kLower},
    Habit{kFunction, "toLower", kLower},
    Habit{kFunction, "toLowerCase", kLower},
    Habit{kFunction, "strip", "write text.trim()"},
    Habit{kFunction, "substr", "write text.substring(0, 6)"},
    Habit{kFunction, "left", "write text.substring(0, 6)"},
    Habit{kFunction, "concat", "write a + b"},
    Habit{kFunction, "includes", "write text.contains(part), or value in list"},
    Habit{kFunction, "like", kPattern},
    Habit{kFunction, "regex", kPattern},
    Habit{kFunction, "regexp", kPattern},
    Habit{kFunction, "any", kExists},
    Habit{kFunction, "some", kExists},
    Habit{kFunction, "every", "write list.all(x, condition)"},
    Habit{kFunction, "not", "write !(condition)"},
    Habit{kFunction, "if", "write condition ? a : b"},
    Habit{kFunction, "now", kClock},
    Habit{kFunction, "today", kClock},
    Habit{kFunction, "rand", kChance},
    Habit{kFunction, "random", kChance},
    Habit{kFunction, "date", "write timestamp('2026-02-27T00:00:00Z')"},
    Habit{kFunction, "hour", kHours},
    Habit{kFunction, "hours", kHours},
    Habit{kFunction, "weekday", kWeekday},
    Habit{kFunction, "dayOfWeek", kWeekday},
    Habit{kFunction, "month", kMonth},
    Habit{kFunction, "abs", "write math.abs(x)"},
    Habit{kFunction, "round", "write math.round(x)"},
    Habit{kFunction, "floor", "write math.floor(x)"},
    Habit{kFunction, "ceil", "write math.ceil(x)"},
    Habit{kFunction, "sqrt", "write math.sqrt(x)"},
    Habit{kFunction, "min", "write math.least(a, b)"},
    Habit{kFunction, "max", "write math.greatest(a, b)"},
    Habit{kFunction, "float", "write double(x)"},
    Habit{kFunction, "str", "write string(x)"},
    Habit{kFunction, "euro", "write eur('150.00')"},
    Habit{kFunction, "euros", "write eur('150.00')"},
    Habit{kFunction, "dollar", "write usd('150.00')"},
    Habit{kFunction, "dollars", "write usd('150.00')"},
    Habit{kName, "now", kClock},
    Habit{kName, "today", kClock},
    Habit{kName, "undefined", kPresence},
    Habit{kName, "None", kPresence},
    Habit{kName, "nil", kPresence},
    Habit{kName, "Null", kPresence},
    Habit{kName, "NULL", kPresence},
    Habit{kName, "True", "write `true`"},
    Habit{kName, "TRUE", "write `true`"},
    Habit{kName, "False", "write `false`"},
    Habit{kName, "FALSE", "write `false`"},
    Habit{kWord, "and", "write `&&`"},
    Habit{kWord, "And", "write `&&`"},
    Habit{kWord, "AND", "write `&&`"},
    Habit{kWord, "or", "write `||`"},
    Habit{kWord, "Or", "write `||`"},
    Habit{kWord, "OR", "write `||`"},
    Habit{kWord, "not", "write !(value in list)"},
    Habit{kWord, "NOT", "write !(value in list)"},
    Habit{kWord, "IN", "write `in`"},
    Habit{kWord, "is", kPresence},
    Habit{kWord, "IS", kPresence},
    Habit{kWord, "like", kPattern},
    Habit{kWord, "LIKE", kPattern},
    Habit{kWord, "matches", kPattern},
    Habit{kWord, "contains", "write text.contains(part)"},
    Habit{kWord, "between", "write x >= 1 && x <= 5"},
    Habit{kWord, "BETWEEN", "write x >= 1 && x <= 5"},
};

}  // namespace

std::string_view habit_advice(HabitKind kind, std::string_view name) {
  const auto* found = std::find_if(kHabits.begin(), kHabits.end(),
                                   [&](const Habit& habit) { return habit.kind == kind && habit.name == name; });
  return found == kHabits.end() ? std::string_view() : found->advice;
}

bool asks_for_presence(HabitKind kind, std::string_view name) {
  const auto advice = habit_advice(kind, name);
  return !advice.empty() && (advice == kPresence || advice == kDefault);
}

}  // namespace weir::cel
