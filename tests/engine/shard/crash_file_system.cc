#include "tests/engine/shard/crash_file_system.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/system_clock.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <mutex>
#include <set>

namespace weir::shard::test {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

struct FileState {
  std::uint64_t size = 0;
  std::uint64_t synced = 0;
  bool entry_synced = false;
};

// What the disk knows of each file. Shared by all open files; RocksDB writes from several threads.
struct Disk {
  std::mutex mutex;
  bool frozen = false;
  std::map<std::string, FileState> files;
};

IOStatus power_is_off() { return IOStatus::IOError("the power is off"); }

class CrashFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  CrashFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, std::string path, Disk& disk)
      : FSWritableFileOwnerWrapper(std::move(file)), path_(std::move(path)), disk_(disk) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* context) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.frozen) return power_is_off();
    auto status = target()->Append(data, options, context);
    if (status.ok()) status = target()->Flush(options, context);
    if (status.ok()) disk_.files[path_].size += data.size();
    return status;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return mark_synced(); }
  IOStatus Fsync(const IOOptions&, IODebugContext*) override { return mark_synced(); }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();  // a hint, it promises nothing
  }
  bool IsSyncThreadSafe() const override { return true; }

 private:
  IOStatus mark_synced() {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.frozen) return power_is_off();
    auto& file = disk_.files[path_];
    file.synced = file.size;
    return IOStatus::OK();
  }
  std::string path_;
  Disk& disk_;
};

class CrashDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  CrashDirectory(std::unique_ptr<rocksdb::FSDirectory>&& directory, std::string path, Disk& disk)
      : FSDirectoryWrapper(std::move(directory)), path_(std::move(path)), disk_(disk) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.frozen) return power_is_off();
    for (auto& [name, file] : disk_.files) {
      if (name.starts_with(path_)) file.entry_synced = true;
    }
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* context,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, context);
  }

 private:
  std::string path_;
  Disk& disk_;
};

class CrashDisk final : public rocksdb::FileSystemWrapper {
 public:
  explicit CrashDisk(Disk& disk) : FileSystemWrapper(rocksdb::FileSystem::Default()), disk_(disk) {}
  const char* Name() const override { return "CrashDisk"; }

  IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* result, IODebugContext* context) override {
    {
      const std::lock_guard lock(disk_.mutex);
      if (disk_.frozen) return power_is_off();
      disk_.files[path] = {};
    }
    // No mmap and no direct I/O: what was appended is what the file holds.
    auto plain = options;
    plain.use_mmap_writes = false;
    plain.use_direct_writes = false;
    auto status = target()->NewWritableFile(path, plain, result, context);
    if (status.ok()) *result = std::make_unique<CrashFile>(std::move(*result), path, disk_);
    return status;
  }
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const rocksdb::FileOptions&,
                             std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) override {
    return IOStatus::NotSupported("files are not reused here");
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext* context) override {
    auto status = target()->NewDirectory(path, options, result, context);
    if (status.ok()) *result = std::make_unique<CrashDirectory>(std::move(*result), path, disk_);
    return status;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* context) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.frozen) return power_is_off();
    disk_.files.erase(path);
    return target()->DeleteFile(path, options, context);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* context) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.frozen) return power_is_off();
    auto status = target()->RenameFile(from, to, options, context);
    if (status.ok()) {
      disk_.files[to] = disk_.files[from];
      disk_.files.erase(from);
    }
    return status;
  }
  IOStatus Truncate(const std::string& path, std::size_t size, const IOOptions& options,
                    IODebugContext* context) override {
    const std::lock_guard lock(disk_.mutex);
    if (disk_.frozen) return power_is_off();
    disk_.files[path].size = size;
    return target()->Truncate(path, size, options, context);
  }

 private:
  Disk& disk_;
};

}  // namespace

namespace {

// RocksDB waits a second after a background error, which every crash during a flush is.
class ImpatientClock : public rocksdb::SystemClockWrapper {
 public:
  ImpatientClock() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "impatient"; }
  void SleepForMicroseconds(int) override {}
};

class CrashEnvironment : public rocksdb::EnvWrapper {
 public:
  explicit CrashEnvironment(const std::shared_ptr<rocksdb::FileSystem>& file_system)
      : EnvWrapper(rocksdb::NewCompositeEnv(file_system)) {
    file_system_ = file_system;
    system_clock_ = std::make_shared<ImpatientClock>();
  }
};

}  // namespace

struct CrashFileSystem::State {
  Disk disk;
  std::shared_ptr<CrashDisk> file_system = std::make_shared<CrashDisk>(disk);
  CrashEnvironment environment{file_system};
};

CrashFileSystem::CrashFileSystem() : state_(std::make_unique<State>()) {}
CrashFileSystem::~CrashFileSystem() = default;
rocksdb::Env* CrashFileSystem::environment() { return &state_->environment; }

void CrashFileSystem::freeze() {
  const std::lock_guard lock(state_->disk.mutex);
  state_->disk.frozen = true;
}

void CrashFileSystem::restart(Random& random) {
  const std::lock_guard lock(state_->disk.mutex);
  for (auto it = state_->disk.files.begin(); it != state_->disk.files.end();) {
    auto& [path, file] = *it;
    if (!file.entry_synced && file.synced == 0 && random.one_in(2)) {
      std::filesystem::remove(path);
      it = state_->disk.files.erase(it);
      continue;
    }
    const auto kept = file.synced + random.below(file.size - file.synced + 1);
    if (kept != file.size) std::filesystem::resize_file(path, kept);
    file.size = file.synced = kept;
    file.entry_synced = true;
    ++it;
  }
  state_->disk.frozen = false;
}

}  // namespace weir::shard::test
