#include "tests/rules/cel/conformance_report.h"

#include <iomanip>
#include <istream>
#include <ostream>
#include <string_view>

namespace weir::cel {
namespace {

constexpr const char* kNoFile = "(unreadable)";

void add(ConformanceCounts& counts, Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      ++counts.passed;
      break;
    case Outcome::kRefused:
      ++counts.refused;
      break;
    case Outcome::kFailed:
      ++counts.failed;
      break;
    case Outcome::kSkipped:
      ++counts.skipped;
      break;
  }
}

// Every line of the text, indented.
std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.append("    ").append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void print_case(const ConformanceCase& test, const Verdict& verdict, std::size_t line, std::ostream& out) {
  if (verdict.outcome == Outcome::kSkipped) {
    out << "skipped " << test.title() << " (line " << line << "): it needs " << verdict.got << "\n";
    return;
  }
  out << (verdict.outcome == Outcome::kRefused ? "REFUSED " : "FAILED ") << test.title() << " (line " << line << ")\n"
      << indented(test.expression) << "  expected " << verdict.expected << "\n";
  if (verdict.outcome == Outcome::kRefused) {
    out << "  refused:\n" << indented(verdict.got);
  } else {
    out << "  got " << verdict.got << "\n";
  }
}

void print_row(const std::string& name, const ConformanceCounts& counts, std::ostream& out) {
  out << std::left << std::setw(20) << name << std::right;
  for (const int count : {counts.passed, counts.failed, counts.refused, counts.skipped}) out << std::setw(9) << count;
  out << "\n";
}

void print_table(const ConformanceReport& report, std::ostream& out) {
  out << "\n" << std::left << std::setw(20) << "file" << std::right;
  for (const auto* title : {"passed", "failed", "refused", "skipped"}) out << std::setw(9) << title;
  out << "\n";
  for (const auto& [name, counts] : report.files) print_row(name, counts, out);
  print_row("all", report.total, out);
  if (report.total.refused > 0)
    out << "Refused cases, for which the compiler has a diagnostic, count as failed below.\n";
  if (report.total.skipped > 0) out << "Skipped cases need protobuf messages, enums or wrappers.\n";
}

}  // namespace

ConformanceReport run_conformance(std::istream& in, const std::string& name, bool verbose, std::ostream& out,
                                  std::ostream& errors) {
  ConformanceReport report;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const auto test = read_conformance_case(line);
    if (!test.ok()) {
      errors << name << ":" << number << ": " << test.error().message << "\n";
      ++report.unreadable;
      add(report.files[kNoFile], Outcome::kFailed);
      add(report.total, Outcome::kFailed);
      continue;
    }
    const auto verdict = judge(*test);
    add(report.files[test->file], verdict.outcome);
    add(report.total, verdict.outcome);
    const bool told = verdict.outcome == Outcome::kSkipped ? verbose : verdict.outcome != Outcome::kPassed;
    if (told) print_case(*test, verdict, number, out);
  }
  print_table(report, out);
  out << report.total.passed << " passed, " << report.failures() << " failed, " << report.total.skipped << " skipped\n";
  return report;
}

}  // namespace weir::cel
