#include "ops/generator/scenario.h"

#include <array>

#include "ops/generator/identifiers.h"

namespace weir::generator {

std::uint32_t Script::payments() const {
  std::uint32_t count = 0;
  for (const Line& line : lines_) {
    const Step& step = line.step;
    if (step.action == Action::kCardPayment || step.action == Action::kTransferIn) ++count;
    if (step.action == Action::kTransferOut) count += step.party.of_this_bank() ? 2 : 1;
  }
  return count;
}

void Script::clear() {
  lines_.clear();
  aftermath_.clear();
}

std::vector<std::unique_ptr<Scenario>> make_scenarios() {
  // An incident's draws depend on its scenario's place here.
  static constexpr std::array kMakers = {
      make_card_testing,    make_account_takeover,    make_mule_fan_in,
      make_app_spree,       make_house_move,          make_group_collection,
      make_bust_out,        make_big_purchase,        make_structuring,
      make_rapid_movement,  make_funnel_account,      make_fan_out,
      make_dormant_account, make_round_amounts,       make_high_risk_corridor,
      make_shop_takings,    make_salary_sweep,        make_loan_purchase,
      make_rent_split,      make_landlord_rents,      make_wage_day,
      make_savings_used,    make_builder_instalments, make_family_abroad,
      make_scripted_prices, make_voucher_chain,       make_proving_round,
  };
  std::vector<std::unique_ptr<Scenario>> scenarios;
  for (const auto make : kMakers) scenarios.push_back(make());
  return scenarios;
}

double share_of(Kind kind, const GeneratorOptions& options) {
  switch (kind) {
    case Kind::kFraud:
      return options.fraud_share;
    case Kind::kFraudLookalike:
      return options.lookalike_share;
    case Kind::kLaundering:
      return options.laundering_share;
    case Kind::kLaunderingLookalike:
      return options.laundering_lookalike_share;
    case Kind::kOrder:
      return options.order_share * (1 + options.order_twins);
  }
  return 0;
}

std::uint32_t Scenario::regulars(const World& world, std::int64_t days) const {
  const GeneratorOptions& options = world.options;
  const auto a_day = static_cast<std::int64_t>(options.payments_per_day * options.customers + 0.5);
  const auto share_ppm = static_cast<std::int64_t>(share_of(kind(), options) * 1e6 + 0.5);
  const std::int64_t incidents = a_day * share_ppm / 100 * share_percent() * days / 1'000'000 / typical_payments();
  return static_cast<std::uint32_t>(incidents * 3 / 2 + 3);
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
