#include "ops/command/policy_difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/base/civil_time.h"
#include "ops/command/reference_page.h"

namespace weir::command {
namespace {

std::string cell_text(const ReferenceCell& cell) {
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "yes" : "no";
  return std::get<std::string>(cell);
}

std::string effect_text(const book::Rule& rule) {
  std::string text;
  if (rule.outcome) text = std::string(book::outcome_name(*rule.outcome)) + ", whatever the score";
  if (rule.points != 0) text += (text.empty() ? "" : ", and ") + std::to_string(rule.points) + " points";
  if (rule.review_on_error) text += "; review on error";
  return text;
}

std::string validity_text(const book::Validity& valid) {
  const auto text = [](std::int64_t time_ms, const char* none) {
    return time_ms < kMinTimeMs || time_ms > kMaxTimeMs ? std::string(none) : iso8601(time_ms);
  };
  return "from " + text(valid.from_ms, "the beginning") + " until " + text(valid.until_ms, "the end");
}

class Comparison {
 public:
  Comparison(const policy::Policy& before, const policy::Policy& after) : before_(before), after_(after) {}

  std::vector<Difference> all() {
    if (before_.hash == after_.hash) return {};
    settings();
    tables();
    rules();
    rates();
    files();
    return std::move(out_);
  }

 private:
  void change(const std::string& theme, std::string what, std::string was, std::string is) {
    if (was == is) return;
    out_.push_back({theme, std::move(what), std::move(was), std::move(is)});
    told_.insert(theme);
  }
  void news(const std::string& theme, std::string what) {
    out_.push_back({theme, std::move(what), {}, {}});
    told_.insert(theme);
  }

  void settings() {
    change("setting", "the policy's name", before_.name, after_.name);
    change("setting", "the history", duration_text(before_.history_ms), duration_text(after_.history_ms));
    change("threshold", "review begins at", std::to_string(before_.thresholds.review),
           std::to_string(after_.thresholds.review));
    change("threshold", "decline begins at", std::to_string(before_.thresholds.decline),
           std::to_string(after_.thresholds.decline));
    change("setting", "the time-zone data", before_.time_zones, after_.time_zones);
  }

  // Fields, entities, features and lists, as weir reference tells them: row by row, by name.
  void tables() {
    const auto old_tables = policy_tables(before_);
    const auto new_tables = policy_tables(after_);
    static constexpr std::string_view kThemes[] = {"field", "entity", "feature", "list"};
    for (std::size_t i = 0; i < new_tables.size(); ++i) {
      compare(std::string(kThemes[i]), old_tables[i], new_tables[i]);
    }
  }

  void compare(const std::string& theme, const ReferenceTable& old_table, const ReferenceTable& new_table) {
    const auto by_name = [](const ReferenceTable& table) {
      std::map<std::string, const std::vector<ReferenceCell>*> rows;
      for (const auto& row : table.rows) rows[std::get<std::string>(row.front())] = &row;
      return rows;
    };
    const auto old_rows = by_name(old_table);
    const auto new_rows = by_name(new_table);
    for (const auto& [name, row] : old_rows) {
      if (!new_rows.contains(name)) news(theme, "`" + name + "` is gone");
    }
    for (const auto& [name, row] : new_rows) {
      const auto old_row = old_rows.find(name);
      if (old_row == old_rows.end()) {
        news(theme, "`" + name + "` is new");
        continue;
      }
      for (std::size_t cell = 1; cell < row->size(); ++cell) {
        change(theme, "`" + name + "`, " + new_table.columns[cell], cell_text((*old_row->second)[cell]),
               cell_text((*row)[cell]));
      }
    }
  }

  void rules() {
    std::map<std::string, const book::Rule*> old_rules;
    for (const auto& rule : before_.rules->rules()) old_rules[rule.id] = &rule;
    std::set<std::string> ids;
    for (const auto& rule : after_.rules->rules()) {
      ids.insert(rule.id);
      const auto old_rule = old_rules.find(rule.id);
      if (old_rule == old_rules.end()) {
        news("rule", "`" + rule.id + "` is new" + (rule.mode == book::Mode::kShadow ? ", as a shadow" : "") + " (" +
                         effect_text(rule) + "): " + rule.description);
      } else {
        compare(*old_rule->second, rule);
      }
    }
    for (const auto& [id, rule] : old_rules) {
      if (!ids.contains(id)) news("rule", "`" + id + "` is gone: " + rule->description);
    }
  }

  void compare(const book::Rule& was, const book::Rule& is) {
    const auto name = "`" + is.id + "`, ";
    const auto mode = [](const book::Rule& rule) { return rule.mode == book::Mode::kShadow ? "shadow" : "live"; };
    change("rule", name + "when", was.when_text, is.when_text);
    change("rule", name + "then", effect_text(was), effect_text(is));
    change("rule", name + "mode", mode(was), mode(is));
    change("rule", name + "valid", validity_text(was.valid), validity_text(is.valid));
    change("rule", name + "reason", was.reason, is.reason);
    change("rule", name + "description", was.description, is.description);
    change("rule", name + "owner", was.owner, is.owner);
  }

  void rates() {
    const auto& was = before_.schema->exchange;
    const auto& is = after_.schema->exchange;
    const auto text = [](const auto& table) {
      return table == nullptr
                 ? std::string("none")
                 : std::to_string(table->rates().size()) + " rates, base " + std::string(table->base().code) +
                       ", each for " + duration_text(table->max_age_ms());
    };
    change("exchange rates", "the table", text(was), text(is));
  }

  void files() {
    const auto texts = [](const policy::Policy& policy) {
      std::map<std::string, std::string_view> files;
      for (const auto& file : policy.files) files[file.path] = file.text;
      return files;
    };
    const auto old_files = texts(before_);
    const auto new_files = texts(after_);
    for (const auto& [path, text] : new_files) {
      const auto old_file = old_files.find(path);
      if (old_file == old_files.end() || old_file->second == text || is_told(path)) continue;
      news("file", path + " differs in what is not told above: its comments, tests, or how records are read");
    }
  }

  // Whether something of what the file holds has been told already.
  bool is_told(const std::string& path) const {
    static const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> kThemesOf{
        {"policy.yaml", {"setting", "threshold"}},
        {"schema.yaml", {"field", "entity"}},
        {"features", {"feature"}},
        {"lists/", {"list"}},
        {"rules/", {"rule"}},
        {"exchange.csv", {"exchange rates"}}};
    for (const auto& [prefix, themes] : kThemesOf) {
      if (!path.starts_with(prefix)) continue;
      return std::any_of(themes.begin(), themes.end(),
                         [&](std::string_view theme) { return told_.contains(std::string(theme)); });
    }
    return false;
  }

  const policy::Policy& before_;
  const policy::Policy& after_;
  std::vector<Difference> out_;
  std::set<std::string> told_;
};

}  // namespace

std::vector<Difference> policy_difference(const policy::Policy& before, const policy::Policy& after) {
  return Comparison(before, after).all();
}

}  // namespace weir::command
