#include "ops/generator/stream.h"

namespace weir::generator {

namespace {

void count(const GeneratedRecord& record, StreamCounts& counts) {
  counts.last_stream_time_ms = record.stream_time_ms;
  if (record.topic == StreamTopic::kLabels) {
    ++counts.labels;
    return;
  }
  ++counts.transactions;
  counts.duplicates += record.duplicate;
  counts.malformed += record.malformed;
  if (record.duplicate || record.malformed) return;
  counts.late += record.late;
  counts.fraud += record.truth.fraud;
  counts.lookalikes += !record.truth.fraud && !record.truth.typology.empty();
}

}  // namespace

Result<StreamCounts> write_stream(Generator& generator, const StreamLimit& limit, RecordSink& sink) {
  StreamCounts counts;
  GeneratedRecord record;
  while (limit.transactions == 0 || counts.transactions < limit.transactions) {
    if (limit.keep_going && !limit.keep_going()) break;
    if (!generator.next(record)) break;
    if (limit.until_ms != 0 && record.stream_time_ms >= limit.until_ms) break;
    if (Status written = sink.write(record); !written) return written.error();
    count(record, counts);
  }
  if (Status finished = sink.finish(); !finished) return finished.error();
  return counts;
}

}  // namespace weir::generator
