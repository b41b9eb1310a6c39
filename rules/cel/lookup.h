// What `in` may ask besides lists and maps: a named set of texts or numbers that stands outside of the expression.
#pragma once

#include "engine/base/value.h"

namespace weir::cel {

class Lookup {
 public:
  virtual ~Lookup() = default;
  // `element` is neither absent nor an error. Values of other kinds than the set's are not in it.
  virtual bool contains(const Value& element) const = 0;
};

// A value of type lookup(...): what the variable's slot must hold. The set must outlive the value.
inline Value make_lookup(const Lookup& lookup) { return Value::object(ValueKind::kLookup, &lookup); }
inline const Lookup& lookup_of(const Value& value) { return *static_cast<const Lookup*>(value.as_object()); }

}  // namespace weir::cel
