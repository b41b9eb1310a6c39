// Whose records count on an audit stream.
#pragma once

#include <cstdint>
#include <string>

#include "engine/audit/parsed_record.h"

namespace weir::shard {

// Those of the engine whose start record counted last. A start record counts if its sequence number is the next one: a
// smaller one belongs to an engine that was overtaken while it started. A greater one counts too, so that the records
// which are missing before it are noticed. What an overtaken engine still wrote does not count, and was never published
// (see Outbox::Gap).
struct Author {
  std::string engine;
  std::uint64_t generation = 0;

  bool counts(const audit::ParsedRecord& record, std::uint64_t next_sequence) const {
    if (record.kind == audit::Kind::kStart) return record.head.sequence >= next_sequence;
    return record.engine == engine && record.generation == generation;
  }
};

}  // namespace weir::shard
