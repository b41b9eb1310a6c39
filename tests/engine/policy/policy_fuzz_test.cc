// The fuzzer's body as an ordinary test: shipped policies, damaged from a fixed seed.
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rules/packs/packs.h"
#include "tests/engine/policy/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace weir::policy {
namespace {

constexpr std::uint64_t kSeed = 20'260'227;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string input_of(const packs::Pack& pack) {
  std::string out;
  const auto add = [&](std::string_view path) {
    for (const auto& file : pack.files) {
      if (file.path == path) out.append(out.empty() ? "" : "\n%%").append(file.text);
    }
  };
  for (const auto* path : {"policy.yaml", "schema.yaml", "features.yaml"}) add(path);
  out.append("\n%%");  // no inputs.yaml
  for (const auto& file : pack.files) {
    if (file.path.starts_with("rules/")) out.append("\n%%").append(file.text);
  }
  return out;
}

std::string input_with_models() {
  const Sample sample;
  return sample.policy + "\n%%" + sample.schema + "\n%%" + sample.features +
         "\n%%features:\n  amount: double(amount)\n  count: card.count_1h\n"
         "sequence:\n  of: card\n  events: 8\n  where: flag\n"
         "  fields: {a: {log: amount}, b: {gap: time}, c: {hash: shop, codes: 64}, d: {value: channel}, e: {same: "
         "shop}}\n"
         "texts:\n  shop: {of: shop, grams: [whole, characters], characters: [2, 5], buckets: 64, at_most: 8}\n" +
         "\n%%" + sample.rules;
}

// What breaks YAML and expressions.
constexpr std::string_view kPieces[] = {": ",       "- ",
                                        "[",        "]",
                                        "{",        "}",
                                        "'",        "\"",
                                        "\n",       "\n  ",
                                        "|",        ">",
                                        "#",        "&a ",
                                        "*a",       "!t ",
                                        "\t",       "---\n",
                                        "~",        "%",
                                        "@",        "`",
                                        "\xC3\xA9", "\xFF",
                                        "\x01",     "&&",
                                        "||",       "==",
                                        "(",        ")",
                                        "in",       "1d",
                                        "-1",       "9999999999999999999",
                                        "\\x"};

void damage(std::string& text, std::mt19937_64& random) {
  const auto at = text.empty() ? 0 : random() % text.size();
  switch (random() % 5) {
    case 0:
      text.insert(at, kPieces[random() % std::size(kPieces)]);
      break;
    case 1:
      text.erase(at, random() % 20);
      break;
    case 2:
      if (!text.empty()) text[at] = static_cast<char>(random());
      break;
    case 3:  // a piece of it stands elsewhere too
      text.insert(at, text.substr(random() % (text.size() + 1), random() % 60));
      break;
    case 4:
      text.replace(at, random() % 4, kPieces[random() % std::size(kPieces)]);
      break;
  }
}

TEST(PolicyFuzz, TheShippedPoliciesPass) {
  for (const auto& pack : packs::shipped()) run(input_of(pack));
  run(input_with_models());
}

TEST(PolicyFuzz, DamagedPoliciesAreAcceptedOrRefusedAndNothingElse) {
  std::mt19937_64 random(kSeed);
  std::vector<std::string> inputs;
  for (const auto& pack : packs::shipped()) inputs.push_back(input_of(pack));
  inputs.push_back(input_with_models());
  for (int round = 0; round < 600; ++round) {
    auto input = inputs[random() % inputs.size()];
    for (std::size_t damages = 1 + random() % 4; damages > 0; --damages) damage(input, random);
    run(input);
  }
}

TEST(PolicyFuzz, HeapsOfPunctuationAreRefusedQuickly) {
  std::mt19937_64 random(kSeed);
  for (int round = 0; round < 2'000; ++round) {
    std::string input;
    for (std::size_t n = random() % 60; n > 0; --n) input += kPieces[random() % std::size(kPieces)];
    run(input);
  }
}

}  // namespace
}  // namespace weir::policy
