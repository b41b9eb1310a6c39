#include "engine/policy/exchange_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/civil_time.h"
#include "engine/policy/limits.h"
#include "engine/yaml/document.h"

namespace weir::policy {
namespace {

constexpr std::string_view kHeader = "date,currency,rate";
constexpr std::size_t kCells = 3;

class RateReader {
 public:
  RateReader(std::shared_ptr<const SourceFile> file, const Currency& base, Issues& issues)
      : file_(std::move(file)), base_(base), issues_(issues) {}

  std::vector<cel::ExchangeRate> read() {
    std::string_view rest = file_->text;
    if (rest.size() > yaml::kMaxFileBytes) {
      line_ = 0;
      error(0, 0, "the file is larger than " + std::to_string(yaml::kMaxFileBytes) + " bytes");
      return {};
    }
    while (!rest.empty() && faults_ < kMaxReportedIssues) {
      const auto end = std::min(rest.find('\n'), rest.size());
      auto text = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (text.ends_with('\r')) text.remove_suffix(1);
      ++line_;
      if (!is_plain(text)) continue;
      if (line_ == 1) {
        // Rows of another form would all be wrong for it.
        const bool same_form =
            std::count(text.begin(), text.end(), ',') + 1 == kCells && text.find('"') == std::string_view::npos;
        if (!read_header(text) && !same_form) break;
      } else if (rates_.size() < kMaxExchangeRates) {
        read_row(text);
      } else {
        error(1, 1, "the file has more than " + std::to_string(kMaxExchangeRates) + " rates");
        break;
      }
    }
    if (line_ == 0) error(0, 0, "the file is empty", header_advice());
    return std::move(rates_);
  }

 private:
  static std::string header_advice() { return "its first line is " + std::string(kHeader); }

  // `begin` counts from 1. The text is ASCII up to there.
  void error(std::size_t begin, std::size_t length, std::string message, std::string suggestion = {}) {
    ++faults_;
    issues_.error(
        {file_, line_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(std::max<std::size_t>(length, 1))},
        std::move(message), std::move(suggestion));
  }

  bool is_plain(std::string_view text) {
    const auto odd = std::find_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; });
    if (odd == text.end()) return true;
    error(static_cast<std::size_t>(odd - text.begin()) + 1, 1, "this character can't stand in a table of rates");
    return false;
  }

  bool read_header(std::string_view text) {
    if (text == kHeader) return true;
    error(1, text.size(), "this is not the header of a table of rates", header_advice());
    return false;
  }

  void read_row(std::string_view text) {
    std::array<std::string_view, kCells> cells;
    std::array<std::size_t, kCells> begins{};
    std::size_t count = 0;
    for (std::size_t begin = 0;; ++count) {
      const auto end = std::min(text.find(',', begin), text.size());
      if (count < kCells) {
        cells[count] = text.substr(begin, end - begin);
        begins[count] = begin + 1;
      }
      if (end == text.size()) break;
      begin = end + 1;
    }
    if (count + 1 != kCells) {
      error(1, text.size(), "a row is a date, a currency and a rate", "write for example 2026-01-05,USD,1.0378");
      return;
    }
    const auto from_ms = read_date(cells[0], begins[0]);
    const auto currency = read_currency(cells[1], begins[1]);
    auto rate = read_rate(cells[2], begins[2]);
    if (!from_ms || !currency || !rate) return;
    rate->from_ms = *from_ms;
    rate->currency = *currency;
    const auto [first, is_new] = lines_.emplace(std::pair(rate->currency, rate->from_ms), line_);
    if (is_new) {
      rates_.push_back(*rate);
    } else {
      error(1, text.size(), "the rate of this day and currency stands in line " + std::to_string(first->second));
    }
  }

  std::optional<std::int64_t> read_date(std::string_view cell, std::size_t begin) {
    constexpr std::size_t kDateBytes = 10;
    const auto time_ms = parse_iso8601_ms(cell, true);
    if (time_ms.ok() && cell.size() == kDateBytes) return *time_ms;
    error(begin, cell.size(), "this is not a date", "write for example 2026-01-05");
    return std::nullopt;
  }

  // Without blanks, and in upper case.
  static std::string plain_code(std::string_view cell) {
    std::string out;
    for (const char c : cell) {
      if (c != ' ') out.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return out;
  }

  std::optional<std::uint16_t> read_currency(std::string_view cell, std::size_t begin) {
    const auto currency = currency_by_code(cell);
    if (!currency) {
      const auto meant = plain_code(cell);
      const bool known = currency_by_code(meant).has_value();
      error(begin, cell.size(), "this is not a currency of ISO 4217",
            "write " + (known ? meant : "for example USD or JPY"));
      return std::nullopt;
    }
    if (currency->numeric != base_.numeric) return currency->numeric;
    error(begin, cell.size(), std::string(base_.code) + " is the base currency: its rate is always 1");
    return std::nullopt;
  }

  // Digits, and a point with digits behind it.
  std::optional<cel::ExchangeRate> read_rate(std::string_view cell, std::size_t begin) {
    cel::ExchangeRate rate;
    const auto point = cell.find('.');
    std::string digits(cell.substr(0, point));
    std::string_view decimals = point == std::string_view::npos ? "" : cell.substr(point + 1);
    bool well_formed = !digits.empty() && (point == std::string_view::npos || !decimals.empty());
    decimals = decimals.substr(0, decimals.find_last_not_of('0') + 1);
    digits.append(decimals);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    well_formed = well_formed && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!well_formed) {
      error(begin, cell.size(), "this is not a rate", "write for example 1.0378");
    } else if (digits.empty()) {
      error(begin, cell.size(), "a rate is above 0");
    } else if (digits.size() > cel::kMaxRateDigits || decimals.size() > cel::kMaxRateDecimals) {
      error(begin, cell.size(),
            "a rate has at most " + std::to_string(cel::kMaxRateDigits) + " digits, " +
                std::to_string(cel::kMaxRateDecimals) + " of them behind the point");
    } else {
      for (const char digit : digits) rate.mantissa = rate.mantissa * 10 + (digit - '0');
      rate.decimals = static_cast<std::uint8_t>(decimals.size());
      return rate;
    }
    return std::nullopt;
  }

  std::shared_ptr<const SourceFile> file_;
  Currency base_;
  Issues& issues_;
  std::uint32_t line_ = 0;
  std::size_t faults_ = 0;
  std::vector<cel::ExchangeRate> rates_;
  std::map<std::pair<std::uint16_t, std::int64_t>, std::uint32_t> lines_;  // by currency and day
};

}  // namespace

std::vector<cel::ExchangeRate> read_exchange_rates(const std::shared_ptr<const SourceFile>& file, const Currency& base,
                                                   Issues& issues) {
  return RateReader(file, base, issues).read();
}

}  // namespace weir::policy
