#include "models/arrays/binding.h"

#include <algorithm>
#include <string>

namespace weir::models {
namespace {

Error lacking(const std::string& what, const NamedInput& wanted) {
  return {"the arrays hold no " + what + " \"" + wanted.name + "\" (version " + wanted.version +
          "), which the model reads"};
}

Error other_version(const std::string& what, const NamedInput& wanted, const NamedInput& found) {
  return {"the model reads " + what + " \"" + wanted.name + "\" in version " + wanted.version +
          "; the arrays hold version " + found.version};
}

// Where the wanted input stands in a list whose elements `input` gives.
template <class List, class Input>
Result<std::size_t> find(const std::string& what, const NamedInput& wanted, const List& list, Input input) {
  const auto at = std::ranges::find_if(list, [&](const auto& one) { return input(one).name == wanted.name; });
  if (at == list.end()) return lacking(what, wanted);
  if (input(*at).version != wanted.version) return other_version(what, wanted, input(*at));
  return static_cast<std::size_t>(at - list.begin());
}

Error other_size(const std::string& what, const NamedInput& input, std::uint64_t arrays, std::uint64_t model) {
  return {what + " of \"" + input.name + "\": " + std::to_string(arrays) + " in the arrays, " + std::to_string(model) +
          " in the model"};
}

}  // namespace

Result<Binding> Binding::create(const Model& model, const Arrays& arrays) {
  Binding made(model, arrays);
  for (const auto bind : {&Binding::bind_features, &Binding::bind_events, &Binding::bind_texts}) {
    if (auto ok = (made.*bind)(); !ok) return ok.error();
  }
  return made;
}

Status Binding::bind_features() {
  for (const auto& wanted : model_->manifest().features) {
    auto at = find("feature", wanted, arrays_->inputs().features,
                   [](const NamedInput& one) -> const NamedInput& { return one; });
    if (!at) return at.error();
    features_.push_back(*at);
  }
  return {};
}

Status Binding::bind_events() {
  const auto& manifest = model_->manifest();
  const auto& told = arrays_->inputs();
  for (std::size_t i = 0; i < manifest.event_fields.size(); ++i) {
    const auto& wanted = manifest.event_fields[i];
    auto at = find("field of an event", wanted, told.event_fields,
                   [](const ArrayInputs::Field& one) -> const NamedInput& { return one.input; });
    if (!at) return at.error();
    const auto codes = model_->shape().event_codes[i];
    if (told.event_fields[*at].codes != codes) {
      return other_size("codes", wanted, told.event_fields[*at].codes, codes);
    }
    event_fields_.push_back(*at);
  }
  if (manifest.events > told.events) {
    return Error{"the model reads the last " + std::to_string(manifest.events) + " events; the arrays hold " +
                 std::to_string(told.events)};
  }
  return {};
}

Status Binding::bind_texts() {
  for (std::size_t i = 0; i < model_->manifest().texts.size(); ++i) {
    const auto& wanted = model_->manifest().texts[i];
    auto at = find("text", wanted, arrays_->inputs().texts,
                   [](const ArrayInputs::Text& one) -> const NamedInput& { return one.input; });
    if (!at) return at.error();
    const auto& found = arrays_->inputs().texts[*at];
    const auto& shape = model_->shape().texts[i];
    if (found.buckets != shape.buckets) return other_size("buckets", wanted, found.buckets, shape.buckets);
    if (found.max_grams > shape.max_grams) return other_size("n-grams", wanted, found.max_grams, shape.max_grams);
    texts_.push_back(*at);
  }
  return {};
}

Status Binding::quantize(std::uint64_t row, Inputs& out) const {
  out.features.resize(features_.size());
  if (!features_.empty()) {
    const auto values = arrays_->features(row);
    for (std::size_t i = 0; i < features_.size(); ++i) {
      out.features[i] = model_->thresholds().code(i, static_cast<double>(values[features_[i]]));
    }
  }
  out.events.clear();
  if (!event_fields_.empty()) {
    auto codes = arrays_->events(row);
    if (!codes) return codes.error();
    const auto width = arrays_->inputs().event_fields.size();
    const auto count = std::min<std::size_t>(codes->size() / width, model_->manifest().events);
    for (auto at = codes->size() - count * width; at < codes->size(); at += width) {
      for (const auto field : event_fields_) out.events.push_back((*codes)[at + field]);
    }
  }
  out.texts.resize(texts_.size());
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    auto grams = arrays_->text(texts_[i], row);
    if (!grams) return grams.error();
    out.texts[i].assign(grams->begin(), grams->end());
  }
  return model_->shape().check(out);
}

}  // namespace weir::models
