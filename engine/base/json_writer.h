// Appends canonical JSON to a string: members in the order written, no white space, integers as digits, doubles as
// their shortest text that reads back to the same bits, strings with only the escapes that JSON demands. The caller
// keeps begin/end balanced; commas are the writer's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void string(std::string_view utf8);
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  // Finite values only: JSON has no others. An integral double keeps a ".0", so that it reads back as a double.
  void real(double value);
  void boolean(bool value);
  void null();
  // A value that is already JSON text.
  void raw(std::string_view json);

 private:
  void separate() {
    if (need_comma_) out_.push_back(',');
    need_comma_ = true;
  }
  void open(char c) {
    separate();
    out_.push_back(c);
    need_comma_ = false;
  }
  void close(char c) {
    out_.push_back(c);
    need_comma_ = true;
  }
  std::string& out_;
  bool need_comma_ = false;
};

// Appends `utf8` with JSON's quotes and escapes.
void append_json_string(std::string& out, std::string_view utf8);

}  // namespace weir
