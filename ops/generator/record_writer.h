// Steps and labels as the JSON records that a bank would send. One record is one line: no line breaks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ops/generator/labels.h"
#include "ops/generator/step.h"
#include "ops/generator/world.h"

namespace weir {
class JsonWriter;
}

namespace weir::generator {

// "p-000000000123" for payments, "u-000000000124" for profile changes: one count for both.
void append_event_id(std::string& out, Action action, std::uint64_t number);

class RecordWriter {
 public:
  explicit RecordWriter(const World& world) : world_(world) {}

  // Appends the record of a step that has one.
  void event(const Step& step, std::uint64_t number, std::int64_t time_ms, std::string& out);
  void label(const Label& label, std::string& out);

 private:
  void head(JsonWriter& json, std::string_view type, const Step& step, std::uint64_t number, std::int64_t time_ms);
  void customer(JsonWriter& json, const Step& step);
  void account(JsonWriter& json, const Step& step);
  void card_payment(JsonWriter& json, const Step& step, std::int64_t time_ms);
  void account_payment(JsonWriter& json, const Step& step, std::uint64_t number, std::int64_t time_ms);
  void profile_change(JsonWriter& json, const Step& step);
  void device(JsonWriter& json, const Device& device);
  void append_memo(std::string& out, const Step& step, std::uint64_t number, std::int64_t time_ms) const;

  const World& world_;
  std::string text_;  // a value in the making
  std::string other_;
};

}  // namespace weir::generator
