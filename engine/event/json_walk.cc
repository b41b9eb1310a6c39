#include "engine/event/json_walk.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

#include "engine/base/check.h"
#include "engine/event/json_scalar.h"
#include "engine/event/path_tree.h"
#include "engine/event/quoted_name.h"
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

// Looks at eight bytes at a time, so up to seven more than `text` has: they must be readable, and may mislead.
bool may_have_backslash(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  std::uint64_t found = 0;
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    word ^= kOnes * '\\';
    found |= (word - kOnes) & ~word & (kOnes << 7U);
  }
  return found != 0;
}

}  // namespace

struct JsonWalk::State {
  // What the walk needs of a node of the tree, close together.
  struct Member {
    QuotedName name;
    std::uint64_t seen_in = 0;          // the number of the record that had this member last
    std::uint32_t first_child = kNone;  // the child that came first in the last object here
    std::uint32_t follower = kNone;     // the sibling that came next after this one
    std::uint32_t path = kNone;
    bool has_children = false;
  };

  PathTree tree;
  std::vector<Member> members;  // by node
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

  // All of them answer false.
  [[gnu::cold]] bool fail(RejectReason reason, std::size_t offset, std::string_view detail);
  [[gnu::cold]] bool fail_structure();
  [[gnu::cold]] bool fail_root();
  [[gnu::cold]] bool fail_depth(std::size_t offset);
  [[gnu::cold]] bool fail_duplicate(std::uint32_t node);
  std::size_t offset_of(const char* place) const { return static_cast<std::size_t>(place - padded.get()); }

  void copy_padded(std::string_view bytes);
  bool refuse_bytes(simdjson::error_code error);
  bool walk_root(ondemand::document& document);
  bool walk_object(ondemand::object& object, std::uint32_t node, std::uint32_t depth);
  bool walk_array(ondemand::array& array, std::uint32_t depth);
  bool walk_value(ondemand::value& value, std::uint32_t node, std::uint32_t depth);
  bool walk_container(ondemand::value& value, char bracket, std::uint32_t node, std::uint32_t depth);
  bool look_up(ondemand::field& field, std::uint32_t node, std::uint32_t& member);
  std::string_view take_string(std::string_view token, bool read);
  std::string_view take_escapes(std::string_view text, bool read);
  bool check_scalar(std::string_view token, RawForm& form);
  void mark_not_inside(std::uint32_t node, std::size_t offset);
};

bool JsonWalk::State::fail(RejectReason reason, std::size_t offset, std::string_view detail) {
  reject->reason = reason;
  reject->field.clear();
  reject->byte_offset = offset;
  reject->detail.assign(detail);
  return false;
}

bool JsonWalk::State::fail_structure() {
  return fail(RejectReason::kInvalidJson, last_token,
              "the JSON text is malformed here or directly behind: a comma, colon, bracket or value is missing or one "
              "too many");
}

// The last token is not the bracket that closes the record.
bool JsonWalk::State::fail_root() {
  const std::size_t behind = find_text_behind(json, last_token);
  if (behind >= json.size()) return fail(RejectReason::kInvalidJson, last_token, "the bracket here is not closed");
  return fail(RejectReason::kInvalidJson, behind, "there is text behind the JSON value");
}

bool JsonWalk::State::fail_depth(std::size_t offset) {
  return fail(RejectReason::kNestingTooDeep, offset,
              "arrays and objects are nested deeper than " + std::to_string(max_nesting));
}

bool JsonWalk::State::fail_duplicate(std::uint32_t node) {
  fail(RejectReason::kDuplicateKey, last_token, "the member stands twice in its object");
  reject->field = tree.dotted(node);
  return false;
}

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
    if (first == '"' ? take_string(whole, false).data() == nullptr : !check_scalar(whole, form)) return false;
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

// Records of one stream name their members in one order, so the guess is nearly always right and the name need not be
// unescaped or looked up.
bool JsonWalk::State::walk_object(ondemand::object& object, std::uint32_t node, std::uint32_t depth) {
  static_assert(QuotedName::kReadable <= simdjson::SIMDJSON_PADDING);
  std::uint32_t nothing = kNone;
  std::uint32_t* guess = node == kNone ? &nothing : &members[node].first_child;
  for (auto result : object) {
    if (result.error() != simdjson::SUCCESS) return fail_structure();
    ondemand::field&& field = std::move(result).value_unsafe();  // not copied: it is half of a member's cost
    const char* const name = field.key().raw();
    last_token = offset_of(name) - 1;
    std::uint32_t member = *guess;
    if (member == kNone || !members[member].name.begins(name)) {
      if (!look_up(field, node, member)) return false;
    }
    if (member != kNone) {
      *guess = member;
      Member& known = members[member];
      if (known.seen_in == record) return fail_duplicate(member);
      known.seen_in = record;
      guess = &known.follower;
    }
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

// `member` is the node of the field's name below `node`, kNone if nobody reads it.
bool JsonWalk::State::look_up(ondemand::field& field, std::uint32_t node, std::uint32_t& member) {
  std::string_view name;
  if (field.unescaped_key().get(name) != simdjson::SUCCESS) {
    return fail(RejectReason::kInvalidJson, last_token, "a member's name has a bad escape");
  }
  member = node == kNone ? kNone : tree.child(node, name);
  return true;
}

bool JsonWalk::State::walk_value(ondemand::value& value, std::uint32_t node, std::uint32_t depth) {
  const std::string_view token = without_space_behind(value.raw_json_token());
  if (token.empty()) return fail_structure();
  const std::size_t offset = offset_of(token.data());
  last_token = offset;
  RawForm form{};
  std::string_view text = token;
  if (token.front() == '"') {
    form = RawForm::kString;
    text = take_string(token, node != kNone);
    if (text.data() == nullptr) return false;
    // Left unread, a string before a stray colon would be taken for a name when the walk moves on.
    if (value.get_raw_json_string().error() != simdjson::SUCCESS) return fail_structure();
  } else if (token.front() == '{' || token.front() == '[') {
    return walk_container(value, token.front(), node, depth + 1);
  } else {
    if (!check_scalar(token, form)) return false;
  }
  if (node == kNone) return true;
  const Member& member = members[node];
  if (member.path != kNone) {
    RawText& raw = found[member.path];  // part by part: assembled first and then copied, it stalls on its own stores
    raw.text = text;
    raw.offset = static_cast<std::uint32_t>(offset);
    raw.form = form;
  }
  if (member.has_children && form != RawForm::kNull) mark_not_inside(node, offset);
  return true;
}

bool JsonWalk::State::walk_container(ondemand::value& value, char bracket, std::uint32_t node, std::uint32_t depth) {
  const std::size_t offset = last_token;
  if (depth > max_nesting) return fail_depth(offset);
  const bool is_object = bracket == '{';
  if (node != kNone) {
    const Member& member = members[node];
    if (member.path != kNone) {
      found[member.path] = {{}, static_cast<std::uint32_t>(offset), is_object ? RawForm::kObject : RawForm::kArray};
    }
    if (!is_object) mark_not_inside(node, offset);
    if (!member.has_children) node = kNone;
  }
  if (is_object) {
    ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return fail_structure();
    return walk_object(object, node, depth);
  }
  ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return fail_structure();
  return walk_array(array, depth);
}

// The text of a string, with a null pointer if it is malformed. `token` is its token without space behind it: the first
// stage guarantees that only its last byte can be the closing quote. Returned by value, since through a reference each
// copy of it would wait for its own stores.
std::string_view JsonWalk::State::take_string(std::string_view token, bool read) {
  if (token.size() < 2 || token.back() != '"') {
    fail_structure();
    return {};
  }
  const std::string_view text = token.substr(1, token.size() - 2);
  return may_have_backslash(text) ? take_escapes(text, read) : text;
}

std::string_view JsonWalk::State::take_escapes(std::string_view text, bool read) {
  if (text.find('\\') == std::string_view::npos) return text;
  if (read && unescaped.capacity() < json.size()) unescaped.reserve(std::bit_ceil(json.size()));
  const std::size_t begin = unescaped.size();
  const std::size_t fault = unescape_json(text, read ? &unescaped : nullptr);
  if (fault != std::string_view::npos) {
    fail(RejectReason::kInvalidJson, offset_of(text.data()) + fault, "the escape is not one of JSON's");
    return {};
  }
  return read ? std::string_view(unescaped).substr(begin) : text;
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

void JsonWalk::State::mark_not_inside(std::uint32_t node, std::size_t offset) {
  for (const std::uint32_t child : tree[node].children) {
    if (tree[child].path != kNone) {
      found[tree[child].path] = {{}, static_cast<std::uint32_t>(offset), RawForm::kNotInside};
    }
    mark_not_inside(child, offset);
  }
}

JsonWalk::JsonWalk() : state_(std::make_unique<State>()) {
  state_->members.resize(1);
  state_->copy_padded({});
}
JsonWalk::~JsonWalk() = default;
JsonWalk::JsonWalk(JsonWalk&&) noexcept = default;
JsonWalk& JsonWalk::operator=(JsonWalk&&) noexcept = default;

std::uint32_t JsonWalk::add_path(std::span<const std::string> path) {
  const std::uint32_t number = state_->tree.add(path);
  state_->found.resize(state_->tree.path_count());
  for (auto node = static_cast<std::uint32_t>(state_->members.size()); node < state_->tree.node_count(); ++node) {
    State::Member member;
    member.name = QuotedName(state_->tree[node].name);
    state_->members.push_back(member);
  }
  for (std::uint32_t node = 0; node < state_->tree.node_count(); ++node) {
    state_->members[node].path = state_->tree[node].path;
    state_->members[node].has_children = !state_->tree[node].children.empty();
  }
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
