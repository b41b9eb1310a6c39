#include "models/arrays/binding.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/engine/base/scratch_directory.h"
#include "tests/models/arrays/array_files.h"
#include "tests/models/bundle/file_maker.h"

namespace weir::models {
namespace {

using testing::ArrayFiles;
using testing::bytes_of;
using testing::npy_file;

class BindingOfAWholeModel : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loaded = Model::load(testing::WholeModel(1).file().file());
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    model_ = *loaded;
  }
  Result<Binding> bound() {
    files_.write(root_ / "arrays");
    auto opened = Arrays::open(root_ / "arrays");
    if (!opened) return opened.error();
    arrays_ = std::make_unique<Arrays>(std::move(*opened));
    return Binding::create(*model_, *arrays_);
  }
  void refuses(const std::string& what, const std::string& with, const std::string& why) {
    files_ = ArrayFiles();
    files_.replace("inputs.json", what, with);
    const auto binding = bound();
    ASSERT_FALSE(binding.ok()) << why;
    EXPECT_EQ(binding.error().message, why);
  }

  std::shared_ptr<const Model> model_;
  ArrayFiles files_;
  std::unique_ptr<Arrays> arrays_;
  const test::ScratchDirectory root_;
};

TEST_F(BindingOfAWholeModel, FindsInputsByNameWhereverTheyStand) {
  const auto binding = bound();
  ASSERT_TRUE(binding.ok()) << binding.error().message;
  Inputs inputs;
  ASSERT_TRUE(binding->quantize(0, inputs).ok());
  // amount and card.count_1h.
  EXPECT_EQ(inputs.features, (std::vector<std::uint16_t>{model_->thresholds().code(0, 0.5),
                                                         model_->thresholds().code(1, -50)}));
  // amount, gap, channel.
  EXPECT_EQ(inputs.events, (std::vector<std::uint16_t>{3, 2, 0}));
  // merchant, memo.
  EXPECT_EQ(inputs.texts, (std::vector<std::vector<std::uint32_t>>{{31}, {}}));

  ASSERT_TRUE(binding->quantize(1, inputs).ok());
  EXPECT_EQ(inputs.features[1], 0) << "no value";
  // The arrays hold five events of this row; the model looks at the last four.
  ASSERT_EQ(inputs.events.size(), 12U);
  EXPECT_EQ(std::vector<std::uint16_t>(inputs.events.begin(), inputs.events.begin() + 3),
            (std::vector<std::uint16_t>{(7 + 3 + 3) % 12, (7 + 3 + 2) % 12, (7 + 3) % 12}));
  EXPECT_EQ(inputs.texts, (std::vector<std::vector<std::uint32_t>>{{}, {63, 1}}));

  ASSERT_TRUE(binding->quantize(2, inputs).ok());
  EXPECT_EQ(inputs.features[0], 0);
  EXPECT_EQ(inputs.events.size(), 6U);
}

TEST_F(BindingOfAWholeModel, AnInputThatIsMissingIsNamed) {
  refuses(R"("name":"amount","version":"1"}])", R"("name":"amounts","version":"1"}])",
          "the arrays hold no feature \"amount\" (version 1), which the model reads");
  refuses(R"("name":"gap")", R"("name":"gaps")",
          "the arrays hold no field of an event \"gap\" (version 1), which the model reads");
  refuses(R"("name":"memo","version":"1")", R"("name":"memos","version":"1")",
          "the arrays hold no text \"memo\" (version 1), which the model reads");
}

TEST_F(BindingOfAWholeModel, AnotherVersionIsNamed) {
  refuses(R"("card.count_1h","version":"2")", R"("card.count_1h","version":"3")",
          "the model reads feature \"card.count_1h\" in version 2; the arrays hold version 3");
  refuses(R"("gap","version":"1")", R"("gap","version":"0")",
          "the model reads field of an event \"gap\" in version 1; the arrays hold version 0");
  refuses(R"("merchant","version":"1")", R"("merchant","version":"")",
          "the model reads text \"merchant\" in version 1; the arrays hold version ");
}

TEST_F(BindingOfAWholeModel, SizesMustBeThoseOfTheModel) {
  refuses(R"("gap","version":"1","codes":12)", R"("gap","version":"1","codes":11)",
          "codes of \"gap\": 11 in the arrays, 12 in the model");
  refuses(R"("buckets":64)", R"("buckets":128)", "buckets of \"memo\": 128 in the arrays, 64 in the model");
  refuses(R"("grams":5)", R"("grams":6)", "n-grams of \"memo\": 6 in the arrays, 5 in the model");
  // As many events as the model reads will do; fewer will not.
  for (const std::size_t events : {3, 4}) {
    files_ = ArrayFiles();
    files_.replace("inputs.json", "\"events\":5", "\"events\":" + std::to_string(events));
    const std::vector<std::uint16_t> values(std::size_t{3} * 4 * events);
    files_.files["events.npy"] = npy_file("<u2", "(3, " + std::to_string(events) + ", 4)", bytes_of(values));
    const auto binding = bound();
    EXPECT_EQ(binding.ok(), events == 4);
    if (!binding.ok()) {
      EXPECT_EQ(binding.error().message, "the model reads the last 4 events; the arrays hold 3");
    }
  }
}

TEST_F(BindingOfAWholeModel, CodesAreCheckedRowByRow) {
  files_.files["text.0.grams.npy"] = npy_file("<u4", "(3,)", bytes_of(std::vector<std::uint32_t>{63, 64, 2}));
  std::vector<std::uint16_t> events(60);
  events[19] = 12;  // The last event of the first row: amount.
  files_.files["events.npy"] = npy_file("<u2", "(3, 5, 4)", bytes_of(events));
  const auto binding = bound();
  ASSERT_TRUE(binding.ok()) << binding.error().message;
  Inputs inputs;
  EXPECT_EQ(binding->quantize(0, inputs).error().message, "code of an event 0 is 12; 0 to 11 are possible");
  EXPECT_EQ(binding->quantize(1, inputs).error().message, "n-gram of text 1 is 64; 0 to 63 are possible");
  EXPECT_TRUE(binding->quantize(2, inputs).ok());
}

}  // namespace
}  // namespace weir::models
