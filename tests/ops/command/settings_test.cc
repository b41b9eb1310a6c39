#include "ops/command/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weir::command {
namespace {

using Overrides = std::vector<std::pair<std::string, std::string>>;
using Environment = std::map<std::string, std::string>;

// A directory of its own with a weir.yaml, and the working directory elsewhere.
class SettingsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "weir-settings-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    before_ = std::filesystem::current_path();
    std::filesystem::create_directory(directory_ / "elsewhere");
    std::filesystem::current_path(directory_ / "elsewhere");
  }
  void TearDown() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(directory_);
  }

  std::string file(const std::string& text) {
    const auto path = directory_ / "weir.yaml";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  Settings load(const std::string& text, const Overrides& overrides = {}, const Environment& environment = {}) {
    auto settings = Settings::load(file(text), overrides, environment);
    EXPECT_TRUE(settings.ok()) << (settings.ok() ? "" : settings.error().render());
    return settings.ok() ? std::move(*settings) : Settings();
  }
  // What is said of a file, its directory left out.
  std::string faults(const std::string& text, const Overrides& overrides = {}, const Environment& environment = {}) {
    const auto settings = Settings::load(file(text), overrides, environment);
    if (settings.ok()) return "none";
    auto rendered = settings.error().render();
    const auto prefix = directory_.string() + "/";
    for (auto at = rendered.find(prefix); at != std::string::npos; at = rendered.find(prefix))
      rendered.erase(at, prefix.size());
    return rendered;
  }
  std::string in_file_directory(const std::string& name) const { return (directory_ / name).string(); }
  std::string in_working_directory(const std::string& name) const { return (directory_ / "elsewhere" / name).string(); }

 private:
  std::filesystem::path directory_;
  std::filesystem::path before_;
};

TEST_F(SettingsTest, WithoutAFileThePresetsStand) {
  const auto settings = Settings::load("", {}, {});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->text("clock"), "wall");
  EXPECT_EQ(settings->number("epoch"), 200);
  EXPECT_EQ(settings->number("sync"), 1000);
  EXPECT_EQ(settings->number("shard"), 0);
  EXPECT_EQ(settings->number("limits.in_flight_bytes"), 64 << 20);
  EXPECT_FALSE(settings->has("policy"));
  EXPECT_EQ(settings->text("policy"), "");
  EXPECT_TRUE(settings->list("inputs.labels").empty());
  EXPECT_TRUE(settings->properties("kafka").empty());
}

TEST_F(SettingsTest, EveryPresetIsAValueOfItsKind) {
  const auto settings = Settings::load("", {}, {});
  ASSERT_TRUE(settings.ok());
  Overrides presets;
  for (const auto& setting : all_settings()) {
    if (!setting.preset.empty()) presets.emplace_back(setting.key, setting.preset);
  }
  EXPECT_TRUE(Settings::load("", presets, {}).ok());
}

TEST_F(SettingsTest, TheFileSetsEachKind) {
  const auto settings = load(
      "policy: policies/cards\n"
      "state: /var/lib/weir\n"
      "inputs:\n"
      "  transactions: [kafka://broker:9092/payments, 'dir:data/payments']\n"
      "  labels: dir:/abs/labels\n"
      "outputs: {decisions: kafka://broker:9092/decisions, audit: dir:data/audit}\n"
      "clock: event\n"
      "shard: 7\n"
      "epoch: 1m30s\n"
      "limits:\n"
      "  in_flight_bytes: 2GiB\n"
      "  poll: 100000\n"
      "metrics:\n"
      "  listen: off\n"
      "kafka:\n"
      "  security.protocol: ssl\n"
      "  socket.timeout.ms: 5000\n");
  EXPECT_EQ(settings.text("policy"), in_file_directory("policies/cards"));
  EXPECT_EQ(settings.text("state"), "/var/lib/weir");
  EXPECT_EQ(settings.list("inputs.transactions"),
            (std::vector<std::string>{"kafka://broker:9092/payments", "dir:" + in_file_directory("data/payments")}));
  EXPECT_EQ(settings.list("inputs.labels"), std::vector<std::string>{"dir:/abs/labels"});
  EXPECT_EQ(settings.text("outputs.decisions"), "kafka://broker:9092/decisions");
  EXPECT_EQ(settings.text("outputs.audit"), "dir:" + in_file_directory("data/audit"));
  EXPECT_EQ(settings.text("clock"), "event");
  EXPECT_EQ(settings.number("shard"), 7);
  EXPECT_EQ(settings.number("epoch"), 90'000);
  EXPECT_EQ(settings.number("limits.in_flight_bytes"), std::int64_t{2} << 30);
  EXPECT_EQ(settings.number("limits.poll"), 100'000);
  EXPECT_EQ(settings.text("metrics.listen"), "off");
  EXPECT_EQ(settings.properties("kafka"),
            (std::map<std::string, std::string>{{"security.protocol", "ssl"}, {"socket.timeout.ms", "5000"}}));
  EXPECT_EQ(settings.number("sync"), 1000) << "what is not written keeps its preset";
}

TEST_F(SettingsTest, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  const std::string text = "shard: 1\nlimits: {poll: 11}\nepoch: 1s\n";
  const Environment environment{{"WEIR_SHARD", "2"}, {"WEIR_LIMITS_POLL", "12"}, {"WEIR_UNRELATED", "x"}};
  const auto settings = load(text, {{"shard", "3"}, {"shard", "4"}}, environment);
  EXPECT_EQ(settings.number("shard"), 4) << "of several flags the last";
  EXPECT_EQ(settings.number("limits.poll"), 12);
  EXPECT_EQ(settings.number("epoch"), 1000);
}

TEST_F(SettingsTest, ListsAndPropertiesAreReplacedNotAddedTo) {
  const std::string text =
      "inputs: {transactions: [dir:a, dir:b], labels: dir:l}\nkafka: {a: 1, b: 2}\nkafka_producer: {linger.ms: 5}\n";
  const auto settings =
      load(text, {{"inputs.transactions", "dir:c,dir:d,"}, {"kafka", "c=3,d=4=5"}, {"inputs.labels", ""}});
  EXPECT_EQ(settings.list("inputs.transactions"),
            (std::vector<std::string>{"dir:" + in_working_directory("c"), "dir:" + in_working_directory("d")}));
  EXPECT_EQ(settings.properties("kafka"), (std::map<std::string, std::string>{{"c", "3"}, {"d", "4=5"}}));
  EXPECT_EQ(settings.properties("kafka_producer"), (std::map<std::string, std::string>{{"linger.ms", "5"}}));
  EXPECT_FALSE(settings.has("inputs.labels")) << "an empty list is none";
}

TEST_F(SettingsTest, RelativePathsBelongToWhereTheyAreWritten) {
  const auto settings =
      load("policy: ../p\nstate: ./s/../t\n", {{"token_key_file", "key"}}, {{"WEIR_OUTPUTS_AUDIT", "dir:a"}});
  EXPECT_EQ(settings.text("policy"), std::filesystem::path(in_file_directory("../p")).lexically_normal().string());
  EXPECT_EQ(settings.text("state"), in_file_directory("t"));
  EXPECT_EQ(settings.text("token_key_file"), in_working_directory("key"));
  EXPECT_EQ(settings.text("outputs.audit"), "dir:" + in_working_directory("a"));
  EXPECT_EQ(load("", {{"outputs.audit", "kafka://a/b"}}).text("outputs.audit"), "kafka://a/b");
}

TEST_F(SettingsTest, AnEmptyFileOrGroupSetsNothing) {
  EXPECT_EQ(load("").number("shard"), 0);
  EXPECT_EQ(load("\n# nothing\n \r\n").number("shard"), 0);
  EXPECT_EQ(load("limits:\nshard: 2\n").number("shard"), 2);
}

TEST_F(SettingsTest, AllFaultsAreToldAtOnceWithTheirPlaces) {
  EXPECT_EQ(
      faults("shrad: 1\n"
             "outputs:\n"
             "  audit: audit\n"
             "  decision: dir:d\n"
             "clock: sun\n"
             "epoch: 0s\n"
             "limits: {poll: 0, in_flight_bytes: 5MB}\n"
             "shard: one\n"
             "metrics: 5\n"
             "kafka: [a]\n"),
      "weir.yaml:1:1: error: there is no setting `shrad`\n"
      "    shrad: 1\n"
      "    ^~~~~\n"
      "    did you mean `shard`?\n"
      "weir.yaml:3:10: error: `outputs.audit`: `audit` is no topic: write kafka://host:port/topic or dir:PATH/topic\n"
      "      audit: audit\n"
      "             ^~~~~\n"
      "weir.yaml:4:3: error: there is no setting `outputs.decision`\n"
      "      decision: dir:d\n"
      "      ^~~~~~~~\n"
      "    did you mean `outputs.decisions`?\n"
      "weir.yaml:5:8: error: `clock`: `sun` is none of wall|event\n"
      "    clock: sun\n"
      "           ^~~\n"
      "weir.yaml:6:8: error: `epoch`: `0s` is no duration: write 200ms, 5s or 1m\n"
      "    epoch: 0s\n"
      "           ^~\n"
      "weir.yaml:7:16: error: `limits.poll`: `0` is out of range: 1..100000\n"
      "    limits: {poll: 0, in_flight_bytes: 5MB}\n"
      "                   ^\n"
      "weir.yaml:7:36: error: `limits.in_flight_bytes`: `5MB` is no size: write 64MiB or 1GiB\n"
      "    limits: {poll: 0, in_flight_bytes: 5MB}\n"
      "                                       ^~~\n"
      "weir.yaml:8:8: error: `shard`: `one` is no whole number\n"
      "    shard: one\n"
      "           ^~~\n"
      "weir.yaml:9:10: error: a mapping of settings is expected here\n"
      "    metrics: 5\n"
      "             ^\n"
      "weir.yaml:10:8: error: `kafka` is a mapping of librdkafka properties\n"
      "    kafka: [a]\n"
      "           ^\n");
}

TEST_F(SettingsTest, AValueOfAnotherShapeIsAFault) {
  EXPECT_NE(faults("shard: [1]\n").find("1:8: error: `shard`: a single value is expected here"), std::string::npos);
  EXPECT_NE(faults("state:\n").find("error: `state`: a single value is expected here"), std::string::npos);
  EXPECT_NE(faults("state: ''\n").find("error: `state`: an empty text"), std::string::npos);
  EXPECT_NE(faults("inputs: {transactions: {a: b}}\n").find("`inputs.transactions`: a single value"),
            std::string::npos);
  EXPECT_NE(faults("kafka: {a: [1]}\n").find("1:12: error: `kafka`: a single value is expected here"),
            std::string::npos);
  EXPECT_NE(faults("kafka: {a: }\n").find("error: `kafka`: a single value"), std::string::npos);
  EXPECT_NE(faults("- a\n").find("1:1: error: a mapping of settings is expected here"), std::string::npos);
}

TEST_F(SettingsTest, WhatIsNoYamlIsSaidOnce) {
  const auto said = faults("shard: [1\nclock: wall\n");
  EXPECT_NE(said.find("error:"), std::string::npos);
  EXPECT_EQ(said.find("error:"), said.rfind("error:")) << said;
  const auto twice = faults("shard: 1\nshard: 2\n");
  EXPECT_NE(twice.find("2:1: error:"), std::string::npos) << twice;
}

TEST_F(SettingsTest, FaultsOfFlagsAndEnvironmentSayWhereTheyAreFrom) {
  EXPECT_EQ(faults("", {{"shrad", "1"}}),
            "command line: error: there is no setting `shrad`\n    did you mean `shard`?\n");
  EXPECT_EQ(faults("", {{"shard", "65536"}}), "command line: error: `shard`: `65536` is out of range: 0..65535\n");
  EXPECT_EQ(faults("", {{"kafka", "linger.ms"}}), "command line: error: `kafka` is written name=value,name=value\n");
  EXPECT_EQ(
      faults("", {{"inputs.transactions", "dir:a,b"}}),
      "command line: error: `inputs.transactions`: `b` is no topic: write kafka://host:port/topic or dir:PATH/topic\n");
  EXPECT_EQ(faults("", {{"policy", ""}}), "command line: error: `policy`: an empty text\n");
  EXPECT_EQ(faults("", {}, {{"WEIR_CLOCK", "moon"}}),
            "environment variable WEIR_CLOCK: error: `clock`: `moon` is none of wall|event\n");
}

TEST_F(SettingsTest, LimitsHoldOnBothSides) {
  for (const auto& setting : all_settings()) {
    const auto dots = setting.limits.find("..");
    if (dots == std::string_view::npos) continue;
    const std::string key(setting.key);
    const auto least = std::stoll(std::string(setting.limits.substr(0, dots)));
    const auto most = std::stoll(std::string(setting.limits.substr(dots + 2)));
    EXPECT_EQ(load("", {{key, std::to_string(least)}}).number(key), least);
    EXPECT_EQ(load("", {{key, std::to_string(most)}}).number(key), most);
    EXPECT_NE(faults("", {{key, std::to_string(least - 1)}}), "none") << key;
    EXPECT_NE(faults("", {{key, std::to_string(most + 1)}}), "none") << key;
  }
}

TEST_F(SettingsTest, AFileThatCannotBeReadIsSaid) {
  for (const auto& path : {in_file_directory("none.yaml"), in_file_directory("elsewhere")}) {
    const auto settings = Settings::load(path, {}, {});
    ASSERT_FALSE(settings.ok()) << path;
    EXPECT_EQ(settings.error().render(),
              path +
                  ": error: can't be read\n    name the engine's configuration with --config "
                  "FILE; `weir config --new weir.yaml` writes one\n");
  }
}

TEST_F(SettingsTest, WhatIsMissingIsNamedTogether) {
  const auto settings = load("policy: p\n");
  EXPECT_TRUE(settings.require(std::vector<std::string_view>{"policy", "clock"}).ok());
  const auto missing = settings.require(std::vector<std::string_view>{"state", "policy", "outputs.audit"});
  EXPECT_EQ(missing.error().message,
            "these settings are missing: state, outputs.audit; write them into weir.yaml, or give --set KEY=VALUE");
}

TEST(ParseBytes, TakesBytesAndPowersOf1024) {
  EXPECT_EQ(*parse_bytes("0"), 0);
  EXPECT_EQ(*parse_bytes("1000"), 1000);
  EXPECT_EQ(*parse_bytes("512KiB"), 524'288);
  EXPECT_EQ(*parse_bytes("64MiB"), 64 << 20);
  EXPECT_EQ(*parse_bytes("1GiB"), 1 << 30);
  EXPECT_EQ(*parse_bytes("2TiB"), std::int64_t{2} << 40);
  EXPECT_EQ(*parse_bytes("8388607TiB"), std::int64_t{8'388'607} << 40);
  EXPECT_EQ(*parse_bytes("9223372036854775807"), INT64_MAX);
  for (const auto* bad :
       {"", "MiB", "1MB", "1.5GiB", "-1", "-1KiB", "1 MiB", "1MiBKiB", "8388608TiB", "9223372036854775808", "+1"}) {
    EXPECT_FALSE(parse_bytes(bad).ok()) << bad;
  }
}

TEST(ProcessEnvironment, HasWeirsVariablesAlone) {
  ::setenv("WEIR_TEST_OF_SETTINGS", "a=b", 1);
  ::setenv("NOT_WEIR", "x", 1);
  const auto environment = process_environment();
  EXPECT_EQ(environment.at("WEIR_TEST_OF_SETTINGS"), "a=b");
  EXPECT_FALSE(environment.contains("NOT_WEIR"));
  ::unsetenv("WEIR_TEST_OF_SETTINGS");
}

TEST_F(SettingsTest, TheTemplateIsAFileOfSettings) {
  const auto empty = load(settings_template({}));
  EXPECT_EQ(empty.number("limits.poll"), 512);
  EXPECT_FALSE(empty.has("policy"));
  const auto filled =
      load(settings_template({{"policy", "cards"}, {"outputs.audit", "dir:data/audit"}, {"limits.poll", "7"}}));
  EXPECT_EQ(filled.text("policy"), in_file_directory("cards"));
  EXPECT_EQ(filled.text("outputs.audit"), "dir:" + in_file_directory("data/audit"));
  EXPECT_EQ(filled.number("limits.poll"), 7);
}

TEST(SettingsReference, IsThePageThatShips) {
  const char* root = std::getenv("WEIR_SOURCE_DIR");
  ASSERT_NE(root, nullptr);
  std::ifstream in(std::string(root) + "/ops/docs/weir-yaml.md", std::ios::binary);
  const std::string page((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ(page, settings_reference()) << "write it again: weir config --reference > ops/docs/weir-yaml.md";
}

TEST(SettingsReference, HasARowOfThreeCellsForEachSetting) {
  const auto page = settings_reference();
  std::set<std::string_view> keys;
  for (const auto& setting : all_settings()) {
    EXPECT_TRUE(keys.insert(setting.key).second) << setting.key << " stands twice";
    const auto at = page.find("\n| `" + std::string(setting.key) + "` | ");
    ASSERT_NE(at, std::string::npos) << setting.key;
    const auto row = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
    EXPECT_EQ(std::count(row.begin(), row.end(), '|'), 4) << row;
    EXPECT_FALSE(setting.description.empty());
  }
}

}  // namespace
}  // namespace weir::command
