// The control share: a few payments that would be stopped are let through, chosen by hash, so that what becomes of them
// is known. Without it every later rule and model learns from the payments alone that earlier ones let pass.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/base/value.h"
#include "engine/decide/decision.h"

namespace weir::decide {

struct Control {
  std::uint64_t one_in = 0;           // of the payments that it may be
  std::uint32_t amount_slot = 0;      // a field of money
  std::uint16_t currency = 0;         // ISO 4217, numeric
  std::int64_t below_minor = 0;       // amounts from 0 up to, and without, this one
  std::string salt;                   // whoever knows it knows the payments
  std::vector<std::string> excepted;  // rules whose payments are never let through, ascending
};

// Whether the payment is of the control share: not by a hit of sanctions screening, not by an excepted rule, its amount
// within the bound, and the first 8 bytes of SHA-256(salt || 0x00 || event id), most significant first, a multiple of
// `one_in`. `outcome` is what decide() made of the verdicts; for approved payments the answer is no.
bool in_control_share(const Control& control, const book::Book& rules, const book::Verdicts& verdicts,
                      const Circumstances& circumstances, const Outcome& outcome, std::string_view event_id,
                      const Value& amount, Sha256& sha256);

}  // namespace weir::decide
