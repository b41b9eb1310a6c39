#include "engine/event/csv_row.h"

#include <bit>

namespace weir::event {

std::optional<CsvRow::Fault> CsvRow::split(std::string_view row) {
  cells_.clear();
  unquoted_.clear();
  std::size_t at = 0;
  for (;;) {
    const bool quoted = at < row.size() && row[at] == '"';
    if (const auto fault = quoted ? quoted_cell(row, at) : plain_cell(row, at)) return fault;
    if (at == row.size()) return std::nullopt;
    ++at;  // the comma
  }
}

std::optional<CsvRow::Fault> CsvRow::plain_cell(std::string_view row, std::size_t& at) {
  const std::size_t begin = at;
  while (at < row.size() && row[at] != ',') {
    if (row[at] == '"') return Fault{at, "a quote in a cell that does not begin with one"};
    ++at;
  }
  const std::string_view text = row.substr(begin, at - begin);
  cells_.push_back({text, static_cast<std::uint32_t>(begin), text.empty() ? RawForm::kMissing : RawForm::kCell});
  return std::nullopt;
}

std::optional<CsvRow::Fault> CsvRow::quoted_cell(std::string_view row, std::size_t& at) {
  const std::size_t opened = at++;
  std::string_view text;
  std::size_t copied_from = std::string::npos;
  for (;;) {
    const std::size_t quote = row.find('"', at);
    if (quote == std::string_view::npos) return Fault{opened, "the quote is not closed"};
    const std::string_view piece = row.substr(at, quote - at);
    const bool doubled = quote + 1 < row.size() && row[quote + 1] == '"';
    if (doubled || copied_from != std::string::npos) {
      if (unquoted_.capacity() < row.size()) unquoted_.reserve(std::bit_ceil(row.size()));
      if (copied_from == std::string::npos) copied_from = unquoted_.size();
      unquoted_.append(piece);
    }
    if (!doubled) {
      text = copied_from == std::string::npos ? piece : std::string_view(unquoted_).substr(copied_from);
      at = quote + 1;
      break;
    }
    unquoted_.push_back('"');
    at = quote + 2;
  }
  if (at < row.size() && row[at] != ',') return Fault{at, "text behind a closing quote"};
  cells_.push_back({text, static_cast<std::uint32_t>(opened), RawForm::kCell});
  return std::nullopt;
}

std::size_t CsvRowEnd::find(std::string_view bytes) {
  if (place_ != Place::kQuoted) {  // most rows have no quote at all
    const std::size_t line_end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, line_end);
    if (line.find('"') == std::string_view::npos) {
      if (line_end != std::string_view::npos) {
        place_ = Place::kCellBegin;
      } else if (!line.empty()) {
        place_ = line.back() == ',' ? Place::kCellBegin : Place::kPlain;
      }
      return line_end;
    }
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (place_ == Place::kQuoted) {
      at = bytes.find('"', at);
      if (at == std::string_view::npos) return std::string_view::npos;
      place_ = Place::kBehindQuote;
      continue;
    }
    switch (bytes[at]) {
      case '\n':
        place_ = Place::kCellBegin;
        return at;
      case ',':
        place_ = Place::kCellBegin;
        break;
      case '"':
        place_ = place_ == Place::kPlain ? Place::kPlain : Place::kQuoted;
        break;
      default:
        place_ = Place::kPlain;
        break;
    }
  }
  return std::string_view::npos;
}

}  // namespace weir::event
