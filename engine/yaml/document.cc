#include "engine/yaml/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/yaml/source_text.h"

namespace weir::yaml {
namespace {

// Leaves the parser from within a callback; the issue is reported already.
struct Abandon {};

// What to do about the messages that people meet most often.
std::string advice(std::string_view message) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kAdvice{{
      {"illegal map value", "a value that holds `: ` needs quotes, and a key needs a line of its own"},
      {"end of map not found", "do the keys of this mapping begin in the same column?"},
      {"end of map flow not found", "a `{` is not closed"},
      {"end of sequence not found", "do the `-` of this list begin in the same column?"},
      {"end of sequence flow not found", "a `[` is not closed"},
      {"the referenced anchor is not defined", "a value that begins with `*` needs quotes"},
      {"unknown token", "a value that begins with this character needs quotes"},
  }};
  for (const auto& [text, what_to_do] : kAdvice) {
    if (message == text) return std::string(what_to_do);
  }
  return {};
}

ScalarStyle style_of(char first) {
  switch (first) {
    case '\'':
      return ScalarStyle::kSingleQuoted;
    case '"':
      return ScalarStyle::kDoubleQuoted;
    case '|':
      return ScalarStyle::kLiteral;
    case '>':
      return ScalarStyle::kFolded;
    default:
      return ScalarStyle::kPlain;
  }
}

// Where the quoted scalar that begins at `begin` ends; nothing if it doesn't.
std::optional<std::size_t> closing_quote(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return i;
      ++i;
    }
  }
  return std::nullopt;
}

// How many code points of its first line a scalar takes.
std::uint32_t visible_length(std::string_view rest_of_line, ScalarStyle style, std::string_view value) {
  std::size_t end = 1;
  switch (style) {
    case ScalarStyle::kPlain:
      while (end < rest_of_line.size() && end < value.size() && rest_of_line[end] == value[end]) ++end;
      break;
    case ScalarStyle::kSingleQuoted:
    case ScalarStyle::kDoubleQuoted:
      end = closing_quote(rest_of_line, 0).value_or(rest_of_line.size() - 1) + 1;
      break;
    case ScalarStyle::kLiteral:
    case ScalarStyle::kFolded:
      break;
  }
  return static_cast<std::uint32_t>(code_points(rest_of_line.substr(0, std::max<std::size_t>(end, 1))));
}

bool block_header_has_digit(std::string_view header) {
  for (const char c : header.substr(0, header.find_first_of(" #"))) {
    if (c >= '0' && c <= '9') return true;
  }
  return false;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const SourceFile> file, Issues& issues)
      : file_(std::move(file)), issues_(issues), cursor_(without_byte_order_mark(file_->text)) {}

  // The library's marks count bytes, ours count code points.
  Place place_of(const YAML::Mark& mark) {
    cursor_.seek_offset(static_cast<std::size_t>(std::max(mark.pos, 0)));
    return {file_, cursor_.line(), cursor_.column(), 1};
  }

  bool has_root() const { return has_root_; }
  Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    issues_.error(place_of(mark), "a second document begins here; a policy file is one YAML document");
    throw Abandon{};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = make(mark, NodeKind::kNull);
    if (node.kind == NodeKind::kNull && !frames_.empty() && frames_.back().has_key) {
      node.place = frames_.back().key.place;
    }
    refuse_anchor(node, anchor);
    attach(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Node node = make(mark, NodeKind::kFaulty);
    issues_.error(node.place, "aliases (`*name`) are not part of a policy's YAML", "write the value itself");
    attach(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = make(mark, NodeKind::kScalar);
    const auto rest = cursor_.rest_of_line();
    node.text = value;
    node.style = style_of(rest.empty() ? '\0' : rest[0]);
    node.place.length = visible_length(rest, node.style, value);
    const bool is_block = node.style == ScalarStyle::kLiteral || node.style == ScalarStyle::kFolded;
    if (is_block && block_header_has_digit(rest)) {
      issues_.error(node.place, "a block with an indentation digit is not part of a policy's YAML",
                    "write `|` alone and indent every line of the block alike");
      node.kind = NodeKind::kFaulty;
    }
    const bool is_quoted = node.style == ScalarStyle::kSingleQuoted || node.style == ScalarStyle::kDoubleQuoted;
    // The library takes the end of the file for a closing quote.
    if (is_quoted && !closing_quote(without_byte_order_mark(file_->text), node.offset)) {
      issues_.error(node.place, "this quote is not closed");
      throw Abandon{};
    }
    refuse_tag(node, tag);
    refuse_anchor(node, anchor);
    attach(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, NodeKind::kSequence, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, NodeKind::kMap, tag, anchor);
  }
  void OnMapEnd() override {
    report_duplicates(frames_.back().node);
    close();
  }

 private:
  struct Frame {
    Node node;
    Node key;
    bool has_key = false;
    bool is_map = false;  // also of a node that has turned out faulty: its events go on coming
  };

  Node make(const YAML::Mark& mark, NodeKind kind) {
    Node node;
    node.kind = kind;
    node.place = place_of(mark);
    if (++nodes_ > kMaxNodes) {
      issues_.error(node.place, "the file has more than " + std::to_string(kMaxNodes) + " keys and values");
      throw Abandon{};
    }
    node.offset = cursor_.offset();
    return node;
  }

  void refuse_tag(Node& node, const std::string& tag) {
    if (cursor_.peek() != '!' && (tag.empty() || tag == "?" || tag == "!")) return;
    issues_.error(node.place, "tags (`!name`) are not part of a policy's YAML");
    node.kind = NodeKind::kFaulty;
  }

  void refuse_anchor(Node& node, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    issues_.error(node.place, "anchors (`&name`) are not part of a policy's YAML");
    node.kind = NodeKind::kFaulty;
  }

  void open(const YAML::Mark& mark, NodeKind kind, const std::string& tag, YAML::anchor_t anchor) {
    Frame frame;
    frame.node = make(mark, kind);
    frame.is_map = kind == NodeKind::kMap;
    if (frames_.size() >= kMaxDepth) {
      issues_.error(frame.node.place,
                    "more than " + std::to_string(kMaxDepth) + " mappings and lists within each other");
      throw Abandon{};
    }
    refuse_tag(frame.node, tag);
    refuse_anchor(frame.node, anchor);
    frames_.push_back(std::move(frame));
  }

  void close() {
    WEIR_CHECK(!frames_.empty(), "an end without a beginning");
    Node node = std::move(frames_.back().node);
    frames_.pop_back();
    attach(std::move(node));
  }

  void attach(Node node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      has_root_ = true;
      return;
    }
    auto& frame = frames_.back();
    if (frame.has_key) {
      frame.has_key = false;
      if (frame.key.kind == NodeKind::kScalar) frame.node.entries.push_back({std::move(frame.key), std::move(node)});
      return;
    }
    if (frame.is_map) {
      if (node.kind != NodeKind::kScalar && node.kind != NodeKind::kFaulty) {
        issues_.error(node.place, "a key must be a single value, not " + std::string(kind_name(node.kind)));
      }
      frame.key = std::move(node);
      frame.has_key = true;
      return;
    }
    frame.node.items.push_back(std::move(node));
  }

  void report_duplicates(Node& map) {
    std::vector<std::size_t> order(map.entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&map](std::size_t a, std::size_t b) {
      return map.entries[a].key.text < map.entries[b].key.text;
    });
    std::vector<bool> again(order.size());
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
      const auto& key = map.entries[order[i]].key;
      if (key.text != map.entries[order[first]].key.text) {
        first = i;
        continue;
      }
      again[order[i]] = true;
      issues_.error(key.place, "`" + key.text + "` stands here a second time, it is on line " +
                                   std::to_string(map.entries[order[first]].key.place.line) + " already");
    }
    std::size_t index = 0;
    std::erase_if(map.entries, [&](const Entry&) { return again[index++]; });
  }

  std::shared_ptr<const SourceFile> file_;
  Issues& issues_;
  Cursor cursor_;
  std::vector<Frame> frames_;
  Node root_;
  bool has_root_ = false;
  int documents_ = 0;
  std::size_t nodes_ = 0;
};

}  // namespace

std::optional<Node> parse_document(const std::shared_ptr<const SourceFile>& file, Issues& issues) {
  if (!check_source(file, issues)) return std::nullopt;
  std::istringstream stream(std::string(without_byte_order_mark(file->text)));
  TreeBuilder builder(file, issues);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Abandon&) {
    return std::nullopt;
  } catch (const YAML::Exception& e) {
    issues.error(builder.place_of(e.mark), "this is not YAML: " + e.msg, advice(e.msg));
    return std::nullopt;
  }
  if (!builder.has_root()) {
    issues.error({file, 0, 0, 1}, "the file is empty");
    return std::nullopt;
  }
  return builder.take_root();
}

}  // namespace weir::yaml
