// A phone is stolen unlocked, with the card in its wallet, and a program buys on the Internet with it: it goes through
// three price steps, so that no two like amounts follow each other, which rules on repetition would notice, and begins
// again. The honest twin works off a list in no particular order, and goes on at the price where it was.
#include "ops/generator/twins.h"

namespace weir::generator {

namespace {

class ScriptedPrices final : public TwinScenario {
 public:
  std::string_view name() const override { return "scripted_prices"; }
  std::string_view twin_name() const override { return "shopping_list"; }
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

std::unique_ptr<Scenario> make_scripted_prices() { return std::make_unique<ScriptedPrices>(); }

}  // namespace weir::generator
