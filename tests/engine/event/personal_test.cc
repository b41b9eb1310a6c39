#include <gtest/gtest.h>

#include <string>

#include "engine/event/derive.h"
#include "engine/event/personal_token.h"
#include "engine/event/reader.h"
#include "tests/engine/event/card_schema.h"

namespace weir::event {
namespace {

std::string derived(Derivation derivation, std::string_view text) {
  const Schema schema = card_schema();
  Event event(schema, 0);
  const Value value = derive(derivation, text, event);
  if (value.is_absent()) return "absent";
  return value.is(ValueKind::kInt64) ? std::to_string(value.as_int64()) : std::string(value.as_string());
}

TEST(Derivation, Bin) {
  const auto bin = [](std::string_view text) { return derived(Derivation::kBin, text); };
  EXPECT_EQ(bin("4111111111111111"), "41111111");
  EXPECT_EQ(bin("4111 1111-1111 1111"), "41111111");
  EXPECT_EQ(bin("1234567890123456789"), "12345678");
  EXPECT_EQ(bin("378282246310005"), "378282");
  EXPECT_EQ(bin("123456789012"), "123456");
  EXPECT_EQ(bin("12345678901"), "absent");
  EXPECT_EQ(bin("12345678901234567890"), "absent");
  EXPECT_EQ(bin("41111111x1111111"), "absent");
  EXPECT_EQ(bin(""), "absent");
}

TEST(Derivation, LastFour) {
  const auto last_four = [](std::string_view text) { return derived(Derivation::kLastFour, text); };
  EXPECT_EQ(last_four("4111111111111234"), "1234");
  EXPECT_EQ(last_four("12345678"), "5678");
  EXPECT_EQ(last_four("1234567"), "absent");
  EXPECT_EQ(last_four("abcd\u00e4\u00f6\u00fc\u20ac"), "\u00e4\u00f6\u00fc\u20ac");
  EXPECT_EQ(last_four(""), "absent");
}

TEST(Derivation, EmailDomain) {
  const auto domain = [](std::string_view text) { return derived(Derivation::kEmailDomain, text); };
  EXPECT_EQ(domain("Ann@Example.COM"), "example.com");
  EXPECT_EQ(domain("\"a@b\"@x.org"), "x.org");
  EXPECT_EQ(domain("a@M\u00dcLLER.de"), "m\u00dcller.de");
  EXPECT_EQ(domain("ann"), "absent");
  EXPECT_EQ(domain("ann@"), "absent");
}

TEST(Derivation, BirthYear) {
  const auto year = [](std::string_view text) { return derived(Derivation::kBirthYear, text); };
  EXPECT_EQ(year("1984-02-29"), "1984");
  EXPECT_EQ(year("1984-01-01T00:00:00+14:00"), "1984");  // as written, though it is 1983 in UTC
  EXPECT_EQ(year("1983-02-29"), "absent");
  EXPECT_EQ(year("1984"), "absent");
  EXPECT_EQ(year("29.02.1984"), "absent");
}

// Reference values: python3 -c "import hmac; print(hmac.new(key, b'card\0' + text, 'sha256').hexdigest()[:32])"
TEST(PersonalTokens, AreTheFirstHalfOfTheHmac) {
  PersonalTokens tokens(kTokenKey);
  EXPECT_EQ(tokens.token("card", "4111111111111111"), "2dc0ba99969d2ff9c2add1f5d44e51b3");
  EXPECT_EQ(tokens.token("email", ""), "8f7d5a1246ff55cd2c4ba693c5cfc576");
}

TEST(PersonalTokens, DomainAndTextDoNotRunIntoEachOther) {
  PersonalTokens tokens(kTokenKey);
  const std::string first(tokens.token("a", "bc"));
  const std::string second(tokens.token("ab", "c"));
  EXPECT_NE(first, second);
  EXPECT_EQ(tokens.token("a", "bc"), first);
  PersonalTokens other_key("another key");
  EXPECT_NE(other_key.token("a", "bc"), first);
}

class PersonalReaderTest : public testing::Test {
 protected:
  const Value& at(std::string_view field) { return event_[*schema_.find(field)]; }
  std::string payment_with(std::string_view members) { return with(card_payment(), R"("note":"")", members); }

  Schema schema_ = personal_schema();
  JsonReader reader_{schema_, kTokenKey};
  PersonalTokens tokens_{kTokenKey};
  Event event_{schema_, 0};
  Reject reject_;
};

TEST_F(PersonalReaderTest, PersonalFieldsBecomeTokensAndDerivations) {
  const std::string record =
      payment_with(R"("pan":"4111 1111 1111 1234","email":"Ann@Example.com","customer":-12345,"born":"1984-02-29")");
  ASSERT_TRUE(reader_.read(record, kNoClock, event_, reject_)) << reject_.detail;
  EXPECT_EQ(at("pan").as_string(), tokens_.token("card", "4111 1111 1111 1234"));
  EXPECT_EQ(at("email").as_string(), tokens_.token("email", "Ann@Example.com"));
  EXPECT_EQ(at("customer").as_string(), tokens_.token("customer", "-12345"));
  EXPECT_EQ(at("born").as_string(), tokens_.token("born", "1984-02-29"));
  EXPECT_EQ(at("pan_bin").as_string(), "41111111");
  EXPECT_EQ(at("pan_last_four").as_string(), "1234");
  EXPECT_EQ(at("email_domain").as_string(), "example.com");
  EXPECT_EQ(at("birth_year").as_int64(), 1984);
  for (const Value& slot : event_.slots()) {
    if (!slot.is(ValueKind::kString)) continue;
    for (const char* personal : {"4111 1111", "Ann", "1984-02"}) {
      EXPECT_EQ(slot.as_string().find(personal), std::string_view::npos) << slot.as_string();
    }
  }
}

TEST_F(PersonalReaderTest, WithoutTheSourceThereIsNoDerivation) {
  ASSERT_TRUE(reader_.read(card_payment(), kNoClock, event_, reject_));
  for (const char* field : {"pan", "pan_bin", "pan_last_four", "email", "email_domain", "customer", "birth_year"}) {
    EXPECT_TRUE(at(field).is_absent()) << field;
  }
}

TEST_F(PersonalReaderTest, ARequiredDerivationThatFailsIsAMissingField) {
  schema_.fields[*schema_.find("pan_bin")].required = true;
  JsonReader reader(schema_, kTokenKey);
  const std::string record = payment_with(R"("pan":"no card number")");
  ASSERT_FALSE(reader.read(record, kNoClock, event_, reject_));
  EXPECT_EQ(reject_.reason, RejectReason::kMissingField);
  EXPECT_EQ(reject_.field, "pan_bin");
  EXPECT_EQ(reject_.byte_offset, record.find("\"no card"));
  EXPECT_EQ(reject_.detail.find("no card"), std::string::npos);
}

TEST_F(PersonalReaderTest, RejectsNeverShowPersonalContent) {
  for (const char* members : {R"("customer":"secret 17")", R"("customer":1.25)", R"("customer":99999999999999999999)",
                              R"("pan":4111111111111111)", R"("born":["secret"])"}) {
    ASSERT_FALSE(reader_.read(payment_with(members), kNoClock, event_, reject_)) << members;
    for (const char* secret : {"secret", "1.25", "999", "4111"}) {
      EXPECT_EQ(reject_.detail.find(secret), std::string::npos) << reject_.detail;
    }
  }
}

TEST_F(PersonalReaderTest, APersonalIdIsATokenAndStillMayNotBeEmpty) {
  schema_.fields[0].personal = true;
  JsonReader reader(schema_, kTokenKey);
  ASSERT_TRUE(reader.read(card_payment(), kNoClock, event_, reject_));
  EXPECT_EQ(event_.id, tokens_.token("id", "tx-0000000000000001"));
  EXPECT_EQ(event_.id, at("id").as_string());
  ASSERT_FALSE(reader.read(with(card_payment(), "tx-0000000000000001", ""), kNoClock, event_, reject_));
  EXPECT_EQ(reject_.reason, RejectReason::kEmptyId);
}

TEST(PersonalReaderDeathTest, ASchemaWithPersonalFieldsNeedsAKey) {
  const Schema schema = personal_schema();
  EXPECT_DEATH(JsonReader(schema, {}), "needs a token key");
}

}  // namespace
}  // namespace weir::event
