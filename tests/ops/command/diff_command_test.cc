// weir diff in words.
#include "ops/command/diff_command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "ops/command/init_command.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

class Diff : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_ / name; }
  void SetUp() override {
    ASSERT_EQ(run_command({add_init_command}, {"init", at("a")}).exit_code, 0);
    std::filesystem::copy(at("a"), at("b"), std::filesystem::copy_options::recursive);
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) const {
    std::ifstream in(at(name), std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto found = text.find(from);
    ASSERT_NE(found, std::string::npos) << from;
    text.replace(found, from.size(), to);
    std::ofstream(at(name), std::ios::binary) << text;
  }
  Ran diff(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"diff", at("a"), at("b")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_command({add_diff_command}, arguments);
  }
  // What it says below the two hashes.
  std::string told() const {
    const auto ran = diff();
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    return ran.out.substr(ran.out.find('\n', ran.out.find('\n') + 1) + 1);
  }
  const test::ScratchDirectory root_;
};

TEST_F(Diff, OfTheSameIsNothing) { EXPECT_EQ(told(), "They are the same, byte for byte.\n"); }

TEST_F(Diff, TellsRulesInWords) {
  replace("b/rules/cards.yaml", "when: card.count_1h > 8", "when: card.count_1h > 9\n    mode: shadow");
  replace("b/rules/cards.yaml", "then: {points: 400}", "then: {points: 350, outcome: review, on_error: review}");
  replace("b/rules/cards.yaml", "id: merchant-known", "id: merchant-liked");
  EXPECT_EQ(told(),
            "  rule `card-many-payments`, when\n      was: card.count_1h > 8\n      is: card.count_1h > 9\n"
            "  rule `card-many-payments`, then\n      was: 400 points\n"
            "      is: review, whatever the score, and 350 points; review on error\n"
            "  rule `card-many-payments`, mode\n      was: live\n      is: shadow\n"
            "  rule `merchant-liked` is new (-150 points): The customer has paid here before\n"
            "  rule `merchant-known` is gone: The customer has paid here before\n");
}

TEST_F(Diff, TellsThresholdsFeaturesFieldsAndLists) {
  replace("b/policy.yaml", "review: 500", "review: 450");
  replace("b/features.yaml", "{sum: amount, window: 24h, current: include}", "{sum: amount, window: 36h}");
  replace("b/schema.yaml", "merchant_country: {path: merchant.country, type: string, history: false}",
          "merchant_country: {path: merchant.country, type: string, history: false, required: true}");
  std::filesystem::create_directories(at("b/lists"));
  std::ofstream(at("b/lists/trusted.yaml")) << "kind: allow\nfield: merchant_id\nsuppresses: [merchant-risky]\n";
  EXPECT_EQ(told(),
            "  threshold review begins at\n      was: 500\n      is: 450\n"
            "  field `merchant_country`, always there\n      was: no\n      is: yes\n"
            "  feature `card.spent_24h`, window\n      was: 1d, with this event\n      is: 1d12h\n"
            "  list `lists.trusted` is new\n");
}

TEST_F(Diff, SaysWhenOnlyTheTextDiffers) {
  replace("b/rules/cards.yaml", "# A rule says when it hits", "# A rule tells when it hits");
  EXPECT_EQ(
      told(),
      "  file rules/cards.yaml differs in what is not told above: its comments, tests, or how records are read\n");
}

TEST_F(Diff, AFaultyPolicyIsRefused) {
  replace("b/policy.yaml", "review: 500", "review: many");
  const auto ran = diff();
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.err.find("policy.yaml"), std::string::npos);
  EXPECT_EQ(run_command({add_diff_command}, {"diff", at("a")}).exit_code, 2);
}

TEST_F(Diff, ThePastTellsWhatItDoes) {
  replace("b/rules/cards.yaml", "when: card.count_1h > 8", "when: card.count_1h >= 1");
  const auto no_key = diff({"--in", at("past.jsonl")});
  EXPECT_EQ(no_key.exit_code, 1);
  EXPECT_NE(no_key.err.find("--token-key"), std::string::npos) << no_key.err;
}

}  // namespace
}  // namespace weir::command
