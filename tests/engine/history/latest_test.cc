// Reader::latest, compared with going through all rows ever appended.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "engine/history/reader.h"
#include "tests/engine/history/payment.h"

namespace weir::history {
namespace {

class Online : public Predicate {
 public:
  bool matches(std::span<const Value> slots) const override {
    return !slots[kOnline].is_absent() && slots[kOnline].as_bool();
  }
};

class NotFraud : public Predicate {
 public:
  explicit NotFraud(std::uint32_t label_slot) : label_slot_(label_slot) {}
  bool matches(std::span<const Value> slots) const override {
    return slots[label_slot_].is_absent() || slots[label_slot_].as_string() != "fraud";
  }

 private:
  std::uint32_t label_slot_;
};

enum Measures : std::uint32_t { kEvery, kWithAmount, kWhenOnline, kGood, kGoodAmounts, kMeasures };

constexpr std::int64_t kDelayMs = 40;  // of the records' own labels

struct Row {
  std::int64_t time_ms = 0;
  std::uint64_t sequence = 0;
  std::uint16_t currency = 0;  // of the amount; 0: there is none
  bool online = false;
  std::vector<LabelEntry> labels;  // in the order in which they came

  bool fraud_at(std::int64_t at_ms) const {
    const LabelEntry* in_force = nullptr;
    for (const LabelEntry& label : labels) {
      if (label.known_at_ms > at_ms) continue;
      if (in_force == nullptr || label.known_at_ms >= in_force->known_at_ms) in_force = &label;
    }
    return in_force != nullptr && in_force->fraud;
  }
  bool counts(Measures measure, std::int64_t at_ms) const {
    switch (measure) {
      case kWithAmount:
        return currency != 0;
      case kWhenOnline:
        return online;
      case kGood:
        return !fraud_at(at_ms);
      case kGoodAmounts:
        return currency != 0 && !fraud_at(at_ms);
      default:
        return true;
    }
  }
};

// A history of random rows, and the same rows in a plain list.
class Twin {
 public:
  Twin(std::uint64_t seed, std::uint32_t leaf_rows, std::uint32_t fanout, bool own_labels)
      : random_(seed), schema_(payment_schema()), own_labels_(own_labels) {
    if (own_labels) {
      event::Field field;
      field.name = "fraud";
      field.type = event::FieldType::kBool;
      schema_->fields.push_back(field);
      schema_->inline_label = event::InlineLabel{kPaymentSlots, "true", kDelayMs};
    }
    schema_->fields[kAmount].currency = 0;
    schema_->fields[kAmount].currency_field = "merchant";  // not asked for here
    LayoutSpec spec;
    spec.leaf_rows = leaf_rows;
    spec.fanout = fanout;
    spec.predicates = {{std::make_shared<Online>(), false}, {std::make_shared<NotFraud>(schema_->label_slot()), true}};
    spec.measures = {{kNone, kNone, 0, 1, 1},
                     {kNone, kAmount, kPartByCurrency, 1, 1},
                     {0, kNone, 0, 1, 1},
                     {1, kNone, 0, 1, 1},
                     {1, kAmount, kPartSum, 1, 1}};
    history_ = std::make_unique<EntityHistory>(std::make_shared<const Layout>(schema_, spec));
  }

  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  std::int64_t now_ms() const { return now_ms_; }

  // A row at or before the latest time, or a little later; with labels for this and for older ones.
  void step() {
    if (draw(3) != 0) now_ms_ += static_cast<std::int64_t>(draw(5));
    Row row;
    row.time_ms = now_ms_ - static_cast<std::int64_t>(draw(5) == 0 ? draw(80) : 0);
    row.sequence = rows_.size();
    Payment payment(*schema_, row.sequence, row.time_ms);
    constexpr std::uint16_t kCurrencies[] = {0, 978, 978, 840, 392};
    row.currency = kCurrencies[draw(row.sequence < 100 ? std::size(kCurrencies) : 4)];
    row.online = draw(3) == 0;
    const auto amount = static_cast<std::int64_t>(row.sequence) - 50;
    payment.slots[kAmount] = row.currency == 0 ? Value::absent() : Value::money(amount, row.currency);
    payment.slots[kOnline] = Value::boolean(row.online);
    if (own_labels_) row.labels.push_back({draw(3) == 0, row.time_ms + kDelayMs});
    history_->append(payment.slots, row.time_ms, row.sequence, own_labels_ ? &row.labels[0] : nullptr);
    rows_.push_back(std::move(row));
    while (draw(3) == 0) {
      Row& labelled = rows_[draw(2) == 0 ? rows_.size() - 1 : draw(rows_.size())];
      const LabelEntry entry{draw(2) == 0, now_ms_ - 60 + static_cast<std::int64_t>(draw(120))};
      labelled.labels.push_back(entry);
      history_->label(labelled.time_ms, labelled.sequence, entry);  // false if it is evicted
    }
    if (draw(20) == 0) {
      cutoff_ms_ = std::max(cutoff_ms_, now_ms_ - 300);
      history_->evict(cutoff_ms_);
    }
  }

  // A random question; the difference in words, empty if there is none.
  std::string ask() {
    const auto measure = static_cast<Measures>(draw(kMeasures));
    const std::int64_t at_ms = now_ms_ - static_cast<std::int64_t>(draw(3) == 0 ? draw(100) : 0);
    Range range;
    range.until_ms = now_ms_ - static_cast<std::int64_t>(draw(2) == 0 ? draw(150) : 0);
    range.after_ms = std::max(cutoff_ms_, range.until_ms - static_cast<std::int64_t>(draw(400)));
    constexpr std::uint32_t kSizes[] = {0, 1, 2, 5, 40, 1'000};
    const std::uint32_t most = kSizes[draw(std::size(kSizes))];

    const bool of_amounts = measure == kWithAmount || measure == kGoodAmounts;
    constexpr std::uint16_t kAsked[] = {0, 978, 840, 392, 48};
    const std::uint16_t currency = of_amounts ? kAsked[draw(std::size(kAsked))] : std::uint16_t{0};

    std::vector<const Row*> expected;
    std::size_t all = 0;
    for (const Row& row : rows_) {
      if (row.time_ms <= range.after_ms || row.time_ms > range.until_ms || !row.counts(measure, at_ms)) continue;
      ++all;
      if (currency == 0 || row.currency == currency) expected.push_back(&row);
    }
    std::sort(expected.begin(), expected.end(), [](const Row* a, const Row* b) {
      return std::pair(a->time_ms, a->sequence) > std::pair(b->time_ms, b->sequence);
    });
    if (expected.size() > most) expected.resize(most);

    std::vector<Reader::Found> found(most);
    reader_.open(*history_, at_ms);
    const std::uint32_t count = reader_.latest(measure, range, found, currency);
    const std::string question =
        "measure " + std::to_string(measure) + " after " + std::to_string(range.after_ms - kStartMs) + " until " +
        std::to_string(range.until_ms - kStartMs) + " at " + std::to_string(at_ms - kStartMs) + ", " +
        std::to_string(most) + " at most of currency " + std::to_string(currency) + ": ";
    if (reader_.numbers(measure, range, 0, 0).count != all) return question + "numbers() counts other rows";
    if (count != expected.size()) {
      return question + std::to_string(count) + " rows, not " + std::to_string(expected.size());
    }
    std::vector<std::int64_t> amounts;
    if (of_amounts) reader_.append_ordered(std::span(found).first(count), kAmount, amounts);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto amount = static_cast<std::int64_t>(expected[i]->sequence) - 50;
      if (of_amounts && amounts[i] != amount) return question + "the amount of row " + std::to_string(i) + " is wrong";
      const auto number = reader_.value(found[i], kId).as_int64();
      if (found[i].time_ms() == expected[i]->time_ms && number == static_cast<std::int64_t>(expected[i]->sequence)) {
        continue;
      }
      return question + "row " + std::to_string(i) + " is #" + std::to_string(number) + ", not #" +
             std::to_string(expected[i]->sequence);
    }
    return {};
  }

 private:
  std::mt19937_64 random_;
  std::shared_ptr<event::Schema> schema_;
  bool own_labels_;
  std::unique_ptr<EntityHistory> history_;
  Reader reader_;
  std::vector<Row> rows_;
  std::int64_t now_ms_ = kStartMs;
  std::int64_t cutoff_ms_ = INT64_MIN;
};

RC_GTEST_PROP(Latest, RowsOfSmallTreesEqualTheReference, (std::uint64_t seed)) {
  Twin twin(seed, *rc::gen::inRange<std::uint32_t>(2, 9), *rc::gen::inRange<std::uint32_t>(4, 17),
            *rc::gen::arbitrary<bool>());
  const auto rows = *rc::gen::inRange<std::uint32_t>(0, 250);
  for (std::uint32_t i = 0; i <= rows; ++i) {
    RC_ASSERT(twin.ask() == "");
    twin.step();
  }
}

TEST(Latest, RowsOfTreesOfTheUsualShapeEqualTheReference) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Twin twin(seed, 64, 16, seed % 2 == 0);
    for (std::uint32_t i = 0; i < 3'000; ++i) {
      twin.step();
      if (i % 10 == 0) {
        ASSERT_EQ(twin.ask(), "") << "seed " << seed << ", row " << i;
      }
    }
  }
}

TEST(Latest, TheNewestComesFirstAndOfOneTimeTheLaterInTheOrder) {
  const auto schema = payment_schema();
  LayoutSpec spec;
  spec.measures = {{kNone, kNone, 0, 1, 1}};
  EntityHistory history(std::make_shared<const Layout>(schema, spec));
  std::uint64_t sequence = 0;
  for (const std::int64_t time_ms : {10, 30, 20, 30, 40}) {
    history.append(Payment(*schema, sequence, kStartMs + time_ms).slots, kStartMs + time_ms, sequence, nullptr);
    ++sequence;
  }
  Reader reader;
  reader.open(history, kStartMs + 40);
  Reader::Found found[5];
  const auto numbers = [&](std::int64_t after_ms, std::int64_t until_ms, std::size_t most) {
    std::vector<std::int64_t> result;
    const std::uint32_t count = reader.latest(0, {kStartMs + after_ms, kStartMs + until_ms}, {found, most});
    for (std::uint32_t i = 0; i < count; ++i) result.push_back(reader.value(found[i], kId).as_int64());
    return result;
  };
  using Numbers = std::vector<std::int64_t>;
  EXPECT_EQ(numbers(0, 40, 5), (Numbers{4, 3, 1, 2, 0}));
  EXPECT_EQ(numbers(0, 40, 2), (Numbers{4, 3}));
  EXPECT_EQ(numbers(10, 30, 5), (Numbers{3, 1, 2}));
  EXPECT_EQ(numbers(0, 40, 0), Numbers{});
  EXPECT_EQ(numbers(40, 50, 5), Numbers{});
  EXPECT_EQ(numbers(20, 20, 5), Numbers{});
}

}  // namespace
}  // namespace weir::history
