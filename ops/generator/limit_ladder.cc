// A phone is stolen unlocked, with the card in its wallet. The thief does not know how much the bank lets pass without
// asking, so each purchase is dearer than the one before until one is refused, and the next round begins low again, at
// another shop. The honest twin buys the dear thing first and then what goes with it, each cheaper than the one before.
#include "ops/generator/twins.h"

namespace weir::generator {

namespace {

class LimitLadder final : public TwinScenario {
 public:
  std::string_view name() const override { return "limit_ladder"; }
  std::string_view twin_name() const override { return "dear_first"; }
  std::uint32_t share_percent() const override { return 34; }

 protected:
  Hours hours() const override { return Hours::kOnline; }

  Step visit(const World& world, const Payer& payer, std::size_t kind, Random& random) const override {
    // Amounts of different kinds don't meet, and where they are paid does not depend on them.
    static constexpr std::array<std::int64_t, kVisitKinds> kMedians = {1'400, 4'800, 16'000};
    static constexpr std::array<Category, 3> kGoods = {Category::kMarketplace, Category::kElectronics,
                                                       Category::kClothing};
    const Category category = kGoods[random.below(kGoods.size())];
    const std::int64_t cents = amount_near(world, kMedians[kind], 40, random);
    return online(world, payer, category, cents, false, random);
  }

  Step payoff(const World& world, const Payer& payer, Random& random) const override {
    return online(world, payer, Category::kElectronics, amount_near(world, 60'000, 50, random), false, random);
  }
};

}  // namespace

std::unique_ptr<Scenario> make_limit_ladder() { return std::make_unique<LimitLadder>(); }

}  // namespace weir::generator
