// Amounts written in an expression: eur('150.00'), money('150.00', 'EUR').
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/value.h"

namespace weir::cel {

// Whether `name` is an ISO 4217 code in lower case, and so a function that makes an amount.
bool is_currency_function(std::string_view name);

struct MoneyFault {
  std::string message;
  std::string suggestion;
  bool in_currency = false;  // rather than in the amount
};

// `currency` is an upper-case ISO 4217 code.
Result<Value, MoneyFault> money_literal(std::string_view amount, std::string_view currency);

}  // namespace weir::cel
