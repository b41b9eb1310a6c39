// Any bytes as a segment: frames are read until one is bad, and what was accepted is exactly what the records would be
// written as.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/topicdir/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::topicdir;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string_view rest(bytes);
  std::vector<weir::topic::Header> headers;
  std::string written;
  for (;;) {
    headers.clear();
    Frame frame;
    const FrameResult result = parse_frame(rest, frame, headers);
    if (result.state == FrameState::kCut && result.needed <= rest.size()) std::abort();
    if (result.state != FrameState::kWhole) break;
    if (frame.bytes > rest.size() || frame.headers != headers.size()) std::abort();
    weir::topic::NewRecord record;
    record.key = frame.key;
    record.value = frame.value;
    record.headers = headers;
    append_frame(written, frame.offset, frame.timestamp_ms, record);
    rest.remove_prefix(frame.bytes);
  }
  if (written != std::string_view(bytes).substr(0, bytes.size() - rest.size())) std::abort();
  return 0;
}
