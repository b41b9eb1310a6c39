#include <algorithm>

#include "rules/cel/address.h"
#include "rules/cel/library.h"

namespace weir::cel {
namespace {

Value failure(ErrorCode code, Function function) { return Value::error(code, function_name(function)); }
Value no_overload(Function function) { return failure(ErrorCode::kNoSuchOverload, function); }

Value kept(const Address& address, Function function, Scratch& scratch) {
  Value* cell = scratch.allocate_values(1);
  return cell == nullptr ? failure(ErrorCode::kCostLimit, function) : make_address(address, cell);
}
Value kept(const Network& network, Function function, Scratch& scratch) {
  Value* cell = scratch.allocate_values(1);
  return cell == nullptr ? failure(ErrorCode::kCostLimit, function) : make_network(network, cell);
}

Value from_text(Function function, const Value& text, Scratch& scratch) {
  if (!text.is(ValueKind::kString)) return no_overload(function);
  if (function == Function::kCidr || function == Function::kIsCidr) {
    const auto network = parse_network(text.as_string());
    if (function == Function::kIsCidr) return Value::boolean(network.has_value());
    return network ? kept(*network, function, scratch) : failure(ErrorCode::kInvalidArgument, function);
  }
  const auto address = parse_address(text.as_string());
  if (function == Function::kIsIp) return Value::boolean(address.has_value());
  if (!address) return failure(ErrorCode::kInvalidArgument, function);
  if (function == Function::kIp) return kept(*address, function, scratch);
  return Value::boolean(address_text(*address).view() == text.as_string());
}

bool is_multicast(const Address& address) {
  return address.is_v4 ? (address.bytes[12] & 0xF0U) == 0xE0 : address.bytes[0] == 0xFF;
}

bool is_loopback(const Address& address) {
  static const Address kLoopback = *parse_address("::1");
  return address.is_v4 ? address.bytes[12] == 127 : address == kLoopback;
}

bool is_unspecified(const Address& address) {
  return std::all_of(address.bytes.begin() + (address.is_v4 ? 12 : 0), address.bytes.end(),
                     [](std::uint8_t byte) { return byte == 0; });
}

bool is_link_local_unicast(const Address& address) {
  const auto& bytes = address.bytes;
  return address.is_v4 ? bytes[12] == 169 && bytes[13] == 254 : bytes[0] == 0xFE && (bytes[1] & 0xC0U) == 0x80;
}

// In IPv6 with any flags.
bool is_link_local_multicast(const Address& address) {
  const auto& bytes = address.bytes;
  return address.is_v4 ? bytes[12] == 224 && bytes[13] == 0 && bytes[14] == 0
                       : bytes[0] == 0xFF && (bytes[1] & 0x0FU) == 2;
}

// Private addresses, too: what is meant for one host and may be routed.
bool is_global_unicast(const Address& address) {
  const bool broadcast = address.is_v4 && std::all_of(address.bytes.begin() + 12, address.bytes.end(),
                                                      [](std::uint8_t byte) { return byte == 255; });
  return !broadcast && !is_unspecified(address) && !is_loopback(address) && !is_multicast(address) &&
         !is_link_local_unicast(address);
}

Value address_test(Function function, const Value& value) {
  if (!value.is(ValueKind::kAddress)) return no_overload(function);
  const Address address = address_of(value);
  switch (function) {
    case Function::kFamily:
      return Value::int64(address.is_v4 ? 4 : 6);
    case Function::kIsLoopback:
      return Value::boolean(is_loopback(address));
    case Function::kIsUnspecified:
      return Value::boolean(is_unspecified(address));
    case Function::kIsGlobalUnicast:
      return Value::boolean(is_global_unicast(address));
    case Function::kIsLinkLocalMulticast:
      return Value::boolean(is_link_local_multicast(address));
    default:
      return Value::boolean(is_link_local_unicast(address));
  }
}

Value contains_address(const Network& network, const Value& value) {
  constexpr auto kFunction = Function::kContainsIp;
  if (value.is(ValueKind::kAddress)) return Value::boolean(contains(network, address_of(value)));
  if (!value.is(ValueKind::kString)) return no_overload(kFunction);
  const auto address = parse_address(value.as_string());
  return address ? Value::boolean(contains(network, *address)) : failure(ErrorCode::kInvalidArgument, kFunction);
}

Value contains_network(const Network& network, const Value& value) {
  constexpr auto kFunction = Function::kContainsCidr;
  if (!value.is(ValueKind::kNetwork) && !value.is(ValueKind::kString)) return no_overload(kFunction);
  const auto other =
      value.is(ValueKind::kNetwork) ? std::optional(network_of(value)) : parse_network(value.as_string());
  if (!other) return failure(ErrorCode::kInvalidArgument, kFunction);
  return Value::boolean(network.prefix <= other->prefix && contains(network, other->address));
}

}  // namespace

Value network_call(Function function, std::span<const Value> arguments, Scratch& scratch) {
  const Value& first = arguments[0];
  const bool of_network = function >= Function::kContainsIp || first.is(ValueKind::kNetwork);
  if (function <= Function::kIpIsCanonical && !(function == Function::kIp && of_network)) {
    return from_text(function, first, scratch);
  }
  if (!of_network) return address_test(function, first);
  if (!first.is(ValueKind::kNetwork)) return no_overload(function);
  const Network network = network_of(first);
  switch (function) {
    case Function::kIp:
      return kept(network.address, function, scratch);
    case Function::kMasked:
      return kept(masked(network), function, scratch);
    case Function::kPrefixLength:
      return Value::int64(network.prefix);
    case Function::kContainsIp:
      return contains_address(network, arguments[1]);
    case Function::kContainsCidr:
      return contains_network(network, arguments[1]);
    default:
      return no_overload(function);
  }
}

}  // namespace weir::cel
