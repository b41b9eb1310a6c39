// One text of a record to a typed value: the same rules for JSON and CSV.
//
//   bool       JSON true, false; CSV true, false (in any case), 1, 0
//   int64      a JSON number written without point and exponent; CSV [-]digits. 1.0 and "1" are of the wrong type
//   double     a JSON number; CSV a decimal number. Finite; -0 becomes 0; a number that is not 0 but too small for a
//              double is out of range, as is one too large
//   string     a JSON string; a CSV cell as it is
//   money      a JSON number, a JSON string or a CSV cell with a decimal number: exactly to minor units
//   timestamp  ISO 8601 in a JSON string or CSV cell, or a JSON number or CSV cell that is an int64; kMinTimeMs to
//              kMaxTimeMs, microseconds cut to milliseconds
//   enum       as string; one of the field's names, byte for byte
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/currency.h"
#include "engine/base/value.h"
#include "engine/event/event.h"
#include "engine/event/raw_text.h"
#include "engine/event/reject.h"
#include "engine/event/schema.h"

namespace weir::event {

class FieldConverter {
 public:
  // `field` must outlive the converter and every value that it makes.
  explicit FieldConverter(const Field& field);

  // `raw` is present. `currency` is what a money field is in; not read for others. A string's bytes are those of `raw`:
  // whoever keeps the value copies them. kNone if `value` is set.
  RejectReason convert(const RawText& raw, const Currency* currency, Value& value) const;

  // What is wrong with `raw` after convert() gave `reason`: a sentence for a person, with the text itself unless the
  // field is personal.
  std::string describe(RejectReason reason, const RawText& raw) const;

 private:
  RejectReason convert_bool(const RawText& raw, Value& value) const;
  RejectReason convert_time(const RawText& raw, Value& value) const;
  RejectReason convert_enum(const RawText& raw, Value& value) const;

  const Field* field_;
  std::vector<std::pair<std::string_view, std::uint16_t>> enum_codes_;  // by length, then by name
};

// A text for a message: quoted, cut to some forty bytes, whole characters.
std::string excerpt(std::string_view text);

}  // namespace weir::event
