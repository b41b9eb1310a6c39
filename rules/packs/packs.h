// The shipped policies, built into the program: `weir init` needs no files beside it.
#pragma once

#include <span>
#include <string_view>

namespace weir::packs {

struct File {
  std::string_view path;  // within the pack, with '/'
  std::string_view text;
};

struct Pack {
  std::string_view name;        // the folder's
  std::span<const File> files;  // in the bytewise order of path
};

// In the order of name. All of it is static.
std::span<const Pack> shipped();

// nullptr if there is none of that name.
const Pack* find(std::string_view name);

}  // namespace weir::packs
