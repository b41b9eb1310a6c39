#include "engine/audit/record.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/audit/bank.h"

namespace weir::audit {
namespace {

// What every record begins with, and where the input stood.
#define WEIR_TEST_HEAD(kind) \
  R"({"v":1,"semantics":1,"kind":")" kind R"(","shard":0,"sequence":17,"clock_ms":1772184600125)"
#define WEIR_TEST_INPUT                                                          \
  R"(,"input":{"topic":"payments","partition":3,"offset":4711,"previous":4709,)" \
  R"("sha256":"0109111921293139414951596169717981899199a1a9b1b9c1c9d1d9e1e9f1f9"})"

TEST(AuditRecord, ATransactionsBytes) {
  Bank bank;
  bank.fill();
  std::string out;
  append_transaction(kBankHead, bank_input(), bank.facts(), out);
  EXPECT_EQ(
      out, WEIR_TEST_HEAD("transaction") WEIR_TEST_INPUT
      R"(,"policy":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",)"
      R"("flags":["late","id_conflict"],"event":{"id":"tx-1","type":"card_payment","time_ms":1772184600125,)"
      R"("fields":{"id":"tx-1","time":"2026-02-27T09:30:00.125Z","amount":"-12.50 EUR","fee":"7 JPY","fee_currency":"JPY",)"
      R"("rate":0.1,"flag":true,"count":-9223372036854775808,"channel":"online",)"
      R"("card":"00112233445566778899aabbccddeeff","customer":"ffeeddccbbaa99887766554433221100",)"
      R"("card_bin":"40000000","birth_year":1984,"memo":"a \"memo\"\n\u0001 Zürich 😀","booked":"2026-02-27T09:30:00Z"}},)"
      R"("features":{"card.count_1h":4,"card.spent_1d":"1234.56 EUR","card.mean_rate":2.0,)"
      R"("card.seen":"2023-11-14T22:13:20Z","card.since_last":"90.5s","card.last_memo":"before","card.nothing":null,)"
      R"("card.last_flag":false,"card.places":5000,"card.too_much":{"error":"overflow","detail":"card.too_much"}},)"
      R"("approximate":["card.places"],"verdicts":{"rules":6,"hits":"32","errors":"0c"},"rules":[)"
      R"({"rule":"b-quiet","verdict":"hit","values":{"count":-9223372036854775808,"memo":"a \"memo\"\n\u0001 Zürich 😀"}},)"
      R"({"rule":"c-far-off","verdict":{"error":"absent_value","detail":"card.nothing"},)"
      R"("values":{"rate":0.1,"card.nothing":null}},)"
      R"({"rule":"d-divided","verdict":{"error":"divide_by_zero","detail":"/"},"values":{"count":-9223372036854775808}},)"
      R"({"rule":"e-hard","verdict":"hit","values":{"channel":"online","card.since_last":"90.5s"}},)"
      R"({"rule":"f-always","verdict":"hit","values":{}}],)"
      R"("outcome":"review","score":115,"reasons":["e-hard","b-quiet","f-always"]})");
}

TEST(AuditRecord, ASparseTransactionsBytes) {
  Bank bank;
  bank.fill_sparse();
  std::string out = "kept";
  append_transaction({4'294'967'295U, 18'446'744'073'709'551'615U, -5}, {"t", 0, 0, -1, {}}, bank.facts(), out);
  EXPECT_EQ(
      out,
      R"(kept{"v":1,"semantics":1,"kind":"transaction","shard":4294967295,"sequence":18446744073709551615,"clock_ms":-5,)"
      R"("input":{"topic":"t","partition":0,"offset":0,"previous":-1,)"
      R"("sha256":"0000000000000000000000000000000000000000000000000000000000000000"},)"
      R"("policy":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","flags":[],)"
      R"("event":{"id":"sparse","type":"transfer","time_ms":-1,"fields":{"id":"sparse","time":"1969-12-31T23:59:59.999Z"}},)"
      R"("features":{"card.count_1h":null,"card.spent_1d":null,"card.mean_rate":null,"card.seen":null,)"
      R"("card.since_last":null,"card.last_memo":null,"card.nothing":null,"card.last_flag":null,"card.places":null,)"
      R"("card.too_much":null},"approximate":[],"verdicts":{"rules":6,"hits":"20","errors":"1d"},"rules":[)"
      R"({"rule":"a-busy","verdict":{"error":"absent_value","detail":"card.count_1h"},"values":{"amount":null,"card.count_1h":null}},)"
      R"({"rule":"c-far-off","verdict":{"error":"absent_value","detail":"rate"},"values":{"rate":null,"card.nothing":null}},)"
      R"({"rule":"d-divided","verdict":{"error":"absent_value","detail":"count"},"values":{"count":null}},)"
      R"({"rule":"e-hard","verdict":{"error":"absent_value","detail":"channel"},"values":{"channel":null,"card.since_last":null}},)"
      R"({"rule":"f-always","verdict":"hit","values":{}}],"outcome":"approve","score":0,"reasons":["f-always"]})");
}

TEST(AuditRecord, AnAlertAndTheControlShareStandBehindTheReasons) {
  Bank bank;
  bank.fill();
  std::string plain;
  append_transaction(kBankHead, bank_input(), bank.facts(), plain);
  auto facts = bank.facts();
  const std::uint32_t repeated[] = {1, 4};
  facts.alert = decide::Alert{"card", 3, false};
  facts.repeated = repeated;
  std::string out;
  append_transaction(kBankHead, bank_input(), facts, out);
  EXPECT_EQ(out, plain.substr(0, plain.size() - 1) +
                     R"(,"alert":{"case":"card-0-3","repeated":false,"repeated_rules":["b-quiet","e-hard"]}})");
  facts.alert.reset();
  facts.controlled = book::Outcome::kDecline;
  out.clear();
  append_transaction(kBankHead, bank_input(), facts, out);
  EXPECT_EQ(out, plain.substr(0, plain.size() - 1) + R"(,"control":"decline"})");
}

TEST(AuditRecord, ADuplicatesBytes) {
  std::string out;
  append_duplicate(kBankHead, bank_input(), "tx-\"1\"", 12, out);
  EXPECT_EQ(out, WEIR_TEST_HEAD("duplicate") WEIR_TEST_INPUT R"(,"event_id":"tx-\"1\"","first_sequence":12})");
}

TEST(AuditRecord, ADeadLettersBytes) {
  std::string out;
  append_dead_letter(kBankHead, bank_input(), {event::RejectReason::kWrongType, "payer.name", 9, "a \\ detail"}, out);
  EXPECT_EQ(out, WEIR_TEST_HEAD("dead_letter") WEIR_TEST_INPUT
            R"(,"reason":"wrong_type","field":"payer.name","byte_offset":9,"detail":"a \\ detail"})");
}

TEST(AuditRecord, ALabelsBytes) {
  std::string out;
  append_label(kBankHead, bank_input(), {"tx-1", true, -7, false}, out);
  EXPECT_EQ(out, WEIR_TEST_HEAD("label") WEIR_TEST_INPUT
            R"(,"event_id":"tx-1","label":"fraud","known_at_ms":-7,"waits":false})");
  out.clear();
  append_label(kBankHead, bank_input(), {"tx-1", false, 7, true}, out);
  EXPECT_EQ(out, WEIR_TEST_HEAD("label") WEIR_TEST_INPUT
            R"(,"event_id":"tx-1","label":"honest","known_at_ms":7,"waits":true})");
}

TEST(AuditRecord, AStartsBytes) {
  std::string out;
  append_start(kBankHead, {"engine-1", 3, "0.1.0", "sha256:0", "0123456789abcdef", "wall", true}, out);
  EXPECT_EQ(out, WEIR_TEST_HEAD("start") R"(,"engine":"engine-1","generation":3,"build":"0.1.0","policy":"sha256:0",)"
                                         R"("token_key":"0123456789abcdef","clock":"wall","empty_memory":true})");
}

TEST(AuditRecord, APolicysBytes) {
  const FileView files[] = {{"policy.yaml", "name: x\n"}, {"rules/a.yaml", "\"\t"}};
  std::string out;
  append_policy(kBankHead, {"sha256:0", "2025b", files}, out);
  EXPECT_EQ(
      out,
      WEIR_TEST_HEAD(
          "policy") R"(,"policy":"sha256:0","time_zones":"2025b","files":{"policy.yaml":"name: x\n","rules/a.yaml":"\"\t"}})");
}

TEST(AuditRecord, TheEnvelopeStandsOutsideOfTheHash) {
  const std::string hashed_part = R"({"v":1})";
  Sha256 sha256;
  const auto leaf = leaf_hash(hashed_part, sha256);
  std::string prefixed(1, '\0');
  EXPECT_EQ(leaf, sha256.hash(prefixed + hashed_part));
  const Stage stages[] = {{"parse", 1}, {"rules", 2}};
  std::string out;
  append_envelope(hashed_part, leaf, {"en\"gine", 3, stages}, out);
  EXPECT_EQ(out, R"({"record":{"v":1},"leaf":")" + hex(leaf) +
                     R"(","engine":{"id":"en\"gine","generation":3},"stages_ns":{"parse":1,"rules":2}})");
  out.clear();
  append_envelope(hashed_part, leaf, {"e", 0, {}}, out);
  EXPECT_EQ(out,
            R"({"record":{"v":1},"leaf":")" + hex(leaf) + R"(","engine":{"id":"e","generation":0},"stages_ns":{}})");
}

}  // namespace
}  // namespace weir::audit
