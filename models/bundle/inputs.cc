#include "models/bundle/inputs.h"

#include <limits>

#include "engine/base/varint.h"

namespace weir::models {
namespace {

Error wrong_count(const char* what, std::size_t count, std::size_t wanted) {
  return {std::to_string(count) + " " + what + "; the model takes " + std::to_string(wanted)};
}

Error wrong_code(const char* what, std::size_t at, std::uint64_t code, std::uint64_t codes) {
  return {std::string(what) + " " + std::to_string(at) + " is " + std::to_string(code) + "; 0 to " +
          std::to_string(codes - 1) + " are possible"};
}

template <class T>
bool take_list(VarintReader& reader, std::size_t max, std::vector<T>& out) {
  const auto count = reader.varint();
  if (!reader.ok() || count > max) return false;
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto value = reader.varint();
    if (value > std::numeric_limits<T>::max()) return false;
    out.push_back(static_cast<T>(value));
  }
  return reader.ok();
}

}  // namespace

Status InputShape::check(const Inputs& inputs) const {
  if (inputs.features.size() != feature_codes.size()) {
    return wrong_count("features", inputs.features.size(), feature_codes.size());
  }
  for (std::size_t i = 0; i < feature_codes.size(); ++i) {
    if (inputs.features[i] >= feature_codes[i]) return wrong_code("feature", i, inputs.features[i], feature_codes[i]);
  }
  const auto fields = event_codes.size();
  if (fields == 0 ? !inputs.events.empty()
                  : inputs.events.size() % fields != 0 || inputs.events.size() / fields > max_events) {
    return Error{std::to_string(inputs.events.size()) + " codes of events; the model takes up to " +
                 std::to_string(fields * max_events) + ", a multiple of " + std::to_string(fields)};
  }
  for (std::size_t i = 0; i < inputs.events.size(); ++i) {
    const auto codes = event_codes[i % fields];
    if (inputs.events[i] >= codes) return wrong_code("code of an event", i, inputs.events[i], codes);
  }
  if (inputs.texts.size() != texts.size()) return wrong_count("texts", inputs.texts.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (inputs.texts[i].size() > texts[i].max_grams) {
      return Error{std::to_string(inputs.texts[i].size()) + " n-grams of text " + std::to_string(i) +
                   "; the model takes up to " + std::to_string(texts[i].max_grams)};
    }
    for (const auto gram : inputs.texts[i]) {
      if (gram >= texts[i].buckets) return wrong_code("n-gram of text", i, gram, texts[i].buckets);
    }
  }
  return {};
}

void append_inputs(std::string& out, const Inputs& inputs) {
  append_varint(out, inputs.features.size());
  for (const auto code : inputs.features) append_varint(out, code);
  append_varint(out, inputs.events.size());
  for (const auto code : inputs.events) append_varint(out, code);
  append_varint(out, inputs.texts.size());
  for (const auto& text : inputs.texts) {
    append_varint(out, text.size());
    for (const auto gram : text) append_varint(out, gram);
  }
}

Result<Inputs> read_inputs(std::string_view bytes, const InputShape& shape) {
  const Error damaged{"the quantized inputs are damaged"};
  VarintReader reader(bytes);
  Inputs inputs;
  if (!take_list(reader, shape.feature_codes.size(), inputs.features)) return damaged;
  if (!take_list(reader, shape.event_codes.size() * shape.max_events, inputs.events)) return damaged;
  const auto texts = reader.varint();
  if (!reader.ok() || texts > shape.texts.size()) return damaged;
  inputs.texts.resize(texts);
  for (std::size_t i = 0; i < texts; ++i) {
    if (!take_list(reader, shape.texts[i].max_grams, inputs.texts[i])) return damaged;
  }
  if (!reader.ok() || !reader.at_end()) return damaged;
  if (auto ok = shape.check(inputs); !ok) return ok.error();
  return inputs;
}

}  // namespace weir::models
