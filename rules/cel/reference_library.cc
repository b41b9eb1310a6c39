#include "rules/cel/library.h"
#include "rules/cel/reference_functions.h"

namespace weir::cel {

ReferenceValue reference_library_call(Function function, const std::vector<ReferenceValue>& arguments) {
  if (!takes_count(function, arguments.size())) {
    return reference_fault(ErrorCode::kNoSuchOverload, function_name(function));
  }
  if (function <= Function::kBitShiftRight) return reference_math(function, arguments);
  if (function == Function::kFormat) return reference_format(arguments);
  if (function >= Function::kIp) return reference_network(function, arguments);
  const bool of_list = function == Function::kReverse && arguments[0].is<ReferenceList>();
  if (of_list || function >= Function::kDistinct) return reference_lists(function, arguments);
  if (function <= Function::kQuote) return reference_text(function, arguments);
  return reference_base64(function, arguments[0]);
}

}  // namespace weir::cel
