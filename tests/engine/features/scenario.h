// Random histories of one entity, told at the same time to the real features and to the reference.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "engine/features/feature_set.h"
#include "engine/history/catalogue.h"
#include "engine/history/row_codec.h"
#include "tests/engine/features/reference.h"

namespace weir::features {

// What a random history is made of.
struct ScenarioShape {
  std::uint32_t events = 100;
  std::uint32_t features = 6;
  std::uint32_t leaf_rows = 64;
  std::uint32_t fanout = 16;
  std::uint32_t dense_ids = 4096;
  std::uint32_t exact_most = 20;       // distinct counts are exact up to 1 ... this
  std::uint32_t queried_in_100 = 100;  // share of events whose features are compared
  std::uint32_t late_in_100 = 15;
  std::uint32_t label_in_100 = 30;
  std::uint32_t values = 12;  // different values of a column, about
  bool inline_label = true;
  bool restarts = true;
  bool eviction = true;
};

class Scenario {
 public:
  Scenario(std::uint64_t seed, const ScenarioShape& shape);

  // The first difference in words; empty if there is none.
  std::string run();

 private:
  std::uint64_t draw(std::uint64_t below) { return random_() % below; }
  bool chance(std::uint32_t in_100) { return draw(100) < in_100; }
  Definition random_definition(std::uint32_t number);
  std::shared_ptr<const cel::Program> compile(const std::string& text) const;
  void fill_event(std::int64_t time_ms);
  std::string compare();
  void append();
  void give_label();
  std::string restart();

  std::mt19937_64 random_;
  ScenarioShape shape_;
  std::shared_ptr<const event::Schema> schema_;
  history::Catalogue catalogue_;
  std::unique_ptr<history::RowCodec> codec_;
  std::unique_ptr<FeatureSet> features_;
  std::unique_ptr<history::EntityHistory> history_;
  std::unique_ptr<Reference> reference_;
  event::Event event_;
  std::string stored_;
  std::vector<std::pair<std::int64_t, std::uint64_t>> rows_;
  std::int64_t latest_ms_ = 0;
  std::int64_t cutoff_ms_ = INT64_MIN;
  std::uint64_t sequence_ = 0;
};

// The scenario's schema; `inline_label`: with a field for it, known 40 ms after the event.
std::shared_ptr<const event::Schema> scenario_schema(bool inline_label);

}  // namespace weir::features
