// Internet addresses and networks: their text, and how a Value holds them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/base/value.h"

namespace weir::cel {

// An IPv4 address is the last four bytes, behind those of ::ffff:0:0.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  int bits() const { return is_v4 ? 32 : 128; }
  bool operator==(const Address&) const = default;
};

// The first `prefix` bits name the network; the others are kept.
struct Network {
  Address address;
  int prefix = 0;
};

// "192.168.0.1", no digit too many; "2001:db8::1" in any form of RFC 4291, without a zone. An address of ::ffff:0:0/96
// is the IPv4 one in it if it is written in hexadecimal, and refused if its end is dotted.
std::optional<Address> parse_address(std::string_view text);
// An address, a slash, the prefix's length in decimal; nothing of ::ffff:0:0/96.
std::optional<Network> parse_network(std::string_view text);

struct AddressText {
  std::array<char, 48> characters{};
  std::size_t size = 0;
  std::string_view view() const { return {characters.data(), size}; }
};

// RFC 5952: lower case, the longest run of zeros as "::".
AddressText address_text(const Address& address);
AddressText network_text(const Network& network);

// Whether the first `prefix` bits of the network are those of the address, and both are of one family.
bool contains(const Network& network, const Address& address);
Network masked(const Network& network);

// `bytes` is where the value finds its 16 bytes: it must live as long.
inline Value make_address(const Address& address, void* bytes) {
  std::memcpy(bytes, address.bytes.data(), address.bytes.size());
  return Value::object(ValueKind::kAddress, bytes, address.is_v4 ? 4 : 6);
}
inline Value make_network(const Network& network, void* bytes) {
  std::memcpy(bytes, network.address.bytes.data(), network.address.bytes.size());
  const auto prefix = static_cast<std::uint32_t>(network.prefix);
  return Value::object(ValueKind::kNetwork, bytes, prefix << 8U | (network.address.is_v4 ? 4U : 6U));
}
// Of a kAddress, or of a kNetwork the address that it was made of.
inline Address address_of(const Value& value) {
  Address out;
  std::memcpy(out.bytes.data(), value.as_object(), out.bytes.size());
  out.is_v4 = (value.object_detail() & 255U) == 4;
  return out;
}
inline Network network_of(const Value& value) {
  return {address_of(value), static_cast<int>(value.object_detail() >> 8U)};
}

}  // namespace weir::cel
