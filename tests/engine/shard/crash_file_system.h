// A file system for RocksDB that loses at a crash what was not synced: appended bytes are cut off anywhere behind the
// last sync (writes are torn), files whose directory entry was not synced may be gone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/engine/shard/fake_topic.h"

namespace rocksdb {
class Env;
}

namespace weir::shard::test {

class CrashFileSystem {
 public:
  CrashFileSystem();
  ~CrashFileSystem();

  rocksdb::Env* environment();

  // From now on nothing reaches the disk (what is still open fails quietly), until restart().
  void freeze();
  // Applies the crash to the frozen files and lets a new process begin.
  void restart(Random& random);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::shard::test
