// CRC-32C (Castagnoli; RFC 3720 appendix B.4), by the CPU's instruction where there is one.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::topicdir {

// crc32c("123456789") is 0xe3069283. To go on where a checksum ended, pass it as `before`.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

// The same by table, whatever the CPU.
std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before = 0);

}  // namespace weir::topicdir
