#include "ops/command/backtest_text.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "engine/base/civil_time.h"
#include "engine/base/decimal.h"
#include "ops/command/terminal.h"

namespace weir::command {
namespace {

using backtest::Figures;
using backtest::Interval;
using backtest::Report;
using backtest::SideReport;

constexpr std::size_t kShownFailures = 5;

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string number(const Interval& interval, int digits) {
  if (!interval.known) return "-";
  return fixed(interval.value, digits) + " (" + fixed(interval.low, digits) + " to " + fixed(interval.high, digits) +
         ")";
}

// Rows of cells under each other; all but the first cell of a row to the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto space = std::string(widths[i] - row[i].size(), ' ');
      line += (i == 0 ? row[i] + space : space + row[i]) + (i + 1 == row.size() ? "" : "  ");
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

// Broken between words.
std::string in_lines(std::string_view text) {
  constexpr std::size_t kWidth = 110;
  std::string out;
  while (text.size() > kWidth) {
    const auto end = text.rfind(' ', kWidth);
    if (end == std::string_view::npos) break;
    out += std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(end + 1);
  }
  return out + std::string(text) + "\n";
}

class Text {
 public:
  explicit Text(const Report& report) : report_(report) {}

  std::string all() {
    head();
    figures();
    halves();
    if (report_.before) flips();
    rules();
    queue();
    failures();
    return out_;
  }

 private:
  std::string money(std::int64_t minor_units) const {
    std::string text;
    append_decimal(text, minor_units, report_.currency_exponent);
    return report_.currency.empty() ? text : text + " " + report_.currency;
  }

  void head() {
    const auto& f = report_.now.all;
    title();
    out_ += grouped(f.payments) + " payments";
    if (f.payments > 0) out_ += ", " + iso8601(f.first_ms) + " to " + iso8601(f.last_ms);
    out_ +=
        "\n\nWhat this can't know: what fraudsters would have done had they met this policy. A payment that is "
        "stopped\n"
        "ends nothing here, the ones after it come as they came.\n";
    scored(f);
    warnings();
  }

  void warnings() {
    if (const auto again = report_.counts.repeated_ids; again > 0) {
      out_ += "Warning: " + grouped(again) +
              " records have an id that an earlier one had. A label of that id is taken for each of them.\n";
    }
    if (const auto early = report_.counts.early_labels; early > 0) {
      out_ += "Warning: " + grouped(early) +
              " labels were known before the event happened whose id they name, and are not applied to it:\n"
              "an id that is used twice, or a clock that is wrong.\n";
    }
  }

  void title() {
    const auto named = [](const auto& policy) { return policy.name + " " + policy.hash.substr(0, 19) + "..."; };
    out_ += (report_.shadow ? "Shadow report of " : "Backtest of ") + named(report_.now);
    if (!report_.shadow) {
      out_ += (report_.before ? " against " + named(*report_.before) : "") + "\n";
      return;
    }
    if (report_.deciders.size() == 1) {
      out_ += " beside what " + named(report_.deciders.front()) + " decided\n";
      return;
    }
    out_ += " beside what " + grouped(report_.deciders.size()) + " policies decided, one after the other:\n";
    for (const auto& decider : report_.deciders) {
      out_ += "  " + named(decider) + ": " + grouped(decider.payments) + " payments\n";
    }
  }
  // The two sides, as columns are headed.
  std::string one() const { return report_.shadow ? "shadow" : "this policy"; }
  std::string other() const { return report_.shadow ? "decided" : "against"; }

  // What the figures are of, and what they leave out.
  void scored(const Figures& f) {
    out_ += "Scored are payments whose truth is known";
    if (report_.maturity.until_ms != INT64_MAX) out_ += " by labels up to " + iso8601(report_.maturity.until_ms);
    if (const auto& after_ms = report_.maturity.honest_after_ms) {
      out_ += " and that are at least " + duration_text(*after_ms) + " old at " + iso8601(report_.seen_until_ms) +
              ",\nwhere the past at hand ends; without a label by then they are taken for honest";
    }
    out_ += ": " + grouped(f.fraud_alerts + f.fraud_passed) + " frauds, " + grouped(f.honest_alerts + f.honest_passed) +
            " honest.\n";
    if (report_.maturity.honest_after_ms) {
      out_ += "Too young to judge: " + grouped(f.too_young) + " payments, " + grouped(f.too_young_fraud) +
              " of them already reported as fraud.\n";
    }
    out_ += "Counted apart: " + grouped(f.unknown_alerts + f.unknown_passed) + " of unknown truth";
    out_ += report_.has_decisions ? ", " + grouped(f.declined_then) + " declined at the time.\n" : ".\n";
    if (f.declined_then > 0) {
      out_ += "Left out, because they were declined then: " + grouped(f.declined_then_alerts) + " alerts of " + one();
      if (report_.before) out_ += " (" + other() + ": " + grouped(report_.before->all.declined_then_alerts) + ")";
      out_ +=
          ", and " + grouped(f.declined_then_fraud) +
          " payments that were reported\nas fraud. Precision and recall are of what was let through; a control share "
          "shows the rest.\n";
    }
    if (backtest::has_bounds(report_)) out_ += in_lines(backtest::kBounds);
  }

  std::vector<std::vector<std::string>> lines(const std::vector<const Figures*>& columns) const {
    std::vector<std::vector<std::string>> rows;
    const auto row = [&](const std::string& name, const auto& cell) {
      auto& cells = rows.emplace_back(std::vector<std::string>{name});
      for (const auto* f : columns) cells.push_back(cell(*f));
    };
    row("alerts a day", [](const Figures& f) { return number(f.alerts_per_day, 1); });
    row("alerts, of them declines", [](const Figures& f) { return grouped(f.alerts) + ", " + grouped(f.declines); });
    row("alerts that are scored, left out", [](const Figures& f) {
      const auto scored = f.fraud_alerts + f.honest_alerts;
      return grouped(scored) + ", " + grouped(f.alerts - scored);
    });
    const bool any_repeated =
        std::any_of(columns.begin(), columns.end(), [](const Figures* f) { return f->repeated_alerts > 0; });
    if (any_repeated) {
      row("alerts, of them of a case that is open", [](const Figures& f) { return grouped(f.repeated_alerts); });
    }
    row("precision", [](const Figures& f) { return percent_with_interval(f.precision); });
    row("recall", [](const Figures& f) { return percent_with_interval(f.recall); });
    row("false positives of all honest", [](const Figures& f) { return percent_with_interval(f.false_positive_rate); });
    row("honest alerts for each fraud", [](const Figures& f) { return number(f.false_per_fraud, 2); });
    if (!report_.amount_field.empty()) {
      row("value caught", [](const Figures& f) { return percent_with_interval(f.value_recall); });
      row("", [&](const Figures& f) { return money(f.caught_amount) + " of " + money(f.fraud_amount); });
    }
    if (!report_.card.empty()) {
      row("episodes caught (" + report_.card + ")",
          [](const Figures& f) { return percent_with_interval(f.episode_recall); });
      if (!report_.amount_field.empty()) {
        row("value from the first alert on", [](const Figures& f) { return percent_with_interval(f.saved); });
      }
    }
    return rows;
  }

  void figures() {
    std::vector<const Figures*> columns{&report_.now.all};
    std::vector<std::string> titles{"", one()};
    if (report_.before) {
      columns.push_back(&report_.before->all);
      titles.push_back(other());
    }
    auto rows = lines(columns);
    rows.insert(rows.begin(), titles);
    out_ += "\nAll of it (95 % intervals, resampled by " + (report_.card.empty() ? "payment" : report_.card) + ")\n" +
            table(rows);
  }

  void halves() {
    auto rows = lines({&report_.now.tuning, &report_.now.later});
    rows.insert(rows.begin(), {"", "until " + iso8601(report_.split_ms), "from then on"});
    out_ += std::string(report_.shadow ? "\nThe shadow" : "\nThis policy") +
            ", in two halves: rules made on the first one have not seen the second\n" + table(rows);
  }

  void flips() {
    const auto& flips = report_.flips;
    const auto row = [](const std::string& name, const std::array<std::uint64_t, 3>& counts) {
      return std::vector<std::string>{name, grouped(counts[1]), grouped(counts[2]), grouped(counts[0])};
    };
    out_ += std::string("\nWho flips, against ") + (report_.shadow ? "what was decided" : "the other policy") +
            " (unknown: all that is not scored)\n";
    std::vector<std::vector<std::string>> rows{{"", "honest", "fraud", "unknown"},
                                               row("payments stopped now", flips.payments_stopped),
                                               row("payments let through now", flips.payments_released)};
    if (!report_.customer.empty()) {
      rows.push_back(row(report_.customer + "s with a payment stopped now", flips.customers_stopped));
      rows.push_back(row(report_.customer + "s with a payment let through now", flips.customers_released));
    }
    out_ += table(rows);
  }

  void rules() {
    auto rules = report_.now.rules;
    std::stable_sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return a.hits > b.hits; });
    std::vector<std::vector<std::string>> rows{{"rule", "hits", "errors", "fraud", "honest", "left out", "precision",
                                                "lift", "decisive", "of them fraud", "overlaps most with"}};
    std::map<std::string, std::uint64_t> hits_of_other;
    if (report_.before) {
      rows[0].insert(rows[0].begin() + 2, other());
      for (const auto& rule : report_.before->rules) hits_of_other[rule.rule] = rule.hits;
    }
    for (const auto& rule : rules) {
      std::string overlap;
      if (rule.overlap > 0) {
        const double part =
            static_cast<double>(rule.overlap) / static_cast<double>(std::max<std::uint64_t>(rule.hits, 1));
        overlap = rule.overlaps + " " + fixed(part * 100, 0) + " %";
      }
      rows.push_back({rule.rule + (rule.shadow ? " (shadow)" : ""), grouped(rule.hits), grouped(rule.failures),
                      grouped(rule.fraud), grouped(rule.honest), grouped(rule.left_out()), percent(rule.precision),
                      rule.precision.known ? fixed(rule.lift, 1) : "-", grouped(rule.decisive),
                      grouped(rule.decisive_fraud), overlap});
      if (!report_.before) continue;
      const auto found = hits_of_other.extract(rule.rule);
      rows.back().insert(rows.back().begin() + 2, found.empty() ? "-" : grouped(found.mapped()));
    }
    // What the other side alone has.
    for (const auto& [rule, hits] : hits_of_other) rows.push_back({rule, "-", grouped(hits)});
    out_ += "\nRules (left out: hits that are not scored; decisive: alerts that would be none without the rule" +
            (report_.before ? "; " + other() + ": hits there)" : ")") + "\n" + table(rows);
  }

  void queue() {
    const auto frauds = report_.now.all.fraud_alerts + report_.now.all.fraud_passed;
    std::vector<std::vector<std::string>> rows{
        {"a day", "looked at", "fraud", "honest", "unknown", "precision", "recall"}};
    for (const auto& point : report_.now.queue) {
      const auto judged = point.fraud + point.honest;
      const bool left_out = judged == 0 && point.unknown > 0;
      rows.push_back({grouped(point.capacity), grouped(point.looked_at), grouped(point.fraud), grouped(point.honest),
                      grouped(point.unknown), percent(backtest::share(point.fraud, judged)),
                      left_out ? "-" : percent(backtest::share(point.fraud, frauds))});
    }
    out_ +=
        "\nIf people can look at so many payments a day, those with the greatest score first, whether or not it "
        "reaches "
        "a threshold\n" +
        table(rows);
  }

  void failures() {
    const auto& counts = report_.counts;
    out_ += "\n" + grouped(counts.records) + " records: " + grouped(counts.duplicates) + " duplicates, " +
            grouped(counts.other_types) + " events that are no payments, " + grouped(counts.failed) +
            " that could not be read\n";
    for (std::size_t i = 0; i < std::min(kShownFailures, report_.failures.size()); ++i) {
      out_ += "  " + report_.failures[i].origin + ": " + report_.failures[i].what + "\n";
    }
    if (counts.failed > kShownFailures) out_ += "  ... the others are in the JSON report\n";
    if (report_.unaligned > 0) {
      out_ +=
          grouped(report_.unaligned) + " payments could be screened by one of the policies only, and are left out\n";
    }
  }

  const Report& report_;
  std::string out_;
};

}  // namespace

std::string percent(const Interval& interval) { return interval.known ? fixed(interval.value * 100, 1) + " %" : "-"; }

std::string percent_with_interval(const Interval& interval) {
  if (!interval.known) return "-";
  return percent(interval) + " (" + fixed(interval.low * 100, 1) + " to " + fixed(interval.high * 100, 1) + ")";
}

std::string backtest_text(const Report& report) { return Text(report).all(); }

}  // namespace weir::command
