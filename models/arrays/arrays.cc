#include "models/arrays/arrays.h"

#include <simdjson.h>

#include <utility>

namespace weir::models {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint64_t kMaxCodes = 65536;
constexpr std::uint64_t kMaxEvents = 1024;
constexpr std::uint64_t kMaxBuckets = std::uint64_t{1} << 32U;

// Takes members out of a JSON object; a fault is remembered as the member's name.
class Reader {
 public:
  std::string text(dom::element object, const char* name) {
    std::string_view value;
    if (object[name].get(value) != simdjson::SUCCESS) wrong(name);
    return std::string(value);
  }
  std::uint64_t number(dom::element object, const char* name, std::uint64_t most) {
    std::uint64_t value = 0;
    if (object[name].get(value) != simdjson::SUCCESS || value > most) wrong(name);
    return value;
  }
  NamedInput input(dom::element object) { return {text(object, "name"), text(object, "version")}; }

  template <class Take>
  void each(dom::element object, const char* name, Take take) {
    dom::array array;
    if (object[name].get(array) != simdjson::SUCCESS) return wrong(name);
    for (const auto element : array) take(element);
  }

  void wrong(const char* name) {
    if (fault_.empty()) fault_ = name;
  }
  const std::string& fault() const { return fault_; }

 private:
  std::string fault_;
};

}  // namespace

Result<ArrayInputs> ArrayInputs::read(std::string_view json) {
  dom::parser parser;
  dom::element root;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return Error{"no JSON object"};
  }
  Reader reader;
  ArrayInputs made;
  made.policy = reader.text(root, "policy");
  made.rows = reader.number(root, "rows", std::uint64_t{1} << 48U);
  reader.each(root, "features", [&](dom::element element) { made.features.push_back(reader.input(element)); });
  made.events = static_cast<std::uint32_t>(reader.number(root, "events", kMaxEvents));
  reader.each(root, "event_fields", [&](dom::element element) {
    made.event_fields.push_back(
        {reader.input(element), static_cast<std::uint32_t>(reader.number(element, "codes", kMaxCodes))});
  });
  reader.each(root, "texts", [&](dom::element element) {
    made.texts.push_back({reader.input(element),
                          static_cast<std::uint32_t>(reader.number(element, "buckets", kMaxBuckets - 1)),
                          static_cast<std::uint32_t>(reader.number(element, "grams", kMaxCodes))});
  });
  if ((made.events == 0) != made.event_fields.empty()) reader.wrong("events");
  if (!reader.fault().empty()) return Error{"\"" + reader.fault() + "\" is missing or wrong"};
  return made;
}

template <class T>
Status Arrays::Column<T>::open(const std::string& path, const std::vector<std::uint64_t>& shape) {
  auto opened = Npy::open(path);
  if (!opened) return opened.error();
  file.emplace(std::move(*opened));
  auto found = file->values<T>(shape);
  if (!found) return found.error();
  values = *found;
  return {};
}

Result<Arrays> Arrays::open(const std::string& directory) {
  const auto path = directory + "/";
  auto json = MappedFile::open(path + "inputs.json");
  if (!json) return json.error();
  auto inputs = ArrayInputs::read(json->bytes());
  if (!inputs) return Error{path + "inputs.json: " + inputs.error().message};
  Arrays made;
  made.inputs_ = std::move(*inputs);
  const auto& told = made.inputs_;
  if (auto ok = made.open_ids(path + "ids.txt"); !ok) return ok.error();
  if (!told.features.empty()) {
    if (auto ok = made.features_.open(path + "features.npy", {told.rows, told.features.size()}); !ok) return ok.error();
  }
  if (told.events > 0) {
    auto ok = made.events_.open(path + "events.npy", {told.rows, told.events, told.event_fields.size()});
    if (ok) ok = made.event_counts_.open(path + "event_counts.npy", {told.rows});
    if (!ok) return ok.error();
  }
  made.texts_.resize(told.texts.size());
  for (std::size_t i = 0; i < told.texts.size(); ++i) {
    if (auto ok = made.open_text(path + "text." + std::to_string(i), made.texts_[i]); !ok) return ok.error();
  }
  return made;
}

Status Arrays::open_ids(const std::string& path) {
  auto file = MappedFile::open(path);
  if (!file) return file.error();
  ids_.emplace(std::move(*file));
  const auto text = ids_->bytes();
  std::size_t at = 0;
  id_starts_.push_back(0);
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    if (end == std::string_view::npos) return Error{path + ": its last line has no end"};
    at = end + 1;
    id_starts_.push_back(at);
  }
  if (id_starts_.size() - 1 != inputs_.rows) {
    return Error{path + " has " + std::to_string(id_starts_.size() - 1) + " lines; inputs.json says " +
                 std::to_string(inputs_.rows) + " rows"};
  }
  return {};
}

Status Arrays::open_text(const std::string& path, TextColumn& text) {
  if (auto ok = text.starts.open(path + ".starts.npy", {inputs_.rows + 1}); !ok) return ok;
  const auto last = text.starts.values.back();
  if (text.starts.values.front() != 0) return Error{path + ".starts.npy does not begin with 0"};
  return text.grams.open(path + ".grams.npy", {last});
}

std::string_view Arrays::id(std::uint64_t row) const {
  return ids_->bytes().substr(id_starts_[row], id_starts_[row + 1] - id_starts_[row] - 1);
}

std::span<const Float32> Arrays::features(std::uint64_t row) const {
  const auto width = inputs_.features.size();
  return features_.values.subspan(row * width, width);
}

Result<std::span<const std::uint16_t>> Arrays::events(std::uint64_t row) const {
  const std::size_t count = event_counts_.values[row];
  if (count < 1 || count > inputs_.events) {
    return Error{"the number of its events is " + std::to_string(count) + "; 1 to " + std::to_string(inputs_.events) +
                 " are possible"};
  }
  const auto width = inputs_.event_fields.size();
  return events_.values.subspan(((row + 1) * inputs_.events - count) * width, count * width);
}

Result<std::span<const std::uint32_t>> Arrays::text(std::size_t text, std::uint64_t row) const {
  const auto& column = texts_[text];
  const auto begin = column.starts.values[row];
  const auto end = column.starts.values[row + 1];
  if (begin > end || end > column.grams.values.size()) {
    return Error{"text " + std::to_string(text) + " ends before it begins"};
  }
  return column.grams.values.subspan(begin, end - begin);
}

}  // namespace weir::models
