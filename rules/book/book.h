// The rules of a policy, and their evaluation for one event.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "engine/base/value.h"
#include "rules/book/rule.h"
#include "rules/book/shared_values.h"
#include "rules/book/term.h"
#include "rules/book/term_index.h"
#include "rules/book/verdicts.h"
#include "rules/cel/exchange.h"
#include "rules/cel/scratch.h"

namespace weir::book {

class Book;

// The memory of evaluations by one book: one for each thread.
class Workspace {
 public:
  explicit Workspace(const Book& book);

 private:
  friend class Book;
  cel::Scratch scratch_;
  std::vector<cel::Scratch> builders_;  // one for each shared value that lives in memory of its evaluation
  std::vector<TermState> states_;
  std::vector<Value> failures_;  // of the terms that failed
  std::vector<std::uint64_t> shared_rounds_;
  std::uint64_t round_ = 0;
  std::vector<TermRange> found_;
  cel::Exchange exchange_;
};

// Immutable; any number of threads may evaluate it, each with a Workspace of its own.
//
// A rule's verdict is that of its whole condition: a miss if one term of the conjunction is false, whatever becomes of
// the others; else the error of the first term that fails; else a hit. Each term and each shared value has a budget
// of its own (rules/cel/limits.h). So neither the index nor the order of evaluation shows in a verdict.
class Book {
 public:
  // In any order; their ids are unique, and each has a condition of type bool. The slots from `first_free_slot` on are
  // the book's own. Amounts of different currencies are compared and added by `exchange`, whose slot of the event's
  // time also tells whether a rule is valid.
  Book(std::vector<Rule> rules, std::uint32_t first_free_slot, cel::ExchangeSource exchange = {});

  // In the order of id, bytewise.
  const std::vector<Rule>& rules() const { return parts_.rules; }
  // How many slots evaluate() needs: those below `first_free_slot`, and the book's own.
  std::uint32_t slot_count() const { return parts_.first_slot + static_cast<std::uint32_t>(parts_.shared.size()); }

  // `slots` has slot_count() of them; the book writes into its own.
  void evaluate(std::span<Value> slots, Workspace& workspace, Verdicts& out) const;

  std::size_t term_count() const { return parts_.terms.size(); }
  std::size_t shared_count() const { return parts_.shared.size(); }
  // Rules that no index finds: they are looked at for every event.
  std::size_t unfiled_count() const { return unfiled_.size(); }

 private:
  friend class Workspace;
  // A rule's term, and where it stands in the condition.
  struct Placed {
    std::uint32_t term = 0;
    std::uint32_t position = 0;
  };
  struct Parts {
    std::uint32_t first_slot = 0;
    std::vector<Rule> rules;
    std::vector<Term> terms;
    std::vector<SharedValue> shared;
    std::vector<std::vector<std::uint32_t>> terms_of;  // of each rule, in the order of its condition
    std::deque<std::string> texts;                     // of the terms' constants
    std::vector<std::uint32_t> places;                 // of the terms in their new order
    cel::ExchangeSource exchange;
  };
  explicit Book(Parts parts);
  static Parts compile(std::vector<Rule> rules, std::uint32_t first_free_slot, cel::ExchangeSource exchange);

  void file_rules();
  void judge(std::uint32_t rule, std::span<Value> slots, Workspace& workspace, Verdicts& out) const;
  TermState evaluate(std::uint32_t term, std::span<Value> slots, Workspace& workspace) const;
  void share(std::uint32_t number, std::span<Value> slots, Workspace& workspace) const;

  Parts parts_;
  std::vector<Placed> placed_;        // all rules' terms in the order of rules, the cheap ones of each first
  std::vector<std::uint32_t> first_;  // of each rule in placed_, and the end
  TermIndex index_;
  std::vector<std::uint32_t> indexed_;      // shared values that the index looks at
  std::vector<std::uint32_t> filed_;        // rules by the one term of theirs that finds them, in the order of terms
  std::vector<std::uint32_t> filed_first_;  // of each term of the index in filed_, and the end
  std::vector<std::uint32_t> unfiled_;
};

}  // namespace weir::book
