// Any bytes as a stored history: decoding never crashes, and what decodes is a sound tree. With WEIR_FUZZERS this is a
// libFuzzer target; else an ordinary program that runs mutations of a built-in corpus, or the files that it is given.
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

#include "engine/base/check.h"
#include "engine/history/row_codec.h"
#include "engine/history/verify.h"
#include "tests/engine/base/fuzz_files.h"
#include "tests/engine/history/payment.h"

namespace weir::history {
namespace {

struct Fuzz {
  std::shared_ptr<event::Schema> schema = [] {
    auto made = payment_schema();
    made->inline_label = event::InlineLabel{kOnline, "true", 1'000};
    made->fields[kAmount].currency = 0;
    made->fields[kAmount].currency_field = "currency";
    return made;
  }();
  Catalogue catalogue;
  RowCodec codec{schema, catalogue};
  std::shared_ptr<const Layout> layout = [this] {
    LayoutSpec spec;
    spec.leaf_rows = 3;
    spec.fanout = 4;
    spec.dense_ids = 4;
    spec.measures = {{kNone, kAmount, kPartSum | kPartSquares | kPartMin | kPartMax, 1, 1},
                     {kNone, kMerchant, kPartDistinct, 2, 4},
                     {kNone, kScore, kPartSum, 1, 1}};
    return std::make_shared<const Layout>(schema, spec);
  }();
  long decoded = 0;

  void run(std::string_view bytes) {
    EntityHistory history(layout);
    if (codec.decode_into(bytes, history).ok()) ++decoded;
    const Status status = verify(history);
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().message.c_str());
    WEIR_CHECK(status.ok(), "what was decoded is a sound tree");
  }
};

Fuzz& fuzz() {
  static Fuzz made;
  return made;
}

}  // namespace
}  // namespace weir::history

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::history::fuzz().run({reinterpret_cast<const char*>(data), size});
  return 0;
}

#ifndef WEIR_LIBFUZZER
namespace weir::history {
namespace {

std::string corpus_entry(std::uint64_t number) {
  Fuzz& one = fuzz();
  std::string bytes;
  for (std::uint64_t i = 0; i <= number * 3; ++i) {
    const std::int64_t time_ms = kStartMs + static_cast<std::int64_t>(i * 31 % 17);
    Payment payment(*one.schema, i, time_ms);
    const LabelEntry own{i % 2 == 0, time_ms + 1'000};
    one.codec.encode_row(payment.slots, time_ms, i, i % 3 == 0 ? &own : nullptr, bytes);
    if (i % 4 == 0) one.codec.encode_label(time_ms, i, {true, time_ms + 5}, bytes);
  }
  return bytes;
}

int run_mutations() {
  constexpr int kMutations = 20'000;
  std::mt19937 random(20260227);
  std::string corpus[8];
  for (std::uint64_t i = 0; i < 8; ++i) corpus[i] = corpus_entry(i);
  for (int i = 0; i < kMutations; ++i) {
    std::string bytes = corpus[random() % 8];
    for (std::uint32_t edits = random() % 4; edits > 0; --edits) {
      const std::size_t at = random() % (bytes.size() + 1);
      switch (random() % 4) {
        case 0:
          bytes.insert(at, 1, static_cast<char>(random()));
          break;
        case 1:
          bytes.erase(at, random() % 3);
          break;
        case 2:
          bytes.append(corpus[random() % 8]);
          break;
        default:
          if (at < bytes.size()) bytes[at] = static_cast<char>(random());
      }
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  std::printf("%d inputs, %ld decoded\n", kMutations, fuzz().decoded);
  return fuzz().decoded > kMutations / 10 && fuzz().decoded < kMutations ? 0 : 1;
}

}  // namespace
}  // namespace weir::history

int main(int count, char** names) {
  if (count == 1) return weir::history::run_mutations();
  return weir::test::fuzz_files(count, names);
}
#endif
