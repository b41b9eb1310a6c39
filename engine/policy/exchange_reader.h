// exchange.csv: what the base currency was worth in others, day by day.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/currency.h"
#include "engine/base/diagnostics.h"
#include "rules/cel/exchange.h"

namespace weir::policy {

inline constexpr std::string_view kExchangeFile = "exchange.csv";

// The rows without faults.
std::vector<cel::ExchangeRate> read_exchange_rates(const std::shared_ptr<const SourceFile>& file, const Currency& base,
                                                   Issues& issues);

}  // namespace weir::policy
