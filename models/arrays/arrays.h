// What `weir features --arrays` writes: the inputs of models, row for row (models/README.md lists the files).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "models/arrays/mapped_file.h"
#include "models/arrays/npy.h"
#include "models/bundle/model.h"

namespace weir::models {

// inputs.json.
struct ArrayInputs {
  struct Field {
    NamedInput input;
    std::uint32_t codes = 0;  // 0 to that number less one
  };
  struct Text {
    NamedInput input;
    std::uint32_t buckets = 0;
    std::uint32_t max_grams = 0;
  };

  std::string policy;  // its hash
  std::uint64_t rows = 0;
  std::vector<NamedInput> features;
  std::uint32_t events = 0;  // K, with the event at hand; 0 without a sequence
  std::vector<Field> event_fields;
  std::vector<Text> texts;

  static Result<ArrayInputs> read(std::string_view json);
};

class Arrays {
 public:
  // Types, shapes and lengths are checked here; codes when they are used.
  static Result<Arrays> open(const std::string& directory);

  const ArrayInputs& inputs() const { return inputs_; }

  // Of one row, below inputs().rows:
  std::string_view id(std::uint64_t row) const;
  // A value for each feature, NaN where there is none.
  std::span<const Float32> features(std::uint64_t row) const;
  // The codes of the events that are there, oldest first; a fault if their number is not 1 to K.
  Result<std::span<const std::uint16_t>> events(std::uint64_t row) const;
  // The buckets of one text's n-grams; a fault if its bounds are damaged.
  Result<std::span<const std::uint32_t>> text(std::size_t text, std::uint64_t row) const;

 private:
  // Values of a file, which stays mapped.
  template <class T>
  struct Column {
    std::optional<Npy> file;
    std::span<const T> values;

    Status open(const std::string& path, const std::vector<std::uint64_t>& shape);
  };
  struct TextColumn {
    Column<std::uint64_t> starts;
    Column<std::uint32_t> grams;
  };
  Status open_ids(const std::string& path);
  Status open_text(const std::string& path, TextColumn& text);

  ArrayInputs inputs_;
  std::optional<MappedFile> ids_;
  std::vector<std::size_t> id_starts_;  // one a row, and one behind the last
  Column<Float32> features_;
  Column<std::uint16_t> events_, event_counts_;
  std::vector<TextColumn> texts_;
};

}  // namespace weir::models
