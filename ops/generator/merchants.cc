#include "ops/generator/merchants.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "engine/base/check.h"
#include "engine/base/json_writer.h"
#include "ops/generator/identifiers.h"
#include "ops/generator/words.h"

namespace weir::generator {

namespace {

constexpr std::uint16_t kOnline = 0xffff;

struct Plan {
  std::uint16_t city;  // kOnline: none
  Category category;
  std::uint8_t country;
  bool operator<(const Plan& other) const {
    return std::tie(city, category, country) < std::tie(other.city, other.category, other.country);
  }
};

std::string_view variant(std::string_view variants, Random& random) {
  const std::uint32_t count = 1 + static_cast<std::uint32_t>(std::count(variants.begin(), variants.end(), '|'));
  for (std::uint32_t skip = random.below(count); skip > 0; --skip) variants.remove_prefix(variants.find('|') + 1);
  return variants.substr(0, variants.find('|'));
}

std::string_view any_of(Words words, Random& random) {
  return words[random.below(static_cast<std::uint32_t>(words.size()))];
}

std::string shop_name(Language language, Category category, std::string_view city, Random& random) {
  const std::string_view noun = variant(shop_nouns(language, category), random);
  if (category == Category::kTransit || category == Category::kCash) {  // named after their city
    std::string out(noun);
    (out += ' ').append(city);
    if (category == Category::kCash) append_padded(out += ' ', 1 + random.below(899), 4);
    return out;
  }
  const std::string_view name = any_of(shop_names(language), random);
  const bool name_first = language == Language::kEnglish || language == Language::kOther;
  std::string out(name_first && noun != "The" ? name : noun);
  out.push_back(' ');
  out.append(name_first && noun != "The" ? noun : name);
  // Branches of a chain carry their number, as on a card statement.
  if (random.chance(250'000)) {
    out.push_back(' ');
    append_padded(out, 1 + random.below(899), 3);
  }
  return out;
}

std::string brand_name(Category category, Random& random) {
  static constexpr std::array<std::string_view, 4> kCharities = {"Hilfe", "Relief", "Aid", "Stiftung"};
  std::string out(any_of(brand_beginnings(), random));
  out.append(any_of(brand_endings(), random));
  switch (category) {
    case Category::kGames:
      out.append(" Games");
      break;
    case Category::kStreaming:
      out.append(random.chance(500'000) ? " Stream" : " Music");
      break;
    case Category::kAirline:
      out.append(" Air");
      break;
    case Category::kHotel:
      out.append(" Stays");
      break;
    case Category::kCharity:
      (out += ' ').append(kCharities[random.below(kCharities.size())]);
      break;
    case Category::kGambling:
      out.append(random.chance(500'000) ? " Bets" : " Casino");
      break;
    case Category::kTopUp:
      out.append(" Mobile");
      break;
    default:
      break;
  }
  return out;
}

std::string merchant_json(std::uint32_t number, std::string_view name, Category category, std::uint8_t country,
                          std::string_view city) {
  std::string out;
  JsonWriter json(out);
  std::string id;
  append_merchant_id(id, number);
  json.begin_object();
  json.key("id");
  json.string(id);
  json.key("name");
  json.string(name);
  json.key("category");
  json.string(facts(category).code);
  json.key("country");
  json.string(countries()[country].code);
  json.key("city");
  json.string(city);
  json.end_object();
  return out;
}

// Where online shops say they are: mostly the customers' countries.
std::uint8_t online_country(Random& random) {
  static constexpr std::array<std::uint8_t, 10> kCountries = {0, 1, 2, 3, 4, 10, 11, 17, 21, 13};
  static constexpr std::array<std::uint16_t, 10> kWeights = {44, 6, 12, 10, 4, 9, 6, 5, 3, 2};
  return kCountries[random.weighted(kWeights)];
}

std::string_view online_city(std::uint8_t country, Random& random) {
  std::array<std::string_view, 16> names;
  std::uint32_t count = 0;
  for (const City& city : cities()) {
    if (city.country == country && count < names.size()) names[count++] = city.name;
  }
  return count == 0 ? "Vilnius" : names[random.below(count)];  // Lithuania alone has no city that customers go to
}

std::vector<Plan> plan_merchants(Random random, std::uint32_t count) {
  std::vector<Plan> plans;
  std::vector<std::uint16_t> city_weights;
  for (std::uint16_t city = 0; city < cities().size(); ++city) {
    const bool home = city < kHomeCities;
    city_weights.push_back(static_cast<std::uint16_t>(cities()[city].weight * (home ? 4 : 1)));
    for (std::size_t c = 0; c < kCategories; ++c) {
      const CategoryFacts& facts = category_table()[c];
      if (facts.online_percent < 100 && (home || facts.holiday_weight > 0)) {
        plans.push_back({city, static_cast<Category>(c), cities()[city].country});
      }
    }
  }
  std::array<std::uint16_t, kCategories> local_weights{};
  std::array<std::uint16_t, kCategories> trip_weights{};
  std::array<std::uint16_t, kCategories> online_weights{};
  for (std::size_t c = 0; c < kCategories; ++c) {
    const CategoryFacts& facts = category_table()[c];
    if (facts.online_percent > 0) {
      online_weights[c] = static_cast<std::uint16_t>(10 + facts.weight * facts.online_percent / 100);
      for (std::uint8_t country = 0; country < kHomeCountries; ++country) {
        plans.insert(plans.end(), 2, {kOnline, static_cast<Category>(c), country});
      }
    }
    if (facts.online_percent < 100) {
      local_weights[c] = static_cast<std::uint16_t>(10 + facts.weight);
      trip_weights[c] = facts.holiday_weight;
    }
  }
  WEIR_CHECK(plans.size() <= count, "too few merchants for every city");
  while (plans.size() < count) {
    if (random.chance(250'000)) {
      const auto category = static_cast<Category>(random.weighted(online_weights));
      plans.push_back({kOnline, category, online_country(random)});
    } else {
      const auto city = static_cast<std::uint16_t>(random.weighted(city_weights));
      const std::size_t category = random.weighted(city < kHomeCities ? local_weights : trip_weights);
      plans.push_back({city, static_cast<Category>(category), cities()[city].country});
    }
  }
  std::stable_sort(plans.begin(), plans.end());
  return plans;
}

}  // namespace

Merchants::Merchants(std::uint64_t seed, std::uint32_t count)
    : local_(cities().size() * kCategories), online_(kCategories), online_in_(countries().size() * kCategories) {
  const std::vector<Plan> plans = plan_merchants(Random(derive(seed, 0x5109)), count);
  // Numbers that don't tell the category: a step through the numbers that meets each once.
  std::uint64_t step = count * 5ULL / 8 + 1;
  while (std::gcd(step, static_cast<std::uint64_t>(count)) != 1) ++step;
  merchants_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Plan plan = plans[i];
    Random random(derive(seed, 0x4a3e, i));
    const bool online = plan.city == kOnline;
    Merchant merchant;
    merchant.category = plan.category;
    merchant.number = static_cast<std::uint32_t>((i * step + 1) % count);
    merchant.country = plan.country;
    merchant.terminals =
        online ? 0 : static_cast<std::uint8_t>(random.between(1, plan.category == Category::kGrocery ? 9 : 4));
    const Language language = countries()[merchant.country].language;
    const bool brand = online || shop_nouns(language, plan.category).empty();
    const std::string_view city = online ? online_city(merchant.country, random) : cities()[plan.city].name;
    const std::string name =
        brand ? brand_name(plan.category, random) : shop_name(language, plan.category, city, random);
    merchant.json = merchant_json(merchant.number, name, plan.category, merchant.country, city);
    merchants_.push_back(std::move(merchant));
    const auto extend = [i](Range& range) {
      if (range.count == 0) range.first = i;
      ++range.count;
    };
    if (online) {
      extend(online_[static_cast<std::size_t>(plan.category)]);
      extend(online_in_[merchant.country * kCategories + static_cast<std::size_t>(plan.category)]);
    } else {
      extend(local_[slot(plan.city, plan.category)]);
    }
  }
}

std::uint32_t Merchants::pick(Range range, std::uint64_t habit, Random& random) {
  WEIR_CHECK(range.count > 0, "no merchant of this kind here");
  const std::uint32_t ticket = random.below(100);
  if (ticket < 45) return range.first + static_cast<std::uint32_t>(habit % range.count);
  if (ticket < 65) return range.first + static_cast<std::uint32_t>((habit >> 20) % range.count);
  // The smaller of two draws: the first of a range is met about twice as often as one in its middle.
  return range.first + std::min(random.below(range.count), random.below(range.count));
}

}  // namespace weir::generator
