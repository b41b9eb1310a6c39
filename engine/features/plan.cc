#include "engine/features/plan.h"

#include <algorithm>
#include <map>

#include "engine/base/check.h"
#include "rules/cel/scratch.h"

namespace weir::features {
namespace {

using history::kNone;

// True where both programs yield true.
class ProgramPredicate : public history::Predicate {
 public:
  ProgramPredicate(std::shared_ptr<const cel::Program> where, std::shared_ptr<const cel::Program> share_of)
      : where_(std::move(where)), share_of_(std::move(share_of)) {}

  bool matches(std::span<const Value> slots) const override {
    return (where_ == nullptr || yields_true(*where_, slots)) &&
           (share_of_ == nullptr || yields_true(*share_of_, slots));
  }

 private:
  static bool yields_true(const cel::Program& program, std::span<const Value> slots) {
    thread_local cel::Scratch scratch;
    const Value value = program.evaluate(slots, scratch);
    return value.is(ValueKind::kBool) && value.as_bool();
  }
  std::shared_ptr<const cel::Program> where_;
  std::shared_ptr<const cel::Program> share_of_;
};

// `is_mixed`: of money whose currency comes with the event.
std::uint8_t parts_of(Aggregate aggregate, bool is_mixed) {
  switch (aggregate) {
    case Aggregate::kSum:
    case Aggregate::kMean:
      return history::kPartSum;
    case Aggregate::kStandardDeviation:
      return history::kPartSum | history::kPartSquares;
    case Aggregate::kMin:
      return history::kPartMin;
    case Aggregate::kMax:
      return history::kPartMax;
    case Aggregate::kDistinctCount:
      return history::kPartDistinct;
    case Aggregate::kMedian:
      return is_mixed ? history::kPartByCurrency : 0;
    default:
      return 0;
  }
}

bool counts_rows(Aggregate aggregate) {
  return aggregate == Aggregate::kCount || aggregate == Aggregate::kShare || aggregate == Aggregate::kTimeSinceLast;
}

class Planner {
 public:
  Planner(const event::Schema& schema, const history::LayoutSpec& tree) : schema_(schema) {
    spec_.leaf_rows = tree.leaf_rows;
    spec_.fanout = tree.fanout;
    spec_.dense_ids = tree.dense_ids;
  }

  void add(std::uint32_t feature, const Definition& definition) {
    Step step;
    step.feature = feature;
    const Aggregate aggregate = definition.aggregate;
    if (aggregate != Aggregate::kFirstSeen) {
      WEIR_CHECK(counts_rows(aggregate) || definition.slot.has_value(), "the aggregate has a field");
      WEIR_CHECK(!definition.include_current || definition.offset_ms == 0,
                 "a window that ends earlier lacks the event");
      const std::uint32_t slot = counts_rows(aggregate) ? kNone : *definition.slot;
      step.predicate = predicate(definition, false);
      step.measure = measure(step.predicate, slot, parts_of(aggregate, is_mixed(slot)), definition);
      if (!is_lookup(aggregate)) step.query = query(definition, step.measure, slot);
      if (aggregate == Aggregate::kShare) {
        WEIR_CHECK(definition.share_of != nullptr, "a share is of something");
        step.share_predicate = predicate(definition, true);
        step.share_query = query(definition, measure(step.share_predicate, kNone, 0, definition), kNone);
      }
    }
    steps_.push_back(step);
  }

  std::uint32_t add(const Sequence& sequence) {
    Definition rows;
    rows.where = sequence.where;
    rows.where_text = sequence.where_text;
    return measure(predicate(rows, false), kNone, 0, rows);
  }

  EntityPlan finish(const std::shared_ptr<const event::Schema>& schema) {
    EntityPlan plan;
    plan.layout = std::make_shared<const history::Layout>(schema, std::move(spec_));
    plan.queries = std::move(queries_);
    plan.steps = std::move(steps_);
    return plan;
  }

 private:
  // Aggregates that look for rows or sets instead of adding up.
  static bool is_lookup(Aggregate aggregate) {
    return aggregate == Aggregate::kDistinctCount || aggregate == Aggregate::kFirst || aggregate == Aggregate::kLast ||
           aggregate == Aggregate::kTimeSinceLast || aggregate == Aggregate::kMedian;
  }

  bool is_mixed(std::uint32_t slot) const {
    if (slot >= schema_.field_count()) return false;
    const event::Field& field = schema_.fields[slot];
    return field.type == event::FieldType::kMoney && field.currency == 0;
  }

  std::uint32_t predicate(const Definition& definition, bool with_share) {
    const std::shared_ptr<const cel::Program> share = with_share ? definition.share_of : nullptr;
    if (definition.where == nullptr && share == nullptr) return kNone;
    const auto reads_only_history = [this](const cel::Program& program) {
      for (const std::uint32_t slot : program.slots()) {
        if (slot >= schema_.slot_count()) return false;
        if (slot < schema_.field_count() && !schema_.fields[slot].history) return false;
        if (schema_.inline_label && schema_.inline_label->slot == slot) return false;
      }
      return true;
    };
    const auto reads_label = [this](const std::shared_ptr<const cel::Program>& program) {
      if (program == nullptr) return false;
      const std::span<const std::uint32_t> slots = program->slots();
      return std::find(slots.begin(), slots.end(), schema_.label_slot()) != slots.end();
    };
    std::string key;
    for (const auto& [program, text] :
         {std::pair(definition.where, &definition.where_text), std::pair(share, &definition.share_of_text)}) {
      if (program == nullptr) {
        key += "-;";
        continue;
      }
      WEIR_CHECK(reads_only_history(*program), "a window's condition reads what histories keep");
      key += std::to_string(text->size()) + ':' + *text + ';';
    }
    const auto [at, fresh] = predicates_.try_emplace(key, static_cast<std::uint32_t>(spec_.predicates.size()));
    if (fresh) {
      spec_.predicates.push_back({std::make_shared<ProgramPredicate>(definition.where, share),
                                  reads_label(definition.where) || reads_label(share)});
    }
    return at->second;
  }

  std::uint32_t measure(std::uint32_t predicate, std::uint32_t slot, std::uint8_t parts, const Definition& definition) {
    const auto exact = std::clamp<std::uint32_t>(definition.exact_up_to, 1, 4096);
    for (std::uint32_t i = 0; i < spec_.measures.size(); ++i) {
      history::MeasureSpec& measure = spec_.measures[i];
      if (measure.predicate != predicate || measure.slot != slot) continue;
      const bool counted = (measure.parts & history::kPartDistinct) != 0;
      if ((parts & history::kPartDistinct) != 0) {
        measure.exact_least = counted ? std::min(measure.exact_least, exact) : exact;
        measure.exact_most = counted ? std::max(measure.exact_most, exact) : exact;
      }
      measure.parts = static_cast<std::uint8_t>(measure.parts | parts);
      return i;
    }
    spec_.measures.push_back({predicate, slot, parts, exact, exact});
    return static_cast<std::uint32_t>(spec_.measures.size() - 1);
  }

  std::uint32_t query(const Definition& definition, std::uint32_t measure, std::uint32_t slot) {
    const std::uint8_t parts = parts_of(definition.aggregate, is_mixed(slot));
    for (std::uint32_t i = 0; i < queries_.size(); ++i) {
      NumberQuery& query = queries_[i];
      if (query.measure != measure || query.window_ms != definition.window_ms ||
          query.offset_ms != definition.offset_ms) {
        continue;
      }
      query.parts = static_cast<std::uint8_t>(query.parts | parts);
      return i;
    }
    NumberQuery query;
    query.measure = measure;
    query.window_ms = definition.window_ms;
    query.offset_ms = definition.offset_ms;
    query.parts = parts;
    query.slot = slot;
    query.by_currency = is_mixed(slot);
    queries_.push_back(query);
    return static_cast<std::uint32_t>(queries_.size() - 1);
  }

  const event::Schema& schema_;
  history::LayoutSpec spec_;
  std::map<std::string, std::uint32_t> predicates_;
  std::vector<NumberQuery> queries_;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<EntityPlan> make_plans(const std::shared_ptr<const event::Schema>& schema,
                                   const std::vector<Definition>& definitions, const std::vector<Sequence>& sequences,
                                   const history::LayoutSpec& tree, std::vector<std::uint32_t>& sequence_measures) {
  sequence_measures.assign(sequences.size(), kNone);
  std::vector<EntityPlan> plans;
  for (const event::Entity& entity : schema->entities) {
    Planner planner(*schema, tree);
    for (std::uint32_t i = 0; i < definitions.size(); ++i) {
      if (definitions[i].entity == entity.name) planner.add(i, definitions[i]);
    }
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      if (sequences[i].entity == entity.name) sequence_measures[i] = planner.add(sequences[i]);
    }
    auto& plan = plans.emplace_back(planner.finish(schema));
    plan.edges_ms.push_back(0);
    for (const Step& step : plan.steps) {
      const Definition& definition = definitions[step.feature];
      plan.edges_ms.push_back(definition.offset_ms);
      plan.edges_ms.push_back(definition.offset_ms + definition.window_ms);
    }
    std::sort(plan.edges_ms.begin(), plan.edges_ms.end());
    plan.edges_ms.erase(std::unique(plan.edges_ms.begin(), plan.edges_ms.end()), plan.edges_ms.end());
  }
  for (const Definition& definition : definitions) {
    const auto named = [&](const event::Entity& entity) { return entity.name == definition.entity; };
    WEIR_CHECK(std::any_of(schema->entities.begin(), schema->entities.end(), named),
               "a feature's entity is the schema's");
  }
  return plans;
}

}  // namespace weir::features
