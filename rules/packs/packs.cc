#include "rules/packs/packs.h"

#include <map>
#include <utility>

namespace weir::packs {

const Pack* find(std::string_view name) {
  for (const auto& pack : shipped()) {
    if (pack.name == name) return &pack;
  }
  return nullptr;
}

Result<std::vector<File>> together(std::span<const std::string> names) {
  std::map<std::string_view, std::pair<std::string_view, std::string_view>>
      texts;  // by path: the text, and whose it is
  for (const auto& name : names) {
    const auto* pack = find(name);
    if (pack == nullptr) return Error{"there is no shipped policy `" + name + "`"};
    for (const auto& file : pack->files) {
      const auto [known, is_new] = texts.emplace(file.path, std::pair(file.text, pack->name));
      if (is_new || known->second.first == file.text) continue;
      return Error{"`" + std::string(known->second.second) + "` and `" + name +
                   "` do not go together: each has its own " + std::string(file.path)};
    }
  }
  std::vector<File> files;
  for (const auto& [path, text] : texts) files.push_back({path, text.first});
  return files;
}

}  // namespace weir::packs
