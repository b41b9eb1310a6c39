#include "ops/generator/identifiers.h"

#include <gtest/gtest.h>

#include <set>

#include "ops/generator/customers.h"
#include "ops/generator/parties.h"
#include "ops/generator/words.h"

namespace weir::generator {
namespace {

// ISO/IEC 7812-1: from the right, every second digit doubled, digits summed, a multiple of ten.
bool passes_luhn(const std::string& number) {
  int sum = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const int digit = number[number.size() - 1 - i] - '0';
    sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
  }
  return sum % 10 == 0;
}

// ISO 13616: the country and check digits moved to the end, letters as 10 to 35, the rest modulo 97 is 1.
bool passes_iban_check(const std::string& iban) {
  int rest = 0;
  for (const char c : iban.substr(4) + iban.substr(0, 4)) {
    for (const char digit : c >= 'A' ? std::to_string(c - 'A' + 10) : std::string(1, c)) {
      rest = (rest * 10 + digit - '0') % 97;
    }
  }
  return rest == 1;
}

TEST(Identifiers, IbanOfTheRegistrysExampleHasItsCheckDigits) {
  std::string iban;
  append_iban(iban, "DE", "37040044", 532013000);
  EXPECT_EQ(iban, "DE89370400440532013000");
  iban.clear();
  append_iban(iban, "NL", "ABNA", 417164300);
  EXPECT_EQ(iban, "NL91ABNA0417164300");
}

TEST(Identifiers, CardNumbersPassTheLuhnCheck) {
  for (std::uint32_t serial = 0; serial < 10'000'000; serial += 99'991) {
    std::string number;
    append_card_number(number, serial % 8, serial);
    ASSERT_EQ(number.size(), 16U);
    ASSERT_EQ(number.substr(0, 6), "400000");
    ASSERT_TRUE(passes_luhn(number)) << number;
  }
}

TEST(Identifiers, AddressesLieInTheSharedSpace) {
  std::string text;
  append_ip(text, ip_address(0, 0));
  EXPECT_EQ(text, "100.64.0.1");
  text.clear();
  append_ip(text, ip_address(63, ~0ULL));
  EXPECT_EQ(text.substr(0, 12), "100.127.255.");
}

TEST(Identifiers, CustomersShareNoAccountCardOrAddress) {
  const Customers customers(3, 20'000);
  std::set<std::string> accounts;
  std::set<std::string> cards;
  std::set<std::string> addresses;
  for (std::uint32_t i = 0; i < customers.size(); ++i) {
    std::string account;
    std::string card;
    std::string expiry;
    std::string email;
    customers.append_account(account, i);
    customers.append_card(card, expiry, i, 20'454);
    customers.append_email(email, i, 0);
    ASSERT_TRUE(passes_iban_check(account)) << account;
    ASSERT_GE(expiry, "2026-01");
    accounts.insert(account);
    cards.insert(card);
    addresses.insert(email);
  }
  EXPECT_EQ(accounts.size(), customers.size());
  EXPECT_EQ(cards.size(), customers.size());
  EXPECT_EQ(addresses.size(), customers.size());
}

TEST(Identifiers, OutsidersAccountsPassTheCheckInEachCountry) {
  const Customers customers(3, 50);
  const Parties parties(3, customers);
  std::set<std::string> countries;
  for (std::uint32_t number = 0; number < 200; ++number) {
    const PartyKind kind = number % 2 == 0 ? PartyKind::kMule : PartyKind::kPerson;
    const Party party{kind, static_cast<std::uint8_t>(number % kHomeCountries), number};
    std::string account;
    parties.append_account(account, party);
    ASSERT_TRUE(passes_iban_check(account)) << account;
    ASSERT_EQ(account.substr(0, 2), parties.country(party));
    countries.insert(account.substr(0, 2));
  }
  EXPECT_EQ(countries.size(), 7U);
}

TEST(Identifiers, NamesFoldToAscii) {
  std::string folded;
  append_ascii_folded(folded, "Jürgen Weiß de l'Étang Yılmaz");
  EXPECT_EQ(folded, "juergenweissdeletangyilmaz");
}

// Every letter that a name may hold has to have a fold, or it would vanish from the address.
TEST(Identifiers, EveryLetterOfEveryNameFolds) {
  for (const Language language : {Language::kGerman, Language::kDutch, Language::kFrench, Language::kOther}) {
    for (const Words names : {given_names(language), family_names(language)}) {
      for (const std::string_view name : names) {
        std::size_t letters = 0;
        for (const char c : name) letters += (c & 0xc0) != 0x80 && c != ' ' && c != '\'' && c != '-';
        std::string folded;
        append_ascii_folded(folded, name);
        EXPECT_GE(folded.size(), letters) << name;
      }
    }
  }
}

}  // namespace
}  // namespace weir::generator
