#include "ops/command/policy_difference.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/civil_time.h"
#include "engine/base/sha256.h"
#include "ops/command/policy_leaves.h"
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

std::string alert_text(const book::Rule& rule, const event::Schema& schema) {
  if (!rule.alert) return "each stands for itself";
  return "one per " + schema.entities[rule.alert->entity].name + " in " + duration_text(rule.alert->once_in_ms);
}

constexpr std::string_view kControl = "control.";
constexpr std::string_view kSalt = "control.salt";

// "one in 1000, of those with `amount` below 50.00 EUR, except rules [a, b]"
std::string control_text(const Leaves& leaves) {
  const auto value = [&](const std::string& key) {
    const auto found = leaves.find(std::string(kControl) + key);
    return found == leaves.end() ? std::string() : found->second;
  };
  if (value("one_in").empty()) return "off";
  const auto except = value("except");
  return "one in " + value("one_in") + ", of those with `" + value("amount") + "` below " + value("below") +
         (except.empty() ? "" : ", except rules " + except);
}

class Comparison {
 public:
  Comparison(const policy::Policy& before, const policy::Policy& after) : before_(before), after_(after) {}

  std::vector<Difference> all() {
    if (before_.hash == after_.hash) return {};
    settings();
    control();
    written_settings();
    tables();
    written_schema();
    written_features();
    rules();
    model();
    rates();
    files();
    return std::move(out_);
  }

 private:
  void change(const std::string& theme, std::string what, std::string was, std::string is) {
    if (was == is) return;
    told_.insert(theme);
    told_.insert(what);
    out_.push_back({theme, std::move(what), std::move(was), std::move(is)});
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

  void control() {
    const auto was = leaves_of(before_, "policy.yaml");
    const auto is = leaves_of(after_, "policy.yaml");
    change("control share", "what is let through", control_text(was), control_text(is));
    const auto old_salt = was.find(std::string(kSalt));
    const auto new_salt = is.find(std::string(kSalt));
    if (old_salt == was.end() || new_salt == is.end() || old_salt->second == new_salt->second) return;
    news("control share", "has another salt, so other payments are let through");
  }

  // Values as they are written, of what no other part tells; `place` gives theme and name of a path, or nothing.
  template <class Place>
  void compare(const Leaves& was, const Leaves& is, const char* none, const Place& place) {
    std::set<std::string> paths;
    for (const auto& [path, text] : was) paths.insert(path);
    for (const auto& [path, text] : is) paths.insert(path);
    for (const auto& path : paths) {
      const auto found = place(path);
      if (!found) continue;
      const auto old_text = was.find(path);
      const auto new_text = is.find(path);
      change(found->first, found->second, old_text == was.end() ? none : old_text->second,
             new_text == is.end() ? none : new_text->second);
    }
  }
  using Told = std::optional<std::pair<std::string, std::string>>;

  void written_settings() {
    static const std::map<std::string_view, std::string> kThemes{
        {"alerts", "alerts"}, {"description", "setting"}, {"exchange", "exchange rates"}, {"limits", "limit"}};
    compare(leaves_of(before_, "policy.yaml"), leaves_of(after_, "policy.yaml"), "(not written: the default)",
            [](const std::string& path) -> Told {
              const auto theme = kThemes.find(std::string_view(path).substr(0, path.find('.')));
              if (theme == kThemes.end()) return std::nullopt;
              return Told({theme->second, "`" + path.substr(path.find('.') + 1) + "`"});
            });
  }

  // How records are read: what the tables of names do not show.
  void written_schema() {
    static const std::set<std::string_view> kInTables{"type", "currency", "currency_from", "derive",
                                                      "from", "in",       "personal",      "protected"};
    compare(leaves_of(before_, "schema.yaml"), leaves_of(after_, "schema.yaml"), "",
            [this](const std::string& path) -> Told {
              const auto top = path.substr(0, path.find('.'));
              if (top == "entities") return std::nullopt;
              if (top != "fields") return Told({"setting", "`" + path + "` of schema.yaml"});
              const auto dot = path.find('.', top.size() + 1);
              if (dot == std::string::npos) return std::nullopt;
              const auto name = path.substr(top.size() + 1, dot - top.size() - 1);
              const auto key = path.substr(dot + 1);
              const auto in_both = before_.schema->find(name) && after_.schema->find(name);
              const auto told = "`" + name + "`, " + (key == "values" ? "type" : "always there");
              const bool may_be_told = key == "values" || key == "required";
              if (!in_both || kInTables.contains(key) || (may_be_told && told_.contains(told))) return std::nullopt;
              return Told({"field", "`" + name + "`, " + key});
            });
  }

  void written_features() {
    compare(feature_leaves(before_), feature_leaves(after_), "", [this](const std::string& path) -> Told {
      const auto dot = path.rfind('.');
      const auto key = path.substr(dot + 1);
      const auto name = path.substr(0, dot);
      const auto has = [&](const policy::Policy& policy) {
        return std::any_of(policy.features.begin(), policy.features.end(),
                           [&](const auto& feature) { return feature.entity + "." + feature.name == name; });
      };
      if ((key != "description" && key != "exact_up_to") || !has(before_) || !has(after_)) return std::nullopt;
      return Told({"feature", "`" + name + "`, " + key});
    });
  }

  // Fields, entities, features, lists and inputs of models, as weir reference tells them: row by row, by name.
  void tables() {
    const auto old_tables = policy_tables(before_);
    const auto new_tables = policy_tables(after_);
    static constexpr std::string_view kThemes[] = {"field", "entity", "feature", "list", "model input"};
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
    own_alerts_ = rules_with_alerts(before_);
    own_alerts_.merge(rules_with_alerts(after_));
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
    // Rules without an alert of their own follow what policy.yaml says, and that is told once.
    if (!told_.contains("alerts") || own_alerts_.contains(is.id)) {
      change("rule", name + "alerts", alert_text(was, *before_.schema), alert_text(is, *after_.schema));
    }
    change("rule", name + "valid", validity_text(was.valid), validity_text(is.valid));
    change("rule", name + "reason", was.reason, is.reason);
    change("rule", name + "description", was.description, is.description);
    change("rule", name + "owner", was.owner, is.owner);
  }

  void model() {
    const auto named = [](const policy::Policy& policy) {
      if (policy.model == nullptr) return std::string("none");
      const auto& model = *policy.model->model;
      return model.manifest().name + ", SHA-256 " + hex(model.hash());
    };
    change("model", "the model", named(before_), named(after_));
  }

  void rates() {
    using Rates = std::map<std::pair<std::int64_t, std::uint16_t>, std::pair<std::int64_t, std::uint8_t>>;
    const auto rates_of = [](const policy::Policy& policy) {
      Rates rates;
      if (policy.schema->exchange == nullptr) return rates;
      for (const auto& rate : policy.schema->exchange->rates()) {
        rates[{rate.from_ms, rate.currency}] = {rate.mantissa, rate.decimals};
      }
      return rates;
    };
    const auto was = rates_of(before_);
    const auto is = rates_of(after_);
    std::size_t same_day = 0;
    std::size_t others = 0;
    for (const auto& [day, rate] : is) {
      const auto old_rate = was.find(day);
      same_day += old_rate == was.end() ? 0 : 1;
      others += old_rate != was.end() && old_rate->second != rate ? 1 : 0;
    }
    const auto fresh = is.size() - same_day;
    const auto gone = was.size() - same_day;
    if (fresh + gone + others == 0) return;
    news("exchange rates", "of single days: " + std::to_string(fresh) + " new, " + std::to_string(others) +
                               " different, " + std::to_string(gone) + " gone");
  }

  void files() {
    const auto texts = [](const policy::Policy& policy) {
      std::map<std::string, std::string_view> files;
      for (const auto& file : policy.files) files[file.path] = file.text;
      return files;
    };
    const auto old_files = texts(before_);
    const auto new_files = texts(after_);
    for (const auto& [path, text] : old_files) {
      if (!new_files.contains(path) && !is_told(path)) news("file", path + " is gone");
    }
    for (const auto& [path, text] : new_files) {
      const auto old_file = old_files.find(path);
      if (old_file == old_files.end()) {
        if (!is_told(path)) news("file", path + " is new");
      } else if (old_file->second != text && (!is_told(path) || has_untold(path, old_file->second, text))) {
        news("file", path + " differs in what is not told above: " +
                         (path.starts_with("rules/") ? "comments, layout, tests or references of its rules"
                                                     : "comments or layout"));
      }
    }
  }

  // Of rules that the file had before.
  static bool has_other_notes(std::string_view was, std::string_view is) {
    const auto old_notes = notes_of_rules(was);
    const auto new_notes = notes_of_rules(is);
    return std::any_of(new_notes.begin(), new_notes.end(), [&](const auto& notes) {
      const auto old = old_notes.find(notes.first);
      return old != old_notes.end() && old->second != notes.second;
    });
  }

  // Besides what the loaded policies differ in.
  bool has_untold(const std::string& path, std::string_view was, std::string_view is) const {
    if (path == "exchange.csv" || path.starts_with("model/")) return false;
    if (comments_of(was) != comments_of(is)) return true;
    if (path.starts_with("rules/") && has_other_notes(was, is)) return true;
    return leaves_of(before_, path) == leaves_of(after_, path);
  }

  // Whether something of what the file holds has been told already.
  bool is_told(const std::string& path) const {
    static const std::vector<std::pair<std::string_view, std::vector<std::string_view>>> kThemesOf{
        {"policy.yaml", {"setting", "threshold", "control share", "alerts", "limit", "exchange rates"}},
        {"schema.yaml", {"field", "entity", "setting"}},
        {"features", {"feature"}},
        {"inputs.yaml", {"model input"}},
        {"model/", {"model"}},
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
  std::set<std::string> own_alerts_;  // of either
  std::set<std::string> told_;        // themes, and what changed
};

}  // namespace

std::vector<Difference> policy_difference(const policy::Policy& before, const policy::Policy& after) {
  return Comparison(before, after).all();
}

}  // namespace weir::command
