// Card, phone and PIN are stolen. A machine keeps a card that was reported, so each round proves again that it was not:
// a few cents on the Internet, a tap in a shop, the machine, in the order that this thief is used to. The honest twin
// is a day in town: cash for the market, something to eat, tickets bought on the phone, and again where one happens to
// be.
#include "ops/generator/twins.h"

namespace weir::generator {

namespace {

class ProvingRound final : public TwinScenario {
 public:
  std::string_view name() const override { return "proving_round"; }
  std::string_view twin_name() const override { return "day_in_town"; }
  std::uint32_t share_percent() const override { return 33; }

 protected:
  Hours hours() const override { return Hours::kShop; }

  Step visit(const World& world, const Payer& payer, std::size_t kind, Random& random) const override {
    if (kind == 0) {
      return online(world, payer, Category::kTransit, amount_near(world, 240, 60, random), true, random);
    }
    if (kind == 1) return tap(world, payer, random);
    return cash(world, payer, amount_near(world, 5'000, 60, random), random);
  }

  Step payoff(const World& world, const Payer& payer, Random& random) const override {
    return in_town(world, payer, Category::kDepartment, amount_near(world, 40'000, 50, random), random);
  }

 private:
  static Step tap(const World& world, const Payer& payer, Random& random) {
    const Category category = random.chance(500'000) ? Category::kBakery : Category::kFastFood;
    Step step = in_town(world, payer, category, amount_near(world, 800, 60, random), random);
    step.channel = Channel::kContactless;
    step.authentication = random.chance(450'000) ? Authentication::kDevice : Authentication::kNone;
    return step;
  }
};

}  // namespace

std::unique_ptr<Scenario> make_proving_round() { return std::make_unique<ProvingRound>(); }

}  // namespace weir::generator
