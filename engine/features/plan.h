// Definitions compiled to measures of the entities' histories and queries over them. Internal to engine/features.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/event/schema.h"
#include "engine/features/definition.h"
#include "engine/history/layout.h"

namespace weir::features {

// One pass over a window: features of the same rows and window share it.
struct NumberQuery {
  std::uint32_t measure = 0;
  std::int64_t window_ms = 0;
  std::int64_t offset_ms = 0;
  std::uint8_t parts = 0;
  bool by_currency = false;  // needs the event's currency
  std::uint32_t slot = history::kNone;
};

struct Step {
  std::uint32_t feature = 0;                   // index of the definition
  std::uint32_t query = history::kNone;        // index into EntityPlan::queries
  std::uint32_t share_query = history::kNone;  // kShare: of the rows that are counted
  std::uint32_t measure = history::kNone;      // of the rows in the window
  std::uint32_t predicate = history::kNone;    // what this event must match to be in the window
  std::uint32_t share_predicate = history::kNone;
};

struct EntityPlan {
  std::shared_ptr<const history::Layout> layout;
  std::vector<NumberQuery> queries;
  std::vector<Step> steps;
  std::vector<std::int64_t> edges_ms;  // how long before the event windows begin and end; 0 among them
};

// One plan per entity of the schema; and for each sequence its rows, a measure of its entity's layout. Tests may ask
// for small trees: `tree` says leaf_rows, fanout and dense_ids.
std::vector<EntityPlan> make_plans(const std::shared_ptr<const event::Schema>& schema,
                                   const std::vector<Definition>& definitions, const std::vector<Sequence>& sequences,
                                   const history::LayoutSpec& tree, std::vector<std::uint32_t>& sequence_measures);

}  // namespace weir::features
