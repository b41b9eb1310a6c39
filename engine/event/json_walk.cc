#include "engine/event/json_walk.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "engine/base/check.h"
#include "engine/event/json_scalar.h"
#include "engine/event/path_tree.h"
#include "engine/event/utf8.h"

namespace weir::event {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::uint32_t kNone = PathTree::kNone;
constexpr std::uint32_t kMaxNestingLimit = 1000;  // below simdjson's own bound of 1024
constexpr std::size_t kFirstCapacity = 4096;

bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view without_space_behind(std::string_view text) {
  while (!text.empty() && is_json_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

struct JsonWalk::State {
  // What is remembered of a node from record to record.
  struct Memory {
    std::uint64_t seen_in = 0;          // the number of the record that had this member last
    std::uint32_t first_child = kNone;  // the child that came first in the last object here
    std::uint32_t follower = kNone;     // the sibling that came next after this one
  };

  PathTree tree;
  std::vector<Memory> memory;
  std::vector<RawText> found;

  ondemand::parser parser;
  std::unique_ptr<char[]> padded;
  std::size_t capacity = 0;
  std::string unescaped;  // never longer than the record, reserved in one piece: views into it stay valid

  // Of the record being walked.
  std::string_view json;
  std::uint64_t record = 0;
  std::uint32_t max_nesting = 0;
  std::size_t last_token = 0;  // where the walk was, for faults of structure
  Reject* reject = nullptr;

  bool fail(RejectReason reason, std::size_t offset, std::string_view detail) {
    reject->reason = reason;
    reject->field.clear();
    reject->byte_offset = offset;
    reject->detail.assign(detail);
    return false;
  }
  bool fail_structure() {
    return fail(RejectReason::kInvalidJson, last_token,
                "the JSON text is malformed here or directly behind: a comma, colon, bracket or value is missing or "
                "one too many");
  }
  // The last token is not the bracket that closes the record.
  bool fail_root() {
    const std::size_t behind = find_text_behind(json, last_token);
    if (behind >= json.size()) return fail(RejectReason::kInvalidJson, last_token, "the bracket here is not closed");
    return fail(RejectReason::kInvalidJson, behind, "there is text behind the JSON value");
  }
  std::size_t offset_of(const char* place) const { return static_cast<std::size_t>(place - padded.get()); }

  void copy_padded(std::string_view bytes);
  bool refuse_bytes(simdjson::error_code error);
  bool walk_root(ondemand::document& document);
  bool walk_object(ondemand::object& object, std::uint32_t node, std::uint32_t depth);
  bool walk_array(ondemand::array& array, std::uint32_t depth);
  bool walk_value(ondemand::value& value, std::uint32_t node, std::uint32_t depth);
  bool find_member(ondemand::field& field, std::uint32_t node, std::uint32_t*& guess, std::uint32_t& member);
  bool take_string(std::string_view token, bool read, std::string_view& text);
  bool check_scalar(std::string_view token, RawForm& form);
  bool check_depth(std::uint32_t depth, std::size_t offset);
  void mark_not_inside(std::uint32_t node, std::size_t offset);
  void record_found(std::uint32_t node, RawForm form, std::string_view text, std::size_t offset);
};

void JsonWalk::State::copy_padded(std::string_view bytes) {
  if (padded == nullptr || bytes.size() > capacity) {
    capacity = std::bit_ceil(std::max(bytes.size(), kFirstCapacity));
    padded = std::make_unique<char[]>(capacity + simdjson::SIMDJSON_PADDING);
    WEIR_CHECK(parser.allocate(capacity) == simdjson::SUCCESS, "no memory for the JSON parser");
  }
  if (!bytes.empty()) std::memcpy(padded.get(), bytes.data(), bytes.size());
  std::memset(padded.get() + bytes.size(), ' ', simdjson::SIMDJSON_PADDING);
  json = {padded.get(), bytes.size()};
}

// simdjson's first stage found bytes that are no JSON text, whatever their structure.
bool JsonWalk::State::refuse_bytes(simdjson::error_code error) {
  if (const auto offset = invalid_utf8_at(json)) {
    return fail(RejectReason::kInvalidUtf8, *offset, "the bytes are not UTF-8");
  }
  if (const auto fault = find_string_fault(json)) return fail(RejectReason::kInvalidJson, fault->offset, fault->what);
  WEIR_CHECK(error != simdjson::CAPACITY && error != simdjson::MEMALLOC, "the JSON parser has room for the record");
  return fail(RejectReason::kInvalidJson, 0, "there is no JSON text");
}

bool JsonWalk::State::walk_root(ondemand::document& document) {
  last_token = json.find_first_not_of(" \t\n\r");
  const char first = json[last_token];
  if (first == '{') {
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return fail_root();
    if (!walk_object(object, PathTree::kRoot, 1)) return false;
  } else if (first == '[') {
    ondemand::array array;
    if (document.get_array().get(array) != simdjson::SUCCESS) return fail_root();
    if (!walk_array(array, 1)) return false;
  } else {
    const std::string_view whole = without_space_behind(json.substr(last_token));
    std::string_view token;
    if (document.raw_json_token().get(token) != simdjson::SUCCESS) return fail_structure();
    if (without_space_behind(token) != whole) {
      return fail(RejectReason::kInvalidJson, last_token + token.size(), "there is text behind the JSON value");
    }
    RawForm form{};
    std::string_view text;
    if (first == '"' ? !take_string(whole, false, text) : !check_scalar(whole, form)) return false;
    return fail(RejectReason::kNotAnObject, last_token, "the record is JSON, but not an object");
  }
  // A walk that ended well left the document alive and behind its last token.
  const char* behind = nullptr;
  if (!document.is_alive()) return fail_structure();
  if (document.current_location().get(behind) != simdjson::OUT_OF_BOUNDS) {
    return fail(RejectReason::kInvalidJson, offset_of(behind), "there is text behind the JSON value");
  }
  return first == '{' || fail(RejectReason::kNotAnObject, last_token, "the record is JSON, but not an object");
}

bool JsonWalk::State::check_depth(std::uint32_t depth, std::size_t offset) {
  return depth <= max_nesting || fail(RejectReason::kNestingTooDeep, offset,
                                      "arrays and objects are nested deeper than " + std::to_string(max_nesting));
}

bool JsonWalk::State::walk_object(ondemand::object& object, std::uint32_t node, std::uint32_t depth) {
  std::uint32_t* guess = node == kNone ? nullptr : &memory[node].first_child;
  for (auto result : object) {
    if (result.error() != simdjson::SUCCESS) return fail_structure();
    ondemand::field&& field = std::move(result).value_unsafe();  // not copied: it is half of a member's cost
    std::uint32_t member = kNone;
    if (!find_member(field, node, guess, member)) return false;
    if (!walk_value(field.value(), member, depth)) return false;
  }
  return true;
}

bool JsonWalk::State::walk_array(ondemand::array& array, std::uint32_t depth) {
  for (auto result : array) {
    if (result.error() != simdjson::SUCCESS) return fail_structure();
    ondemand::value&& element = std::move(result).value_unsafe();
    if (!walk_value(element, kNone, depth)) return false;
  }
  return true;
}

// Records of one stream name their members in one order, so the guess is nearly always right and the name need not be
// unescaped or looked up.
bool JsonWalk::State::find_member(ondemand::field& field, std::uint32_t node, std::uint32_t*& guess,
                                  std::uint32_t& member) {
  const char* const name = field.key().raw();
  last_token = offset_of(name) - 1;
  static_assert(QuotedName::kReadable <= simdjson::SIMDJSON_PADDING);
  if (guess != nullptr && *guess != kNone && tree[*guess].quoted.begins(name)) {
    member = *guess;
  } else {
    std::string_view unescaped_name;
    if (field.unescaped_key().get(unescaped_name) != simdjson::SUCCESS) {
      return fail(RejectReason::kInvalidJson, last_token, "a member's name has a bad escape");
    }
    if (node == kNone) return true;
    member = tree.child(node, unescaped_name);
    if (member == kNone) return true;
    *guess = member;
  }
  guess = &memory[member].follower;
  if (memory[member].seen_in == record) {
    fail(RejectReason::kDuplicateKey, last_token, "the member stands twice in its object");
    reject->field = tree.dotted(member);
    return false;
  }
  memory[member].seen_in = record;
  return true;
}

bool JsonWalk::State::walk_value(ondemand::value& value, std::uint32_t node, std::uint32_t depth) {
  const std::string_view token = without_space_behind(value.raw_json_token());
  if (token.empty()) return fail_structure();
  const std::size_t offset = offset_of(token.data());
  last_token = offset;
  switch (token.front()) {
    case '{': {
      if (!check_depth(depth + 1, offset)) return false;
      ondemand::object object;
      if (value.get_object().get(object) != simdjson::SUCCESS) return fail_structure();
      if (node != kNone) record_found(node, RawForm::kObject, {}, offset);
      const bool reads_inside = node != kNone && !tree[node].children.empty();
      return walk_object(object, reads_inside ? node : kNone, depth + 1);
    }
    case '[': {
      if (!check_depth(depth + 1, offset)) return false;
      ondemand::array array;
      if (value.get_array().get(array) != simdjson::SUCCESS) return fail_structure();
      if (node != kNone) record_found(node, RawForm::kArray, {}, offset);
      return walk_array(array, depth + 1);
    }
    case '"': {
      std::string_view text;
      if (!take_string(token, node != kNone, text)) return false;
      // Left unread, a string before a stray colon would be taken for a name when the walk moves on.
      ondemand::raw_json_string unread;
      if (value.get_raw_json_string().get(unread) != simdjson::SUCCESS) return fail_structure();
      if (node != kNone) record_found(node, RawForm::kString, text, offset);
      return true;
    }
    default: {
      RawForm form{};
      if (!check_scalar(token, form)) return false;
      if (node != kNone) record_found(node, form, form == RawForm::kNumber ? token : std::string_view(), offset);
      return true;
    }
  }
}

// `token` is a string's token without space behind it: the first stage guarantees that only its last byte can be the
// closing quote.
bool JsonWalk::State::take_string(std::string_view token, bool read, std::string_view& text) {
  if (token.size() < 2 || token.back() != '"') return fail_structure();
  text = token.substr(1, token.size() - 2);
  if (std::memchr(text.data(), '\\', text.size()) == nullptr) return true;
  if (read && unescaped.capacity() < json.size()) unescaped.reserve(std::bit_ceil(json.size()));
  const std::size_t begin = unescaped.size();
  const std::size_t fault = unescape_json(text, read ? &unescaped : nullptr);
  if (fault != std::string_view::npos) {
    return fail(RejectReason::kInvalidJson, offset_of(text.data()) + fault, "the escape is not one of JSON's");
  }
  if (read) text = std::string_view(unescaped).substr(begin);
  return true;
}

bool JsonWalk::State::check_scalar(std::string_view token, RawForm& form) {
  if (token == "true") {
    form = RawForm::kTrue;
  } else if (token == "false") {
    form = RawForm::kFalse;
  } else if (token == "null") {
    form = RawForm::kNull;
  } else if (is_json_number(token)) {
    form = RawForm::kNumber;
  } else {
    return fail(RejectReason::kInvalidJson, offset_of(token.data()), "this is not a JSON value");
  }
  return true;
}

void JsonWalk::State::record_found(std::uint32_t node, RawForm form, std::string_view text, std::size_t offset) {
  if (const std::uint32_t path = tree[node].path; path != kNone) {
    RawText& raw = found[path];  // set part by part: assembled first and then copied, it stalls on its own stores
    raw.text = text;
    raw.offset = static_cast<std::uint32_t>(offset);
    raw.form = form;
  }
  if (form != RawForm::kObject && form != RawForm::kNull) mark_not_inside(node, offset);
}

void JsonWalk::State::mark_not_inside(std::uint32_t node, std::size_t offset) {
  for (const std::uint32_t child : tree[node].children) {
    if (tree[child].path != kNone) {
      found[tree[child].path] = {{}, static_cast<std::uint32_t>(offset), RawForm::kNotInside};
    }
    mark_not_inside(child, offset);
  }
}

JsonWalk::JsonWalk() : state_(std::make_unique<State>()) {
  state_->memory.resize(1);
  state_->copy_padded({});
}
JsonWalk::~JsonWalk() = default;
JsonWalk::JsonWalk(JsonWalk&&) noexcept = default;
JsonWalk& JsonWalk::operator=(JsonWalk&&) noexcept = default;

std::uint32_t JsonWalk::add_path(std::span<const std::string> path) {
  const std::uint32_t number = state_->tree.add(path);
  state_->found.resize(state_->tree.path_count());
  state_->memory.resize(state_->tree.node_count());
  return number;
}

std::span<const RawText> JsonWalk::found() const { return state_->found; }

bool JsonWalk::walk(std::string_view json, const Limits& limits, Reject& reject) {
  WEIR_CHECK(limits.max_nesting >= 1 && limits.max_nesting <= kMaxNestingLimit, "max_nesting is 1 to 1000");
  State& state = *state_;
  state.reject = &reject;
  std::fill(state.found.begin(), state.found.end(), RawText{});
  if (json.empty()) return state.fail(RejectReason::kEmptyRecord, 0, "the record has no bytes");
  if (json.size() > limits.max_record_bytes) {
    return state.fail(RejectReason::kRecordTooLarge, limits.max_record_bytes,
                      "the record has " + std::to_string(json.size()) + " bytes; at most " +
                          std::to_string(limits.max_record_bytes) + " are allowed");
  }
  if (json.starts_with("\xEF\xBB\xBF")) {
    return state.fail(RejectReason::kInvalidJson, 0, "a JSON text does not begin with a byte order mark");
  }
  state.copy_padded(json);
  state.unescaped.clear();
  state.max_nesting = limits.max_nesting;
  ++state.record;

  ondemand::document document;
  const simdjson::padded_string_view view(state.padded.get(), json.size(), json.size() + simdjson::SIMDJSON_PADDING);
  const simdjson::error_code error = state.parser.iterate(view).get(document);
  if (error != simdjson::SUCCESS) return state.refuse_bytes(error);
  return state.walk_root(document);
}

}  // namespace weir::event
