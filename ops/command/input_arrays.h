// What a model may look at of many events, as a directory of arrays: what training and scoring read.
//
//   inputs.json                   the policy's hash, the number of rows, names and versions of all inputs
//   ids.txt                       an event id a line
//   times.npy                     int64 [N], event times in ms
//   features.npy                  float32 [N, F], NaN: missing
//   events.npy, event_counts.npy  uint16 [N, K, E], oldest first, the event at hand last, rows of zeros before them
//                                 where there are fewer; uint16 [N], how many there are. Only with a sequence
//   text.I.starts.npy, .grams.npy uint64 [N + 1], uint32: buckets of the I-th text, those of row i from starts[i] on
#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/model/input_reader.h"
#include "engine/policy/policy.h"
#include "ops/command/array_file.h"

namespace weir::command {

class InputArrays {
 public:
  // The policy has inputs. The directory is made if need be; files of these names are written over. inputs.json is
  // written last: a directory without it is not complete.
  static Result<std::unique_ptr<InputArrays>> create(const std::string& directory, const policy::Policy& policy);

  // Appends a row. Fails if an id has a line break, or if nothing can be written any more.
  Status add(std::string_view id, std::int64_t time_ms, const model::RawInputs& inputs);
  Status finish();

 private:
  struct Text {
    ArrayFile starts;
    ArrayFile grams;
    std::uint64_t count = 0;
  };
  InputArrays(std::string directory, const policy::Policy& policy);
  std::string json() const;

  std::string directory_;
  std::string policy_;
  std::shared_ptr<const model::InputDefinitions> definitions_;
  std::ofstream ids_;
  ArrayFile times_;
  ArrayFile features_;
  std::optional<ArrayFile> events_;
  std::optional<ArrayFile> event_counts_;
  std::vector<Text> texts_;
  std::uint64_t rows_ = 0;
  std::vector<float> numbers_;
  std::vector<std::uint16_t> no_events_;
};

}  // namespace weir::command
