#include "engine/base/diagnostics.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir {
namespace {

std::string_view line_of(std::string_view text, std::uint32_t line) {
  for (std::uint32_t at = 1; at < line; ++at) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
  return text;
}

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

void render_source(const Place& place, std::string& out) {
  const auto source = line_of(place.file->text, place.line);
  if (source.empty()) return;
  out.append("    ").append(source).append("\n    ");
  std::uint32_t column = 1;
  for (std::size_t i = 0; i < source.size() && column < place.column; ++i) {
    if (i + 1 < source.size() && continues_code_point(source[i + 1])) continue;
    out.push_back(source[i] == '\t' ? '\t' : ' ');
    ++column;
  }
  out.push_back('^');
  out.append(place.length > 1 ? place.length - 1 : 0, '~');
  out.push_back('\n');
}

void render_issue(const Issue& issue, std::string& out) {
  const auto& place = issue.place;
  if (place.file) {
    out.append(place.file->name).push_back(':');
    if (place.line > 0) {
      out.append(std::to_string(place.line)).append(":").append(std::to_string(place.column)).push_back(':');
    }
    out.push_back(' ');
  }
  out.append(issue.severity == Severity::kError ? "error: " : "warning: ").append(issue.message).push_back('\n');
  if (place.file && place.line > 0) render_source(place, out);
  if (!issue.suggestion.empty()) out.append("    ").append(issue.suggestion).push_back('\n');
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char left, char right) { return lower(left) == lower(right); });
}

// Letters put in, left out or replaced, and neighbours that changed places (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);  // the rows of a[0, i - 2), a[0, i - 1) and a[0, i)
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(above);
    above.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

void Issues::error(Place place, std::string message, std::string suggestion) {
  issues_.push_back({Severity::kError, std::move(place), std::move(message), std::move(suggestion)});
}

void Issues::warning(Place place, std::string message, std::string suggestion) {
  issues_.push_back({Severity::kWarning, std::move(place), std::move(message), std::move(suggestion)});
}

void Issues::append(const Issues& other) { issues_.insert(issues_.end(), other.issues_.begin(), other.issues_.end()); }

bool Issues::has_errors(std::size_t first) const {
  return std::any_of(issues_.begin() + static_cast<std::ptrdiff_t>(first), issues_.end(),
                     [](const Issue& i) { return i.severity == Severity::kError; });
}

std::string Issues::render() const {
  std::vector<const Issue*> sorted;
  for (const auto& issue : issues_) sorted.push_back(&issue);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Issue* a, const Issue* b) {
    static const std::string kNone;
    const auto& file_a = a->place.file ? a->place.file->name : kNone;
    const auto& file_b = b->place.file ? b->place.file->name : kNone;
    return std::tie(file_a, a->place.line, a->place.column) < std::tie(file_b, b->place.line, b->place.column);
  });
  std::string out;
  for (const auto* issue : sorted) render_issue(*issue, out);
  return out;
}

std::string_view closest_name(std::string_view name, std::span<const std::string> candidates) {
  // Whoever only slipped on the shift key has every letter right.
  for (const auto& candidate : candidates) {
    if (same_letters(name, candidate)) return candidate;
  }
  // A third of the letters may be wrong, but always one and never more than three.
  const std::size_t bound = std::clamp<std::size_t>(name.size() / 3, 1, 3);
  std::string_view best;
  std::size_t best_distance = bound + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(name, candidate);
    if (distance < best_distance || (distance == best_distance && !best.empty() && candidate < best)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace weir
