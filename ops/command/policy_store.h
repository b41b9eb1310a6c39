// Policies beside the state: every one that was ever live or in the shadow, by hash, and which one is wanted instead of
// the policy directory's.
//
//   STATE/policies/HASH/...   the policy's files
//   STATE/policy.wanted       what `weir policy use` asks for
//   STATE/policy.live         the hash that the engine last took
//   STATE/shadow.wanted       what `weir policy shadow` asks for
//   STATE/shadow.live         the hash that the engine last took into the shadow
//   STATE/policies.taken      when the engine took which: lines of a time in ms, `live` or `shadow`, and a hash or `-`
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/policy/policy.h"

namespace weir::command {

class PolicyStore {
 public:
  explicit PolicyStore(std::string state_directory) : directory_(std::move(state_directory)) {}

  // Does nothing if the policy is kept already.
  Status keep(const std::vector<policy::PolicyFile>& files, std::string_view hash) const;
  // Where the files of a kept policy stand.
  std::string path_of(std::string_view hash) const;
  // When it decided last, and when it was in the shadow last, by the wall clock; each if it ever did.
  struct Period {
    std::int64_t from_ms = 0;
    std::optional<std::int64_t> until_ms;  // nothing: it still does
  };
  struct Kept {
    std::string hash;
    std::optional<Period> live;
    std::optional<Period> shadow;
  };
  // Those that an engine took; the one that it took last comes last. A policy that somebody asked for and that no
  // engine took is none of them.
  std::vector<Kept> taken() const;
  // The one of them whose hash begins so, with or without "sha256:".
  Result<std::string> find(std::string_view start_of_hash) const;

  // `hash` is wanted as long as the policy directory holds the policy `instead_of`: who edits it wants that.
  struct Wish {
    std::string hash;
    std::string instead_of;
  };
  Status wish(const Wish& wish) const;
  std::optional<Wish> wish() const;

  Status set_live(std::string_view hash, std::int64_t now_ms) const;
  std::string live() const;  // empty: none yet

  // The policy in the shadow; empty: none.
  Status wish_shadow(std::string_view hash) const;
  std::string shadow_wish() const;
  Status set_live_shadow(std::string_view hash, std::int64_t now_ms) const;
  std::string live_shadow() const;

 private:
  Status note(std::string_view role, std::string_view hash, std::int64_t now_ms) const;

  std::string directory_;
};

}  // namespace weir::command
