#include "ops/command/reference_command.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "ops/command/init_command.h"
#include "tests/engine/base/scratch_directory.h"
#include "tests/ops/command/ran.h"

namespace weir::command {
namespace {

Ran run(std::vector<std::string> arguments) {
  return run_command({add_init_command, add_reference_command}, std::move(arguments));
}

TEST(Reference, TheLanguagesPageIsWhatIsPrinted) {
  const char* source = std::getenv("WEIR_SOURCE_DIR");
  const auto path = std::string(source == nullptr ? "." : source) + "/ops/docs/language.md";
  const auto printed = run({"reference"});
  EXPECT_EQ(printed.exit_code, 0);
  if (std::getenv("WEIR_UPDATE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << printed.out;
  std::stringstream page;
  page << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(printed.out, page.str()) << "WEIR_UPDATE_GOLDEN=1 rewrites " << path;
}

class OfAPolicy : public testing::Test {
 protected:
  std::string at(const std::string& name) const { return root_ / name; }
  void write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = at("p/" + name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void SetUp() override {
    ASSERT_EQ(run({"init", at("p")}).exit_code, 0);
    write("policy.yaml", "name: my-policy\nhistory: 100d\nthresholds: {review: 500, decline: 800}\n");
    write("schema.yaml",
          "fields:\n"
          "  id: {type: string, required: true}\n"
          "  time: {type: timestamp, required: true}\n"
          "  amount: {type: money, currency: EUR, required: true}\n"
          "  email: {type: string, personal: true}\n"
          "  domain: {derive: email_domain, from: email}\n"
          "  kind: {type: enum, values: [a, b]}\n"
          "  card: {type: string, required: true}\n"
          "  home: {type: string, protected: true}\n"
          "  fraud: bool\n"
          "event_id: id\n"
          "event_time: time\n"
          "entities:\n"
          "  plastic: {key: [card, kind], zone: {field: home, default: UTC}}\n"
          "  account: {key: card, zone: Europe/Berlin}\n"
          "  plain: card\n"
          "label: {field: fraud, fraud_value: true, known_after: 1d}\n");
    write("features.yaml",
          "account:\n"
          "  count: {count: events, window: 1h, where: kind == 'a' || kind == 'b'}\n"
          "  mean: {mean: amount, window: 1d12h, offset: 7d}\n"
          "  most: {max: amount, window: 1d, default: 1.50}\n"
          "  seen: {first_seen: event}\n");
    write("lists/trusted.yaml", "kind: allow\nfield: card\nsuppresses: [a]\ndescription: good cards\n");
    write("inputs.yaml",
          "features: {amount: double(amount)}\n"
          "sequence: {of: plain, events: 8, where: amount > eur('1'), fields: {kind: {value: kind}}}\n"
          "texts: {card: {of: card, grams: [whole, characters], characters: [2, 5], buckets: 64, at_most: 8}}\n");
    write("rules/cards.yaml", "id: a\ndescription: d\nreason: R\nwhen: account.count > 1\nthen: {points: 1}\n");
  }
  const test::ScratchDirectory root_;
};

TEST_F(OfAPolicy, FieldsEntitiesAndFeaturesAreListed) {
  const auto printed = run({"reference", at("p")});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  for (const auto* line : {
           "# The policy my-policy\n",
           "\n## Fields\n\n| name | type | from | event types | always there | personal | protected |\n"
           "|---|---|---|---|---|---|---|\n",
           "\n| `amount` | money EUR | the record | all | yes | no | no |\n",
           "\n## What models may look at\n\n| name | what | version |\n|---|---|---|\n| `features.amount` | "
           "double(amount) | ",
           "\n| `sequence.kind` | value of kind, 3 codes of the last 8 events of plain where amount > eur('1') | ",
           "\n| `texts.card` | card: whole, 2 to 5 characters; at most 8 in 64 buckets | ",
           "\n| `email` | string | the record | all | no | yes | no |\n",
           "\n| `domain` | string | email_domain of email | all | no | no | no |\n",
           "\n| `kind` | enum: a, b | the record | all | no | no | no |\n",
           "\n| `plastic.zone` | string | zone of home | all | yes | no | yes |\n",
           "\n| `event_type` | enum: event | the record | all | yes | no | no |\n",
           "\n| `plastic` | card, kind | home, else UTC |\n",
           "\n| `account` | card | Europe/Berlin |\n",
           "\n| `plain` | card | none |\n",
           "\n| `account.count` | int | count where kind == 'a' &#124;&#124; kind == 'b' | 1h | 0 | yes |\n",
           "\n| `account.mean` | double | mean of amount | 1d12h, 7d ago | absent | no |\n",
           "\n| `account.most` | money | max of amount | 1d | 1.50 EUR | yes |\n",
           "\n| `account.seen` | timestamp | first_seen | all time | absent | no |\n",
           "\n| `lists.trusted` | allow | card | a | good cards |\n",
           "\n| `startsWith` | `string.startsWith(string) -> bool` | Whether the text begins so. |\n",
       }) {
    EXPECT_NE(printed.out.find(line), std::string::npos) << line << "is not in\n" << printed.out.substr(0, 3000);
  }
  EXPECT_EQ(printed.out.find("`fraud`"), std::string::npos) << "rules do not see the label";
}

TEST_F(OfAPolicy, AlsoAsJson) {
  const auto printed = run({"reference", at("p"), "--json"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_TRUE(
      printed.out.starts_with("{\"fields\":[{\"name\":\"id\",\"type\":\"string\",\"from\":\"the record\","
                              "\"event_types\":\"all\",\"always_there\":true,\"personal\":false,\"protected\":false},"))
      << printed.out.substr(0, 300);
  for (const auto* part :
       {"],\"entities\":[{\"name\":\"plastic\",\"key\":\"card, kind\",\"time_zone\":\"home, else UTC\"}",
        "],\"features\":[{\"name\":\"account.count\"", "\"over_an_empty_window\":\"absent\",\"always_there\":false",
        "],\"lists\":[{\"name\":\"lists.trusted\",\"kind\":\"allow\"",
        "],\"language\":[{\"theme\":\"Logic\",\"name\":\"&&\",\"forms\":[\"bool && bool -> bool\"],\"meaning\":"}) {
    EXPECT_NE(printed.out.find(part), std::string::npos) << part;
  }
  EXPECT_TRUE(printed.out.ends_with("\"}]}\n"));
}

TEST_F(OfAPolicy, AFaultyPolicyHasNone) {
  write("schema.yaml", "fields: {}\n");
  const auto printed = run({"reference", at("p")});
  EXPECT_EQ(printed.exit_code, 1);
  EXPECT_EQ(printed.out, "");
  EXPECT_NE(printed.err, "");
}

}  // namespace
}  // namespace weir::command
