// weir diff in words.
#include "ops/command/diff_command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/base/sha256.h"
#include "engine/policy/policy.h"
#include "ops/command/init_command.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/models/bundle/file_maker.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

constexpr const char* kCardsDiffer =
    "  file rules/cards.yaml differs in what is not told above: comments, layout, tests or references of its rules\n";

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

TEST_F(Diff, TellsWhatIsProtectedNow) {
  replace("b/schema.yaml", "merchant_country: {path: merchant.country, type: string, history: false}",
          "merchant_country: {path: merchant.country, type: string, history: false, protected: true}");
  EXPECT_EQ(told(), "  field `merchant_country`, protected\n      was: no\n      is: yes\n");
}

TEST_F(Diff, SaysWhenOnlyTheTextDiffers) {
  replace("b/rules/cards.yaml", "# A rule says when it hits", "# A rule tells when it hits");
  EXPECT_EQ(told(), kCardsDiffer);
}

// Where something of the file was told, what was not is not passed over.
TEST_F(Diff, SaysWhatElseDiffersInAFile) {
  replace("b/rules/cards.yaml", "when: card.count_1h > 8", "when: card.count_1h > 9");
  const std::string rule =
      "  rule `card-many-payments`, when\n      was: card.count_1h > 8\n      is: card.count_1h > 9\n";
  EXPECT_EQ(told(), rule);
  replace("b/rules/cards.yaml", "# A rule says when it hits", "# A rule tells when it hits");
  EXPECT_EQ(told(), rule + kCardsDiffer);
  replace("b/rules/cards.yaml", "# A rule tells when it hits", "# A rule says when it hits");
  replace("b/rules/cards.yaml", "then: {points: 200}",
          "then: {points: 200}\n    tests: [{given: {merchant.fraud_share: 0.1}, expect: hit}]");
  EXPECT_EQ(told(), rule + kCardsDiffer);
  replace("b/policy.yaml", "review: 500     #", "review: 450   #");
  EXPECT_EQ(told(), "  threshold review begins at\n      was: 500\n      is: 450\n" + rule + kCardsDiffer);
  replace("b/policy.yaml", "# A policy is one directory", "# The policy is one directory");
  EXPECT_EQ(told(), "  threshold review begins at\n      was: 500\n      is: 450\n" + rule +
                        "  file policy.yaml differs in what is not told above: comments or layout\n" + kCardsDiffer);
}

TEST_F(Diff, TellsTheControlShareAndNeverItsSalt) {
  replace("b/policy.yaml", "alerts: {per: card, once_in: 24h}",
          "alerts: {per: card, once_in: 24h}\n"
          "control: {one_in: 1000, amount: amount, below: 50.00 EUR, salt: not to be seen}");
  EXPECT_EQ(told(),
            "  control share what is let through\n      was: off\n"
            "      is: one in 1000, of those with `amount` below 50.00 EUR\n");
  std::filesystem::copy(at("b/policy.yaml"), at("a/policy.yaml"), std::filesystem::copy_options::overwrite_existing);
  replace("b/policy.yaml", "not to be seen", "another that is not");
  EXPECT_EQ(told(), "  control share has another salt, so other payments are let through\n");
  replace("b/policy.yaml", "one_in: 1000, amount: amount, below: 50.00 EUR",
          "one_in: 100, amount: amount, below: 20.00 EUR, except: [merchant-known]");
  EXPECT_EQ(told(),
            "  control share what is let through\n"
            "      was: one in 1000, of those with `amount` below 50.00 EUR\n"
            "      is: one in 100, of those with `amount` below 20.00 EUR, except rules [merchant-known]\n"
            "  control share has another salt, so other payments are let through\n");
}

TEST_F(Diff, TellsAlertsOnceAndOfARuleThatSaysOtherwise) {
  replace("b/policy.yaml", "alerts: {per: card, once_in: 24h}", "alerts: {per: card, once_in: 48h}");
  const std::string of_all = "  alerts `once_in`\n      was: 24h\n      is: 48h\n";
  EXPECT_EQ(told(), of_all);
  replace("b/rules/cards.yaml", "when: card.count_1h > 8",
          "when: card.count_1h > 8\n    alert: {per: card, once_in: 2h}");
  EXPECT_EQ(told(), of_all +
                        "  rule `card-many-payments`, alerts\n      was: one per card in 1d\n"
                        "      is: one per card in 2h\n");
}

TEST_F(Diff, TellsLimitsAndHowRecordsAreRead) {
  replace("b/policy.yaml", "max_ahead: 5m ", "max_ahead: 9m ");
  replace("b/policy.yaml", "duplicates_within: 24h", "duplicates_within: 36h");
  replace("b/policy.yaml", "nesting: 32", "rule_cost: 5000");
  replace("b/schema.yaml", "merchant_country: {path: merchant.country,", "merchant_country: {path: shop.country,");
  EXPECT_EQ(told(),
            "  limit `duplicates_within`\n      was: 24h\n      is: 36h\n"
            "  limit `max_ahead`\n      was: 5m\n      is: 9m\n"
            "  limit `nesting`\n      was: 32\n      is: (not written: the default)\n"
            "  limit `rule_cost`\n      was: (not written: the default)\n      is: 5000\n"
            "  field `merchant_country`, path\n      was: merchant.country\n      is: shop.country\n");
}

TEST_F(Diff, TellsExchangeRates) {
  for (const auto* side : {"a", "b"}) {
    std::ofstream(at(std::string(side) + "/exchange.csv"))
        << "date,currency,rate\n2026-01-05,USD,1.0378\n2026-01-06,USD,1.04\n";
    replace(std::string(side) + "/policy.yaml", "alerts:", "exchange: {base: EUR}\nalerts:");
  }
  replace("b/exchange.csv", "1.04\n", "1.05\n2026-01-07,USD,1.05\n2026-01-07,JPY,163.97\n");
  replace("b/policy.yaml", "{base: EUR}", "{base: EUR, max_age: 3d}");
  EXPECT_EQ(told(),
            "  exchange rates `max_age`\n      was: (not written: the default)\n      is: 3d\n"
            "  exchange rates of single days: 2 new, 1 different, 0 gone\n");
}

TEST_F(Diff, TellsWhatModelsMayLookAt) {
  std::ofstream(at("a/inputs.yaml")) << "features:\n  amount: double(amount)\n  count: card.count_1h\n"
                                        "sequence: {of: card, events: 8, fields: {amount: {log: amount}}}\n";
  EXPECT_EQ(told(),
            "  model input `features.amount` is gone\n  model input `features.count` is gone\n"
            "  model input `sequence.amount` is gone\n");
  std::ofstream(at("b/inputs.yaml")) << "features:\n  amount: double(amount) * 2.0\n  count: card.count_1h\n"
                                        "sequence: {of: card, events: 8, fields: {amount: {log: amount}}}\n";
  const auto lines = told();
  EXPECT_TRUE(
      lines.starts_with("  model input `features.amount`, what\n      was: double(amount)\n"
                        "      is: double(amount) * 2.0\n"
                        "  model input `features.amount`, version\n      was: "))
      << lines;
  EXPECT_EQ(lines.find("count"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("file"), std::string::npos) << lines;
}

// A model of two features that the policy in this directory has.
std::string model_for(const std::string& policy, std::uint64_t seed) {
  const auto loaded = policy::load_policy_directory(policy);
  EXPECT_TRUE(loaded.ok());
  auto file = models::testing::WholeModel(seed).file_of_trees();
  auto& manifest = file.metadata["weir"];
  for (const auto& input : loaded->inputs->features) {
    const auto at = manifest.find("\"version\":\"\"", manifest.find("{\"name\":\"" + input.id.name + "\""));
    EXPECT_NE(at, std::string::npos);
    manifest.replace(at, 12, "\"version\":\"" + input.id.version + "\"");
  }
  return file.file();
}

TEST_F(Diff, TellsTheModel) {
  for (const auto* policy : {"a", "b"}) {
    std::ofstream(at(policy) + "/inputs.yaml") << "features:\n  a: double(amount)\n  b: card.count_1h\n";
  }
  const auto first = model_for(at("b"), 1);
  std::filesystem::create_directories(at("b/model"));
  std::ofstream(at("b/model/first.safetensors"), std::ios::binary) << first;
  EXPECT_EQ(told(), "  model the model\n      was: none\n      is: trees, SHA-256 " + hex(Sha256().hash(first)) + "\n");
  std::filesystem::copy(at("b/model"), at("a/model"));
  EXPECT_EQ(told(), "They are the same, byte for byte.\n");
  const auto second = model_for(at("b"), 2);
  std::ofstream(at("b/model/first.safetensors"), std::ios::binary) << second;
  EXPECT_EQ(told(), "  model the model\n      was: trees, SHA-256 " + hex(Sha256().hash(first)) +
                        "\n      is: trees, SHA-256 " + hex(Sha256().hash(second)) + "\n");
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
