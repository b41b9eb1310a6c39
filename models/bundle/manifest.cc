#include "models/bundle/manifest.h"

#include <simdjson.h>

#include <algorithm>
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
    if (!read_numbers(object_[name], below, all)) wrong(name);
    return all;
  }

  std::vector<ReasonGroup> groups(std::string_view name, std::size_t features, std::size_t texts) {
    std::vector<ReasonGroup> all;
    std::unordered_set<std::string> seen;
    each(name, [&](dom::element element) {
      std::string_view group;
      ReasonGroup read;
      if (element["name"].get(group) != simdjson::SUCCESS || element["events"].get(read.events) != simdjson::SUCCESS ||
          !read_numbers(element["features"], features, read.features) ||
          !read_numbers(element["texts"], texts, read.texts) || group.empty() || group.size() > kMaxName ||
          !seen.emplace(group).second) {
        return false;
      }
      read.name = group;
      all.push_back(std::move(read));
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

  using Found = simdjson::simdjson_result<dom::element>;
  static bool read_numbers(Found found, std::size_t below, std::vector<std::uint32_t>& all) {
    dom::array array;
    if (found.get(array) != simdjson::SUCCESS) return false;
    for (const auto element : array) {
      std::uint64_t number = 0;
      if (element.get(number) != simdjson::SUCCESS || number >= below) return false;
      all.push_back(static_cast<std::uint32_t>(number));
    }
    return true;
  }

  dom::object object_;
  std::string fault_;
};

// Whether everything stands in exactly one group. `groups`: in how many each one stands.
Status each_in_one(const char* what, const std::vector<int>& groups) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] == 1) continue;
    return Error{"its reasons: " + std::string(what) + " " + std::to_string(i) +
                 (groups[i] == 0 ? " is in no group" : " is in more than one group")};
  }
  return {};
}

Status check_reasons(const Manifest& manifest) {
  if (manifest.outputs.size() != 1) {
    if (manifest.reasons.empty()) return {};
    return Error{"it has reasons, and more than one output"};
  }
  std::vector<int> features(manifest.features.size()), texts(manifest.texts.size());
  std::vector<int> sequences(manifest.event_fields.empty() ? 0 : 1);
  const std::unordered_set<std::uint32_t> seen(manifest.head_features.begin(), manifest.head_features.end());
  std::size_t head_groups = 0;
  for (const auto& group : manifest.reasons) {
    if (group.features.empty() && !group.events && group.texts.empty()) {
      return Error{"its reasons: group \"" + group.name + "\" is empty"};
    }
    if (group.events && sequences.empty()) {
      return Error{"its reasons: group \"" + group.name + "\" has events, and there is no sequence"};
    }
    for (const auto feature : group.features) ++features[feature];
    for (const auto text : group.texts) ++texts[text];
    if (group.events) ++sequences[0];
    if (group.events || !group.texts.empty() ||
        std::ranges::any_of(group.features, [&](std::uint32_t feature) { return seen.contains(feature); })) {
      ++head_groups;
    }
  }
  if (head_groups > kMaxHeadGroups) {
    return Error{"its reasons: the head sees " + std::to_string(head_groups) + " groups; up to " +
                 std::to_string(kMaxHeadGroups) + " are possible"};
  }
  if (auto ok = each_in_one("feature", features); !ok) return ok;
  if (auto ok = each_in_one("text", texts); !ok) return ok;
  return each_in_one("sequence", sequences);
}

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
  made.reasons = members.groups("reasons", made.features.size(), made.texts.size());
  made.demonstration = members.get<bool>("demonstration");
  if (!members.fault().empty()) return Error{"its manifest's \"" + members.fault() + "\" is missing or wrong"};
  if (auto ok = check_reasons(made); !ok) return ok.error();
  return made;
}

}  // namespace weir::models
