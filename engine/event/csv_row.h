// CSV by RFC 4180: comma, double quotes, quotes doubled inside of quotes, line ends inside of quotes. Stricter than
// many readers: a quote inside of an unquoted cell, or text behind a closing quote, is refused rather than guessed at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/raw_text.h"

namespace weir::event {

// Splits rows into cells. Reused from row to row: nothing is allocated once warm.
class CsvRow {
 public:
  struct Fault {
    std::size_t offset = 0;
    std::string_view what;
  };

  // `row` is without its line end. An empty cell without quotes is kMissing, all others are kCell.
  std::optional<Fault> split(std::string_view row);

  // Of the last row that was split without fault; the texts live as long as that row and until the next split().
  std::span<const RawText> cells() const { return cells_; }

 private:
  std::optional<Fault> quoted_cell(std::string_view row, std::size_t& at);
  std::optional<Fault> plain_cell(std::string_view row, std::size_t& at);

  std::vector<RawText> cells_;
  std::string unquoted_;  // cells with doubled quotes; reserved in one piece, so that views into it stay valid
};

// Finds where a row of a stream ends. Bytes may come in pieces.
class CsvRowEnd {
 public:
  // The place of the line feed that ends the row, or npos if it is not in `bytes`: the next piece goes on from there.
  // Finding it makes ready for the next row.
  std::size_t find(std::string_view bytes);
  bool inside_quotes() const { return place_ == Place::kQuoted; }

 private:
  enum class Place : std::uint8_t { kCellBegin, kPlain, kQuoted, kBehindQuote };
  Place place_ = Place::kCellBegin;
};

}  // namespace weir::event
