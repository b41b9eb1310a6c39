// Card, phone and PIN are stolen. Before each walk to a cash machine the thief makes sure that the card is not blocked:
// a few cents on the Internet, then a tap in a shop, where no terminal swallows a card, and only then the machine. A
// day in town goes the other way round: cash for the market, something to eat, a ticket bought on the phone for the way
// on.
#include "ops/generator/twins.h"

namespace weir::generator {

namespace {

class ProbeAndCash final : public TwinScenario {
 public:
  std::string_view name() const override { return "probe_and_cash"; }
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

std::unique_ptr<Scenario> make_probe_and_cash() { return std::make_unique<ProbeAndCash>(); }

}  // namespace weir::generator
