// The strict functions and operators of the reference evaluator.
#pragma once

#include <vector>

#include "rules/cel/exchange.h"
#include "rules/cel/functions.h"
#include "rules/cel/reference_value.h"

namespace weir::cel {

// `arguments` holds neither faults nor absent values.
ReferenceValue reference_call(Function function, const std::vector<ReferenceValue>& arguments);

// Puts two amounts that are to be compared or added into the base currency, if they are of different ones and there is
// a table; the fault if that is not possible, else nothing.
ReferenceValue reference_exchange(Function function, std::vector<ReferenceValue>& arguments, const Exchange& exchange);

ReferenceValue reference_convert(Function function, const ReferenceValue& operand);
// Of rules/cel/library.h.
ReferenceValue reference_library_call(Function function, const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_math(Function function, const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_text(Function function, const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_format(const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_lists(Function function, const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_network(Function function, const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_base64(Function function, const ReferenceValue& operand);

// Of rules/cel/optional.h.
ReferenceValue reference_optional(Function function, const std::vector<ReferenceValue>& arguments);
ReferenceValue reference_optional_element(const ReferenceValue& container, const ReferenceValue& key,
                                          Function function);

ReferenceValue reference_time_part(Function function, const std::vector<ReferenceValue>& arguments);

}  // namespace weir::cel
