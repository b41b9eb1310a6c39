// The entries of the policy's lists as they stand: in memory, and every change in the store. They outlive policies.
// One thread: the shard's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/state/store.h"
#include "rules/book/list.h"

namespace weir::shard {

class ListStore {
 public:
  // `store` may be nullptr: then lists begin empty and are not kept. Fails if what is stored can't be read.
  static Result<std::unique_ptr<ListStore>> create(const state::Store* store);

  // Empty if nothing was ever put into the list.
  const book::ListEntries& entries(std::string_view list) const;
  void apply(const std::string& list, const book::ListDelta& delta);
  // For look-ups; stays where it is, and follows every change.
  book::List& list(const std::string& name) { return kept_[name].list; }

  // Puts all changes since the last cut into `batch`.
  void cut(state::Batch& batch);

 private:
  struct Change {
    std::string list;
    book::ListDelta delta;
  };
  struct Kept {
    book::ListEntries entries;  // in order, to compare with
    book::List list;
  };
  std::map<std::string, Kept, std::less<>> kept_;
  std::vector<Change> unwritten_;
};

}  // namespace weir::shard
