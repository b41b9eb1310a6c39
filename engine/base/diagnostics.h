// Faults of a policy, all of them at once: each with file:line:column, the source line, a caret and, where there is
// one, a suggestion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// A text with a name. Lines and columns count from 1; a column counts Unicode code points.
struct SourceFile {
  std::string name;
  std::string text;
};

struct Place {
  std::shared_ptr<const SourceFile> file;
  std::uint32_t line = 0;  // 0: the file as a whole
  std::uint32_t column = 0;
  std::uint32_t length = 1;  // how many code points the caret underlines
};

enum class Severity : std::uint8_t { kError, kWarning };

struct Issue {
  Severity severity = Severity::kError;
  Place place;
  std::string message;     // what is wrong, in one sentence without a full stop
  std::string suggestion;  // what to write instead; empty if unknown
};

class Issues {
 public:
  void error(Place place, std::string message, std::string suggestion = {});
  void warning(Place place, std::string message, std::string suggestion = {});
  void append(const Issues& other);

  // Among those from the `first` on: for readers that want to know whether it was their part that has faults.
  bool has_errors(std::size_t first = 0) const;
  const std::vector<Issue>& all() const { return issues_; }

  // Sorted by file, line, column; each issue as
  //   rules/a.yaml:12:9: error: message
  //      when: amout > 100
  //            ^~~~~
  //      did you mean `amount`?
  std::string render() const;

 private:
  std::vector<Issue> issues_;
};

// The candidate nearest to `name` by edit distance, if it is near enough to be a slip of the pen; else empty.
std::string_view closest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace weir
