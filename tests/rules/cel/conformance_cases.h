// Cases of CEL's own conformance suite, one JSON object a line, and what both evaluators make of them.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/value.h"
#include "rules/cel/environment.h"
#include "rules/cel/program.h"
#include "tests/rules/cel/both_ways.h"

namespace weir::cel {

struct ConformanceCase {
  enum class Wanted { kValue, kError, kTypeAlone, kUnknown };

  std::string file;
  std::string section;
  std::string name;
  std::string expression;
  Checking checking = Checking::kStrict;
  bool macros = true;

  Wanted wanted = Wanted::kValue;
  Value value = Value::boolean(true);  // what a case that says nothing wants
  std::optional<Type> type;            // what the checker must find out

  World world;  // container, declarations and bindings

  // Why the case can't be stated without protobuf; empty if it can.
  std::string needs_protobuf;
  // What else the case wants that the language has no notion of, such as unknown values.
  std::string beyond_us;

  // The texts and elements of the values.
  struct Storage {
    std::deque<std::string> texts;
    std::deque<std::vector<Value>> cells;
  };
  std::unique_ptr<Storage> storage = std::make_unique<Storage>();

  std::string title() const { return file + "/" + section + "/" + name; }
};

// The case of a line; an error if it is not one: no JSON object, a member that no case has, a value of no known form.
Result<ConformanceCase> read_conformance_case(std::string_view line);

enum class Outcome { kPassed, kFailed, kRefused, kSkipped };

struct Verdict {
  Outcome outcome = Outcome::kPassed;
  std::string expected;
  std::string got;  // why, of a case that is refused or skipped
};

// Passed if both evaluators give what is wanted. kRefused is a kind of failure: the compiler has a diagnostic. Errors
// are errors: their messages aren't compared. Skipped is what needs protobuf.
Verdict judge(const ConformanceCase& test);

}  // namespace weir::cel
