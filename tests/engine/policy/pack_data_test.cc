// The shipped policies read the data that they are made for, without one dead letter.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/file_records.h"
#include "engine/event/reader.h"
#include "engine/policy/policy.h"
#include "ops/generator/generator.h"
#include "rules/packs/packs.h"

namespace weir::policy {
namespace {

constexpr std::string_view kTokenKey = "0123456789abcdef0123456789abcdef";
constexpr int kRows = 20'000;

Policy shipped(std::string_view name) {
  std::vector<PolicyFile> files;
  for (const auto& file : packs::find(name)->files) files.push_back({std::string(file.path), std::string(file.text)});
  auto policy = load_policy(std::move(files), "");
  WEIR_CHECK(policy.ok(), "a shipped policy loads");
  return *std::move(policy);
}

std::string data_file(const std::string& name) {
  const char* data = std::getenv("WEIR_DATA");
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  if (data != nullptr) return std::string(data) + "/" + name;
  return std::string(source == nullptr ? "." : source) + "/../shared/data/" + name;
}

void read_generated(const Policy& policy) {
  generator::Generator generator{generator::GeneratorOptions{}};
  event::JsonReader reader(*policy.schema, kTokenKey);
  event::Event event(*policy.schema, 0);
  event::Reject reject;
  generator::GeneratedRecord record;
  std::vector<int> of_type(policy.schema->event_types.size());
  std::vector<bool> seen(policy.schema->field_count());
  for (int i = 0; i < kRows;) {
    ASSERT_TRUE(generator.next(record));
    if (record.topic != generator::StreamTopic::kTransactions) continue;
    ASSERT_TRUE(reader.read(record.value, event::kNoClock, event, reject))
        << event::reject_reason_name(reject.reason) << " " << reject.field << ": " << reject.detail << "\n"
        << record.value;
    ++of_type[event.type];
    for (std::uint32_t slot = 0; slot < seen.size(); ++slot) {
      if (!event[slot].is_absent()) seen[slot] = true;
    }
    ++i;
  }
  for (std::size_t type = 0; type < of_type.size(); ++type) {
    EXPECT_GT(of_type[type], 0) << policy.schema->event_types[type].name;
  }
  for (std::uint32_t slot = 0; slot < seen.size(); ++slot) {
    EXPECT_TRUE(seen[slot]) << "no record has " << policy.schema->fields[slot].name;
  }
}

TEST(PackData, TheRetailBankReadsEveryRecordOfTheGenerator) { read_generated(shipped("retail-bank")); }

void read_rows(const Policy& policy, const std::string& name) {
  const auto path = data_file(name);
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "skipped: there is no " << path;
  auto records = event::FileRecords::open(path);
  ASSERT_TRUE(records.ok()) << records.error().message;
  auto reader = event::CsvReader::create(*policy.schema, records->csv_header(), kTokenKey);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  event::Event event(*policy.schema, 0);
  event::Reject reject;
  std::string_view row;
  for (int i = 0; i < kRows; ++i) {
    const auto more = records->next(row);
    ASSERT_TRUE(more.ok() && *more);
    ASSERT_TRUE(reader->read(row, event::kNoClock, event, reject))
        << event::reject_reason_name(reject.reason) << " " << reject.field << ": " << reject.detail << "\n"
        << row;
    for (const auto& field : policy.schema->fields) {
      EXPECT_FALSE(event[*policy.schema->find(field.name)].is_absent()) << field.name;
    }
  }
}

TEST(PackData, TheHandbookPolicyReadsTheHandbook) { read_rows(shipped("handbook"), "handbook/transactions.csv.zst"); }

TEST(PackData, TheSparkovPolicyReadsSparkov) { read_rows(shipped("sparkov"), "sparkov/transactions_2019_2020.csv.xz"); }

}  // namespace
}  // namespace weir::policy
