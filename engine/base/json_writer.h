// Appends canonical JSON to a string: members in the order written, no white space, integers as digits, doubles as
// their shortest text that reads back to the same bits, strings with only the escapes that JSON demands. The caller
// keeps begin/end balanced; commas are the writer's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive the writer. From the first begin to its end `out` is the writer's alone, and
  // longer than what is written; after that end it holds the value and is the caller's again.
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  ~JsonWriter() = default;

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
  // A string of the bytes in lower-case hexadecimal.
  void hex(std::string_view bytes);
  // A string of the bytes in base64.
  void base64(std::string_view bytes);
  // A value that is already JSON text.
  void raw(std::string_view json);

 private:
  // Where to write `bytes` of a value, its comma already there.
  char* begin_value(std::size_t bytes) {
    if (depth_ == 0) written_ = out_.size();
    if (out_.size() - written_ <= bytes) grow(bytes);
    char* at = out_.data() + written_;
    if (need_comma_) *at++ = ',';
    return at;
  }
  void end_value(const char* at) {
    written_ = static_cast<std::size_t>(at - out_.data());
    need_comma_ = true;
    if (depth_ == 0) out_.resize(written_);
  }
  void open(char c) {
    char* at = begin_value(1);
    *at++ = c;
    ++depth_;
    written_ = static_cast<std::size_t>(at - out_.data());
    need_comma_ = false;
  }
  void close(char c) {
    need_comma_ = false;
    --depth_;
    if (out_.size() - written_ <= 1) grow(1);
    char* at = out_.data() + written_;
    *at++ = c;
    end_value(at);
  }
  void grow(std::size_t bytes);
  void text(std::string_view utf8, bool is_key);

  std::string& out_;
  std::size_t written_ = 0;  // within a value: the bytes of `out_` that are text
  int depth_ = 0;
  bool need_comma_ = false;
};

// Appends `utf8` with JSON's quotes and escapes.
void append_json_string(std::string& out, std::string_view utf8);

}  // namespace weir
