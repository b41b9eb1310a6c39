// Each scenario's own script, over many incidents: what comes before what.
#include "ops/generator/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/civil_time.h"

namespace weir::generator {
namespace {

class ScenarioTest : public ::testing::Test {
 protected:
  static constexpr std::int32_t kFirstDay = 20'458;  // Monday, 2026-01-05

  // Calls `check` with 400 incidents, sorted as they happen.
  template <class Check>
  void for_each_incident(const Scenario& scenario, Check check) {
    Random random(99);
    Script script;
    std::size_t planned = 0;
    std::uint64_t payments = 0;
    for (std::int32_t i = 0; i < 400; ++i) {
      script.clear();
      today_ = make_today(kFirstDay + i);
      scenario.plan(world_, today_, random, script);
      if (script.lines().empty()) continue;
      ++planned;
      payments += script.payments();
      std::stable_sort(script.lines().begin(), script.lines().end(),
                       [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
      // Every step lies behind what the generator may already have sent when it plans the day.
      ASSERT_GE(script.lines().front().time_ms, today_.start_ms() - kDayMs / 2);
      check(script);
    }
    EXPECT_GE(planned, 395U);
    // The pace that the shares rest upon.
    EXPECT_NEAR(static_cast<double>(payments) / static_cast<double>(planned), scenario.typical_payments(),
                0.35 * scenario.typical_payments());
  }

  std::int64_t cents(const Step& step) const {
    return step.action == Action::kCardPayment ? to_cents(step.amount, world_.merchants.country(step.merchant))
                                               : step.amount;
  }

  World world_{[] {
    GeneratorOptions options;
    options.seed = 12;
    options.laundering_lookalike_share = 0.03;  // enough landlords for an incident a day
    return options;
  }()};
  Today today_;
};

TEST_F(ScenarioTest, CardTestingProbesBeforeItCashesOutWithinHours) {
  for_each_incident(*make_card_testing(), [&](Script& script) {
    std::int64_t last_probe_ms = 0;
    std::int64_t first_purchase_ms = 0;
    int probes = 0;
    int purchases = 0;
    for (const Script::Line& line : script.lines()) {
      ASSERT_EQ(line.step.action, Action::kCardPayment);
      ASSERT_EQ(line.step.channel, Channel::kOnline);
      ASSERT_EQ(line.step.customer, script.lines().front().step.customer);
      if (cents(line.step) < 600) {
        ++probes;
        last_probe_ms = line.time_ms;
      } else {
        ASSERT_GE(cents(line.step), 14'000);
        if (purchases++ == 0) first_purchase_ms = line.time_ms;
      }
    }
    ASSERT_GE(probes, 3);
    ASSERT_GE(purchases, 2);
    ASSERT_GE(first_purchase_ms - last_probe_ms, 20 * kMinuteMs);
    ASSERT_LE(first_purchase_ms - last_probe_ms, 11 * kHourMs);
    ASSERT_EQ(script.aftermath().at(0).step.action, Action::kReplaceCard);
  });
}

TEST_F(ScenarioTest, AccountTakeoverEnrolsADeviceThenChangesContactsThenPaysANewPayee) {
  for_each_incident(*make_account_takeover(), [&](Script& script) {
    const auto& lines = script.lines();
    ASSERT_EQ(lines[0].step.change, Change::kDeviceEnrolled);
    const std::uint64_t device = lines[0].step.device.id;
    ASSERT_NE(device, world_.customers.phone_id(lines[0].step.customer, today_.day));
    bool contact_changed = false;
    bool paid = false;
    for (const Script::Line& line : lines) {
      ASSERT_EQ(line.step.device.id, device);
      if (line.step.action == Action::kProfileChange) {
        ASSERT_FALSE(paid);
        contact_changed =
            contact_changed || line.step.change == Change::kEmail || line.step.change == Change::kPhoneNumber;
        continue;
      }
      ASSERT_TRUE(contact_changed);
      ASSERT_EQ(line.step.action, Action::kTransferOut);
      ASSERT_EQ(line.step.party.kind, PartyKind::kMule);
      paid = true;
    }
    ASSERT_TRUE(paid);
    ASSERT_EQ(script.aftermath().at(0).step.change, Change::kDeviceRemoved);
  });
}

TEST_F(ScenarioTest, MuleReceivesFromManyBeforeItSendsOnAndNeverMoreThanItReceived) {
  for_each_incident(*make_mule_fan_in(), [&](Script& script) {
    const auto receives = [](const Step& step) {
      return step.action == Action::kTransferIn ||
             (step.action == Action::kTransferOut && step.party.kind == PartyKind::kCustomer);
    };
    std::set<std::pair<bool, std::uint32_t>> payers;
    std::int64_t balance = 0;
    std::int64_t received = 0;
    std::int64_t sent = 0;
    std::size_t before_first_out = 0;
    for (const Script::Line& line : script.lines()) {
      const Step& step = line.step;
      if (receives(step)) {
        const bool outside = step.action == Action::kTransferIn;
        payers.emplace(outside, outside ? step.party.number : step.customer);
        received += cents(step);
        balance += cents(step);
        before_first_out += sent == 0;
      } else {
        sent += cents(step);
        balance -= cents(step);
        ASSERT_GE(balance, 0);
      }
    }
    ASSERT_GE(before_first_out, 5U);
    ASSERT_GE(payers.size(), 5U);
    ASSERT_GE(sent * 100, received * 80);
  });
}

TEST_F(ScenarioTest, AppSpreeIsSmallPurchasesFromTheCustomersOwnPhone) {
  int dear_first = 0;
  int dear_last = 0;
  for_each_incident(*make_app_spree(), [&](Script& script) {
    int small = 0;
    for (const Script::Line& line : script.lines()) {
      const Step& step = line.step;
      ASSERT_EQ(step.device.id, world_.customers.phone_id(step.customer, day_of(script.lines()[0].time_ms)));
      small += cents(step) < 2'000;
    }
    ASSERT_GE(small, 3);
    dear_first += cents(script.lines().front().step) > 5'000;
    dear_last += cents(script.lines().back().step) > 5'000;
  });
  // Both orders occur, and only one of them is that of card testing.
  EXPECT_NEAR(dear_first, 80, 25);
  EXPECT_NEAR(dear_last, 140, 30);
}

TEST_F(ScenarioTest, HouseMovePaysADepositToTheNextLandlord) {
  for_each_incident(*make_house_move(), [&](Script& script) {
    const std::uint32_t customer = script.lines().front().step.customer;
    bool address = false;
    bool deposit = false;
    for (const Script::Line& line : script.lines()) {
      address = address || (line.step.action == Action::kProfileChange && line.step.change == Change::kAddress);
      if (line.step.memo == Memo::kDeposit) {
        deposit = true;
        ASSERT_EQ(line.step.party.number, world_.landlord(customer, 1).number);
        ASSERT_GE(cents(line.step), 20'000);
      }
      if (line.step.channel == Channel::kChip) {
        ASSERT_NE(weekday_from_ms(line.time_ms), 0) << "shops are shut";
      }
    }
    ASSERT_TRUE(address && deposit);
  });
}

TEST_F(ScenarioTest, GroupCollectionSpendsAtMostWhatCameInAfterAllOfIt) {
  for_each_incident(*make_group_collection(), [&](Script& script) {
    std::int64_t collected = 0;
    for (std::size_t i = 0; i + 1 < script.lines().size(); ++i) collected += cents(script.lines()[i].step);
    const Step& last = script.lines().back().step;
    ASSERT_NE(last.action, Action::kTransferIn);
    ASSERT_LE(cents(last), collected + 1);  // a currency's rounding
    ASSERT_GE(cents(last) * 100, collected * 87);
  });
}

TEST_F(ScenarioTest, BustOutEmptiesTheCardFromTheOwnPhoneAfterTheLimit) {
  for_each_incident(*make_bust_out(), [&](Script& script) {
    std::int64_t spent = 0;
    for (const Script::Line& line : script.lines()) {
      if (line.step.action == Action::kProfileChange) {
        ASSERT_EQ(&line, script.lines().data()) << "the limit is raised first";
        continue;
      }
      spent += cents(line.step);
      const std::uint64_t own = world_.customers.phone_id(line.step.customer, day_of(line.time_ms));
      ASSERT_TRUE(line.step.device.id == 0 || line.step.device.id == own);
    }
    ASSERT_GE(script.payments(), 6U);
    ASSERT_GE(spent, 100'000);
  });
}

TEST_F(ScenarioTest, StructuredDepositsStayBelowTheLimit) {
  int near = 0;
  for_each_incident(*make_structuring(), [&](Script& script) {
    std::int64_t balance = 0;
    int deposits = 0;
    for (const Script::Line& line : script.lines()) {
      balance += line.step.action == Action::kTransferIn ? cents(line.step) : -cents(line.step);
      ASSERT_GE(balance, 0);
      if (line.step.action != Action::kTransferIn) continue;
      ++deposits;
      ASSERT_EQ(line.step.party.kind, PartyKind::kTill);
      ASSERT_LT(cents(line.step), 1'000'000);
      ASSERT_EQ(cents(line.step) % 5'000, 0) << "notes";
      near += deposits == 1 && cents(line.step) >= 750'000;
    }
    ASSERT_GE(deposits, 4);
  });
  EXPECT_NEAR(near, 300, 40);
}

// What comes in goes out again, and never more than came in.
TEST_F(ScenarioTest, LaunderedMoneyPassesThrough) {
  for (const auto make : {make_rapid_movement, make_funnel_account, make_fan_out, make_dormant_account}) {
    for_each_incident(*make(), [&](Script& script) {
      const bool savings = script.lines().front().step.savings;
      std::int64_t received = 0;
      std::int64_t sent = 0;
      for (const Script::Line& line : script.lines()) {
        ASSERT_EQ(line.step.savings, savings);
        (line.step.action == Action::kTransferIn ? received : sent) += cents(line.step);
        ASSERT_LE(sent, received);
      }
      ASSERT_GE(sent * 100, received * 68) << make()->name();
    });
  }
}

TEST_F(ScenarioTest, ADormantAccountIsNotWokenTwiceInAYear) {
  std::map<std::uint32_t, std::int64_t> woken;
  for (const auto make : {make_dormant_account, make_savings_used}) {
    for_each_incident(*make(), [&](Script& script) {
      const Script::Line& first = script.lines().front();
      ASSERT_TRUE(first.step.savings);
      const auto [known, is_new] = woken.emplace(first.step.customer, first.time_ms);
      ASSERT_TRUE(is_new || first.time_ms - known->second > 365 * kDayMs);
    });
    woken.clear();  // each maker's days begin anew, in the same world
    for (std::uint32_t i = 0; i < world_.customers.size(); ++i) {
      world_.customers.mutate(i).busy_until_ms = 0;
      world_.customers.mutate(i).savings_used_ms = INT64_MIN / 2;
    }
  }
}

TEST_F(ScenarioTest, FanOutPaysManyWhereWagesPayTheSameOnesAgain) {
  std::set<std::uint32_t> known;
  int again = 0;
  int wages = 0;
  for_each_incident(*make_wage_day(), [&](Script& script) {
    for (const Script::Line& line : script.lines()) {
      if (line.step.memo != Memo::kWages) continue;
      ++wages;
      again += !known.insert(line.step.party.number).second;
    }
  });
  EXPECT_GT(again, wages * 3 / 4);
  for_each_incident(*make_fan_out(), [&](Script& script) {
    std::set<std::pair<PartyKind, std::uint32_t>> payees;
    for (const Script::Line& line : script.lines()) {
      if (line.step.action == Action::kTransferOut) payees.emplace(line.step.party.kind, line.step.party.number);
    }
    ASSERT_GE(payees.size(), 7U);
  });
}

TEST_F(ScenarioTest, CorridorsHaveSeveralPayeesWhereFamiliesHaveOneOrTwo) {
  const auto payees = [](Script& script) {
    std::set<std::uint32_t> far;
    for (const Script::Line& line : script.lines()) {
      if (line.step.party.kind == PartyKind::kFarAway) far.insert(line.step.party.number);
    }
    return far.size();
  };
  std::size_t several = 0;
  for_each_incident(*make_high_risk_corridor(), [&](Script& script) { several += payees(script) >= 2; });
  EXPECT_GE(several, 360U);
  for_each_incident(*make_family_abroad(), [&](Script& script) {
    ASSERT_GE(payees(script), 1U);
    ASSERT_LE(payees(script), 2U);
  });
}

// Every scenario that has no test of its own above: it is paced as it says.
TEST_F(ScenarioTest, LookalikesOfLaunderingAreAsLongAsTheySay) {
  for (const auto make : {make_big_purchase, make_shop_takings, make_salary_sweep, make_loan_purchase, make_rent_split,
                          make_builder_instalments}) {
    for_each_incident(*make(), [&](Script& script) { ASSERT_FALSE(script.lines().empty()); });
  }
}

TEST_F(ScenarioTest, ALandlordsTenantsAreTheSameEveryMonth) {
  std::map<std::uint32_t, std::set<std::uint32_t>> tenants;
  for_each_incident(*make_landlord_rents(), [&](Script& script) {
    std::set<std::uint32_t> paid;
    for (const Script::Line& line : script.lines()) {
      if (line.step.action == Action::kTransferIn) paid.insert(line.step.party.number);
      const CivilTime date = civil_from_ms(line.time_ms);
      ASSERT_LE(date.day, 7);
    }
    ASSERT_GE(paid.size(), 4U);
    const auto [known, is_new] = tenants.emplace(script.lines().front().step.customer, paid);
    ASSERT_TRUE(is_new || known->second == paid);
  });
}

TEST_F(ScenarioTest, SharesOfEachKindSumToAHundred) {
  std::map<Kind, std::uint32_t> percent;
  std::set<std::string_view> names = {""};
  std::size_t twins = 0;
  for (const auto& scenario : make_scenarios()) {
    percent[scenario->kind()] += scenario->share_percent();
    names.insert(scenario->name());
    twins += names.insert(scenario->twin_name()).second && scenario->kind() == Kind::kOrder;
  }
  const std::map<Kind, std::uint32_t> whole = {{Kind::kFraud, 100},
                                               {Kind::kFraudLookalike, 100},
                                               {Kind::kLaundering, 100},
                                               {Kind::kLaunderingLookalike, 100},
                                               {Kind::kOrder, 100}};
  EXPECT_EQ(percent, whole);
  EXPECT_EQ(twins, 3U);
  EXPECT_EQ(names.size(), 1 + make_scenarios().size() + twins);
}

}  // namespace
}  // namespace weir::generator
