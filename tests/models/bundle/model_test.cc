#include "models/bundle/model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/base/sha256.h"
#include "tests/models/bundle/file_maker.h"

namespace weir::models {
namespace {

using testing::FileMaker;
using testing::WholeModel;

// Loads the file after `change`, which must be refused with a reason that holds `why`.
template <class Change>
void refuses(Change change, const std::string& why) {
  auto file = WholeModel(1).file();
  change(file);
  const auto loaded = Model::load(file.file());
  ASSERT_FALSE(loaded.ok()) << why;
  EXPECT_NE(loaded.error().message.find(why), std::string::npos) << loaded.error().message;
}

void replace(std::string& text, const std::string& what, const std::string& with) {
  ASSERT_NE(text.find(what), std::string::npos) << what;
  text.replace(text.find(what), what.size(), with);
}

TEST(Model, GivesWhatItsPartsGive) {
  WholeModel whole(1);
  const auto file = whole.file().file();
  const auto model = Model::load(file);
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ((*model)->hash(), Sha256().hash(file));
  EXPECT_EQ((*model)->manifest().name, "test");
  EXPECT_TRUE((*model)->manifest().demonstration);
  EXPECT_EQ((*model)->card(), "# test\n\ndemonstration, not validated\n");
  for (const auto kernel : kernels_here()) {
    Model::Evaluator evaluator(**model, kernel);
    for (int i = 0; i < 200; ++i) {
      std::vector<float> features;
      const auto inputs = whole.draw(features);
      for (std::size_t f = 0; f < features.size(); ++f) {
        EXPECT_EQ((*model)->thresholds().code(f, features[f]), inputs.features[f]);
      }
      ASSERT_TRUE((*model)->shape().check(inputs).ok());
      EXPECT_EQ(evaluator.score(inputs).logit, whole.logit(inputs, features));
    }
  }
}

TEST(Model, TreesAloneAreAModel) {
  WholeModel whole(1);
  const auto model = Model::load(whole.file_of_trees().file());
  ASSERT_TRUE(model.ok()) << model.error().message;
  Model::Evaluator evaluator(**model);
  const auto logit = whole.forest.sum({NAN, NAN}) + whole.base;
  EXPECT_EQ(evaluator.score({{0, 0}, {}, {}}), (Score{logit, Calibration::create(whole.knots)->probability(logit)}));
}

TEST(Model, AnExampleThatComesOutOtherwiseIsRefused) {
  refuses(
      [](FileMaker& file) {
        auto logits = file.values<std::int64_t>("examples.logits");
        ++logits[7];
        file.put("examples.logits", logits);
      },
      "model \"test\": example 7 does not come out as the training said");
  refuses(
      [](FileMaker& file) {
        auto probabilities = file.values<std::int32_t>("examples.probabilities");
        --probabilities[3];
        file.put("examples.probabilities", probabilities);
      },
      "example 3 does not come out");
  for (const auto* name : {"head.output_weights", "text.1.table", "sequence.weights"}) {
    refuses(
        [&](FileMaker& file) {
          auto weights = file.values<std::int8_t>(name);
          for (auto& weight : weights) weight = static_cast<std::int8_t>(weight / 2);
          file.put(name, weights, file.tensors.at(name).shape);
        },
        "does not come out");
  }
}

TEST(Model, RefusesWhatIsMissingOrTooMuch) {
  refuses([](FileMaker& file) { file.tensors.erase("sequence.bias"); }, "tensor \"sequence.bias\" is missing");
  refuses([](FileMaker& file) { file.tensors.erase("text.1.shift"); }, "tensor \"text.1.shift\" is missing");
  refuses([](FileMaker& file) { file.tensors.erase("examples.logits"); }, "tensor \"examples.logits\" is missing");
  refuses([](FileMaker& file) { file.put("extra", std::vector<std::int8_t>{1}); }, "tensor \"extra\" has no use");
  refuses([](FileMaker& file) { file.put("base", std::vector<std::int32_t>{1}); },
          "tensor \"base\" is not of type I64");
  refuses(
      [](FileMaker& file) {
        file.put("base", std::vector<std::int64_t>{1, 2});
      },
      "tensor \"base\" does not hold one value");
  refuses([](FileMaker& file) { file.metadata.erase("card"); }, "the model has no card");
  refuses([](FileMaker& file) { file.metadata.erase("weir"); }, "not a model of Weir");
}

TEST(Model, RefusesPartsThatDoNotFitEachOther) {
  refuses([](FileMaker& file) { file.put("head.feature.0.rows", std::vector<std::uint16_t>(21, 0)); },
          "the head knows 21 codes of feature 1, which has 22");
  refuses([](FileMaker& file) { file.put("examples.starts", std::vector<std::uint32_t>{0}); },
          "the examples' tensors do not fit");
  refuses(
      [](FileMaker& file) {
        file.put("thresholds.starts", std::vector<std::uint32_t>{0, 2});
        file.put("thresholds.values", std::vector<float>{1, 2});
      },
      "thresholds of 1 features; the manifest names 2");
  refuses([](FileMaker& file) { file.tensors.erase("head.output_weights"); },
          "there are encoders, and no head that reads them");
  refuses(
      [](FileMaker& file) {
        auto left = file.values<std::uint32_t>("trees.left");
        left[0] = 0;
        file.put("trees.left", left);
      },
      "the trees: node 0 of the trees has a child outside of its tree");
}

TEST(Model, RefusesAManifestThatItCannotRead) {
  const auto manifest = [](const char* what, const char* with, const char* why) {
    refuses([&](FileMaker& file) { replace(file.metadata["weir"], what, with); }, why);
  };
  manifest("\"format\":1", "\"format\":2", "its format is 2; this weir reads format 1");
  manifest("\"name\":\"test\"", "\"name\":\"\"", "\"name\" is missing or wrong");
  manifest("\"events\":4", "\"events\":0", "\"events\" is missing or wrong");
  manifest("\"events\":4", "\"events\":1025", "\"events\" is missing or wrong");
  manifest("\"head_features\":[1]", "\"head_features\":[2]", "\"head_features\" is missing or wrong");
  manifest("\"card.count_1h\"", "\"amount\"", "\"features\" is missing or wrong");
  manifest("\"outputs\":[\"fraud\"]", "\"outputs\":[]", "\"outputs\" is missing or wrong");
  manifest("\"demonstration\":true", "\"demonstration\":1", "\"demonstration\" is missing or wrong");
  manifest("{\"format\"", "[\"format\"", "its manifest is no JSON object");
}

TEST(Model, RefusesAReasonMapThatLeavesSomethingOut) {
  const auto manifest = [](const char* what, const char* with, const char* why) {
    refuses([&](FileMaker& file) { replace(file.metadata["weir"], what, with); }, why);
  };
  manifest("\"reasons\":[", "\"other\":[", "\"reasons\" is missing or wrong");
  manifest("\"merchant\",\"features\":[]", "\"merchant\",\"features\":[2]", "\"reasons\" is missing or wrong");
  manifest("\"texts\":[1]", "\"texts\":[2]", "\"reasons\" is missing or wrong");
  manifest("\"name\":\"memo\",\"features\"", "\"name\":\"amount\",\"features\"", "\"reasons\" is missing or wrong");
  manifest("\"name\":\"memo\",\"features\"", "\"name\":\"\",\"features\"", "\"reasons\" is missing or wrong");
  manifest("\"events\":true", "\"events\":1", "\"reasons\" is missing or wrong");
  manifest("\"amount\",\"features\":[0]", "\"amount\",\"features\":[0,1]",
           "its reasons: feature 1 is in more than one group");
  manifest("\"amount\",\"features\":[0],\"events\":false", "\"amount\",\"features\":[0],\"events\":true",
           "its reasons: sequence 0 is in more than one group");
  manifest("\"events\":true", "\"events\":false", "its reasons: sequence 0 is in no group");
  manifest("\"texts\":[1]", "\"texts\":[0,1]", "its reasons: text 0 is in more than one group");
  manifest("\"amount\",\"features\":[0]", "\"amount\",\"features\":[]", "its reasons: group \"amount\" is empty");
  manifest("\"features\":[1],\"events\":true", "\"features\":[],\"events\":true",
           "its reasons: feature 1 is in no group");
}

TEST(Model, RefusesReasonsWhereNoneAre) {
  const auto refused = [](const char* what, const char* with, const char* why) {
    auto file = WholeModel(1).file_of_trees();
    replace(file.metadata["weir"], what, with);
    const auto loaded = Model::load(file.file());
    ASSERT_FALSE(loaded.ok());
    EXPECT_NE(loaded.error().message.find(why), std::string::npos) << loaded.error().message;
  };
  refused("\"features\":[1],\"events\":false", "\"features\":[1],\"events\":true",
          "its reasons: group \"b\" has events, and there is no sequence");
  refused("[\"fraud\"]", "[\"food\",\"fuel\"]", "it has reasons, and more than one output");
}

TEST(Model, TheHeadMaySeeSoManyGroupsAndNoMore) {
  for (const std::size_t groups : {kMaxHeadGroups, kMaxHeadGroups + 1}) {
    auto file = WholeModel(1).file_of_trees();
    std::string features, numbers, reasons;
    for (std::size_t i = 0; i < groups + 3; ++i) {
      const auto comma = i > 0 ? "," : "";
      const auto number = std::to_string(i);
      features += comma + ("{\"name\":\"f" + number + "\",\"version\":\"\"}");
      reasons += comma + ("{\"name\":\"g" + number + "\",\"features\":[" + number + "],\"events\":false,\"texts\":[]}");
      if (i < groups) numbers += comma + number;
    }
    file.metadata["weir"] =
        R"({"format":1,"name":"many","demonstration":false,"events":0,"event_fields":[],"texts":[],)"
        R"("outputs":["fraud"],"features":[)" +
        features + "],\"head_features\":[" + numbers + "],\"reasons\":[" + reasons + "]}";
    const auto loaded = Model::load(file.file());
    ASSERT_FALSE(loaded.ok());
    // The one with few enough fails later, for its thresholds.
    EXPECT_NE(loaded.error().message.find(groups > kMaxHeadGroups
                                              ? "its reasons: the head sees 11 groups; up to 10 are possible"
                                              : "thresholds of 2 features; the manifest names 13"),
              std::string::npos)
        << loaded.error().message;
  }
}

TEST(Model, RefusesANeutralPaymentThatCannotBe) {
  refuses([](FileMaker& file) { file.tensors.erase("reasons.neutral"); }, "tensor \"reasons.neutral\" is missing");
  refuses([](FileMaker& file) { file.tensors.erase("reasons.neutral_event"); },
          "tensor \"reasons.neutral_event\" is missing");
  refuses(
      [](FileMaker& file) {
        file.put("reasons.neutral", std::vector<std::uint16_t>({1, 22}));
      },
      "the neutral payment: feature 1 is 22; 0 to 21 are possible");
  refuses([](FileMaker& file) { file.put("reasons.neutral", std::vector<std::uint16_t>{1}); },
          "the neutral payment: 1 features; the model takes 2");
  refuses(
      [](FileMaker& file) {
        file.put("reasons.neutral_event", std::vector<std::uint16_t>{1, 2, 12});
      },
      "the neutral payment: code of an event 2 is 12; 0 to 11 are possible");
  refuses([](FileMaker& file) { file.put("reasons.neutral_event", std::vector<std::uint16_t>(6, 1)); },
          "the neutral event has 6 codes; an event has 3");
}

TEST(Model, RefusesADamagedFile) {
  const auto file = WholeModel(1).file().file();
  for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{8}, file.size() / 2, file.size() - 1}) {
    EXPECT_FALSE(Model::load(std::string_view(file).substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(Model::load(file + "x").ok());
}

TEST(Inputs, ComeBackAsTheyWere) {
  WholeModel whole(2);
  const auto model = Model::load(whole.file().file());
  ASSERT_TRUE(model.ok()) << model.error().message;
  for (int i = 0; i < 50; ++i) {
    std::vector<float> features;
    const auto inputs = whole.draw(features);
    std::string bytes;
    append_inputs(bytes, inputs);
    const auto read = read_inputs(bytes, (*model)->shape());
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(*read, inputs);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(read_inputs(std::string_view(bytes).substr(0, size), (*model)->shape()).ok());
    }
    EXPECT_FALSE(read_inputs(bytes + '\0', (*model)->shape()).ok());
  }
}

TEST(Inputs, CodesOutOfRangeAreNamed) {
  const auto model = Model::load(WholeModel(2).file().file());
  ASSERT_TRUE(model.ok());
  const Inputs good{{21, 21}, {11, 11, 11}, {{31}, {63}}};
  const auto& shape = (*model)->shape();
  ASSERT_TRUE(shape.check(good).ok());
  const auto refused = [&](auto change, const char* why) {
    auto inputs = good;
    change(inputs);
    const auto status = shape.check(inputs);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().message, why);
  };
  refused([](auto& i) { i.features[1] = 22; }, "feature 1 is 22; 0 to 21 are possible");
  refused([](auto& i) { i.features.pop_back(); }, "1 features; the model takes 2");
  refused([](auto& i) { i.events[2] = 12; }, "code of an event 2 is 12; 0 to 11 are possible");
  refused([](auto& i) { i.events.pop_back(); }, "2 codes of events; the model takes up to 12, a multiple of 3");
  refused([](auto& i) { i.events.assign(15, 0); }, "15 codes of events; the model takes up to 12, a multiple of 3");
  refused([](auto& i) { i.texts.pop_back(); }, "1 texts; the model takes 2");
  refused([](auto& i) { i.texts[0].assign(9, 0); }, "9 n-grams of text 0; the model takes up to 8");
  refused([](auto& i) { i.texts[1][0] = 64; }, "n-gram of text 1 is 64; 0 to 63 are possible");
}

}  // namespace
}  // namespace weir::models
