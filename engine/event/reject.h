// Why a record is a dead letter. Closed: each reason is also a metric label and stands in the audit record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::event {

enum class RejectReason : std::uint8_t {
  kNone,
  kEmptyRecord,     // no bytes, or a tombstone
  kRecordTooLarge,  // over Limits::max_record_bytes
  kInvalidUtf8,
  kInvalidJson,
  kNotAnObject,  // valid JSON, but not an object
  kNestingTooDeep,
  kDuplicateKey,  // a member that the schema reads stands twice in one object
  kMissingField,
  kWrongType,
  kOutOfRange,       // a number that does not fit its type
  kTooManyDecimals,  // an amount with more decimals than its currency has
  kUnknownCurrency,
  kUnknownEnumValue,
  kUnknownEventType,
  kStringTooLong,
  kInvalidTime,     // not a time of the declared format
  kImpossibleTime,  // of the format, but no such date
  kTimeTooFarAhead,
  kEmptyId,
  kCsvColumns,         // a CSV row with more or fewer columns than the header
  kCsvQuote,           // a CSV quote that is not closed, or followed by other text
  kLabelUnknownValue,  // labels topic: neither "fraud" nor "honest"
};

std::string_view reject_reason_name(RejectReason reason);  // "missing_field"
inline constexpr std::size_t kRejectReasonCount = 23;

// What is wrong with one record.
struct Reject {
  RejectReason reason = RejectReason::kNone;
  std::string field;              // the schema's name for it, or the JSON path; empty if it is the record as a whole
  std::uint64_t byte_offset = 0;  // into the record's bytes: where the fault is or begins
  std::string detail;             // one sentence for a person; never holds a personal field's content
};

}  // namespace weir::event
