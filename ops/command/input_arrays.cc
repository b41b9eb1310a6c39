#include "ops/command/input_arrays.h"

#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "engine/base/json_writer.h"

namespace weir::command {
namespace {

template <class T>
void append_one(ArrayFile& file, const T& element) {
  file.append(std::span<const T>(&element, 1));
}

void append_name(JsonWriter& json, const model::InputName& id) {
  json.key("name");
  json.string(id.name);
  json.key("version");
  json.string(id.version);
}

void append_count(JsonWriter& json, std::string_view name, std::uint64_t count) {
  json.key(name);
  json.unsigned_integer(count);
}

// `append` adds what an input has besides its name and version.
template <class Input, class Append>
void append_inputs(JsonWriter& json, std::string_view name, const std::vector<Input>& inputs, const Append& append) {
  json.key(name);
  json.begin_array();
  for (const auto& input : inputs) {
    json.begin_object();
    append_name(json, input.id);
    append(input);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

InputArrays::InputArrays(std::string directory, const policy::Policy& policy)
    : directory_(std::move(directory)),
      policy_(policy.hash),
      definitions_(policy.inputs),
      ids_(directory_ + "ids.txt", std::ios::binary),
      times_(directory_ + "times.npy", "<i8", {}),
      features_(directory_ + "features.npy", "<f4", {definitions_->features.size()}) {
  if (const auto& sequence = definitions_->sequence) {
    events_.emplace(directory_ + "events.npy", "<u2",
                    std::vector<std::uint64_t>{sequence->events, sequence->fields.size()});
    event_counts_.emplace(directory_ + "event_counts.npy", "<u2", std::vector<std::uint64_t>());
    no_events_.resize(sequence->events * sequence->fields.size());
  }
  for (std::size_t i = 0; i < definitions_->texts.size(); ++i) {
    const auto name = directory_ + "text." + std::to_string(i);
    auto& text = texts_.emplace_back(Text{{name + ".starts.npy", "<u8", {}}, {name + ".grams.npy", "<u4", {}}});
    append_one(text.starts, text.count);
  }
}

Result<std::unique_ptr<InputArrays>> InputArrays::create(const std::string& directory, const policy::Policy& policy) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return Error{"can't make the directory " + directory + ": " + error.message()};
  std::filesystem::remove(std::filesystem::path(directory) / "inputs.json", error);
  if (error) return Error{"can't remove the old inputs.json in " + directory + ": " + error.message()};
  return std::unique_ptr<InputArrays>(new InputArrays((std::filesystem::path(directory) / "").string(), policy));
}

Status InputArrays::add(std::string_view id, std::int64_t time_ms, const model::RawInputs& inputs) {
  if (id.find('\n') != std::string_view::npos) {
    return Error{"an event id with a line break can't stand in ids.txt: " + std::string(id)};
  }
  ids_.write(id.data(), static_cast<std::streamsize>(id.size()));
  ids_.put('\n');
  append_one(times_, time_ms);
  // They are rounded already.
  numbers_.assign(inputs.features.begin(), inputs.features.end());
  features_.append(std::span<const float>(numbers_));
  bool good = !ids_.fail() && times_.good() && features_.good();
  if (events_) {
    const auto missing = no_events_.size() - inputs.events.size();
    events_->append(std::span<const std::uint16_t>(no_events_).first(missing));
    events_->append(std::span<const std::uint16_t>(inputs.events));
    append_one(*event_counts_,
               static_cast<std::uint16_t>(inputs.events.size() / definitions_->sequence->fields.size()));
    good = good && events_->good() && event_counts_->good();
  }
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    auto& text = texts_[i];
    text.grams.append(std::span<const std::uint32_t>(inputs.texts[i]));
    text.count += inputs.texts[i].size();
    append_one(text.starts, text.count);
    good = good && text.grams.good() && text.starts.good();
  }
  ++rows_;
  if (!good) return Error{"can't write into " + directory_};
  return {};
}

Status InputArrays::finish() {
  ids_.close();
  if (ids_.fail()) return Error{"can't write " + directory_ + "ids.txt"};
  std::vector<std::pair<ArrayFile*, std::uint64_t>> files{{&times_, rows_}, {&features_, rows_}};
  if (events_) files.insert(files.end(), {{&*events_, rows_}, {&*event_counts_, rows_}});
  for (auto& text : texts_) files.insert(files.end(), {{&text.starts, rows_ + 1}, {&text.grams, text.count}});
  for (const auto& [file, rows] : files) {
    if (auto status = file->close(rows); !status) return status;
  }
  std::ofstream out(directory_ + "inputs.json", std::ios::binary);
  out << json() << '\n';
  out.close();
  if (out.fail()) return Error{"can't write " + directory_ + "inputs.json"};
  return {};
}

std::string InputArrays::json() const {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("policy");
  json.string(policy_);
  append_count(json, "rows", rows_);
  append_inputs(json, "features", definitions_->features, [](const auto&) {});
  const auto& sequence = definitions_->sequence;
  append_count(json, "events", sequence ? sequence->events : 0);
  append_inputs(json, "event_fields", sequence ? sequence->fields : std::vector<model::EventFieldInput>(),
                [&](const model::EventFieldInput& field) { append_count(json, "codes", field.codes); });
  append_inputs(json, "texts", definitions_->texts, [&](const model::TextInput& text) {
    append_count(json, "buckets", text.rules.buckets);
    append_count(json, "grams", text.rules.at_most);
  });
  json.end_object();
  return out;
}

}  // namespace weir::command
