#include "engine/policy/list_entries.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "engine/base/civil_time.h"
#include "engine/event/csv_row.h"
#include "engine/event/personal_token.h"
#include "engine/policy/limits.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

constexpr std::size_t kColumns = 5;
constexpr std::array<std::string_view, kColumns> kColumnNames{"value", "reason", "author", "expires", "rules"};
enum Column : std::size_t { kValue, kReason, kAuthor, kExpires, kRules };
constexpr std::string_view kTokenMark = "token:";

bool is_token(std::string_view text) {
  return text.size() == event::kTokenChars &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

class EntryReader {
 public:
  EntryReader(std::shared_ptr<const SourceFile> file, const book::ListDefinition& list, const Policy& policy,
              std::string_view token_key, Issues& issues)
      : file_(std::move(file)),
        list_(list),
        policy_(policy),
        field_(policy.schema->fields[list.slot]),
        has_key_(!token_key.empty()),
        tokens_(token_key),
        issues_(issues) {}

  book::ListEntries read() {
    std::string_view rest = file_->text;
    std::uint32_t line = 1;
    bool header = true;
    while (!rest.empty() && issues_.all().size() < kMaxReportedIssues) {
      event::CsvRowEnd end;
      const auto at = std::min(end.find(rest), rest.size());
      auto row = rest.substr(0, at);
      rest.remove_prefix(std::min(at + 1, rest.size()));
      const auto lines = static_cast<std::uint32_t>(std::count(row.begin(), row.end(), '\n')) + 1;
      if (row.ends_with('\r')) row.remove_suffix(1);
      line_ = line;
      line += lines;
      if (row.empty()) continue;
      if (const auto fault = cells_.split(row)) {
        error(static_cast<std::uint32_t>(fault->offset) + 1, std::string(fault->what));
      } else if (header) {
        if (!read_header()) return {};
        header = false;
      } else {
        read_row();
      }
    }
    if (header) error(1, "the file has no header", "begin with: value,reason,author,expires");
    return std::move(entries_);
  }

 private:
  void error(std::uint32_t column, std::string message, std::string suggestion = {}) {
    issues_.error({file_, line_, column, 1}, std::move(message), std::move(suggestion));
  }

  bool read_header() {
    places_.fill(kColumns);
    bool good = true;
    const auto cells = cells_.cells();
    width_ = cells.size();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const auto known = std::find(kColumnNames.begin(), kColumnNames.end(), cells[i].text);
      if (known == kColumnNames.end()) {
        const std::vector<std::string> names(kColumnNames.begin(), kColumnNames.end());
        error(1, "there is no column `" + std::string(cells[i].text) + "` in a list",
              yaml::did_you_mean(cells[i].text, names));
        good = false;
        continue;
      }
      auto& place = places_[static_cast<std::size_t>(known - kColumnNames.begin())];
      if (place != kColumns) {
        error(1, "column `" + std::string(*known) + "` is there twice");
        good = false;
      }
      place = i;
    }
    for (const auto column : {kValue, kReason, kAuthor}) {
      if (places_[column] != kColumns) continue;
      error(1, "column `" + std::string(kColumnNames[column]) + "` is missing");
      good = false;
    }
    return good;
  }

  std::string_view cell(Column column) const {
    return places_[column] == kColumns ? std::string_view() : cells_.cells()[places_[column]].text;
  }

  void read_row() {
    if (cells_.cells().size() != width_) {
      error(1, "the row has " + std::to_string(cells_.cells().size()) + " cells, the header " + std::to_string(width_));
      return;
    }
    const auto value = value_of(cell(kValue));
    book::ListEntry entry;
    entry.reason = text_of(kReason);
    entry.author = text_of(kAuthor);
    if (const auto expires = cell(kExpires); !expires.empty()) {
      const auto time_ms = parse_iso8601_ms(expires, true);
      if (!time_ms.ok()) {
        error(1, "`" + std::string(expires) + "` is no date or time", "write e.g. 2027-01-01 or 2027-01-01T12:00:00Z");
        return;
      }
      entry.expires_ms = *time_ms;
    }
    read_rules(entry);
    if (!value) return;
    if (entries_.size() == kMaxListEntries) {
      error(1, "a list has at most " + std::to_string(kMaxListEntries) + " entries");
      return;
    }
    if (!entries_.emplace(*value, std::move(entry)).second) error(1, "the value is there twice");
  }

  std::string text_of(Column column) {
    const auto text = cell(column);
    const auto name = std::string(kColumnNames[column]);
    if (text.empty()) error(1, "the entry has no " + name, "who reads it years later wants to know");
    if (text.size() > kMaxListTextBytes) {
      error(1, "the " + name + " is longer than " + std::to_string(kMaxListTextBytes) + " bytes");
    }
    return std::string(text);
  }

  // As the field's slot has it.
  std::optional<std::string> value_of(std::string_view text) {
    if (text.empty()) {
      error(1, "the entry has no value");
      return std::nullopt;
    }
    if (text.size() > policy_.schema->limits.max_string_bytes) {
      error(1, "the value is longer than any text that the schema lets in");
      return std::nullopt;
    }
    if (field_.personal) return personal(text);
    if (field_.type == event::FieldType::kInt64) return integer(text);
    if (field_.type == event::FieldType::kEnum) {
      const auto& values = field_.enum_values;
      if (std::find(values.begin(), values.end(), text) == values.end()) {
        error(1, "`" + field_.name + "` is never '" + std::string(text) + "'", yaml::did_you_mean(text, values));
        return std::nullopt;
      }
    }
    return std::string(text);
  }

  std::optional<std::string> personal(std::string_view text) {
    if (text.starts_with(kTokenMark)) {
      text.remove_prefix(kTokenMark.size());
      if (is_token(text)) return std::string(text);
      error(1, "this is no token", "a token is 32 hexadecimal digits in lower case");
      return std::nullopt;
    }
    if (!has_key_) return std::nullopt;
    const auto& domain = field_.token_domain.empty() ? field_.name : field_.token_domain;
    return std::string(tokens_.token(domain, text));
  }

  std::optional<std::string> integer(std::string_view text) {
    std::int64_t number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
      error(1, "`" + field_.name + "` is a whole number, and '" + std::string(text) + "' is none");
      return std::nullopt;
    }
    return std::to_string(number);
  }

  void read_rules(book::ListEntry& entry) {
    std::istringstream words{std::string(cell(kRules))};
    for (std::string id; words >> id;) {
      const auto& rules = policy_.rules->rules();
      const bool known = std::any_of(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == id; });
      if (!known) error(1, "there is no rule `" + id + "`");
      entry.rules.push_back(std::move(id));
    }
    if (!entry.rules.empty() && list_.kind != book::ListKind::kAllow) error(1, "`rules` is for lists of kind allow");
  }

  std::shared_ptr<const SourceFile> file_;
  const book::ListDefinition& list_;
  const Policy& policy_;
  const event::Field& field_;
  bool has_key_;
  event::PersonalTokens tokens_;
  Issues& issues_;
  event::CsvRow cells_;
  std::array<std::size_t, kColumns> places_{};  // of the columns; kColumns: not there
  std::size_t width_ = 0;
  std::uint32_t line_ = 1;
  book::ListEntries entries_;
};

}  // namespace

Result<book::ListEntries, Issues> read_list_entries(std::string name, std::string text,
                                                    const book::ListDefinition& list, const Policy& policy,
                                                    std::string_view token_key) {
  Issues issues;
  auto file = std::make_shared<const SourceFile>(SourceFile{std::move(name), std::move(text)});
  auto entries = EntryReader(std::move(file), list, policy, token_key, issues).read();
  if (issues.has_errors()) return issues;
  return entries;
}

Result<ListContents, Issues> read_list_contents(const std::string& directory, const Policy& policy,
                                                std::string_view token_key) {
  ListContents out;
  Issues issues;
  for (const auto& list : policy.lists) {
    const auto path = std::filesystem::path(directory) / "lists" / (list.name + ".csv");
    std::error_code error;
    const auto fault = [&](std::string message) {
      issues.error({std::make_shared<const SourceFile>(SourceFile{path.string(), ""}), 0, 0, 1}, std::move(message));
    };
    auto& entries = out[list.name];
    if (!std::filesystem::exists(path, error)) continue;
    const auto size = std::filesystem::file_size(path, error);
    std::ifstream in(path, std::ios::binary);
    if (error || !in) {
      fault("the file can't be read");
      continue;
    }
    if (size > kMaxListBytes) {
      fault("the file has " + std::to_string(size) + " bytes, the limit is " + std::to_string(kMaxListBytes));
      continue;
    }
    std::string text(size, '\0');
    in.read(text.data(), static_cast<std::streamsize>(size));
    if (static_cast<std::uintmax_t>(in.gcount()) != size) {
      fault("the file changed while it was read");
      continue;
    }
    auto read = read_list_entries(path.string(), std::move(text), list, policy, token_key);
    if (!read.ok()) {
      issues.append(read.error());
    } else {
      entries = *std::move(read);
    }
  }
  if (issues.has_errors()) return issues;
  return out;
}

}  // namespace weir::policy
