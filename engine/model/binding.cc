#include "engine/model/binding.h"

#include <algorithm>
#include <string>
#include <utility>

namespace weir::model {
namespace {

// The place of a model's input among the policy's.
template <class Inputs>
Result<std::uint32_t> find(const models::NamedInput& wanted, const char* what, const Inputs& inputs) {
  const auto found =
      std::find_if(inputs.begin(), inputs.end(), [&](const auto& e) { return e.id.name == wanted.name; });
  const auto name = std::string(what) + " `" + wanted.name + "`";
  if (found == inputs.end()) return Error{"it reads the " + name + ", which inputs.yaml does not have"};
  if (found->id.version != wanted.version) {
    return Error{"it was trained on another " + name + ": its version is " + wanted.version + ", that of inputs.yaml " +
                 found->id.version};
  }
  return static_cast<std::uint32_t>(found - inputs.begin());
}

template <class Inputs>
Status find_all(const std::vector<models::NamedInput>& wanted, const char* what, const Inputs& inputs,
                std::vector<std::uint32_t>& out) {
  for (const auto& each : wanted) {
    auto place = find(each, what, inputs);
    if (!place) return place.error();
    out.push_back(*place);
  }
  return {};
}

Error differ(const std::string& what, std::uint64_t trained, std::uint64_t here) {
  return {"it was trained with " + std::to_string(trained) + " " + what + ", inputs.yaml has " + std::to_string(here)};
}

}  // namespace

Result<std::shared_ptr<const BoundModel>> bind(std::shared_ptr<const models::Model> model,
                                               const InputDefinitions& inputs) {
  const auto& manifest = model->manifest();
  const auto& shape = model->shape();
  if (model->outputs() != 1) {
    return Error{"it tells " + std::to_string(model->outputs()) + " classes apart, and a payment gets one probability"};
  }
  auto bound = std::make_shared<BoundModel>();
  if (auto ok = find_all(manifest.features, "feature", inputs.features, bound->features); !ok) return ok.error();
  if (auto ok = find_all(manifest.texts, "text", inputs.texts, bound->texts); !ok) return ok.error();
  for (std::size_t i = 0; i < bound->texts.size(); ++i) {
    const auto& rules = inputs.texts[bound->texts[i]].rules;
    const auto name = " of the text `" + manifest.texts[i].name + "`";
    if (shape.texts[i].buckets != rules.buckets) return differ("buckets" + name, shape.texts[i].buckets, rules.buckets);
    if (shape.texts[i].max_grams < rules.at_most) {
      return differ("n-grams" + name + " at most", shape.texts[i].max_grams, rules.at_most);
    }
  }
  if (!manifest.event_fields.empty()) {
    if (!inputs.sequence) return Error{"it reads the last events, and inputs.yaml has no `sequence`"};
    const auto& fields = inputs.sequence->fields;
    if (auto ok = find_all(manifest.event_fields, "field of an event", fields, bound->event_fields); !ok) {
      return ok.error();
    }
    if (manifest.events != inputs.sequence->events) {
      return differ("events", manifest.events, inputs.sequence->events);
    }
    for (std::size_t i = 0; i < bound->event_fields.size(); ++i) {
      const auto codes = fields[bound->event_fields[i]].codes;
      if (shape.event_codes[i] != codes) {
        return differ("codes of `" + manifest.event_fields[i].name + "`", shape.event_codes[i], codes);
      }
    }
  }
  bound->model = std::move(model);
  return std::shared_ptr<const BoundModel>(std::move(bound));
}

}  // namespace weir::model
