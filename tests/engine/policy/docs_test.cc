// Every example of ops/docs/policy.md is a policy that loads. An example is a fenced block whose info says what it is:
//   yaml policy.yaml    a file; the first four make the base policy, later ones stand in for its file
//   yaml fields         fields to add to the base's schema.yaml
//   yaml features       another features.yaml for the base policy
//   yaml inputs.yaml    what models may look at in the base policy
//   yaml rule           one more rule file for the base policy
//   csv exchange.csv    rates, and the next schema.yaml and features.yaml go with them
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/engine/policy/sample.h"

namespace weir::policy {
namespace {

struct Example {
  std::string kind;  // what stands behind "yaml "
  std::string text;
  int line = 0;
};

std::vector<Example> examples() {
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  std::ifstream in(std::string(source == nullptr ? "." : source) + "/ops/docs/policy.md");
  std::vector<Example> out;
  std::string line;
  bool inside = false;
  bool is_yaml = false;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.starts_with("```")) {
      inside = !inside;
      is_yaml = inside && (line.starts_with("```yaml") || line.starts_with("```csv"));
      if (is_yaml) out.push_back({line.substr(std::min(line.find(' '), line.size() - 1) + 1), "", number});
    } else if (is_yaml) {
      out.back().text += line + "\n";
    }
  }
  return out;
}

class PolicyPage : public testing::Test {
 protected:
  PolicyPage() : examples_(examples()) {}

  std::string report(std::map<std::string, std::string> files) {
    std::vector<PolicyFile> list;
    for (auto& [path, text] : files) list.push_back({path, std::move(text)});
    const auto policy = load_policy(std::move(list), "");
    return policy.ok() ? "" : policy.error().render();
  }

  // The whole policy at the top of the page.
  std::map<std::string, std::string> base() const {
    std::map<std::string, std::string> files;
    for (std::size_t i = 0; i < 4 && i < examples_.size(); ++i) files[examples_[i].kind] = examples_[i].text;
    return files;
  }

  std::vector<Example> examples_;
};

TEST_F(PolicyPage, BeginsWithAWholePolicy) {
  ASSERT_GE(examples_.size(), 4U);
  const auto files = base();
  for (const auto* path : {"policy.yaml", "schema.yaml", "features.yaml", "rules/cards.yaml"}) {
    EXPECT_EQ(files.count(path), 1U) << path;
  }
  EXPECT_EQ(report(files), "");
}

TEST_F(PolicyPage, HasAPolicyWithRates) {
  const auto rates = std::find_if(examples_.begin(), examples_.end(),
                                  [](const Example& example) { return example.kind == "exchange.csv"; });
  ASSERT_LT(rates - examples_.begin() + 2, static_cast<std::ptrdiff_t>(examples_.size()));
  auto files = base();
  files.erase("rules/cards.yaml");
  files["policy.yaml"] += "exchange: {base: EUR, max_age: 7d}\n";
  for (auto i = rates; i != rates + 3; ++i) files[i->kind] = i->text;
  EXPECT_EQ(report(files), "");
}

TEST_F(PolicyPage, EveryOtherExampleLoadsInItsPlace) {
  ASSERT_GE(examples_.size(), 12U);
  for (std::size_t i = 4; i < examples_.size(); ++i) {
    const auto& example = examples_[i];
    auto files = base();
    if (example.kind == "exchange.csv") {
      i += 2;  // HasAPolicyWithRates
      continue;
    }
    if (example.kind == "policy.yaml") {
      files["policy.yaml"] = example.text;
      files.erase("features.yaml");
      files.erase("rules/cards.yaml");
    } else if (example.kind == "schema.yaml") {
      files = {{"policy.yaml", files["policy.yaml"]}, {"schema.yaml", example.text}};
    } else if (example.kind == "fields") {
      files["schema.yaml"] = with(files["schema.yaml"], "event_id:", example.text + "event_id:");
    } else if (example.kind == "features") {
      files["features.yaml"] = example.text;
      files.erase("rules/cards.yaml");
    } else if (example.kind == "inputs.yaml") {
      files["inputs.yaml"] = example.text;
    } else if (example.kind == "rule") {
      files["rules/more.yaml"] = example.text;
    } else {
      ADD_FAILURE() << "policy.md:" << example.line << ": what is the example `" << example.kind << "`?";
    }
    EXPECT_EQ(report(files), "") << "the example at policy.md:" << example.line;
  }
}

}  // namespace
}  // namespace weir::policy
