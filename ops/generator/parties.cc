#include "ops/generator/parties.h"

#include <array>

#include "ops/generator/identifiers.h"
#include "ops/generator/words.h"

namespace weir::generator {

namespace {

enum Fact : std::uint64_t { kCountry = 0x200, kName, kAccount };

struct AccountHome {
  std::string_view country;
  std::string_view bank;  // a bank code that is not assigned
  Language language;
};
// In the order of the home countries.
constexpr std::array<AccountHome, kHomeCountries> kResidents = {{{"DE", "90020000", Language::kGerman},
                                                                 {"AT", "99012", Language::kGerman},
                                                                 {"NL", "WEIR", Language::kDutch},
                                                                 {"FR", "9901299", Language::kFrench},
                                                                 {"BE", "990", Language::kDutch}}};
constexpr std::string_view kTillBank = "90077000";  // who empties the machines that take cash
constexpr std::array<AccountHome, 4> kForeign = {{{"LT", "99010", Language::kOther},
                                                  {"ES", "99010001", Language::kOther},
                                                  {"DE", "90099000", Language::kOther},
                                                  {"BE", "991", Language::kOther}}};
constexpr std::array<std::uint16_t, 4> kForeignWeights = {50, 15, 20, 15};

constexpr std::array<std::string_view, 12> kFarCountries = {"VN", "LB", "KE", "NP", "CM", "DZ",
                                                            "VE", "LA", "TR", "PH", "AE", "GH"};

std::string_view any_of(Words words, Random& random) {
  return words[random.below(static_cast<std::uint32_t>(words.size()))];
}

void append_person(std::string& out, Language language, Random& random) {
  out.append(any_of(given_names(language), random));
  out.push_back(' ');
  out.append(any_of(family_names(language), random));
}

void append_company(std::string& out, std::string_view trade, const AccountHome& home, Random& random) {
  out.append(any_of(family_names(home.language), random));
  out.push_back(' ');
  out.append(trade);
  out.push_back(' ');
  out.append(company_form(home.country));
}

const AccountHome& home_of(Party party, Random country) {
  // Honest people have accounts with such banks too.
  const bool foreign = party.kind == PartyKind::kMule || party.kind == PartyKind::kExchange ||
                       (party.kind == PartyKind::kPerson && country.chance(80'000));
  return foreign ? kForeign[country.weighted(kForeignWeights)] : kResidents[party.home];
}

}  // namespace

std::span<const std::string_view> far_countries() { return kFarCountries; }

Random Parties::facts_of(Party party, std::uint64_t fact) const {
  return Random(derive(seed_, fact, static_cast<std::uint64_t>(party.kind), party.home, party.number));
}

std::string_view Parties::country(Party party) const {
  if (party.of_this_bank() || party.kind == PartyKind::kTill) return "DE";
  if (party.kind == PartyKind::kFarAway) return kFarCountries[party.home];
  return home_of(party, facts_of(party, kCountry)).country;
}

void Parties::append_name(std::string& out, Party party) const {
  if (party.of_this_bank()) return customers_.append_name(out, party.number);
  if (party.kind == PartyKind::kTill) {
    out.append("Kasse ").append(cities()[party.number].name);
    return;
  }
  if (party.kind == PartyKind::kFarAway) {
    Random far = facts_of(party, kName);
    return append_person(out, Language::kOther, far);
  }
  const AccountHome& home = home_of(party, facts_of(party, kCountry));
  Random random = facts_of(party, kName);
  switch (party.kind) {
    case PartyKind::kEmployer:
      append_company(out, any_of(company_trades(home.language), random), home, random);
      break;
    case PartyKind::kAuthority:
      out.append(any_of(authority_names(home.language), random));
      break;
    case PartyKind::kLandlord:
      if (random.chance(450'000)) {
        append_person(out, home.language, random);
      } else {
        append_company(out, home.language == Language::kGerman ? "Hausverwaltung" : "Immo", home, random);
      }
      break;
    case PartyKind::kUtility:
      out.append(utility_names(home.language)[party.number % utility_names(home.language).size()]);
      break;
    case PartyKind::kMover:
      append_company(out, home.language == Language::kGerman ? "Umzüge" : "Transport", home, random);
      break;
    case PartyKind::kExchange:
      out.append(any_of(brand_beginnings(), random));
      out.append(random.chance(500'000) ? "coin " : "chain ");
      out.append(company_form(home.country));
      break;
    default:
      append_person(out, home.language, random);
      break;
  }
}

void Parties::append_account(std::string& out, Party party) const {
  if (party.kind == PartyKind::kCustomer) return customers_.append_account(out, party.number);
  if (party.kind == PartyKind::kSavings) return customers_.append_savings_account(out, party.number);
  if (party.kind == PartyKind::kTill) return append_iban(out, "DE", kTillBank, party.number);
  if (party.kind == PartyKind::kFarAway) {  // such countries' account numbers have no common form
    return append_padded(out, facts_of(party, kAccount).next() % 1'000'000'000'000, 12);
  }
  const AccountHome& home = home_of(party, facts_of(party, kCountry));
  append_iban(out, home.country, home.bank, facts_of(party, kAccount).next());
}

}  // namespace weir::generator
