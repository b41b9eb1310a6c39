#include <simdjson.h>

#include "engine/audit/parsed_record.h"

namespace weir::audit {
namespace {

namespace dom = simdjson::dom;

std::string difference(dom::element recorded, dom::element computed, const std::string& path);

std::string object_difference(dom::object recorded, dom::object computed, const std::string& path) {
  const auto at = [&](std::string_view key) { return path.empty() ? std::string(key) : path + "." + std::string(key); };
  for (const auto member : recorded) {
    dom::element other;
    if (computed[member.key].get(other) != simdjson::SUCCESS) {
      return at(member.key) + ": recorded " + simdjson::minify(member.value) + ", computed nothing";
    }
    if (auto found = difference(member.value, other, at(member.key)); !found.empty()) return found;
  }
  for (const auto member : computed) {
    dom::element other;
    if (recorded[member.key].get(other) != simdjson::SUCCESS) {
      return at(member.key) + ": recorded nothing, computed " + simdjson::minify(member.value);
    }
  }
  return {};
}

std::string difference(dom::element recorded, dom::element computed, const std::string& path) {
  dom::object a;
  dom::object b;
  if (recorded.get(a) == simdjson::SUCCESS && computed.get(b) == simdjson::SUCCESS) {
    return object_difference(a, b, path);
  }
  const std::string text_a = simdjson::minify(recorded);
  const std::string text_b = simdjson::minify(computed);
  return text_a == text_b ? std::string() : path + ": recorded " + text_a + ", computed " + text_b;
}

}  // namespace

std::string first_difference(std::string_view recorded, std::string_view computed) {
  if (recorded == computed) return {};
  dom::parser parser_a;
  dom::parser parser_b;
  dom::element a;
  dom::element b;
  if (parser_a.parse(recorded.data(), recorded.size()).get(a) != simdjson::SUCCESS ||
      parser_b.parse(computed.data(), computed.size()).get(b) != simdjson::SUCCESS) {
    return "the recorded bytes are not JSON";
  }
  const auto found = difference(a, b, "");
  return found.empty() ? "the bytes differ, the values do not" : found;
}

}  // namespace weir::audit
