// Random records: however a record is written, the event is the same; whatever is done to its bytes, the reader agrees
// with the oracle on what is JSON.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/event/json_walk.h"
#include "engine/event/reader.h"
#include "tests/engine/event/card_schema.h"
#include "tests/engine/event/dice.h"
#include "tests/engine/event/json_oracle.h"

namespace weir::event {
namespace {

std::string space(Dice& dice) {
  std::string out;
  while (dice.one_in(3)) out += " \t\n\r"[dice.below(4)];
  return out;
}

// A string's text as JSON, each ASCII character plain or as an escape.
std::string json_text(Dice& dice, const std::string& text) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (byte < 0x20 || c == '"' || c == '\\' || dice.one_in(5))) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      const unsigned low = byte & 0xFU;
      out += kHex[low < 10 || dice.one_in(2) ? low : low + 6];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string noise(Dice& dice, int depth) {
  switch (dice.below(depth > 3 ? 4 : 6)) {
    case 0:
      return "null";
    case 1:
      return "-" + std::to_string(dice.below(1U << 31U)) + (dice.one_in(2) ? "" : ".50e-3");
    case 2:
      return json_text(dice, "{[\"\\,:]}" + std::string(dice.below(20), 'x'));
    case 3:
      return dice.one_in(2) ? "true" : "false";
    case 4: {
      std::string out = "[" + space(dice);
      for (std::size_t i = dice.below(4); i-- > 0;)
        out += noise(dice, depth + 1) + space(dice) + (i == 0 ? "" : ",") + space(dice);
      return out + "]";
    }
    default: {
      std::string out = "{" + space(dice);
      for (std::size_t i = dice.below(4); i-- > 0;) {
        out += json_text(dice, "noise" + std::to_string(i)) + space(dice) + ":" + space(dice) + noise(dice, depth + 1);
        out += i == 0 ? "" : ",";
      }
      return out + "}";
    }
  }
}

using Members = std::vector<std::pair<std::string, std::string>>;

// The members in any order, with others between them.
std::string object(Dice& dice, Members members) {
  for (std::size_t i = dice.below(3); i-- > 0;) members.emplace_back("other" + std::to_string(i), noise(dice, 1));
  for (std::size_t i = members.size(); i > 1; --i) std::swap(members[i - 1], members[dice.below(i)]);
  std::string out = space(dice) + "{" + space(dice);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += "," + space(dice);
    out += json_text(dice, members[i].first) + space(dice) + ":" + space(dice) + members[i].second + space(dice);
  }
  return out + "}" + space(dice);
}

std::string random_record(Dice& dice) {
  const auto text = [&dice] {
    static const std::vector<std::string> kPieces = {"a",  "B",      "7",      "\"",         "\\",
                                                     "\n", "\u00e9", "\u20ac", "\U0001F600", " "};
    std::string out = "x";
    while (!dice.one_in(4)) out += kPieces[dice.below(kPieces.size())];
    return out;
  };
  const std::string id = text();
  return object(
      dice,
      {{"type", json_text(dice, "card")},
       {"id", json_text(dice, id)},
       {"ts", json_text(dice, "2026-02-27T09:30:00.125Z")},
       {"amount",
        object(dice, {{"value", std::to_string(dice.below(1'000'000)) + ".25"}, {"currency", json_text(dice, "EUR")}})},
       {"card", object(dice, {{"token", json_text(dice, text())}, {"age_days", std::to_string(dice.below(9999))}})},
       {"merchant", object(dice, {{"id", json_text(dice, text())}, {"name", json_text(dice, text())}})},
       {"channel", json_text(dice, "ecom")},
       {"recurring", dice.one_in(2) ? "true" : "false"},
       {"lat", "48.25"}});
}

// Structure and texts without choice of order, escapes and white space: what a plain writer would write of the event.
std::string rewritten(const Schema& schema, const Event& event) {
  const auto text = [&](std::string_view field) {
    std::string out = "\"";
    for (const char c : event[*schema.find(field)].as_string()) {
      if (c == '"' || c == '\\') out += '\\';
      out += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    return out + "\"";
  };
  const auto number = [&](std::string_view field) { return std::to_string(event[*schema.find(field)].as_int64()); };
  const std::int64_t cents = event[*schema.find("amount")].minor_units();
  return R"({"type":"card","id":)" + text("id") + R"(,"ts":"2026-02-27T09:30:00.125Z","amount":{"value":)" +
         std::to_string(cents / 100) + "." + std::to_string(cents % 100) + R"(,"currency":)" + text("currency") +
         R"(},"card":{"token":)" + text("card") + R"(,"age_days":)" + number("card_age_days") +
         R"(},"merchant":{"id":)" + text("merchant") + R"(,"name":)" + text("merchant_name") +
         R"(},"channel":"ecom","lat":48.25,"recurring":)" +
         (event[*schema.find("recurring")].as_bool() ? "true" : "false") + "}";
}

RC_GTEST_PROP(JsonProperty, TheEventDoesNotDependOnHowTheRecordIsWritten, (std::uint64_t seed)) {
  Dice dice(seed);
  static const Schema schema = card_schema();
  static JsonReader reader(schema, {});
  const std::string record = random_record(dice);
  RC_ASSERT(is_strict_json(record, 32));
  Event event(schema, 0);
  Event plain(schema, 0);
  Reject reject;
  RC_ASSERT(reader.read(record, kNoClock, event, reject));
  RC_ASSERT(reader.read(rewritten(schema, event), kNoClock, plain, reject));
  for (std::uint32_t slot = 0; slot < schema.slot_count(); ++slot) RC_ASSERT(identical(event[slot], plain[slot]));
  RC_ASSERT(event.id == plain.id);
  RC_ASSERT(event.time_ms == plain.time_ms);
}

RC_GTEST_PROP(JsonProperty, DamagedRecordsAreJudgedAsTheOracleJudges, (std::uint64_t seed)) {
  Dice dice(seed);
  static JsonWalk walk;
  static const bool added = [] {
    const Schema schema = card_schema();
    for (const Field& field : schema.fields) walk.add_path(field.path);
    return true;
  }();
  RC_ASSERT(added);
  std::string record = random_record(dice);
  for (std::size_t i = dice.below(3) + 1; i-- > 0;) {
    constexpr std::string_view kLikely = "\"\\{}[]:,0123456789.eE+-tfnul \t\n\x01/x\x80\xC3";
    const std::size_t place = dice.below(record.size());
    switch (dice.below(4)) {
      case 0:
        record.erase(place, 1);
        break;
      case 1:
        record.insert(place, 1, kLikely[dice.below(kLikely.size())]);
        break;
      case 2:
        record[place] = kLikely[dice.below(kLikely.size())];
        break;
      default:
        record.resize(std::max<std::size_t>(place, 1));
        break;
    }
  }
  Reject reject;
  const bool accepted = walk.walk(record, Limits{}, reject);
  const bool is_json = accepted || reject.reason == RejectReason::kNotAnObject;
  if (!accepted && reject.reason == RejectReason::kDuplicateKey) return;
  RC_ASSERT(is_json == is_strict_json(record, 32));
}

}  // namespace
}  // namespace weir::event
