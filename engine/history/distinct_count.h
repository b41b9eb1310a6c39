// Merges the sets of pieces of a history and counts them: exactly, or if there are too many different values, by the
// sketch. Which of the two depends on the number of different values alone. Internal to engine/history.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/history/dictionary.h"
#include "engine/history/distinct.h"
#include "engine/history/leaf.h"

namespace weir::history {

struct DistinctResult {
  std::uint64_t count = 0;
  bool approximate = false;  // there are more different values than the count was to be exact for
};

// A set of numbers that is cleared in the time that filling it took.
class IdSet {
 public:
  void insert(std::uint32_t id);
  std::size_t size() const { return used_.size(); }
  void clear();

 private:
  std::vector<std::uint32_t> table_;  // number + 1, 0 is empty
  std::vector<std::uint32_t> used_;   // slots
};

class DistinctCount {
 public:
  void clear();

  // The rows of a leaf that has numbers.
  void add_rows(const Leaf& leaf, std::uint64_t rows);
  // A set, which is that of the children [from, to) of `node`.
  void add_set(const Union& set, const DistinctContext& context, Node& node, std::uint32_t from, std::uint32_t to);

  // Counts what was added since clear(), and `also` unless it is absent. `exact_up_to` is within what the layout says.
  // `kin`: any number; sketches of counts with the same number are expected to be alike.
  DistinctResult count(const Layout& layout, const DictionaryColumn& column, const Dictionary& dictionary,
                       std::uint32_t exact_up_to, const Value& also, std::uint64_t kin);

  // The same for rows of a single leaf that has no numbers.
  DistinctResult count_plain(const Layout& layout, const Leaf& leaf, const Column& column, std::uint64_t rows,
                             std::uint32_t exact_up_to, const Value& also);

 private:
  struct SetPiece {
    const Union* set;
    std::uint32_t track;
    Node* node;
    std::uint32_t from;
    std::uint32_t to;
  };
  struct LeafPiece {
    const Leaf* leaf;
    std::uint64_t rows;
  };
  bool exact(const Layout& layout, const DictionaryColumn& column, const Dictionary& dictionary,
             std::uint32_t exact_up_to, const DistinctKey* also, std::uint64_t& count);
  bool insert_rare(const Layout& layout, const DictionaryColumn& column, std::uint32_t track, const Node& node,
                   std::uint32_t from, std::uint32_t to, std::uint64_t most);

  // The estimate of registers_; looked up if the last of the same kin was of the same registers, as it mostly is in a
  // window that slides over many rows.
  std::uint64_t estimated(std::uint64_t kin);

  struct Estimate {
    Registers registers{};
    std::uint64_t count = 0;  // of all-zero registers
  };
  Estimate estimates_[16];
  std::vector<SetPiece> sets_;
  std::vector<LeafPiece> leaves_;
  std::vector<std::uint64_t> dense_;
  IdSet rare_;
  Registers registers_{};
  std::vector<DistinctKey> keys_;
};

}  // namespace weir::history
