// A second opinion on JSON: a recursive descent parser by the letter of RFC 8259, with nothing in common with the
// reader under test.
#pragma once

#include <string_view>

namespace weir::event {

// Whether `text` is one JSON value in UTF-8 with nothing but white space around it. Escaped lone surrogates are
// refused, as is nesting beyond `max_nesting`.
bool is_strict_json(std::string_view text, int max_nesting);

}  // namespace weir::event
