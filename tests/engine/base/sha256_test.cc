#include "engine/base/sha256.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace weir {
namespace {

std::string bytes_of_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

TEST(Sha256, GivesTheDigestsOfRfc6234) {
  Sha256 sha256;
  EXPECT_EQ(hex(sha256.hash("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha256.hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex(sha256.hash(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  std::string tens;
  for (int i = 0; i < 80; ++i) tens += "01234567";
  EXPECT_EQ(hex(sha256.hash(tens)), "594847328451bdfa85056225462cc1d867d877fb388df0ce35f25ab5562bfbb5");
  EXPECT_EQ(hex(sha256.hash("\x19")), "68aa2e2ee5dff96e3355e6c7ee373e3d6a4e17f75f9518d843709c0c9bc3e3d4");
  EXPECT_EQ(hex(sha256.hash(bytes_of_hex("e3d72570dcdd787ce3887ab2cd684652"))),
            "175ee69b02ba9b58e2b0a5fd13819cea573f3940a94f825128cf4209beabb4e8");
  EXPECT_EQ(hex(sha256.hash("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, APrefixIsHashedInFrontOfTheBytes) {
  Sha256 sha256;
  std::string with_prefix(1, '\0');
  with_prefix += "leaf";
  EXPECT_EQ(sha256.hash_with_prefix(0x00, "leaf"), sha256.hash(with_prefix));
  with_prefix[0] = '\xff';
  EXPECT_EQ(sha256.hash_with_prefix(0xff, "leaf"), sha256.hash(with_prefix));
  // RFC 6962's leaf hash of no bytes.
  EXPECT_EQ(hex(sha256.hash_with_prefix(0x00, "")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

TEST(Sha256, IsTheSameAfterAMove) {
  Sha256 first;
  const auto digest = first.hash("abc");
  Sha256 second(std::move(first));
  EXPECT_EQ(second.hash("abc"), digest);
}

struct HmacCase {
  std::string key;
  std::string data;
  const char* digest;
};

TEST(HmacSha256, GivesTheDigestsOfRfc4231) {
  const HmacCase cases[] = {
      {std::string(20, '\x0b'), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xaa'), std::string(50, '\xdd'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytes_of_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
      {std::string(131, '\xaa'),
       "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
       "hashed "
       "before being used by the HMAC algorithm.",
       "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
  };
  for (const auto& c : cases) {
    HmacSha256 hmac(c.key);
    EXPECT_EQ(hex(hmac.authenticate(c.data)), c.digest);
    EXPECT_EQ(hex(hmac.authenticate(c.data)), c.digest) << "the key is set once and used again";
  }
  EXPECT_EQ(hex(HmacSha256(std::string(20, '\x0c')).authenticate("Test With Truncation")).substr(0, 32),
            "a3b6167473100ee06e0c796c2955552b");
}

TEST(HmacSha256, AKeyOfABlockIsTakenAsItIsAndALongerOneIsHashed) {
  const std::string block(64, 'k');
  const std::string longer(65, 'k');
  const auto hashed = Sha256().hash(longer);
  const std::string_view hashed_key(reinterpret_cast<const char*>(hashed.data()), hashed.size());
  EXPECT_EQ(HmacSha256(longer).authenticate("x"), HmacSha256(hashed_key).authenticate("x"));
  EXPECT_NE(HmacSha256(block).authenticate("x"), HmacSha256(longer).authenticate("x"));
  // Shorter keys are filled up with zero bytes.
  EXPECT_EQ(HmacSha256("k").authenticate("x"), HmacSha256(std::string_view("k\0\0", 3)).authenticate("x"));
}

TEST(Hex, ReadsBackWhatItWrote) {
  const auto digest = Sha256().hash("x");
  Digest back{};
  EXPECT_TRUE(parse_hex(hex(digest), back));
  EXPECT_EQ(back, digest);
  std::string upper = hex(digest);
  for (auto& c : upper) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
  EXPECT_TRUE(parse_hex(upper, back));
  EXPECT_EQ(back, digest);
  std::string out = "0x";
  append_hex(out, std::string_view("\x00\x7f\x80\xff", 4));
  EXPECT_EQ(out, "0x007f80ff");
}

TEST(Hex, RefusesAllElse) {
  const auto text = hex(Sha256().hash("x"));
  Digest back{};
  EXPECT_FALSE(parse_hex(text.substr(1), back));
  EXPECT_FALSE(parse_hex(text + "0", back));
  EXPECT_FALSE(parse_hex("", back));
  for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0'}) {
    auto bad = text;
    bad[17] = c;
    EXPECT_FALSE(parse_hex(bad, back)) << c;
  }
}

}  // namespace
}  // namespace weir
