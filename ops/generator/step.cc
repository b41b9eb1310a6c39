#include "ops/generator/step.h"

#include <array>

namespace weir::generator {

std::string_view channel_name(Channel channel) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "online", "chip", "contactless", "atm", "mobile", "web", "standing_order", "direct_debit", "batch"};
  return kNames[static_cast<std::size_t>(channel)];
}

std::string_view authentication_name(Authentication authentication) {
  static constexpr std::array<std::string_view, 5> kNames = {"none", "pin", "device", "3ds", "frictionless"};
  return kNames[static_cast<std::size_t>(authentication)];
}

std::string_view change_name(Change change) {
  static constexpr std::array<std::string_view, 6> kNames = {"device_enrolled", "device_removed",  "email_changed",
                                                             "phone_changed",   "address_changed", "limit_raised"};
  return kNames[static_cast<std::size_t>(change)];
}

}  // namespace weir::generator
