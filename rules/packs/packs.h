// The shipped policies, built into the program: `weir init` needs no files beside it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace weir::packs {

struct File {
  std::string_view path;  // within the policy, with '/'
  std::string_view text;  // or, of a model, its bytes
};

// A whole policy, or a pack: that policy with one folder of its rules, and the features that these need.
struct Pack {
  std::string_view name;
  std::span<const File> files;  // in the bytewise order of path
};

// In the order of name. All of it is static.
std::span<const Pack> shipped();

// nullptr if there is none of that name.
const Pack* find(std::string_view name);

// Several together, in the order of path. An error if one is not there, or if two are not of one policy.
Result<std::vector<File>> together(std::span<const std::string> names);

}  // namespace weir::packs
