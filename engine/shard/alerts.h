// Alerts of payments that are not approved: to which case each belongs, and whether all of its rules have alerted for
// the same subject within their time already, so that it asks for nobody's attention anew. The decision stays what it
// is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/decide/decision.h"
#include "engine/policy/policy.h"
#include "engine/shard/event_entry.h"
#include "engine/shard/memory.h"

namespace weir::shard {

// The rules that a policy's alerts come from, with what each has alerted for. The marks stand in the memory, among the
// event ids (under keys that are no UTF-8, as event ids are), and so in the store and in every recovery.
class Alerts {
 public:
  // What is asked for a payment. `keys[e]` is the key of entity e, meaningful where `present[e]`.
  struct Payment {
    std::int64_t time_ms = 0;
    std::uint64_t sequence = 0;
    std::int64_t clock_ms = 0;
    std::int64_t cutoff_ms = 0;  // marks whose clock is at or before it are forgotten
    std::span<const std::string> keys;
    std::span<Resident* const> present;
  };

  // Both outlive this. `rule_numbers`: permanent numbers of the policy's rules.
  Alerts(const policy::Policy& policy, Memory& memory, std::span<const std::uint32_t> rule_numbers);

  // Nothing if the payment is approved, or if no rule of the policy says whom its alerts are about. Leaves marks.
  Result<std::optional<EventEntry::Alert>> raise(const Payment& payment, const decide::Outcome& outcome,
                                                 const book::Verdicts& verdicts,
                                                 const decide::Circumstances& circumstances);
  // The rules of the last alert that had raised one about the same before; ascending.
  std::span<const std::uint32_t> repeated() const { return repeated_; }

  // What a subject is called; views into the catalogue.
  static decide::Alert told(const EventEntry::Alert& alert, const history::Catalogue& catalogue);

 private:
  struct Mark {
    std::int64_t time_ms = 0;
    std::uint32_t subject = 0;
    std::uint64_t sequence = 0;
  };

  void find_causes(const decide::Outcome& outcome, const book::Verdicts& verdicts,
                   const decide::Circumstances& circumstances);
  std::string mark_key(std::uint32_t rule, const Payment& payment) const;
  Result<std::optional<Mark>> find_mark(const std::string& key, std::int64_t once_in_ms, const Payment& payment);

  const policy::Policy& policy_;
  Memory& memory_;
  std::vector<std::uint32_t> rule_numbers_;
  bool any_scope_ = false;
  std::vector<std::uint32_t> causes_;  // rules that ask for the alert, the weightiest first
  std::vector<std::uint32_t> repeated_;
};

}  // namespace weir::shard
