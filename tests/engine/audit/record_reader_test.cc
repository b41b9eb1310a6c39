#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/audit/parsed_record.h"
#include "tests/engine/audit/bank.h"

namespace weir::audit {
namespace {

std::string fault_of(const Status& status) { return status ? "none" : status.error().message; }

std::string fault_of_hashed_part(const std::string& hashed_part) {
  RecordReader reader;
  ParsedRecord parsed;
  return fault_of(reader.read(enveloped(hashed_part), parsed));
}

TEST(RecordReader, APartOfAPolicyIsReadBack) {
  const std::vector<FileView> files{{"rules/a.yaml", "id: a\n"}};
  RecordReader reader;
  ParsedRecord parsed;
  const auto read = [&](std::uint32_t part, std::uint32_t parts) {
    std::string hashed;
    append_policy(kBankHead, {"sha256:1", "2025b", files, part, parts}, hashed);
    Sha256 sha256;
    std::string record;
    append_envelope(hashed, leaf_hash(hashed, sha256), {}, record);
    return reader.read(record, parsed);
  };
  ASSERT_TRUE(read(2, 3).ok());
  EXPECT_EQ(parsed.part, 2U);
  EXPECT_EQ(parsed.parts, 3U);
  ASSERT_TRUE(read(1, 1).ok());
  EXPECT_EQ(parsed.part, 1U);
  EXPECT_EQ(parsed.parts, 1U);
  EXPECT_FALSE(read(0, 3).ok());
  EXPECT_FALSE(read(4, 3).ok());
}

TEST(RecordReader, ReadsBackATransaction) {
  const auto hashed_part = full_transaction();
  const auto text = enveloped(hashed_part);
  RecordReader reader;
  ParsedRecord parsed;
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  Sha256 sha256;
  EXPECT_EQ(parsed.hashed_part, hashed_part);
  EXPECT_EQ(parsed.leaf, leaf_hash(hashed_part, sha256));
  EXPECT_EQ(parsed.kind, Kind::kTransaction);
  EXPECT_EQ(parsed.semantics, kSemanticsVersion);
  EXPECT_EQ(parsed.head.shard, 0U);
  EXPECT_EQ(parsed.head.sequence, 17U);
  EXPECT_EQ(parsed.head.clock_ms, 1'772'184'600'125);
  EXPECT_EQ(parsed.engine, "engine-1");
  EXPECT_EQ(parsed.generation, 3U);
  EXPECT_TRUE(parsed.has_input);
  EXPECT_EQ(parsed.topic, "payments");
  EXPECT_EQ(parsed.input.topic, "payments");
  EXPECT_EQ(parsed.input.partition, 3);
  EXPECT_EQ(parsed.input.offset, 4711);
  EXPECT_EQ(parsed.input.previous, 4709);
  EXPECT_EQ(parsed.input.digest, bank_input().digest);
  EXPECT_EQ(parsed.policy, kPolicyHash);
  EXPECT_EQ(parsed.event_id, "tx-1");
  EXPECT_EQ(parsed.outcome, "review");
  EXPECT_EQ(parsed.score, 115);
}

TEST(RecordReader, TellsOfAlertAndControlShare) {
  Bank bank;
  bank.fill();
  auto facts = bank.facts();
  const std::uint32_t repeated[] = {1};
  facts.alert = decide::Alert{"card", 3, true};
  facts.repeated = repeated;
  facts.controlled = book::Outcome::kReview;
  std::string out;
  append_transaction(kBankHead, bank_input(), facts, out);
  RecordReader reader;
  ParsedRecord parsed;
  const auto text = enveloped(out);
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  const auto details = reader.details();
  ASSERT_TRUE(details.ok());
  EXPECT_EQ(details->alert_case, "card-0-3");
  EXPECT_TRUE(details->alert_repeated);
  EXPECT_EQ(details->repeated_rules, std::vector<std::string>{"b-quiet"});
  EXPECT_EQ(details->control, "review");
}

TEST(RecordReader, ReadsBackWhatEachOtherKindHas) {
  RecordReader reader;
  ParsedRecord parsed;
  std::string out;
  append_duplicate(kBankHead, bank_input(), "tx-\"1\"", 12, out);
  std::string text = enveloped(out);
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  EXPECT_EQ(parsed.kind, Kind::kDuplicate);
  EXPECT_EQ(parsed.event_id, "tx-\"1\"");
  EXPECT_EQ(parsed.first_sequence, 12U);

  out.clear();
  append_dead_letter(kBankHead, bank_input(), {event::RejectReason::kCsvQuote, "f", 9, "d"}, out);
  text = enveloped(out);
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  EXPECT_EQ(parsed.kind, Kind::kDeadLetter);
  EXPECT_EQ(parsed.reject.reason, event::RejectReason::kCsvQuote);
  EXPECT_EQ(parsed.reject.field, "f");
  EXPECT_EQ(parsed.reject.byte_offset, 9U);
  EXPECT_EQ(parsed.reject.detail, "d");
  EXPECT_EQ(parsed.event_id, "") << "nothing of the record before may be left";

  for (const bool fraud : {true, false}) {
    out.clear();
    append_label(kBankHead, bank_input(), {"tx-1", fraud, -7, !fraud}, out);
    text = enveloped(out);
    ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
    EXPECT_EQ(parsed.kind, Kind::kLabel);
    EXPECT_EQ(parsed.event_id, "tx-1");
    EXPECT_EQ(parsed.fraud, fraud);
    EXPECT_EQ(parsed.known_at_ms, -7);
  }

  out.clear();
  append_start(kBankHead, {"e", 3, "b", "sha256:0", "0123", "event", true}, out);
  text = enveloped(out);
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  EXPECT_EQ(parsed.kind, Kind::kStart);
  EXPECT_FALSE(parsed.has_input);
  EXPECT_EQ(parsed.policy, "sha256:0");
  EXPECT_EQ(parsed.token_key_id, "0123");
  EXPECT_EQ(parsed.clock, "event");
  EXPECT_TRUE(parsed.empty_memory);

  const FileView files[] = {{"policy.yaml", "name: \"x\"\n"}, {"rules/a.yaml", ""}};
  out.clear();
  append_policy(kBankHead, {"sha256:1", "2025b", files}, out);
  text = enveloped(out);
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  EXPECT_EQ(parsed.kind, Kind::kPolicy);
  EXPECT_EQ(parsed.policy, "sha256:1");
  EXPECT_EQ(parsed.time_zones, "2025b");
  ASSERT_EQ(parsed.files.size(), 2U);
  EXPECT_EQ(parsed.files[0].name, "policy.yaml");
  EXPECT_EQ(parsed.files[0].text, "name: \"x\"\n");
  EXPECT_EQ(parsed.files[1].name, "rules/a.yaml");
  EXPECT_EQ(parsed.files[1].text, "");
}

TEST(RecordReader, AnyAlteredByteOfTheHashedPartIsRefused) {
  const auto hashed_part = full_transaction();
  const auto text = enveloped(hashed_part);
  const auto begin = text.find(hashed_part);
  RecordReader reader;
  ParsedRecord parsed;
  int altered = 0;
  for (std::size_t i = 0; i < hashed_part.size(); ++i) {
    for (const char flip : {'\x01', '\x10', '\x80'}) {
      auto bad = text;
      bad[begin + i] = static_cast<char>(bad[begin + i] ^ flip);
      const auto fault = fault_of(reader.read(bad, parsed));
      ASSERT_NE(fault, "none") << "byte " << i;
      if (fault.find("was altered") != std::string::npos) ++altered;
    }
  }
  EXPECT_GT(altered, 1000) << "most alterations leave it JSON";
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none") << "the reader itself is not harmed";
}

TEST(RecordReader, AByteLessOrMoreIsRefused) {
  const auto hashed_part = full_transaction();
  const auto text = enveloped(hashed_part);
  RecordReader reader;
  ParsedRecord parsed;
  for (std::size_t length = 0; length < text.size(); ++length) {
    ASSERT_NE(fault_of(reader.read(std::string_view(text).substr(0, length), parsed)), "none") << length;
  }
  for (const char* more : {"x", "{}", ",", "\"", "]"}) {
    EXPECT_NE(fault_of(reader.read(text + more, parsed)), "none") << more;
  }
  EXPECT_NE(fault_of(reader.read(with(text, "\"score\":115", "\"score\": 115"), parsed)), "none");
}

TEST(RecordReader, ALeafThatIsNoHashIsRefused) {
  const auto text = enveloped(full_transaction());
  const auto at = text.find("\"leaf\":\"") + 8;
  RecordReader reader;
  ParsedRecord parsed;
  auto bad = text;
  bad[at] = bad[at] == '0' ? '1' : '0';
  EXPECT_EQ(fault_of(reader.read(bad, parsed)), "audit record was altered: its leaf is not the hash of its content");
  bad[at] = 'g';
  EXPECT_EQ(fault_of(reader.read(bad, parsed)), "not an audit record: leaf is not a SHA-256");
}

TEST(RecordReader, SaysWhatIsMissing) {
  const auto full = full_transaction();
  const auto missing = [](std::string_view name) {
    return "not an audit record: member \"" + std::string(name) + "\" is missing or of another type";
  };
  for (const auto* name : {"v", "semantics", "kind", "shard", "sequence", "clock_ms", "input", "policy", "event",
                           "outcome", "score", "topic", "partition", "offset", "previous", "id"}) {
    const auto quoted = "\"" + std::string(name) + "\":";
    EXPECT_EQ(fault_of_hashed_part(with(full, quoted, "\"renamed\":")), missing(name)) << name;
  }
  EXPECT_EQ(fault_of_hashed_part(with(full, "\"sha256\":", "\"renamed\":")), missing("sha256"));
  EXPECT_EQ(fault_of_hashed_part(with(full, "\"sequence\":17", "\"sequence\":-17")), missing("sequence"));
  EXPECT_EQ(fault_of_hashed_part(with(full, "\"sequence\":17", "\"sequence\":1.5")), missing("sequence"));
  EXPECT_EQ(fault_of_hashed_part(with(full, "\"v\":1", "\"v\":2")), "not an audit record: version 2 is not known");
  EXPECT_EQ(fault_of_hashed_part(with(full, "\"kind\":\"transaction\"", "\"kind\":\"transactions\"")),
            "not an audit record: its kind is not known");
  EXPECT_EQ(fault_of_hashed_part(with(full, "\"sha256\":\"01", "\"sha256\":\"")),
            "not an audit record: input.sha256 is not a SHA-256");
  EXPECT_EQ(fault_of_hashed_part("[]"), missing("record"));
}

TEST(RecordReader, RefusesFaultsOfTheOtherKinds) {
  std::string out;
  append_dead_letter(kBankHead, bank_input(), {event::RejectReason::kCsvQuote, "f", 9, "d"}, out);
  EXPECT_EQ(fault_of_hashed_part(with(out, "csv_quote", "csv_quota")),
            "not an audit record: unknown dead-letter reason");
  const FileView files[] = {{"policy.yaml", "x"}};
  out.clear();
  append_policy(kBankHead, {"sha256:1", "2025b", files}, out);
  EXPECT_EQ(fault_of_hashed_part(with(out, "\"x\"", "7")),
            "not an audit record: a policy file is neither text nor base64");
  EXPECT_EQ(fault_of_hashed_part(with(out, "\"x\"", R"({"base64":"eA="})")),
            "not an audit record: the base64 of a policy file is damaged");
  EXPECT_EQ(fault_of_hashed_part(with(out, "\"files\"", "\"filed\"")),
            "not an audit record: member \"files\" is missing");
  out.clear();
  append_label(kBankHead, bank_input(), {"tx-1", true, 7, false}, out);
  EXPECT_EQ(fault_of_hashed_part(with(out, "\"label\":\"fraud\"", "\"label\":\"frauds\"")),
            "not an audit record: a label is neither fraud nor honest");
}

TEST(RecordReader, WhatIsNoRecordIsRefused) {
  RecordReader reader;
  ParsedRecord parsed;
  for (const auto* text : {"", "{", "{}", "null", "{\"record\":{}}", "{\"record\":{},\"leaf\":\"\"}",
                           "{\"record\":", "{\"record\":,\"leaf\":\"", ",\"leaf\":\"{\"record\":"}) {
    EXPECT_TRUE(fault_of(reader.read(text, parsed)).starts_with("not an audit record")) << text;
  }
}

TEST(RecordReader, WithoutAnEnvelopesEngineItIsRefused) {
  const auto text = enveloped(full_transaction());
  RecordReader reader;
  ParsedRecord parsed;
  EXPECT_EQ(fault_of(reader.read(with(text, "},\"stages_ns\"", ",\"x\":1},\"stages_ns\""), parsed)), "none");
  EXPECT_NE(fault_of(reader.read(with(text, "\"engine\":{\"id\"", "\"engine\":{\"ib\""), parsed)), "none");
  EXPECT_NE(fault_of(reader.read(with(text, ",\"engine\":{\"id\"", ",\"engines\":{\"id\""), parsed)), "none");
  EXPECT_NE(fault_of(reader.read(with(text, "\"generation\":3", "\"generation\":-3"), parsed)), "none");
}

TEST(RecordReader, ATimeOutOfTheCalendarIsRefused) {
  const auto full = full_transaction();
  const auto clock = [&](const char* ms) {
    return fault_of_hashed_part(with(full, "\"clock_ms\":1772184600125", std::string("\"clock_ms\":") + ms));
  };
  EXPECT_EQ(clock("253402300799999"), "none");
  EXPECT_NE(clock("253402300800000"), "none");
  EXPECT_EQ(clock("-62135596800000"), "none");
  EXPECT_NE(clock("-62135596800001"), "none");
  std::string out;
  append_label(kBankHead, bank_input(), {"tx-1", true, 253'402'300'800'000, false}, out);
  EXPECT_NE(fault_of_hashed_part(out), "none");
}

// --- For people ------------------------------------------------------------------------------------------------------

TEST(RecordDetails, AreTextForPeople) {
  const auto text = enveloped(full_transaction());
  RecordReader reader;
  ParsedRecord parsed;
  ASSERT_EQ(fault_of(reader.read(text, parsed)), "none");
  const auto details = reader.details();
  ASSERT_TRUE(details.ok()) << details.error().message;
  EXPECT_EQ(details->type, "card_payment");
  EXPECT_EQ(details->time_ms, 1'772'184'600'125);
  EXPECT_EQ(details->flags, (std::vector<std::string>{"late", "id_conflict"}));
  ASSERT_EQ(details->fields.size(), 15U);
  EXPECT_EQ(details->fields[2].name, "amount");
  EXPECT_EQ(details->fields[2].text, "-12.50 EUR");
  EXPECT_EQ(details->fields[5].text, "0.1");
  ASSERT_EQ(details->features.size(), 10U);
  EXPECT_EQ(details->features[6].name, "card.nothing");
  EXPECT_EQ(details->features[6].text, "-");
  EXPECT_EQ(details->approximate, std::vector<std::string>{"card.places"});
  EXPECT_EQ(details->rule_count, 6U);
  EXPECT_EQ(details->reasons, (std::vector<std::string>{"e-hard", "b-quiet", "f-always"}));
  ASSERT_EQ(details->rules.size(), 5U);
  EXPECT_EQ(details->rules[0].rule, "b-quiet");
  EXPECT_EQ(details->rules[0].verdict, "hit");
  EXPECT_EQ(details->rules[0].values[0].text, "-9223372036854775808");
  EXPECT_EQ(details->rules[2].verdict, R"({"error":"divide_by_zero","detail":"/"})");
}

TEST(RecordDetails, WhatIsMissingIsAnError) {
  RecordReader reader;
  ParsedRecord parsed;
  for (const auto* name : {"flags", "fields", "features", "approximate", "verdicts", "rules", "reasons", "type",
                           "time_ms", "rule", "verdict", "values"}) {
    const auto text = enveloped(with(full_transaction(), "\"" + std::string(name) + "\":", "\"renamed\":"));
    ASSERT_EQ(fault_of(reader.read(text, parsed)), "none") << name;
    EXPECT_FALSE(reader.details().ok()) << name;
  }
}

TEST(FirstDifference, NamesThePlaceAndBothValues) {
  const std::string a = R"({"score":350,"features":{"card.count_1h":3,"card.x":null},"reasons":["a","b"]})";
  EXPECT_EQ(first_difference(a, a), "");
  EXPECT_EQ(first_difference(a, with(a, "350", "0")), "score: recorded 350, computed 0");
  EXPECT_EQ(first_difference(a, with(a, ":3,", ":4,")), "features.card.count_1h: recorded 3, computed 4");
  EXPECT_EQ(first_difference(a, with(a, "null", "\"5\"")), "features.card.x: recorded null, computed \"5\"");
  EXPECT_EQ(first_difference(a, with(a, ",\"b\"", "")), R"(reasons: recorded ["a","b"], computed ["a"])");
  EXPECT_EQ(first_difference(a, with(a, ",\"card.x\":null", "")), "features.card.x: recorded null, computed nothing");
  EXPECT_EQ(first_difference(with(a, ",\"card.x\":null", ""), a), "features.card.x: recorded nothing, computed null");
  EXPECT_EQ(first_difference(a, with(a, "{\"card.count_1h\":3,\"card.x\":null}", "7")),
            R"(features: recorded {"card.count_1h":3,"card.x":null}, computed 7)");
  EXPECT_EQ(first_difference(R"({"a":0.1})", R"({"a":0.10000000000000002})"),
            "a: recorded 0.1, computed 0.10000000000000002");
  EXPECT_EQ(first_difference(R"({"a":1,"b":2})", R"({"b":2,"a":1})"), "the bytes differ, the values do not");
  EXPECT_EQ(first_difference(R"({"a":1)", R"({"a":1})"), "the recorded bytes are not JSON");
}

}  // namespace
}  // namespace weir::audit
