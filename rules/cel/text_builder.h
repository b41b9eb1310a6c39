// A text of unknown length that an evaluation makes.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/base/value.h"
#include "rules/cel/limits.h"
#include "rules/cel/scratch.h"

namespace weir::cel {

// One at a time for each Scratch: it collects in the Scratch's own buffer.
class TextBuilder {
 public:
  explicit TextBuilder(Scratch& scratch) : scratch_(scratch), text_(scratch.text()) { text_.clear(); }

  void add(std::string_view part) {
    if (part.size() <= kMaxHeapBytes - std::min(kMaxHeapBytes, text_.size())) {
      text_.append(part);
    } else {
      scratch_.exhaust();
    }
  }
  void add(char c) { add(std::string_view(&c, 1)); }
  std::string_view view() const { return text_; }

  // The string, in the evaluation's memory; kCostLimit with that detail if there is no room for it.
  Value finish(std::string_view detail) {
    char* out =
        scratch_.exhausted() || !scratch_.spend_text(text_.size()) ? nullptr : scratch_.allocate_text(text_.size());
    if (out == nullptr) return Value::error(ErrorCode::kCostLimit, detail);
    std::copy(text_.begin(), text_.end(), out);
    return Value::string({out, text_.size()});
  }

 private:
  Scratch& scratch_;
  std::string& text_;
};

}  // namespace weir::cel
