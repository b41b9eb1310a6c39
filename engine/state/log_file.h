// RocksDB's own account of flushes, compactions and errors, for people, in the state directory's file LOG.
#pragma once

#include <memory>
#include <string>

namespace rocksdb {
class Logger;
}

namespace weir::state {

// Appends to DIRECTORY/LOG; what was there moves to LOG.old once it is 16 MiB. A line that can't be written is left
// out: RocksDB's own logger ends the process when the disk is full, in builds with assertions as Debian's is. An empty
// directory logs nothing. Thread-safe.
std::shared_ptr<rocksdb::Logger> open_log_file(const std::string& directory);

}  // namespace weir::state
