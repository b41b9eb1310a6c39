#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/state/rocksdb_options.h"
#include "tests/engine/state/scratch_store.h"

namespace weir::state {
namespace {

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
  EXPECT_NE(fault_of_open(options).find("holds format 1 shard 7, and this weir reads format 1 shard 8"), std::string::npos);
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
  // In another process: a child that gets as far as opening it must be refused by the file lock.
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto fault = fault_of_open(small_store(directory.path()));
    ::_exit(fault.starts_with(expected) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto store = Store::open(small_store(directory.path()));
    if (!store.ok()) ::_exit(1);
    Batch batch;
    for (int epoch = 0;; ++epoch) {
      batch.clear();
      for (int e = 0; e < 5; ++e) batch.append_rows(static_cast<std::uint32_t>(e), "key", 0, epoch, "r");
      batch.append_event("event" + std::to_string(epoch), epoch, "e");
      batch.put_position(std::to_string(epoch));
      if (!(*store)->write(batch).ok()) ::_exit(1);
      if (epoch == 50 && ::write(ready[1], "x", 1) != 1) ::_exit(1);
    }
  }
  char x = 0;
  ASSERT_EQ(::read(ready[0], &x, 1), 1);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  ::close(ready[0]);
  ::close(ready[1]);
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
