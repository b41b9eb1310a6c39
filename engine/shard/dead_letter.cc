#include "engine/shard/dead_letter.h"

namespace weir::shard {

void append_dead_letter_headers(const Output& output, const topic::Record& record, std::string_view topic,
                                std::vector<std::pair<std::string, std::string>>& headers) {
  std::erase_if(headers, [](const auto& header) { return header.first.starts_with(kHeaderPrefix); });
  const auto add = [&](std::string_view name, std::string value) {
    headers.emplace_back(std::string(name), std::move(value));
  };
  add(kReasonHeader, std::string(event::reject_reason_name(output.reject.reason)));
  add(kFieldHeader, output.reject.field);
  add(kByteOffsetHeader, std::to_string(output.reject.byte_offset));
  add(kDetailHeader, output.reject.detail);
  add(kTopicHeader, std::string(topic));
  add(kPartitionHeader, std::to_string(record.partition));
  add(kOffsetHeader, std::to_string(record.offset));
  add(kSequenceHeader, std::to_string(output.sequence));
}

}  // namespace weir::shard
