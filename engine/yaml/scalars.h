// Typed reading of single values. Each function adds an issue and returns nothing if the node is of another form; for a
// nullptr or a faulty node it returns nothing and stays silent, because that is reported already.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/diagnostics.h"
#include "engine/yaml/node.h"

namespace weir::yaml {

// The scalar itself; "" must be quoted.
const Node* as_scalar(const Node* node, Issues& issues);
std::optional<std::string> as_text(const Node* node, Issues& issues);

// Digits with an optional sign, not quoted, from `least` to `most`.
std::optional<std::int64_t> as_integer(const Node* node, std::int64_t least, std::int64_t most, Issues& issues);

// `true` or `false`, not quoted.
std::optional<bool> as_bool(const Node* node, Issues& issues);

// "7d", "1h30m" (engine/base/civil_time.h), in milliseconds.
std::optional<std::int64_t> as_duration_ms(const Node* node, Issues& issues);

// The index of the text among `choices`.
std::optional<std::size_t> as_choice(const Node* node, std::span<const std::string_view> choices, Issues& issues);

// "did you mean `X`?", or empty.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

}  // namespace weir::yaml
