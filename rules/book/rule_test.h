// The tests that stand beside a rule: values given to names, and the verdict that they must lead to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/base/value.h"
#include "engine/yaml/node.h"
#include "rules/book/expression.h"
#include "rules/book/list.h"
#include "rules/book/rule.h"
#include "rules/book/verdicts.h"
#include "rules/cel/expression.h"

namespace weir::book {

inline constexpr std::size_t kMaxTestsOfARule = 1'000;

struct RuleTest {
  Place place;  // of what is expected
  VerdictKind expected = VerdictKind::kHit;
  std::vector<std::pair<std::uint32_t, Value>> given;  // slot and value; what is not given is absent
};

struct TestedRule {
  std::string id;
  Place place;                            // of the id
  yaml::Node when_node;                   // where the condition stands
  std::unique_ptr<cel::Expression> when;  // nullptr if it has faults
  std::vector<RuleTest> tests;
  std::deque<std::string> texts;  // of the given values
  std::deque<List> lists;         // given ones; the first is empty
  std::vector<std::uint32_t> list_slots;
  cel::ExchangeSource exchange;
  Validity valid;
};

// `tests` of a rule, into `rule`. Given are names of the vocabulary, with values as a YAML file holds them:
// { channel: online, amount: 180.00 EUR, card.count_1h: 4, card.since_last: 1h30m, lists.trusted: [m9] }; null is
// absent, a list that is not given is empty, and a rule without a given time of the event is valid.
void read_tests(const yaml::Node* node, const Vocabulary& vocabulary, TestedRule& rule, Issues& issues);

struct TestTally {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t branches = 0;   // outcomes of the parts of conditions that could be reached
  std::size_t unreached = 0;  // by no test
};

// Runs the tests of a rule without faults. A failed test is an error that names the parts of the condition that made it
// so; an outcome of a part of the condition that no test leads to is a warning. `slots`: how many the vocabulary has.
void run_tests(const TestedRule& rule, std::uint32_t slots, Issues& issues, TestTally& tally);

}  // namespace weir::book
