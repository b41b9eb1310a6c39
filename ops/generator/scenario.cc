#include "ops/generator/scenario.h"

#include "ops/generator/identifiers.h"

namespace weir::generator {

std::uint32_t Script::payments() const {
  std::uint32_t count = 0;
  for (const Line& line : lines_) {
    const Step& step = line.step;
    if (step.action == Action::kCardPayment || step.action == Action::kTransferIn) ++count;
    if (step.action == Action::kTransferOut) count += step.party.kind == PartyKind::kCustomer ? 2 : 1;
  }
  return count;
}

void Script::clear() {
  lines_.clear();
  aftermath_.clear();
}

std::vector<std::unique_ptr<Scenario>> make_scenarios() {
  std::vector<std::unique_ptr<Scenario>> scenarios;
  scenarios.push_back(make_card_testing());
  scenarios.push_back(make_account_takeover());
  scenarios.push_back(make_mule_fan_in());
  scenarios.push_back(make_app_spree());
  scenarios.push_back(make_house_move());
  scenarios.push_back(make_group_collection());
  return scenarios;
}

std::uint32_t gang_count(const World& world) { return 2 + world.customers.size() / 1'000; }

Device gang_device(const World& world, std::int32_t day, std::uint32_t gang, Random& random) {
  const std::uint64_t id = derive(world.options.seed, 0x6a46, day / kCampaignDays, gang, random.below(4)) | 1;
  // Mostly behind a proxy in a country where customers live.
  const bool proxy = random.chance(750'000);
  const auto country =
      static_cast<std::uint8_t>(random.below(proxy ? kHomeCountries : static_cast<std::uint32_t>(countries().size())));
  return {id, ip_address(country, derive(id, day, country))};
}

Party gang_mule(const World& world, std::int32_t day, std::uint32_t gang, Random& random) {
  const std::uint64_t number = derive(world.options.seed, 0x3a1e, day / kCampaignDays, gang, random.below(3));
  return {PartyKind::kMule, 0, static_cast<std::uint32_t>(number)};
}

}  // namespace weir::generator
