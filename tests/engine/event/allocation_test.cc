// Once warm, reading an event allocates nothing. Counted by replacing the global operator new of this test program.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "engine/event/reader.h"
#include "tests/engine/event/card_schema.h"

namespace {
std::size_t allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  void* const bytes = std::malloc(size == 0 ? 1 : size);
  if (bytes == nullptr) throw std::bad_alloc();
  return bytes;
}
}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* bytes) noexcept { std::free(bytes); }
void operator delete[](void* bytes) noexcept { std::free(bytes); }
void operator delete(void* bytes, std::size_t) noexcept { std::free(bytes); }
void operator delete[](void* bytes, std::size_t) noexcept { std::free(bytes); }

namespace weir::event {
namespace {

std::vector<std::string> varied_payments() {
  const std::string personal = with(card_payment(), R"("note":"")",
                                    R"("pan":"4111111111111111","email":"a@b.c","customer":17,"born":"1984-02-29")");
  return {personal,
          card_payment(),
          with(personal, "Zentral", std::string(5000, 'x')),
          with(personal, "DE-0001", "\\u0044E-0001\\n\\ud83d\\ude00"),
          with(personal, R"("channel")", R"("\u0063hannel")"),
          with(personal, R"("recurring":false)", R"("unknown":{"a":[1,2,{"b":"\u0041"}]},"recurring":true)"),
          with(personal, "1234.56", "\"99999999999999.99\"")};
}

TEST(Allocations, AWarmJsonReaderMakesNone) {
  const Schema schema = personal_schema();
  JsonReader reader(schema, kTokenKey);
  Event event(schema, 8);
  Reject reject;
  const std::vector<std::string> records = varied_payments();
  const auto read_all = [&] {
    bool all = true;
    for (const std::string& record : records) all = reader.read(record, 1'800'000'000'000, event, reject) && all;
    return all;
  };
  ASSERT_TRUE(read_all()) << reject.detail;
  ASSERT_TRUE(read_all());
  const std::size_t before = allocations;
  EXPECT_GT(before, 0U);  // the count works
  bool all = true;
  for (int i = 0; i < 100; ++i) all = read_all() && all;
  const std::size_t made = allocations - before;
  EXPECT_TRUE(all);
  EXPECT_EQ(made, 0U);
}

TEST(Allocations, AWarmCsvReaderMakesNone) {
  const Schema schema = personal_schema();
  auto reader =
      CsvReader::create(schema, "type,id,ts,amount.value,amount.currency,account,pan,email,customer", kTokenKey);
  ASSERT_TRUE(reader.ok());
  Event event(schema, 8);
  Reject reject;
  const std::vector<std::string> rows = {
      R"(card,tx-1,2026-02-27T09:30:00Z,12.50,EUR,"a ""quoted"" account",4111111111111111,a@b.c,17)",
      R"(card,tx-2,2026-02-27T09:30:00Z,12.50,EUR,,,,)"};
  const auto read_all = [&] {
    bool all = true;
    for (const std::string& row : rows) all = reader->read(row, kNoClock, event, reject) && all;
    return all;
  };
  ASSERT_TRUE(read_all()) << reject.detail;
  const std::size_t before = allocations;
  bool all = true;
  for (int i = 0; i < 100; ++i) all = read_all() && all;
  const std::size_t made = allocations - before;
  EXPECT_TRUE(all);
  EXPECT_EQ(made, 0U);
}

}  // namespace
}  // namespace weir::event
