#include "engine/yaml/scalars.h"

#include <charconv>
#include <system_error>
#include <vector>

#include "engine/base/civil_time.h"

namespace weir::yaml {
namespace {

// Names longer than any that we know are not slips of the pen, and comparing them would cost.
constexpr std::size_t kLongestName = 200;

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;
  if (text.size() <= kShown) return "`" + std::string(text) + "`";
  std::size_t end = kShown;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return "`" + std::string(text.substr(0, end)) + "...`";
}

}  // namespace

const Node* as_scalar(const Node* node, Issues& issues) {
  if (node == nullptr || node->kind == NodeKind::kFaulty) return nullptr;
  if (node->kind == NodeKind::kScalar) return node;
  issues.error(node->place, "a single value must stand here, not " + std::string(kind_name(node->kind)));
  return nullptr;
}

std::optional<std::string> as_text(const Node* node, Issues& issues) {
  node = as_scalar(node, issues);
  if (node == nullptr) return std::nullopt;
  return node->text;
}

std::optional<std::int64_t> as_integer(const Node* node, std::int64_t least, std::int64_t most, Issues& issues) {
  node = as_scalar(node, issues);
  if (node == nullptr) return std::nullopt;
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  std::string_view digits = node->text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = end == digits.data() + digits.size() && !digits.empty();
  if (node->style != ScalarStyle::kPlain || !whole || error == std::errc::invalid_argument ||
      node->text.starts_with("+-")) {
    issues.error(node->place, quoted(node->text) + " is not a whole number", "write a number from " + range);
    return std::nullopt;
  }
  if (error == std::errc::result_out_of_range || value < least || value > most) {
    issues.error(node->place, quoted(node->text) + " is out of range", "it may be " + range);
    return std::nullopt;
  }
  return value;
}

std::optional<bool> as_bool(const Node* node, Issues& issues) {
  node = as_scalar(node, issues);
  if (node == nullptr) return std::nullopt;
  if (node->style == ScalarStyle::kPlain) {
    if (node->text == "true") return true;
    if (node->text == "false") return false;
  }
  issues.error(node->place, quoted(node->text) + " is neither true nor false", "write true or false, without quotes");
  return std::nullopt;
}

std::optional<std::int64_t> as_duration_ms(const Node* node, Issues& issues) {
  node = as_scalar(node, issues);
  if (node == nullptr) return std::nullopt;
  auto duration = parse_duration_ms(node->text);
  if (duration.ok()) return *duration;
  issues.error(node->place, quoted(node->text) + " is not a duration from 1ms to 36525d",
               "write for example 30m, 24h, 7d or 1h30m");
  return std::nullopt;
}

std::optional<std::size_t> as_choice(const Node* node, std::span<const std::string_view> choices, Issues& issues) {
  node = as_scalar(node, issues);
  if (node == nullptr) return std::nullopt;
  std::vector<std::string> names;
  std::string list;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (node->text == choices[i]) return i;
    names.emplace_back(choices[i]);
    list.append(i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ").append(choices[i]);
  }
  auto suggestion = did_you_mean(node->text, names);
  issues.error(node->place, quoted(node->text) + " can't stand here: write " + list, std::move(suggestion));
  return std::nullopt;
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  if (name.size() > kLongestName) return {};
  const auto closest = closest_name(name, candidates);
  return closest.empty() ? std::string() : "did you mean `" + std::string(closest) + "`?";
}

}  // namespace weir::yaml
