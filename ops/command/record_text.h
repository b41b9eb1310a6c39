// A record of a topic as a line of text, for a person or for a program.
#pragma once

#include <string>

#include "engine/topic/topic.h"

namespace weir::command {

// partition:offset, time, key, value and, where there are some, headers, between tabs. Bytes that would garble a
// terminal are escaped as \xNN, an absent key or value is "-".
void append_record_text(std::string& out, const topic::Record& record);

// {"partition":0,"offset":1,"time":"...","key":"...","value":"...","headers":[{"name":"...","value":"..."}]}: null for
// what is absent; bytes that are no UTF-8 as "key_hex", "value_hex". A value is a string, whatever it holds.
void append_record_json(std::string& out, const topic::Record& record);

}  // namespace weir::command
