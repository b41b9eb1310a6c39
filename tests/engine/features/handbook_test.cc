// The twelve window features of the Fraud Detection Handbook, compared with the book's own on all of its transactions.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <unordered_map>

#include "engine/base/civil_time.h"
#include "engine/base/decimal.h"
#include "engine/event/file_records.h"
#include "engine/features/feature_set.h"

namespace weir::features {
namespace {

enum Slot : std::uint32_t { kId, kAt, kCustomer, kTerminal, kAmount, kFraud };

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kFeatures = 12;
using Row = std::array<double, kFeatures>;

// Sanitizers slow the stream down twentyfold: there, the first tenth of it must do.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kRows = 120'000;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kRows = 120'000;
#else
constexpr std::size_t kRows = 1'236'698;
#endif
#else
constexpr std::size_t kRows = 1'236'698;
#endif

std::shared_ptr<const event::Schema> handbook_schema() {
  auto schema = std::make_shared<event::Schema>();
  schema->event_types = {{"payment", "payment"}};
  const auto add = [&schema](const char* name, event::FieldType type) {
    schema->fields.emplace_back();
    schema->fields.back().name = name;
    schema->fields.back().type = type;
  };
  add("tx_id", event::FieldType::kInt64);
  add("datetime", event::FieldType::kTimestamp);
  add("customer_id", event::FieldType::kInt64);
  add("terminal_id", event::FieldType::kInt64);
  add("amount", event::FieldType::kMoney);
  add("fraud", event::FieldType::kInt64);
  schema->fields[kAmount].currency = 978;
  schema->entities = {{"customer", {kCustomer}}, {"terminal", {kTerminal}}};
  schema->id_slot = kId;
  schema->time_slot = kAt;
  schema->inline_label = event::InlineLabel{kFraud, "1", 7 * kDayMs};
  return schema;
}

std::vector<Definition> handbook_definitions(const event::Schema& schema) {
  cel::Environment environment;
  EXPECT_TRUE(environment.declare({"label", cel::Type::simple(cel::TypeKind::kString), schema.label_slot()}).ok());
  const auto file = std::make_shared<const SourceFile>(SourceFile{"features.yaml", "label == 'fraud'"});
  auto program = cel::compile(file->text, {file, 1, 1, 1}, environment, cel::Type::simple(cel::TypeKind::kBool));
  EXPECT_TRUE(program.ok());
  const auto is_fraud = std::make_shared<const cel::Program>(std::move(*program));

  // In the order of the reference's columns.
  std::vector<Definition> definitions;
  for (const std::int64_t days : {1, 7, 30}) {
    Definition count;
    count.entity = "customer";
    count.name = "count_" + std::to_string(days);
    count.window_ms = days * kDayMs;
    count.include_current = true;
    definitions.push_back(count);
    Definition mean = count;
    mean.name = "mean_" + std::to_string(days);
    mean.aggregate = Aggregate::kMean;
    mean.slot = kAmount;
    definitions.push_back(mean);
  }
  for (const std::int64_t days : {1, 7, 30}) {
    Definition count;
    count.entity = "terminal";
    count.name = "count_" + std::to_string(days);
    count.window_ms = days * kDayMs;
    count.offset_ms = 7 * kDayMs;
    definitions.push_back(count);
    Definition risk = count;
    risk.name = "risk_" + std::to_string(days);
    risk.aggregate = Aggregate::kShare;
    risk.share_of = is_fraud;
    risk.share_of_text = file->text;
    risk.default_value = Value::real(0.0);
    definitions.push_back(risk);
  }
  return definitions;
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find(',', begin);
    cells.push_back(line.substr(begin, end - begin));
    if (end == std::string_view::npos) return cells;
    begin = end + 1;
  }
}

double number(std::string_view text) {
  double value = NAN;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t whole(std::string_view text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Printed to six digits; where the mean is nought, the book's running sums leave a residue of their roundings.
bool near(double found, double expected) { return std::abs(found - expected) <= 2e-5 * std::abs(expected) + 1e-12; }

class Handbook {
 public:
  Handbook() : features_(schema_, handbook_definitions(*schema_)), event_(*schema_, kFeatures) {}

  Row next(const std::vector<std::string_view>& cells) {
    event_.clear();
    event_.time_ms = *parse_iso8601_ms(cells[1], true);
    event_[kId] = Value::int64(whole(cells[0]));
    event_[kAt] = Value::timestamp_ms(event_.time_ms);
    event_[kCustomer] = Value::int64(whole(cells[2]));
    event_[kTerminal] = Value::int64(whole(cells[3]));
    event_[kAmount] = Value::money(*parse_decimal(cells[4], 2), 978);
    event_[schema_->event_type_slot()] = Value::enumeration("payment", 0);
    history::EntityHistory* const histories[] = {&history_of(0, event_[kCustomer].as_int64()),
                                                 &history_of(1, event_[kTerminal].as_int64())};
    const std::int64_t cutoff_ms = event_.time_ms - 37 * kDayMs;
    features_.evaluate(histories, cutoff_ms, event_);
    Row row;
    for (std::uint32_t i = 0; i < kFeatures; ++i) {
      const Value& value = event_[schema_->slot_count() + i];
      row[i] = value.is(ValueKind::kInt64) ? static_cast<double>(value.as_int64()) : value.as_double();
    }
    event_[schema_->outcome_slot()] = Value::string("approve");
    const history::LabelEntry label{cells[5] == "1", event_.time_ms + 7 * kDayMs};
    for (history::EntityHistory* history : histories) {
      history->append(event_.slots(), event_.time_ms, sequence_, &label);
      history->evict(cutoff_ms);
    }
    ++sequence_;
    return row;
  }
  std::int64_t time_ms() const { return event_.time_ms; }

 private:
  history::EntityHistory& history_of(std::uint32_t entity, std::int64_t key) {
    std::unique_ptr<history::EntityHistory>& history = histories_[entity][key];
    if (!history) history = std::make_unique<history::EntityHistory>(features_.layout(entity));
    return *history;
  }

  std::shared_ptr<const event::Schema> schema_ = handbook_schema();
  FeatureSet features_;
  event::Event event_;
  std::unordered_map<std::int64_t, std::unique_ptr<history::EntityHistory>> histories_[2];
  std::uint64_t sequence_ = 0;
};

constexpr std::size_t kOfCustomer = 6;  // the first six features; the others are the terminal's

bool matches(const Row& found, const Row& expected) {
  for (std::size_t i = 0; i < kFeatures; ++i) {
    if (!near(found[i], expected[i])) return false;
  }
  return true;
}

// Rows of one customer in one second, in the file's order.
struct Tie {
  std::vector<Row> found;
  std::vector<Row> expected;
  std::vector<double> amounts;
};

// What the customer's features of a tie's rows are when the rows come in `order`: only the rows of this second change
// places, so each window's count and sum before them stay what they are.
std::vector<Row> reordered(const Tie& tie, const std::vector<std::size_t>& order) {
  auto rows = tie.found;
  for (std::size_t i = 0; i < kOfCustomer; i += 2) {
    const auto& first = tie.found.front();
    double count = first[i] - 1;
    double sum = first[i] * first[i + 1] - tie.amounts.front();
    for (const auto at : order) {
      sum += tie.amounts[at];
      rows[at][i] = ++count;
      rows[at][i + 1] = sum / count;
    }
  }
  return rows;
}

// Whether the book's rows are ours in the file's order (0), in another one (1), or neither (2).
int compare(const Tie& tie) {
  const auto all_equal = [&tie](const std::vector<Row>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!matches(rows[i], tie.expected[i])) return false;
    }
    return true;
  };
  if (all_equal(tie.found)) return 0;
  std::vector<std::size_t> order(tie.found.size());
  std::iota(order.begin(), order.end(), 0U);
  while (std::next_permutation(order.begin(), order.end())) {
    if (all_equal(reordered(tie, order))) return 1;
  }
  return 2;
}

std::filesystem::path data_folder() {
  if (const char* data = std::getenv("WEIR_DATA")) return data;
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  return std::filesystem::path(source != nullptr ? source : ".") / "../shared/data";
}

TEST(Handbook, AllFeaturesOfAllTransactionsEqualTheBooks) {
  const std::filesystem::path folder = data_folder() / "handbook";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "skipped: no handbook data; WEIR_DATA says where it is";
  auto transactions = event::FileRecords::open((folder / "transactions.csv.zst").string());
  auto reference = event::FileRecords::open((folder / "reference_features.csv.xz").string());
  ASSERT_TRUE(transactions.ok() && reference.ok());
  Handbook handbook;
  std::map<std::pair<std::int64_t, std::int64_t>, Tie> ties;  // of the present second, by customer
  std::int64_t second_ms = INT64_MIN;
  std::size_t rows = 0;
  std::size_t different = 0;
  std::size_t swapped = 0;  // the book's sort may have put rows of one customer in one second in another order
  const auto settle = [&] {
    for (const auto& [key, tie] : ties) {
      const int verdict = compare(tie);
      if (verdict == 1) swapped += tie.found.size();
      if (verdict != 2) continue;
      different += tie.found.size();
      if (different < 10) ADD_FAILURE() << "customer " << key.second << " at " << iso8601(key.first);
    }
    ties.clear();
  };
  std::string_view transaction, features;
  while (rows < kRows) {
    const auto more = transactions->next(transaction);
    ASSERT_TRUE(more.ok());
    if (!*more) break;
    ASSERT_TRUE(*reference->next(features));
    const std::vector<std::string_view> cells = cells_of(transaction);
    const std::vector<std::string_view> expected = cells_of(features);
    ASSERT_EQ(cells[0], expected[0]);
    const Row found = handbook.next(cells);
    if (handbook.time_ms() != second_ms) settle();
    second_ms = handbook.time_ms();
    Tie& tie = ties[{second_ms, whole(cells[2])}];
    tie.found.push_back(found);
    tie.amounts.push_back(number(cells[4]));
    Row& row = tie.expected.emplace_back();
    for (std::size_t i = 0; i < kFeatures; ++i) row[i] = number(expected[i + 1]);
    ++rows;
  }
  settle();
  EXPECT_EQ(rows, kRows);
  EXPECT_EQ(different, 0U);
  EXPECT_LT(swapped, 100U);
  std::printf("%zu rows, %zu different, %zu swapped within one second\n", rows, different, swapped);
}

}  // namespace
}  // namespace weir::features
