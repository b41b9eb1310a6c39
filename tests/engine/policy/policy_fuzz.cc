// Any bytes as the files of a policy. The input is cut at "\n%%" into policy.yaml, schema.yaml, features.yaml,
// inputs.yaml (which is left out if it is blank) and rule files. Whatever it is: no crash, no hang, every issue has a
// place in its file, and a policy that loads loads again to the same hash and rules.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/policy/policy.h"
#include "engine/yaml/source_text.h"

namespace {

std::vector<weir::policy::PolicyFile> files_of(std::string_view input) {
  constexpr std::string_view kCut = "\n%%";
  std::vector<weir::policy::PolicyFile> files;
  for (std::size_t i = 0; i < 7; ++i) {
    const auto cut = input.find(kCut);
    const auto name = i == 0   ? std::string("policy.yaml")
                      : i == 1 ? std::string("schema.yaml")
                      : i == 2 ? std::string("features.yaml")
                      : i == 3 ? std::string("inputs.yaml")
                               : "rules/" + std::to_string(i) + ".yaml";
    const auto text = std::string(input.substr(0, cut)) + "\n";
    if (i != 3 || text.find_first_not_of(" \n") != std::string::npos) files.push_back({name, text});
    if (cut == std::string_view::npos) break;
    input.remove_prefix(cut + kCut.size());
  }
  return files;
}

void check_places(const weir::Issues& issues) {
  for (const auto& issue : issues.all()) {
    if (issue.message.empty()) std::abort();
    const auto& place = issue.place;
    if (!place.file || place.line == 0) continue;
    if (place.column == 0 || place.length == 0) std::abort();
    weir::yaml::Cursor cursor(weir::yaml::without_byte_order_mark(place.file->text));
    cursor.seek(place.line, place.column);
    if (cursor.line() > place.line || (cursor.line() < place.line && !cursor.at_end())) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto files = files_of({reinterpret_cast<const char*>(data), size});
  const auto policy = weir::policy::load_policy(files, "");
  if (!policy.ok()) {
    if (!policy.error().has_errors()) std::abort();
    check_places(policy.error());
    (void)policy.error().render();
    return 0;
  }
  check_places(policy->warnings);
  const auto again = weir::policy::load_policy(policy->files, "");
  if (!again.ok() || again->hash != policy->hash) std::abort();
  if (again->rules->rules().size() != policy->rules->rules().size()) std::abort();
  const auto environment = weir::policy::rule_environment(*policy->schema, policy->features);
  for (const auto& feature : policy->features) {
    if (environment.find(feature.entity + "." + feature.name) == nullptr) std::abort();
    if (feature.window_ms + feature.offset_ms > policy->history_ms) std::abort();
  }
  return 0;
}
