#include "engine/base/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace weir {
namespace {

std::string encoded(std::string_view bytes) {
  std::string out(base64_size(bytes.size()) + 1, '?');
  encode_base64(bytes, out.data());
  EXPECT_EQ(out.back(), '\0');
  out.pop_back();
  return out;
}

// RFC 4648, section 10.
TEST(Base64, ExamplesOfTheStandard) {
  const char* const examples[][2] = {{"", ""},
                                     {"f", "Zg=="},
                                     {"fo", "Zm8="},
                                     {"foo", "Zm9v"},
                                     {"foob", "Zm9vYg=="},
                                     {"fooba", "Zm9vYmE="},
                                     {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : examples) {
    EXPECT_EQ(encoded(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, AnyBytesAndSizesComeBack) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<char>(i * 7));
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    EXPECT_EQ(decode_base64(encoded(bytes.substr(0, size))), bytes.substr(0, size));
  }
  // Beyond one piece, at its edges.
  for (const std::size_t size : {(std::size_t{3} << 20) - 1, std::size_t{3} << 20, (std::size_t{3} << 20) + 1}) {
    const std::string large(size, 'w');
    EXPECT_EQ(decode_base64(encoded(large)), large);
  }
}

TEST(Base64, NothingElseIsTaken) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Zg==\n", "Zm 9", " Zm9", "Zm9v====", "=g==", "Zm9!",
                           "Zg==Zg==", "====", "Zm9vYmF-"}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir
