#include "rules/cel/address.h"

#include <algorithm>
#include <charconv>

namespace weir::cel {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_mapped(const Address& address) { return std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin()); }

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// A number up to `most`, without a sign or a leading zero.
std::optional<int> plain_number(std::string_view text, int most) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > 3 || !digits || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  int number = 0;
  for (const char c : text) number = number * 10 + (c - '0');
  return number <= most ? std::optional(number) : std::nullopt;
}

// Four numbers with dots between them, and nothing else.
bool parse_dotted(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    const auto dot = std::min(text.find('.'), text.size());
    const auto number = plain_number(text.substr(0, dot), 255);
    if (!number || (i < 3) != (dot < text.size())) return false;
    out[i] = static_cast<std::uint8_t>(*number);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return true;
}

// The text of an IPv6 address, from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool run() {
    if (rest_.starts_with("::")) skip_zeros();
    while (!rest_.empty()) {
      if (size_ == 16 || !group()) return false;
      if (rest_.empty()) break;
      if (rest_.starts_with("::")) {
        if (zeros_ != kNowhere) return false;
        skip_zeros();
      } else {
        rest_.remove_prefix(1);  // group() stops nowhere but at a colon
        if (rest_.empty()) return false;
      }
    }
    return spread();
  }

  Address address;
  bool dotted = false;

 private:
  static constexpr std::size_t kNowhere = 99;

  void skip_zeros() {
    zeros_ = size_;
    rest_.remove_prefix(2);
  }

  bool group() {
    const auto end = std::min(rest_.find(':'), rest_.size());
    const auto text = rest_.substr(0, end);
    if (text.find('.') != std::string_view::npos) {
      dotted = true;
      if (size_ > 12 || end != rest_.size() || !parse_dotted(text, address.bytes.data() + size_)) return false;
      size_ += 4;
    } else {
      if (text.empty() || text.size() > 4) return false;
      int number = 0;
      for (const char c : text) {
        if (hexadecimal(c) < 0) return false;
        number = number * 16 + hexadecimal(c);
      }
      address.bytes[size_++] = static_cast<std::uint8_t>(number >> 8);
      address.bytes[size_++] = static_cast<std::uint8_t>(number & 255);
    }
    rest_.remove_prefix(end);
    return true;
  }

  // Moves what stands behind the "::" to the end. It stands for one group at least.
  bool spread() {
    if (zeros_ == kNowhere) return size_ == 16;
    if (size_ == 16) return false;
    auto* const bytes = address.bytes.data();
    std::copy_backward(bytes + zeros_, bytes + size_, bytes + 16);
    std::fill(bytes + zeros_, bytes + zeros_ + 16 - size_, std::uint8_t{0});
    return true;
  }

  std::string_view rest_;
  std::size_t size_ = 0;
  std::size_t zeros_ = kNowhere;
};

class Writer {
 public:
  void character(char c) { out_.characters[out_.size++] = c; }
  void number(int value, int base) {
    char* const begin = out_.characters.data();
    const auto end = std::to_chars(begin + out_.size, begin + out_.characters.size(), value, base).ptr;
    out_.size = static_cast<std::size_t>(end - begin);
  }

  void address(const Address& address) {
    if (!address.is_v4) return groups(address);
    for (std::size_t i = 12; i < 16; ++i) {
      if (i > 12) character('.');
      number(address.bytes[i], 10);
    }
  }
  AddressText take() { return out_; }

 private:
  static bool is_zero(const Address& address, std::size_t group) {
    return address.bytes[group * 2] == 0 && address.bytes[group * 2 + 1] == 0;
  }

  void groups(const Address& address) {
    std::size_t longest = 0;
    std::size_t length = 1;  // one zero alone is written as it is
    for (std::size_t i = 0; i < 8; ++i) {
      std::size_t end = i;
      while (end < 8 && is_zero(address, end)) ++end;
      if (end - i > length) {
        longest = i;
        length = end - i;
      }
    }
    for (std::size_t i = 0; i < 8; ++i) {
      if (length > 1 && i == longest) {
        character(':');
        if (i + length == 8) character(':');
        i += length - 1;
        continue;
      }
      if (i > 0) character(':');
      number(address.bytes[i * 2] << 8 | address.bytes[i * 2 + 1], 16);
    }
  }

  AddressText out_;
};

std::optional<Address> parse_any(std::string_view text, bool mapped_allowed) {
  Address out;
  if (text.find(':') == std::string_view::npos) {
    out.is_v4 = true;
    std::copy(kMapped.begin(), kMapped.end(), out.bytes.begin());
    return parse_dotted(text, out.bytes.data() + 12) ? std::optional(out) : std::nullopt;
  }
  Reader reader(text);
  if (!reader.run()) return std::nullopt;
  out = reader.address;
  out.is_v4 = is_mapped(out);
  if (out.is_v4 && (reader.dotted || !mapped_allowed)) return std::nullopt;
  return out;
}

// How many bits come before those of the address.
int lead(const Address& address) { return 128 - address.bits(); }

}  // namespace

std::optional<Address> parse_address(std::string_view text) { return parse_any(text, true); }

std::optional<Network> parse_network(std::string_view text) {
  const auto slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_any(text.substr(0, slash), false);
  if (!address) return std::nullopt;
  const auto prefix = plain_number(text.substr(slash + 1), address->bits());
  return prefix ? std::optional(Network{*address, *prefix}) : std::nullopt;
}

AddressText address_text(const Address& address) {
  Writer writer;
  writer.address(address);
  return writer.take();
}

AddressText network_text(const Network& network) {
  Writer writer;
  writer.address(network.address);
  writer.character('/');
  writer.number(network.prefix, 10);
  return writer.take();
}

Network masked(const Network& network) {
  Network out = network;
  for (int bit = lead(network.address) + network.prefix; bit < 128; ++bit) {
    const auto place = static_cast<std::size_t>(bit / 8);
    out.address.bytes[place] = static_cast<std::uint8_t>(out.address.bytes[place] & ~(0x80U >> (bit % 8)));
  }
  return out;
}

bool contains(const Network& network, const Address& address) {
  return network.address.is_v4 == address.is_v4 && masked({address, network.prefix}).address == masked(network).address;
}

}  // namespace weir::cel
