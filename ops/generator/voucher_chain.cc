// Phone and card are stolen together, the PIN was watched. Vouchers are bought with the card and played at a betting
// shop on the Internet, and cash is drawn. Whoever launders the money has a routine, each round like the one before, so
// that nothing is done twice running. On an honest night out the same is done as it comes: who draws cash draws some
// more, who bets bets again.
#include "ops/generator/twins.h"

namespace weir::generator {

namespace {

class VoucherChain final : public TwinScenario {
 public:
  std::string_view name() const override { return "voucher_chain"; }
  std::string_view twin_name() const override { return "night_out"; }
  std::uint32_t share_percent() const override { return 33; }

 protected:
  Hours hours() const override { return Hours::kNight; }

  Step visit(const World& world, const Payer& payer, std::size_t kind, Random& random) const override {
    if (kind == 0) {
      return online(world, payer, Category::kGiftCards, amount_near(world, 5'000, 50, random), false, random);
    }
    if (kind == 1) {
      return online(world, payer, Category::kGambling, amount_near(world, 4'000, 60, random), false, random);
    }
    return cash(world, payer, amount_near(world, 10'000, 60, random), random);
  }

  Step payoff(const World& world, const Payer& payer, Random& random) const override {
    return in_town(world, payer, Category::kJewellery, amount_near(world, 55'000, 50, random), random);
  }
};

}  // namespace

std::unique_ptr<Scenario> make_voucher_chain() { return std::make_unique<VoucherChain>(); }

}  // namespace weir::generator
