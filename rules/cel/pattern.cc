#include "rules/cel/pattern.h"

#include <re2/re2.h>

#include <utility>

#include "rules/cel/limits.h"

namespace weir::cel {
namespace {

constexpr std::int64_t kMaxMemoryBytes = 1 << 20;

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::make(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return Error{"the pattern is longer than " + std::to_string(kMaxPatternBytes) + " bytes"};
  }
  re2::RE2::Options options(re2::RE2::DefaultOptions);
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemoryBytes);
  auto expression = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!expression->ok()) return Error{"the pattern is not valid: " + expression->error()};
  return Pattern(std::move(expression));
}

bool Pattern::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

}  // namespace weir::cel
