// What stands in a record for one field, before it has a type: the form in which it was written and its text.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir::event {

enum class RawForm : std::uint8_t {
  kMissing,
  kNull,  // JSON null: as good as missing
  kTrue,
  kFalse,
  kNumber,  // valid by JSON's grammar
  kString,  // a JSON string, unescaped
  kArray,
  kObject,
  kNotInside,  // the path leads through something that is no object
  kCell,       // a CSV cell, unquoted; JSON's forms never mix with it
};

struct RawText {
  std::string_view text;     // kNumber, kString, kCell; lives as long as the record and the reader's scratch do
  std::uint32_t offset = 0;  // into the record's bytes
  RawForm form = RawForm::kMissing;

  bool present() const { return form != RawForm::kMissing && form != RawForm::kNull; }
};

// "a string", "a number", ... for messages.
constexpr std::string_view raw_form_name(RawForm form) {
  switch (form) {
    case RawForm::kMissing:
      return "nothing";
    case RawForm::kNull:
      return "null";
    case RawForm::kTrue:
      return "true";
    case RawForm::kFalse:
      return "false";
    case RawForm::kNumber:
      return "a number";
    case RawForm::kString:
      return "a string";
    case RawForm::kArray:
      return "an array";
    case RawForm::kObject:
      return "an object";
    case RawForm::kNotInside:
      return "something that is no object on the way to it";
    case RawForm::kCell:
      return "another text";
  }
  return "nothing";
}

}  // namespace weir::event
