// A whole model as a file, made from parts with random weights; tests then damage it.
#pragma once

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "models/bundle/inputs.h"
#include "models/bundle/safetensors.h"
#include "tests/models/parts.h"

namespace weir::models::testing {

// Writes the safetensors format.
class FileMaker {
 public:
  struct Tensor {
    std::string type;
    std::vector<std::size_t> shape;
    std::string bytes;
  };

  std::map<std::string, Tensor> tensors;
  std::map<std::string, std::string> metadata;

  template <class T>
  void put(const std::string& name, const std::vector<T>& values, std::vector<std::size_t> shape = {}) {
    if (shape.empty()) shape = {values.size()};
    std::string bytes(values.size() * sizeof(T), '\0');
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    tensors[name] = {type_name(TensorTypeOf<T>::kType), std::move(shape), std::move(bytes)};
  }
  // The values of a tensor that was put.
  template <class T>
  std::vector<T> values(const std::string& name) const {
    const auto& bytes = tensors.at(name).bytes;
    std::vector<T> values(bytes.size() / sizeof(T));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  std::string file() const;
  static std::string file_of(const std::string& header, const std::string& data);

 private:
  static std::string type_name(TensorType type);
};

// All parts, two features, three fields of events, two texts, one output.
struct WholeModel {
  explicit WholeModel(std::uint64_t seed);

  Dice dice;
  RecurrentParts sequence;
  std::vector<TextParts> texts;
  HeadParts head;
  ForestParts forest;
  std::vector<std::int32_t> knots;
  std::int64_t base = -50'000'000;
  Inputs neutral{{8, 5}, {3, 0, 7}, {{}, {}}};

  // Computed plainly, apart from the code under test.
  std::int64_t logit(const Inputs& inputs, const std::vector<float>& features) const;
  Inputs draw(std::vector<float>& features);
  FileMaker file();
  // Without sequence, texts and head; one example, both features absent.
  FileMaker file_of_trees();
};

}  // namespace weir::models::testing
