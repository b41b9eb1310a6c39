// A file of conformance cases, run and told about.
#pragma once

#include <iosfwd>
#include <map>
#include <string>

#include "tests/rules/cel/conformance_cases.h"

namespace weir::cel {

struct ConformanceCounts {
  int passed = 0;
  int refused = 0;  // failures for which the compiler has a diagnostic
  int failed = 0;   // the others
  int skipped = 0;  // need protobuf
};

struct ConformanceReport {
  std::map<std::string, ConformanceCounts> files;  // by the suite's file
  ConformanceCounts total;
  int unreadable = 0;  // lines; counted as failed, too

  int failures() const { return total.failed + total.refused; }
};

// Runs every line of `in`, and prints what failed and why, a table and, last, 'N passed, N failed, N skipped' to `out`;
// `verbose`: also why each skipped case needs protobuf. Lines that are no case go to `errors` as 'NAME:LINE: why'.
ConformanceReport run_conformance(std::istream& in, const std::string& name, bool verbose, std::ostream& out,
                                  std::ostream& errors);

}  // namespace weir::cel
