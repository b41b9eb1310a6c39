#include "ops/command/csv_cell.h"

#include "engine/audit/value_json.h"
#include "engine/base/currency.h"
#include "engine/base/decimal.h"

namespace weir::command {

void append_csv_text(std::string_view text, std::string& line) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line.append(text);
    return;
  }
  line.push_back('"');
  for (const char c : text) line.append(c == '"' ? 2 : 1, c);
  line.push_back('"');
}

void append_csv_value(const Value& value, std::string& line) {
  switch (value.kind()) {
    case ValueKind::kAbsent:
    case ValueKind::kError:
      return;
    case ValueKind::kMoney: {
      const auto currency = currency_by_number(value.currency());
      append_decimal(line, value.minor_units(), currency ? currency->exponent : 0);
      return;
    }
    case ValueKind::kString:
      append_csv_text(value.as_string(), line);
      return;
    default:
      break;
  }
  auto text = audit::value_text(value);
  if (value.is(ValueKind::kDuration)) text.pop_back();
  line.append(text);
}

}  // namespace weir::command
