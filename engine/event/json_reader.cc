#include "engine/event/event_builder.h"
#include "engine/event/json_walk.h"
#include "engine/event/reader.h"

namespace weir::event {

struct JsonReader::State {
  State(const Schema& read_schema, std::string_view token_key)
      : schema(read_schema), builder(read_schema, token_key, add_paths()) {}

  RawPlaces add_paths() {
    RawPlaces places;
    for (const Field& field : schema.fields) {
      places.of_field.push_back(field.path.empty() ? RawPlaces::kNowhere : walk.add_path(field.path));
    }
    if (!schema.type_path.empty()) places.of_type = walk.add_path(schema.type_path);
    return places;
  }

  const Schema& schema;
  JsonWalk walk;
  EventBuilder builder;
};

JsonReader::JsonReader(const Schema& schema, std::string_view token_key)
    : state_(std::make_unique<State>(schema, token_key)) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

bool JsonReader::read(std::string_view json, std::int64_t clock_ms, Event& event, Reject& reject) {
  if (!state_->walk.walk(json, state_->schema.limits, reject)) {
    event.clear();
    return false;
  }
  return state_->builder.build(state_->walk.found(), clock_ms, event, reject);
}

}  // namespace weir::event
