// The command behind ops/conformance: runs a file of cases of CEL's conformance suite.
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/rules/cel/conformance_report.h"

namespace {

int wrong_usage(const std::string& message) {
  std::cerr << "conformance: " << message << "\nUsage: conformance FILE.jsonl [--verbose]\n";
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  std::string file;
  bool verbose = false;
  for (const std::string_view argument : std::vector<std::string_view>(arguments + 1, arguments + count)) {
    if (argument == "--verbose") {
      verbose = true;
    } else if (argument.starts_with("-")) {
      return wrong_usage("there is no option " + std::string(argument));
    } else if (!file.empty()) {
      return wrong_usage("more than one file");
    } else {
      file = argument;
    }
  }
  if (file.empty()) return wrong_usage("no file given");
  std::ifstream in(file);
  // A folder opens, but can't be read.
  if (!in.is_open() || in.peek() == std::ifstream::traits_type::eof()) {
    return wrong_usage(file + " can't be read or is empty");
  }
  const auto report = weir::cel::run_conformance(in, file, verbose, std::cout, std::cerr);
  return report.failures() == 0 ? 0 : 1;
}
