// features.yaml and features/*.yaml: mappings of entities to their features.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/diagnostics.h"
#include "engine/policy/schema_draft.h"
#include "engine/policy/vocabulary.h"
#include "engine/yaml/node.h"

namespace weir::policy {

struct Features {
  std::vector<FeatureDraft> drafts;     // in the order written
  std::map<std::string, Place> places;  // by "card.count_1h"
  // The bytes of string defaults; they must live as long as any of the definitions.
  std::shared_ptr<std::deque<std::string>> texts = std::make_shared<std::deque<std::string>>();
};

// Adds the features of one file. `history_ms` is 0 if it is not known. Default values of enumerations view the names in
// `draft.schema`.
void read_features(const yaml::Node& root, const SchemaDraft& draft, std::int64_t history_ms, Features& out,
                   Issues& issues);

// The `default` of a feature of this definition, of the type that it yields. Nothing, and an issue, if it can't be.
std::optional<Value> read_default(const yaml::Node& node, const features::Definition& definition,
                                  const event::Schema& schema, std::deque<std::string>& texts, Issues& issues);

// "count", "standard_deviation": as written in features.yaml.
std::string_view aggregate_name(features::Aggregate aggregate);

}  // namespace weir::policy
