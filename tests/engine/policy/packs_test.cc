// The shipped policies load, and what is built into the program is what lies in rules/packs.
#include "rules/packs/packs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/policy/policy.h"

namespace weir::policy {
namespace {

std::vector<PolicyFile> files_of(const packs::Pack& pack) {
  std::vector<PolicyFile> files;
  for (const auto& file : pack.files) files.push_back({std::string(file.path), std::string(file.text)});
  return files;
}

class ShippedPolicy : public testing::TestWithParam<std::string> {
 protected:
  Result<Policy, Issues> load() const { return load_policy(files_of(*packs::find(GetParam())), GetParam() + "/"); }
};

TEST_P(ShippedPolicy, LoadsWithoutAWarning) {
  const auto policy = load();
  ASSERT_TRUE(policy.ok()) << policy.error().render();
  EXPECT_EQ(policy->warnings.render(), "");
  EXPECT_FALSE(policy->rules->rules().empty());
}

class ShippedFolder : public ShippedPolicy {};

TEST_P(ShippedFolder, IsBuiltInByteForByte) {
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  const auto folder = std::string(source == nullptr ? "." : source) + "/rules/packs/" + GetParam();
  const auto on_disk = load_policy_directory(folder);
  ASSERT_TRUE(on_disk.ok()) << on_disk.error().render();
  const auto built_in = load();
  ASSERT_TRUE(built_in.ok());
  ASSERT_EQ(on_disk->files.size(), built_in->files.size());
  for (std::size_t i = 0; i < on_disk->files.size(); ++i) {
    EXPECT_EQ(on_disk->files[i].path, built_in->files[i].path);
    EXPECT_EQ(on_disk->files[i].text, built_in->files[i].text);
  }
  EXPECT_EQ(on_disk->hash, built_in->hash);
}

std::string identifier(const testing::TestParamInfo<std::string>& tested) {
  std::string name = tested.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Packs, ShippedPolicy,
                         testing::Values("account-takeover", "aml-typologies", "card-fraud", "handbook", "retail-bank",
                                         "sparkov", "template"),
                         identifier);
INSTANTIATE_TEST_SUITE_P(Packs, ShippedFolder, testing::Values("handbook", "retail-bank", "sparkov", "template"),
                         identifier);

TEST(Packs, AreThese) {
  std::string names;
  for (const auto& pack : packs::shipped()) names.append(pack.name).append(" ");
  EXPECT_EQ(names, "account-takeover aml-typologies card-fraud handbook retail-bank sparkov template ");
  EXPECT_EQ(packs::find("nothing"), nullptr);
}

std::vector<std::string> paths(const std::vector<packs::File>& files) {
  std::vector<std::string> out;
  for (const auto& file : files) out.emplace_back(file.path);
  return out;
}

TEST(Packs, OfOnePolicyGoTogether) {
  const std::vector<std::string> all{"card-fraud", "aml-typologies", "account-takeover"};
  const auto files = packs::together(all);
  ASSERT_TRUE(files.ok()) << files.error().message;
  const auto* whole = packs::find("retail-bank");
  auto of_whole = paths({whole->files.begin(), whole->files.end()});
  for (const auto* path : {"inputs.yaml", "model/retail-bank.safetensors", "rules/model/score.yaml"}) {
    EXPECT_EQ(std::erase(of_whole, path), 1U) << path << " is made of all packs' features";
  }
  EXPECT_EQ(paths(*files), of_whole);

  const std::vector<std::string> one{"card-fraud"};
  const auto part = packs::together(one);
  ASSERT_TRUE(part.ok());
  EXPECT_LT(part->size(), files->size());
  const auto names = paths(*part);
  EXPECT_EQ(std::count(names.begin(), names.end(), "features/card-fraud.yaml"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "features/aml-typologies.yaml"), 0);
}

TEST(Packs, OfTwoPoliciesDoNot) {
  const std::vector<std::string> two{"card-fraud", "handbook"};
  const auto files = packs::together(two);
  ASSERT_FALSE(files.ok());
  EXPECT_EQ(files.error().message, "`card-fraud` and `handbook` do not go together: each has its own policy.yaml");
  const std::vector<std::string> none{"card-frauds"};
  EXPECT_EQ(packs::together(none).error().message, "there is no shipped policy `card-frauds`");
}

TEST(Packs, TheHandbookHasTheTwelveFeaturesOfTheBookAndTenRules) {
  const auto policy = load_policy(files_of(*packs::find("handbook")), "");
  ASSERT_TRUE(policy.ok());
  std::string names;
  for (const auto& feature : policy->features) names += feature.entity + "." + feature.name + "\n";
  EXPECT_EQ(names,
            "customer.nb_tx_1day\ncustomer.nb_tx_7day\ncustomer.nb_tx_30day\n"
            "customer.avg_amount_1day\ncustomer.avg_amount_7day\ncustomer.avg_amount_30day\n"
            "terminal.nb_tx_1day\nterminal.nb_tx_7day\nterminal.nb_tx_30day\n"
            "terminal.risk_1day\nterminal.risk_7day\nterminal.risk_30day\n");
  EXPECT_EQ(policy->rules->rules().size(), 10U);
  EXPECT_EQ(policy->schema->find("scenario"), std::nullopt) << "the answer key is never read";
}

TEST(Packs, TheRetailBankHasAModelThatOnlyWatches) {
  const auto policy = load_policy(files_of(*packs::find("retail-bank")), "");
  ASSERT_TRUE(policy.ok());
  ASSERT_NE(policy->model, nullptr);
  const auto& manifest = policy->model->model->manifest();
  EXPECT_TRUE(manifest.demonstration);
  EXPECT_FALSE(manifest.event_fields.empty()) << "it looks at the card's last payments";
  std::size_t rules = 0;
  for (const auto& rule : policy->rules->rules()) {
    if (!rule.id.starts_with("model-")) continue;
    ++rules;
    EXPECT_EQ(rule.mode, book::Mode::kShadow) << rule.id << ": nobody validated the model";
  }
  EXPECT_EQ(rules, 2U);
}

TEST(Packs, CardNumbersArePersonal) {
  for (const auto* name : {"card-fraud", "retail-bank", "sparkov", "template"}) {
    const auto policy = load_policy(files_of(*packs::find(name)), "");
    ASSERT_TRUE(policy.ok());
    const auto slot = policy->schema->find("card_number");
    ASSERT_TRUE(slot.has_value()) << name;
    EXPECT_TRUE(policy->schema->fields[*slot].personal) << name;
  }
}

}  // namespace
}  // namespace weir::policy
