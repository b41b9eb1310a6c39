#include "models/text/grams.h"

#include <algorithm>
#include <string>

namespace weir::models {
namespace {

enum class Kind : char {
  kWhole = 't',
  kWithoutDigits = 'd',
  kWord = 'w',
  kWordPair = 'q',
  kCharacters = 'c',
};

// FNV-1a (Fowler, Noll, Vo), 64 bits.
class Hash {
 public:
  explicit Hash(Kind kind) { add(static_cast<char>(kind)); }

  void add(char byte) { value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001b3U; }
  void add(std::string_view bytes) {
    for (const char byte : bytes) add(byte);
  }
  std::uint32_t bucket(std::uint32_t buckets) const {
    return static_cast<std::uint32_t>(value_ ^ (value_ >> 32U)) % buckets;
  }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_word(char folded) {
  return is_digit(folded) || (folded >= 'a' && folded <= 'z') || static_cast<unsigned char>(folded) >= 0x80;
}

// With one more space at both ends.
std::string fold(std::string_view text) {
  std::string folded(1, ' ');
  folded.reserve(text.size() + 2);
  bool space = false;
  for (const char c : text) {
    if (is_space(c)) {
      space = folded.size() > 1;
      continue;
    }
    if (space) folded += ' ';
    space = false;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  folded += ' ';
  return folded;
}

// The first word of `text`, which is cut off behind it; empty if there is none.
std::string_view next_word(std::string_view& text) {
  const auto* const begin = std::find_if(text.begin(), text.end(), in_word);
  const auto* const end = std::find_if_not(begin, text.end(), in_word);
  const auto word = text.substr(static_cast<std::size_t>(begin - text.begin()), static_cast<std::size_t>(end - begin));
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return word;
}

// How many bytes the first character of `text` has, which isn't empty.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (length > text.size()) return 1;
  const auto behind = text.substr(1, length - 1);
  const bool whole =
      std::ranges::all_of(behind, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; });
  return whole ? length : 1;
}

// The n-grams of one text.
class Grams {
 public:
  Grams(const GramRules& rules, std::vector<std::uint32_t>& out) : rules_(rules), out_(out), left_(rules.at_most) {}

  void whole(std::string_view folded) {
    Hash hash(Kind::kWhole);
    hash.add(folded);
    put(hash);
  }

  void without_digits(std::string_view folded) {
    Hash hash(Kind::kWithoutDigits);
    bool any = false;
    for (auto word = next_word(folded); !word.empty(); word = next_word(folded)) {
      if (std::ranges::any_of(word, is_digit)) continue;
      if (any) hash.add(' ');
      hash.add(word);
      any = true;
    }
    if (any) put(hash);
  }

  void words(std::string_view folded) {
    for (auto word = next_word(folded); left_ > 0 && !word.empty(); word = next_word(folded)) {
      Hash hash(Kind::kWord);
      hash.add(word);
      put(hash);
    }
  }

  void word_pairs(std::string_view folded) {
    auto before = next_word(folded);
    for (auto word = next_word(folded); left_ > 0 && !word.empty(); word = next_word(folded)) {
      Hash hash(Kind::kWordPair);
      hash.add(before);
      hash.add(' ');
      hash.add(word);
      put(hash);
      before = word;
    }
  }

  void characters(std::string_view spaced) {
    for (auto from = spaced; left_ > 0 && !from.empty(); from.remove_prefix(character_length(from))) {
      Hash hash(Kind::kCharacters);
      auto rest = from;
      for (unsigned length = 1; length <= rules_.longest && !rest.empty(); ++length) {
        const auto bytes = character_length(rest);
        hash.add(rest.substr(0, bytes));
        rest.remove_prefix(bytes);
        const bool added_space = length == 1 && (from.size() == spaced.size() || from.size() == 1);
        if (length >= rules_.shortest && !added_space) put(hash);
      }
    }
  }

 private:
  void put(const Hash& hash) {
    if (left_ == 0) return;
    --left_;
    out_.push_back(hash.bucket(rules_.buckets));
  }

  const GramRules& rules_;
  std::vector<std::uint32_t>& out_;
  std::uint32_t left_;
};

}  // namespace

void append_grams(std::string_view text, const GramRules& rules, std::vector<std::uint32_t>& out) {
  const auto spaced = fold(text);
  const auto folded = std::string_view(spaced).substr(1, spaced.size() - 2);
  if (folded.empty()) return;
  Grams grams(rules, out);
  if (rules.whole) grams.whole(folded);
  if (rules.without_digits) grams.without_digits(folded);
  if (rules.words) grams.words(folded);
  if (rules.word_pairs) grams.word_pairs(folded);
  grams.characters(spaced);
}

}  // namespace weir::models
