#include "engine/policy/policy.h"

#include <algorithm>
#include <utility>

#include "engine/base/sha256.h"

namespace weir::policy {
namespace {

void append_with_length(std::string& out, std::string_view bytes) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(bytes.size()) >> shift) & 0xFFU));
  }
  out.append(bytes);
}

}  // namespace

bool Policy::has_personal_fields() const {
  const auto& fields = schema->fields;
  return std::any_of(fields.begin(), fields.end(), [](const event::Field& field) { return field.personal; });
}

std::vector<std::string> Policy::slot_names() const {
  std::vector<std::string> names;
  for (const auto& field : schema->fields) names.push_back(field.name);
  names.insert(names.end(), {"event_type", "outcome", "label"});
  for (const auto& feature : features) names.push_back(feature.entity + "." + feature.name);
  for (const auto& list : lists) names.push_back("lists." + list.name);
  if (model != nullptr) names.emplace_back(kModelScore);
  return names;
}

std::string policy_hash(const std::vector<PolicyFile>& files, std::string_view time_zones) {
  const PolicyFile zones{std::string(kTimeZonesEntry), std::string(time_zones)};
  std::vector<const PolicyFile*> order{&zones};
  for (const auto& file : files) order.push_back(&file);
  std::sort(order.begin(), order.end(), [](const PolicyFile* a, const PolicyFile* b) { return a->path < b->path; });
  std::string bytes;
  for (const auto* file : order) {
    append_with_length(bytes, file->path);
    append_with_length(bytes, file->text);
  }
  return "sha256:" + hex(Sha256().hash(bytes));
}

Result<Policy, Issues> load_policy_directory(const std::string& directory, std::vector<book::TestedRule>* tests) {
  auto files = read_policy_files(directory);
  if (!files.ok()) return files.error();
  std::string prefix = directory;
  if (!prefix.empty() && prefix.back() != '/') prefix.push_back('/');
  return load_policy(*std::move(files), prefix, tests);
}

}  // namespace weir::policy
