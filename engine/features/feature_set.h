// All window features of a policy, compiled: which summaries each entity's history keeps, and the queries over them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/event/event.h"
#include "engine/event/schema.h"
#include "engine/features/definition.h"
#include "engine/history/entity_history.h"
#include "engine/history/layout.h"
#include "rules/cel/environment.h"

namespace weir::features {

class FeatureSet {
 public:
  // Feature i writes event slot `schema.slot_count() + i`. Definitions are checked already (engine/policy): a condition
  // reads only fields that histories keep, `outcome`, `event_type` and `label`, never the inline label's field. `tree`:
  // how wide histories' trees are, which no result depends on; its measures and predicates are ignored.
  // `sequences`: what the histories of their entities also keep, for whoever reads them.
  FeatureSet(std::shared_ptr<const event::Schema> schema, std::vector<Definition> definitions,
             const history::LayoutSpec& tree = {}, std::vector<Sequence> sequences = {});
  ~FeatureSet();
  FeatureSet(FeatureSet&&) noexcept;

  const std::vector<Definition>& definitions() const;
  // "card.count_1h"
  const std::vector<std::string>& names() const;
  const std::vector<Sequence>& sequences() const;
  // The rows of one of them, for history::Reader: a measure of its entity's layout. Nothing if it is none of them.
  std::optional<std::uint32_t> measure_of(const Sequence& sequence) const;
  // An event of this entity at `time_ms` will soon be evaluated: asks the CPU for the rows at its windows' edges.
  void expect(std::uint32_t entity, const history::EntityHistory& history, std::int64_t time_ms) const;

  // What a rule sees: of a feature, and of a field (a personal one is its token).
  static cel::Type type_of(const Definition& definition, const event::Schema& schema);
  static cel::Type type_of(const event::Field& field);

  // What histories of entity `entity` (index into Schema::entities) keep and summarise. Shared by all of them.
  std::shared_ptr<const history::Layout> layout(std::uint32_t entity) const;

  // Computes every feature for `event`, which is not in the histories yet, and writes them into its feature slots.
  // `histories[e]` is nullptr if the event has no entity e: its features are absent. `cutoff_ms`: rows at or before it
  // are beyond the history and not seen, whether or not they are still in memory; INT64_MIN if there is no such limit.
  // The event's outcome and label slots are absent: an event does not know its own. Values that are strings live until
  // the histories or the event change. Not const on histories: labels that have become known by the event's time are
  // applied.
  //
  // Amounts of mixed currencies: sum, mean, median, deviation, minimum and maximum are over the rows with the currency
  // of the event's own amount in that field; if the event has none there, they are as over an empty window, the sum
  // absent. First, last and distinct take amounts of all currencies. One thread at a time per FeatureSet (it owns
  // scratch space).
  void evaluate(std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms, event::Event& event);

  // Whether feature values are sketched (a distinct count beyond its exact size) at the last evaluate(): bit i.
  std::span<const std::uint64_t> approximate() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::features
