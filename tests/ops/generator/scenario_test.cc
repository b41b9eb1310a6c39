// Each scenario's own script, over many incidents: what comes before what.
#include "ops/generator/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST_F(ScenarioTest, SharesOfEachKindSumToAHundred) {
  std::uint32_t fraud = 0;
  std::uint32_t honest = 0;
  std::set<std::string_view> names;
  for (const auto& scenario : make_scenarios()) {
    (scenario->fraud() ? fraud : honest) += scenario->share_percent();
    names.insert(scenario->name());
  }
  EXPECT_EQ(fraud, 100U);
  EXPECT_EQ(honest, 100U);
  EXPECT_EQ(names.size(), make_scenarios().size());
}

}  // namespace
}  // namespace weir::generator
