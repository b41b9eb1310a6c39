#include "engine/policy/list_entries.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/base/civil_time.h"
#include "engine/event/csv_row.h"
#include "engine/event/personal_token.h"
#include "engine/event/utf8.h"
#include "engine/policy/limits.h"
#include "engine/yaml/scalars.h"
#include "engine/yaml/source_text.h"

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

std::string counted_cells(std::size_t count) { return std::to_string(count) + (count == 1 ? " cell" : " cells"); }

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
    if (!is_text()) return {};
    std::string_view rest = file_->text;
    bool header = true;
    while (next_row(rest)) {
      if (issues_.all().size() >= kMaxReportedIssues) {
        issues_.error({file_, line_, 1, 1}, "from here on the file is not looked at: it has too many faults");
        break;
      }
      if (row_.empty()) continue;
      if (const auto fault = cells_.split(row_)) {
        error_at(fault->offset, fault->offset + 1, std::string(fault->what),
                 "put the cell in quotes, and write each quote in it twice");
        if (header) return {};
      } else if (header) {
        if (!read_header()) return {};
        header = false;
      } else {
        read_row();
      }
    }
    if (header) issues_.error({file_, 0, 0, 1}, "the file has no header", kHeaderAdvice);
    return std::move(entries_);
  }

 private:
  static constexpr const char* kHeaderAdvice = "begin with: value,reason,author,expires";

  bool is_text() {
    const std::string_view text = file_->text;
    line_ = 1;
    row_ = text;
    bool good = true;
    const auto fault = [&](std::size_t at, const char* message, const char* suggestion) {
      error_at(at, at, message, suggestion);
      good = false;
    };
    const auto bad = event::invalid_utf8_at(text);
    const auto odd = std::find_if(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
    });
    if (bad) {
      fault(*bad, "this is not valid UTF-8", "save the file as UTF-8");
    } else if (odd != text.end()) {
      fault(static_cast<std::size_t>(odd - text.begin()), "a control character can't stand in a list",
            "save the file as UTF-8 text");
    } else if (text.find('\n') == std::string_view::npos && text.find('\r') + 1 < text.size()) {
      const auto at = text.find('\r');
      if (at != std::string_view::npos) fault(at, "this is no line end", "save the file with LF or CRLF line ends");
    }
    line_ = 0;
    row_ = {};
    return good;
  }

  // Takes a row off the text.
  bool next_row(std::string_view& rest) {
    line_ += static_cast<std::uint32_t>(std::count(row_.begin(), row_.end(), '\n')) + 1;
    if (rest.empty()) return false;
    event::CsvRowEnd end;
    const auto at = std::min(end.find(rest), rest.size());
    row_ = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    if (row_.ends_with('\r')) row_.remove_suffix(1);
    return true;
  }

  // `begin` and `end` are bytes of the row.
  void error_at(std::size_t begin, std::size_t end, std::string message, std::string suggestion = {}) {
    const auto before = row_.substr(0, begin);
    const auto line = line_ + static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
    const auto column = yaml::code_points(before.substr(before.rfind('\n') + 1)) + 1;
    const auto marked = row_.substr(begin, end - begin);
    const auto length = std::max<std::size_t>(1, yaml::code_points(marked.substr(0, marked.find('\n'))));
    issues_.error({file_, line, static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(length)},
                  std::move(message), std::move(suggestion));
  }

  void error_in_cell(std::size_t cell, std::string message, std::string suggestion = {}) {
    const auto cells = cells_.cells();
    const auto end = cell + 1 < cells.size() ? cells[cell + 1].offset - 1 : row_.size();
    error_at(cells[cell].offset, end, std::move(message), std::move(suggestion));
  }
  // `word` is a part of the `rules` cell, which may hold it unquoted.
  void error_at_word(std::string_view word, std::string message, std::string suggestion) {
    const auto at = static_cast<std::size_t>(word.data() - row_.data());
    if (std::less<>()(word.data(), row_.data()) || at >= row_.size()) {
      error(kRules, std::move(message), std::move(suggestion));
    } else {
      error_at(at, at + word.size(), std::move(message), std::move(suggestion));
    }
  }
  void error(Column column, std::string message, std::string suggestion = {}) {
    error_in_cell(places_[column], std::move(message), std::move(suggestion));
  }

  static std::string header_advice(std::string_view name, const std::vector<std::string>& names) {
    const auto meant = yaml::did_you_mean(name, names);
    return meant.empty() ? "the first line names the columns: value,reason,author,expires" : meant;
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
        const bool other_mark = cells.size() == 1 && cells[i].text.find_first_of(";\t") != std::string_view::npos;
        const bool nameless = cells[i].text.empty();
        error_in_cell(
            i, nameless ? "a column has no name" : "there is no column `" + std::string(cells[i].text) + "` in a list",
            other_mark ? "columns are parted by commas" : header_advice(cells[i].text, names));
        return false;
      }
      auto& place = places_[static_cast<std::size_t>(known - kColumnNames.begin())];
      if (place != kColumns) {
        error_in_cell(i, "column `" + std::string(*known) + "` is there twice");
        good = false;
      }
      place = i;
    }
    for (const auto column : {kValue, kReason, kAuthor}) {
      if (places_[column] != kColumns) continue;
      error_at(0, row_.size(), "column `" + std::string(kColumnNames[column]) + "` is missing", kHeaderAdvice);
      good = false;
    }
    return good;
  }

  std::string_view cell(Column column) const {
    return places_[column] == kColumns ? std::string_view() : cells_.cells()[places_[column]].text;
  }

  void read_row() {
    const auto cells = cells_.cells().size();
    if (cells != width_) {
      error_at(0, row_.size(), "the row has " + counted_cells(cells) + ", the header has " + std::to_string(width_),
               cells > width_ ? "a cell with a comma stands in quotes: \"partner, since 2019\""
                              : "an empty cell needs its comma, too");
      return;
    }
    book::ListEntry entry;
    entry.reason = text_of(kReason, "why it is in the list: who reads it years later wants to know");
    entry.author = text_of(kAuthor, "who put it there");
    entry.expires_ms = expiry();
    read_rules(entry);
    auto value = value_of(cell(kValue));
    if (value) add(*std::move(value), std::move(entry));
  }

  void add(std::string value, book::ListEntry entry) {
    const auto known = lines_.find(value);
    if (known != lines_.end()) {
      error(kValue, "the value is there already, in line " + std::to_string(known->second), "keep one of them");
    } else if (lines_.size() == kMaxListEntries) {
      if (!is_full_) error(kValue, "a list has at most " + std::to_string(kMaxListEntries) + " entries");
      is_full_ = true;
    } else if (field_.personal && !has_key_ && !is_token(value)) {
      lines_.emplace(*left_out_.insert(std::move(value)).first, line_);
    } else {
      lines_.emplace(entries_.emplace(std::move(value), std::move(entry)).first->first, line_);
    }
  }

  std::string text_of(Column column, const char* what) {
    const auto text = cell(column);
    const auto name = std::string(kColumnNames[column]);
    if (text.empty()) error(column, "the entry has no " + name, what);
    if (text.size() > kMaxListTextBytes) {
      error(column, "the " + name + " is longer than " + std::to_string(kMaxListTextBytes) + " bytes");
    }
    return std::string(text);
  }

  std::int64_t expiry() {
    const auto text = cell(kExpires);
    if (text.empty()) return INT64_MAX;
    const auto time_ms = parse_iso8601_ms(text, true);
    if (time_ms.ok()) return *time_ms;
    error(kExpires, "`" + std::string(text) + "` is no date or time", "write e.g. 2027-01-01 or 2027-01-01T12:00:00Z");
    return INT64_MAX;
  }

  // As the field's slot has it; without the token key a personal value as it is written.
  std::optional<std::string> value_of(std::string_view text) {
    if (text.empty()) {
      error(kValue, "the entry has no value");
      return std::nullopt;
    }
    if (text.size() > policy_.schema->limits.max_string_bytes) {
      error(kValue, "the value is longer than any text that the schema lets in");
      return std::nullopt;
    }
    const bool quoted = row_[cells_.cells()[places_[kValue]].offset] == '"';
    if (!quoted && (text.starts_with(' ') || text.ends_with(' '))) {
      error(kValue, "the value begins or ends with a blank: it would be found with that blank alone",
            "take the blank out, or put the value in quotes if it belongs to it");
      return std::nullopt;
    }
    if (field_.personal) return personal(text);
    if (field_.type == event::FieldType::kInt64) return integer(text);
    if (field_.type == event::FieldType::kEnum) {
      const auto& values = field_.enum_values;
      if (std::find(values.begin(), values.end(), text) == values.end()) {
        error(kValue, "`" + field_.name + "` is never '" + std::string(text) + "'", yaml::did_you_mean(text, values));
        return std::nullopt;
      }
    }
    return std::string(text);
  }

  std::optional<std::string> personal(std::string_view text) {
    if (text.starts_with(kTokenMark)) {
      text.remove_prefix(kTokenMark.size());
      if (is_token(text)) return std::string(text);
      error(kValue, "this is no token", "a token is 32 hexadecimal digits in lower case");
      return std::nullopt;
    }
    // A token looks the same as a value that is written so.
    if (!has_key_) return is_token(text) ? std::nullopt : std::optional(std::string(text));
    const auto& domain = field_.token_domain.empty() ? field_.name : field_.token_domain;
    return std::string(tokens_.token(domain, text));
  }

  std::optional<std::string> integer(std::string_view text) {
    std::int64_t number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec == std::errc() && result.ptr == text.data() + text.size()) return std::to_string(number);
    error(kValue, "`" + field_.name + "` is a whole number, and '" + std::string(text) + "' is none");
    return std::nullopt;
  }

  void read_rules(book::ListEntry& entry) {
    auto rest = cell(kRules);
    while (!rest.empty()) {
      const auto word = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      if (word.empty()) continue;
      std::string id(word);
      if (!std::binary_search(policy_.rules->rules().begin(), policy_.rules->rules().end(), id, ById())) {
        std::vector<std::string> ids;
        for (const auto& rule : policy_.rules->rules()) ids.push_back(rule.id);
        error_at_word(word, "there is no rule `" + id + "`", yaml::did_you_mean(id, ids));
      }
      entry.rules.push_back(std::move(id));
    }
    if (!entry.rules.empty() && list_.kind != book::ListKind::kAllow) {
      error(kRules, "`rules` is for lists of kind allow: this one takes no rule out");
    }
  }

  struct ById {
    bool operator()(const book::Rule& rule, const std::string& id) const { return rule.id < id; }
    bool operator()(const std::string& id, const book::Rule& rule) const { return id < rule.id; }
  };

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
  std::string_view row_;    // without its line end
  std::uint32_t line_ = 0;  // where it begins
  bool is_full_ = false;
  book::ListEntries entries_;
  std::set<std::string> left_out_;                             // values that are no tokens yet
  std::unordered_map<std::string_view, std::uint32_t> lines_;  // of all values
};

}  // namespace

Result<book::ListEntries, Issues> read_list_entries(std::string name, std::string text,
                                                    const book::ListDefinition& list, const Policy& policy,
                                                    std::string_view token_key) {
  Issues issues;
  text.erase(0, text.size() - yaml::without_byte_order_mark(text).size());
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

Issues find_stray_entries(const std::string& directory, const Policy& policy) {
  std::vector<std::string> names;
  for (const auto& list : policy.lists) names.push_back(list.name);
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(directory) / "lists", error)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  Issues out;
  for (const auto& path : paths) {
    const auto name = path.stem().string();
    const bool shouted = path.extension() == ".CSV";
    if ((path.extension() != ".csv" && !shouted) || name.starts_with('.')) continue;
    const bool known = std::find(names.begin(), names.end(), name) != names.end();
    if (known && !shouted) continue;
    auto hint = known ? "rename it to " + name + ".csv" : yaml::did_you_mean(name, names);
    if (hint.empty())
      hint = "lists/" + name + ".yaml would say what the list is; other files are better kept elsewhere";
    out.warning({std::make_shared<const SourceFile>(SourceFile{path.string(), ""}), 0, 0, 1},
                known ? "entries of a list end in .csv: nobody reads these"
                      : "the policy has no list `" + name + "`: nobody reads these entries",
                std::move(hint));
  }
  return out;
}

}  // namespace weir::policy
