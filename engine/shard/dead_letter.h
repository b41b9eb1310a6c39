// Dead letters on their topic: the original bytes and key, the original headers, and the weir.* headers below.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/shard/step.h"
#include "engine/topic/topic.h"

namespace weir::shard {

inline constexpr std::string_view kHeaderPrefix = "weir.";
inline constexpr std::string_view kReasonHeader = "weir.reason";
inline constexpr std::string_view kFieldHeader = "weir.field";
inline constexpr std::string_view kByteOffsetHeader = "weir.byte_offset";
inline constexpr std::string_view kDetailHeader = "weir.detail";
inline constexpr std::string_view kTopicHeader = "weir.topic";
inline constexpr std::string_view kPartitionHeader = "weir.partition";
inline constexpr std::string_view kOffsetHeader = "weir.offset";
inline constexpr std::string_view kSequenceHeader = "weir.audit_sequence";

// `headers` holds the record's own already; weir.* headers that it had before (a dead letter that was fed back) are
// replaced.
void append_dead_letter_headers(const Output& output, const topic::Record& record, std::string_view topic,
                                std::vector<std::pair<std::string, std::string>>& headers);

}  // namespace weir::shard
