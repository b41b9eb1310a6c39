// How large a policy may be. Beyond any of these `weir check` refuses it; see also engine/yaml/document.h for the
// single file, rules/cel/limits.h for the single expression and rules/book/rule_reader.h for rules.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weir::policy {

inline constexpr std::size_t kMaxFiles = 2'000;
inline constexpr std::size_t kMaxPolicyBytes = 16U << 20U;  // all files together
inline constexpr std::size_t kMaxModelBytes = 12U << 20U;   // of these, the model's
inline constexpr std::size_t kMaxRuleFolderDepth = 8;       // folders within each other, `rules` being the first
inline constexpr std::size_t kMaxReportedIssues = 200;      // of each severity

inline constexpr std::size_t kMaxExchangeRates = 200'000;
inline constexpr std::int64_t kMinExchangeAgeMs = 86'400'000;
inline constexpr std::int64_t kMaxExchangeAgeMs = 366 * kMinExchangeAgeMs;

inline constexpr std::size_t kMaxNameLength = 64;  // policy, fields, entities, features, event types; bytes
inline constexpr std::size_t kMaxFields = 1'000;
inline constexpr std::size_t kMaxEventTypes = 32;
inline constexpr std::size_t kMaxEntities = 32;
inline constexpr std::size_t kMaxEntityKeys = 4;
inline constexpr std::size_t kMaxEnumValues = 65'000;
inline constexpr std::size_t kMaxPathParts = 16;
inline constexpr std::size_t kMaxFeatures = 2'000;
inline constexpr std::size_t kMaxLists = 200;
inline constexpr std::uint32_t kMaxExactUpTo = 4'096;
inline constexpr std::uint32_t kMaxOfLast = 1'024;

inline constexpr std::size_t kMaxInputFeatures = 1'000;
inline constexpr std::size_t kMaxEventFields = 32;
inline constexpr std::int64_t kMaxSequenceEvents = 256;
inline constexpr std::size_t kMaxInputTexts = 16;
inline constexpr std::int64_t kMaxGramLength = 8;  // characters
inline constexpr std::int64_t kMaxGrams = 1'024;   // of one text
inline constexpr std::int64_t kMaxGramBuckets = 1 << 22;

inline constexpr std::int64_t kMinHistoryMs = 1'000;

inline constexpr std::int64_t kMaxControlOneIn = 1'000'000'000;
inline constexpr std::size_t kMinSaltBytes = 8;

inline constexpr std::int64_t kMinRecordBytes = 1 << 10;
inline constexpr std::int64_t kMaxRecordBytes = 64 << 20;
inline constexpr std::int64_t kMaxStringBytes = 1 << 20;
inline constexpr std::int64_t kMaxRuleCost = 10'000'000;
inline constexpr std::int64_t kMaxPolicyCost = 1'000'000'000;
inline constexpr std::int64_t kMinNesting = 2;
inline constexpr std::int64_t kMaxNesting = 256;

}  // namespace weir::policy
