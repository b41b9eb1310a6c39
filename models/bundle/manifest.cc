#include "models/bundle/manifest.h"

#include <simdjson.h>

#include <string>
#include <unordered_set>

namespace weir::models {
namespace {

namespace dom = simdjson::dom;

constexpr std::uint64_t kMaxEvents = 1024;
constexpr std::size_t kMaxName = 200;

// Takes members out of the manifest; the first one that is missing or wrong is remembered.
class Members {
 public:
  explicit Members(dom::object object) : object_(object) {}

  template <class T>
  T get(std::string_view name) {
    T value{};
    if (object_[name].get(value) != simdjson::SUCCESS) wrong(name);
    return value;
  }

  std::vector<NamedInput> inputs(std::string_view name) {
    std::vector<NamedInput> all;
    std::unordered_set<std::string> seen;
    each(name, [&](dom::element element) {
      std::string_view input, version;
      if (element["name"].get(input) != simdjson::SUCCESS || element["version"].get(version) != simdjson::SUCCESS ||
          input.empty() || input.size() > kMaxName || version.size() > kMaxName || !seen.emplace(input).second) {
        return false;
      }
      all.push_back({std::string(input), std::string(version)});
      return true;
    });
    return all;
  }

  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> all;
    each(name, [&](dom::element element) {
      std::string_view text;
      if (element.get(text) != simdjson::SUCCESS || text.empty() || text.size() > kMaxName) return false;
      all.emplace_back(text);
      return true;
    });
    return all;
  }

  std::vector<std::uint32_t> numbers(std::string_view name, std::size_t below) {
    std::vector<std::uint32_t> all;
    each(name, [&](dom::element element) {
      std::uint64_t number = 0;
      if (element.get(number) != simdjson::SUCCESS || number >= below) return false;
      all.push_back(static_cast<std::uint32_t>(number));
      return true;
    });
    return all;
  }

  void wrong(std::string_view name) {
    if (fault_.empty()) fault_ = name;
  }
  const std::string& fault() const { return fault_; }

 private:
  template <class Take>
  void each(std::string_view name, Take take) {
    dom::array array;
    if (object_[name].get(array) != simdjson::SUCCESS) return wrong(name);
    for (const auto element : array) {
      if (!take(element)) return wrong(name);
    }
  }

  dom::object object_;
  std::string fault_;
};

}  // namespace

Result<Manifest> read_manifest(std::string_view json) {
  dom::parser parser;
  dom::element root;
  dom::object object;
  if (json.empty() || parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS ||
      root.get(object) != simdjson::SUCCESS) {
    return Error{"its manifest is no JSON object"};
  }
  Members members(object);
  if (const auto format = members.get<std::int64_t>("format"); members.fault().empty() && format != kBundleFormat) {
    return Error{"its format is " + std::to_string(format) + "; this weir reads format " +
                 std::to_string(kBundleFormat)};
  }
  Manifest made;
  made.name = members.get<std::string_view>("name");
  if (made.name.empty() || made.name.size() > kMaxName) members.wrong("name");
  made.features = members.inputs("features");
  made.event_fields = members.inputs("event_fields");
  const auto events = members.get<std::uint64_t>("events");
  if (events > kMaxEvents || (events == 0) != made.event_fields.empty()) members.wrong("events");
  made.events = static_cast<std::uint32_t>(events);
  made.texts = members.inputs("texts");
  made.outputs = members.texts("outputs");
  if (made.outputs.empty()) members.wrong("outputs");
  made.head_features = members.numbers("head_features", made.features.size());
  made.demonstration = members.get<bool>("demonstration");
  if (!members.fault().empty()) return Error{"its manifest's \"" + members.fault() + "\" is missing or wrong"};
  return made;
}

}  // namespace weir::models
