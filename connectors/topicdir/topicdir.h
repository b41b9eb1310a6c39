// Topics as directories (layout.h): a file format, not a broker. One process writes a topic, any number read it.
//
// Acknowledged means synced to disk (fdatasync), in groups: while one group is written and synced, the next gathers.
// Readers, also those in other processes, see a record once it is synced. After a power cut readers may for a while see
// up to about a second less than was acknowledged, until a writer opens the topic and repairs it; nothing is lost.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/topic/topic.h"

namespace weir::topicdir {

struct WriterOptions {
  // A segment file is ended before the record that would lead it beyond this size; one larger record stands alone.
  std::uint64_t segment_bytes = 256U << 20;
  // append() says false when the frames whose acknowledgements were not yet collected would exceed this; a single
  // record is always taken.
  std::uint64_t max_unacknowledged_bytes = 64U << 20;
};

// True: made. False: it was there, with as many partitions. An error if it is there with another number.
Result<bool> create_topic(const std::string& topic_path, std::int32_t partitions);

// The names of the topics in a directory, sorted.
Result<std::vector<std::string>> list_topics(const std::string& directory);

Result<std::int32_t> partition_count(const std::string& topic_path);

// Topic i of the reader is `topic_paths[i]`, and its name is the last component of the path.
Result<std::unique_ptr<topic::Reader>> open_reader(const std::vector<std::string>& topic_paths);

// Refuses a topic that has a writer, naming its process. Repairs the tail that a crash has torn. Destroying the writer
// first syncs what was appended.
Result<std::unique_ptr<topic::Writer>> open_writer(const std::string& topic_path, const WriterOptions& options = {});

}  // namespace weir::topicdir
