#include "tests/engine/event/fuzz_program.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tests/engine/event/dice.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace weir::event {
namespace {

constexpr int kMutations = 30'000;

void run(const std::string& input) {
  // A buffer of exactly this size: reading beyond it is found by the sanitizers.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

void mutate(std::string& text, const std::vector<std::string>& corpus, Dice& dice) {
  constexpr std::string_view kLikely = "\"\\{}[]:,0123456789.eE+-tfnul \t\r\n\x01/x\x80\xC3\xEF";
  const std::size_t at = dice.below(text.size() + 1);
  const std::string& other = corpus[dice.below(corpus.size())];
  switch (dice.below(6)) {
    case 0:
      text.erase(at, 1 + dice.below(4));
      break;
    case 1:
      text.insert(at, 1, kLikely[dice.below(kLikely.size())]);
      break;
    case 2:
      text.insert(at, other, dice.below(other.size()), dice.below(24));
      break;
    case 3:
      text.resize(at);
      break;
    case 4:
      text.insert(at, text, dice.below(text.size() + 1), dice.below(40));
      break;
    default:
      if (at < text.size()) text[at] = kLikely[dice.below(kLikely.size())];
      break;
  }
}

int run_corpus() {
  const std::vector<std::string> corpus = fuzz_corpus();
  for (const std::string& seed : corpus) run(seed);
  const long accepted_seeds = fuzz_accepted();
  Dice dice(20260227);
  for (int i = 0; i < kMutations; ++i) {
    std::string text = corpus[dice.below(corpus.size())];
    for (std::size_t edits = 1 + dice.below(3); edits > 0; --edits) mutate(text, corpus, dice);
    run(text);
  }
  const long accepted = fuzz_accepted() - accepted_seeds;
  std::printf("%zu seeds, %ld accepted; %d mutations, %ld accepted\n", corpus.size(), accepted_seeds, kMutations,
              accepted);
  return 2 * accepted_seeds > static_cast<long>(corpus.size()) && accepted > kMutations / 50 ? 0 : 1;
}

}  // namespace
}  // namespace weir::event

int main(int count, char** names) {
  if (count == 1) return weir::event::run_corpus();
  for (int i = 1; i < count; ++i) {
    std::ifstream file(names[i], std::ios::binary);
    weir::event::run({std::istreambuf_iterator<char>(file), {}});
  }
  return 0;
}
