#include "engine/features/feature_set.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/features/aggregate_value.h"
#include "engine/features/fraction.h"
#include "engine/features/plan.h"
#include "engine/history/reader.h"

namespace weir::features {

using history::kNone;
using history::Numbers;
using history::Range;

struct FeatureSet::State {
  std::shared_ptr<const event::Schema> schema;
  std::vector<Definition> definitions;
  std::vector<std::string> names;
  std::vector<Sequence> sequences;
  std::vector<std::uint32_t> sequence_measures;  // of each
  std::vector<EntityPlan> plans;

  // Of the event at hand.
  history::Reader reader;
  std::vector<std::uint64_t> approximate;
  std::vector<Numbers> numbers;          // of the entity's queries
  std::vector<std::int8_t> own_matches;  // of the entity's predicates: whether the event matches; -1: not asked yet
  std::vector<history::Reader::Found> latest;
  std::vector<std::int64_t> latest_values;
  history::EntityHistory* history = nullptr;
  const EntityPlan* plan = nullptr;
  const event::Event* event = nullptr;
  std::int64_t cutoff_ms = 0;

  void evaluate_entity(event::Event& target);
  Value value(const Step& step);
  Value number_value(const Step& step, const Definition& definition);
  Value share_value(const Step& step, const Definition& definition);
  Value median(const Step& step, const Definition& definition);
  Value row_value(const Step& step, const Definition& definition);
  Value distinct_value(const Step& step, const Definition& definition);
  Value first_seen_value(const Definition& definition) const;

  bool includes_event(const Definition& definition, std::uint32_t predicate);
  Range range(std::int64_t window_ms, std::int64_t offset_ms) const {
    const std::int64_t until_ms = event->time_ms - offset_ms;
    return {std::max(until_ms - window_ms, cutoff_ms), until_ms};
  }
};

FeatureSet::FeatureSet(std::shared_ptr<const event::Schema> schema, std::vector<Definition> definitions,
                       const history::LayoutSpec& tree, std::vector<Sequence> sequences)
    : state_(std::make_unique<State>()) {
  state_->plans = make_plans(schema, definitions, sequences, tree, state_->sequence_measures);
  state_->sequences = std::move(sequences);
  for (const Definition& definition : definitions) state_->names.push_back(definition.entity + '.' + definition.name);
  state_->approximate.resize((definitions.size() + 63) / 64);
  state_->schema = std::move(schema);
  state_->definitions = std::move(definitions);
}

FeatureSet::~FeatureSet() = default;
FeatureSet::FeatureSet(FeatureSet&&) noexcept = default;

const std::vector<Definition>& FeatureSet::definitions() const { return state_->definitions; }

const std::vector<std::string>& FeatureSet::names() const { return state_->names; }

const std::vector<Sequence>& FeatureSet::sequences() const { return state_->sequences; }

std::optional<std::uint32_t> FeatureSet::measure_of(const Sequence& sequence) const {
  const auto& all = state_->sequences;
  const auto found = std::find_if(all.begin(), all.end(), [&](const Sequence& s) { return s.same_rows(sequence); });
  if (found == all.end()) return std::nullopt;
  return state_->sequence_measures[static_cast<std::size_t>(found - all.begin())];
}

cel::Type FeatureSet::type_of(const event::Field& field) {
  if (field.personal) return cel::Type::simple(cel::TypeKind::kString);
  switch (field.type) {
    case event::FieldType::kBool:
      return cel::Type::simple(cel::TypeKind::kBool);
    case event::FieldType::kInt64:
      return cel::Type::simple(cel::TypeKind::kInt);
    case event::FieldType::kDouble:
      return cel::Type::simple(cel::TypeKind::kDouble);
    case event::FieldType::kMoney:
      return cel::Type::simple(cel::TypeKind::kMoney);
    case event::FieldType::kTimestamp:
      return cel::Type::simple(cel::TypeKind::kTimestamp);
    case event::FieldType::kString:
    case event::FieldType::kEnum:
      break;
  }
  return cel::Type::simple(cel::TypeKind::kString);
}

cel::Type FeatureSet::type_of(const Definition& definition, const event::Schema& schema) {
  switch (definition.aggregate) {
    case Aggregate::kCount:
    case Aggregate::kDistinctCount:
      return cel::Type::simple(cel::TypeKind::kInt);
    case Aggregate::kMean:
    case Aggregate::kMedian:
    case Aggregate::kStandardDeviation:
    case Aggregate::kShare:
      return cel::Type::simple(cel::TypeKind::kDouble);
    case Aggregate::kTimeSinceLast:
      return cel::Type::simple(cel::TypeKind::kDuration);
    case Aggregate::kFirstSeen:
      return cel::Type::simple(cel::TypeKind::kTimestamp);
    default:
      break;
  }
  WEIR_CHECK(definition.slot.has_value() && *definition.slot < schema.slot_count(), "the aggregate has a field");
  if (*definition.slot >= schema.field_count()) return cel::Type::simple(cel::TypeKind::kString);
  return type_of(schema.fields[*definition.slot]);
}

std::shared_ptr<const history::Layout> FeatureSet::layout(std::uint32_t entity) const {
  return state_->plans[entity].layout;
}

std::span<const std::uint64_t> FeatureSet::approximate() const { return state_->approximate; }

void FeatureSet::expect(std::uint32_t entity, const history::EntityHistory& history, std::int64_t time_ms) const {
  for (const auto edge_ms : state_->plans[entity].edges_ms) history.prefetch_rows(time_ms - edge_ms);
}

void FeatureSet::evaluate(std::span<history::EntityHistory* const> histories, std::int64_t cutoff_ms,
                          event::Event& event) {
  State& state = *state_;
  WEIR_CHECK(histories.size() == state.plans.size(), "there is a history, or none, for each of the schema's entities");
  WEIR_CHECK(event[state.schema->outcome_slot()].is_absent() && event[state.schema->label_slot()].is_absent(),
             "an event's features are computed before its outcome and label are known");
  std::fill(state.approximate.begin(), state.approximate.end(), 0);
  state.event = &event;
  state.cutoff_ms = cutoff_ms;
  for (std::size_t entity = 0; entity < histories.size(); ++entity) {
    state.plan = &state.plans[entity];
    state.history = histories[entity];
    if (state.history != nullptr) {
      state.evaluate_entity(event);
      continue;
    }
    for (const Step& step : state.plan->steps) event[state.schema->slot_count() + step.feature] = Value::absent();
  }
}

void FeatureSet::State::evaluate_entity(event::Event& target) {
  if (plan->steps.empty()) return;
  reader.open(*history, event->time_ms);
  own_matches.assign(plan->layout->predicates().size(), -1);
  numbers.clear();
  for (const NumberQuery& query : plan->queries) {
    std::uint16_t currency = 0;
    if (query.by_currency) {
      const Value& own = (*event)[query.slot];
      if (own.is_absent()) {
        numbers.emplace_back();
        continue;
      }
      currency = own.currency();
    }
    numbers.push_back(reader.numbers(query.measure, range(query.window_ms, query.offset_ms), query.parts, currency));
  }
  for (const Step& step : plan->steps) {
    Value& slot = target[schema->slot_count() + step.feature];
    slot = value(step);
    const Definition& definition = definitions[step.feature];
    if (slot.is_absent() && definition.default_value) slot = *definition.default_value;
  }
}

Value FeatureSet::State::value(const Step& step) {
  const Definition& definition = definitions[step.feature];
  switch (definition.aggregate) {
    case Aggregate::kCount: {
      const std::uint64_t own = includes_event(definition, step.predicate) ? 1 : 0;
      return Value::int64(static_cast<std::int64_t>(numbers[step.query].count + own));
    }
    case Aggregate::kShare:
      return share_value(step, definition);
    case Aggregate::kMedian:
      return median(step, definition);
    case Aggregate::kFirst:
    case Aggregate::kLast:
    case Aggregate::kTimeSinceLast:
      return row_value(step, definition);
    case Aggregate::kDistinctCount:
      return distinct_value(step, definition);
    case Aggregate::kFirstSeen:
      return first_seen_value(definition);
    default:
      return number_value(step, definition);
  }
}

bool FeatureSet::State::includes_event(const Definition& definition, std::uint32_t predicate) {
  if (!definition.include_current) return false;
  if (predicate == kNone) return true;
  std::int8_t& matches = own_matches[predicate];
  if (matches < 0) matches = plan->layout->predicates()[predicate].predicate->matches(event->slots()) ? 1 : 0;
  return matches != 0;
}

Value FeatureSet::State::number_value(const Step& step, const Definition& definition) {
  const Value& own = (*event)[*definition.slot];
  const event::Field& field = schema->fields[*definition.slot];
  const bool mixed = plan->queries[step.query].by_currency;
  if (mixed && own.is_absent()) return Value::absent();
  const NumberForm form = number_form(field, mixed ? own.currency() : field.currency);
  Numbers total = numbers[step.query];
  if (!own.is_absent() && includes_event(definition, step.predicate)) total.add(numbers_of(form, own));
  return aggregate_value(definition.aggregate, form, total, names[step.feature]);
}

Value FeatureSet::State::share_value(const Step& step, const Definition& definition) {
  std::uint64_t all = numbers[step.query].count;
  std::uint64_t some = numbers[step.share_query].count;
  if (includes_event(definition, step.predicate)) ++all;
  if (includes_event(definition, step.share_predicate)) ++some;
  if (all == 0) return Value::absent();
  return Value::real(nearest(some, all));
}

Value FeatureSet::State::median(const Step& step, const Definition& definition) {
  const std::uint32_t slot = *definition.slot;
  const Value& own = (*event)[slot];
  const event::Field& field = schema->fields[slot];
  const bool mixed = field.type == event::FieldType::kMoney && field.currency == 0;
  if (mixed && own.is_absent()) return Value::absent();
  const NumberForm form = number_form(field, mixed ? own.currency() : field.currency);
  latest_values.clear();
  // The event itself comes last in the window, so it is among the latest.
  if (!own.is_absent() && includes_event(definition, step.predicate)) {
    latest_values.push_back(numbers_of(form, own).min);
  }
  latest.resize(definition.of_last - latest_values.size());
  const std::uint32_t found = reader.latest(step.measure, range(definition.window_ms, definition.offset_ms), latest,
                                            mixed ? own.currency() : std::uint16_t{0});
  reader.append_ordered(std::span(latest).first(found), slot, latest_values);
  return median_value(form, latest_values, names[step.feature]);
}

Value FeatureSet::State::row_value(const Step& step, const Definition& definition) {
  const bool by_time = definition.aggregate == Aggregate::kTimeSinceLast;
  const bool own = includes_event(definition, step.predicate) && (by_time || !(*event)[*definition.slot].is_absent());
  // The event itself comes last in the window: of its time, and last in the order.
  if (own && by_time) return Value::duration_ms(0);
  if (own && definition.aggregate == Aggregate::kLast) return (*event)[*definition.slot];
  const Range window = range(definition.window_ms, definition.offset_ms);
  const history::Reader::Found found = definition.aggregate == Aggregate::kFirst ? reader.first(step.measure, window)
                                                                                 : reader.last(step.measure, window);
  if (found.leaf == nullptr) return own ? (*event)[*definition.slot] : Value::absent();
  if (by_time) return Value::duration_ms(event->time_ms - found.time_ms());
  return reader.value(found, *definition.slot);
}

Value FeatureSet::State::distinct_value(const Step& step, const Definition& definition) {
  const bool own = includes_event(definition, step.predicate);
  const history::DistinctResult result = reader.distinct(
      step.measure, range(definition.window_ms, definition.offset_ms),
      std::clamp<std::uint32_t>(definition.exact_up_to, 1, 4096), own ? (*event)[*definition.slot] : Value::absent());
  if (result.approximate) approximate[step.feature / 64] |= 1ULL << step.feature % 64;
  return Value::int64(static_cast<std::int64_t>(result.count));
}

Value FeatureSet::State::first_seen_value(const Definition& definition) const {
  std::int64_t first_ms = history->first_seen_ms();
  if (definition.include_current) first_ms = std::min(first_ms, event->time_ms);
  return first_ms == INT64_MAX ? Value::absent() : Value::timestamp_ms(first_ms);
}

}  // namespace weir::features
