// The promise of the same bytes on every machine and compiler. A change of the generator changes these digests: update
// them together with the change log, since stored answers of demos and benches change as well.
#include <gtest/gtest.h>

#include "engine/base/sha256.h"
#include "tests/ops/generator/sample.h"

namespace weir::generator {
namespace {

std::string digest_of_stream(const GeneratorOptions& options, int records) {
  Generator generator(options);
  GeneratedRecord record;
  std::string lines;
  for (int i = 0; i < records && generator.next(record); ++i) {
    lines += record.topic == StreamTopic::kLabels ? "L " : "T ";
    lines += record.key + " " + std::to_string(record.stream_time_ms) + " " + record.value + " ";
    lines += std::string(record.truth.typology) + (record.truth.fraud ? "!\n" : "\n");
  }
  return hex(Sha256().hash(lines));
}

TEST(Golden, FirstHundredThousandRecordsOfSeed1) {
  EXPECT_EQ(digest_of_stream(options_with_seed(1), 100'000),
            "6fd5e541cc536ebf19254330d6a46c066d604729650c81bbec81634ef294ca36");
}

TEST(Golden, FirstHundredThousandRecordsOfSeed42) {
  EXPECT_EQ(digest_of_stream(options_with_seed(42), 100'000),
            "49c7e2c3f4deda1b04ffad7349384ccdfc9fc06b3e32641efe33f98c2bcb0994");
}

TEST(Golden, AStreamWithFraudsThatOrderTells) {
  GeneratorOptions options = options_with_seed(5);
  options.order_share = 0.01;
  options.order_twins = 1.5;
  options.order_rounds = 4;
  options.order_gap_scale = 1.7;
  options.order_amount_scale = 0.6;
  options.unreported_share = 0.25;
  options.false_dispute_share = 0.002;
  EXPECT_EQ(digest_of_stream(options, 50'000), "d25289d0cf4948466791e9555c947b6df63e723cdbee07305a60eeed083ed225");
}

}  // namespace
}  // namespace weir::generator
