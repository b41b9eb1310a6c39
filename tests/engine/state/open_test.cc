#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/base/check.h"
#include "engine/state/rocksdb_options.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::state {
namespace {

// store_process.cc on a directory.
class Process {
 public:
  Process(const char* what, const std::string& directory) {
    int ends[2];
    WEIR_CHECK(::pipe(ends) == 0, "pipe");
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    const char* const arguments[] = {WEIR_STORE_PROCESS, what, directory.c_str(), nullptr};
    WEIR_CHECK(::posix_spawn(&id_, arguments[0], &actions, nullptr, const_cast<char**>(arguments), environ) == 0,
               "spawn");
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
  }
  ~Process() {
    kill();
    ::close(output_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // What it says first; empty if it ends without a word.
  std::string line() const {
    std::string text;
    for (char c = 0; ::read(output_, &c, 1) == 1 && c != '\n';) text.push_back(c);
    return text;
  }
  void kill() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
    id_ = -1;
  }

 private:
  pid_t id_ = -1;
  int output_ = -1;
};

TEST(OpenStore, AnotherFormatVersionIsRefused) {
  const ScratchDirectory directory;
  { const auto store = store_of(small_store(directory.path())); }
  {
    auto options = rocksdb_options(small_store(directory.path()), std::make_shared<SharedExpiry>());
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, directory.path(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    ASSERT_TRUE(db->Put({}, "Mformat", "99 shard 0").ok());
  }
  auto options = small_store(directory.path());
  const auto message = "state directory " + directory.path() +
                       " holds format 99 shard 0, and this weir reads format 1 shard 0: use the weir that wrote it, or "
                       "rebuild the state into a new directory with --rebuild";
  EXPECT_EQ(fault_of_open(options), message);
  options.read_only = true;
  EXPECT_EQ(fault_of_open(options), message);
}

TEST(OpenStore, AnotherShardIsRefused) {
  const ScratchDirectory directory;
  auto options = small_store(directory.path());
  options.shard = 7;
  { const auto store = store_of(options); }
  EXPECT_EQ(fault_of_open(options), "");
  options.shard = 8;
  EXPECT_NE(fault_of_open(options).find("holds format 1 shard 7, and this weir reads format 1 shard 8"),
            std::string::npos);
}

TEST(OpenStore, ADatabaseThatIsNotWeirsIsRefused) {
  const ScratchDirectory directory;
  {
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, directory.path(), &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    ASSERT_TRUE(db->Put({}, "somebody", "else").ok());
  }
  const auto fault = fault_of_open(small_store(directory.path()));
  EXPECT_NE(fault.find("is no state directory of weir"), std::string::npos) << fault;
}

TEST(OpenStore, ASecondOpenerIsRefusedInThisProcessAndInAnother) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  const auto expected = "state directory " + directory.path() + " is in use by another weir process";
  EXPECT_EQ(fault_of_open(small_store(directory.path())).substr(0, expected.size()), expected);
  Process other("open", directory.path());
  EXPECT_EQ(other.line().substr(0, expected.size()), expected);
}

TEST(OpenStore, APathWithLockInItsNameIsNotTakenForALock) {
  const ScratchDirectory directory;
  const auto path = directory.path() + "/block/lock/state";
  const auto fault = fault_of_open(small_store(path));
  EXPECT_TRUE(fault.starts_with("state store: opening " + path)) << fault;
}

TEST(OpenStore, AReaderLooksAtItBesideTheWriter) {
  const ScratchDirectory directory;
  const auto store = store_of(small_store(directory.path()));
  Batch batch;
  batch.append_rows(1, "card", 0, 1, "rows");
  batch.put_position("here");
  write(*store, batch);
  auto options = small_store(directory.path());
  options.read_only = true;
  {
    const auto reader = store_of(options);
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(stored(*reader, 1, "card").chunks, std::vector<std::string>{"rows"});
    EXPECT_EQ(**reader->position(), "here");
    Batch forbidden;
    forbidden.put_position("there");
    EXPECT_FALSE(reader->write(forbidden).ok());
  }
  batch.append_rows(1, "card", 0, 1, "more");
  write(*store, batch);
  EXPECT_EQ(stored(*store, 1, "card").chunks, std::vector<std::string>{"rowsmore"}) << "the writer is not disturbed";
  EXPECT_EQ(stored(*store_of(options), 1, "card").chunks, std::vector<std::string>{"rowsmore"});
}

TEST(OpenStore, AReaderMakesNoDirectory) {
  const ScratchDirectory directory;
  auto options = small_store(directory.path() + "/none");
  options.read_only = true;
  EXPECT_NE(fault_of_open(options), "");
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/none"));
}

// A process that dies between two epochs: of each epoch all or nothing is there, and none without the one before it.
TEST(OpenStore, AfterAKillEpochsAreWholeAndInOrder) {
  const ScratchDirectory directory;
  {
    Process writer("write", directory.path());
    ASSERT_EQ(writer.line(), "writing");
    writer.kill();
  }
  const auto store = store_of(small_store(directory.path()));
  const auto last = std::stoul(**store->position());
  EXPECT_GE(last, 50U);
  for (std::uint32_t e = 0; e < 5; ++e) EXPECT_EQ(stored(*store, e, "key").chunks.at(0).size(), last + 1) << e;
  for (std::size_t epoch = 0; epoch <= last; ++epoch) {
    ASSERT_EQ(entries(*store, "event" + std::to_string(epoch)).size(), 1U);
  }
  EXPECT_TRUE(entries(*store, "event" + std::to_string(last + 1)).empty());
}

}  // namespace
}  // namespace weir::state
