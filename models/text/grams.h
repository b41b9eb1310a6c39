// What a text is made of, for a TextEncoder: its words, parts of it and its character n-grams, hashed into buckets.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::models {

// Which n-grams of a text count. They come in the order of the members, and from the text's beginning to its end within
// one; those of characters that begin at one place, the shortest first. What occurs twice counts twice.
//
// ASCII letters are folded to lower case, runs of ASCII white space to one space, none of it stays at the ends; other
// bytes stay as they are. A word is a run of ASCII letters, digits and bytes from 0x80 on.
struct GramRules {
  bool whole = false;           // the folded text
  bool without_digits = false;  // its words that hold no digit, with one space between them: a shop without its number
  bool words = false;
  bool word_pairs = false;  // neighbours, with one space between them
  // n-grams of characters, with one more space at both ends of the text: a word begins alike wherever it stands. 0:
  // none. A character is what begins with a UTF-8 lead byte that has its continuation bytes; any other byte is one of
  // its own.
  std::uint8_t shortest = 0;
  std::uint8_t longest = 0;
  std::uint32_t buckets = 1;  // at least 1
  std::uint32_t at_most = 0;  // n-grams of one text; those behind are left out
};

// Appends the bucket of each n-gram: FNV-1a of 64 bits over a byte for its kind and its own bytes, the halves of it
// joined by exclusive or, modulo `buckets`. `text` may hold any bytes. Nothing but white space has no n-grams.
void append_grams(std::string_view text, const GramRules& rules, std::vector<std::uint32_t>& out);

}  // namespace weir::models
