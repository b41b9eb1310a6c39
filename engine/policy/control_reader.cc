#include "engine/policy/control_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/currency.h"
#include "engine/base/decimal.h"
#include "engine/policy/limits.h"
#include "engine/yaml/map_reader.h"
#include "engine/yaml/scalars.h"

namespace weir::policy {
namespace {

constexpr std::int64_t kFewestOneIn = 10;
constexpr std::string_view kSaltOfTheManual = "change me to a secret";

class ControlReader {
 public:
  ControlReader(const SchemaDraft& draft, const std::map<std::string, Place>* rules, Issues& issues)
      : draft_(draft), rules_(rules), issues_(issues) {}

  std::optional<decide::Control> read(const yaml::Node& node) {
    const auto issues_before = issues_.all().size();
    yaml::MapReader reader(&node, node.place, "`control`", issues_);
    const auto* one_in = reader.required("one_in", "write for example `one_in: 1000`");
    const auto* amount = reader.required("amount", "name the field with the payment's amount");
    const auto* below = reader.required("below", "write for example `below: 50.00 EUR`");
    const auto* salt = reader.required("salt", "write any text that nobody can guess");
    const auto* except = reader.optional("except");
    reader.finish();
    if (const auto value = yaml::as_integer(one_in, 1, kMaxControlOneIn, issues_)) {
      control_.one_in = static_cast<std::uint64_t>(*value);
      if (*value < kFewestOneIn) {
        issues_.warning(one_in->place,
                        "of the payments that rules would stop, one in " + std::to_string(*value) + " is let through",
                        "100 to 1000 are usual");
      }
    }
    read_bound(below);
    read_amount(amount);
    if (auto text = yaml::as_text(salt, issues_)) {
      control_.salt = *std::move(text);
      if (control_.salt.size() < kMinSaltBytes || control_.salt.size() > kMaxNameLength) {
        issues_.error(salt->place, "a salt has " + std::to_string(kMinSaltBytes) + " to " +
                                       std::to_string(kMaxNameLength) + " bytes");
      } else if (control_.salt == kSaltOfTheManual) {
        issues_.warning(salt->place, "this salt stands in the manual: whoever reads it knows which payments pass",
                        "write any text that nobody can guess");
      }
    }
    read_exceptions(except);
    if (!reader.is_map() || issues_.has_errors(issues_before)) return std::nullopt;
    return std::move(control_);
  }

 private:
  // "50.00 EUR"
  void read_bound(const yaml::Node* node) {
    const auto text = yaml::as_text(node, issues_);
    if (!text) return;
    const auto blank = text->find(' ');
    const auto currency = blank == std::string::npos ? std::nullopt : currency_by_code(text->substr(blank + 1));
    if (currency) {
      const auto amount = parse_decimal(std::string_view(*text).substr(0, blank), currency->exponent);
      if (amount.ok() && *amount > 0) {
        control_.currency = currency->numeric;
        control_.below_minor = *amount;
        return;
      }
    }
    issues_.error(node->place, "`" + *text + "` is not an amount above 0 with its currency",
                  "write for example 50.00 EUR");
  }

  void read_amount(const yaml::Node* node) {
    const auto slot = find_field(node, draft_, issues_);
    if (!slot) return;
    control_.amount_slot = *slot;
    if (draft_.is_faulty(*slot)) return;
    const auto& field = draft_.schema.fields[*slot];
    if (field.type != event::FieldType::kMoney) {
      issues_.error(node->place, "`" + field.name + "` is of type " + std::string(type_name(field.type)) +
                                     " and no amount of money");
    } else if (field.currency != 0 && control_.currency != 0 && field.currency != control_.currency) {
      issues_.error(node->place, "`" + field.name + "` is in " + std::string(currency_by_number(field.currency)->code) +
                                     ", `below` in " + std::string(currency_by_number(control_.currency)->code));
    }
  }

  void read_exceptions(const yaml::Node* node) {
    if (node == nullptr) return;
    std::vector<std::string> known;
    if (rules_ != nullptr) {
      for (const auto& [id, place] : *rules_) known.push_back(id);
    }
    for (const auto& item : yaml::items_of(node, "`except`", issues_)) {
      auto id = yaml::as_text(&item, issues_);
      if (!id) continue;
      if (rules_ != nullptr && !rules_->contains(*id)) {
        issues_.error(item.place, "there is no rule `" + *id + "`", yaml::did_you_mean(*id, known));
      }
      control_.excepted.push_back(*std::move(id));
    }
    std::sort(control_.excepted.begin(), control_.excepted.end());
  }

  const SchemaDraft& draft_;
  const std::map<std::string, Place>* rules_;
  Issues& issues_;
  decide::Control control_;
};

}  // namespace

std::optional<decide::Control> read_control(const yaml::Node& node, const SchemaDraft& draft,
                                            const std::map<std::string, Place>* rules, Issues& issues) {
  return ControlReader(draft, rules, issues).read(node);
}

}  // namespace weir::policy
