// Arbitrary bytes as an audit record, and as the hashed part of one whose leaf is right, so that what lies behind the
// leaf is reached: nothing may crash, and what is accepted must give the same bytes again where it says so. With
// WEIR_FUZZERS this is a libFuzzer target; else an ordinary program that runs the sample records and mutations of them,
// or the files that it is given.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "tests/engine/audit/bank.h"
#include "tests/engine/base/fuzz_files.h"

namespace weir::audit {
namespace {

long accepted = 0;
long events = 0;

void read_one(std::string_view text) {
  static const auto kSchema = bank_schema();
  static const auto kSample = bank_records().front().text;
  static RecordReader reader;
  static event::Event event(kSchema, 0);
  ParsedRecord parsed;
  if (!reader.read(text, parsed)) return;
  ++accepted;
  if (!first_difference(parsed.hashed_part, parsed.hashed_part).empty()) std::abort();
  (void)first_difference(parsed.hashed_part, kSample);
  (void)first_difference(kSample, parsed.hashed_part);
  if (parsed.kind != Kind::kTransaction) return;
  (void)reader.details();
  if (!reader.fill_event(kSchema, event)) return;
  ++events;
  if (event.id != parsed.event_id) std::abort();
}

void run_one(std::string_view bytes) {
  read_one(bytes);
  read_one(enveloped(bytes));
}

}  // namespace
}  // namespace weir::audit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::audit::run_one({reinterpret_cast<const char*>(data), size});
  return 0;
}

#ifndef WEIR_LIBFUZZER
namespace {

// Bytes that turn one JSON value into another.
constexpr std::string_view kPieces[] = {"null",        "[]",  "{}", "\"\"", "-1", "1.5", "true", "99999999999999999999",
                                        "}",           "{",   "]",  ",",    ":",  "\"x", "\\u0", "1e9",
                                        "\"leaf\":\"", "\xff"};

int run_corpus() {
  std::mt19937 random(20260227);
  std::vector<std::string> corpus;
  for (const auto& record : weir::audit::bank_records()) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(record.text.data()), record.text.size());
    const auto end = record.text.rfind(",\"leaf\":");
    corpus.push_back(record.text.substr(10, end - 10));
  }
  const auto whole = weir::audit::accepted;
  for (int i = 0; i < 30'000; ++i) {
    auto text = corpus[random() % corpus.size()];
    for (auto edits = 1 + random() % 2; edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      const auto piece = kPieces[random() % std::size(kPieces)];
      switch (random() % 5) {
        case 0:
          text.erase(at, 1 + random() % 8);
          break;
        case 1:
          text[at] = static_cast<char>(random());
          break;
        case 2:
          text.insert(at, piece);
          break;
        case 3: {  // another value behind a colon
          const auto colon = text.find(':', at);
          if (colon == std::string::npos) break;
          text.replace(colon + 1, text.find_first_of(",}", colon) - colon - 1, piece);
          break;
        }
        default: {  // a member renamed
          const auto colon = text.find("\":", at);
          if (colon != std::string::npos) text.insert(colon, "x");
          break;
        }
      }
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  std::printf("%ld accepted, %ld events\n", weir::audit::accepted, weir::audit::events);
  // A corpus that is no longer accepted would test the JSON parser alone.
  const bool alive =
      whole == static_cast<long>(corpus.size()) && weir::audit::accepted > 3'000 && weir::audit::events > 300;
  if (!alive) std::fprintf(stderr, "the corpus has rotted: %ld of %zu accepted\n", whole, corpus.size());
  return alive ? 0 : 1;
}

}  // namespace

int main(int count, char** names) {
  if (count == 1) return run_corpus();
  return weir::test::fuzz_files(count, names);
}
#endif
