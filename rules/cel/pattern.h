// A compiled regular expression of matches().
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace re2 {
class RE2;
}

namespace weir::cel {

// RE2 syntax, on UTF-8. Immutable; any number of threads may search with it. A search takes time linear in the text and
// allocates only while the automaton's cache, which is bounded, still grows.
class Pattern {
 public:
  // Fails if the pattern is not valid, longer than kMaxPatternBytes, or would need too much memory.
  static Result<Pattern> make(std::string_view pattern);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // Whether some part of `text` matches.
  bool found_in(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> expression);
  std::unique_ptr<re2::RE2> expression_;
};

}  // namespace weir::cel
