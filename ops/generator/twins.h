// Frauds whose only sign is the order of events, and their honest twins. One procedure makes both: visits, amounts,
// merchants and gaps are drawn before a last draw decides which of the two it is, and that says only in which order the
// visits of the rounds in the middle come. What comes first, the last three visits and the payments at the end don't
// depend on it, so that no count, sum, first or last value and no time since any kind of visit tells them apart.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "ops/generator/scenario.h"

namespace weir::generator {

// Every incident has visits of three kinds. An opening and a closing have one of each in any order; in between come the
// rounds, each with one of each kind.
inline constexpr std::size_t kVisitKinds = 3;
inline constexpr std::size_t kMostRounds = 6;
struct Visit {
  std::uint8_t kind = 0;
  std::uint8_t turn = 0;  // which of its kind: 0 in the opening, then the rounds, the last in the closing
  bool operator==(const Visit&) const = default;
};
using Kinds = std::array<std::uint8_t, kVisitKinds>;
struct Route {
  Kinds opening = {0, 1, 2};
  Kinds closing = {0, 1, 2};
  Kinds first = {0, 1, 2};  // round
  std::uint8_t rounds = 3;
  std::array<bool, kMostRounds> swaps{};  // what an honest round after another does besides
};
Route draw_route(std::uint32_t rounds, Random& random);
// As the fraud goes, the rounds repeat the first one. The honest twin goes on with what a round ended with, the other
// two in either order. Both have the same visits, round for round, and because no kind is preferred in either, over all
// routes everything that can be asked of the visits after any one place is distributed alike: how many of each kind,
// and which is the first and the last of any set of kinds.
std::vector<Visit> visits_of(const Route& route, bool honest);

class TwinScenario : public Scenario {
 public:
  Kind kind() const final { return Kind::kOrder; }
  std::uint32_t typical_payments() const final { return 17; }
  void plan(World& world, const Today& today, Random& random, Script& script) const final;

 protected:
  struct Payer {
    std::uint32_t customer = 0;
    std::uint16_t city = 0;
    Device phone;
  };

  // When it begins.
  virtual Hours hours() const = 0;
  // One payment of a kind of visit.
  virtual Step visit(const World& world, const Payer& payer, std::size_t kind, Random& random) const = 0;
  // One of the payments at the end, by which money is lost.
  virtual Step payoff(const World& world, const Payer& payer, Random& random) const = 0;

  // A log-normal amount of the median times the option's scale, within 0.6 and 1.7 times it.
  static std::int64_t amount_near(const World& world, std::int64_t median_cents, int spread_percent, Random& random);
  // A payment in a shop of the payer's city.
  static Step in_town(const World& world, const Payer& payer, Category category, std::int64_t cents, Random& random);
  // Cash from a machine of the payer's city.
  static Step cash(const World& world, const Payer& payer, std::int64_t cents, Random& random);
  // A payment from the payer's phone.
  static Step online(const World& world, const Payer& payer, Category category, std::int64_t cents, bool exact,
                     Random& random);

 private:
  void mark(Script& script, std::size_t visits, bool fraud) const;
};

}  // namespace weir::generator
