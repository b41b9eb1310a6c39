// Reads YAML files as Weir does and writes them as JSON, one a line: for a validator that is not ours. A plain scalar
// is a number, a truth value or null if YAML 1.2 says so, as it is for editors.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/json_writer.h"
#include "engine/yaml/document.h"

namespace {

void append(const weir::yaml::Node& node, weir::JsonWriter& json);

// Of JSON, too, and without an exponent.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto whole = text.substr(0, text.find('.'));
  const auto rest = text.substr(whole.size());
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return digits(whole) && (whole.size() == 1 || whole[0] != '0') && (rest.empty() || digits(rest.substr(1)));
}

void append_scalar(const weir::yaml::Node& node, weir::JsonWriter& json) {
  const bool plain = node.style == weir::yaml::ScalarStyle::kPlain;
  if (plain && (node.text == "true" || node.text == "false")) {
    json.boolean(node.text == "true");
  } else if (plain && is_number(node.text)) {
    json.raw(node.text);
  } else {
    json.string(node.text);
  }
}

void append_map(const weir::yaml::Node& node, weir::JsonWriter& json) {
  json.begin_object();
  for (const auto& [key, value] : node.entries) {
    json.key(key.text);
    append(value, json);
  }
  json.end_object();
}

void append(const weir::yaml::Node& node, weir::JsonWriter& json) {
  switch (node.kind) {
    case weir::yaml::NodeKind::kScalar:
      return append_scalar(node, json);
    case weir::yaml::NodeKind::kMap:
      return append_map(node, json);
    case weir::yaml::NodeKind::kSequence:
      json.begin_array();
      for (const auto& item : node.items) append(item, json);
      return json.end_array();
    default:
      json.raw("null");
  }
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    weir::Issues issues;
    const auto root =
        weir::yaml::parse_document(std::make_shared<const weir::SourceFile>(weir::SourceFile{argv[i], text}), issues);
    if (!root || issues.has_errors()) {
      std::cerr << issues.render();
      return EXIT_FAILURE;
    }
    std::string out;
    weir::JsonWriter json(out);
    append(*root, json);
    std::cout << out << "\n";
  }
  return EXIT_SUCCESS;
}
