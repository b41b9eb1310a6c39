// One pass over a JSON object with simdjson on demand: finds the members at given paths and checks everything, also
// what nobody reads, against RFC 8259.
//
// Strict: no byte order mark, no text after the object, no lone surrogates; a member on one of the paths stands at most
// once in its object. Member names are compared after unescaping.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/raw_text.h"
#include "engine/event/reject.h"
#include "engine/event/schema.h"

namespace weir::event {

// One thread. Nothing is allocated once it has seen its longest record.
class JsonWalk {
 public:
  JsonWalk();
  ~JsonWalk();
  JsonWalk(JsonWalk&&) noexcept;
  JsonWalk& operator=(JsonWalk&&) noexcept;

  // The number under which found() holds the member at `path` (not empty); the same path gets the same number. A path
  // may lead through another one's end.
  std::uint32_t add_path(std::span<const std::string> path);

  // On false `reject` says why. `json` need not be padded.
  bool walk(std::string_view json, const Limits& limits, Reject& reject);

  // What the last walk found, by path number. Texts live until the next walk.
  std::span<const RawText> found() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::event
