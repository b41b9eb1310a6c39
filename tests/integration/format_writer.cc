// Overwrites the format entry of a state directory, as a weir of another version would have written it.
//
//   format_writer DIRECTORY TEXT
#include <rocksdb/db.h>

#include <iostream>
#include <memory>

#include "engine/state/rocksdb_options.h"
#include "engine/state/store.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: format_writer DIRECTORY TEXT\n";
    return 2;
  }
  weir::state::StoreOptions options;
  options.directory = argv[1];
  // The store's own options: without its merge operator RocksDB could not open the directory.
  auto db_options = weir::state::rocksdb_options(options, std::make_shared<weir::state::SharedExpiry>());
  db_options.create_if_missing = false;
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::Open(db_options, options.directory, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  if (status.ok()) status = db->Put({}, "Mformat", argv[2]);
  if (status.ok()) return 0;
  std::cerr << "format_writer: " << status.ToString() << '\n';
  return 1;
}
