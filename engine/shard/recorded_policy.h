// The policies that an audit stream or a state directory holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "engine/base/result.h"
#include "engine/policy/policy.h"

namespace weir::shard {

// A policy as it was when it decided.
struct RecordedPolicy {
  std::vector<policy::PolicyFile> files;
  std::string time_zones;
};

// The policy records of the audit stream, one after the other: a policy that is too large for one record stands in
// several, which follow each other.
class PolicyParts {
 public:
  // Begins anew with a first part.
  Status add(const audit::ParsedRecord& record);
  // Some parts are there, and not all.
  bool begun() const { return seen_ > 0 && seen_ < parts_; }
  bool complete() const { return seen_ > 0 && seen_ == parts_; }
  RecordedPolicy take();
  // The engine that wrote them came to an end before the last one.
  void clear();

 private:
  RecordedPolicy policy_;
  std::string hash_;
  std::uint32_t seen_ = 0;
  std::uint32_t parts_ = 0;
};

// The files of a policy as its records hold them, in parts of at most so many bytes of text; a file's text may go on in
// the next part. In JSON none of them comes near the size that Kafka takes without being told, 1 MB.
using PolicyPart = std::vector<audit::FileView>;
inline constexpr std::size_t kPolicyPartBytes = 128 * 1024;
std::vector<PolicyPart> parts_of(const policy::Policy& policy, std::size_t part_bytes = kPolicyPartBytes);

// The same as one string and back, for the store.
std::string policy_bytes(const policy::Policy& policy);
Result<RecordedPolicy> read_policy_bytes(std::string_view bytes);

// What a recorded policy is wanted for: only with the time-zone data that it was recorded with does it decide again as
// it did.
enum class PolicyUse : std::uint8_t { kDecide, kShow };

// Loads a recorded policy; its issues become one error message. Its hash is the recorded one.
Result<std::shared_ptr<const policy::Policy>> load_recorded_policy(RecordedPolicy recorded, std::string_view hash,
                                                                   PolicyUse use = PolicyUse::kDecide);

}  // namespace weir::shard
