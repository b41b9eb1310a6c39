// Shops, restaurants, cash machines and online shops, each with a name, a category and a place.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/generator/categories.h"
#include "ops/generator/geography.h"
#include "ops/generator/random.h"

namespace weir::generator {

struct Merchant {
  std::string json;  // the record's "merchant" object
  Category category = Category::kGrocery;
  std::uint8_t country = 0;
  std::uint8_t terminals = 1;  // 0: on the Internet
  std::uint32_t number = 0;    // of its id
};

class Merchants {
 public:
  // Every home city gets each local category, every other city what travellers use, and every online category two shops
  // in each home country; the rest of `count` is spread by size and use.
  Merchants(std::uint64_t seed, std::uint32_t count);

  std::uint32_t size() const { return static_cast<std::uint32_t>(merchants_.size()); }
  const Merchant& operator[](std::uint32_t index) const { return merchants_[index]; }
  const Country& country(std::uint32_t index) const { return countries()[merchants_[index].country]; }

  // Merchants of a kind are neighbours: first to first + count - 1. Never empty for a category with online shops, or
  // for a local category that is used in that city.
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  Range local(std::uint16_t city, Category category) const { return local_[slot(city, category)]; }
  Range online(Category category) const { return online_[static_cast<std::size_t>(category)]; }
  // Those of one country; may be empty.
  Range online_in(std::uint8_t country, Category category) const {
    return online_in_[country * kCategories + static_cast<std::size_t>(category)];
  }

  // One of the range: mostly one of the two that `habit` prefers, else any, the first ones oftener.
  static std::uint32_t pick(Range range, std::uint64_t habit, Random& random);

 private:
  static std::size_t slot(std::uint16_t city, Category category) {
    return city * kCategories + static_cast<std::size_t>(category);
  }

  std::vector<Merchant> merchants_;
  std::vector<Range> local_;
  std::vector<Range> online_;
  std::vector<Range> online_in_;
};

}  // namespace weir::generator
