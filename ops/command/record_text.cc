#include "ops/command/record_text.h"

#include <optional>
#include <string_view>

#include "engine/base/civil_time.h"
#include "engine/base/json_writer.h"
#include "engine/base/sha256.h"
#include "engine/event/utf8.h"

namespace weir::command {
namespace {

void append_printable(std::string& out, std::string_view bytes) {
  const bool utf8 = !event::invalid_utf8_at(bytes);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 ? utf8 : byte >= 0x20 && byte != 0x7f) {
      out.push_back(c);
    } else {
      out += "\\x";
      append_hex(out, {&c, 1});
    }
  }
}

void append_optional(std::string& out, const std::optional<std::string_view>& bytes) {
  if (bytes) {
    append_printable(out, *bytes);
  } else {
    out.push_back('-');
  }
}

void append_member(JsonWriter& json, const std::string& name, const std::optional<std::string_view>& bytes) {
  if (!bytes) {
    json.key(name);
    json.null();
  } else if (event::invalid_utf8_at(*bytes)) {
    std::string text;
    append_hex(text, *bytes);
    json.key(name + "_hex");
    json.string(text);
  } else {
    json.key(name);
    json.string(*bytes);
  }
}

}  // namespace

void append_record_text(std::string& out, const topic::Record& record) {
  out += std::to_string(record.partition) + ":" + std::to_string(record.offset) + "\t";
  append_iso8601(out, record.timestamp_ms);
  out.push_back('\t');
  append_optional(out, record.key);
  out.push_back('\t');
  append_optional(out, record.value);
  for (const topic::Header& header : record.headers) {
    out.push_back('\t');
    append_printable(out, header.name);
    out.push_back('=');
    append_printable(out, header.value);
  }
  out.push_back('\n');
}

void append_record_json(std::string& out, const topic::Record& record) {
  JsonWriter json(out);
  json.begin_object();
  json.key("partition");
  json.integer(record.partition);
  json.key("offset");
  json.integer(record.offset);
  json.key("time");
  json.string(iso8601(record.timestamp_ms));
  append_member(json, "key", record.key);
  append_member(json, "value", record.value);
  json.key("headers");
  json.begin_array();
  for (const topic::Header& header : record.headers) {
    json.begin_object();
    append_member(json, "name", header.name);
    append_member(json, "value", header.value);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  out.push_back('\n');
}

}  // namespace weir::command
