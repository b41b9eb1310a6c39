#include "rules/cel/library.h"
#include "rules/cel/reference_functions.h"

namespace weir::cel {

ReferenceValue reference_library_call(Function function, const std::vector<ReferenceValue>& arguments) {
  return reference_math(function, arguments);
}

}  // namespace weir::cel
