#include "engine/audit/record.h"

#include <algorithm>

#include "engine/audit/value_json.h"
#include "engine/base/civil_time.h"
#include "engine/base/json_writer.h"

namespace weir::audit {
namespace {

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void begin(Kind kind, const Head& head, JsonWriter& json) {
  json.begin_object();
  json.key("v");
  json.integer(kRecordVersion);
  json.key("semantics");
  json.integer(kSemanticsVersion);
  json.key("kind");
  json.string(kind_name(kind));
  json.key("shard");
  json.unsigned_integer(head.shard);
  json.key("sequence");
  json.unsigned_integer(head.sequence);
  json.key("clock_ms");
  json.integer(head.clock_ms);
}

void append_input(const InputPlace& input, JsonWriter& json) {
  json.key("input");
  json.begin_object();
  json.key("topic");
  json.string(input.topic);
  json.key("partition");
  json.integer(input.partition);
  json.key("offset");
  json.integer(input.offset);
  json.key("previous");
  json.integer(input.previous);
  json.key("sha256");
  json.hex(bytes_of(input.digest));
  json.end_object();
}

void append_flags(std::uint8_t flags, JsonWriter& json) {
  json.key("flags");
  json.begin_array();
  for (const auto flag : decide::kFlags) {
    if ((flags & flag) != 0) json.string(decide::flag_name(flag));
  }
  json.end_array();
}

// Fields that are there, by name, in the schema's order.
void append_fields(const TransactionFacts& facts, JsonWriter& json) {
  json.key("fields");
  json.begin_object();
  for (std::uint32_t slot = 0; slot < facts.schema->field_count(); ++slot) {
    const auto& value = (*facts.event)[slot];
    if (value.is_absent()) continue;
    json.key(facts.schema->fields[slot].name);
    append_value(value, json);
  }
  json.end_object();
}

void append_features(const TransactionFacts& facts, JsonWriter& json) {
  const std::uint32_t first = facts.schema->slot_count();
  json.key("features");
  json.begin_object();
  for (std::uint32_t i = 0; i < facts.feature_names.size(); ++i) {
    json.key(facts.feature_names[i]);
    append_value((*facts.event)[first + i], json);
  }
  json.end_object();
  json.key("approximate");
  json.begin_array();
  for (std::uint32_t i = 0; i < facts.feature_names.size(); ++i) {
    if (i / 64 < facts.approximate.size() && (facts.approximate[i / 64] >> (i % 64) & 1U) != 0) {
      json.string(facts.feature_names[i]);
    }
  }
  json.end_array();
}

// A bit per rule in the order of rule ids, the first one the lowest bit of the first byte.
void append_bitmap(std::size_t rules, const auto& set, JsonWriter& json) {
  std::string bytes((rules + 7) / 8, '\0');
  set([&](std::uint32_t rule) { bytes[rule / 8] = static_cast<char>(bytes[rule / 8] | 1 << (rule % 8)); });
  json.hex(bytes);
}

void append_rule(const Judged& facts, std::uint32_t index, const Value& error, JsonWriter& json) {
  const auto& rule = facts.rules->rules()[index];
  json.begin_object();
  json.key("rule");
  json.string(rule.id);
  if (rule.mode == book::Mode::kShadow) {
    json.key("mode");
    json.string("shadow");
  }
  const auto suppressed = std::find_if(facts.suppressed.begin(), facts.suppressed.end(),
                                       [&](const Suppression& each) { return each.rule == index; });
  if (suppressed != facts.suppressed.end()) {
    json.key("suppressed_by");
    json.string(suppressed->list);
  }
  json.key("verdict");
  if (error.is_absent()) {
    json.string("hit");
  } else {
    append_value(error, json);
  }
  json.key("values");
  json.begin_object();
  for (const auto slot : rule.slots) {
    // What stood in a list tell the list's own records.
    if (facts.slots[slot].is(ValueKind::kLookup)) continue;
    json.key(facts.slot_names[slot]);
    append_value(facts.slots[slot], json);
  }
  json.end_object();
  json.end_object();
}

// Every rule's verdict, and the values that hits and errors read; a miss's values are among fields and features.
void append_verdicts(const Judged& facts, JsonWriter& json) {
  const auto& hits = facts.verdicts->hits;
  const auto& errors = facts.verdicts->errors;
  const auto rules = facts.rules->rules().size();
  json.key("verdicts");
  json.begin_object();
  json.key("rules");
  json.unsigned_integer(rules);
  json.key("hits");
  append_bitmap(
      rules, [&](const auto& add) { std::for_each(hits.begin(), hits.end(), add); }, json);
  if (!errors.empty()) {
    json.key("errors");
    append_bitmap(
        rules,
        [&](const auto& add) {
          for (const auto& failure : errors) add(failure.rule);
        },
        json);
  }
  json.end_object();
  json.key("rules");
  json.begin_array();
  auto hit = hits.begin();
  for (const auto& failure : errors) {
    for (; hit != hits.end() && *hit < failure.rule; ++hit) append_rule(facts, *hit, Value(), json);
    append_rule(facts, failure.rule, failure.error, json);
  }
  for (; hit != hits.end(); ++hit) append_rule(facts, *hit, Value(), json);
  json.end_array();
}

void append_model(const Judged& facts, JsonWriter& json) {
  if (!facts.model) return;
  const auto& said = *facts.model;
  json.key("model");
  json.begin_object();
  json.key("sha256");
  json.hex(bytes_of(said.model->hash()));
  std::string inputs;
  models::append_inputs(inputs, *said.inputs);
  json.key("inputs");
  json.base64(inputs);
  json.key("logit");
  json.integer(said.score.logit);
  json.key("probability");
  json.integer(said.score.probability);
  if (said.explanation != nullptr) {
    json.key("base");
    json.integer(said.explanation->base);
    json.key("contributions");
    json.begin_array();
    for (const auto& part : said.explanation->contributions) {
      json.begin_object();
      json.key("name");
      json.string(said.model->manifest().reasons[part.group].name);
      json.key("logit");
      json.integer(part.logit);
      json.end_object();
    }
    json.end_array();
    json.key("residual");
    json.integer(said.explanation->residual);
  }
  json.end_object();
}

void append_entry(std::string_view value, const book::ListEntry& entry, JsonWriter& json) {
  json.begin_object();
  json.key("value");
  json.string(value);
  json.key("reason");
  json.string(entry.reason);
  json.key("author");
  json.string(entry.author);
  if (entry.expires_ms != INT64_MAX) {
    json.key("expires_ms");
    json.integer(entry.expires_ms);
  }
  if (!entry.rules.empty()) {
    json.key("rules");
    json.begin_array();
    for (const auto& rule : entry.rules) json.string(rule);
    json.end_array();
  }
  json.end_object();
}

void append_outcome(const Judged& facts, JsonWriter& json) {
  const auto& outcome = *facts.outcome;
  json.key("outcome");
  json.string(book::outcome_name(outcome.outcome));
  json.key("score");
  json.integer(outcome.score);
  json.key("reasons");
  json.begin_array();
  for (const auto rule : outcome.reasons) json.string(facts.rules->rules()[rule].id);
  json.end_array();
}

void append_control(const TransactionFacts& facts, JsonWriter& json) {
  if (!facts.controlled) return;
  json.key("control");
  json.string(book::outcome_name(*facts.controlled));
}

void append_alert(const Head& head, const TransactionFacts& facts, JsonWriter& json) {
  if (!facts.alert) return;
  std::string case_key;
  decide::append_case_key(*facts.alert, head.shard, case_key);
  json.key("alert");
  json.begin_object();
  json.key("case");
  json.string(case_key);
  json.key("repeated");
  json.boolean(facts.alert->repeated);
  json.key("repeated_rules");
  json.begin_array();
  for (const auto rule : facts.repeated) json.string(facts.rules->rules()[rule].id);
  json.end_array();
  json.end_object();
}

void append_shadow(const TransactionFacts& facts, JsonWriter& json) {
  if (facts.shadow == nullptr) return;
  json.key("shadow");
  json.begin_object();
  json.key("policy");
  json.string(facts.shadow->policy);
  append_model(*facts.shadow, json);
  append_verdicts(*facts.shadow, json);
  append_outcome(*facts.shadow, json);
  json.end_object();
}

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kStart:
      return "start";
    case Kind::kPolicy:
      return "policy";
    case Kind::kTransaction:
      return "transaction";
    case Kind::kDuplicate:
      return "duplicate";
    case Kind::kDeadLetter:
      return "dead_letter";
    case Kind::kLabel:
      return "label";
    case Kind::kList:
      return "list";
  }
  return "unknown";
}

void append_transaction(const Head& head, const InputPlace& input, const TransactionFacts& facts, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kTransaction, head, json);
  append_input(input, json);
  json.key("policy");
  json.string(facts.policy);
  append_flags(facts.flags, json);
  json.key("event");
  json.begin_object();
  json.key("id");
  json.string(facts.event->id);
  json.key("type");
  json.string(facts.schema->event_types[facts.event->type].name);
  json.key("time_ms");
  json.integer(facts.event->time_ms);
  append_fields(facts, json);
  json.end_object();
  append_features(facts, json);
  append_model(facts, json);
  append_verdicts(facts, json);
  append_outcome(facts, json);
  append_control(facts, json);
  append_alert(head, facts, json);
  append_shadow(facts, json);
  json.end_object();
}

void append_duplicate(const Head& head, const InputPlace& input, std::string_view event_id,
                      std::uint64_t first_sequence, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kDuplicate, head, json);
  append_input(input, json);
  json.key("event_id");
  json.string(event_id);
  json.key("first_sequence");
  json.unsigned_integer(first_sequence);
  json.end_object();
}

void append_dead_letter(const Head& head, const InputPlace& input, const event::Reject& reject, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kDeadLetter, head, json);
  append_input(input, json);
  json.key("reason");
  json.string(event::reject_reason_name(reject.reason));
  json.key("field");
  json.string(reject.field);
  json.key("byte_offset");
  json.unsigned_integer(reject.byte_offset);
  json.key("detail");
  json.string(reject.detail);
  json.end_object();
}

void append_label(const Head& head, const InputPlace& input, const LabelFacts& facts, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kLabel, head, json);
  append_input(input, json);
  json.key("event_id");
  json.string(facts.event_id);
  json.key("label");
  json.string(facts.fraud ? "fraud" : "honest");
  json.key("known_at_ms");
  json.integer(facts.known_at_ms);
  json.key("waits");
  json.boolean(facts.waits);
  json.end_object();
}

void append_start(const Head& head, const StartFacts& facts, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kStart, head, json);
  json.key("engine");
  json.string(facts.engine);
  json.key("generation");
  json.unsigned_integer(facts.generation);
  json.key("build");
  json.string(facts.build);
  json.key("policy");
  json.string(facts.policy);
  json.key("token_key");
  json.string(facts.token_key_id);
  json.key("clock");
  json.string(facts.clock);
  json.key("empty_memory");
  json.boolean(facts.empty_memory);
  json.end_object();
}

void append_policy(const Head& head, const PolicyFacts& facts, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kPolicy, head, json);
  if (facts.shadow) {
    json.key("role");
    json.string("shadow");
  }
  json.key("policy");
  json.string(facts.hash);
  json.key("time_zones");
  json.string(facts.time_zones);
  if (facts.parts > 1) {
    json.key("part");
    json.unsigned_integer(facts.part);
    json.key("parts");
    json.unsigned_integer(facts.parts);
  }
  json.key("files");
  json.begin_object();
  for (const auto& file : facts.files) {
    json.key(file.path);
    if (file.bytes) {
      json.begin_object();
      json.key("base64");
      json.base64(file.text);
      json.end_object();
    } else {
      json.string(file.text);
    }
  }
  json.end_object();
  json.end_object();
}

void append_list(const Head& head, const ListFacts& facts, std::string& out) {
  JsonWriter json(out);
  begin(Kind::kList, head, json);
  json.key("list");
  json.string(facts.list);
  json.key("put");
  json.begin_array();
  for (const auto& [value, entry] : facts.delta->put) append_entry(value, entry, json);
  json.end_array();
  json.key("removed");
  json.begin_array();
  for (const auto& value : facts.delta->removed) json.string(value);
  json.end_array();
  json.key("entries");
  json.unsigned_integer(facts.entries);
  json.end_object();
}

Digest leaf_hash(std::string_view hashed_part, Sha256& sha256) { return sha256.hash_with_prefix(0x00, hashed_part); }

void append_envelope(std::string_view hashed_part, const Digest& leaf, const Envelope& envelope, std::string& out) {
  JsonWriter json(out);
  json.begin_object();
  json.key("record");
  json.raw(hashed_part);
  json.key("leaf");
  json.hex(bytes_of(leaf));
  json.key("engine");
  json.begin_object();
  json.key("id");
  json.string(envelope.engine);
  json.key("generation");
  json.unsigned_integer(envelope.generation);
  json.end_object();
  json.key("stages_ns");
  json.begin_object();
  for (const auto& stage : envelope.stages) {
    json.key(stage.name);
    json.unsigned_integer(stage.nanoseconds);
  }
  json.end_object();
  json.end_object();
}

}  // namespace weir::audit
