// The values, types and declarations of the conformance suite, as its protobuf messages look in JSON.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/rules/cel/conformance_cases.h"

namespace weir::cel {

using Json = simdjson::dom::element;

// Members of an object. A list member with one element may be written as that element.
bool has_member(const Json& parent, std::string_view key);
std::vector<Json> one_or_more(const Json& parent, std::string_view key);
// The text of a member; empty if there is none.
std::string text_of(const Json& parent, std::string_view key);

// Reads into a case: what it can't read makes `fault`, what only protobuf could state needs_protobuf.
class ConformanceValues {
 public:
  explicit ConformanceValues(ConformanceCase& test) : test_(test) {}

  Value value(const Json& json);
  Type type(const Json& json);
  FunctionDeclaration function(const Json& overload, std::string name);

  // What is wrong with the line; empty if nothing.
  const std::string& fault() const { return fault_; }
  Value malformed(std::string what);
  Value protobuf(const std::string& what);

 private:
  Value list(const Json& json);
  Value map(const Json& json);
  Value message(const Json& json);
  Value type_value(std::string_view name);
  Type abstract(const Json& json);
  template <class Number>
  Number number(const Json& json);
  std::string_view bytes(const Json& json);
  std::string_view keep(std::string text) { return test_.storage->texts.emplace_back(std::move(text)); }

  ConformanceCase& test_;
  std::string fault_;
};

}  // namespace weir::cel
