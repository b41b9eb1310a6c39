#include "engine/shard/recorded_policy.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/varint.h"
#include "engine/policy/policy_paths.h"
#include "rules/cel/time_zones.h"

namespace weir::shard {
namespace {

// How many of the first bytes may go into a part that has `room`: whole characters, if it is text.
std::size_t fitting(std::string_view text, bool bytes, std::size_t room) {
  if (text.size() <= room) return text.size();
  while (!bytes && room > 0 && (static_cast<unsigned char>(text[room]) & 0xC0U) == 0x80U) --room;
  return room;
}

}  // namespace

std::vector<PolicyPart> parts_of(const policy::Policy& policy, std::size_t part_bytes) {
  WEIR_CHECK(part_bytes >= 4, "a part holds any character");
  std::vector<PolicyPart> parts(1);
  std::size_t room = part_bytes;
  for (const auto& file : policy.files) {
    std::string_view rest = file.text;
    const bool bytes = policy::is_model_file(file.path);
    do {
      const auto size = fitting(rest, bytes, room);
      if (size > 0 || rest.empty()) parts.back().push_back({file.path, rest.substr(0, size), bytes});
      rest.remove_prefix(size);
      room -= size;
      if (rest.empty()) break;
      parts.emplace_back();
      room = part_bytes;
    } while (true);
  }
  return parts;
}

Status PolicyParts::add(const audit::ParsedRecord& record) {
  const auto wrong = [&](const std::string& what) {
    return Error{"audit record " + std::to_string(record.head.sequence) + ": part " + std::to_string(record.part) +
                 " of " + std::to_string(record.parts) + " of a policy, and " + what};
  };
  if (record.part == 1) {
    clear();
    hash_ = record.policy;
    policy_.time_zones = record.time_zones;
    parts_ = record.parts;
  } else if (seen_ == 0 || complete()) {
    return wrong("the first one is missing");
  } else if (record.part != seen_ + 1 || record.parts != parts_ || record.policy != hash_) {
    return wrong("part " + std::to_string(seen_ + 1) + " of " + std::to_string(parts_) + " should stand here");
  }
  seen_ = record.part;
  for (const auto& file : record.files) {
    auto& files = policy_.files;
    if (files.empty() || files.back().path != file.name) files.push_back({file.name, {}});
    files.back().text += file.text;
  }
  return {};
}

RecordedPolicy PolicyParts::take() {
  WEIR_CHECK(complete(), "a policy is taken once all of its parts are there");
  seen_ = 0;
  return std::move(policy_);
}

void PolicyParts::clear() { *this = {}; }

std::string policy_bytes(const policy::Policy& policy) {
  std::string out;
  append_sized(out, policy.time_zones);
  append_varint(out, policy.files.size());
  for (const auto& file : policy.files) {
    append_sized(out, file.path);
    append_sized(out, file.text);
  }
  return out;
}

Result<RecordedPolicy> read_policy_bytes(std::string_view bytes) {
  VarintReader in(bytes);
  RecordedPolicy recorded;
  recorded.time_zones = in.sized();
  for (auto count = in.varint(); count > 0 && in.ok(); --count) {
    auto& file = recorded.files.emplace_back();
    file.path = in.sized();
    file.text = in.sized();
  }
  if (!in.ok() || !in.at_end()) return Error{"state store: damaged policy"};
  return recorded;
}

Result<std::shared_ptr<const policy::Policy>> load_recorded_policy(RecordedPolicy recorded, std::string_view hash,
                                                                   PolicyUse use) {
  const std::string name = "the recorded policy " + std::string(hash);
  if (policy::policy_hash(recorded.files, recorded.time_zones) != hash) {
    return Error{name + " was altered: its files have another hash"};
  }
  if (use == PolicyUse::kDecide && recorded.time_zones != cel::time_zone_version()) {
    return Error{name + " decided with the time zones of " + recorded.time_zones + ", and this weir has those of " +
                 std::string(cel::time_zone_version()) + ": only a weir with " + recorded.time_zones +
                 " can make its decisions again"};
  }
  auto loaded = policy::load_policy(std::move(recorded.files), "");
  if (!loaded) return Error{name + " is refused by this weir:\n" + loaded.error().render()};
  loaded->hash = hash;
  loaded->time_zones = std::move(recorded.time_zones);
  return std::make_shared<const policy::Policy>(std::move(*loaded));
}

}  // namespace weir::shard
