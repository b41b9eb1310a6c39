#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include "rules/cel/reference_functions.h"

namespace weir::cel {
namespace {

using Texts = std::vector<std::string>;

ReferenceValue fault(ErrorCode code, Function function) { return reference_fault(code, function_name(function)); }
ReferenceValue no_overload(Function function) { return fault(ErrorCode::kNoSuchOverload, function); }

Texts split(const std::string& text, char separator) {
  Texts out(1);
  for (const char c : text) {
    if (c == separator) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

// A number as it is written again, at most `most`.
std::optional<int> number(const std::string& text, int most) {
  if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const int value = std::stoi(text);
  return std::to_string(value) == text && value <= most ? std::optional(value) : std::nullopt;
}

std::optional<std::vector<int>> dotted(const std::string& text) {
  std::vector<int> out;
  for (const auto& part : split(text, '.')) {
    const auto value = number(part, 255);
    if (!value) return std::nullopt;
    out.push_back(*value);
  }
  return out.size() == 4 ? std::optional(out) : std::nullopt;
}

// The bytes of one side of a "::".
std::optional<std::vector<int>> side(const std::string& text, bool may_end_dotted) {
  std::vector<int> out;
  const auto groups = text.empty() ? Texts{} : split(text, ':');
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].find('.') != std::string::npos) {
      const auto last = dotted(groups[i]);
      if (!last || !may_end_dotted || i + 1 != groups.size()) return std::nullopt;
      out.insert(out.end(), last->begin(), last->end());
      continue;
    }
    const bool digits = groups[i].find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (groups[i].empty() || groups[i].size() > 4 || !digits) return std::nullopt;
    const int value = std::stoi(groups[i], nullptr, 16);
    out.push_back(value / 256);
    out.push_back(value % 256);
  }
  return out;
}

std::optional<ReferenceAddress> address_of(const std::string& text, bool mapped_allowed) {
  if (text.find(':') == std::string::npos) {
    const auto bytes = dotted(text);
    return bytes ? std::optional(ReferenceAddress{*bytes}) : std::nullopt;
  }
  const auto gap = text.find("::");
  const bool whole = gap == std::string::npos;
  auto bytes = side(text.substr(0, gap), whole);
  if (!bytes) return std::nullopt;
  if (!whole) {
    const auto behind = side(text.substr(gap + 2), true);
    if (!behind || bytes->size() + behind->size() > 14) return std::nullopt;
    bytes->resize(16 - behind->size());
    bytes->insert(bytes->end(), behind->begin(), behind->end());
  }
  if (bytes->size() != 16) return std::nullopt;
  const bool mapped =
      std::vector<int>(bytes->begin(), bytes->begin() + 12) == std::vector<int>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};
  if (!mapped) return ReferenceAddress{*bytes};
  if (!mapped_allowed || text.find('.') != std::string::npos) return std::nullopt;
  return ReferenceAddress{{bytes->begin() + 12, bytes->end()}};
}

std::optional<ReferenceNetwork> network_of(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const auto address = address_of(text.substr(0, slash), false);
  if (!address) return std::nullopt;
  const auto prefix = number(text.substr(slash + 1), static_cast<int>(address->bytes.size()) * 8);
  return prefix ? std::optional(ReferenceNetwork{*address, *prefix}) : std::nullopt;
}

std::string bits_of(const ReferenceAddress& address) {
  std::string out;
  for (const int byte : address.bytes) {
    for (int place = 128; place > 0; place /= 2) out += byte / place % 2 == 1 ? '1' : '0';
  }
  return out;
}

bool contains(const ReferenceNetwork& network, const ReferenceAddress& address) {
  const auto size = static_cast<std::size_t>(network.prefix);
  return network.address.bytes.size() == address.bytes.size() &&
         bits_of(network.address).substr(0, size) == bits_of(address).substr(0, size);
}

bool within(const ReferenceAddress& address, const std::string& text) { return contains(*network_of(text), address); }

ReferenceValue on_address(Function function, const ReferenceAddress& address) {
  const bool loopback = within(address, "127.0.0.0/8") || within(address, "::1/128");
  const bool unspecified = within(address, "0.0.0.0/32") || within(address, "::/128");
  const bool link_local = within(address, "169.254.0.0/16") || within(address, "fe80::/10");
  const bool multicast = within(address, "224.0.0.0/4") || within(address, "ff00::/8");
  const bool broadcast = within(address, "255.255.255.255/32");
  switch (function) {
    case Function::kFamily:
      return {address.bytes.size() == 4 ? std::int64_t{4} : std::int64_t{6}};
    case Function::kIsLoopback:
      return {loopback};
    case Function::kIsUnspecified:
      return {unspecified};
    case Function::kIsGlobalUnicast:
      return {!loopback && !unspecified && !link_local && !multicast && !broadcast};
    case Function::kIsLinkLocalUnicast:
      return {link_local};
    default: {
      bool found = within(address, "224.0.0.0/24");
      for (const char flags : std::string("0123456789abcdef")) {
        found = found || within(address, std::string("ff") + flags + "2::/16");
      }
      return {found};
    }
  }
}

ReferenceNetwork masked(ReferenceNetwork network) {
  auto bits = bits_of(network.address).substr(0, static_cast<std::size_t>(network.prefix));
  bits.resize(network.address.bytes.size() * 8, '0');
  for (std::size_t i = 0; i < network.address.bytes.size(); ++i) {
    network.address.bytes[i] = std::stoi(bits.substr(i * 8, 8), nullptr, 2);
  }
  return network;
}

ReferenceValue from_text(Function function, const std::string& text) {
  if (function == Function::kCidr || function == Function::kIsCidr) {
    const auto network = network_of(text);
    if (function == Function::kIsCidr) return {network.has_value()};
    return network ? ReferenceValue{*network} : fault(ErrorCode::kInvalidArgument, function);
  }
  const auto address = address_of(text, true);
  if (function == Function::kIsIp) return {address.has_value()};
  if (!address) return fault(ErrorCode::kInvalidArgument, function);
  if (function == Function::kIp) return {*address};
  return {reference_text_of(*address) == text};
}

ReferenceValue on_network(Function function, const ReferenceNetwork& network, const ReferenceValue& other) {
  switch (function) {
    case Function::kIp:
      return {network.address};
    case Function::kMasked:
      return {masked(network)};
    case Function::kPrefixLength:
      return {std::int64_t{network.prefix}};
    case Function::kContainsIp: {
      const auto address = other.is<std::string>() ? from_text(Function::kIp, other.as<std::string>()) : other;
      if (address.is_fault()) return fault(ErrorCode::kInvalidArgument, function);
      if (!address.is<ReferenceAddress>()) return no_overload(function);
      return {contains(network, address.as<ReferenceAddress>())};
    }
    default: {
      const auto inner = other.is<std::string>() ? from_text(Function::kCidr, other.as<std::string>()) : other;
      if (inner.is_fault()) return fault(ErrorCode::kInvalidArgument, function);
      if (!inner.is<ReferenceNetwork>()) return no_overload(function);
      const auto& smaller = inner.as<ReferenceNetwork>();
      return {network.prefix <= smaller.prefix && contains(network, smaller.address)};
    }
  }
}

}  // namespace

std::string reference_text_of(const ReferenceAddress& address) {
  std::string out;
  if (address.bytes.size() == 4) {
    for (const int byte : address.bytes) out += (out.empty() ? "" : ".") + std::to_string(byte);
    return out;
  }
  std::string groups;  // ":" before each
  for (std::size_t i = 0; i < 16; i += 2) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, ":%x", static_cast<unsigned>(address.bytes[i] * 256 + address.bytes[i + 1]));
    groups += buffer;
  }
  groups += ":";
  for (int zeros = 8; zeros >= 2; --zeros) {
    std::string run = ":";
    for (int i = 0; i < zeros; ++i) run += "0:";
    const auto place = groups.find(run);
    if (place == std::string::npos) continue;
    groups.replace(place, run.size(), "::");
    break;
  }
  if (!groups.starts_with("::")) groups.erase(0, 1);
  if (!groups.ends_with("::")) groups.pop_back();
  return groups;
}

ReferenceValue reference_network(Function function, const std::vector<ReferenceValue>& arguments) {
  const auto& first = arguments[0];
  const bool makes = function <= Function::kIpIsCanonical;
  if (makes && first.is<std::string>()) return from_text(function, first.as<std::string>());
  const bool tests = function >= Function::kFamily && function <= Function::kIsLinkLocalUnicast;
  if (tests && first.is<ReferenceAddress>()) return on_address(function, first.as<ReferenceAddress>());
  const bool of_network = function == Function::kIp || function >= Function::kContainsIp;
  if (!of_network || !first.is<ReferenceNetwork>()) return no_overload(function);
  return on_network(function, first.as<ReferenceNetwork>(), arguments.back());
}

}  // namespace weir::cel
