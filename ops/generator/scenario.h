// A scenario is a story of several steps in an order that matters: a fraud typology, or an honest look-alike of one.
// Each has a file of its own and is entered in scenario.cc; nothing else knows it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "ops/generator/calendar.h"
#include "ops/generator/step.h"
#include "ops/generator/world.h"

namespace weir::generator {

// One incident of a scenario, as planned before it begins.
class Script {
 public:
  struct Line {
    std::int64_t time_ms = 0;
    Step step;
  };

  void add(std::int64_t time_ms, Step step) { lines_.push_back({time_ms, std::move(step)}); }
  // Happens this long after the victims have reported the incident, if they do: cards replaced, devices removed.
  // Honest.
  void add_after_report(std::int64_t delay_ms, Step step) { aftermath_.push_back({delay_ms, std::move(step)}); }

  std::vector<Line>& lines() { return lines_; }
  const std::vector<Line>& lines() const { return lines_; }
  std::vector<Line>& aftermath() { return aftermath_; }
  // Payment records that the lines will make; a transfer between two customers of the bank makes two.
  std::uint32_t payments() const;
  void clear();

 private:
  std::vector<Line> lines_;
  std::vector<Line> aftermath_;
};

// Each kind has a share of all payments, chosen by an option.
enum class Kind : std::uint8_t {
  kFraud,
  kFraudLookalike,
  kLaundering,
  kLaunderingLookalike,
  kOrder,  // fraud or its honest twin, decided for each incident: see twins.h
};

class Scenario {
 public:
  virtual ~Scenario() = default;

  // Stands in the answer key; static storage.
  virtual std::string_view name() const = 0;
  virtual Kind kind() const = 0;
  bool fraud() const { return kind() == Kind::kFraud || kind() == Kind::kLaundering; }
  // Kind::kOrder: how the answer key calls the honest twin.
  virtual std::string_view twin_name() const { return {}; }
  // Its part of the payments of its kind, in percent. The parts of each kind sum to 100.
  virtual std::uint32_t share_percent() const = 0;
  // Payments of an average incident; only for pacing.
  virtual std::uint32_t typical_payments() const = 0;
  // Plans one incident that begins on that day. Its customers are claimed; where none is free the script stays empty.
  // The caller fills in the steps' reports, sorts the lines and, unless kind() is kOrder, says what they are.
  virtual void plan(World& world, const Today& today, Random& random, Script& script) const = 0;

 protected:
  // How many customers it takes if each does this about two times out of three, once in so many days.
  std::uint32_t regulars(const World& world, std::int64_t days) const;
};

// The option that is the share of that kind.
double share_of(Kind kind, const GeneratorOptions& options);

// All scenarios, always in the same order.
std::vector<std::unique_ptr<Scenario>> make_scenarios();

std::unique_ptr<Scenario> make_card_testing();
std::unique_ptr<Scenario> make_account_takeover();
std::unique_ptr<Scenario> make_mule_fan_in();
std::unique_ptr<Scenario> make_app_spree();
std::unique_ptr<Scenario> make_house_move();
std::unique_ptr<Scenario> make_group_collection();
std::unique_ptr<Scenario> make_bust_out();
std::unique_ptr<Scenario> make_big_purchase();
std::unique_ptr<Scenario> make_structuring();
std::unique_ptr<Scenario> make_rapid_movement();
std::unique_ptr<Scenario> make_funnel_account();
std::unique_ptr<Scenario> make_fan_out();
std::unique_ptr<Scenario> make_dormant_account();
std::unique_ptr<Scenario> make_round_amounts();
std::unique_ptr<Scenario> make_high_risk_corridor();
std::unique_ptr<Scenario> make_shop_takings();
std::unique_ptr<Scenario> make_salary_sweep();
std::unique_ptr<Scenario> make_loan_purchase();
std::unique_ptr<Scenario> make_rent_split();
std::unique_ptr<Scenario> make_landlord_rents();
std::unique_ptr<Scenario> make_wage_day();
std::unique_ptr<Scenario> make_savings_used();
std::unique_ptr<Scenario> make_builder_instalments();
std::unique_ptr<Scenario> make_family_abroad();
std::unique_ptr<Scenario> make_scripted_prices();
std::unique_ptr<Scenario> make_voucher_chain();
std::unique_ptr<Scenario> make_proving_round();

// How many gangs are at work at a time: one for each thousand customers, and two more.
std::uint32_t gang_count(const World& world);
// One of the few devices that a gang works with for five days, each with another address every day.
Device gang_device(const World& world, std::int32_t day, std::uint32_t gang, Random& random);
// One of the mule accounts that a gang sends money to for those days.
Party gang_mule(const World& world, std::int32_t day, std::uint32_t gang, Random& random);
inline constexpr std::int32_t kCampaignDays = 5;

}  // namespace weir::generator
