#include "engine/event/reject.h"

#include <array>
#include <cstddef>

#include "engine/base/check.h"

namespace weir::event {

std::string_view reject_reason_name(RejectReason reason) {
  constexpr std::array<std::string_view, kRejectReasonCount> kNames = {
      "none",
      "empty_record",
      "record_too_large",
      "invalid_utf8",
      "invalid_json",
      "not_an_object",
      "nesting_too_deep",
      "duplicate_key",
      "missing_field",
      "wrong_type",
      "out_of_range",
      "too_many_decimals",
      "unknown_currency",
      "unknown_enum_value",
      "unknown_event_type",
      "string_too_long",
      "invalid_time",
      "impossible_time",
      "time_too_far_ahead",
      "empty_id",
      "csv_columns",
      "csv_quote",
      "label_unknown_value",
  };
  static_assert(!kNames.back().empty());
  const auto index = static_cast<std::size_t>(reason);
  WEIR_CHECK(index < kNames.size(), "a reject reason has a name");
  return kNames[index];
}

}  // namespace weir::event
