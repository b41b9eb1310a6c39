#include "rules/book/term_index.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace weir::book {
namespace {

using cel::Function;

// Looking up takes no string.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>()(text); }
};

void set(std::span<TermState> states, std::uint32_t first, std::uint32_t end, TermState state) {
  std::fill(states.begin() + first, states.begin() + end, state);
}

// slot == constant, slot in [constants], slot, and behind them slot != constant, !slot: false unless the value is found
// among theirs, or true.
struct EqualityGroup {
  std::uint32_t slot = 0;
  ValueKind kind = ValueKind::kString;
  std::uint32_t first = 0;
  std::uint32_t negative = 0;  // where the negative ones begin
  std::uint32_t end = 0;
  boost::unordered_flat_map<std::string, std::vector<std::uint32_t>, TextHash, std::equal_to<>> by_text;
  boost::unordered_flat_map<std::int64_t, std::vector<std::uint32_t>> by_number;  // also false and true

  void add(const Term& term, std::uint32_t place) {
    if (term.kind == TermKind::kFlag) {
      by_number[1].push_back(place);
      return;
    }
    for (const auto& constant : term.constants) {
      auto& terms =
          kind == ValueKind::kString ? by_text[std::string(constant.as_string())] : by_number[constant.as_int64()];
      // [1, 1] is one term for 1.
      if (terms.empty() || terms.back() != place) terms.push_back(place);
    }
  }

  const std::vector<std::uint32_t>* look_up(const Value& value) const {
    if (kind == ValueKind::kString) {
      const auto found = by_text.find(value.as_string());
      return found == by_text.end() ? nullptr : &found->second;
    }
    const auto found = by_number.find(kind == ValueKind::kBool ? static_cast<int>(value.as_bool()) : value.as_int64());
    return found == by_number.end() ? nullptr : &found->second;
  }

  void decide(const Value& value, std::span<TermState> states, std::vector<TermRange>& found) const {
    if (!value.is(kind)) {
      set(states, first, end, TermState::kUnknown);
      found.push_back({first, end});
      return;
    }
    set(states, first, negative, TermState::kFalse);
    set(states, negative, end, TermState::kTrue);
    const auto* terms = look_up(value);
    if (terms == nullptr) return;
    for (const auto term : *terms) {
      states[term] = term < negative ? TermState::kTrue : TermState::kFalse;
      if (term < negative) found.push_back({term, term + 1});
    }
  }
};

// slot > constant, slot >= constant; or slot < constant, slot <= constant. In such an order that those which hold for a
// value are the first ones.
struct BoundGroup {
  std::uint32_t slot = 0;
  ValueKind kind = ValueKind::kInt64;
  std::uint16_t currency = 0;
  bool lower = true;
  std::uint32_t first = 0;
  std::uint32_t end = 0;
  std::vector<std::pair<std::int64_t, bool>> integers;  // also minor units; strict or not
  std::vector<std::pair<double, bool>> reals;

  template <class T>
  std::uint32_t holding(const std::vector<std::pair<T, bool>>& bounds, T value) const {
    // A value that is no number is beyond none.
    const auto beyond = [&](const std::pair<T, bool>& bound) {
      return (lower ? bound.first < value : bound.first > value) || (bound.first == value && !bound.second);
    };
    return static_cast<std::uint32_t>(std::partition_point(bounds.begin(), bounds.end(), beyond) - bounds.begin());
  }

  void decide(const Value& value, std::span<TermState> states, std::vector<TermRange>& found) const {
    if (!value.is(kind) || (kind == ValueKind::kMoney && value.currency() != currency)) {
      set(states, first, end, TermState::kUnknown);
      found.push_back({first, end});
      return;
    }
    const auto holds = kind == ValueKind::kDouble  ? holding(reals, value.as_double())
                       : kind == ValueKind::kMoney ? holding(integers, value.minor_units())
                                                   : holding(integers, value.as_int64());
    set(states, first, first + holds, TermState::kTrue);
    set(states, first + holds, end, TermState::kFalse);
    if (holds > 0) found.push_back({first, first + holds});
  }
};

bool is_strict(Function comparison) { return comparison == Function::kLess || comparison == Function::kGreater; }
bool is_lower(Function comparison) { return comparison == Function::kGreater || comparison == Function::kGreaterEqual; }
bool is_equality(Function comparison) { return comparison == Function::kEqual || comparison == Function::kNotEqual; }

bool is_negative(const Term& term) {
  return term.kind == TermKind::kFlag ? term.negated : term.comparison == Function::kNotEqual;
}

// Sorts terms into groups, and groups into places.
class Grouping {
 public:
  explicit Grouping(const std::vector<Term>& terms) : terms_(terms) {
    for (std::uint32_t i = 0; i < terms.size(); ++i) file(i);
    release_small(equalities_);
    release_small(bounds_);
    for (auto& [key, members] : equalities_) {
      std::stable_partition(members.begin(), members.end(), [&](auto i) { return !is_negative(terms_[i]); });
    }
    for (auto& [key, members] : bounds_) {
      std::sort(members.begin(), members.end(), [&](auto a, auto b) { return holds_before(terms_[a], terms_[b]); });
    }
  }

  std::vector<EqualityGroup> equality_groups(std::vector<std::uint32_t>& order) const {
    std::vector<EqualityGroup> out;
    for (const auto& [key, members] : equalities_) {
      auto& group = out.emplace_back();
      std::tie(group.slot, group.kind) = key;
      group.first = static_cast<std::uint32_t>(order.size());
      group.end = group.first + static_cast<std::uint32_t>(members.size());
      group.negative = group.end;
      for (const auto i : members) {
        const auto place = static_cast<std::uint32_t>(order.size());
        if (is_negative(terms_[i])) group.negative = std::min(group.negative, place);
        group.add(terms_[i], place);
        order.push_back(i);
      }
    }
    return out;
  }

  std::vector<BoundGroup> bound_groups(std::vector<std::uint32_t>& order) const {
    std::vector<BoundGroup> out;
    for (const auto& [key, members] : bounds_) {
      auto& group = out.emplace_back();
      std::tie(group.slot, group.kind, group.currency, group.lower) = key;
      group.first = static_cast<std::uint32_t>(order.size());
      group.end = group.first + static_cast<std::uint32_t>(members.size());
      for (const auto i : members) {
        const Value& at = terms_[i].constants[0];
        const bool strict = is_strict(terms_[i].comparison);
        if (group.kind == ValueKind::kDouble) {
          group.reals.emplace_back(at.as_double(), strict);
        } else {
          group.integers.emplace_back(group.kind == ValueKind::kMoney ? at.minor_units() : at.as_int64(), strict);
        }
        order.push_back(i);
      }
    }
    return out;
  }

  // Looked at one by one.
  const std::vector<std::uint32_t>& singles() const { return singles_; }
  // What no index decides.
  const std::vector<std::uint32_t>& rest() const { return rest_; }

 private:
  void file(std::uint32_t i) {
    const auto& term = terms_[i];
    if (term.kind == TermKind::kFlag) {
      equalities_[{term.slot, ValueKind::kBool}].push_back(i);
      return;
    }
    if (term.kind == TermKind::kOneOf) {
      equalities_[{term.slot, term.constants[0].kind()}].push_back(i);
      return;
    }
    if (term.kind != TermKind::kCompare) return rest_.push_back(i);
    const Value& at = term.constants[0];
    if (is_equality(term.comparison)) {
      const bool exact = at.is(ValueKind::kString) || at.is(ValueKind::kInt64);
      return exact ? equalities_[{term.slot, at.kind()}].push_back(i) : rest_.push_back(i);
    }
    if (at.is(ValueKind::kDouble) && std::isnan(at.as_double())) return rest_.push_back(i);
    const auto currency = at.is(ValueKind::kMoney) ? at.currency() : std::uint16_t{0};
    bounds_[{term.slot, at.kind(), currency, is_lower(term.comparison)}].push_back(i);
  }

  // Whether `a` holds for every value for which `b` does. Both are bounds of one group.
  static bool holds_before(const Term& a, const Term& b) {
    const bool lower = is_lower(a.comparison);
    const auto ordered = [&](auto left, auto right) {
      if (left != right) return lower ? left < right : left > right;
      return !is_strict(a.comparison) && is_strict(b.comparison);
    };
    const Value& left = a.constants[0];
    const Value& right = b.constants[0];
    if (left.is(ValueKind::kDouble)) return ordered(left.as_double(), right.as_double());
    if (left.is(ValueKind::kMoney)) return ordered(left.minor_units(), right.minor_units());
    return ordered(left.as_int64(), right.as_int64());
  }

  // A few comparisons are made sooner one by one than by a look-up.
  template <class Groups>
  void release_small(Groups& groups) {
    constexpr std::size_t kFewest = 5;
    std::erase_if(groups, [&](const auto& group) {
      std::size_t comparisons = 0;
      for (const auto i : group.second) comparisons += std::max<std::size_t>(1, terms_[i].constants.size());
      if (comparisons >= kFewest) return false;
      singles_.insert(singles_.end(), group.second.begin(), group.second.end());
      return true;
    });
  }

  const std::vector<Term>& terms_;
  std::map<std::tuple<std::uint32_t, ValueKind>, std::vector<std::uint32_t>> equalities_;
  std::map<std::tuple<std::uint32_t, ValueKind, std::uint16_t, bool>, std::vector<std::uint32_t>> bounds_;
  std::vector<std::uint32_t> singles_;
  std::vector<std::uint32_t> rest_;
};

}  // namespace

struct TermIndex::State {
  std::vector<EqualityGroup> equalities;
  std::vector<BoundGroup> bounds;
  const Term* singles = nullptr;  // terms [first_single, size)
  std::uint32_t first_single = 0;
  std::uint32_t size = 0;
  std::vector<int> shares;  // of each term
};

namespace {

int share_of_equality(const Term& term) {
  constexpr int kOneValue = 20;
  constexpr int kMost = 300;
  if (is_negative(term)) return TermIndex::kNotToFindBy;
  if (term.kind == TermKind::kFlag) return kMost;
  return std::min(kMost, kOneValue * static_cast<int>(term.constants.size()));
}

// The bounds that people set on one feature tell roughly how its values lie.
int share_of_bound(std::uint32_t rank, std::size_t bounds) {
  constexpr int kLeast = 20;
  constexpr int kSpan = 300;
  return kLeast + kSpan * static_cast<int>(bounds - rank) / static_cast<int>(bounds);
}

}  // namespace

TermIndex::TermIndex(std::vector<Term>& terms, std::vector<std::uint32_t>& places) : state_(std::make_unique<State>()) {
  const Grouping grouping(terms);
  std::vector<std::uint32_t> order;
  state_->equalities = grouping.equality_groups(order);
  state_->bounds = grouping.bound_groups(order);
  state_->first_single = static_cast<std::uint32_t>(order.size());
  order.insert(order.end(), grouping.singles().begin(), grouping.singles().end());
  state_->size = static_cast<std::uint32_t>(order.size());
  order.insert(order.end(), grouping.rest().begin(), grouping.rest().end());

  places.resize(terms.size());
  std::vector<Term> ordered;
  ordered.reserve(terms.size());
  for (std::uint32_t place = 0; place < order.size(); ++place) {
    places[order[place]] = place;
    ordered.push_back(std::move(terms[order[place]]));
  }
  terms = std::move(ordered);

  state_->singles = terms.data() + state_->first_single;
  state_->shares.assign(terms.size(), kNotToFindBy);
  for (const auto& group : state_->equalities) {
    for (auto i = group.first; i < group.end; ++i) state_->shares[i] = share_of_equality(terms[i]);
  }
  for (const auto& group : state_->bounds) {
    for (auto i = group.first; i < group.end; ++i) {
      state_->shares[i] = share_of_bound(i - group.first, group.end - group.first);
    }
  }
  for (auto i = state_->first_single; i < state_->size; ++i) {
    const bool is_bound = terms[i].kind == TermKind::kCompare && !is_equality(terms[i].comparison);
    state_->shares[i] = is_bound ? share_of_bound(0, 1) : share_of_equality(terms[i]);
  }
}
TermIndex::TermIndex(TermIndex&&) noexcept = default;
TermIndex::~TermIndex() = default;

std::uint32_t TermIndex::size() const { return state_->size; }

std::vector<std::uint32_t> TermIndex::slots() const {
  std::vector<std::uint32_t> out;
  for (const auto& group : state_->equalities) out.push_back(group.slot);
  for (const auto& group : state_->bounds) out.push_back(group.slot);
  for (auto i = state_->first_single; i < state_->size; ++i) {
    out.push_back(state_->singles[i - state_->first_single].slot);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

int TermIndex::expected_share(std::uint32_t term) const { return state_->shares[term]; }

void TermIndex::decide(std::span<const Value> slots, std::span<TermState> states, std::vector<TermRange>& found) const {
  for (const auto& group : state_->equalities) group.decide(slots[group.slot], states, found);
  for (const auto& group : state_->bounds) group.decide(slots[group.slot], states, found);
  for (auto i = state_->first_single; i < state_->size; ++i) {
    const auto& term = state_->singles[i - state_->first_single];
    const auto holds = evaluated_in_place(term, slots[term.slot]);
    states[i] = !holds ? TermState::kUnknown : *holds ? TermState::kTrue : TermState::kFalse;
    if (!holds || *holds) found.push_back({i, i + 1});
  }
}

}  // namespace weir::book
