#include "tests/engine/shard/made_model.h"

#include "tests/models/bundle/file_maker.h"

namespace weir::shard::test {
namespace {

template <class Inputs>
std::string names_of(const Inputs& inputs) {
  std::string json;
  for (const auto& input : inputs) {
    json +=
        (json.empty() ? "" : ",") + ("{\"name\":\"" + input.id.name) + "\",\"version\":\"" + input.id.version + "\"}";
  }
  return "[" + json + "]";
}

}  // namespace

std::string made_model(const model::InputDefinitions& inputs) {
  models::testing::WholeModel model(7);
  auto file = model.file();
  file.metadata["weir"] =
      R"({"format":1,"name":"test","demonstration":true,"features":)" + names_of(inputs.features) +
      R"(,"event_fields":)" + names_of(inputs.sequence->fields) + R"(,"events":4,"texts":)" + names_of(inputs.texts) +
      R"(,"outputs":["fraud"],"head_features":[1],"reasons":[{"name":"first","features":[0],"events":false,"texts":[]},)"
      R"({"name":"the last payments","features":[1],"events":true,"texts":[]},)"
      R"({"name":"a text","features":[],"events":false,"texts":[0]},)"
      R"({"name":"another text","features":[],"events":false,"texts":[1]}]})";
  return file.file();
}

}  // namespace weir::shard::test
